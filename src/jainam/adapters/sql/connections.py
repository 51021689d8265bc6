"""Connections to one store: those that write, one for each level of durability, and a few that read."""

import sqlite3
import threading
from contextlib import suppress

from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from jainam.adapters.sql.store_errors import DATABASE_ERRORS, closed_error, forked_error, locked_error

_IDLE_READERS = 8
"""Reading connections that are kept open; more are opened under load and closed again."""

_inherited: list[object] = []
"""Connections that a forked child must not even close."""


class OpenConnection:
    """A driver's connection, kept open by us: SQLAlchemy's pool would cost more than the statement."""

    __slots__ = ("_proxy", "driver", "execute")

    def __init__(self, proxy: PoolProxiedConnection) -> None:
        driver = proxy.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self._proxy = proxy
        self.driver = driver
        self.execute = driver.execute

    def close(self) -> None:
        """Close it; what it had open is rolled back."""
        with suppress(*DATABASE_ERRORS):
            self._proxy.close()


def _engine(address: URL, busy_timeout_s: float) -> Engine:
    return create_engine(
        address,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "isolation_level": None,  # the driver begins no transaction by itself
            "check_same_thread": False,  # the locks of the store see to it
            "timeout": busy_timeout_s,
            "cached_statements": 256,
        },
    )


_RELAXED = ("PRAGMA foreign_keys = ON", "PRAGMA synchronous = NORMAL")
_DURABLE = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # on macOS a plain fsync leaves the disk's own cache
)


class Connections:
    """
    The connections of one process to one store.

    `writer` may be called by the holder of `write_lock` only. Around a fork everything is closed, on both sides: a
    child that inherits an open connection believes in file locks that it doesn't hold.
    """

    def __init__(self, address: URL, name: str, busy_timeout_s: float, *, is_in_memory: bool) -> None:
        self._engine = _engine(address, busy_timeout_s)
        self._name = name
        self._busy_timeout_s = busy_timeout_s
        self._is_in_memory = is_in_memory
        self.is_closed = False
        self._is_inherited = False
        self._is_clean = False
        self._start_anew()

    @property
    def dialect(self) -> Dialect:
        """What statements are compiled for."""
        return self._engine.dialect

    def _start_anew(self) -> None:
        self.write_lock = threading.Lock()
        self._writers: dict[bool, OpenConnection] = {}
        self._reading = threading.Condition(threading.Lock())
        self._idle: list[OpenConnection] = []
        self._reader_count = 0
        self._is_forking = False

    def writer(self, *, is_durable: bool) -> OpenConnection:
        """Return the connection that writes; a store in memory has one for everything."""
        which = is_durable and not self._is_in_memory
        connection = self._writers.get(which)
        if connection is None:
            connection = self._writers[which] = self._open(is_durable=which)
        return connection

    def roll_back(self, *, is_durable: bool, is_broken: bool) -> None:
        """Undo what the writer has open; a broken one is not used again, unless the store lives in it."""
        which = is_durable and not self._is_in_memory
        connection = self._writers.get(which)
        if connection is None:
            return
        if is_broken and not self._is_in_memory:
            self._writers.pop(which).close()
        elif connection.driver.in_transaction:
            with suppress(*DATABASE_ERRORS):  # SQLite has rolled back by itself
                connection.execute("ROLLBACK")

    def take_reader(self) -> OpenConnection:
        """Return a connection for reading; give it back with `give_back`."""
        with self._reading:
            if self._is_forking and not self._reading.wait_for(lambda: not self._is_forking, self._busy_timeout_s):
                raise locked_error(self._name, self._busy_timeout_s)
            self._reader_count += 1
            if self._idle:
                return self._idle.pop()
        try:
            return self._open(is_durable=False)
        except BaseException:
            self.give_back(None)
            raise

    def give_back(self, connection: OpenConnection | None) -> None:
        """Take a reading connection back, or learn that there is none any more."""
        with self._reading:
            self._reader_count -= 1
            if self._is_forking:
                self._reading.notify_all()
            elif connection is not None and not self.is_closed and len(self._idle) < _IDLE_READERS:
                self._idle.append(connection)
                return
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close everything; a transaction that runs in another thread ends first."""
        with self.write_lock:
            self.is_closed = True
            self._close_writers()
        with self._reading:
            self._close_idle()

    def before_fork(self) -> None:
        """Wait, bounded, until nothing runs, and close what is open."""
        has_lock = self.write_lock.acquire(timeout=self._busy_timeout_s)
        with self._reading:
            self._is_forking = True
            nobody_reads = self._reading.wait_for(lambda: self._reader_count == 0, self._busy_timeout_s)
            self._close_idle()
        if has_lock and not self._is_in_memory:
            self._close_writers()
        self._has_lock_for_fork = has_lock
        self._is_clean = has_lock and nobody_reads and not self._is_in_memory

    def after_fork_in_parent(self) -> None:
        """Go on; connections are opened again when they are needed."""
        with self._reading:
            self._is_forking = False
            self._reading.notify_all()
        if self._has_lock_for_fork:
            self.write_lock.release()

    def after_fork_in_child(self) -> None:
        """Start with nothing open; where the parent had something open, refuse to work."""
        if not self._is_clean:
            self._is_inherited = True
            _inherited.append((self._writers, self._idle))
        self._start_anew()

    def _open(self, *, is_durable: bool) -> OpenConnection:
        if self._is_inherited:
            raise forked_error(self._name)
        if self.is_closed:
            raise closed_error(self._name)
        connection = OpenConnection(self._engine.raw_connection())
        try:
            for pragma in _DURABLE if is_durable else _RELAXED:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close_writers(self) -> None:
        while self._writers:
            self._writers.popitem()[1].close()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()
