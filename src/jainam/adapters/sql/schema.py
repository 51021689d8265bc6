"""
The store's tables, and how an older store becomes a present one.

Times are integer microseconds since 1970 in UTC, days ISO texts, prices decimal texts, so that nothing is rounded.
A client of ``""`` is the own account: keys of a table can't hold nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    column,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from jainam.adapters.sql.encoding import instant, micros
from jainam.adapters.sql.statements import Statement, Transaction
from jainam.domain.errors import StoreError

VERSION = 1
"""Raised with every change of a table; each step has its migration."""

Migrations = Mapping[int, Sequence[Statement]]
MIGRATIONS: Migrations = {}
"""What lifts a store of this version to the next one."""

METADATA = MetaData()

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A key that counts by itself; SQLite does so for its own integer type only."""


def _account() -> list[Column[str]]:
    return [
        Column("broker", String, nullable=False),
        Column("server", String, nullable=False),
        Column("kind", String, nullable=False),
    ]


def _account_key() -> list[Column[str]]:
    return [Column(one.name, String, primary_key=True) for one in _account()]


store_meta = Table(
    "store_meta",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

journal_entries = Table(
    "journal_entries",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("client_order_id", String),
    Column("kind", String, nullable=False),
    Column("payload", Text, nullable=False),
    Index("journal_entries_of_order", "client_order_id"),
)
"""The journal itself. Rows are only ever added; everything about orders below is a fold over it."""

orders = Table(
    "orders",
    METADATA,
    Column("seq", _NUMBER, primary_key=True),
    Column("client_order_id", String, nullable=False, unique=True),
    Column("parent_id", String, nullable=False),
    Column("child", Integer, nullable=False),
    *_account(),
    Column("client", String, nullable=False),
    Column("exchange", String, nullable=False),
    Column("instrument_id", BigInteger, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("order_qty", BigInteger, nullable=False),
    Column("product", String, nullable=False),
    Column("order_type", String, nullable=False),
    Column("limit_price", String),
    Column("stop_price", String),
    Column("time_in_force", String, nullable=False),
    Column("disclosed_qty", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("trading_day", String, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sender_pid", BigInteger, nullable=False),
    Column("sender_started", BigInteger, nullable=False),
    Column("caller_key", String),
    Column("content", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("app_order_id", String),
    Column("status", String),
    Column("cum_qty", BigInteger, nullable=False),
    Column("avg_px", String),
    Column("reason", Text, nullable=False),
    Column("row_seen_at", BigInteger),
    Column("fill_seen_at", BigInteger),
    Column("is_unsettled", Boolean, nullable=False),
    Column("anomaly", Text, nullable=False),
    Index("orders_of_caller_key", "caller_key", "child", unique=True),
    Index("orders_of_day", "trading_day", "instrument_id"),
    Index("orders_of_venue", "app_order_id"),
)
"""The present state of every order of ours. ``anomaly`` tells what contradicts it (`observation`)."""

_is_unsettled = orders.c.is_unsettled.is_(True)
Index("orders_unsettled", orders.c.is_unsettled, sqlite_where=_is_unsettled, postgresql_where=_is_unsettled)

caller_keys = Table(
    "caller_keys",
    METADATA,
    Column("caller_key", String, primary_key=True),
    Column("content", String, nullable=False),
    Column("sender_pid", BigInteger, nullable=False),
    Column("sender_started", BigInteger, nullable=False),
    Column("claimed_at", BigInteger, nullable=False),
    Column("outcome", Text),
)

agreed_nets = Table(
    "agreed_nets",
    METADATA,
    *_account_key(),
    Column("client", String, primary_key=True),
    Column("exchange", String, primary_key=True),
    Column("instrument_id", BigInteger, primary_key=True, autoincrement=False),
    Column("product", String, primary_key=True),
    Column("trading_day", String, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("cum_qty", Text, nullable=False),
    Column("live", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("unexplained", BigInteger, nullable=False),
)

kill_switch = Table(
    "kill_switch",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("is_on", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", BigInteger),
)
"""One row at most, number 1."""

closing_marks = Table(
    "closing_marks",
    METADATA,
    Column("run_id", String, primary_key=True),
    *_account(),
    Column("client", String, nullable=False),
    Column("everyone", Boolean, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
)

epochs = Table(
    "epochs",
    METADATA,
    *_account_key(),
    Column("client", String, primary_key=True),
    Column("everyone", Boolean, primary_key=True),
    Column("counter", BigInteger, nullable=False),
)

facts = Table(
    "facts",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    *_account_key(),
    Column("side", String, primary_key=True),
    Column("token", Text),
    Column("user_id", String, nullable=False),
    Column("client_codes", Text, nullable=False),
    Column("is_investor", Boolean, nullable=False),
    Column("connection_base", String),
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("logged_out_at", BigInteger),
    Column("pending_since", BigInteger),
    Column("failed_at", BigInteger),
    Column("failure", Text, nullable=False),
    Column("lost_at", Text, nullable=False),
    Column("stopped_at", BigInteger),
    Column("planned_on", String, nullable=False),
)
"""One row a side of an account: the encrypted session, if any, and what is remembered of its logins."""

_APPEND_ONLY = [
    Statement(
        text(
            f"CREATE TRIGGER journal_entries_no_{verb} BEFORE {verb} ON journal_entries "
            "BEGIN SELECT RAISE(ABORT, 'journal entries are final'); END"
        )
    )
    for verb in ("update", "delete")
]

_sqlite_master = table("sqlite_master", column("name"), column("type"))
_TABLE_NAMES = Statement(select(_sqlite_master.c.name).where(_sqlite_master.c.type == "table"))
_READ_META = Statement(select(store_meta.c.value).where(store_meta.c.name == bindparam("this_name")))
_ADD_META = Statement(insert(store_meta).values(name=bindparam("name"), value=bindparam("value")))
_SET_META = Statement(
    update(store_meta).where(store_meta.c.name == bindparam("this_name")).values(value=bindparam("value"))
)


def created_at(opened: Transaction, name: str, *, version: int = VERSION) -> datetime | None:
    """
    Return when a store was created if it is of the present version; ``None`` when it needs `prepare`.

    Raises:
        StoreError: A newer `jainam` wrote it, or it is another program's database.
    """
    tables = {row[0] for row in opened.rows(_TABLE_NAMES)}
    if not tables:
        return None
    if store_meta.name not in tables:
        raise StoreError(
            f"the store {name} is another program's database", hint="name a file of its own for the desk's store"
        )
    found = int(_meta(opened, "version", name))
    if found > version:
        raise StoreError(
            f"the store {name} was written by a newer jainam: its schema is {found}, this one knows {version}",
            hint="upgrade jainam, or name another store",
        )
    return instant(int(_meta(opened, "created_at", name))) if found == version else None


def prepare(
    writing: Transaction, name: str, now: datetime, *, version: int = VERSION, migrations: Migrations = MIGRATIONS
) -> datetime:
    """Create the tables of a fresh store, or lift an older one step by step; return when it was created."""
    known = created_at(writing, name, version=version)
    if known is not None:
        return known  # another process was quicker
    if not writing.rows(_TABLE_NAMES):
        for one in METADATA.sorted_tables:
            writing.write(Statement(CreateTable(one)))
            for index in sorted(one.indexes, key=lambda index: str(index.name)):
                writing.write(Statement(CreateIndex(index)))
        for trigger in _APPEND_ONLY:
            writing.write(trigger)
        writing.write(_ADD_META, {"name": "version", "value": str(version)})
        writing.write(_ADD_META, {"name": "created_at", "value": str(micros(now))})
        return now.astimezone(UTC)
    for step in range(int(_meta(writing, "version", name)), version):
        for statement in migrations[step]:
            writing.write(statement)
        writing.write(_SET_META, {"this_name": "version", "value": str(step + 1)})
    return instant(int(_meta(writing, "created_at", name)))


def _meta(opened: Transaction, fact: str, name: str) -> str:
    row = opened.row(_READ_META, {"this_name": fact})
    if row is None or not str(row[0]).isdigit():
        raise StoreError(f"the store {name} is damaged: it has no {fact}", hint="restore a backup of it")
    return str(row[0])
