"""The machine's clocks."""

import time
from datetime import UTC, datetime

_ELAPSED_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts suspension: Linux's monotonic clock stands still while the machine sleeps, other systems' does not."""


class SystemClock:
    """The wall clock and the clock since boot of this machine."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def elapsed_s(self) -> float:
        """Return seconds since boot, suspension included; every process of the machine reads the same."""
        return time.clock_gettime(_ELAPSED_CLOCK)

    def sleep(self, seconds: float) -> None:
        """Wait so long; a green-threaded host that patched `time.sleep` switches to others meanwhile."""
        time.sleep(max(seconds, 0.0))
