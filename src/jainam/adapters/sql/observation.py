"""
Rows of the venue's book folded into the orders that they belong to: pure, over what was loaded.

Two contradictions are reported as anomalies, in an entry of their own and in the order's ``reason``: two orders at the
venue with one identifier (only the one known first is followed), and an order at the venue of an intent whose verdict
said that there is none. The rules themselves are the domain's (`order_states`).
"""

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import orjson
from attrs import evolve, field, frozen

from jainam.domain.accounts import AccountId
from jainam.domain.intents import WITHOUT_EFFECT, Order, ProcessMark, is_ours
from jainam.domain.order_states import adopt, advance, belongs
from jainam.domain.orders import OrderRow
from jainam.domain.positions import AgreedNet, is_voided
from jainam.domain.trading_day import trading_day_of


@frozen
class Anomaly:
    """What contradicts an order's state."""

    twins: tuple[str, ...] = ()
    """Numbers of further orders at the venue with its identifier."""
    verdict: str = ""
    """The verdict that a row of the book has proved wrong."""

    def text(self, order: Order) -> str:
        """Return it for people."""
        parts = []
        if self.twins:
            numbers = ", ".join((order.app_order_id or "?", *self.twins))
            parts.append(f"the venue has several orders with identifier {order.client_order_id}: {numbers}")
        if self.verdict:
            parts.append(f"the venue has the order although it was {self.verdict}")
        return "; ".join(parts)

    def stored(self) -> str:
        """Return it as it stands in the store."""
        if not self.twins and not self.verdict:
            return ""
        return orjson.dumps({"twins": self.twins, "verdict": self.verdict}).decode()


def anomaly_of(stored: str) -> Anomaly:
    """Return a stored anomaly."""
    if not stored:
        return Anomaly()
    known = orjson.loads(stored)
    return Anomaly(tuple(known["twins"]), known["verdict"])


@frozen
class Known:
    """An order of the journal with what contradicts it."""

    order: Order
    anomaly: Anomaly


@frozen
class Change:
    """One row's effect on one order."""

    kind: str
    """What the journal's entry is called: ``observed``, ``adopted`` or ``anomaly``."""
    before: Known | None
    after: Known
    row: OrderRow

    @property
    def is_new_fill(self) -> bool:
        """The row tells of a fill that the desk had not seen."""
        return self.after.order.cum_qty > (0 if self.before is None else self.before.order.cum_qty)

    def voids(self, agreed: AgreedNet) -> bool:
        """Whether this fill makes an agreed net of its key worthless."""
        order = self.after.order
        was_hidden = self.before is None or self.before.order.state in WITHOUT_EFFECT
        if was_hidden:  # nobody reckoned with it, so it may have been live at the read
            agreed = evolve(agreed, live=agreed.live | {order.client_order_id})
        return self.is_new_fill and is_voided(agreed, order, self.row.updated_at)


@frozen
class Fold:
    """Orders by what a row may name them by; folding rows advances them."""

    tag: str
    seen_at: datetime
    _by_id: dict[str, Known] = field(factory=dict, init=False)
    _by_number: dict[tuple[AccountId, str, date], str] = field(factory=dict, init=False)

    def know(self, known: Iterable[Known]) -> None:
        """Take in orders of the journal."""
        for one in known:
            self._file(one)

    def changes(self, rows: Sequence[OrderRow]) -> list[Change]:
        """Return what the rows change, in their order."""
        found = (self._change(row) for row in rows)
        return [change for change in found if change is not None]

    def _file(self, known: Known) -> None:
        order = known.order
        self._by_id[order.client_order_id] = known
        if order.app_order_id is not None:
            self._by_number[order.account, order.app_order_id, order.trading_day] = order.client_order_id

    def _change(self, row: OrderRow) -> Change | None:
        known = self._owner(row)
        change = self._adoption(row) if known is None else self._advance(known, row)
        if change is not None:
            self._file(change.after)
        return change

    def _owner(self, row: OrderRow) -> Known | None:
        identifier: str | None = row.client_order_id
        if not identifier:
            day = trading_day_of(row.placed_at or self.seen_at)
            identifier = self._by_number.get((row.account, row.app_order_id, day))
        return None if identifier is None else self._by_id.get(identifier)

    def _adoption(self, row: OrderRow) -> Change | None:
        if not is_ours(row.client_order_id, self.tag):
            return None
        order = adopt(row, sender=ProcessMark(os.getpid(), 0), symbol=row.venue_symbol, seen_at=self.seen_at)
        return None if order is None else Change("adopted", None, Known(order, Anomaly()), row)

    def _advance(self, known: Known, row: OrderRow) -> Change | None:
        order, anomaly = known.order, known.anomaly
        if not belongs(order, row):
            return None  # seen through another login
        number = order.app_order_id
        if number and row.app_order_id and row.app_order_id != number:
            if row.app_order_id in anomaly.twins:
                return None
            anomaly = evolve(anomaly, twins=(*anomaly.twins, row.app_order_id))
            return Change("anomaly", known, _explained(order, known.anomaly, anomaly), row)
        kind = "observed"
        if order.state in WITHOUT_EFFECT:
            kind = "anomaly"
            anomaly = evolve(anomaly, verdict=order.state.value)
        after = _explained(advance(order, row, self.seen_at), known.anomaly, anomaly)
        return None if after == known else Change(kind, known, after, row)


def _explained(order: Order, before: Anomaly, after: Anomaly) -> Known:
    """Return the order with its anomaly in its reason, which a row's own reason must not hide."""
    text = after.text(order)
    if text and text not in order.reason:
        rest = order.reason.replace(before.text(order), "").strip("; ") if before != after else order.reason
        order = evolve(order, reason=f"{text}; {rest}" if rest else text)
    return Known(order, after)


def identifiers(rows: Sequence[OrderRow]) -> tuple[list[str], list[str]]:
    """Return the identifiers that rows carry, and the numbers of those that carry none; each once."""
    named = dict.fromkeys(row.client_order_id for row in rows if row.client_order_id)
    unnamed = dict.fromkeys(row.app_order_id for row in rows if not row.client_order_id)
    return list(named), list(unnamed)


def may_be_ours(
    rows: Sequence[OrderRow], tag: str, known_ids: frozenset[str], known_numbers: frozenset[str]
) -> list[OrderRow]:
    """Return the rows that can belong to an order of ours: the few of a book that is mostly somebody else's."""
    return [
        row
        for row in rows
        if (
            row.client_order_id in known_ids or is_ours(row.client_order_id, tag)
            if row.client_order_id
            else row.app_order_id in known_numbers
        )
    ]


def earliest_day(rows: Sequence[OrderRow], seen_at: datetime) -> date:
    """Return the first trading day that rows tell of."""
    return trading_day_of(min((row.placed_at for row in rows if row.placed_at is not None), default=seen_at))
