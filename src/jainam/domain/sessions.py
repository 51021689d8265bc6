"""Logged-in sessions: two sides, each with a token that must never be seen."""

import base64
import json
from datetime import UTC, datetime
from enum import Enum

from attrs import field, frozen

from jainam.domain.accounts import AccountId
from jainam.domain.trading_day import day_end, trading_day_of

_LATEST_EXPIRY = 32_503_680_000
"""The year 3000 in unix seconds: a claim beyond it is no time."""


class Side(Enum):
    """The two separate logins of XTS: orders and portfolio, or market data."""

    INTERACTIVE = "interactive"
    MARKET = "market"


class Secret:
    """A text that shows itself only when asked by name: never in a repr, a log or an exception."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not pickled")


@frozen
class Credentials:
    """What one side logs in with."""

    app_key: Secret
    secret_key: Secret


@frozen
class Session:
    """One side's session as the repository keeps it."""

    account: AccountId
    side: Side
    token: Secret
    user_id: str
    client_codes: tuple[str, ...]
    is_investor: bool
    connection_base: str | None
    """Base URL of a session that was opened through host lookup; such a session must keep to it."""
    expires_at: datetime
    created_at: datetime
    updated_at: datetime

    def is_expired(self, now: datetime) -> bool:
        """Whether the token's known life is over."""
        return now >= self.expires_at


@frozen
class LoginAttempts:
    """
    What the desk remembers of its logins to one side, so that there is never a login war.

    An attempt is recorded before it leaves (*pending_since*). A failed one is published for all who waited
    (*failed_at*, *failure*). *lost_at* are the moments at which a published session was ended by somebody else.
    """

    pending_since: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    lost_at: tuple[datetime, ...] = ()
    stopped_at: datetime | None = None
    planned_on: str = ""
    """The trading day, ISO, whose planned refresh is done."""


@frozen
class TokenClaims:
    """What a token says of itself. The signature can't be checked by a client."""

    user_id: str = ""
    expires_at: datetime | None = None


def read_claims(token: str) -> TokenClaims:
    """
    Return what can be read from a JWT: its user and expiry, or nothing where the token is none.

    The claim ``userID`` is ``<login id>_<app key>``; the part before the last underscore is the user.
    Source: xts-api.md, 3.2.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return TokenClaims()
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return TokenClaims()
    if not isinstance(payload, dict):
        return TokenClaims()
    user, expiry = payload.get("userID"), payload.get("exp")
    expires_at = None
    if isinstance(expiry, int) and not isinstance(expiry, bool) and 0 < expiry < _LATEST_EXPIRY:
        expires_at = datetime.fromtimestamp(expiry, UTC)
    return TokenClaims(user_id=user.rpartition("_")[0] or user if isinstance(user, str) else "", expires_at=expires_at)


def expiry_of(token: str, now: datetime) -> datetime:
    """Return when a token ends: its own ``exp``, else the end of the trading day."""
    return read_claims(token).expires_at or day_end(trading_day_of(now))


@frozen
class SessionState:
    """One side of an account as `jainam sessions` shows it; holds no token."""

    account: AccountId
    side: Side
    user_id: str = ""
    client_codes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    updated_at: datetime | None = None
    logged_out_at: datetime | None = None
    attempts: LoginAttempts = field(factory=LoginAttempts)

    def word(self, now: datetime) -> str:
        """Return the state in one word: ``stopped``, ``logged out``, ``none``, ``expired`` or ``valid``."""
        if self.attempts.stopped_at is not None:
            return "stopped"
        if self.logged_out_at is not None:
            return "logged out"
        if self.expires_at is None:
            return "none"
        return "expired" if now >= self.expires_at else "valid"
