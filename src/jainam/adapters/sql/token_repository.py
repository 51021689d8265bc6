"""The token repository in SQL: sessions shared by all processes of a desk, tokens encrypted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, bindparam, insert, null, or_, select, update

from jainam.adapters.sql.cipher import SealBroken, TokenCipher
from jainam.adapters.sql.encoding import (
    account_of,
    account_values,
    instant,
    maybe_instant,
    maybe_micros,
    micros,
    renamed,
)
from jainam.adapters.sql.schema import sessions
from jainam.adapters.sql.statements import Row, Statement, Transaction
from jainam.adapters.sql.store import SqlStore
from jainam.domain.accounts import AccountId
from jainam.domain.errors import StoreError
from jainam.domain.sessions import LoginAttempts, Secret, Session, SessionState, Side

_KEY = ("broker", "server", "kind", "side")
_SESSION = (
    "token",
    "user_id",
    "client_codes",
    "is_investor",
    "connection_base",
    "expires_at",
    "created_at",
    "updated_at",
)
_STATE = ("user_id", "client_codes", "expires_at", "updated_at", "logged_out_at")
_ATTEMPTS = ("pending_since", "failed_at", "failure", "lost_at", "stopped_at", "planned_on")

_of_side = and_(*(sessions.c[name] == bindparam(f"this_{name}") for name in _KEY))
_shown = [sessions.c[name] for name in (*_KEY, *_STATE, *_ATTEMPTS)]

_GET = Statement(select(*(sessions.c[name] for name in _SESSION)).where(_of_side))
_STATE_OF = Statement(select(*_shown).where(_of_side))
_STATES = Statement(
    select(*_shown)
    .where(or_(sessions.c.token.is_not(None), sessions.c.logged_out_at.is_not(None)))
    .order_by(*(sessions.c[name] for name in _KEY))
)
_SAVE = Statement(
    update(sessions)
    .where(_of_side)
    .values(
        {
            **{name: bindparam(name) for name in _SESSION},
            **dict.fromkeys(("logged_out_at", "pending_since", "failed_at"), null()),
            "failure": "",
        }
    )
)
_REMOVE = Statement(
    update(sessions)
    .where(_of_side, sessions.c.token.is_not(None))
    .values(
        {
            **dict.fromkeys(("token", "connection_base", "expires_at", "created_at", "updated_at"), null()),
            "user_id": "",
            "client_codes": "[]",
            "is_investor": False,
            "logged_out_at": bindparam("logged_out_at"),
        }
    )
)
_NOTE = Statement(update(sessions).where(_of_side).values({name: bindparam(name) for name in _ATTEMPTS}))
_ADD = Statement(
    insert(sessions).values(
        {
            **{name: bindparam(name) for name in _KEY},
            "user_id": "",
            "client_codes": "[]",
            "is_investor": False,
            "failure": "",
            "lost_at": "[]",
            "planned_on": "",
        }
    )
)


class SqlTokenRepository:
    """
    The `TokenRepository` port on a `SqlStore`.

    Every read looks at the row, so that another process's login is seen at once; an unchanged row is not decrypted
    again.
    """

    def __init__(self, store: SqlStore, cipher: TokenCipher) -> None:
        """Work on a store, which is closed with the last of its users."""
        self._store = store
        self._cipher = cipher
        self._read: dict[tuple[AccountId, Side], tuple[Row, Session]] = {}
        store.join(self)

    def get(self, account: AccountId, side: Side) -> Session | None:
        """
        Return the stored session, whatever its age; ``None`` when there is none or it was logged out.

        Raises:
            StoreError: The store failed, or the session was encrypted with another key or is damaged.
        """
        with self._store.reading() as opened:
            row = opened.row(_GET, renamed(_key_values(account, side)))
        if row is None or row[0] is None:
            self._read.pop((account, side), None)
            return None
        known = self._read.get((account, side))
        if known is not None and known[0] == row:
            return known[1]
        session = self._decode(account, side, row)
        self._read[account, side] = (row, session)
        return session

    def save(self, session: Session) -> None:
        """Store a session in place of the last one; a failed or pending attempt of that side is forgotten."""
        key = _key_values(session.account, session.side)
        values = {
            "token": self._cipher.seal(session.token.reveal(), _label(session.account, session.side)),
            "user_id": session.user_id,
            "client_codes": _listed(session.client_codes),
            "is_investor": session.is_investor,
            "connection_base": session.connection_base,
            "expires_at": micros(session.expires_at),
            "created_at": micros(session.created_at),
            "updated_at": micros(session.updated_at),
        }
        with self._store.writing() as transaction:
            self._update(transaction, _SAVE, key, values)

    def remove(self, account: AccountId, side: Side, *, logged_out_at: datetime) -> None:
        """Forget a session for good; the moment stays. Without a session nothing changes."""
        key = _key_values(account, side)
        with self._store.writing() as transaction:
            transaction.write(_REMOVE, {**renamed(key), "logged_out_at": micros(logged_out_at)})

    def state(self, account: AccountId, side: Side) -> SessionState:
        """Return what may be shown of one side."""
        with self._store.reading() as opened:
            row = opened.row(_STATE_OF, renamed(_key_values(account, side)))
        return SessionState(account, side) if row is None else _state(row)

    def states(self) -> tuple[SessionState, ...]:
        """Return what may be shown of every side that was ever logged in."""
        with self._store.reading() as opened:
            rows = opened.rows(_STATES)
        return tuple(map(_state, rows))

    def note_attempts(self, account: AccountId, side: Side, attempts: LoginAttempts) -> None:
        """Store what is remembered of logins to one side."""
        values = {
            "pending_since": maybe_micros(attempts.pending_since),
            "failed_at": maybe_micros(attempts.failed_at),
            "failure": attempts.failure,
            "lost_at": _listed(map(micros, attempts.lost_at)),
            "stopped_at": maybe_micros(attempts.stopped_at),
            "planned_on": attempts.planned_on,
        }
        with self._store.writing() as transaction:
            self._update(transaction, _NOTE, _key_values(account, side), values)

    def close(self) -> None:
        """Leave the store."""
        self._read.clear()
        self._store.leave(self)

    @staticmethod
    def _update(transaction: Transaction, statement: Statement, key: dict[str, Any], values: dict[str, Any]) -> None:
        where = {**renamed(key), **values}
        if not transaction.write(statement, where):
            transaction.write(_ADD, key)
            transaction.write(statement, where)

    def _decode(self, account: AccountId, side: Side, row: Row) -> Session:
        sealed, user_id, client_codes, is_investor, connection_base, expires_at, created_at, updated_at = row
        try:
            token = Secret(self._cipher.open(sealed, _label(account, side)))
            return Session(
                account=account,
                side=side,
                token=token,
                user_id=user_id,
                client_codes=tuple(orjson.loads(client_codes)),
                is_investor=bool(is_investor),
                connection_base=connection_base,
                expires_at=instant(expires_at),
                created_at=instant(created_at),
                updated_at=instant(updated_at),
            )
        except (SealBroken, AttributeError, ArithmeticError, TypeError, ValueError) as error:
            raise StoreError(
                f"the stored {side.value} session of {account} can't be read: "
                "it was encrypted with another key, or its row is damaged",
                hint="log in again with: jainam login",
            ) from error


def _key_values(account: AccountId, side: Side) -> dict[str, Any]:
    return {**account_values(account), "side": side.value}


def _label(account: AccountId, side: Side) -> str:
    return f"{account.broker}/{account.server}/{account.kind.value}/{side.value}"


def _listed(values: Iterable[object]) -> str:
    return orjson.dumps(list(values)).decode()


def _state(row: Row) -> SessionState:
    """
    Return what may be shown of a row.

    Raises:
        StoreError: The row is damaged.
    """
    broker, server, kind, side = row[:4]
    user_id, client_codes, expires_at, updated_at, logged_out_at = row[4:9]
    pending_since, failed_at, failure, lost_at, stopped_at, planned_on = row[9:]
    try:
        return SessionState(
            account=account_of(broker, server, kind),
            side=Side(side),
            user_id=user_id,
            client_codes=tuple(orjson.loads(client_codes)),
            expires_at=maybe_instant(expires_at),
            updated_at=maybe_instant(updated_at),
            logged_out_at=maybe_instant(logged_out_at),
            attempts=LoginAttempts(
                pending_since=maybe_instant(pending_since),
                failed_at=maybe_instant(failed_at),
                failure=failure,
                lost_at=tuple(map(instant, orjson.loads(lost_at))),
                stopped_at=maybe_instant(stopped_at),
                planned_on=planned_on,
            ),
        )
    except (KeyError, ArithmeticError, TypeError, ValueError) as error:
        raise StoreError(
            f"the stored state of {broker}/{server}/{kind}'s {side} side can't be read: its row is damaged",
            hint="restore a backup, or log in again with: jainam login",
        ) from error
