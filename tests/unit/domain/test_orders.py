"""What sides, types and states mean, and what a row of the book says of a position."""

import pytest

from jainam.domain.instruments import Exchange
from jainam.domain.orders import (
    TERMINAL,
    WORKING,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionKey,
    Product,
    Purpose,
    TimeInForce,
    find_order,
)
from tests.builders import KEY, NORMAL, PRO, request, row


def test_a_buy_adds_and_a_sell_takes():
    assert {side.value: side.sign for side in OrderSide} == {"BUY": 1, "SELL": -1}


def test_which_types_wait_for_a_trigger_and_which_carry_a_limit():
    assert {one.value: (one.is_stop, one.has_limit) for one in OrderType} == {
        "MARKET": (False, False),
        "LIMIT": (False, True),
        "STOP_LIMIT": (True, True),
        "STOP_MARKET": (True, False),
    }


def test_every_state_is_either_terminal_or_working():
    assert {status.value for status in TERMINAL} == {"FILLED", "CANCELLED", "REJECTED", "EXPIRED"}
    assert set(OrderStatus) == TERMINAL | WORKING
    assert not TERMINAL & WORKING
    assert OrderStatus.OTHER in WORKING


def test_words_that_the_journal_keeps():
    assert all(one.name == one.value for kind in (OrderStatus, Product, TimeInForce) for one in kind)
    assert [purpose.value for purpose in Purpose] == ["plain", "smart", "close"]


def test_a_key_is_written_with_whom_it_is_of():
    assert str(KEY) == "B/NORMAL/CL001/NFO/57350/MIS"
    assert str(PositionKey(PRO, None, Exchange.NSE, 2885, Product.CNC)) == "B/PRO/own/NSE/2885/CNC"


@pytest.mark.parametrize(("disclosed", "kept"), [(0, 0), (20, 20), (65, 30), (30, 30)])
def test_another_quantity_discloses_no_more_than_itself(disclosed, kept):
    other = request(quantity=65, disclosed_qty=disclosed).with_quantity(30)

    assert (other.quantity, other.disclosed_qty) == (30, kept)


def test_a_requests_quantity_has_its_sides_sign():
    assert request(side=OrderSide.BUY, quantity=65).signed_qty == 65
    assert request(side=OrderSide.SELL, quantity=65).signed_qty == -65


def test_a_request_is_a_market_order_for_the_day_unless_it_says_otherwise():
    plain = request()

    assert (plain.order_type, plain.limit_price, plain.stop_price) == (OrderType.MARKET, None, None)
    assert (plain.time_in_force, plain.disclosed_qty) == (TimeInForce.DAY, 0)


def test_a_row_works_on_a_position_where_the_desk_has_words_for_it():
    assert row().key == KEY
    assert row(exchange=None).key is None
    assert row(product=None).key is None


@pytest.mark.parametrize("status", OrderStatus)
def test_a_row_is_terminal_in_terminal_states(status):
    assert row(status=status).is_terminal == (status in TERMINAL)


def test_what_a_row_leaves_has_its_sides_sign():
    assert row(side=OrderSide.BUY, leaves_qty=40).working_qty == 40
    assert row(side=OrderSide.SELL, leaves_qty=40).working_qty == -40


def test_a_row_is_found_by_its_number():
    rows = [row(app_order_id="1"), row(app_order_id="2", account=NORMAL)]

    assert find_order(rows, "2") is rows[1]
    assert find_order(rows, "3") is None
