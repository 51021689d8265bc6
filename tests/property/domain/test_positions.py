"""When a net may be believed: the rules (a), (b) and (c), and what makes an agreed net worthless."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.intents import IntentState
from jainam.domain.orders import OrderSide, OrderStatus
from jainam.domain.positions import (
    CLOCK_MARGIN,
    AgreedNet,
    agreed_from,
    could_explain,
    expected_net,
    fingerprint,
    is_quiet,
    is_voided,
    net_of,
)
from tests.builders import KEY, NOW, live_order, order, position

LAG = timedelta(seconds=5)


def ended(quantity: int, *, name: str = "1", done: int | None = None, seen_s: float = 60.0, **given):
    """An order of ours that is over, its fill first seen so many seconds ago."""
    filled = abs(quantity) if done is None else done
    return order(
        client_order_id=f"jmabc{name:0>11}",
        side=OrderSide.BUY if quantity > 0 else OrderSide.SELL,
        order_qty=abs(quantity),
        cum_qty=filled,
        state=IntentState.PLACED,
        status=OrderStatus.FILLED if filled == abs(quantity) else OrderStatus.CANCELLED,
        fill_seen_at=NOW - timedelta(seconds=seen_s) if filled else None,
        **given,
    )


@given(
    net=st.integers(-1_000, 1_000),
    fills=st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(0, 50), st.integers(0, 50)), max_size=5),
)
def test_expected_net_is_the_agreed_one_and_the_fills_since(net, fills):
    before = [live_order(100 * sign, name=str(n), done=then) for n, (sign, then, _) in enumerate(fills)]
    after = [live_order(100 * sign, name=str(n), done=then + more) for n, (sign, then, more) in enumerate(fills)]
    agreed = agreed_from(net, before, NOW, last=None)

    assert expected_net(agreed, before) == net
    assert expected_net(agreed, after) == net + sum(sign * more for sign, _, more in fills)


def test_an_order_that_is_newer_than_the_agreed_net_counts_whole():
    agreed = agreed_from(10, [], NOW, last=None)

    assert expected_net(agreed, [ended(-4)]) == 6


def test_quiet_is_nothing_live_and_no_young_fill():
    assert is_quiet([], NOW, LAG)
    assert is_quiet([ended(5, seen_s=5)], NOW, LAG)
    assert is_quiet([ended(5, done=0)], NOW, LAG)
    assert not is_quiet([ended(5, seen_s=4.999)], NOW, LAG)
    assert not is_quiet([live_order(5)], NOW, LAG)
    assert not is_quiet([order(state=IntentState.IN_DOUBT)], NOW, LAG)
    assert not is_quiet([order(state=IntentState.SENDING)], NOW, LAG)


def test_a_fill_from_the_future_of_a_jumping_clock_is_young():
    assert not is_quiet([ended(5, seen_s=-3_600)], NOW, LAG)


def test_one_order_that_is_not_quiet_is_enough():
    assert not is_quiet([ended(5, seen_s=60), live_order(5, name="2")], NOW, LAG)


def test_a_fingerprint_moves_with_fills_and_with_the_end():
    working = live_order(5)

    assert fingerprint([working]) == fingerprint([live_order(5)])
    assert fingerprint([working]) != fingerprint([live_order(5, done=1)])
    assert fingerprint([live_order(5, done=5)]) != fingerprint([ended(5)])
    assert fingerprint([working]) != fingerprint([])
    assert fingerprint([order(state=IntentState.IN_DOUBT)]) != fingerprint([order(state=IntentState.REFUSED)])


def test_a_fingerprint_tells_orders_apart_and_says_which_are_over():
    swapped = [live_order(5, name="1", done=2), live_order(5, name="2", done=1)]

    assert fingerprint([live_order(5, name="1", done=1), live_order(5, name="2", done=2)]) != fingerprint(swapped)
    assert fingerprint([live_order(5, done=1), ended(3, name="2")]) == {
        ("jmabc00000000001", 1, False),
        ("jmabc00000000002", 3, True),
    }


@given(difference=st.integers(-50, 50).filter(bool))
def test_only_live_orders_of_the_same_sign_could_explain_a_difference(difference):
    buy, sell = live_order(5, name="1"), live_order(-5, name="2")

    assert could_explain(difference, [buy, sell, ended(9, name="3")]) == ((buy,) if difference > 0 else (sell,))


def test_no_difference_needs_no_explanation():
    assert could_explain(0, [live_order(5)]) == ()


def test_without_a_last_agreed_net_any_live_order_could():
    doubtful = order(state=IntentState.IN_DOUBT)

    assert could_explain(None, [live_order(5), doubtful, ended(9, name="3")]) == (live_order(5), doubtful)


def test_a_newly_agreed_net_remembers_cum_qty_and_what_was_live():
    working, over = live_order(5, name="1", done=2), ended(3, name="2")

    agreed = agreed_from(7, [working, over], NOW, last=None)

    assert agreed.cum_qty == {working.client_order_id: 2, over.client_order_id: 3}
    assert agreed.live == frozenset({working.client_order_id})
    assert (agreed.net, agreed.sent_at, agreed.unexplained) == (7, NOW, 0)


def test_a_newly_agreed_net_counts_unsettled_orders_as_live():
    doubtful, sending = order(state=IntentState.IN_DOUBT), order(client_order_id="2", state=IntentState.SENDING)

    agreed = agreed_from(7, [doubtful, sending, order(client_order_id="3", state=IntentState.REFUSED)], NOW, last=None)

    assert agreed.live == {doubtful.client_order_id, "2"}


def test_an_agreed_net_has_nothing_unexplained_unless_it_says_so():
    assert AgreedNet(net=5, cum_qty={}, live=frozenset(), sent_at=NOW).unexplained == 0


def test_what_somebody_else_traded_is_the_rest():
    last = agreed_from(10, [], NOW, last=None)

    assert agreed_from(3, [ended(5)], NOW, last=last).unexplained == 3 - 15


def test_a_fill_of_an_order_that_was_live_at_the_read_voids_unless_clearly_later():
    working = live_order(5)
    agreed = agreed_from(0, [working], NOW, last=None)

    assert is_voided(agreed, working, None)
    assert is_voided(agreed, working, NOW + CLOCK_MARGIN)
    assert is_voided(agreed, working, NOW + CLOCK_MARGIN + timedelta(microseconds=1)) is False
    assert is_voided(agreed, live_order(5, name="2"), None) is False


def test_two_seconds_after_a_read_are_not_clearly_after_it():
    assert timedelta(seconds=2) == CLOCK_MARGIN


def test_the_net_of_a_key_is_its_own_row():
    rows = [position(65), position(130, client="CL002"), position(5, product=None)]

    assert net_of(rows, KEY) == 65
    assert net_of(rows[1:], KEY) is None
    assert net_of([position(0)], KEY) == 0
