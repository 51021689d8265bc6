"""Accounts, dealers and their clients: who trades, and for whom."""

from enum import Enum

from attrs import frozen

from jainam.domain.errors import ClientRequired


class AccountKind(Enum):
    """What an account may do: a PRO dealer trades its own pro code, a NORMAL dealer its clients, an investor itself."""

    PRO = "PRO"
    NORMAL = "NORMAL"
    INVESTOR = "INVESTOR"

    @property
    def is_dealer(self) -> bool:
        """Both dealer kinds name a client on every call about orders or portfolio."""
        return self is not AccountKind.INVESTOR


@frozen(order=True)
class AccountId:
    """One login of a desk: the broker, its symphony server, and the account's kind there."""

    broker: str
    server: str
    kind: AccountKind

    def __str__(self) -> str:
        return f"{self.server}/{self.kind.value}"


@frozen
class DealerContext:
    """Whom an account may trade for. *client* ``None`` means its own account."""

    account: AccountId
    client_codes: tuple[str, ...]

    @property
    def has_own_account(self) -> bool:
        """A NORMAL dealer has no positions of its own."""
        return self.account.kind is not AccountKind.NORMAL

    def resolve(self, client: str | None) -> str | None:
        """
        Return the client that a call is for; ``None`` is the account itself.

        Without a client an investor uses its own positions and a PRO dealer its own pro code; a NORMAL dealer must
        name one of its clients.

        Raises:
            ClientRequired: A NORMAL dealer named nobody, an investor named somebody else, or the login lists no such
                client.
        """
        if client is None:
            if self.has_own_account:
                return None
            raise ClientRequired(
                f"account {self.account} trades for clients only, and no client was named",
                hint=f"name one of {', '.join(self.client_codes) or 'its clients'} (--client, or account.client(...))",
            )
        if self.has_own_account:
            if client in self.client_codes:
                return None  # an investor's or a PRO dealer's own code is the account itself
            # by another name the same position would have two keys, and two locks
            raise ClientRequired(
                f"account {self.account} trades for nobody else than itself",
                hint=f"leave the client out{' or name ' + ', '.join(self.client_codes) if self.client_codes else ''}",
            )
        if self.client_codes and client not in self.client_codes:
            raise ClientRequired(
                f"client {client} does not belong to account {self.account}",
                hint=f"its clients are {', '.join(self.client_codes)}",
            )
        return client
