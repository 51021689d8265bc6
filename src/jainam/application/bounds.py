"""How long things may take before they are reported instead of waited for."""

from datetime import timedelta

from attrs import frozen


@frozen
class Bounds:
    """Every wait of the use cases, in seconds of a clock that counts suspension."""

    lock_s: float = 10.0
    """A smart order's wait for its key."""
    close_lock_s: float = 5.0
    """Close-all's wait for a key before it lists it as busy."""
    lag_s: float = 5.0
    """How far positions and order book may lag the fills."""
    agree_s: float = 10.0
    """How long the books may take to agree about a net."""
    plan_s: float = 5.0
    """How old a plan may be when its order is marked as being sent."""
    terminal_s: float = 2.0
    """How long the lock waits for a market or IOC order to end."""
    done_s: float = 10.0
    """How long ``wait="done"`` waits for orders that rest."""
    cancel_s: float = 5.0
    """How long a cancelled order may take to show as over."""
    twin_s: float = 15.0
    """How long a second call with a caller's key waits for the first."""
    settling_s: float = 60.0
    """How far apart two looks at the book must be before an identifier counts as not seen."""
    hold_s: float = 10.0
    """How long a planned refresh waits for calls in flight."""
    login_lock_s: float = 30.0
    login_back_off_s: float = 10.0
    """After a failed login nobody tries again for so long; all who wait share the failure."""
    rounds: int = 4
    """How often a smart order or a close-all plans anew."""
    place_attempts: int = 3
    """How often an order that provably had no effect goes again."""

    @property
    def lag(self) -> timedelta:
        """The lag bound as a duration."""
        return timedelta(seconds=self.lag_s)
