"""What a smart order's plan and result say of themselves, and what an impossible target is told."""

import pytest

from jainam.domain.errors import OrderDenied
from jainam.domain.orders import OrderSide
from jainam.domain.smart_orders import (
    Leg,
    OtherOrders,
    SmartOrderPlan,
    SmartOrderResult,
    SmartOutcome,
    Wait,
    plan_smart_order,
)
from tests.builders import live_order, order, row, rules


def result(**given):
    values = {
        "outcome": SmartOutcome.DONE,
        "plan": SmartOrderPlan(65, 0, 0),
        "order_qty": 65,
        "sent_qty": 65,
        "cum_qty": 65,
        "leaves_qty": 0,
        **given,
    }
    return SmartOrderResult(**values)


def denied(target, net, lot, working=()):
    with pytest.raises(OrderDenied) as caught:
        plan_smart_order(target, net, working, rules(lot))
    return caught.value


def test_a_leg_has_its_sides_sign():
    assert Leg(OrderSide.BUY, 65).signed_qty == 65
    assert Leg(OrderSide.SELL, 65).signed_qty == -65


def test_a_plan_says_what_its_legs_change():
    plan = SmartOrderPlan(0, 0, 0, legs=(Leg(OrderSide.BUY, 65), Leg(OrderSide.BUY, 5), Leg(OrderSide.SELL, 10)))

    assert plan.delta == 60
    assert not plan.is_empty


def test_a_plan_with_nothing_to_cancel_and_nothing_to_send_is_empty():
    assert SmartOrderPlan(0, 0, 0).is_empty
    assert SmartOrderPlan(0, 0, 0, others=(row(),)).is_empty
    assert not SmartOrderPlan(0, 0, 0, cancels=(live_order(5),)).is_empty
    assert SmartOrderPlan(0, 0, 0).delta == 0
    assert SmartOrderPlan(0, 0, 0).others == ()


def test_a_plan_takes_what_does_not_count_by_name_only():
    with pytest.raises(TypeError):
        SmartOrderPlan(0, 0, 0, (), (), (row(),))


def test_the_smallest_steps_are_planned_too():
    assert plan_smart_order(1, 0, (), rules(1)).legs == (Leg(OrderSide.BUY, 1),)
    assert plan_smart_order(-1, 0, (), rules(1)).legs == (Leg(OrderSide.SELL, 1),)
    assert plan_smart_order(1, 0, (live_order(1),), rules(1)).is_empty
    assert plan_smart_order(-1, 0, (live_order(-1),), rules(1)).is_empty
    assert plan_smart_order(0, 1, (), rules(65)).legs == (Leg(OrderSide.SELL, 1),)
    assert plan_smart_order(0, -1, (), rules(65)).legs == (Leg(OrderSide.BUY, 1),)
    assert denied(1, 0, 65).message.endswith("the nearest targets are 0 and 65")
    assert denied(-1, 0, 65).message.endswith("the nearest targets are 0 and -65")


def test_a_plan_repeats_what_it_was_made_from():
    working = (live_order(65),)

    for plan in (
        plan_smart_order(130, 0, working, rules(65)),
        plan_smart_order(65, 0, working, rules(65)),
    ):
        assert (plan.net, plan.working_qty, plan.cancels, plan.others) == (0, 65, (), ())
    assert plan_smart_order(130, 0, working, rules(65)).target == 130
    assert plan_smart_order(-65, 5, working, rules(65)) == SmartOrderPlan(-65, 5, 65, cancels=working)


def test_children_beyond_the_need_are_cancelled_the_youngest_first():
    old, middle, young = (live_order(65, name=str(place)) for place in range(3))

    assert plan_smart_order(130, 0, (old, middle, young), rules(65)).cancels == (young,)
    assert plan_smart_order(129, 0, (old, middle, young), rules(65)).cancels == (middle, young)


def test_a_child_that_is_too_large_does_not_use_up_the_room_of_a_younger_one():
    large, small = live_order(200, name="1"), live_order(65, name="2")

    assert plan_smart_order(130, 0, (large, small), rules(65)).cancels == (large,)


def test_a_child_that_is_over_is_neither_kept_nor_cancelled():
    plan = plan_smart_order(65, 0, (order(), live_order(-5, done=5)), rules(65))

    assert plan == SmartOrderPlan(65, 0, 0, legs=(Leg(OrderSide.BUY, 65),))


def test_a_child_against_the_need_is_cancelled_even_between_others():
    fits, against = live_order(65, name="1"), live_order(-65, name="2")
    over, late = live_order(-1, name="3", done=1), live_order(65, name="4")

    assert plan_smart_order(130, 0, (over, against, fits, late), rules(65)).cancels == (against,)


def test_an_odd_target_is_told_the_nearest_legal_ones():
    error = denied(80, 0, 65)

    assert error.message == (
        "smart order denied: target 80 from 0 needs 80, no whole number of lots of 65; "
        "the nearest targets are 65 and 130"
    )
    assert (error.code, error.what) == ("lot", "smart order")
    assert [one.field for one in error.violations] == ["target"]


def test_an_odd_target_below_is_told_the_nearest_legal_ones_too():
    assert denied(-80, 0, 65).message.endswith(
        "target -80 from 0 needs 80, no whole number of lots of 65; the nearest targets are -65 and -130"
    )


def test_what_works_counts_towards_the_base_of_an_odd_target():
    assert denied(200, 0, 65, (live_order(65),)).message.endswith(
        "target 200 from 65 needs 135, no whole number of lots of 65; the nearest targets are 195 and 260"
    )


def test_an_odd_remainder_closes_to_flat_and_to_whole_lots_only():
    assert plan_smart_order(0, 80, (), rules(65)).delta == -80
    assert plan_smart_order(65, 80, (), rules(65)).delta == -15
    assert plan_smart_order(-65, 80, (), rules(65)).delta == -145
    assert denied(66, 80, 65).code == "lot"
    assert denied(130, 80, 65).code == "lot"
    assert denied(1, 0, 65).code == "lot"


def test_drift_is_final_net_minus_target():
    assert result(final_net=60).drift == -5
    assert result(final_net=65).drift == 0
    assert result(final_net=0).drift == -65


def test_drift_is_unknown_while_the_final_net_is():
    assert result().drift is None


@pytest.mark.parametrize("outcome", SmartOutcome)
def test_only_the_outcome_drifted_has_drifted(outcome):
    assert result(outcome=outcome, final_net=0).has_drifted == (outcome is SmartOutcome.DRIFTED)


def test_a_plain_result_names_no_orders_and_no_notes():
    assert (result().orders, result().final_net, result().notes) == ((), None, ())


def test_words_of_outcomes_and_choices():
    assert {outcome.name: outcome.value for outcome in SmartOutcome} == {
        "PLANNED": "planned",
        "NOTHING_TO_DO": "nothing to do",
        "ACCEPTED": "accepted",
        "DONE": "done",
        "WORKING": "working",
        "DRIFTED": "drifted",
        "UNSETTLED": "unsettled",
        "CANCELLING": "cancelling",
        "PARTLY_DONE": "partly done",
        "REFUSED": "refused",
    }
    assert [one.value for one in OtherOrders] == ["report", "refuse", "cancel"]
    assert [one.value for one in Wait] == ["accepted", "done"]
