"""Agree a net: read until the positions are proven to be of one moment with what we know of our orders."""

from collections import deque
from datetime import datetime

from attrs import frozen

from jainam.application.bounds import Bounds
from jainam.application.read_books import ReadBooks
from jainam.domain.errors import KeyUnsettled
from jainam.domain.intents import Order
from jainam.domain.limits import Priority
from jainam.domain.orders import PositionKey
from jainam.domain.portfolio import Position, Reading
from jainam.domain.positions import (
    AgreedNet,
    Fingerprint,
    agreed_from,
    could_explain,
    expected_net,
    fingerprint,
    is_quiet,
    net_of,
)
from jainam.domain.trading_day import trading_day_of
from jainam.ports.clock import Clock
from jainam.ports.intent_journal import IntentJournal

_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.5


@frozen
class Agreed:
    """An agreed net and the day's orders of the key as they stood then."""

    net: int
    orders: tuple[Order, ...]
    read_s: float
    """Moment of the elapsed clock before the reads: what is planned on it is at least this old."""
    unexplained: int = 0
    """What somebody else traded since the last agreed net."""


@frozen
class _Look:
    """One look at both books: positions, with no order of the key moved from before they were read until after."""

    at_s: float
    sent_at: datetime
    net: int
    orders: tuple[Order, ...]
    fingerprint: Fingerprint
    was_quiet: bool


@frozen
class AgreeNet:
    """
    Agrees the net of a key, under the key's lock (safety rules, 4).

    (a) Nothing of ours is live and no fill is young: one positions read. (b) It equals the last agreed net plus the
    fills known since, with no ``cum_qty`` moved around the read. (c) Looks a lag bound apart show the same net and
    rows, and no live order of ours could explain the difference: somebody else traded.
    """

    books: ReadBooks
    journal: IntentJournal
    clock: Clock
    bounds: Bounds

    def run(
        self,
        key: PositionKey,
        *,
        ignoring: frozenset[str] = frozenset(),
        priority: Priority = Priority.NORMAL,
        bound_s: float | None = None,
    ) -> Agreed:
        """
        Return the agreed net of a key.

        Args:
            key: The position; its lock is held by the caller.
            ignoring: Identifiers of unsettled orders that the caller reckons with itself.
            priority: Close-all reads before everything else.
            bound_s: How long the books may take to agree.

        Raises:
            KeyUnsettled: They did not; the error says which reads disagree.
        """
        day = trading_day_of(self.clock.now())
        end = self.clock.elapsed_s() + (self.bounds.agree_s if bound_s is None else bound_s)
        quick = self._quick(key, ignoring, priority)
        if quick is not None:
            return quick
        looks: deque[_Look] = deque()
        pause_s = _FIRST_PAUSE_S
        why = ""
        while True:
            look = self._look(key, ignoring, priority)
            if look is None:
                looks.clear()
                why = "an order of the key moved between two reads of the order book"
            elif look.was_quiet:
                return self._keep(key, look)
            else:
                last = self.journal.agreed_net(key, day)
                if last is not None and expected_net(last, look.orders) == look.net:
                    return Agreed(look.net, look.orders, look.at_s)
                if looks and (looks[0].net, looks[0].fingerprint) != (look.net, look.fingerprint):
                    looks.clear()
                looks.append(look)
                expected = "unknown" if last is None else expected_net(last, look.orders)
                why = f"positions say {look.net}, the orders that we know make it {expected}"
                stood_s = look.at_s - looks[0].at_s
                if stood_s >= self.bounds.lag_s and self._is_explained(look, last, ignoring, priority):
                    return self._keep(key, look)
            if self.clock.elapsed_s() >= end:
                raise KeyUnsettled(f"the books do not agree about {key}: {why}", key=str(key), hint="try again")
            self.clock.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _quick(self, key: PositionKey, ignoring: frozenset[str], priority: Priority) -> Agreed | None:
        """Return the net of one read where the journal alone shows that nothing of ours can be moving."""
        before = self._orders(key)
        at_s = self.clock.elapsed_s()
        if not is_quiet(self._reckoned(before, ignoring), self.clock.now(), self.bounds.lag):
            return None
        net, reading = self._net(key, before, priority)
        after = self._orders(key)
        if fingerprint(after) != fingerprint(before) or not is_quiet(
            self._reckoned(after, ignoring), reading.sent_at, self.bounds.lag
        ):
            return None
        return self._keep(key, _Look(at_s, reading.sent_at, net, after, fingerprint(after), was_quiet=True))

    def _look(self, key: PositionKey, ignoring: frozenset[str], priority: Priority) -> _Look | None:
        """
        Read order book, positions, order book; ``None`` when an order of the key moved meanwhile.

        Where every order of the key is over, as far as the journal knows, the book before the positions is left out:
        what was known then is compared with the book after them all the same.
        """
        at_s = self.clock.elapsed_s()
        before = self._orders(key)
        if any(order.is_live or order.is_unsettled for order in before):
            self.books.order_book(priority)
            before = self._orders(key)
        net, reading = self._net(key, before, priority)
        self.books.order_book(priority)
        after = self._orders(key)
        if fingerprint(before) != fingerprint(after):
            return None
        quiet = is_quiet(self._reckoned(before, ignoring), reading.sent_at, self.bounds.lag)
        return _Look(at_s, reading.sent_at, net, after, fingerprint(after), was_quiet=quiet)

    def _net(self, key: PositionKey, orders: tuple[Order, ...], priority: Priority) -> tuple[int, Reading[Position]]:
        """Return the net of a positions read; a missing row counts as 0 only when nobody knows the key, or twice."""
        known = self.books.knows(key) or any(order.cum_qty for order in orders)
        reading = self.books.positions(priority)
        net = net_of(reading.rows, key)
        if net is None and known:
            reading = self.books.positions(priority)
            net = net_of(reading.rows, key)
        return net or 0, reading

    def _is_explained(self, look: _Look, last: AgreedNet | None, ignoring: frozenset[str], priority: Priority) -> bool:
        """Whether no live order of ours is behind the difference: each one's own history must agree with its row."""
        difference = None if last is None else look.net - expected_net(last, look.orders)
        suspects = could_explain(difference, self._reckoned(look.orders, ignoring))
        if any(order.app_order_id is None for order in suspects):
            return False
        for order in suspects:
            self.books.history(order, priority)
        return fingerprint(self._orders_like(look)) == look.fingerprint

    def _keep(self, key: PositionKey, look: _Look) -> Agreed:
        last = self.journal.agreed_net(key, trading_day_of(self.clock.now()))
        agreed = agreed_from(look.net, look.orders, look.sent_at, last=last)
        self.journal.keep_agreed(key, agreed)
        return Agreed(look.net, look.orders, look.at_s, agreed.unexplained)

    def _orders(self, key: PositionKey) -> tuple[Order, ...]:
        return tuple(self.journal.of_key(key, trading_day_of(self.clock.now())))

    def _orders_like(self, look: _Look) -> tuple[Order, ...]:
        return tuple(self.journal.get(order.client_order_id) or order for order in look.orders)

    @staticmethod
    def _reckoned(orders: tuple[Order, ...], ignoring: frozenset[str]) -> tuple[Order, ...]:
        return tuple(order for order in orders if order.client_order_id not in ignoring)
