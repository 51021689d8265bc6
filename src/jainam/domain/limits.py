"""Rate limits as a sliding log: at most so many calls in any window of so many seconds."""

from collections import deque
from collections.abc import Iterable
from enum import Enum

from attrs import frozen


class Endpoint(Enum):
    """The calls that have a limit, or a name in logs, errors and statistics."""

    ORDER_PLACE = "orders.place"
    ORDER_MODIFY = "orders.modify"
    ORDER_CANCEL = "orders.cancel"
    ORDER_CANCEL_ALL = "orders.cancel-all"
    ORDER_BOOK = "orders.book"
    ORDER_HISTORY = "orders.history"
    TRADE_BOOK = "orders.trades"
    POSITIONS = "portfolio.positions"
    DEALER_POSITIONS = "portfolio.dealer-positions"
    HOLDINGS = "portfolio.holdings"
    BALANCE = "user.balance"
    PROFILE = "user.profile"
    LOGIN = "session.login"
    LOGOUT = "session.logout"
    HOST_LOOKUP = "session.host-lookup"
    MARKET_LOGIN = "market.login"
    MARKET_LOGOUT = "market.logout"
    MASTER = "market.master"
    INDEX_LIST = "market.index-list"
    QUOTES = "market.quotes"


class Priority(Enum):
    """Who goes first at a limit: emergency calls before everything else."""

    EMERGENCY = 0
    NORMAL = 1


@frozen
class Limit:
    """At most *calls* in any *per_s* seconds."""

    calls: int
    per_s: float


PROP_B_CHART: dict[Endpoint, Limit] = {
    Endpoint.ORDER_PLACE: Limit(25, 1),
    Endpoint.ORDER_MODIFY: Limit(25, 1),
    Endpoint.ORDER_CANCEL: Limit(25, 1),
    Endpoint.ORDER_CANCEL_ALL: Limit(10, 1),
    Endpoint.ORDER_BOOK: Limit(6, 1),
    Endpoint.TRADE_BOOK: Limit(40, 2),
    Endpoint.HOLDINGS: Limit(1, 10),
    Endpoint.POSITIONS: Limit(1, 1),
    Endpoint.DEALER_POSITIONS: Limit(1, 1),
    Endpoint.BALANCE: Limit(10, 3),
    Endpoint.PROFILE: Limit(1, 5),
    Endpoint.LOGOUT: Limit(1, 1),
}
"""The broker's chart for the Prop-B server (prop-servers.md, rate limits)."""

POOL_OF: dict[Endpoint, Endpoint] = {Endpoint.ORDER_HISTORY: Endpoint.ORDER_BOOK}
"""Order book and order history share one allowance in the chart."""


def pool_of(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint whose allowance a call draws on."""
    return POOL_OF.get(endpoint, endpoint)


def scaled(chart: Iterable[tuple[Endpoint, Limit]], factor: float) -> dict[Endpoint, Limit]:
    """Return a chart with every allowance multiplied, never below one call."""
    return {endpoint: Limit(max(1, int(limit.calls * factor)), limit.per_s) for endpoint, limit in chart}


class SlidingLog:
    """
    The calls of one allowance within its window. Not thread-safe: its owner locks.

    A log by time of leaving is what the venue counts by arrival, give or take the network's jitter; *margin_s* widens
    the window by that much.
    """

    def __init__(self, limit: Limit, margin_s: float = 0.0) -> None:
        self.limit = limit
        self._window_s = limit.per_s + margin_s
        self._calls: deque[float] = deque()

    def wait_s(self, now_s: float, ahead: int = 0) -> float:
        """Return how long a call must wait from now when *ahead* others go first; 0.0 when it may go at once."""
        while self._calls and self._calls[0] <= now_s - self._window_s:
            self._calls.popleft()
        free = self.limit.calls - len(self._calls)
        if ahead < free:
            return 0.0
        rounds, place = divmod(ahead - free, self.limit.calls)  # each call frees its place a window later
        freed_at_s = self._calls[place] if place < len(self._calls) else now_s
        return max(freed_at_s + (rounds + 1) * self._window_s - now_s, 0.0)

    def note(self, at_s: float) -> None:
        """Count one call."""
        self._calls.append(at_s)
