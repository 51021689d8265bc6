"""Desks for tests: on a venue in this process and in virtual time, or on a simulator over HTTP."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from jainam.adapters.xts_rest.broker import xts_broker_factory
from jainam.desk import Account, Client, Desk, open_desk
from jainam.domain.instruments import Exchange
from jainam.hookspecs import hookimpl
from jainam.simulator.accounts import ACCOUNTS
from jainam.simulator.clock import VirtualClock
from jainam.simulator.in_process import VenueTransport
from jainam.simulator.messages import Request
from jainam.simulator.venue import Venue, VenueOptions

_PREPARED_IN = tempfile.TemporaryDirectory(prefix="jainam-tests-")
_PREPARED: dict[int, Path] = {}

START = datetime(2026, 9, 15, 5, 0, tzinfo=UTC)
"""10:30 IST on a Tuesday, after the morning's planned refresh is due."""


@define
class VenueClock:
    """The desk's clock: the venue's virtual one."""

    venue: VirtualClock

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.venue.now(), UTC)

    def elapsed_s(self) -> float:
        return self.venue.now()

    def sleep(self, seconds: float) -> None:
        self.venue.advance(max(seconds, 0.0))


def credentials() -> dict[str, str]:
    """The simulator's fixed accounts as settings."""
    found = {}
    for account in ACCOUNTS:
        stem = f"JAINAM_SYMPHONY_{account.server}_{account.kind}"
        found[f"{stem}_INTERACTIVE_API_KEY"] = account.interactive.app_key
        found[f"{stem}_INTERACTIVE_API_SECRET"] = account.interactive.secret_key
        found[f"{stem}_MARKET_API_KEY"] = account.market.app_key
        found[f"{stem}_MARKET_API_SECRET"] = account.market.secret_key
    return found


@define
class VirtualDesk:
    """A desk and its venue in one process, on one virtual clock."""

    home: Path
    venue: Venue
    clock: VirtualClock
    transport: VenueTransport
    settings: dict[str, Any] = field(factory=dict)
    desks: list[Desk] = field(factory=list)

    def open(self, **settings: Any) -> Desk:
        """Open a desk, as one more process of it would."""
        transport = self.transport

        class InProcess:
            @hookimpl
            def jainam_register_brokers(self, register: Any) -> None:
                register("in-process", xts_broker_factory(transport), is_simulated=True)

        desk = open_desk(
            plugins=[InProcess()],
            clock=VenueClock(self.clock),
            **{
                "broker": "in-process",
                "home": str(self.home),
                "base_url": "http://127.0.0.1:1",
                "login": "auto",
                "active_account_type": "NORMAL",
                "load_plugins": "",
                **credentials(),
                **self.settings,
                **settings,
            },
        )
        self.desks.append(desk)
        return desk

    @property
    def desk(self) -> Desk:
        return self.desks[0] if self.desks else self.open()

    @property
    def account(self) -> Account:
        return self.desk.account()

    def client(self, code: str = "CL001") -> Client:
        return self.account.client(code)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the simulator's own control."""
        import orjson

        reply = self.venue.handle(Request(method, path, {}, {}, orjson.dumps(body) if body is not None else b""))
        assert reply.status < 300, reply.body
        return orjson.loads(reply.body)

    def state(self) -> Any:
        """The venue's truth."""
        return self.control("GET", "/_simulator/state")

    def fault(self, *rules: dict[str, Any]) -> None:
        """Put these fault rules in force, instead of any others."""
        self.control("POST", "/_simulator/faults", list(rules))

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)


@contextmanager
def virtual_desk(home: Path, *, settings: dict[str, Any] | None = None, **venue_options: Any) -> Iterator[VirtualDesk]:
    """Open a venue in virtual time, with the master loaded, and a desk on it."""
    clock = VirtualClock(START)
    venue = Venue(VenueOptions(clock=clock, **venue_options))
    virtual = VirtualDesk(home, venue, clock, VenueTransport(venue), settings or {})
    try:
        _load_instruments(virtual, venue.options.seed)
        yield virtual
    finally:
        for desk in virtual.desks:
            desk.close()


def _load_instruments(virtual: VirtualDesk, seed: int) -> None:
    """Give a desk its master: downloaded once in a test process, copied from then on."""
    prepared = _PREPARED.get(seed)
    if prepared is None:
        prepared = _PREPARED[seed] = Path(_PREPARED_IN.name) / str(seed)
        with open_virtual(Path(_PREPARED_IN.name) / f"desk{seed}", virtual) as desk:
            desk.load_instruments(exchanges=(Exchange.NSE, Exchange.NFO))
        shutil.copytree(Path(_PREPARED_IN.name) / f"desk{seed}" / "instruments", prepared)
    shutil.copytree(prepared, virtual.home / "instruments")


@contextmanager
def open_virtual(home: Path, like: VirtualDesk) -> Iterator[Desk]:
    """Open a desk of its own on a venue of its own, to prepare what others copy."""
    clock = VirtualClock(START)
    venue = Venue(VenueOptions(clock=clock, seed=like.venue.options.seed, rate_limits=None))
    desk = VirtualDesk(home, venue, clock, VenueTransport(venue), {"rate_limits": "off"}).open()
    with desk:
        yield desk
