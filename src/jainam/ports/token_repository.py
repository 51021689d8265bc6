"""Where a desk's sessions are kept."""

from datetime import datetime
from typing import Protocol

from jainam.domain.accounts import AccountId
from jainam.domain.sessions import LoginAttempts, Session, SessionState, Side


class TokenRepository(Protocol):
    """Sessions keyed by account and side, tokens encrypted at rest, shared by all processes of a desk."""

    def get(self, account: AccountId, side: Side) -> Session | None:
        """Return the stored session, whatever its age; ``None`` when there is none or it was logged out."""
        ...

    def save(self, session: Session) -> None:
        """Store a session in place of the last one; a failed or pending attempt of that side is forgotten."""
        ...

    def remove(self, account: AccountId, side: Side, *, logged_out_at: datetime) -> None:
        """Forget a session for good; the moment stays, so that errors can tell of it."""
        ...

    def state(self, account: AccountId, side: Side) -> SessionState:
        """Return what may be shown of one side."""
        ...

    def states(self) -> tuple[SessionState, ...]:
        """Return what may be shown of every side that was ever logged in."""
        ...

    def note_attempts(self, account: AccountId, side: Side, attempts: LoginAttempts) -> None:
        """Store what is remembered of logins to one side."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
