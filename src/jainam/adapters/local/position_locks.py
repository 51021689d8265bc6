"""Locks by name, exclusive across the threads and processes of one machine."""

import os
import threading
from collections import deque
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from jainam.adapters.local.forks import in_forked_child
from jainam.adapters.local.lock_files import LockFiles
from jainam.domain.errors import KeyBusy
from jainam.domain.trading_day import IST
from jainam.ports.clock import Clock
from jainam.ports.identity import ProcessTable


class _Turn:
    """One thread's place in the queue for a name. Its gate opens when the turn is its own."""

    __slots__ = ("gate", "has_come", "thread", "thread_name")

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.thread_name = threading.current_thread().name
        self.has_come = False
        self.gate = threading.Lock()


class _Queue:
    """The threads of this process that want one name: whose turn it is, and who waits, in order."""

    __slots__ = ("held_since", "turn", "waiting")

    def __init__(self, turn: _Turn) -> None:
        self.turn = turn
        self.held_since: datetime | None = None  # None while the turn still waits for another process
        self.waiting: deque[_Turn] = deque()


class FilePositionLocks:
    """
    Named locks: in this process first come, first served; between processes by lock files in *directory*.

    Between processes the order is not kept, but whoever waits goes before a process that comes back for more. A killed
    holder's lock is free at once; a stopped one keeps its own. Not re-entrant. A forked child holds none of its
    parent's locks.

    All waiting is bounded, and bounded by the real clock while it is for another thread of this process.

    Raises:
        StoreError: *directory* can't be made.
    """

    def __init__(self, directory: Path, clock: Clock, processes: ProcessTable) -> None:
        self._files = LockFiles(directory, clock, processes)
        self._clock = clock
        self._forget_in_child()
        in_forked_child(self._forget_in_child)

    def hold(self, name: str, *, bound_s: float) -> AbstractContextManager[None]:
        """
        Hold the lock *name* inside a ``with`` block, waiting for it at most *bound_s*; first come, first served.

        Raises:
            KeyBusy: Somebody else held it all the time, or this very thread holds it; the error names the holder.
            StoreError: The lock's file can't be used.
        """
        return _Hold(self, name, bound_s)

    def holder(self, name: str) -> str | None:
        """Return who holds the lock, in words, or ``None``."""
        with self._guard:
            queue = self._queues.get(name)
            if queue is not None and queue.held_since is not None:
                since = f"{queue.held_since.astimezone(IST):%Y-%m-%d %H:%M:%S} IST"
                return f"thread {queue.turn.thread_name} of this process ({os.getpid()}) since {since}"
        record = self._files.holder(name)
        return None if record is None else str(record)

    def acquire(self, name: str, bound_s: float) -> int:
        """Take the lock and return its descriptor, which `release` wants back; `hold` is what callers use."""
        until_s = self._clock.elapsed_s() + bound_s
        self._take_turn(name, bound_s)
        try:
            descriptor = self._files.acquire(name, until_s=until_s)
            if descriptor is None:
                raise self._busy(name, bound_s)
            self._queues[name].held_since = self._clock.now()
        except BaseException:
            self._pass_turn(name)
            raise
        return descriptor

    def release(self, name: str, descriptor: int) -> None:
        """Give the lock back: first to other processes, then to the next thread of this one."""
        try:
            self._files.release(descriptor)
        finally:
            self._pass_turn(name)

    def _take_turn(self, name: str, bound_s: float) -> None:
        turn = _Turn()
        with self._guard:
            queue = self._queues.get(name)
            if queue is None:
                self._queues[name] = _Queue(turn)
                return
            if queue.turn.thread == turn.thread:
                raise KeyBusy(
                    f"{name} is already held by this very thread, which would wait for itself",
                    key=name,
                    holder=f"thread {turn.thread_name} of this process ({os.getpid()})",
                    hint="end the first smart order or close-all on it before the next",
                )
            turn.gate.acquire()
            queue.waiting.append(turn)
        try:
            turn.gate.acquire(timeout=min(max(bound_s, 0.0), threading.TIMEOUT_MAX))
            if not self._leave(queue, turn):
                return
        except BaseException:
            if not self._leave(queue, turn):
                self._pass_turn(name)
            raise
        raise self._busy(name, bound_s)

    def _leave(self, queue: _Queue, turn: _Turn) -> bool:
        """Stop waiting; ``False`` when the turn has come already."""
        with self._guard:
            if turn.has_come:
                return False
            queue.waiting.remove(turn)
            return True

    def _pass_turn(self, name: str) -> None:
        with self._guard:
            queue = self._queues[name]
            if not queue.waiting:
                del self._queues[name]
                return
            queue.turn = queue.waiting.popleft()
            queue.held_since = None
            queue.turn.has_come = True
            queue.turn.gate.release()

    def _busy(self, name: str, bound_s: float) -> KeyBusy:
        holder = self.holder(name) or "another process"
        return KeyBusy(
            f"{name} is held by {holder} and was not free within {bound_s:g} s",
            key=name,
            holder=holder,
            hint="try again when that is done, or end it",
        )

    def _forget_in_child(self) -> None:
        """Start empty: the threads that held or awaited anything are not in a forked child."""
        self._guard = threading.Lock()
        self._queues: dict[str, _Queue] = {}


class _Hold(AbstractContextManager[None]):
    """One holding of one lock."""

    __slots__ = ("_bound_s", "_descriptor", "_locks", "_name", "_pid")

    def __init__(self, locks: FilePositionLocks, name: str, bound_s: float) -> None:
        self._locks = locks
        self._name = name
        self._bound_s = bound_s
        self._descriptor = -1
        self._pid = 0

    def __enter__(self) -> None:
        self._descriptor = self._locks.acquire(self._name, self._bound_s)
        self._pid = os.getpid()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pid == os.getpid():  # else forked inside the block: the lock is the parent's
            self._locks.release(self._name, self._descriptor)
