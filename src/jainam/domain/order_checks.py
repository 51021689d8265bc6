"""The rules that an order must keep before it leaves: every broken one is reported at once."""

from decimal import Decimal

from jainam.domain.errors import Violation
from jainam.domain.instruments import Instrument, InstrumentRules
from jainam.domain.orders import OrderChange, OrderRequest, OrderSide, OrderType, Product

_BEYOND_ANY_PRICE = 10**12
"""Ticks of a larger number can't be counted in the digits of a Decimal."""


def check_order(request: OrderRequest) -> tuple[Violation, ...]:
    """Return all violations of an order, in the order of its fields; empty when it may be sent."""
    instrument = request.instrument
    return (
        *_check_instrument(instrument),
        *_check_product(instrument, request.product),
        *check_quantity(instrument, request.quantity, request.disclosed_qty),
        *_check_prices(instrument, request.order_type, request.limit_price, request.stop_price, request.side),
    )


def check_change(instrument: Instrument, side: OrderSide, change: OrderChange, cum_qty: int) -> tuple[Violation, ...]:
    """Return all violations of a modification. *cum_qty* is what has been executed already."""
    too_low: tuple[Violation, ...] = ()
    if 0 < change.quantity <= cum_qty:
        too_low = (
            Violation(
                "quantity",
                f"{instrument}: total quantity {change.quantity} leaves nothing open, {cum_qty} are executed; "
                "cancel the order instead",
                "quantity",
            ),
        )
    return (
        *_check_product(instrument, change.product),
        *check_quantity(instrument, change.quantity, change.disclosed_qty),
        *too_low,
        *_check_freeze(instrument, change.quantity),
        *_check_prices(instrument, change.order_type, change.limit_price, change.stop_price, side),
    )


def _check_instrument(instrument: Instrument) -> tuple[Violation, ...]:
    if not instrument.exchange.is_index:
        return ()
    return (Violation("symbol", f"{instrument} is an index value and can't be traded", "not-tradable"),)


def _check_product(instrument: Instrument, product: Product) -> tuple[Violation, ...]:
    # NRML is allowed in the cash segment too: the venue lists it there (login answer, exchangeInfo of NSECM).
    delivered = (Product.CNC, Product.MTF) if instrument.exchange.is_cash else ()
    allowed = (Product.MIS, Product.NRML, *delivered)
    if product in allowed:
        return ()
    names = ", ".join(one.value for one in allowed)
    return (
        Violation(
            "product",
            f"{instrument}: product {product.value} is not allowed on {instrument.exchange.value}; use {names}",
            "product",
        ),
    )


def check_quantity(instrument: Instrument, quantity: int, disclosed_qty: int = 0) -> tuple[Violation, ...]:
    """Return what is wrong with a quantity in units: not positive, no whole number of lots, or less than disclosed."""
    lot = instrument.lot_size
    found: list[Violation] = []
    if quantity <= 0:
        found.append(Violation("quantity", f"{instrument}: quantity {quantity} is not above 0", "quantity"))
    elif quantity % lot:
        below = quantity // lot * lot
        use = f"{below} or {below + lot}" if below else f"{lot}"
        found.append(
            Violation("quantity", f"{instrument}: quantity {quantity} is not a multiple of lot {lot}; use {use}", "lot")
        )
    if disclosed_qty < 0 or disclosed_qty > max(quantity, 0):
        found.append(
            Violation(
                "disclosed_qty",
                f"{instrument}: disclosed quantity {disclosed_qty} is not between 0 and {max(quantity, 0)}",
                "disclosed",
            )
        )
    return tuple(found)


def _check_freeze(instrument: Instrument, quantity: int) -> tuple[Violation, ...]:
    largest = instrument.rules.max_order_qty
    if largest is None or quantity <= largest:
        return ()
    message = f"{instrument}: quantity {quantity} is above the largest legal order {largest}; place more orders"
    return (Violation("quantity", message, "freeze"),)


def _check_prices(
    instrument: Instrument,
    order_type: OrderType,
    limit_price: Decimal | None,
    stop_price: Decimal | None,
    side: OrderSide,
) -> tuple[Violation, ...]:
    found: list[Violation] = []
    for field, price, wanted in (
        ("limit_price", limit_price, order_type.has_limit),
        ("stop_price", stop_price, order_type.is_stop),
    ):
        word = field.replace("_", " ")
        if wanted and price is None:
            found.append(Violation(field, f"{instrument}: a {order_type.value} order needs a {word}", "price"))
        elif not wanted and price is not None:
            found.append(Violation(field, f"{instrument}: a {order_type.value} order takes no {word}", "price"))
        elif price is not None:
            found.extend(_check_price(instrument.rules, f"{instrument}: {word}", field, price))
    prices = [price for price in (limit_price, stop_price) if price is not None and price.is_finite()]
    if order_type is OrderType.STOP_LIMIT and len(prices) == 2:
        limit_price, stop_price = prices
        crossed = limit_price < stop_price if side is OrderSide.BUY else limit_price > stop_price
        if crossed:
            word = "below" if side is OrderSide.BUY else "above"
            found.append(
                Violation(
                    "limit_price",
                    f"{instrument}: limit price {limit_price} of a stop {side.value.lower()} is {word} its trigger "
                    f"{stop_price}",
                    "trigger",
                )
            )
    return tuple(found)


def _check_price(rules: InstrumentRules, what: str, field: str, price: Decimal) -> tuple[Violation, ...]:
    if not price.is_finite() or price <= 0:
        return (Violation(field, f"{what} {price} is not above 0", "price"),)
    if price >= _BEYOND_ANY_PRICE:
        return (Violation(field, f"{what} {price} is not below {_BEYOND_ANY_PRICE}", "price"),)
    found: list[Violation] = []
    tick = rules.tick_size
    if tick is not None and price % tick:
        below = price // tick * tick
        use = f"{below} or {below + tick}" if below else f"{tick}"
        found.append(Violation(field, f"{what} {price} is not a multiple of tick {tick}; use {use}", "tick"))
    band = rules.band
    if band is not None and not band.low <= price <= band.high:
        found.append(Violation(field, f"{what} {price} is outside the band {band.low} to {band.high}", "band"))
    return tuple(found)
