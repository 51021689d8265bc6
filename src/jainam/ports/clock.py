"""Time, the only way in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A wall clock, a clock that only grows, and a way to wait on them."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def elapsed_s(self) -> float:
        """Return seconds of a clock that never goes back and counts suspension, shared by this machine's processes."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait so long."""
        ...
