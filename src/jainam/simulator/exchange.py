"""The exchange engine: takes orders through their lives in time, and writes the one list of trades."""

import heapq
import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from datetime import time
from decimal import Decimal
from functools import partial

from attrs import frozen

from jainam.simulator.clock import DAY_S, day_start
from jainam.simulator.instruments import SEGMENT_IDS, Instrument, Master
from jainam.simulator.market import Market
from jainam.simulator.matching import Traded, aggressive_fills, is_hit, is_triggered, resting_fill
from jainam.simulator.orders import Order, OrderState, OrderType, Side, Status, Terms, TimeInForce, Trade
from jainam.simulator.positions import Position, PositionKey, add_trade, fold
from jainam.simulator.risk import RiskControl

# working orders are compared with the market at multiples of this: when a limit is hit or a stop triggered
LOOK_EVERY_S = 0.25
# an order that has taken what stood there comes again after this; the street needs a moment to refill the book
REFILL_S = 1.0
# a market order that found an empty side (the end of the price band) comes again after this
EMPTY_SIDE_S = 30.0
FIRST_APP_ORDER_ID = 1_240_000_001
_DAY_END_REASON = "Exchange:Order cancelled at the end of the day"


@frozen
class NewOrder:
    """What a caller asks for, checked in form but not in substance."""

    user_id: str
    client: str
    segment: str
    instrument_id: int
    side: Side
    terms: Terms
    identifier: str = ""
    source: str = ""
    generated_by: str = "TWSAPI"


@frozen
class Delays:
    """
    How long things take, in seconds.

    Args:
        to_exchange_s: From the API's answer to the exchange, for new orders, modifications and cancels alike.
        to_fill_s: From acceptance by the exchange to the first possible fill.

    """

    to_exchange_s: float = 0.0
    to_fill_s: float = 0.0


class NotWorking(Exception):
    """The order cannot be modified or cancelled in its present state."""


class Exchange:
    """
    Orders, trades and positions of all clients.

    Nothing happens by itself: `advance` carries everything that was due up to a moment, in the order of time, before
    anybody looks or acts. Orders of one desk never trade with each other; all trade against the market's depth, which
    stands unchanged for the next order (the street refills it).
    """

    def __init__(self, master: Master, market: Market, delays: Delays, day_end: time, now: float) -> None:
        self._master = master
        self._market = market
        self._delays = delays
        self._end_of_day_s = day_end.hour * 3600 + day_end.minute * 60 + day_end.second
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._scheduled = 0
        self._now = now
        self._looked_at = now
        self._day_end_at = self._next_day_end(now)
        self._working: dict[tuple[str, int], dict[int, Order]] = {}
        self._of_client: dict[str, list[Order]] = {}
        self._first_trade_at = math.inf
        self.orders: dict[int, Order] = {}
        self.trades: list[Trade] = []
        self.positions: dict[PositionKey, Position] = {}
        self.risk = RiskControl(self.positions, market.last_price)

    # -- time

    def advance(self, now: float) -> None:
        """
        Carry out everything that is due up to *now*; going back is ignored.

        What happens, and when, does not depend on how often this is called in between.
        """
        if now < self._now:
            return
        while True:
            due = min(self._due[0][0] if self._due else math.inf, self._day_end_at)
            if not self._cross(min(due, now)):
                if due > now:
                    break
                self._now = self._looked_at = due
                if due == self._day_end_at:
                    self._end_day(due)
                else:
                    heapq.heappop(self._due)[2](due)
        self._now = now

    def look_at(self, instrument: Instrument, now: float) -> None:
        """Compare the working orders of one instrument with the market at once: its price was pinned or let go."""
        self.advance(now)
        self._looked_at = now
        for order in list(self._working.get((instrument.segment, instrument.instrument_id), {}).values()):
            self._match(order, now)

    def _at(self, moment: float, action: Callable[[float], None]) -> None:
        self._scheduled += 1
        heapq.heappush(self._due, (moment, self._scheduled, action))

    def _next_day_end(self, now: float) -> float:
        end = day_start(now) + self._end_of_day_s
        return end if end > now else end + DAY_S

    def _end_day(self, moment: float) -> None:
        for order in [o for of_one in self._working.values() for o in of_one.values()]:
            self._close(order, Status.CANCELLED, moment, _DAY_END_REASON)
        self._day_end_at = self._next_day_end(moment)

    # -- what callers ask for

    def place(self, asked: NewOrder, now: float) -> Order:
        """Accept an order; risk control and the exchange say later whether they do too."""
        self.advance(now)
        order = self._new_order(asked, now)
        self._record(order, Status.PENDING_NEW, now)
        self._at(now + self._delays.to_exchange_s, lambda moment: self._arrive(order, moment))
        self.advance(now)
        return order

    def modify(self, order: Order, terms: Terms, now: float) -> None:
        """
        Ask for new terms; a turned-down modification leaves the order working as it was, with the reason on its row.

        Raises:
            NotWorking: Not at the exchange, or another request of the order is in flight.

        """
        self.advance(now)
        if not order.is_at_exchange or order.requests_in_flight:
            raise NotWorking
        order.requests_in_flight += 1
        self._record(order, Status.PENDING_REPLACE, now, terms=terms)
        self._at(now + self._delays.to_exchange_s, lambda moment: self._replace(order, terms, moment))
        self.advance(now)

    def cancel(self, order: Order, now: float) -> None:
        """
        Ask for the end of an order.

        Raises:
            NotWorking: It has ended, or a cancel of it is in flight.

        """
        self.advance(now)
        if order.is_terminal or order.cancel_in_flight:
            raise NotWorking
        order.requests_in_flight += 1
        order.cancel_in_flight = True
        self._record(order, Status.PENDING_CANCEL, now)
        self._at(now + self._delays.to_exchange_s, lambda moment: self._cancel(order, moment))
        self.advance(now)

    def cancel_all(self, clients: Collection[str], segment: str, instrument_id: int, now: float) -> int:
        """Cancel the clients' working orders of an instrument, of the whole segment for id 0; return how many."""
        self.advance(now)
        chosen = [
            order
            for client in clients
            for order in self._of_client.get(client, ())
            if not order.is_terminal
            and not order.cancel_in_flight
            and order.segment == segment
            and instrument_id in {0, order.instrument_id}
        ]
        for order in chosen:
            self.cancel(order, now)
        return len(chosen)

    def trade_outside(self, asked: NewOrder, instrument: Instrument, price: Decimal, now: float) -> Order:
        """A manual trade at the terminal: a filled order that no API call asked for, past all checks."""
        self.advance(now)
        order = self._new_order(asked, now)
        self._record(order, Status.PENDING_NEW, now)
        self._accept(order, now)
        self._fill(order, instrument, price, asked.terms.quantity, now)
        return order

    def convert(self, position: Position, product: str, quantity: int, now: float) -> None:
        """
        Move *quantity* units of an open position to another product, at the average price of its open side.

        Two entries in the list of trades, without orders: out of the old product, into the new one.
        """
        self.advance(now)
        opened = Side.BUY if position.net_qty > 0 else Side.SELL
        for side, of_product in ((opened.opposite, position.product), (opened, product)):
            number = len(self.trades) + 1
            self._enter(
                Trade(
                    number,
                    now,
                    position.user_id,
                    position.client,
                    position.instrument,
                    side,
                    of_product,
                    quantity,
                    position.open_average,
                )
            )

    # -- what callers look at

    def book(self, clients: Collection[str], now: float, age_s: float = 0.0) -> Iterator[tuple[Order, int]]:
        """
        The day's orders as of *age_s* ago, newest first, each with the place of its state then.

        An order belongs to the day when it ended in it or has not ended.
        """
        midnight = day_start(now)
        chosen = [
            order
            for client in clients
            for order in self._of_client.get(client, ())
            if order.terminal_at is None or order.terminal_at >= midnight
        ]
        chosen.sort(key=lambda order: -order.app_order_id)
        for order in chosen:
            seen = order.state_at(now - age_s)
            if seen is not None:
                yield order, seen[0]

    def day_trades(self, clients: Collection[str], now: float, age_s: float = 0.0) -> Iterator[Trade]:
        """The day's fills as of *age_s* ago, oldest first; conversions are no fills."""
        midnight = day_start(now)
        for trade in self.trades:
            if trade.order is not None and midnight <= trade.at <= now - age_s and trade.client in clients:
                yield trade

    def positions_at(self, now: float, *, day_wise: bool, lag_s: float = 0.0) -> dict[PositionKey, Position]:
        """All clients' positions as of *lag_s* ago: of today's trades only, or of all."""
        since = day_start(now) if day_wise else None
        if since is not None and self._first_trade_at >= since:
            since = None
        if since is None and lag_s <= 0:
            return self.positions
        return fold(self.trades, since, now - lag_s)

    # -- the lives of orders

    def _new_order(self, asked: NewOrder, now: float) -> Order:
        order = Order(
            app_order_id=FIRST_APP_ORDER_ID + len(self.orders),
            user_id=asked.user_id,
            client=asked.client,
            segment=asked.segment,
            instrument_id=asked.instrument_id,
            instrument=self._master.get(asked.segment, asked.instrument_id),
            side=asked.side,
            terms=asked.terms,
            identifier=asked.identifier,
            source=asked.source,
            generated_by=asked.generated_by,
            arrived_at=now,
        )
        self.orders[order.app_order_id] = order
        self._of_client.setdefault(order.client, []).append(order)
        return order

    def _record(
        self, order: Order, status: Status, moment: float, reason: str = "", terms: Terms | None = None
    ) -> None:
        order.states.append(
            OrderState(
                moment, status, terms or order.terms, order.cum_qty, order.turnover, order.exchange_order_id, reason
            )
        )

    def _arrive(self, order: Order, moment: float) -> None:
        reason = self.risk.objection(order, order.terms, moment)
        if reason:
            self._close(order, Status.REJECTED, moment, reason)
            return
        self._accept(order, moment)
        self._work_from(order, moment)

    def _accept(self, order: Order, moment: float) -> None:
        prefix = 11 + SEGMENT_IDS[order.segment]
        order.exchange_order_id = f"{prefix}{order.app_order_id - FIRST_APP_ORDER_ID + 1:014d}"
        order.accepted_at = moment
        # a cancel that is still on its way shows until it arrives
        if not order.cancel_in_flight:
            self._record(order, Status.NEW, moment)

    def _work_from(self, order: Order, moment: float) -> None:
        """Let an accepted or modified order trade from its fill delay on, as one that comes to the book."""
        order.is_resting = False
        order.match_from = moment + self._delays.to_fill_s
        self._working.setdefault((order.segment, order.instrument_id), {})[order.app_order_id] = order
        self.risk.order_changed(order)
        self._at(order.match_from, lambda then: self._match(order, then))

    def _replace(self, order: Order, terms: Terms, moment: float) -> None:
        order.requests_in_flight -= 1
        if order.is_terminal:
            return
        if terms.quantity <= order.cum_qty:
            reason = f"Gateway:Modified quantity[{terms.quantity}] is not above executed quantity[{order.cum_qty}]"
        else:
            reason = self.risk.objection(order, terms, moment)
        if reason:
            self._record(order, self._shown(order), moment, reason)
            return
        waits_anew = terms.order_type.is_stop and not order.terms.order_type.is_stop
        order.terms = terms
        order.is_triggered = order.is_triggered and not waits_anew
        order.working_status = Status.REPLACED
        self._record(order, self._shown(order), moment)
        self._work_from(order, moment)

    @staticmethod
    def _shown(order: Order) -> Status:
        return Status.PENDING_CANCEL if order.cancel_in_flight else order.working_status

    def _cancel(self, order: Order, moment: float) -> None:
        order.requests_in_flight -= 1
        order.cancel_in_flight = False
        if not order.is_terminal:
            self._close(order, Status.CANCELLED, moment)

    def _close(self, order: Order, status: Status, moment: float, reason: str = "") -> None:
        order.terminal_at = moment
        self._record(order, status, moment, reason)
        self._leave(order)

    def _leave(self, order: Order) -> None:
        key = (order.segment, order.instrument_id)
        of_one = self._working.get(key)
        if of_one is not None:
            of_one.pop(order.app_order_id, None)
            if not of_one:
                del self._working[key]
        self.risk.order_changed(order)

    # -- matching

    def _cross(self, until: float) -> bool:
        """Match at the first look up to *until* at which a waiting order is hit or triggered; False when at none."""
        since = self._looked_at
        first, look = math.floor(since / LOOK_EVERY_S) + 1, math.floor(until / LOOK_EVERY_S)
        if look < first:
            return False
        crossed: list[Order] = []
        for of_one in self._working.values():
            waiting = [order for order in of_one.values() if order.match_from <= since]
            if waiting and self._is_reached(waiting, since, look):
                found = first + bisect_left(range(first, look), x=True, key=partial(self._is_reached, waiting, since))
                if found < look:
                    look, crossed = found, []
                crossed.extend(waiting)
        self._now = self._looked_at = look * LOOK_EVERY_S
        for order in crossed:
            self._match(order, self._now, since)
        return bool(crossed)

    def _is_reached(self, waiting: list[Order], since: float, look: int) -> bool:
        """Whether one of an instrument's orders is hit or triggered at a look or before it."""
        instrument = waiting[0].instrument
        assert instrument is not None
        traded = Traded(*self._market.extremes(instrument, since, look * LOOK_EVERY_S))
        return any((is_triggered if self._waits(order) else is_hit)(order, traded) for order in waiting)

    @staticmethod
    def _waits(order: Order) -> bool:
        return order.terms.order_type.is_stop and not order.is_triggered

    def _match(self, order: Order, moment: float, since: float | None = None) -> None:
        """Give an order what the market has for it; with *since*, look back at the prices from there on."""
        instrument = order.instrument
        if not order.is_at_exchange or moment < order.match_from or instrument is None:
            return
        got: list[tuple[Decimal, int]] = []
        if self._waits(order) or order.is_resting:
            traded = Traded(*self._market.extremes(instrument, moment if since is None else since, moment))
            if order.is_resting and is_hit(order, traded):
                got = resting_fill(order, self._market.book(instrument, moment))
            elif self._waits(order):
                order.is_triggered = is_triggered(order, traded)
        if not order.is_resting and not self._waits(order):
            got = aggressive_fills(order, self._market.book(instrument, moment))
        for price, quantity in got:
            self._fill(order, instrument, price, quantity, moment)
        if not order.is_terminal and order.terms.time_in_force is TimeInForce.IOC:
            self._close(order, Status.CANCELLED, moment)
        if order.is_terminal or self._waits(order):
            return
        order.is_resting = order.terms.order_type.has_limit
        if got or not order.is_resting:
            order.match_from = moment + (REFILL_S if got else EMPTY_SIDE_S)
            self._at(order.match_from, lambda then: self._match(order, then))

    def _fill(self, order: Order, instrument: Instrument, price: Decimal, quantity: int, moment: float) -> None:
        order.cum_qty += quantity
        order.turnover += price * quantity
        order.fills += 1
        order.first_fill_at = moment if order.first_fill_at is None else order.first_fill_at
        order.last_fill_at = moment
        order.working_status = Status.PARTIALLY_FILLED
        if order.cum_qty == order.terms.quantity:
            order.terminal_at = moment
            self._record(order, Status.FILLED, moment)
            self._leave(order)
        else:
            self._record(order, Status.PARTIALLY_FILLED, moment)
            self.risk.order_changed(order)
        number = len(self.trades) + 1
        self._enter(
            Trade(
                number,
                moment,
                order.user_id,
                order.client,
                instrument,
                order.side,
                order.terms.product,
                quantity,
                price,
                exec_id=str(75_510_000 + number),
                index=order.fills,
                order=order,
                state=order.state,
            )
        )

    def _enter(self, trade: Trade) -> None:
        """The only writer of the list of trades, and of the positions that follow from it."""
        before = self.positions.get(trade.key)
        self.trades.append(trade)
        self._first_trade_at = min(self._first_trade_at, trade.at)
        self.risk.position_changed(before, add_trade(self.positions, trade))


def market_terms(product: str, quantity: int) -> Terms:
    """The terms of a plain market order for the day."""
    return Terms(product, OrderType.MARKET, quantity, 0, Decimal(0), Decimal(0), TimeInForce.DAY)
