"""What a broker is given in these tests: real time, limits and telemetry that remember."""

import time
from datetime import UTC, datetime
from decimal import Decimal

from attrs import define, field

from jainam.adapters.xts_rest.broker import XtsBroker
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import LimitExceeded
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind
from jainam.domain.limits import Endpoint, Priority
from jainam.domain.orders import OrderChange, OrderRequest, OrderSide, OrderType, Product, TimeInForce
from jainam.domain.sessions import Credentials, Secret, Session, Side
from jainam.ports.broker import BrokerOptions, BrokerTools
from jainam.ports.telemetry import RequestEvent

ORDER_ID = "jm1a2b3c4d5e6f7g"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySUQiOiJETFIwMV9LRVkifQ.c2lnbmF0dXJl"


OPENED: list[XtsBroker] = []
"""What a test has opened; a fixture closes it."""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@define
class Limits:
    """Lets *room* reservations pass; ``None`` lets all of them."""

    room: int | None = None
    reserved: list[tuple[Endpoint, Priority]] = field(factory=list)
    pushed: list[tuple[Endpoint, float]] = field(factory=list)

    def reserve(self, account, endpoint, *, priority=Priority.NORMAL, bound_s=None):
        if self.room is not None and len(self.reserved) >= self.room:
            raise LimitExceeded("our own limit", retry_after_s=7.0, endpoint=endpoint.value)
        self.reserved.append((endpoint, priority))

    def pushed_back(self, account, endpoint, retry_after_s):
        self.pushed.append((endpoint, retry_after_s))


@define
class Notes:
    requests: list[RequestEvent] = field(factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(factory=list)

    def request(self, event):
        self.requests.append(event)

    def note(self, event, **fields):
        self.notes.append((event, fields))


@define
class Bench:
    """A broker with everything around it."""

    broker: XtsBroker
    account: AccountId
    limits: Limits
    notes: Notes

    def session(self, side: Side = Side.INTERACTIVE, *, base: str | None = None) -> Session:
        now = datetime.now(UTC)
        return Session(
            account=self.account,
            side=side,
            token=Secret(TOKEN),
            user_id="DLR01",
            client_codes=("CL001",),
            is_investor=False,
            connection_base=base,
            expires_at=now,
            created_at=now,
            updated_at=now,
        )

    def place(self, request: OrderRequest | None = None, *, client: str | None = "CL001"):
        return self.broker.orders.place(self.session(), client, ORDER_ID, request or order())


def bench(url: str, kind: AccountKind = AccountKind.NORMAL, *, room: int | None = None, **changes) -> Bench:
    account = AccountId("xts", "B", kind)
    limits, notes = Limits(room), Notes()
    options = {
        "account": account,
        "interactive": Credentials(Secret("key-interactive"), Secret("secret-interactive")),
        "market": Credentials(Secret("key-market"), Secret("secret-market")),
        "base_url": url,
        "timeout_s": 5.0,
        "backoff_base_s": 0.001,
        **changes,
    }
    broker = XtsBroker(BrokerOptions(**options), BrokerTools(RealClock(), limits, notes))
    OPENED.append(broker)
    return Bench(broker, account, limits, notes)


def instrument() -> Instrument:
    return Instrument(
        exchange=Exchange.NSE,
        instrument_id=2885,
        symbol="RELIANCE",
        kind=InstrumentKind.EQUITY,
        name="RELIANCE",
        venue_symbol="RELIANCE-EQ",
        display_name="RELIANCE",
        series="EQ",
        lot_size=1,
        tick_size=Decimal("0.05"),
        freeze_qty=None,
        band=None,
        multiplier=Decimal(1),
    )


def order() -> OrderRequest:
    return OrderRequest(instrument(), OrderSide.BUY, 1, Product.MIS, OrderType.LIMIT, limit_price=Decimal("1320.05"))


def change() -> OrderChange:
    return OrderChange(2, Product.MIS, OrderType.LIMIT, Decimal("1320.10"), None, TimeInForce.DAY, 0)
