"""One store, opened by URL: its transactions, and who works on it."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from jainam.adapters.sql import schema
from jainam.adapters.sql.connections import Connections, OpenConnection
from jainam.adapters.sql.statements import Transaction
from jainam.adapters.sql.store_errors import DATABASE_ERRORS, locked_error, store_error
from jainam.adapters.sql.store_file import secure_file, sqlite_address
from jainam.domain.errors import StoreError
from jainam.ports.clock import Clock

_SWITCH_ATTEMPTS = 100
"""How often a fresh file is asked to keep a log, while another process may be doing the same."""


class SqlStore:
    """
    One SQLite database in WAL mode, for many threads and processes.

    Durable transactions have reached the disk when they return (``synchronous=FULL``, on a connection of their own);
    the others are relaxed: they survive a killed process, not a power cut (``synchronous=NORMAL``). A durable commit
    takes every relaxed one before it along. Writers of one process queue at a lock, so that SQLite's own polling is
    left to the processes among each other.
    """

    def __init__(self, url: str, *, clock: Clock, busy_timeout_s: float = 5.0) -> None:
        """
        Open a store, creating it where there is none.

        Args:
            url: ``sqlite:///relative``, ``sqlite:////absolute``, or ``sqlite://`` for one in memory (tests, dry runs).
            clock: Where the store's own moments come from: when it was created, when a mark was taken away.
            busy_timeout_s: How long a transaction waits for other threads, and then for other processes.

        Raises:
            ConfigurationError: The URL names no SQLite database.
            StoreError: It can't be opened, or a newer `jainam` wrote it.
        """
        address = sqlite_address(url)
        self._is_in_memory = address.database in {None, "", ":memory:"}
        self.name = "in memory" if self._is_in_memory else str(address.database)
        self.clock = clock
        self.busy_timeout_s = busy_timeout_s
        self._users: set[int] = set()
        self._connections = Connections(address, self.name, busy_timeout_s, is_in_memory=self._is_in_memory)
        self._dialect = self._connections.dialect
        _open_stores.add(self)
        try:
            self.created_at = self._prepare()
            """When the store was created."""
        except BaseException as error:
            self.close()
            if isinstance(error, (*DATABASE_ERRORS, OSError)):
                raise store_error(error, self.name) from error
            raise

    def _prepare(self) -> datetime:
        if not self._is_in_memory:
            secure_file(Path(self.name))
        with self.reading() as opened:
            created_at = schema.created_at(opened, self.name)
        if not self._is_in_memory:
            self._use_wal()
        if created_at is None:
            with self.writing(durable=True) as transaction:
                created_at = schema.prepare(transaction, self.name, self.clock.now())
        return created_at

    def _use_wal(self) -> None:
        with self._connections.write_lock:
            connection = self._connections.writer(is_durable=False)
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":  # once in a store's life
                mode = self._switch_to_wal(connection)
        if mode != "wal":
            raise StoreError(
                f"the store {self.name} is on a file system that can't share memory between processes",
                hint="keep the store on a local disk",
            )

    def _switch_to_wal(self, connection: OpenConnection) -> object:
        for _ in range(_SWITCH_ATTEMPTS - 1):
            # when two processes switch a fresh file at once, SQLite fails one of them without waiting
            with suppress(sqlite3.OperationalError):
                return connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            self.clock.sleep(self.busy_timeout_s / _SWITCH_ATTEMPTS)
        return connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a connection for reading; each statement sees the store as it is when it runs."""
        if self._is_in_memory:
            yield from self._reading_in_memory()
            return
        connection = None
        try:
            connection = self._connections.take_reader()
            yield Transaction(connection, self._dialect)
        except DATABASE_ERRORS as error:
            if connection is not None:
                connection.close()
                self._connections.give_back(None)
            raise store_error(error, self.name) from error
        except BaseException:
            if connection is not None:
                self._connections.give_back(connection)
            raise
        self._connections.give_back(connection)

    def _reading_in_memory(self) -> Iterator[Transaction]:
        """Read on the one connection in which the store lives, while nobody writes on it."""
        lock = self._connections.write_lock
        if not lock.acquire(timeout=self.busy_timeout_s):
            raise locked_error(self.name, self.busy_timeout_s)
        try:
            yield Transaction(self._connections.writer(is_durable=False), self._dialect)
        except DATABASE_ERRORS as error:
            raise store_error(error, self.name) from error
        finally:
            lock.release()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Transaction]:
        """
        Open a write transaction, beside which no other runs; commit it at the end. Any exception rolls it back.

        Raises:
            StoreError: Locked beyond the bound, full, read-only, damaged. Its effect is ``POSSIBLE`` only when the
                commit itself failed.
        """
        connections = self._connections
        lock = connections.write_lock
        if not lock.acquire(timeout=self.busy_timeout_s):
            raise locked_error(self.name, self.busy_timeout_s)
        is_committing = False
        try:
            connection = connections.writer(is_durable=durable)
            connection.execute("BEGIN IMMEDIATE")
            yield Transaction(connection, self._dialect)
            is_committing = True
            connection.execute("COMMIT")
        except DATABASE_ERRORS as error:
            connections.roll_back(is_durable=durable, is_broken=True)
            raise store_error(error, self.name, is_committing=is_committing) from error
        except BaseException:
            connections.roll_back(is_durable=durable, is_broken=False)
            raise
        finally:
            lock.release()

    def join(self, user: object) -> None:
        """Count somebody who works on this store; it closes with the last of them."""
        self._users.add(id(user))

    def leave(self, user: object) -> None:
        """Count them out, and close the store behind the last."""
        self._users.discard(id(user))
        if not self._users:
            self.close()

    @property
    def is_closed(self) -> bool:
        """Whether nobody can work on it any more."""
        return self._connections.is_closed

    def close(self) -> None:
        """Close every connection, whoever still works on the store."""
        self._connections.close()
        _open_stores.discard(self)

    def before_fork(self) -> None:
        """Wait until running transactions end, and close the connections."""
        self._connections.before_fork()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        self._connections.after_fork_in_parent()

    def after_fork_in_child(self) -> None:
        """Start without connections."""
        self._connections.after_fork_in_child()


class _Forks:
    """Takes every open store of the process safely through a fork."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._around: list[SqlStore] = []

    def before(self) -> None:
        self._gate.acquire()  # two threads that fork at once would wait for each other's stores
        self._around = list(_open_stores)
        for store in self._around:
            store.before_fork()

    def after_in_parent(self) -> None:
        for store in self._around:
            store.after_fork_in_parent()
        self._around = []
        self._gate.release()

    def after_in_child(self) -> None:
        for store in self._around:
            store.after_fork_in_child()
        self._around = []
        self._gate = threading.Lock()


_open_stores: "weakref.WeakSet[SqlStore]" = weakref.WeakSet()
_forks = _Forks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_forks.before, after_in_parent=_forks.after_in_parent, after_in_child=_forks.after_in_child
    )
