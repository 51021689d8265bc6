"""Positions, holdings, balance and profile (xts-api.md, 3.6 and 5; prop-servers.md, dealer calls)."""

from jainam.adapters.xts_rest.addresses import Addresses
from jainam.adapters.xts_rest.calls import Call
from jainam.adapters.xts_rest.door import Door
from jainam.adapters.xts_wire.balance import read_funds, read_profile
from jainam.adapters.xts_wire.holdings import read_holdings
from jainam.adapters.xts_wire.positions import PositionsReader
from jainam.adapters.xts_wire.requests import client_query, positions_query
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId
from jainam.domain.limits import Endpoint, Priority
from jainam.domain.portfolio import Funds, Holding, Position, PositionView, Profile, Reading
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import BeforeSend

_POSITIONS = "/portfolio/positions"
_DEALER_POSITIONS = "/portfolio/dealerpositions"
_HOLDINGS = "/portfolio/holdings"
_BALANCE = "/user/balance"
_PROFILE = "/user/profile"


class XtsPortfolio:
    """The `PortfolioReader` of one account."""

    def __init__(self, account: AccountId, door: Door, addresses: Addresses, clients: ClientWords) -> None:
        self._account = account
        self._door = door
        self._addresses = addresses
        self._clients = clients
        self._positions = PositionsReader(account, clients)

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
        """Return one row a position, flat ones included; with *everyone* of all the dealer's clients."""
        asked = None if everyone else client
        query = positions_query(view, self._clients.on_request(asked))
        is_dealer = self._account.kind.is_dealer
        endpoint = Endpoint.DEALER_POSITIONS if is_dealer else Endpoint.POSITIONS
        path = _DEALER_POSITIONS if is_dealer else _POSITIONS
        url = self._addresses.of(Side.INTERACTIVE, path, session=session, query=query)
        answer = self._door.ask_rows(
            Call(endpoint, "GET", url, None, session.token, priority, before_send),
            lambda success: self._positions.read(success.result, view, asked),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)

    def holdings(self, session: Session, client: str | None) -> Reading[Holding]:
        """Return the shares held. Servers are known to answer 500 to prop accounts; the error says so."""
        answer = self._door.ask_rows(
            self._call(Endpoint.HOLDINGS, _HOLDINGS, session, client),
            lambda success: read_holdings(success.result, self._account, self._clients, client),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)

    def funds(self, session: Session, client: str | None) -> Reading[Funds]:
        """Return the balance lines."""
        answer = self._door.ask_rows(
            self._call(Endpoint.BALANCE, _BALANCE, session, client),
            lambda success: read_funds(success.result, self._account, self._clients, client),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)

    def profile(self, session: Session, client: str | None) -> Profile:
        """Return who the client is."""
        return self._door.ask(
            self._call(Endpoint.PROFILE, _PROFILE, session, client),
            lambda success: read_profile(success.result, self._account, self._clients, client),
        ).value

    def _call(self, endpoint: Endpoint, path: str, session: Session, client: str | None) -> Call:
        query = client_query(self._clients.on_request(client))
        url = self._addresses.of(Side.INTERACTIVE, path, session=session, query=query)
        return Call(endpoint, "GET", url, token=session.token)
