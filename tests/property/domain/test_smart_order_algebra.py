"""The algebra of smart orders (D7): whatever the position and the working children, the plan reaches the target."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jainam.domain.errors import OrderDenied
from jainam.domain.intents import Order
from jainam.domain.orders import OrderSide
from jainam.domain.smart_orders import SmartOrderPlan, plan_smart_order
from tests.builders import live_order, rules

QUANTITIES = st.integers(-5_000, 5_000)
LOTS = st.sampled_from([1, 25, 65, 75, 500])


@st.composite
def children(draw: st.DrawFn, most: int = 4) -> list[Order]:
    found = []
    for place in range(draw(st.integers(0, most))):
        size = draw(st.integers(1, 900))
        done = draw(st.integers(0, size))
        found.append(live_order(size * draw(st.sampled_from([1, -1])), name=str(place), done=done))
    return found


@st.composite
def largest_orders(draw: st.DrawFn, lot: int) -> int | None:
    return draw(st.none() | st.integers(1, 30).map(lambda lots: lots * lot))


def settle_cancels(plan: SmartOrderPlan, working: list[Order]) -> list[Order]:
    gone = {child.client_order_id for child in plan.cancels}
    return [child for child in working if child.client_order_id not in gone]


def legs_or_violations(target: int, net: int, working: Sequence[Order], lot: int) -> list[object]:
    try:
        return [leg.signed_qty for leg in plan_smart_order(target, net, working, rules(lot)).legs]
    except OrderDenied as denied:
        return [one.message for one in denied.violations]


@given(target=QUANTITIES, net=QUANTITIES, working=children(), data=st.data())
def test_applying_the_plan_reaches_the_target(target, net, working, data):
    limits = rules(1, data.draw(largest_orders(1)))

    plan = plan_smart_order(target, net, working, limits)
    if plan.cancels:
        working = settle_cancels(plan, working)
        plan = plan_smart_order(target, net, working, limits)

    assert not plan.cancels
    reached = net + sum(child.working_qty for child in working) + sum(leg.signed_qty for leg in plan.legs)
    assert reached == target


@given(target=QUANTITIES, net=QUANTITIES, data=st.data())
def test_planning_again_after_the_fills_gives_nothing(target, net, data):
    limits = rules(1, data.draw(largest_orders(1)))
    plan = plan_smart_order(target, net, (), limits)

    again = plan_smart_order(target, net + plan.delta, (), limits)

    assert again.is_empty
    assert again.delta == 0


@given(target=QUANTITIES, net=QUANTITIES, data=st.data())
def test_planning_again_while_the_legs_work_gives_nothing(target, net, data):
    limits = rules(1, data.draw(largest_orders(1)))
    plan = plan_smart_order(target, net, (), limits)
    working = [live_order(leg.signed_qty, name=str(place)) for place, leg in enumerate(plan.legs)]

    again = plan_smart_order(target, net, working, limits)

    assert again.is_empty
    assert again.working_qty == plan.delta


@given(target=QUANTITIES, net=QUANTITIES, working=children())
def test_the_plan_is_symmetric_under_sign(target, net, working):
    mirrored = [
        live_order(-child.side.sign * child.order_qty, name=str(place), done=child.cum_qty)
        for place, child in enumerate(working)
    ]

    plan = plan_smart_order(target, net, working, rules(1, 300))
    mirror = plan_smart_order(-target, -net, mirrored, rules(1, 300))

    assert [leg.signed_qty for leg in plan.legs] == [-leg.signed_qty for leg in mirror.legs]
    assert [one.client_order_id for one in plan.cancels] == [one.client_order_id for one in mirror.cancels]


@given(target=QUANTITIES, net=QUANTITIES, lot=LOTS, data=st.data())
def test_legs_are_legal_and_no_more_than_needed(target, net, lot, data):
    largest = data.draw(st.integers(1, 30).map(lambda lots: lots * lot))
    try:
        plan = plan_smart_order(target, net, (), rules(lot, largest))
    except OrderDenied:
        assume(False)

    assert all(0 < leg.quantity <= largest for leg in plan.legs)
    assert len(plan.legs) == -(-abs(target - net) // largest)
    assert len({leg.side for leg in plan.legs}) <= 1
    assert all(leg.quantity == largest for leg in plan.legs[:-1])


@given(target=QUANTITIES, net=QUANTITIES, lot=LOTS)
@example(target=130, net=10, lot=65)
@example(target=66, net=80, lot=65)
@example(target=65, net=80, lot=65)
@example(target=80, net=0, lot=65)
def test_odd_lots_are_denied_unless_they_close_an_odd_remainder(target, net, lot):
    delta = target - net
    closes = net * delta < 0 and target % lot == 0

    if delta % lot == 0 or closes:
        assert plan_smart_order(target, net, (), rules(lot)).delta == delta
    else:
        with pytest.raises(OrderDenied) as denied:
            plan_smart_order(target, net, (), rules(lot))
        assert denied.value.violations[0].field == "target"
        assert denied.value.code == "lot"


@given(net=QUANTITIES, lot=LOTS)
def test_a_position_can_always_be_closed_whatever_its_lots(net, lot):
    assert plan_smart_order(0, net, (), rules(lot)).delta == -net


@given(target=QUANTITIES, net=QUANTITIES, working=children(6))
def test_a_plan_is_cancels_or_legs_and_never_both(target, net, working):
    plan = plan_smart_order(target, net, working, rules())

    assert not (plan.cancels and plan.legs)


@given(target=QUANTITIES, net=QUANTITIES, working=children(6))
@example(target=65, net=0, working=[live_order(65, name="1"), live_order(65, name="2")])
@example(target=65, net=0, working=[live_order(-65)])
def test_children_that_fit_are_kept_and_others_are_cancelled(target, net, working):
    need = target - net

    plan = plan_smart_order(target, net, working, rules())

    kept = [child for child in working if child not in plan.cancels and child.leaves_qty]
    assert all(child.side.sign * need > 0 for child in kept)
    assert sum(child.leaves_qty for child in kept) <= abs(need)
    for child in plan.cancels:
        against = child.side.sign * need <= 0
        older = [one for one in kept if working.index(one) < working.index(child)]
        assert against or sum(one.leaves_qty for one in older) + child.leaves_qty > abs(need)
    assert all(child.leaves_qty for child in plan.cancels)


@given(target=QUANTITIES, net=QUANTITIES)
@example(target=65, net=0)
@example(target=0, net=65)
def test_a_leg_buys_exactly_when_the_target_is_above(target, net):
    plan = plan_smart_order(target, net, (), rules())

    assert {leg.side for leg in plan.legs} == (
        set() if target == net else {OrderSide.BUY if target > net else OrderSide.SELL}
    )


@given(target=QUANTITIES, net=QUANTITIES, working=children(), lot=LOTS)
@example(target=130, net=-10, working=[live_order(15)], lot=65)
@example(target=-130, net=0, working=[live_order(-65, done=5)], lot=5)
def test_children_that_fit_count_as_if_they_had_traded(target, net, working, lot):
    kept = settle_cancels(plan_smart_order(target, net, working, rules(1)), working)
    traded = net + sum(child.working_qty for child in kept)

    assert legs_or_violations(target, net, kept, lot) == legs_or_violations(target, traded, (), lot)
