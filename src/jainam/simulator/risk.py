"""Risk control and the exchange's own checks: why an accepted order is turned down afterwards (xts-api.md, 4.9)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal

from jainam.simulator.accounts import CASH, HOLDINGS, Holding
from jainam.simulator.instrument_terms import FUTURE, OPTION, SPOT, SPREAD, Instrument
from jainam.simulator.orders import Order, Side, Terms
from jainam.simulator.positions import Position, PositionKey

# share of the notional value that a derivative blocks, and of the value that an intraday equity order blocks
_DERIVATIVE_SHARE = Decimal("0.12")
_INTRADAY_SHARE = Decimal("0.2")
_CASH_SEGMENTS = frozenset({"NSECM", "BSECM"})
ZERO = Decimal(0)


def _plain(value: Decimal) -> str:
    """A number as the reasons print it: no exponent, no trailing zeros."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def margin_per_unit(instrument: Instrument, side: Side, product: str, price: Decimal) -> Decimal:
    """
    What one unit of an opening order or of an open position blocks.

    Simplified on purpose: a bought option its premium, a sold one a share of its strike, a future a share of its
    value, an equity its value (intraday a share of it), whatever the direction.
    """
    value = price * instrument.multiplier
    if instrument.kind == OPTION:
        if side is Side.BUY:
            return value
        return (instrument.strike or price) * instrument.multiplier * _DERIVATIVE_SHARE
    if instrument.kind == FUTURE:
        return value * _DERIVATIVE_SHARE
    return value * _INTRADAY_SHARE if product in {"MIS", "MTF"} else value


class RiskControl:
    """
    Blocks margin per client, for working orders and open positions, and says no.

    Args:
        positions: The venue's net positions; read, never changed.
        last_price: The instrument's last price at a time.

    """

    def __init__(
        self, positions: Mapping[PositionKey, Position], last_price: Callable[[Instrument, float], Decimal]
    ) -> None:
        self._positions = positions
        self._last_price = last_price
        self._position_margin: dict[PositionKey, Decimal] = {}
        self._order_margin: dict[int, Decimal] = {}
        self._blocked: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._realized: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._cnc_sells: dict[int, tuple[PositionKey, int]] = {}

    def margin_used(self, client: str) -> Decimal:
        """Margin blocked for the client's working orders and open positions."""
        return self._blocked[client]

    def margin_available(self, client: str) -> Decimal:
        """Cash and realised profit less the margin used."""
        return CASH[client] + self._realized[client] - self._blocked[client]

    def position_changed(self, before: Position | None, after: Position) -> None:
        """Follow a position: called after each trade with the position as it was and as it is."""
        key = (after.client, after.instrument.segment, after.instrument.instrument_id, after.product)
        side = Side.BUY if after.net_qty > 0 else Side.SELL
        unit = margin_per_unit(after.instrument, side, after.product, after.open_average)
        # a CNC sale out of holdings needs no margin
        wanted = ZERO if after.product == "CNC" and after.net_qty < 0 else abs(after.net_qty) * unit
        self._blocked[after.client] += wanted - self._position_margin.get(key, ZERO)
        self._position_margin[key] = wanted
        self._realized[after.client] += after.realized - (before.realized if before else ZERO)

    def order_changed(self, order: Order) -> None:
        """Follow an order's leaves: called after every change of a working order and at its end."""
        leaves = order.leaves_qty if order.is_at_exchange else 0
        wanted = order.margin_per_unit * min(leaves, order.opening_qty)
        before = self._order_margin.get(order.app_order_id, ZERO)
        if wanted:
            self._order_margin[order.app_order_id] = wanted
        elif before:
            del self._order_margin[order.app_order_id]
        self._blocked[order.client] += wanted - before
        if leaves and order.terms.product == "CNC" and order.side is Side.SELL:
            self._cnc_sells[order.app_order_id] = (order.key, leaves)
        else:
            self._cnc_sells.pop(order.app_order_id, None)

    def objection(self, order: Order, terms: Terms, now: float) -> str:
        """
        The reason why *terms* are turned down, "" when they pass; a passing order is told its margin.

        The instrument's own rules come first, margin last. Several objections: the first is given, as on the wire.
        """
        instrument = order.instrument
        if instrument is None:
            return f"RMS:Instrument not found : [{order.segment}]-[{order.instrument_id}]"
        return (
            _instrument_objection(instrument, order.side, terms)
            or self._short_sale_objection(order, terms)
            or self._margin_objection(order, instrument, terms, now)
        )

    def _short_sale_objection(self, order: Order, terms: Terms) -> str:
        if terms.product != "CNC" or order.side is Side.BUY:
            return ""
        holding = self._holding(order.client, order.segment, order.instrument_id)
        # a holding can be sold on either exchange, once
        listings = holding.listings if holding else ((order.segment, order.instrument_id),)
        keys = {(order.client, segment, instrument_id, terms.product) for segment, instrument_id in listings}
        sellable = holding.quantity - holding.used if holding else 0
        sellable += sum(self._positions[key].net_qty for key in keys if key in self._positions)
        sellable -= sum(
            leaves for number, (of, leaves) in self._cnc_sells.items() if of in keys and number != order.app_order_id
        )
        wanted = terms.quantity - order.cum_qty
        if wanted <= sellable:
            return ""
        return f"RMS:CNC sale exceeds holdings : Required[{wanted}] Available[{max(0, sellable)}]"

    @staticmethod
    def _holding(client: str, segment: str, instrument_id: int) -> Holding | None:
        """What the client brought into the day of this share."""
        held = HOLDINGS.get(client, ())
        return next((holding for holding in held if (segment, instrument_id) in holding.listings), None)

    def _margin_objection(self, order: Order, instrument: Instrument, terms: Terms, now: float) -> str:
        position = self._positions.get((order.client, order.segment, order.instrument_id, terms.product))
        net = position.net_qty if position else 0
        leaves = terms.quantity - order.cum_qty
        closing = max(0, -net * order.side.sign)
        opening = 0 if terms.product == "CNC" and order.side is Side.SELL else max(0, leaves - closing)
        price = terms.limit_price if terms.order_type.has_limit else self._last_price(instrument, now)
        unit = margin_per_unit(instrument, order.side, terms.product, price)
        required = unit * opening
        free = self.margin_available(order.client) + self._order_margin.get(order.app_order_id, ZERO)
        if required > free and opening:
            return (
                f"OEMS:RMS : Margin Exceeds :  - Set Limit:[{_plain(CASH[order.client])}] "
                f"Total Required Margin:[{_plain(required)}] Available Margin[{_plain(free)}] "
                f"Margin Shortfall[{_plain(required - free)}] for entity [Client]-[{order.client}] across [ALL|ALL|ALL]"
            )
        order.margin_per_unit, order.opening_qty = unit, opening
        return ""


def product_objection(segment: str, product: str) -> str:
    """Why *segment* does not take *product*, "" when it does: delivery products are for cash segments."""
    if product in {"CNC", "MTF"} and segment not in _CASH_SEGMENTS:
        return f"RMS:Product {product} is not allowed in {segment}"
    return ""


def _instrument_objection(instrument: Instrument, side: Side, terms: Terms) -> str:
    if instrument.kind in {SPOT, SPREAD}:
        return f"RMS:Instrument is not tradable by a plain order : [{instrument.segment}]-[{instrument.instrument_id}]"
    objection = product_objection(instrument.segment, terms.product)
    if objection:
        return objection
    if instrument.freeze_qty > 0 and terms.quantity >= instrument.freeze_qty:
        return (
            f"Gateway:Freeze Quantity: Required Limit[{terms.quantity}] Freeze Quantity Limit[{instrument.freeze_qty}]"
        )
    if terms.quantity % instrument.lot_size:
        return (
            f"Gateway:Quantity is not a multiple of market lot: Quantity[{terms.quantity}] Lot[{instrument.lot_size}]"
        )
    if terms.disclosed > terms.quantity:
        return f"Gateway:Disclosed quantity[{terms.disclosed}] exceeds quantity[{terms.quantity}]"
    return _price_objection(instrument, side, terms)


def _price_objection(instrument: Instrument, side: Side, terms: Terms) -> str:
    prices = [terms.limit_price] if terms.order_type.has_limit else []
    if terms.order_type.is_stop:
        prices.append(terms.stop_price)
    for price in prices:
        if not instrument.band_low <= price <= instrument.band_high:
            return (
                f"Gateway:Price is out of the circuit limits: Price[{price}] "
                f"Low[{instrument.band_low}] High[{instrument.band_high}]"
            )
        if price % instrument.tick_size:
            return f"Gateway:Price is not a multiple of tick size: Price[{price}] Tick[{instrument.tick_size}]"
    if len(prices) == 2 and (terms.stop_price - terms.limit_price) * side.sign > 0:
        return f"Gateway:Trigger price[{terms.stop_price}] is beyond the limit price[{terms.limit_price}]"
    return ""
