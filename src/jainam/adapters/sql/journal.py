"""The intent journal in SQL: append-only entries, and the present state folded in the same transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from attrs import evolve, frozen
from sqlalchemy import bindparam, delete, insert, select, update

from jainam.adapters.sql import closing_rows, order_rows
from jainam.adapters.sql.agreed_rows import agreed_in, drop_agreed, keep_agreed
from jainam.adapters.sql.encoding import account_values, instant, maybe_instant, maybe_micros, micros, renamed
from jainam.adapters.sql.observation import (
    Change,
    Fold,
    Known,
    anomaly_of,
    earliest_day,
    identifiers,
    may_be_ours,
)
from jainam.adapters.sql.order_rows import ANOMALY, add_entry, add_order, change_order, decode, key_values
from jainam.adapters.sql.schema import caller_keys, facts, journal_entries
from jainam.adapters.sql.schema import kill_switch as kill_switch_table
from jainam.adapters.sql.sending_gate import read_gate
from jainam.adapters.sql.statements import Row, Statement, Transaction
from jainam.adapters.sql.store import SqlStore
from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.errors import OrderDenied, StoreError
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, Order, ProcessMark
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderRow, PositionKey
from jainam.domain.positions import AgreedNet, is_voided
from jainam.domain.settlement import Verdict
from jainam.domain.trading_day import trading_day_of
from jainam.ports.intent_journal import KeyClaim, StoreAge

_FEW_ROWS = 50
"""Up to here rows are looked up one by one; a longer book is sifted by the day's identifiers first."""

_BEFORE = timedelta(days=1)
"""An order may be recorded on the day before the venue has it."""

_ENTRIES = Statement(
    select(*(column for column in journal_entries.columns))
    .where(journal_entries.c.seq > bindparam("this_seq"))
    .order_by(journal_entries.c.seq)
    .limit(bindparam("this_limit"))
)
_PAGE = 500

_READ_KILL = Statement(
    select(kill_switch_table.c.is_on, kill_switch_table.c.reason, kill_switch_table.c.changed_at).where(
        kill_switch_table.c.number == 1
    )
)
_CLEAR_KILL = Statement(delete(kill_switch_table))
_SET_KILL = Statement(
    insert(kill_switch_table).values(
        number=1, is_on=bindparam("is_on"), reason=bindparam("reason"), changed_at=bindparam("changed_at")
    )
)

_READ_FACTS = Statement(select(facts.c.name, facts.c.value))
_SET_FACT = Statement(update(facts).where(facts.c.name == bindparam("this_name")).values(value=bindparam("value")))
_ADD_FACT = Statement(insert(facts).values(name=bindparam("name"), value=bindparam("value")))

_CLAIM_COLUMNS = tuple(column for column in caller_keys.columns)
_READ_CLAIM = Statement(select(*_CLAIM_COLUMNS).where(caller_keys.c.caller_key == bindparam("this_caller_key")))
_ADD_CLAIM = Statement(insert(caller_keys).values({column.name: bindparam(column.name) for column in _CLAIM_COLUMNS}))
_DROP_CLAIM = Statement(delete(caller_keys).where(caller_keys.c.caller_key == bindparam("this_caller_key")))
_END_CLAIM = Statement(
    update(caller_keys)
    .where(caller_keys.c.caller_key == bindparam("this_caller_key"))
    .values(outcome=bindparam("outcome"))
)


@frozen
class JournalEntry:
    """One line of the journal: what happened, to which order, and what it wrote."""

    seq: int
    at: datetime
    client_order_id: str | None
    kind: str
    payload: Mapping[str, Any]


class SqlIntentJournal:
    """
    The `IntentJournal` port on a `SqlStore`.

    Conditions on an order's state hold because writers run one at a time; the state read in a write transaction is the
    state that it writes on.
    """

    def __init__(self, store: SqlStore, *, tag: str, is_younger_than_desk: bool = False) -> None:
        """
        Work on a store.

        Args:
            store: Shared with the token repository; closed with the last of its users.
            tag: The desk's letters in every identifier; only rows with them are adopted.
            is_younger_than_desk: Whether the desk's secret is older than ``store.created_at``.
        """
        self._store = store
        self._tag = tag
        self._age = StoreAge(store.created_at, is_younger_than_desk)
        store.join(self)

    # intents

    def record(self, orders: Sequence[Order]) -> tuple[Order, ...]:
        """Write one parent's orders; with a known caller's key and child return the key's orders instead."""
        if not orders:
            return ()
        caller_key = orders[0].caller_key
        with self._store.writing() as transaction:
            if caller_key is not None:
                known = tuple(
                    decode(row) for row in transaction.rows(order_rows.OF_CALLER_KEY, {"this_caller_key": caller_key})
                )
                if {order.child for order in known} & {order.child for order in orders}:
                    return known
            for order in orders:
                add_order(transaction, order, "recorded", micros(order.recorded_at))
        return tuple(orders)

    def reopen(self, client_order_id: str, *, sender: ProcessMark, epoch: int, at: datetime) -> Order | None:
        """Let an intent without effect go again, on the trading day of *at*."""
        with self._store.writing() as transaction:
            order, anomaly = self._present(transaction, client_order_id)
            if order.state not in WITHOUT_EFFECT:
                return None
            after = evolve(
                order,
                state=IntentState.RECORDED,
                sender=sender,
                epoch=epoch,
                trading_day=trading_day_of(at),
                attempts=0,
                sent_at=None,
                reason="",
            )
            change_order(transaction, "reopened", micros(at), before=order, after=after, anomaly=(anomaly, anomaly))
        return after

    def mark_sending(
        self,
        client_order_id: str,
        *,
        attempt: int,
        sender: ProcessMark,
        at: datetime,
        is_past_deadline: Callable[[], bool],
    ) -> Order:
        """Commit durably that the order is about to be written to the wire, or deny it."""
        with self._store.writing(durable=True) as transaction:
            gate = read_gate(transaction, client_order_id)
            if gate is None:
                raise self._unknown(client_order_id)
            order = gate.order
            violations = gate.violations(attempt, sender, is_past_deadline)
            denial = OrderDenied(violations, what=f"order {client_order_id} for {order.symbol}") if violations else None
            if denial is None:
                kind = "sending"
                after = evolve(order, state=IntentState.SENDING, attempts=attempt, sender=sender, sent_at=at)
            elif order.state is IntentState.RECORDED:
                kind = "denied"
                after = evolve(order, state=IntentState.DENIED, reason=denial.message)
            else:
                kind, after = "", order
            change_order(transaction, kind, micros(at), before=order, after=after, anomaly=(gate.anomaly, gate.anomaly))
        if denial is not None:
            raise denial
        return after

    def settle(
        self, client_order_id: str, verdict: Verdict, *, expected: frozenset[IntentState], at: datetime
    ) -> Order | None:
        """Write a verdict, conditional on the state it was read in."""
        with self._store.writing() as transaction:
            order, anomaly = self._present(transaction, client_order_id)
            if order.state not in expected:
                return None
            after = evolve(
                order,
                state=verdict.state,
                app_order_id=verdict.app_order_id or order.app_order_id,
                reason=verdict.reason or order.reason,
            )
            change_order(transaction, "settled", micros(at), before=order, after=after, anomaly=(anomaly, anomaly))
        return after

    def observe(self, rows: Sequence[OrderRow], *, seen_at: datetime) -> tuple[Order, ...]:
        """Fold rows of the venue's book into the orders they belong to, and return those that changed."""
        with self._store.reading() as opened:
            if len(rows) > _FEW_ROWS:
                rows = self._sift(opened, rows, seen_at)
            changes = self._fold(opened, rows, seen_at)
        if not changes:
            return ()  # the usual answer of a book that is read again: no lock, nothing written
        with self._store.writing() as transaction:
            changes = self._fold(transaction, rows, seen_at)
            for change in changes:
                self._write(transaction, change, micros(seen_at))
        last = {change.after.order.client_order_id: change.after.order for change in changes}
        return tuple(last.values())

    # what is known

    def get(self, client_order_id: str) -> Order | None:
        """Return one order."""
        with self._store.reading() as opened:
            row = opened.row(order_rows.ONE, {"this_id": client_order_id})
        return None if row is None else decode(row)

    def by_app_order_id(self, account: AccountId, app_order_id: str, day: date) -> Order | None:
        """Return the order that the venue knows under this id on that day."""
        with self._store.reading() as opened:
            row = opened.row(
                order_rows.OF_VENUE,
                renamed({**account_values(account), "app_order_id": app_order_id, "day": day.isoformat()}),
            )
        return None if row is None else decode(row)

    def by_caller_key(self, caller_key: str) -> tuple[Order, ...]:
        """Return the orders of one keyed intent, in slicing order."""
        return self._orders(order_rows.OF_CALLER_KEY, {"this_caller_key": caller_key})

    def of_key(self, key: PositionKey, day: date) -> tuple[Order, ...]:
        """Return the day's orders on a position, and those of any day that are unsettled, oldest first."""
        return self._orders(order_rows.OF_KEY, renamed({**key_values(key), "day": day.isoformat()}))

    def of_scope(self, scope: Scope, day: date) -> tuple[Order, ...]:
        """Return the scope's orders of the day that are recorded, live or unsettled, and the unsettled of any day."""
        found = self._orders(order_rows.OF_ACCOUNT, renamed({**account_values(scope.account), "day": day.isoformat()}))
        return tuple(
            order
            for order in found
            if scope.covers(order.account, order.client)
            and (order.state is IntentState.RECORDED or order.is_live or order.is_unsettled)
        )

    def entries(self, *, after_seq: int = 0) -> Iterator[JournalEntry]:
        """Yield the journal's lines in the order in which they were written, for an export or an audit."""
        while True:
            with self._store.reading() as opened:
                page = opened.rows(_ENTRIES, {"this_seq": after_seq, "this_limit": _PAGE})
            for seq, at, client_order_id, kind, payload in page:
                yield JournalEntry(seq, instant(at), client_order_id, kind, orjson.loads(payload))
                after_seq = seq
            if len(page) < _PAGE:
                return

    # callers' keys

    def claim_key(self, claim: KeyClaim) -> KeyClaim:
        """Store a claim on a caller's key unless there is one, and return the stored one."""
        with self._store.writing() as transaction:
            stored = self._claim(transaction, claim.caller_key)
            if stored is not None:
                return stored
            self._put_claim(transaction, claim, "key-claimed")
        return claim

    def take_over_key(self, claim: KeyClaim, *, last: KeyClaim) -> bool:
        """Put *claim* in place of *last*, conditional on *last* still standing unchanged."""
        with self._store.writing() as transaction:
            if self._claim(transaction, claim.caller_key) != last:
                return False
            transaction.write(_DROP_CLAIM, {"this_caller_key": claim.caller_key})
            self._put_claim(transaction, claim, "key-taken-over")
        return True

    def end_key(self, caller_key: str, outcome: str) -> None:
        """Store what the caller of this key was told."""
        with self._store.writing() as transaction:
            if not transaction.write(_END_CLAIM, {"this_caller_key": caller_key, "outcome": outcome}):
                raise StoreError(f"the store {self._store.name} has no claim on key {caller_key!r}")
            now = micros(self._store.clock.now())
            add_entry(transaction, "key-ended", now, {"caller_key": caller_key, "outcome": outcome})

    # agreed nets

    def agreed_net(self, key: PositionKey, day: date) -> AgreedNet | None:
        """Return the net that was last agreed on that day, unless something voided it."""
        with self._store.reading() as opened:
            agreed = agreed_in(opened, key)
        return agreed if agreed is not None and trading_day_of(agreed.sent_at) == day else None

    def keep_agreed(self, key: PositionKey, agreed: AgreedNet) -> None:
        """
        Store an agreed net with the ``cum_qty`` of every own order of the key.

        A fill that was learned since those were read voids it on the spot: the net may hold it already.
        """
        with self._store.writing() as transaction:
            live = [decode(row) for row in order_rows.by_ids(transaction, sorted(agreed.live))]
            drop_agreed(transaction, key)
            if not any(
                order.cum_qty > agreed.cum_qty.get(order.client_order_id, 0) and is_voided(agreed, order, None)
                for order in live
            ):
                keep_agreed(transaction, key, agreed)

    # what closes the desk

    def kill_switch(self) -> KillSwitch:
        """Return the kill switch."""
        with self._store.reading() as opened:
            row = opened.row(_READ_KILL)
        return KillSwitch() if row is None else KillSwitch(bool(row[0]), row[1], maybe_instant(row[2]))

    def set_kill_switch(self, switch: KillSwitch) -> None:
        """Store the kill switch, durably."""
        values = {"is_on": switch.is_on, "reason": switch.reason, "changed_at": maybe_micros(switch.changed_at)}
        with self._store.writing(durable=True) as transaction:
            transaction.write(_CLEAR_KILL)
            transaction.write(_SET_KILL, values)
            add_entry(transaction, "kill-switch", micros(switch.changed_at or self._store.clock.now()), values)

    def begin_closing(self, mark: ClosingMark) -> int:
        """Leave a closing mark, durably, raise the scope's epoch and return it."""
        scope = mark.scope
        with self._store.writing(durable=True) as transaction:
            closing_rows.leave_mark(transaction, mark)
            closing_rows.raise_epoch(transaction, scope)
            epoch = closing_rows.epoch_in(transaction, scope.account, None if scope.everyone else scope.client)
            values = {**closing_rows.mark_values(mark), "epoch": epoch}
            add_entry(transaction, "closing-begun", micros(mark.started_at), values)
        return epoch

    def end_closing(self, run_ids: Sequence[str]) -> None:
        """Take closing marks away, durably."""
        now = micros(self._store.clock.now())
        with self._store.writing(durable=True) as transaction:
            for run_id in run_ids:
                if closing_rows.drop_mark(transaction, run_id):
                    add_entry(transaction, "closing-ended", now, {"run_id": run_id})

    def closing_marks(self) -> tuple[ClosingMark, ...]:
        """Return every closing mark of the desk."""
        with self._store.reading() as opened:
            return closing_rows.closing_marks_in(opened)

    def epoch(self, account: AccountId, client: str | None) -> int:
        """Return the epoch that an order of this client must state."""
        with self._store.reading() as opened:
            return closing_rows.epoch_in(opened, account, client)

    # the store

    def age(self) -> StoreAge:
        """Return how old the store is."""
        return self._age

    def facts(self) -> Mapping[str, str]:
        """Return small facts that the desk remembers between processes."""
        with self._store.reading() as opened:
            return dict(opened.rows(_READ_FACTS))

    def remember(self, name: str, value: str) -> None:
        """Store one such fact."""
        with self._store.writing() as transaction:
            if not transaction.write(_SET_FACT, {"this_name": name, "value": value}):
                transaction.write(_ADD_FACT, {"name": name, "value": value})

    def close(self) -> None:
        """Leave the store."""
        self._store.leave(self)

    # inside

    def _unknown(self, client_order_id: str) -> StoreError:
        return StoreError(
            f"the store {self._store.name} knows no order {client_order_id}",
            hint="another store was put in its place; restore it",
        )

    def _present(self, transaction: Transaction, client_order_id: str) -> tuple[Order, str]:
        row = transaction.row(order_rows.ONE, {"this_id": client_order_id})
        if row is None:
            raise self._unknown(client_order_id)
        return decode(row), row[ANOMALY]

    def _orders(self, statement: Statement, values: Mapping[str, Any]) -> tuple[Order, ...]:
        with self._store.reading() as opened:
            rows = opened.rows(statement, values)
        return tuple(map(decode, rows))

    def _claim(self, transaction: Transaction, caller_key: str) -> KeyClaim | None:
        row = transaction.row(_READ_CLAIM, {"this_caller_key": caller_key})
        if row is None:
            return None
        name, content, pid, started, claimed_at, outcome = row
        return KeyClaim(name, content, ProcessMark(pid, started), instant(claimed_at), outcome)

    def _put_claim(self, transaction: Transaction, claim: KeyClaim, kind: str) -> None:
        values: dict[str, Any] = {
            "caller_key": claim.caller_key,
            "content": claim.content,
            "sender_pid": claim.sender.pid,
            "sender_started": claim.sender.started,
            "claimed_at": micros(claim.claimed_at),
            "outcome": claim.outcome,
        }
        transaction.write(_ADD_CLAIM, values)
        add_entry(transaction, kind, values["claimed_at"], values)

    def _sift(self, opened: Transaction, rows: Sequence[OrderRow], seen_at: datetime) -> Sequence[OrderRow]:
        since = earliest_day(rows, seen_at) - _BEFORE
        known = opened.rows(order_rows.KNOWN_IDS, {"this_day": since.isoformat()})
        return may_be_ours(
            rows, self._tag, frozenset(row[0] for row in known), frozenset(row[1] for row in known if row[1])
        )

    def _fold(self, opened: Transaction, rows: Sequence[OrderRow], seen_at: datetime) -> list[Change]:
        named, unnamed = identifiers(rows)
        found: list[Row] = order_rows.by_ids(opened, named) + order_rows.by_app_order_ids(opened, unnamed)
        fold = Fold(self._tag, seen_at)
        fold.know(Known(decode(row), anomaly_of(row[ANOMALY])) for row in found)
        return fold.changes(rows)

    @staticmethod
    def _write(transaction: Transaction, change: Change, at: int) -> None:
        before, after = change.before, change.after
        if before is None:
            add_order(transaction, after.order, change.kind, at)
        else:
            change_order(
                transaction,
                change.kind,
                at,
                before=before.order,
                after=after.order,
                anomaly=(before.anomaly.stored(), after.anomaly.stored()),
            )
        if change.is_new_fill:
            agreed = agreed_in(transaction, after.order.key)
            if agreed is not None and change.voids(agreed):
                drop_agreed(transaction, after.order.key)
