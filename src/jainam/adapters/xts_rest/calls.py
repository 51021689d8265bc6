"""What the door must know of a call before it makes it: may it change something, may it be repeated."""

from collections.abc import Callable
from enum import Enum

import httpx
from attrs import field, frozen

from jainam.domain.limits import Endpoint, Priority
from jainam.domain.sessions import Secret


class Repeat(Enum):
    """When the door itself may send a call again."""

    NEVER = "never"
    """Repeating is the caller's decision, by the error's effect."""
    NEVER_LEFT = "never-left"
    """Only when no byte of it was written."""
    FREELY = "freely"
    """Repeating is harmless: after connection errors, time-outs, 429 and 5xx."""


@frozen
class Manner:
    """How an endpoint is treated."""

    changes: bool
    """A lost answer may hide an effect."""
    repeat: Repeat
    reserves: bool
    """The door draws on the rate limit for each attempt; otherwise the caller has."""
    is_login: bool = False
    patience: float = 1.0
    """Factor on the time-out; the master is tens of megabytes."""


_READ = Manner(changes=False, repeat=Repeat.FREELY, reserves=True)
_ORDER = Manner(changes=True, repeat=Repeat.NEVER, reserves=False)
_LOGIN = Manner(changes=True, repeat=Repeat.NEVER_LEFT, reserves=True, is_login=True)
_END = Manner(changes=True, repeat=Repeat.FREELY, reserves=True)

MANNERS: dict[Endpoint, Manner] = {
    # who places or modifies has reserved before the send was committed, and decides about a repeat
    Endpoint.ORDER_PLACE: _ORDER,
    Endpoint.ORDER_MODIFY: _ORDER,
    # a second cancel of the same order changes nothing that the first one did not
    Endpoint.ORDER_CANCEL: _END,
    Endpoint.LOGOUT: _END,
    Endpoint.MARKET_LOGOUT: _END,
    # a login ends the session before it: one with an unknown end is not followed by another one
    Endpoint.LOGIN: _LOGIN,
    Endpoint.MARKET_LOGIN: _LOGIN,
    Endpoint.HOST_LOOKUP: Manner(changes=False, repeat=Repeat.FREELY, reserves=True, is_login=True),
    Endpoint.MASTER: Manner(changes=False, repeat=Repeat.FREELY, reserves=True, patience=6.0),
    Endpoint.ORDER_BOOK: _READ,
    Endpoint.ORDER_HISTORY: _READ,
    Endpoint.TRADE_BOOK: _READ,
    Endpoint.POSITIONS: _READ,
    Endpoint.DEALER_POSITIONS: _READ,
    Endpoint.HOLDINGS: _READ,
    Endpoint.BALANCE: _READ,
    Endpoint.PROFILE: _READ,
    Endpoint.INDEX_LIST: _READ,
}
"""Every call that this adapter makes. One that is missing here can't be made."""


@frozen
class Call:
    """One call, ready to be written."""

    endpoint: Endpoint
    method: str
    url: httpx.URL
    body: bytes | None = field(default=None, repr=False)
    token: Secret | None = None
    priority: Priority = Priority.NORMAL
    before_send: Callable[[], None] | None = None
    secret: Secret | None = None
    """Another secret of this call, which no error may show."""
