"""The logins that the venue knows: fixed, the same under every seed, with invented names and keys."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

SERVER = "B"
ACCESS_PASSWORD = "look-me-up"  # noqa: S105  (invented; what the host lookup of this venue asks for)
PRO_STARS = "*****"


class Kind(StrEnum):
    """What a login may trade for."""

    PRO = "PRO"
    NORMAL = "NORMAL"
    INVESTOR = "INVESTOR"


@frozen
class AppKey:
    """One key pair of a login."""

    app_key: str
    secret_key: str = field(repr=False)


@frozen
class Account:
    """One login with its two key pairs and the clients it trades for."""

    user_id: str
    kind: Kind
    clients: tuple[str, ...]
    interactive: AppKey
    market: AppKey
    cash: Mapping[str, Decimal]
    server: str = SERVER

    @property
    def is_dealer(self) -> bool:
        """Whether calls about orders and portfolio must name a client (PRO and NORMAL alike)."""
        return self.kind is not Kind.INVESTOR

    def client_of(self, client_id: str | None) -> str | None:
        """
        The client whom *client_id* names under this login; None when it names nobody.

        A PRO dealer names itself by five stars or its pro code, an investor may leave it out (prop-servers, servers).
        """
        if self.kind is Kind.INVESTOR and client_id in {None, "", self.user_id}:
            return self.clients[0]
        if self.kind is Kind.PRO and client_id == PRO_STARS:
            return self.clients[0]
        return client_id if client_id in self.clients else None


CRORE = Decimal(10_000_000)

ACCOUNTS: tuple[Account, ...] = (
    Account(
        user_id="SIMPRO1",
        kind=Kind.PRO,
        clients=("PROSIM1",),
        interactive=AppKey("51a0c0ffee51a0c0de01", "Sim101$pA"),
        market=AppKey("51a0c0ffee51a0c0de02", "Sim102#pB"),
        cash={"PROSIM1": 500 * CRORE},
    ),
    Account(
        user_id="SIMDLR1",
        kind=Kind.NORMAL,
        clients=("CL001", "CL002", "CL003", "CL004"),
        interactive=AppKey("51a0c0ffee51a0c0de03", "Sim103@dC"),
        market=AppKey("51a0c0ffee51a0c0de04", "Sim104$dD"),
        # CL004 is the poor one: the client whose orders risk control turns down
        cash={"CL001": 100 * CRORE, "CL002": 100 * CRORE, "CL003": 100 * CRORE, "CL004": Decimal(50_000)},
    ),
    Account(
        user_id="SIMINV1",
        kind=Kind.INVESTOR,
        clients=("SIMINV1",),
        interactive=AppKey("51a0c0ffee51a0c0de05", "Sim105#iE"),
        market=AppKey("51a0c0ffee51a0c0de06", "Sim106@iF"),
        cash={"SIMINV1": 5 * CRORE},
    ),
)

ACCOUNT_OF_CLIENT: Mapping[str, Account] = {client: account for account in ACCOUNTS for client in account.clients}
ACCOUNT_OF_USER: Mapping[str, Account] = {account.user_id: account for account in ACCOUNTS}
CASH: Mapping[str, Decimal] = {client: cash for account in ACCOUNTS for client, cash in account.cash.items()}


@frozen
class Holding:
    """Shares that a client brought into the day."""

    isin: str
    nse_id: int
    bse_id: int
    quantity: int
    used: int
    buy_price: Decimal

    @property
    def listings(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Segment and instrument id on each exchange."""
        return (("NSECM", self.nse_id), ("BSECM", self.bse_id))


# RELIANCE and TCS, for the investor and for one client of the dealer; a pro account has none
HOLDINGS: Mapping[str, tuple[Holding, ...]] = {
    "SIMINV1": (
        Holding("INE002A01018", 2885, 500325, 120, 20, Decimal("1190.4")),
        Holding("INE467B01029", 11536, 532540, 10, 0, Decimal("3105.55")),
    ),
    "CL001": (Holding("INE002A01018", 2885, 500325, 50, 0, Decimal("1204.75")),),
}
