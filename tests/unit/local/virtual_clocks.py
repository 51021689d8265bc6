"""Clocks of tests: one for a single thread, one that runs several in virtual time."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 9, 21, 4, 0, tzinfo=UTC)


class SoloClock:
    """Moves when somebody sleeps, or by hand."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def elapsed_s(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds


class CrowdClock:
    """
    Moves to the next waker when every thread that it started sleeps; wakes one at a time, in order of its moment.

    So several threads run as one, and in the same order each time.
    """

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._condition = threading.Condition()
        self._sleepers: list[tuple[float, int]] = []
        self._awake = 0
        self._sequence = 0
        self._running: int | None = None

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def elapsed_s(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        with self._condition:
            self._sequence += 1
            me = (self.elapsed + seconds, self._sequence)
            self._sleepers.append(me)
            self._awake -= 1
            self._next()
            if not self._condition.wait_for(lambda: self._running == me[1], timeout=60):
                raise TimeoutError("the crowd stands still")
            self._running = None

    def run(self, *jobs) -> None:
        """Run jobs as threads until all have ended."""
        self._awake = len(jobs)
        threads = [threading.Thread(target=self._job, args=(job,), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()

    def _job(self, job) -> None:
        self.sleep(0)
        try:
            job()
        finally:
            with self._condition:
                self._awake -= 1
                self._next()

    def _next(self) -> None:
        if self._awake or not self._sleepers:
            return
        first = min(self._sleepers)
        self._sleepers.remove(first)
        self.elapsed = max(self.elapsed, first[0])
        self._awake = 1
        self._running = first[1]
        self._condition.notify_all()
