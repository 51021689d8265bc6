"""The rate chart of the server and the log that holds callers to it (prop-servers.md, rate limits)."""

from collections import deque
from collections.abc import Mapping

from attrs import frozen


@frozen
class Limit:
    """At most *requests* calls in any *per_s* seconds, for each user."""

    pool: str
    requests: int
    per_s: float


_ORDER_BOOK = Limit("order book and history", 6, 1)
_TRADE_BOOK = Limit("trade book", 40, 2)

# Calls that the chart does not name (login, square-off, brokerage, market data) are not limited.
CHART: Mapping[str, Limit] = {
    "orders.book": _ORDER_BOOK,
    "orders.history": _ORDER_BOOK,
    "orders.dealerbook": _ORDER_BOOK,
    "orders.place": Limit("place", 25, 1),
    "orders.modify": Limit("modify", 25, 1),
    "orders.cancel": Limit("cancel", 25, 1),
    "orders.cancelall": Limit("cancel all", 10, 1),
    "orders.trades": _TRADE_BOOK,
    "orders.dealertrades": _TRADE_BOOK,
    "portfolio.holdings": Limit("holdings", 1, 10),
    "portfolio.positions": Limit("positions", 1, 1),
    "portfolio.dealerpositions": Limit("dealer positions", 1, 1),
    "portfolio.convert": Limit("position conversion", 50, 1),
    "user.balance": Limit("balance", 10, 3),
    "user.profile": Limit("profile", 1, 5),
    "user.logout": Limit("logout", 1, 1),
    "user.enums": Limit("enums", 1, 1),
    "messages.exchange": Limit("exchange message", 1, 3),
    "status.exchange": Limit("exchange status", 1, 3),
}


class RateLog:
    """
    A sliding log of admitted calls by their arrival, one per pool and user.

    A refused call leaves no trace, so that waiting always helps. A factor of 2 admits the same number in half the
    time, 0.5 in twice the time; None admits everything.
    """

    def __init__(self, factor: float | None, chart: Mapping[str, Limit] = CHART) -> None:
        if factor is not None and not factor > 0:
            raise ValueError(f"the rate factor must be above 0, not {factor}")
        self._factor = factor
        self._chart = chart
        self._logs: dict[tuple[str, str], deque[float]] = {}

    def admits(self, endpoint: str, user_id: str, now: float) -> bool:
        """Whether the call may pass; a call that may is counted."""
        limit = self._chart.get(endpoint)
        if limit is None or self._factor is None:
            return True
        log = self._logs.get((limit.pool, user_id))
        if log is None:
            log = self._logs[limit.pool, user_id] = deque(maxlen=limit.requests)
        if len(log) == limit.requests and now - log[0] < limit.per_s / self._factor:
            return False
        log.append(now)
        return True
