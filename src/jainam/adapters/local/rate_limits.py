"""Rate limits of one process: sliding logs, with a queue before each."""

import threading
from bisect import insort
from collections.abc import Mapping
from itertools import count

from attrs import define, field

from jainam.adapters.local.forks import in_forked_child
from jainam.domain.accounts import AccountId
from jainam.domain.errors import LimitExceeded
from jainam.domain.limits import Endpoint, Limit, Priority, SlidingLog, pool_of
from jainam.ports.clock import Clock

_JITTER_S = 0.02
"""How much two calls may draw nearer to each other on their way to the venue."""

_NEAR_S = 0.05
"""Who must wait longer sleeps half of it and looks again: somebody before it may have given up."""

_SHORTEST_SLEEP_S = 0.0005
"""For those whose turn is about to come; far less would not move a clock of floating point."""

_LONGEST_PUSH_BACK_S = 300.0

_CEILING_ENDPOINTS = frozenset({Endpoint.ORDER_PLACE, Endpoint.ORDER_MODIFY})
"""What an exchange counts as an order: new ones and their changes."""


@define(eq=False)
class _Allowance:
    """One thing that calls draw on, and who waits for it, in the order in which they may go."""

    limit: Limit | None
    log: SlidingLog | None
    blocked_until_s: float = 0.0
    waiting: "list[_Waiter]" = field(factory=list)

    def wait_s(self, now_s: float, ahead: int = 0) -> float:
        """Return how long a call must wait when so many go before it."""
        blocked_s = max(self.blocked_until_s - now_s, 0.0)
        if self.log is None or self.limit is None:
            return blocked_s
        if blocked_s:
            blocked_s += ahead // self.limit.calls * self.limit.per_s
        return max(self.log.wait_s(now_s, ahead), blocked_s)

    def note(self, now_s: float) -> None:
        if self.log is not None:
            self.log.note(now_s)


@define(eq=False)
class _Waiter:
    """One call that wants to go."""

    allowances: tuple[_Allowance, ...]
    rank: tuple[int, int]
    """Emergencies first, then by arrival."""

    def could_go(self, now_s: float) -> bool:
        return all(allowance.wait_s(now_s) <= 0 for allowance in self.allowances)

    def may_go(self, now_s: float) -> bool:
        """Whether it could, and nobody before it could."""
        return self.could_go(now_s) and not any(
            other.could_go(now_s) for allowance in self.allowances for other in self._before(allowance)
        )

    def expected_wait_s(self, now_s: float) -> float:
        """Return how long it will take if nobody comes who goes first."""
        return max(allowance.wait_s(now_s, len(self._before(allowance))) for allowance in self.allowances)

    def _before(self, allowance: _Allowance) -> "list[_Waiter]":
        return [other for other in allowance.waiting if other.rank < self.rank]


class LocalRateLimits:
    """
    Allowances per account and pool, shared by the threads of this process.

    First come, first served within a priority; emergencies before all others. Waiting goes through the clock and holds
    no lock.

    Args:
        chart: What the server allows; an endpoint without a limit passes freely.
        clock: Whose seconds count.
        bound_s: How long a call may wait unless it says so itself.
        ceiling: The desk's own bound on new and changed orders, over all its accounts and segments together.
        margin_s: By how much each window is widened, for the jitter on the way to the venue, which counts by arrival.
    """

    def __init__(
        self,
        chart: Mapping[Endpoint, Limit],
        clock: Clock,
        *,
        bound_s: float,
        ceiling: Limit | None = None,
        margin_s: float = _JITTER_S,
    ) -> None:
        self._chart = dict(chart)
        self._clock = clock
        self._bound_s = bound_s
        self._margin_s = margin_s
        self._arrivals = count()
        self._pools: dict[tuple[AccountId, Endpoint], _Allowance] = {}
        self._ceiling = self._allowance(ceiling) if ceiling is not None else None
        self._forget_in_child()
        in_forked_child(self._forget_in_child)

    def reserve(
        self,
        account: AccountId,
        endpoint: Endpoint,
        *,
        priority: Priority = Priority.NORMAL,
        bound_s: float | None = None,
    ) -> None:
        """
        Take one call of the allowance, waiting for it at most *bound_s* (the configured bound by default).

        Raises:
            LimitExceeded: It would have taken longer; ``retry_after_s`` says how long. Nothing was taken.
        """
        with self._lock:
            now_s = self._clock.elapsed_s()
            deadline_s = now_s + (self._bound_s if bound_s is None else bound_s)
            allowances = self._allowances(account, endpoint)
            waiter = _Waiter(allowances, (priority.value, next(self._arrivals)))
            if self._went(waiter, now_s):
                return
            self._check_bound(waiter, endpoint, now_s, deadline_s)
            for allowance in allowances:
                insort(allowance.waiting, waiter, key=lambda other: other.rank)
        try:
            self._wait(waiter, endpoint, deadline_s)
        finally:
            with self._lock:
                for allowance in allowances:
                    allowance.waiting.remove(waiter)

    def pushed_back(self, account: AccountId, endpoint: Endpoint, retry_after_s: float) -> None:
        """Learn that the venue refused a call by its own limit: nobody draws on that allowance for so long."""
        with self._lock:
            pool = self._pool(account, pool_of(endpoint), is_wanted=True)
            until_s = self._clock.elapsed_s() + min(retry_after_s, _LONGEST_PUSH_BACK_S)
            if pool is not None and until_s > pool.blocked_until_s:
                pool.blocked_until_s = until_s

    def _wait(self, waiter: _Waiter, endpoint: Endpoint, deadline_s: float) -> None:
        while True:  # ends at the deadline
            with self._lock:
                now_s = self._clock.elapsed_s()
                if self._went(waiter, now_s):
                    return
                expected_s = self._check_bound(waiter, endpoint, now_s, deadline_s)
            sleep_s = expected_s if expected_s <= _NEAR_S else max(expected_s / 2, _NEAR_S)
            self._clock.sleep(max(sleep_s, _SHORTEST_SLEEP_S))

    def _went(self, waiter: _Waiter, now_s: float) -> bool:
        if not waiter.may_go(now_s):
            return False
        for allowance in waiter.allowances:
            allowance.note(now_s)
        return True

    def _check_bound(self, waiter: _Waiter, endpoint: Endpoint, now_s: float, deadline_s: float) -> float:
        """Return how long the call will wait, unless that is past its deadline."""
        expected_s = waiter.expected_wait_s(now_s)
        if now_s + expected_s <= deadline_s and now_s < deadline_s:
            return expected_s
        limits = " and ".join(
            f"{allowance.limit.calls} in {allowance.limit.per_s:g} s"
            for allowance in waiter.allowances
            if allowance.limit is not None
        )
        raise LimitExceeded(
            f"{endpoint.value}: the rate limit ({limits or 'the venue pushed back'}) lets the next call pass in "
            f"{expected_s:.2f} s, later than it may wait",
            retry_after_s=expected_s,
            endpoint=endpoint.value,
        )

    def _allowances(self, account: AccountId, endpoint: Endpoint) -> tuple[_Allowance, ...]:
        pool = self._pool(account, pool_of(endpoint), is_wanted=False)
        ceiling = self._ceiling if endpoint in _CEILING_ENDPOINTS else None
        return tuple(allowance for allowance in (pool, ceiling) if allowance is not None)

    def _pool(self, account: AccountId, endpoint: Endpoint, *, is_wanted: bool) -> _Allowance | None:
        """Return the allowance of a pool; one without a limit exists only once the venue pushed it back."""
        pool = self._pools.get((account, endpoint))
        if pool is None and (is_wanted or endpoint in self._chart):
            pool = self._pools[account, endpoint] = self._allowance(self._chart.get(endpoint))
        return pool

    def _allowance(self, limit: Limit | None) -> _Allowance:
        return _Allowance(limit, None if limit is None else SlidingLog(limit, self._margin_s))

    def _forget_in_child(self) -> None:
        """Start without waiters: the threads that waited are not in a forked child. What was taken stays taken."""
        self._lock = threading.Lock()
        for allowance in [*self._pools.values(), *([self._ceiling] if self._ceiling else [])]:
            allowance.waiting.clear()
