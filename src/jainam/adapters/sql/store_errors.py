"""What a failing database means for the desk: the one table from foreign exceptions to ``StoreError``."""

import sqlite3

from attrs import frozen
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from jainam.domain.errors import Effect, StoreError

DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error)
"""Everything that a database or its driver may raise."""

_PRIMARY = 0xFF
"""The low byte of SQLite's extended codes is the primary one."""


@frozen
class _Meaning:
    what: str
    hint: str


_UNKNOWN = _Meaning("failed", "see the cause; if it stays, move the file away and restore a backup")
_DAMAGED = _Meaning(
    "is damaged or is no SQLite file",
    "move it away and restore a backup; orders of today are found again in the order book",
)
_LOCKED = _Meaning("is locked", "another process writes for too long; find it, or try again")

_BY_CODE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _Meaning("is full", "free some disk space; nothing is sent until then"),
    sqlite3.SQLITE_READONLY: _Meaning("is read-only", "give this user the right to write the file and its directory"),
    sqlite3.SQLITE_PERM: _Meaning("may not be used", "give this user the right to read and write the file"),
    sqlite3.SQLITE_CANTOPEN: _Meaning("can't be opened", "check that its directory exists and may be written to"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _Meaning("can't be read or written", "check the disk and the file system"),
    sqlite3.SQLITE_CONSTRAINT: _Meaning("already has such a row", "this is a fault of jainam; please report it"),
}


def store_error(error: Exception, name: str, *, is_committing: bool = False) -> StoreError:
    """
    Return what to raise for a foreign exception; holds no parameter of the failed statement.

    Args:
        error: What the database, the driver or the operating system raised.
        name: Which store, for people.
        is_committing: Whether the commit had begun. Then it may have reached the disk whatever the error says: the
            only case with a possible effect.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    meaning = _UNKNOWN
    if isinstance(cause, sqlite3.Error):
        meaning = _BY_CODE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY, _UNKNOWN)
    elif isinstance(cause, OSError):
        meaning = _BY_CODE[sqlite3.SQLITE_CANTOPEN]
    effect = Effect.POSSIBLE if is_committing else Effect.NONE
    whether = "; whether the last write happened is unknown" if is_committing else ""
    return StoreError(f"the store {name} {meaning.what} ({cause}){whether}", effect=effect, hint=meaning.hint)


def closed_error(name: str) -> StoreError:
    """Return what to raise for a store that was closed."""
    return StoreError(f"the store {name} is closed", hint="open the desk again")


def locked_error(name: str, bound_s: float) -> StoreError:
    """Return what to raise when other threads of this process kept the store for too long."""
    return StoreError(f"the store {name} was busy in this process for more than {bound_s:g} s", hint=_LOCKED.hint)


def forked_error(name: str) -> StoreError:
    """Return what to raise in a forked child that can't use its parent's store."""
    return StoreError(
        f"the store {name} belongs to the process that this one was forked from",
        hint="open the desk in each process",
    )
