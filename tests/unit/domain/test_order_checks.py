"""Every rule of an order: where it begins, where it ends, and what the caller is told (C5)."""

from decimal import Decimal

import pytest

from jainam.domain.instruments import Exchange, PriceBand
from jainam.domain.order_checks import check_change, check_order, check_quantity
from jainam.domain.orders import OrderChange, OrderSide, OrderType, Product, TimeInForce
from tests.builders import instrument, request

SYMBOL = "NFO:NIFTY22SEP2624250CE"
CASH = [Exchange.NSE, Exchange.BSE]
DERIVATIVES = [Exchange.NFO, Exchange.CDS, Exchange.BFO, Exchange.BCD, Exchange.MCX, Exchange.NCDEX, Exchange.NCO]
INDICES = [Exchange.NSE_INDEX, Exchange.BSE_INDEX, Exchange.MCX_INDEX]


def change(**given):
    values = {
        "quantity": 65,
        "product": Product.MIS,
        "order_type": OrderType.LIMIT,
        "limit_price": Decimal(10),
        "stop_price": None,
        "time_in_force": TimeInForce.DAY,
        "disclosed_qty": 0,
        **given,
    }
    return OrderChange(**values)


def limit(price, **given):
    return request(order_type=OrderType.LIMIT, limit_price=Decimal(price), **given)


def stop(limit_price, stop_price, side=OrderSide.BUY):
    return request(
        side=side,
        order_type=OrderType.STOP_LIMIT,
        limit_price=Decimal(limit_price),
        stop_price=Decimal(stop_price),
    )


def told(violations):
    return [(one.field, one.code, one.message) for one in violations]


def codes(violations):
    return [one.code for one in violations]


def test_a_legal_order_of_each_type_has_no_violation():
    price = Decimal("10.05")

    assert check_order(request()) == ()
    assert check_order(request(order_type=OrderType.LIMIT, limit_price=price)) == ()
    assert check_order(request(order_type=OrderType.STOP_MARKET, stop_price=price)) == ()
    assert check_order(request(order_type=OrderType.STOP_LIMIT, limit_price=price, stop_price=price)) == ()


@pytest.mark.parametrize("exchange", INDICES)
def test_an_index_is_never_traded(exchange):
    subject = instrument(exchange=exchange, symbol="NIFTY")

    assert told(check_order(request(instrument=subject))) == [
        ("symbol", "not-tradable", f"{exchange.value}:NIFTY is an index value and can't be traded")
    ]


@pytest.mark.parametrize("exchange", CASH)
@pytest.mark.parametrize("product", Product)
def test_shares_take_every_product(exchange, product):
    assert check_order(request(instrument=instrument(exchange=exchange), product=product)) == ()


@pytest.mark.parametrize("exchange", DERIVATIVES)
@pytest.mark.parametrize("product", [Product.CNC, Product.MTF])
def test_contracts_are_not_delivered(exchange, product):
    subject = instrument(exchange=exchange, symbol="X")

    assert told(check_order(request(instrument=subject, product=product))) == [
        (
            "product",
            "product",
            f"{exchange.value}:X: product {product.value} is not allowed on {exchange.value}; use MIS, NRML",
        )
    ]


@pytest.mark.parametrize("exchange", DERIVATIVES)
@pytest.mark.parametrize("product", [Product.MIS, Product.NRML])
def test_contracts_are_held_intraday_or_carried_forward(exchange, product):
    assert check_order(request(instrument=instrument(exchange=exchange), product=product)) == ()


@pytest.mark.parametrize("quantity", [0, -1, -65])
def test_a_quantity_is_above_zero(quantity):
    assert told(check_quantity(instrument(), quantity)) == [
        ("quantity", "quantity", f"{SYMBOL}: quantity {quantity} is not above 0")
    ]


@pytest.mark.parametrize(
    ("quantity", "use"), [(1, "65"), (64, "65"), (66, "65 or 130"), (80, "65 or 130"), (129, "65 or 130")]
)
def test_a_quantity_of_odd_lots_is_told_the_nearest_legal_ones(quantity, use):
    assert told(check_quantity(instrument(), quantity)) == [
        ("quantity", "lot", f"{SYMBOL}: quantity {quantity} is not a multiple of lot 65; use {use}")
    ]


@pytest.mark.parametrize("quantity", [65, 130, 65_000])
def test_whole_lots_are_legal(quantity):
    assert check_quantity(instrument(), quantity) == ()


def test_a_single_unit_is_legal_in_lots_of_one():
    assert check_quantity(instrument(lot_size=1), 1) == ()


@pytest.mark.parametrize("disclosed", [0, 1, 65])
def test_what_is_disclosed_lies_within_the_quantity(disclosed):
    assert check_quantity(instrument(), 65, disclosed) == ()


@pytest.mark.parametrize("disclosed", [-1, 66])
def test_what_is_disclosed_lies_nowhere_else(disclosed):
    assert told(check_quantity(instrument(), 65, disclosed)) == [
        ("disclosed_qty", "disclosed", f"{SYMBOL}: disclosed quantity {disclosed} is not between 0 and 65")
    ]


def test_a_negative_quantity_discloses_nothing():
    assert [one.message for one in check_quantity(instrument(), -65, 1)] == [
        f"{SYMBOL}: quantity -65 is not above 0",
        f"{SYMBOL}: disclosed quantity 1 is not between 0 and 0",
    ]
    assert codes(check_quantity(instrument(), -65, 0)) == ["quantity"]


def test_an_order_says_what_it_discloses():
    assert codes(check_order(request(disclosed_qty=66))) == ["disclosed"]


@pytest.mark.parametrize(
    ("order_type", "missing"),
    [
        (OrderType.LIMIT, ["limit_price"]),
        (OrderType.STOP_MARKET, ["stop_price"]),
        (OrderType.STOP_LIMIT, ["limit_price", "stop_price"]),
    ],
)
def test_a_price_that_the_type_needs_is_missed(order_type, missing):
    assert told(check_order(request(order_type=order_type))) == [
        (field, "price", f"{SYMBOL}: a {order_type.value} order needs a {field.replace('_', ' ')}") for field in missing
    ]


@pytest.mark.parametrize(
    ("order_type", "extra"),
    [
        (OrderType.MARKET, ["limit_price", "stop_price"]),
        (OrderType.LIMIT, ["stop_price"]),
        (OrderType.STOP_MARKET, ["limit_price"]),
    ],
)
def test_a_price_that_the_type_does_not_take_is_refused(order_type, extra):
    both = request(order_type=order_type, limit_price=Decimal(10), stop_price=Decimal(10))

    assert told(check_order(both)) == [
        (field, "price", f"{SYMBOL}: a {order_type.value} order takes no {field.replace('_', ' ')}") for field in extra
    ]


@pytest.mark.parametrize("price", ["0", "-0.05", "-10", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_price_is_a_number_above_zero(price):
    assert told(check_order(limit(price))) == [
        ("limit_price", "price", f"{SYMBOL}: limit price {Decimal(price)} is not above 0")
    ]


@pytest.mark.parametrize("price", ["NaN", "sNaN", "Infinity"])
def test_a_trigger_that_is_no_number_is_told_like_any_other(price):
    assert codes(check_order(stop("10", price))) == ["price"]
    assert codes(check_order(stop(price, "10"))) == ["price"]


def test_a_price_beyond_any_is_told_as_such():
    free = instrument(band=None)

    assert check_order(limit("999999999999.95", instrument=free)) == ()
    assert told(check_order(limit("1E+12", instrument=free))) == [
        ("limit_price", "price", f"{SYMBOL}: limit price 1E+12 is not below 1000000000000")
    ]
    assert codes(check_order(limit("1E+400", instrument=free))) == ["price"]


@pytest.mark.parametrize(
    ("price", "use"), [("10.03", "10.00 or 10.05"), ("10.051", "10.05 or 10.10"), ("0.01", "0.05"), ("0.049", "0.05")]
)
def test_a_price_between_ticks_is_told_the_nearest_legal_ones(price, use):
    found = check_order(limit(price, instrument=instrument(band=None)))

    assert told(found) == [
        ("limit_price", "tick", f"{SYMBOL}: limit price {price} is not a multiple of tick 0.05; use {use}")
    ]


@pytest.mark.parametrize("price", ["0.05", "10", "10.10", "396.40", "10.050"])
def test_a_price_on_a_tick_and_in_the_band_is_legal(price):
    assert check_order(limit(price)) == ()


def test_without_a_tick_any_price_is_legal():
    assert check_order(limit("10.0301", instrument=instrument(tick_size=None))) == ()


@pytest.mark.parametrize(("price", "fine"), [("19.95", False), ("20.00", True), ("30.00", True), ("30.05", False)])
def test_the_band_includes_both_of_its_ends(price, fine):
    subject = instrument(band=PriceBand(Decimal("20.00"), Decimal("30.00")))

    found = check_order(limit(price, instrument=subject))

    assert told(found) == (
        [] if fine else [("limit_price", "band", f"{SYMBOL}: limit price {price} is outside the band 20.00 to 30.00")]
    )


def test_without_a_band_any_tick_is_legal():
    assert check_order(limit("99999.95", instrument=instrument(band=None))) == ()


def test_a_trigger_keeps_tick_and_band_too():
    found = check_order(request(order_type=OrderType.STOP_MARKET, stop_price=Decimal("400.01")))

    assert told(found) == [
        ("stop_price", "tick", f"{SYMBOL}: stop price 400.01 is not a multiple of tick 0.05; use 400.00 or 400.05"),
        ("stop_price", "band", f"{SYMBOL}: stop price 400.01 is outside the band 0.05 to 396.40"),
    ]


@pytest.mark.parametrize(
    ("side", "limit_price", "word"), [(OrderSide.BUY, "9.95", "below"), (OrderSide.SELL, "10.05", "above")]
)
def test_a_stop_limit_does_not_lie_beyond_its_trigger(side, limit_price, word):
    assert told(check_order(stop(limit_price, "10.00", side))) == [
        (
            "limit_price",
            "trigger",
            f"{SYMBOL}: limit price {limit_price} of a stop {side.value.lower()} is {word} its trigger 10.00",
        )
    ]


@pytest.mark.parametrize(
    ("side", "limit_price"),
    [(OrderSide.BUY, "10.00"), (OrderSide.BUY, "10.05"), (OrderSide.SELL, "10.00"), (OrderSide.SELL, "9.95")],
)
def test_a_stop_limit_at_its_trigger_or_towards_it_is_legal(side, limit_price):
    assert check_order(stop(limit_price, "10.00", side)) == ()


def test_only_a_stop_limit_is_compared_with_its_trigger():
    both = request(order_type=OrderType.LIMIT, limit_price=Decimal(9), stop_price=Decimal(10))

    assert codes(check_order(both)) == ["price"]


def test_all_violations_are_told_at_once_in_the_order_of_the_fields():
    subject = instrument(exchange=Exchange.NSE_INDEX)

    found = check_order(
        request(
            instrument=subject,
            product=Product.CNC,
            quantity=66,
            disclosed_qty=67,
            order_type=OrderType.STOP_LIMIT,
            limit_price=Decimal("400.01"),
            stop_price=Decimal("500.02"),
        )
    )

    assert [(one.field, one.code) for one in found] == [
        ("symbol", "not-tradable"),
        ("product", "product"),
        ("quantity", "lot"),
        ("disclosed_qty", "disclosed"),
        ("limit_price", "tick"),
        ("limit_price", "band"),
        ("stop_price", "tick"),
        ("stop_price", "band"),
        ("limit_price", "trigger"),
    ]


def test_an_order_above_the_freeze_quantity_is_no_violation_because_it_is_sliced():
    assert check_order(request(quantity=1755 + 65)) == ()


def test_a_legal_change_has_no_violation():
    assert check_change(instrument(), OrderSide.BUY, change(quantity=1755), 0) == ()


def test_a_change_is_not_sliced_and_keeps_to_the_largest_legal_order():
    found = check_change(instrument(), OrderSide.BUY, change(quantity=1820), 0)

    assert told(found) == [
        ("quantity", "freeze", f"{SYMBOL}: quantity 1820 is above the largest legal order 1755; place more orders")
    ]


def test_a_change_has_no_largest_order_where_the_exchange_states_none():
    assert check_change(instrument(freeze_qty=None), OrderSide.BUY, change(quantity=65_000), 0) == ()


@pytest.mark.parametrize("cum_qty", [65, 66, 130])
def test_a_change_must_leave_something_open(cum_qty):
    found = check_change(instrument(), OrderSide.BUY, change(quantity=65), cum_qty)

    assert told(found) == [
        (
            "quantity",
            "quantity",
            f"{SYMBOL}: total quantity 65 leaves nothing open, {cum_qty} are executed; cancel the order instead",
        )
    ]


def test_a_change_to_more_than_is_executed_is_legal():
    assert check_change(instrument(), OrderSide.BUY, change(quantity=65), 64) == ()
    assert check_change(instrument(lot_size=1), OrderSide.BUY, change(quantity=1), 0) == ()
    assert codes(check_change(instrument(lot_size=1), OrderSide.BUY, change(quantity=1), 1)) == ["quantity"]


def test_a_change_to_nothing_is_told_once():
    assert codes(check_change(instrument(), OrderSide.BUY, change(quantity=0), 65)) == ["quantity"]


def test_all_violations_of_a_change_are_told_at_once():
    found = check_change(
        instrument(),
        OrderSide.SELL,
        change(
            quantity=1821,
            product=Product.CNC,
            disclosed_qty=1822,
            order_type=OrderType.STOP_LIMIT,
            limit_price=Decimal("10.05"),
            stop_price=Decimal("10.00"),
        ),
        1821,
    )

    assert codes(found) == ["product", "lot", "disclosed", "quantity", "freeze", "trigger"]


def test_a_change_is_compared_with_its_trigger_by_the_side_of_its_order():
    crossed = change(order_type=OrderType.STOP_LIMIT, limit_price=Decimal("10.05"), stop_price=Decimal("10.00"))

    assert check_change(instrument(), OrderSide.BUY, crossed, 0) == ()
    assert codes(check_change(instrument(), OrderSide.SELL, crossed, 0)) == ["trigger"]
