"""Opening a desk: the only composition root."""

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import evolve, frozen

from jainam.application.bounds import Bounds
from jainam.application.find_instrument import FindInstrument
from jainam.application.set_kill_switch import SetKillSwitch
from jainam.desk.account import Account
from jainam.desk.wiring import Parts, wire
from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.errors import ConfigurationError
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.intents import Order
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.sessions import Secret, SessionState
from jainam.domain.trading_day import trading_day_of
from jainam.plugins import PluginFailure, Plugins, Registered, load_plugins
from jainam.ports.broker import Broker, BrokerFactory, BrokerOptions, BrokerTools
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.instrument_store import InstrumentSet
from jainam.ports.parts import Part, PartOptions
from jainam.settings import Settings, Value, read_settings

_BUILT_IN_PARTS = {
    Part.CLOCK: "system",
    Part.ENTROPY: "system",
    Part.TELEMETRY: "log",
    Part.PROCESSES: "local",
    Part.IDENTITY: "file",
    Part.LOCKS: "files",
    Part.RATE_LIMITS: "local",
    Part.JOURNAL: "sql",
    Part.INSTRUMENT_STORE: "files",
}


@frozen
class DeskStatus:
    """What an operator looks at first. Holds no secret."""

    now: datetime
    broker: str
    is_simulated: bool
    kill_switch: KillSwitch
    closing: tuple[tuple[ClosingMark, bool], ...]
    """Closing marks, each with whether its process is alive."""
    sessions: tuple[SessionState, ...]
    unsettled: tuple[Order, ...]
    """Orders of the active account that are live on the wire or in doubt."""
    live: tuple[Order, ...]
    """Orders of the active account that the desk takes to be working."""
    instruments: InstrumentSet | None
    plugin_failures: tuple[PluginFailure, ...]


class Desk:
    """
    All processes that share one store are one desk; this object is one process's part of it.

    Thread-safe. Close it, or use it in a ``with`` block.
    """

    def __init__(self, settings: Settings, plugins: Plugins, broker: Registered[BrokerFactory], parts: Parts) -> None:
        self._settings = settings
        self._plugins = plugins
        self._broker = broker
        self._parts = parts
        self._find = FindInstrument(parts.instruments)
        self._accounts: dict[AccountId, Account] = {}
        self._brokers: list[Broker] = []
        self._lock = threading.Lock()
        self._bounds = Bounds(
            lag_s=settings.number("JAINAM_LAG_BOUND"), settling_s=settings.number("JAINAM_SETTLING_WINDOW")
        )
        self._barred = settings.market_barred()
        self._logs_in = settings.logs_in()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and files. Sessions at the venue stay open for the next process."""
        with self._lock, ExitStack() as stack:
            stack.callback(self._parts.instruments.close)
            stack.callback(self._parts.tokens.close)
            stack.callback(self._parts.journal.close)
            for broker in self._brokers:
                stack.callback(broker.close)
            self._brokers.clear()
            self._accounts.clear()

    @property
    def is_simulated(self) -> bool:
        """Whether orders go to a simulator."""
        return self._broker.is_simulated

    @property
    def parts(self) -> Parts:
        """The parts that the desk stands on."""
        return self._parts

    @property
    def commands(self) -> dict[str, list[Registered[object]]]:
        """Commands that plug-ins add to the command line."""
        return self._plugins.commands

    # accounts

    def account(self, name: str | None = None) -> Account:
        """
        Return an account by name (`B/NORMAL`, or `NORMAL` on the active server); without a name the active one.

        Raises:
            ConfigurationError: The name means no account, or its credentials are missing (all are named at once).
        """
        account = self._settings.account(name, self._settings.broker())
        with self._lock:
            found = self._accounts.get(account)
            if found is None:
                found = self._accounts[account] = self._open_account(account)
            return found

    def _open_account(self, account: AccountId) -> Account:
        options = self._options(account)
        tools = BrokerTools(self._parts.clock, self._parts.rate_limits, self._parts.telemetry)
        broker = self._broker.thing(options, tools)
        self._brokers.append(broker)
        uses = wire(
            account,
            broker,
            self._parts,
            bounds=self._bounds,
            logs_in=self._logs_in,
            market_barred=self._barred,
        )
        return Account(account, uses, self.instrument)

    def _options(self, account: AccountId) -> BrokerOptions:
        settings = self._settings
        interactive, market = settings.credentials(account)
        password = settings.text("JAINAM_HOSTLOOKUP_PASSWORD")
        url = settings.text("JAINAM_HOSTLOOKUP_URL")
        return BrokerOptions(
            account=account,
            interactive=interactive,
            market=market,
            base_url=settings.base_url(account, is_simulated=self._broker.is_simulated),
            interactive_prefix=settings.text("JAINAM_INTERACTIVE_PREFIX") or "",
            market_prefix=settings.text("JAINAM_MARKET_PREFIX") or "",
            client_id=settings.of_account(account, "CLIENT_ID"),
            source=settings.text("JAINAM_SOURCE") or "",
            host_lookup_url=url,
            host_lookup_password=None if password is None else Secret(password),
            verify_tls=not settings.flag("JAINAM_DISABLE_SSL"),
            timeout_s=settings.number("JAINAM_HTTP_TIMEOUT", at_least=0.1),
            retries=settings.whole("JAINAM_HTTP_RETRIES", at_least=1),
            backoff_base_s=settings.number("JAINAM_HTTP_BACKOFF_BASE"),
            backoff_factor=settings.number("JAINAM_HTTP_BACKOFF_FACTOR", at_least=1),
        )

    # instruments

    def instrument(self, symbol: str | Instrument, exchange: str | None = None) -> Instrument:
        """
        Return the instrument of `NSE:RELIANCE`, or of `RELIANCE` with its exchange beside it.

        Raises:
            UnknownInstrument: There is none; the nearest symbols are named.
            ConfigurationError: No master was ever loaded.
        """
        return symbol if isinstance(symbol, Instrument) else self._find.by_symbol(symbol, exchange)

    def instrument_of(self, exchange: Exchange | None, instrument_id: int) -> Instrument | None:
        """Return the instrument of a number, where the stored master knows it."""
        return None if exchange is None else self._parts.instruments.by_id(exchange, instrument_id)

    def find_instruments(self, text: str, exchange: Exchange | None = None, limit: int = 20) -> tuple[Instrument, ...]:
        """Return instruments whose symbol contains a text, shortest first."""
        return tuple(self._find.like(text, exchange, limit))

    def load_instruments(
        self,
        account: str | None = None,
        *,
        exchanges: Iterable[Exchange] = (),
        progress: Callable[[Exchange, int], None] | None = None,
    ) -> InstrumentSet:
        """Download the day's master and put it in place of the stored one, whole or not at all."""
        return self.account(account).uses.load_instruments.run(tuple(exchanges), progress)

    # the desk as a whole

    def kill_switch(self) -> KillSwitch:
        """Return the kill switch."""
        return self._parts.journal.kill_switch()

    def set_kill_switch(self, *, on: bool, reason: str = "") -> KillSwitch:
        """Deny every new order of the desk but close-all's, until it is lifted; survives restarts."""
        return SetKillSwitch(self._parts.journal, self._parts.clock, self._parts.telemetry).run(on=on, reason=reason)

    def status(self, account: str | None = None) -> DeskStatus:
        """Return what an operator looks at first; asks nobody but the desk's own store."""
        journal, processes = self._parts.journal, self._parts.processes
        now = self._parts.clock.now()
        concerned = self._settings.account(account, self._settings.broker())
        orders = journal.of_scope(Scope(concerned, everyone=True), trading_day_of(now))
        return DeskStatus(
            now=now,
            broker=self._settings.broker(),
            is_simulated=self.is_simulated,
            kill_switch=journal.kill_switch(),
            closing=tuple(
                (mark, processes.is_alive(mark.process.pid, mark.process.started)) for mark in journal.closing_marks()
            ),
            sessions=self._parts.tokens.states(),
            unsettled=tuple(order for order in orders if order.is_unsettled),
            live=tuple(order for order in orders if order.is_live),
            instruments=self._parts.instruments.current(),
            plugin_failures=tuple(self._plugins.failures),
        )

    def config(self) -> tuple[Value, ...]:
        """Return every setting with its effective value and origin; `Value.shown` masks secrets."""
        return self._settings.all_values()


def open_desk(
    *,
    env_file: str | Path | None = None,
    plugins: Iterable[object] = (),
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    **settings: object,
) -> Desk:
    """
    Join a desk: read the settings, load the plug-ins, open the store. Nobody is talked to yet.

    Args:
        env_file: The `.env` file; by default the one in the working directory, if there is one.
        plugins: Modules or objects with hook implementations, beside those of installed packages.
        clock: Time, instead of this machine's.
        entropy: Randomness, instead of the operating system's.
        **settings: Explicit values by name, as `broker="simulator"` for ``JAINAM_BROKER``.

    Raises:
        ConfigurationError: No broker is chosen, or a setting is malformed.
        PluginError: A chosen plug-in is not there.
        StoreError: The store can't be opened.
    """
    read = read_settings(env_file, **settings)
    names = read.text("JAINAM_LOAD_PLUGINS")
    found = load_plugins(plugins, only=None if names is None else [one.strip() for one in names.split(",")])
    broker = found.broker(read.broker())
    return Desk(read, found, broker, build_parts(read, found, clock, entropy))


def build_parts(
    settings: Settings, plugins: Plugins, clock: Clock | None = None, entropy: Entropy | None = None
) -> Parts:
    """Build what a desk stands on, each part by the plug-in that registered it."""
    home = settings.home()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"JAINAM_HOME {home} can't be made: {error.strerror}") from error

    def factory(part: Part) -> Callable[..., Any]:
        return plugins.part(part, _BUILT_IN_PARTS[part]).thing

    options = PartOptions(
        home=home,
        store_url=settings.store_url(),
        chart=settings.chart(),
        rate_limit_wait_s=settings.number("JAINAM_RATE_LIMIT_WAIT"),
        settings={
            one.setting.name: one.text for one in settings.all_values() if one.text and not one.setting.is_secret
        },
        clock=clock if clock is not None else factory(Part.CLOCK)(),
        entropy=entropy if entropy is not None else factory(Part.ENTROPY)(),
        telemetry=factory(Part.TELEMETRY)(),
    )
    processes = factory(Part.PROCESSES)(options)
    options = evolve(options, processes=processes)
    identity = factory(Part.IDENTITY)(options)
    options = evolve(options, identity=identity)
    tokens = plugins.token_repository(settings.text("JAINAM_TOKEN_REPOSITORY") or "").thing(options)
    return Parts(
        clock=options.clock,
        entropy=options.entropy,
        telemetry=options.telemetry,
        processes=processes,
        identity=identity,
        locks=factory(Part.LOCKS)(options),
        rate_limits=factory(Part.RATE_LIMITS)(options),
        journal=factory(Part.JOURNAL)(options),
        tokens=tokens,
        instruments=factory(Part.INSTRUMENT_STORE)(options),
    )
