"""Locks: never twice at once for one key, in one process or in several."""

from contextlib import AbstractContextManager
from typing import Protocol


class PositionLocks(Protocol):
    """Named locks of a desk, exclusive across threads and processes. Different names never wait for each other."""

    def hold(self, name: str, *, bound_s: float) -> AbstractContextManager[None]:
        """
        Hold the lock *name* inside a ``with`` block, waiting for it at most *bound_s*; first come, first served.

        Raises:
            KeyBusy: Somebody else held it all the time; the error names the holder.
        """
        ...

    def holder(self, name: str) -> str | None:
        """Return who holds the lock, in words, or ``None``."""
        ...
