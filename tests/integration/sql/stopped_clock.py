"""A clock for tests of the store, which reads it for its own moments only."""

import time
from datetime import UTC, datetime

from attrs import frozen


@frozen
class StoppedClock:
    """Always the same moment; waiting takes no time."""

    at: datetime = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def elapsed_s(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Let others run: what waits for this clock waits for another process."""
        time.sleep(min(seconds, 0.01))
