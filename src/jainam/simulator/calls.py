"""One authenticated call on its way to its handler, and whom it may act for."""

from collections.abc import Mapping

from attrs import frozen

from jainam.simulator.accounts import Account, Kind
from jainam.simulator.answers import error
from jainam.simulator.tokens import Session
from jainam.simulator.validation import Parameters, Refused


@frozen
class Tweaks:
    """What faults and options make of a read: how old it is, and which position row it misses."""

    book_age_s: float = 0.0
    position_lag_s: float = 0.0
    misses_position: bool = False
    # the row to miss; None for the first
    missed_instrument: int | None = None


@frozen
class Call:
    """A call whose path, token and rate have been accepted."""

    endpoint: str
    query: Mapping[str, str]
    body: Mapping[str, object]
    now: float
    session: Session
    tweaks: Tweaks

    @property
    def account(self) -> Account:
        """Who calls."""
        return self.session.account

    def in_query(self) -> Parameters:
        """The query's parameters, to be read."""
        return Parameters(self.query, "query")

    def in_body(self) -> Parameters:
        """The body's parameters, to be read."""
        return Parameters(self.body, "body")

    def client(self, client_id: str | None, code: str) -> str:
        """
        The client that the call names.

        Raises:
            Refused: With *code*: nobody of this login's, or a dealer that names nobody.

        """
        client = self.account.client_of(client_id)
        if client is None:
            raise Refused(error(400, code, "Supplied client not mapped under dealer"))
        return client

    def clients(self, client_id: str | None, code: str) -> tuple[str, ...]:
        """
        The clients of a dealer call: the one that it names, or all of the dealer's.

        Raises:
            Refused: The login is no dealer (403), or the client is not under it.

        """
        if self.account.kind is Kind.INVESTOR:
            raise Refused(error(403, "e-user-0403", "Dealer API is not allowed for this user"))
        if client_id in {None, ""}:
            return self.account.clients
        return (self.client(client_id, code),)
