"""A broker: the capabilities behind one account's server, and what a factory builds them from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from attrs import field, frozen

from jainam.domain.accounts import AccountId
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.limits import Priority
from jainam.domain.orders import OrderChange, OrderRequest, OrderRow, Trade
from jainam.domain.portfolio import Funds, Holding, Position, PositionView, Profile, Reading
from jainam.domain.sessions import Credentials, Secret, Session, Side
from jainam.ports.clock import Clock
from jainam.ports.rate_limits import RateLimits
from jainam.ports.telemetry import Telemetry

BeforeSend = Callable[[], None]
"""Called just before a read is written to the wire, after its wait at the rate limit; again for each retry."""


class SessionGateway(Protocol):
    """Logins and logouts. Neither reads nor writes the repository."""

    def log_in(self, side: Side) -> Session:
        """
        Open a session; ends any other session on the same app key at once.

        Raises:
            SessionRefused: Wrong keys, or the feed token belongs to another user (A7 is the caller's check).
            BrokerUnavailable, AnswerLost: No definite answer; the login may have happened in the second case.
        """
        ...

    def log_out(self, session: Session) -> None:
        """Close a session. A session that the broker no longer knows counts as closed."""
        ...


@frozen
class Placed:
    """A definite acceptance: the API took the order; the exchange has yet to."""

    app_order_id: str


class OrderGateway(Protocol):
    """Calls that change orders. Each is written once: repeating is the caller's decision, by the error's effect."""

    def place(self, session: Session, client: str | None, client_order_id: str, request: OrderRequest) -> Placed:
        """
        Send one order.

        Raises:
            BrokerRefused: On the closed list of answers that prove that no order exists.
            SessionRefused, LimitExceeded: Likewise; the same order may go again.
            BrokerUnavailable: No byte was written.
            AnswerLost: Anything else.
        """
        ...

    def modify(
        self, session: Session, client: str | None, app_order_id: str, client_order_id: str, change: OrderChange
    ) -> None:
        """Ask for new terms. Errors as for `place`."""
        ...

    def cancel(
        self, session: Session, client: str | None, app_order_id: str, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Ask for an order's end; harmless to repeat. ``BrokerRefused`` proves nothing about the order being alive."""
        ...


class OrderReader(Protocol):
    """The venue's books. With ``everyone`` a dealer reads all its clients at once."""

    def order_book(
        self,
        session: Session,
        client: str | None,
        *,
        everyone: bool = False,
        before_send: BeforeSend | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Reading[OrderRow]:
        """Return one row an order, latest state. An answer "no data" is a reading without rows, marked as such."""
        ...

    def order_history(
        self, session: Session, client: str | None, app_order_id: str, *, priority: Priority = Priority.NORMAL
    ) -> Reading[OrderRow]:
        """Return one row for each state that an order went through, oldest first."""
        ...

    def trades(self, session: Session, client: str | None, *, everyone: bool = False) -> Reading[Trade]:
        """Return the day's fills."""
        ...


class PortfolioReader(Protocol):
    """Positions, holdings, funds, profile."""

    def positions(
        self,
        session: Session,
        client: str | None,
        view: PositionView = PositionView.NET,
        *,
        everyone: bool = False,
        before_send: BeforeSend | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Reading[Position]:
        """Return one row a position, flat ones included where the venue keeps them."""
        ...

    def holdings(self, session: Session, client: str | None) -> Reading[Holding]:
        """Return the shares held."""
        ...

    def funds(self, session: Session, client: str | None) -> Reading[Funds]:
        """Return the balance lines."""
        ...

    def profile(self, session: Session, client: str | None) -> Profile:
        """Return who the client is."""
        ...


@frozen
class MasterBatch:
    """A part of the master as it was read: instruments, and how many rows could not be."""

    exchange: Exchange
    instruments: Sequence[Instrument]
    skipped: int
    samples: tuple[str, ...]
    """What was wrong with some of the skipped rows."""


class InstrumentSource(Protocol):
    """The venue's master."""

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the exchanges that can be asked for."""
        ...

    def download(self, session: Session | None, exchanges: Sequence[Exchange]) -> Iterator[MasterBatch]:
        """Yield the master, a batch or more for each exchange. *session* is the market side's, where there is one."""
        ...


class Broker(Protocol):
    """Everything one account needs of its broker."""

    @property
    def sessions(self) -> SessionGateway: ...
    @property
    def orders(self) -> OrderGateway: ...
    @property
    def books(self) -> OrderReader: ...
    @property
    def portfolio(self) -> PortfolioReader: ...
    @property
    def instruments(self) -> InstrumentSource: ...

    def close(self) -> None:
        """Close connections."""
        ...


@frozen
class BrokerOptions:
    """What a broker is told of one account. URLs come from the settings; nothing here is read from the environment."""

    account: AccountId
    interactive: Credentials
    market: Credentials
    base_url: str
    """Root of the server; the sides' prefixes come behind it."""
    interactive_prefix: str = "/interactive"
    market_prefix: str = "/apibinarymarketdata"
    client_id: str | None = None
    """A PRO dealer's word for itself on calls; an own word of the server's is learned from its answers."""
    source: str = "WEBAPI"
    host_lookup_url: str | None = None
    host_lookup_password: Secret | None = None
    host_lookup_version: str = "interactive_1.0.1"
    verify_tls: bool = True
    timeout_s: float = 10.0
    retries: int = 3
    backoff_base_s: float = 0.25
    backoff_factor: float = 2.0
    extra: Mapping[str, str] = field(factory=dict)
    """Settings of the plug-in's own."""


@frozen
class BrokerTools:
    """What a broker may use of the desk."""

    clock: Clock
    rate_limits: RateLimits
    telemetry: Telemetry


class BrokerFactory(Protocol):
    """Builds the broker of one account. Must not talk to anybody yet."""

    def __call__(self, options: BrokerOptions, tools: BrokerTools) -> Broker: ...


__all__ = [
    "BeforeSend",
    "Broker",
    "BrokerFactory",
    "BrokerOptions",
    "BrokerTools",
    "InstrumentSource",
    "MasterBatch",
    "OrderGateway",
    "OrderReader",
    "Placed",
    "PortfolioReader",
    "SessionGateway",
]
