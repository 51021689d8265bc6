"""The newest set of a directory: built beside, swapped by rename, read by any number of threads and processes."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from weakref import WeakSet

from jainam.adapters.instrument_files.set_file import SYNC_HINT, SetReader, write_set, writing_to
from jainam.domain.errors import StoreError
from jainam.domain.instruments import Exchange, Instrument
from jainam.ports.clock import Clock
from jainam.ports.instrument_store import InstrumentSet

CURRENT = "instruments.sqlite3"

_CHECK_S = 0.1
"""How long a look-up may take another process's older set for the newest: looking at the file costs a system call."""

_CACHED = 20_000
_SETS_KEPT = 5
_DAYS_KEPT = 4
_DAY_S = 86_400
_WITHOUT_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK})


class FileInstrumentStore:
    """
    Instruments in one SQLite file, ``instruments.sqlite3`` in *directory*.

    A new set is written to a file of its own, which then takes that name: readers see the old or the new set. Each set
    is kept some days under a name with its moment, for whoever asks what a lot was last Tuesday.

    Where a master names one symbol or number twice, the first row counts. All methods raise StoreError where a file is
    damaged or can't be read; the next `replace` mends that.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._path = directory / CURRENT
        self._clock = clock
        self._lock = threading.Lock()
        self._reader: SetReader | None = None
        self._file: tuple[int, ...] | None = None
        self._cache: dict[tuple[Exchange, str | int], Instrument] = {}
        self._check_at_s = 0.0
        _stores.add(self)

    def replace(
        self, instruments: Iterable[Instrument], *, loaded_at: datetime, skipped: Callable[[], int]
    ) -> InstrumentSet:
        """
        Store a whole set in place of the last one. A failure keeps the old set.

        Of two processes that do so at once, the one that ends last has the newest set; both sets are whole.

        Raises:
            StoreError: The set is empty or can't be written. What *instruments* raises passes as it is.
        """
        with self._building_file() as path:
            stored = write_set(path, instruments, loaded_at=loaded_at, skipped=skipped)
            with writing_to(self._directory):
                self._keep(path, loaded_at)
                path.replace(self._path)
        with self._lock:
            self._check_at_s = 0.0
        self._clean_up()
        return stored

    def current(self) -> InstrumentSet | None:
        """Return what is stored; ``None`` when nothing ever was."""
        with self._newest() as reader:
            if reader is None:
                return None
            facts = reader.facts
            return InstrumentSet(facts.loaded_at, dict(facts.counts), facts.skipped)

    def by_symbol(self, exchange: Exchange, symbol: str) -> Instrument | None:
        """Return the instrument of this symbol."""
        if self._clock.elapsed_s() < self._check_at_s:
            known = self._cache.get((exchange, symbol))
            if known is not None:
                return known
        with self._newest() as reader:
            return None if reader is None else self._cached(exchange, symbol, reader.by_symbol(exchange, symbol))

    def by_id(self, exchange: Exchange, instrument_id: int) -> Instrument | None:
        """Return the instrument of this number."""
        if self._clock.elapsed_s() < self._check_at_s:
            known = self._cache.get((exchange, instrument_id))
            if known is not None:
                return known
        with self._newest() as reader:
            return (
                None if reader is None else self._cached(exchange, instrument_id, reader.by_id(exchange, instrument_id))
            )

    def symbols_like(self, exchange: Exchange | None, text: str, limit: int) -> Sequence[Instrument]:
        """Return instruments whose symbol contains *text*, shortest first; all exchanges when none is named."""
        with self._newest() as reader:
            return [] if reader is None else reader.symbols_like(exchange, text, limit)

    def symbols(self, exchange: Exchange, beginning: str) -> Sequence[str]:
        """Return the symbols of an exchange that begin so, for near matches."""
        with self._newest() as reader:
            return [] if reader is None else reader.symbols(exchange, beginning)

    def close(self) -> None:
        """Let go of files; the next look-up opens them again."""
        with self._lock:
            self._let_go()

    @contextmanager
    def _newest(self) -> Iterator[SetReader | None]:
        """Lock, and give the newest set; ``None`` when there is none."""
        with self._lock:
            now_s = self._clock.elapsed_s()
            if now_s >= self._check_at_s:
                self._open_newest()
                self._check_at_s = now_s + _CHECK_S
            yield self._reader

    def _open_newest(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._let_go()
            return
        except OSError as exc:
            raise self._unreadable(exc.strerror or str(exc)) from exc
        # read before opening: a swap in between shows as a difference at the next look
        file = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
        if self._reader is not None and file == self._file:
            return
        self._let_go()
        try:
            self._reader = SetReader(self._path)
        except sqlite3.Error as exc:
            raise self._unreadable(str(exc)) from exc
        self._file = file

    def _let_go(self) -> None:
        reader, self._reader, self._file, self._cache, self._check_at_s = self._reader, None, None, {}, 0.0
        if reader is not None:
            reader.close()

    def _cached(self, exchange: Exchange, key: str | int, instrument: Instrument | None) -> Instrument | None:
        if instrument is not None:
            if len(self._cache) >= _CACHED:
                del self._cache[next(iter(self._cache))]
            self._cache[exchange, key] = instrument
        return instrument

    def _unreadable(self, what: str) -> StoreError:
        return StoreError(f"the instrument file {self._path} can't be read: {what}", hint=SYNC_HINT)

    @contextmanager
    def _building_file(self) -> Iterator[Path]:
        """Give a fresh file that nobody else writes, and take it away if it is still there at the end."""
        with writing_to(self._directory):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in count():  # another process may have our number, in another container or long ago
                path = self._directory / f".building-{os.getpid()}-{number}.sqlite3"
                with suppress(FileExistsError):
                    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
                    break
        try:
            yield path
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _keep(self, path: Path, loaded_at: datetime) -> None:
        """Give a set its lasting second name. Not on a file system without hard links: there only the newest stays."""
        moment = f"{loaded_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
        for number in range(1000):
            try:
                os.link(path, self._directory / f"set-{moment}-{number:03d}.sqlite3")
            except FileExistsError:
                continue
            except OSError as exc:
                if exc.errno not in _WITHOUT_LINKS:
                    raise
            return

    def _clean_up(self) -> None:
        """Remove sets past their days or their number, and what killed builders left a day ago."""
        with suppress(OSError):  # it is tried again after the next download
            now_s = self._path.stat().st_mtime  # the file system's clock, which the others' times are of
            kept = sorted(self._directory.glob("set-*.sqlite3"), reverse=True)
            for place, path in enumerate(kept):
                if place >= _SETS_KEPT or now_s - path.stat().st_mtime > _DAYS_KEPT * _DAY_S:
                    path.unlink(missing_ok=True)
            for path in self._directory.glob(".building-*"):
                if now_s - path.stat().st_mtime > _DAY_S:
                    path.unlink(missing_ok=True)

    def _forget_in_child(self) -> None:
        """Leave the parent's connection alone, unclosed: SQLite forbids both using and closing it in a child."""
        self._lock = threading.Lock()
        if self._reader is not None:
            _parents_readers.append(self._reader)
        self._reader, self._file, self._check_at_s = None, None, 0.0


_stores: WeakSet[FileInstrumentStore] = WeakSet()
_parents_readers: list[SetReader] = []


def _after_fork() -> None:
    for store in _stores:
        store._forget_in_child()  # noqa: SLF001 # the fork handler is a part of the class that the system calls


os.register_at_fork(after_in_child=_after_fork)
