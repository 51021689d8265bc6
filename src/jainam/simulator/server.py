"""The venue as a server process: listens, says where, and ends cleanly on a signal."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypedDict

import uvicorn
from attrs import field, frozen

from jainam.simulator.accounts import ACCESS_PASSWORD, ACCOUNTS
from jainam.simulator.asgi import VenueFace, application, http_protocol
from jainam.simulator.router import BINARY_BASE
from jainam.simulator.session_calls import INTERACTIVE_BASE
from jainam.simulator.venue import Venue, VenueOptions

_GRACE_S = 1


class SimulatorError(Exception):
    """The simulator cannot start; the text says why and what to do."""


class PortBusyError(SimulatorError):
    """Another program listens on the port."""


class AddressError(SimulatorError):
    """The host or port cannot be listened on."""


class KeyPair(TypedDict):
    """One key pair of an account."""

    app_key: str
    secret_key: str


class ListedAccount(TypedDict):
    """One account that the venue knows."""

    server: str
    kind: str
    user_id: str
    clients: list[str]
    interactive: KeyPair
    market: KeyPair


class Listing(TypedDict):
    """Where a running venue is, and who may log in."""

    url: str
    interactive_url: str
    market_url: str
    hostlookup_url: str
    access_password: str
    accounts: list[ListedAccount]


def _quiet(_: Listing) -> None:
    """Nobody wants to know."""


@frozen
class ServeOptions:
    """Where to listen (port 0: any free one), what venue to open, and whom to tell once it answers."""

    host: str = "127.0.0.1"
    port: int = 0
    venue: VenueOptions = field(factory=VenueOptions)
    on_ready: Callable[[Listing], None] = _quiet


def listing(_: Venue, host: str, port: int) -> Listing:
    """Where a venue that listens on *host* and *port* is, and who may log in; JSON-ready."""
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return {
        "url": url,
        "interactive_url": url + INTERACTIVE_BASE,
        "market_url": url + BINARY_BASE,
        "hostlookup_url": f"{url}/hostlookup",
        "access_password": ACCESS_PASSWORD,
        "accounts": [
            {
                "server": account.server,
                "kind": account.kind.value,
                "user_id": account.user_id,
                "clients": list(account.clients),
                "interactive": {
                    "app_key": account.interactive.app_key,
                    "secret_key": account.interactive.secret_key,
                },
                "market": {"app_key": account.market.app_key, "secret_key": account.market.secret_key},
            }
            for account in ACCOUNTS
        ],
    }


def describe(listed: Listing) -> str:
    """The same for a person."""
    lines = [
        f"Simulated XTS venue at {listed['url']} (no real market, no real money)",
        f"  interactive  {listed['interactive_url']}",
        f"  market data  {listed['market_url']}",
        f"  host lookup  {listed['hostlookup_url']}  password {listed['access_password']}",
    ]
    for account in listed["accounts"]:
        clients = ", ".join(account["clients"])
        lines.append(f"  {account['kind']} {account['user_id']} on server {account['server']}, clients {clients}")
        lines.extend(
            f"    {side:<11}  key {keys['app_key']}  secret {keys['secret_key']}"
            for side, keys in (("interactive", account["interactive"]), ("market data", account["market"]))
        )
    return "\n".join(lines)


def listen(host: str, port: int) -> socket.socket:
    """
    A listening socket.

    Raises:
        PortBusyError: Another program has the port.
        AddressError: The host is unknown, or may not be listened on.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only for sockets that name their protocol; with it, each answer waits 40 ms
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(2048)
    except OSError as exc:
        door.close()
        if exc.errno == errno.EADDRINUSE:
            raise PortBusyError(f"port {port} on {host} is in use; name another, or 0 for any free one") from exc
        raise AddressError(f"cannot listen on {host} port {port}: {exc.strerror or exc}") from exc
    except OverflowError as exc:
        door.close()
        raise AddressError(f"{port} is no port") from exc
    return door


class VenueServer(uvicorn.Server):
    """uvicorn with a venue behind it; tells when it is up, and ends on a signal as a program that is done."""

    def __init__(self, venue: Venue, on_up: Callable[[], None]) -> None:
        self._face = VenueFace(venue)
        super().__init__(
            uvicorn.Config(
                application(self._face),
                http=http_protocol(),
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_GRACE_S,
                server_header=False,
                date_header=False,
            )
        )
        self._on_up = on_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        self._on_up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of callers whom a fault keeps waiting, then stop."""
        self._face.end()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them again afterwards, so that the exit code is 0."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def stop(_: int, __: FrameType | None) -> None:
            self.should_exit = True

        for number in before:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(options: ServeOptions) -> None:
    """
    Open a venue and answer until SIGINT or SIGTERM; return when everything has ended.

    Must run in the main thread of its process.

    Raises:
        PortBusyError: Another program has the port.
        AddressError: The host is unknown, or may not be listened on.

    """
    with listen(options.host, options.port) as door:
        venue = Venue(options.venue)
        port = door.getsockname()[1]
        server = VenueServer(venue, lambda: options.on_ready(listing(venue, options.host, port)))
        asyncio.run(server.serve(sockets=[door]))
