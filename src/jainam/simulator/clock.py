"""The venue's clock: real, or virtual so that a test decides what time it is."""

import threading
import time
from datetime import datetime
from typing import Protocol

IST_OFFSET_S = 19_800
DAY_S = 86_400


class Clock(Protocol):
    """Tells the venue what time it is."""

    def now(self) -> float:
        """Unix seconds; never goes back."""
        ...


class RealClock:
    """The machine's time, anchored once, so that a step of the wall clock cannot reorder the ledger."""

    def __init__(self) -> None:
        self._anchor = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds; never goes back."""
        return self._anchor + time.monotonic()


class VirtualClock:
    """A clock that stands still until somebody advances it."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"the start {start.isoformat()} has no time zone; give an aware datetime")
        self._now = start.timestamp()
        self._lock = threading.Lock()

    def now(self) -> float:
        """Unix seconds; never goes back."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Move on by *seconds* (not negative) and return the new time."""
        if not seconds >= 0:
            raise ValueError(f"a clock cannot go back: {seconds} s")
        with self._lock:
            self._now += seconds
            return self._now


def day_start(at: float) -> float:
    """The last midnight in IST at or before *at*, in unix seconds."""
    return (at + IST_OFFSET_S) // DAY_S * DAY_S - IST_OFFSET_S
