"""
Lock files: one flock per name, with who holds it written inside.

A file is made at a name's first lock and stays: taking it away while somebody waits for it would split the waiting from
the arriving. Its first record names the holder, for people; its second the last process that waited, so that a busy
process lets that one go first. Neither record decides who holds the lock: the kernel does.
"""

import errno
import fcntl
import hashlib
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from attrs import frozen

from jainam.domain.errors import StoreError
from jainam.domain.trading_day import IST
from jainam.ports.clock import Clock
from jainam.ports.identity import ProcessTable

_POLL_S = 0.002
_YIELD_S = 2 * _POLL_S
"""Longer than one poll of whoever waited before us."""

_WAITED_LATELY_S = 3 * _POLL_S
_RECORD_LENGTH = 64
_NOBODY = b" " * _RECORD_LENGTH
_CONTENTION = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES})

_opening = threading.RLock()
"""Held while a descriptor is opened or closed, and across a fork, so that a child knows every one it got."""

_descriptors: set[int] = set()


def _drop_in_child() -> None:
    """Close a forked child's copies; unlocking them would end the parent's locks."""
    try:
        for descriptor in _descriptors:
            with suppress(OSError):
                os.close(descriptor)
        _descriptors.clear()
    finally:
        _opening.release()


os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_drop_in_child)


@frozen
class HolderRecord:
    """Who a lock file says holds its lock."""

    pid: int
    started: int
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} since {self.since.astimezone(IST):%Y-%m-%d %H:%M:%S} IST"


class _Outcome(Enum):
    LOCKED = "locked"
    BUSY = "busy"
    FILE_GONE = "file gone"


class LockFiles:
    """The lock files of one directory."""

    def __init__(self, directory: Path, clock: Clock, processes: ProcessTable) -> None:
        self._directory = str(directory)
        self._clock = clock
        self._processes = processes
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if directory.stat().st_mode & 0o077:
                directory.chmod(0o700)
        except OSError as exc:
            raise _failed(directory, exc) from exc

    def path_of(self, name: str) -> str:
        """Return the file of a lock; names hold slashes, so it is called by their hash."""
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16)
        return f"{self._directory}/{digest.hexdigest()}.lock"

    def acquire(self, name: str, *, until_s: float) -> int | None:
        """
        Lock, polling until that reading of the clock, and return the descriptor; ``None`` when it stayed busy.

        Never blocks in the kernel: a blocking wait would freeze every green thread of the host.

        Raises:
            StoreError: The file can't be opened, or its file system has no locks.
        """
        path = self.path_of(name)
        try:
            while True:  # ends when the bound does: each further round begins with a file that was taken away
                descriptor = _open(path)
                try:
                    outcome = self._poll(descriptor, until_s)
                    if outcome is _Outcome.LOCKED:
                        self._note_holding(descriptor)
                        return descriptor
                except BaseException:
                    _close(descriptor)
                    raise
                _close(descriptor)
                if outcome is _Outcome.BUSY or self._clock.elapsed_s() >= until_s:
                    return None
        except OSError as exc:
            raise _failed(path, exc) from exc

    def _poll(self, descriptor: int, until_s: float) -> _Outcome:
        if self._is_waited_for(descriptor) and self._clock.elapsed_s() + _YIELD_S < until_s:
            self._clock.sleep(_YIELD_S)
        while not _try_lock(descriptor):
            left_s = until_s - self._clock.elapsed_s()
            if left_s <= 0:
                return _Outcome.BUSY
            self._note_waiting(descriptor)
            self._clock.sleep(min(_POLL_S, left_s))
        # a file that somebody took away locks nothing: those who come now make a new one
        return _Outcome.LOCKED if os.fstat(descriptor).st_nlink else _Outcome.FILE_GONE

    def release(self, descriptor: int) -> None:
        """Unlock and close. The unlocking is explicit: a child between fork and exec may still hold a copy."""
        with suppress(OSError):  # the record is for people; a full disk must not keep the lock
            os.pwrite(descriptor, _NOBODY, 0)
        with suppress(OSError):  # closing unlocks as well, where no child holds a copy
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        _close(descriptor)

    def holder(self, name: str) -> HolderRecord | None:
        """Return who holds a lock, without touching it; ``None`` when nobody does or the record is not written yet."""
        try:
            text = Path(self.path_of(name)).read_bytes()[:_RECORD_LENGTH]
            pid, started, since_us = map(int, text.split())
            record = HolderRecord(pid, started, datetime.fromtimestamp(since_us / 1e6, UTC))
        except (OSError, ValueError, OverflowError):
            return None
        return record if self._processes.is_alive(pid, started) else None  # a killed holder leaves its record

    def _note_holding(self, descriptor: int) -> None:
        pid, started = self._processes.me()
        self._note(descriptor, f"{pid} {started} {int(self._clock.now().timestamp() * 1e6)}", 0)

    def _note_waiting(self, descriptor: int) -> None:
        pid, started = self._processes.me()
        self._note(descriptor, f"{pid} {started} {int(self._clock.elapsed_s() * 1e6)}", _RECORD_LENGTH)

    def _note(self, descriptor: int, text: str, offset: int) -> None:
        with suppress(OSError):  # the record is for people; a full disk must not deny a close-all its lock
            os.pwrite(descriptor, text.ljust(_RECORD_LENGTH).encode("ascii"), offset)

    def _is_waited_for(self, descriptor: int) -> bool:
        """Whether another process polled this lock just now: it was first, and would never win against a queue."""
        text = os.pread(descriptor, _RECORD_LENGTH, _RECORD_LENGTH)
        if not text:  # nobody ever waited
            return False
        try:
            pid, started, at_us = map(int, text.split())
        except ValueError:
            return False
        age_s = self._clock.elapsed_s() - at_us / 1e6
        return 0 <= age_s < _WAITED_LATELY_S and (pid, started) != self._processes.me()


def _open(path: str) -> int:
    with _opening:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        _descriptors.add(descriptor)
    return descriptor


def _close(descriptor: int) -> None:
    with _opening:
        _descriptors.discard(descriptor)
        with suppress(OSError):  # the number is free even where closing reports an error
            os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in _CONTENTION:
            return False
        raise
    return True


def _failed(path: Path | str, exc: OSError) -> StoreError:
    return StoreError(
        f"lock file {path} can't be used: {exc.strerror or exc}",
        hint="the desk's directory must be on a local disk with room, writable for this user",
    )
