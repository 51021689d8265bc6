"""The rules of an order as properties: a legal order passes, and what a message proposes is legal."""

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.instruments import PriceBand
from jainam.domain.order_checks import check_order, check_quantity
from jainam.domain.orders import OrderSide, OrderType
from tests.builders import instrument, request

TICKS = st.sampled_from([Decimal("0.0025"), Decimal("0.05"), Decimal("0.1"), Decimal(1)])
ANY_PRICE = st.none() | st.decimals(allow_nan=True, allow_infinity=True)


def proposals(message):
    return [Decimal(word) for word in re.findall(r"[\d.]+", message.rpartition("; use ")[2])]


@given(quantity=st.integers(-10_000, 1_000_000), lot=st.integers(1, 5_000))
def test_a_quantity_passes_exactly_when_it_is_whole_lots_above_zero(quantity, lot):
    assert (check_quantity(instrument(lot_size=lot), quantity) == ()) == (quantity > 0 and quantity % lot == 0)


@given(quantity=st.integers(1, 1_000_000), lot=st.integers(1, 5_000))
def test_a_proposed_quantity_is_legal_and_the_nearest(quantity, lot):
    for one in check_quantity(instrument(lot_size=lot), quantity):
        for proposed in proposals(one.message):
            assert check_quantity(instrument(lot_size=lot), int(proposed)) == ()
            assert abs(proposed - quantity) < lot


@given(price=st.decimals("0.0001", 100_000, places=4), tick=TICKS)
def test_a_proposed_price_is_legal_and_the_nearest(price, tick):
    subject = instrument(tick_size=tick, band=None)

    for one in check_order(request(instrument=subject, order_type=OrderType.LIMIT, limit_price=price)):
        for proposed in proposals(one.message):
            legal = request(instrument=subject, order_type=OrderType.LIMIT, limit_price=proposed)
            assert check_order(legal) == ()
            assert abs(proposed - price) < tick


@given(
    steps=st.integers(1, 10_000),
    tick=TICKS,
    low=st.decimals(0, 500, places=2),
    width=st.decimals(0, 500, places=2),
)
def test_a_price_on_a_tick_passes_exactly_inside_the_band(steps, tick, low, width):
    subject = instrument(tick_size=tick, band=PriceBand(low, low + width))
    price = steps * tick

    found = check_order(request(instrument=subject, order_type=OrderType.LIMIT, limit_price=price))

    assert (found == ()) == (low <= price <= low + width)


@given(
    order_type=st.sampled_from(OrderType),
    side=st.sampled_from(OrderSide),
    limit_price=ANY_PRICE,
    stop_price=ANY_PRICE,
    quantity=st.integers(-100, 1_000),
    disclosed=st.integers(-100, 1_000),
)
def test_every_order_gets_an_answer_and_every_answer_names_its_instrument(
    order_type, side, limit_price, stop_price, quantity, disclosed
):
    subject = request(
        order_type=order_type,
        side=side,
        limit_price=limit_price,
        stop_price=stop_price,
        quantity=quantity,
        disclosed_qty=disclosed,
    )

    for one in check_order(subject):
        assert one.field in {"quantity", "disclosed_qty", "limit_price", "stop_price"}
        assert one.message.startswith(f"{subject.instrument}: ")
