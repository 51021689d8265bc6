"""Identifiers, what is open of an order in each state, and the digest of what an intent asks for."""

from datetime import timedelta
from decimal import Decimal

import pytest

from jainam.domain.instruments import Exchange
from jainam.domain.intents import (
    MARK,
    SETTLED,
    TAG_LENGTH,
    UNIQUE_LENGTH,
    WITHOUT_EFFECT,
    IntentState,
    ProcessMark,
    client_order_id,
    content_of,
    is_ours,
    text_of,
)
from jainam.domain.orders import (
    TERMINAL,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionKey,
    Product,
    Purpose,
    TimeInForce,
)
from tests.builders import KEY, NORMAL, NOW, PRO, instrument, order, request

OPEN_STATES = {IntentState.SENDING, IntentState.IN_DOUBT, IntentState.PLACED}


def test_the_first_and_the_last_identifier_of_a_desk():
    assert client_order_id("abc", 0) == "jmabc00000000000"
    assert client_order_id("abc", 1) == "jmabc00000000001"
    assert client_order_id("abc", 62**11 - 1) == "jmabczzzzzzzzzzz"


def test_digits_count_up_through_digits_capitals_and_small_letters():
    assert "".join(text_of(number, 1) for number in range(62)) == (
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )
    assert text_of(62, 2) == "10"
    assert text_of(62 * 62, 2) == "00"


def test_mark_tag_and_the_unique_part_fill_sixteen_characters():
    assert (MARK, TAG_LENGTH, UNIQUE_LENGTH) == ("jm", 3, 11)
    assert len(MARK) + TAG_LENGTH + UNIQUE_LENGTH == 16


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "jmabc",
        "jmabc0000000000",
        "jmabc000000000000",
        "jmabd00000000000",
        "JMabc00000000000",
        "xjmabc0000000000",
        "00000000000jmabc",
    ],
)
def test_an_identifier_of_another_length_mark_or_desk_is_not_ours(identifier):
    assert not is_ours(identifier, "abc")


def test_states_with_a_verdict_and_states_in_which_the_venue_has_nothing():
    assert {state.value for state in SETTLED} == {"placed", "refused", "never-left", "denied"}
    assert {state.value for state in WITHOUT_EFFECT} == {"refused", "never-left", "denied"}
    assert isinstance(SETTLED, frozenset)
    assert isinstance(WITHOUT_EFFECT, frozenset)
    assert set(IntentState) - SETTLED == {IntentState.RECORDED, IntentState.SENDING, IntentState.IN_DOUBT}


def test_the_journal_keeps_these_words_for_states():
    assert {state.name: state.value for state in IntentState} == {
        "RECORDED": "recorded",
        "SENDING": "sending",
        "IN_DOUBT": "in-doubt",
        "PLACED": "placed",
        "REFUSED": "refused",
        "NEVER_LEFT": "never-left",
        "DENIED": "denied",
    }


def test_a_process_is_written_by_its_number_and_told_apart_by_its_start():
    assert str(ProcessMark(4711, 99)) == "process 4711"
    assert ProcessMark(4711, 99) != ProcessMark(4711, 100)


def test_a_new_order_is_recorded_and_nothing_is_known_of_it():
    subject = order()

    assert subject.state is IntentState.RECORDED
    assert (subject.attempts, subject.cum_qty, subject.content, subject.reason) == (0, 0, "", "")
    assert (subject.caller_key, subject.sent_at, subject.app_order_id, subject.status) == (None, None, None, None)
    assert (subject.avg_px, subject.row_seen_at, subject.fill_seen_at) == (None, None, None)


def test_an_order_works_on_the_position_of_its_account_client_instrument_and_product():
    assert order().key == KEY
    assert order(client=None, account=PRO, instrument_id=3, product=Product.NRML, exchange=Exchange.BFO).key == (
        PositionKey(PRO, None, Exchange.BFO, 3, Product.NRML)
    )


@pytest.mark.parametrize("state", IntentState)
def test_only_what_was_sent_without_a_verdict_is_unsettled(state):
    assert order(state=state).is_unsettled == (state in {IntentState.SENDING, IntentState.IN_DOUBT})


@pytest.mark.parametrize("state", IntentState)
@pytest.mark.parametrize("status", [None, *OrderStatus])
def test_only_a_placed_order_that_is_not_known_to_be_terminal_is_live(state, status):
    expected = state is IntentState.PLACED and status not in TERMINAL

    assert order(state=state, status=status).is_live == expected


@pytest.mark.parametrize("state", IntentState)
@pytest.mark.parametrize(("side", "sign"), [(OrderSide.BUY, 1), (OrderSide.SELL, -1)])
def test_only_an_order_that_may_trade_leaves_anything(state, side, sign):
    subject = order(state=state, side=side, order_qty=65, cum_qty=25)

    leaves = 40 if state in OPEN_STATES else 0
    assert subject.leaves_qty == leaves
    assert subject.working_qty == sign * leaves
    assert subject.signed_cum_qty == sign * 25


@pytest.mark.parametrize("status", sorted(TERMINAL, key=lambda status: status.value))
def test_a_terminal_order_leaves_nothing_and_keeps_what_it_executed(status):
    subject = order(state=IntentState.PLACED, status=status, order_qty=65, cum_qty=25)

    assert (subject.leaves_qty, subject.working_qty, subject.signed_cum_qty) == (0, 0, 25)


FIELDS = {
    "instrument": instrument(symbol="OTHER"),
    "side": OrderSide.SELL,
    "quantity": 130,
    "product": Product.NRML,
    "order_type": OrderType.STOP_LIMIT,
    "limit_price": Decimal("10.05"),
    "stop_price": Decimal("10.05"),
    "time_in_force": TimeInForce.IOC,
    "disclosed_qty": 5,
}


def content(**given):
    values = {"account": NORMAL, "client": "CL001", "requests": [request()], "purpose": Purpose.PLAIN, **given}
    return content_of(values["account"], values["client"], values["requests"], values["purpose"])


def test_every_field_of_a_request_is_tried_below():
    assert {field.name for field in type(request()).__attrs_attrs__} == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
def test_the_content_changes_with_every_field_of_a_request(field):
    assert content(requests=[request(**{field: FIELDS[field]})]) != content()


def test_the_content_changes_with_the_instruments_exchange_and_number():
    assert content(requests=[request(instrument=instrument(exchange=Exchange.BFO))]) != content()
    assert content(requests=[request(instrument=instrument(instrument_id=1))]) != content()


def test_the_content_tells_a_limit_from_a_trigger_of_the_same_price():
    price = Decimal(10)

    assert content(requests=[request(limit_price=price)]) != content(requests=[request(stop_price=price)])


def test_the_content_changes_with_account_client_and_purpose():
    others = [
        content(account=PRO),
        content(client="CL002"),
        content(client=None),
        content(purpose=Purpose.SMART),
        content(purpose=Purpose.CLOSE),
    ]

    assert len({content(), *others}) == 6


def test_the_content_changes_with_the_number_and_the_order_of_requests():
    one, two = request(quantity=65), request(quantity=130)

    assert len({content(requests=many) for many in ([], [one], [two], [one, one], [one, two], [two, one])}) == 6


def test_the_content_changes_with_what_else_is_asked():
    subject = (NORMAL, "CL001", [request()], Purpose.SMART)

    found = {content_of(*subject, *extra) for extra in ((), (1,), (2,), (1, 2), (12,), ("1", "2", "3"), (None,))}

    assert len(found) == 7


def test_a_price_counts_by_its_value():
    one = request(order_type=OrderType.LIMIT, limit_price=Decimal("1.0"))
    same = request(order_type=OrderType.LIMIT, limit_price=Decimal("1.00"))
    other = request(order_type=OrderType.LIMIT, limit_price=Decimal("1.01"))

    assert content(requests=[one]) == content(requests=[same])
    assert content(requests=[one]) != content(requests=[other])


def test_the_same_wish_has_the_same_content_ever_after():
    assert content() == content()
    assert content(account=PRO, client=None, purpose=Purpose.CLOSE) == "35f25d65e3f876738ef760b0a7a5adec"
    assert content() == "df747bfd2e986d1337168ef0ce37fe5e"


def test_the_content_does_not_depend_on_the_lot_of_the_day():
    assert content(requests=[request(instrument=instrument(lot_size=1, band=None))]) == content()


def test_the_content_is_thirty_two_hexadecimal_digits():
    assert len(content()) == 32
    assert set(content()) <= set("0123456789abcdef")


def test_an_order_that_is_unsettled_and_filled_leaves_nothing():
    assert order(state=IntentState.IN_DOUBT, order_qty=65, cum_qty=65).leaves_qty == 0


def test_when_it_was_recorded_is_its_own():
    assert order(recorded_at=NOW + timedelta(seconds=1)).recorded_at == NOW + timedelta(seconds=1)
