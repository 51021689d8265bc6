"""The XTS broker of one account: its gateways behind one HTTP door."""

import warnings

import httpx

from jainam.adapters.xts_rest.addresses import Addresses
from jainam.adapters.xts_rest.door import Door
from jainam.adapters.xts_rest.errors import definite_answers
from jainam.adapters.xts_rest.instruments import XtsInstruments
from jainam.adapters.xts_rest.orders import XtsBooks, XtsOrders
from jainam.adapters.xts_rest.portfolio import XtsPortfolio
from jainam.adapters.xts_rest.sessions import XtsSessions
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.errors import ConfigurationError
from jainam.ports.broker import (
    Broker,
    BrokerFactory,
    BrokerOptions,
    BrokerTools,
    InstrumentSource,
    OrderGateway,
    OrderReader,
    PortfolioReader,
    SessionGateway,
)

_KEEP_ALIVE_S = 4.0
"""
Below the 5 s after which a Node server closes an idle connection: an order that is written into that moment loses its
answer. Switched by the broker's own setting ``keep_alive_s``.
"""


class XtsBroker:
    """
    A `Broker` over XTS's REST API.

    Settings of its own, in ``options.extra``: ``definite_refusals``, a comma list of codes that makes the closed list
    of definite answers shorter; ``keep_alive_s``, how long an idle connection is kept; ``unavailable_hint``, what an
    error says to do when the server is not there. Proxies are not used.

    Raises:
        ConfigurationError: An address or one of these settings is malformed.
    """

    def __init__(
        self, options: BrokerOptions, tools: BrokerTools, transport: httpx.BaseTransport | None = None
    ) -> None:
        addresses = Addresses(options)
        clients = ClientWords(options.account, options.client_id)
        self._door = Door(
            options,
            tools,
            definite=definite_answers(options.extra.get("definite_refusals")),
            keep_alive_s=_seconds(options.extra.get("keep_alive_s")),
            transport=transport,
        )
        if not options.verify_tls:
            _warn_of_unverified_tls(options, tools)
        self._sessions = XtsSessions(options, tools, self._door, addresses)
        self._orders = XtsOrders(self._door, addresses, clients)
        self._books = XtsBooks(options.account, self._door, addresses, clients)
        self._portfolio = XtsPortfolio(options.account, self._door, addresses, clients)
        self._instruments = XtsInstruments(self._door, addresses)

    @property
    def sessions(self) -> SessionGateway:
        """Logins and logouts."""
        return self._sessions

    @property
    def orders(self) -> OrderGateway:
        """Calls that change orders."""
        return self._orders

    @property
    def books(self) -> OrderReader:
        """Order and trade books."""
        return self._books

    @property
    def portfolio(self) -> PortfolioReader:
        """Positions, holdings, funds, profile."""
        return self._portfolio

    @property
    def instruments(self) -> InstrumentSource:
        """The master."""
        return self._instruments

    def close(self) -> None:
        """Close connections; later calls raise ``BrokerUnavailable``."""
        self._door.close()


def xts_broker(options: BrokerOptions, tools: BrokerTools) -> Broker:
    """Return the broker of one account. Talks to nobody yet."""
    return XtsBroker(options, tools)


def xts_broker_factory(transport: httpx.BaseTransport) -> BrokerFactory:
    """Return a factory whose brokers send through *transport*: a venue in this process, for tests."""

    def make(options: BrokerOptions, tools: BrokerTools) -> Broker:
        return XtsBroker(options, tools, transport)

    return make


def _seconds(text: str | None) -> float:
    if text is None:
        return _KEEP_ALIVE_S
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ConfigurationError("keep_alive_s is no number of seconds from 0 to 3600")
    return seconds


def _warn_of_unverified_tls(options: BrokerOptions, tools: BrokerTools) -> None:
    tools.telemetry.note("tls.not-verified", account=str(options.account))
    warnings.warn(
        f"account {options.account}: TLS certificates are not verified, anybody on the way can read its keys",
        stacklevel=4,
    )
