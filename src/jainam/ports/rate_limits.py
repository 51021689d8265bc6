"""Rate limits of a desk."""

from typing import Protocol

from jainam.domain.accounts import AccountId
from jainam.domain.limits import Endpoint, Priority


class RateLimits(Protocol):
    """Allowances per account and endpoint, shared by all threads of a desk."""

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
        ...

    def pushed_back(self, account: AccountId, endpoint: Endpoint, retry_after_s: float) -> None:
        """Learn that the venue refused a call by its own limit: nobody draws on that allowance for so long."""
        ...
