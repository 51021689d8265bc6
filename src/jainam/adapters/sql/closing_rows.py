"""Closing marks and epochs in the store."""

from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from jainam.adapters.sql.encoding import account_of, account_values, instant, micros, renamed, scope_values
from jainam.adapters.sql.schema import closing_marks, epochs
from jainam.adapters.sql.statements import Statement, Transaction
from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.intents import ProcessMark

_of_account = and_(
    epochs.c.broker == bindparam("this_broker"),
    epochs.c.server == bindparam("this_server"),
    epochs.c.kind == bindparam("this_kind"),
)
_of_client = and_(epochs.c.everyone.is_(False), epochs.c.client == bindparam("this_client"))

_MARKS = Statement(
    select(*(column for column in closing_marks.columns)).order_by(closing_marks.c.started_at, closing_marks.c.run_id)
)
_ADD_MARK = Statement(
    insert(closing_marks).values({column.name: bindparam(column.name) for column in closing_marks.columns})
)
_DROP_MARK = Statement(delete(closing_marks).where(closing_marks.c.run_id == bindparam("this_run_id")))
_EPOCH = Statement(
    select(func.coalesce(func.sum(epochs.c.counter), 0)).where(
        _of_account, or_(epochs.c.everyone.is_(True), _of_client)
    )
)
_RAISE = Statement(
    update(epochs)
    .where(
        _of_account,
        epochs.c.client == bindparam("this_client"),
        epochs.c.everyone == bindparam("this_everyone"),
    )
    .values(counter=epochs.c.counter + 1)
)
_BEGIN = Statement(
    insert(epochs).values(
        {name: bindparam(name) for name in ("broker", "server", "kind", "client", "everyone", "counter")}
    )
)


def closing_marks_in(opened: Transaction) -> tuple[ClosingMark, ...]:
    """Return every closing mark, the oldest first."""
    return tuple(
        ClosingMark(
            run_id,
            Scope(account_of(broker, server, kind), client or None, bool(everyone)),
            ProcessMark(pid, started),
            instant(started_at),
        )
        for run_id, broker, server, kind, client, everyone, pid, started, started_at in opened.rows(_MARKS)
    )


def mark_values(mark: ClosingMark) -> dict[str, Any]:
    """Return a mark's columns."""
    return {
        "run_id": mark.run_id,
        **scope_values(mark.scope),
        "pid": mark.process.pid,
        "started": mark.process.started,
        "started_at": micros(mark.started_at),
    }


def leave_mark(transaction: Transaction, mark: ClosingMark) -> None:
    """Write a mark, in place of an earlier one of the same run."""
    drop_mark(transaction, mark.run_id)
    transaction.write(_ADD_MARK, mark_values(mark))


def drop_mark(transaction: Transaction, run_id: str) -> bool:
    """Take a mark away; return whether there was one."""
    return transaction.write(_DROP_MARK, {"this_run_id": run_id}) > 0


def raise_epoch(transaction: Transaction, scope: Scope) -> None:
    """Raise the counter of a scope's own."""
    values = scope_values(scope)
    if not transaction.write(_RAISE, renamed(values)):
        transaction.write(_BEGIN, {**values, "counter": 1})


def epoch_in(opened: Transaction, account: AccountId, client: str | None) -> int:
    """Return a client's epoch: the counter of its own scope and that of everyone's."""
    row = opened.row(_EPOCH, renamed({**account_values(account), "client": client or ""}))
    assert row is not None  # an aggregate has a row
    return int(row[0])
