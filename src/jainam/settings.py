"""
Settings: what can be configured, where each value came from, secrets masked.

Precedence: explicit argument, environment variable, `.env` file, default; the specific name wins over the general one.
"""

import math
import os
import re
import warnings
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from attrs import define, field, frozen

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ConfigurationError
from jainam.domain.instruments import Exchange
from jainam.domain.limits import PROP_B_CHART, Endpoint, Limit, scaled
from jainam.domain.sessions import Credentials, Secret

SERVERS = {
    "A": "https://smpa.jainam.in:6543",
    "B": "https://smpb.jainam.in:4143",
    "C": "https://smpc.jainam.in:14543",
}
"""The broker's prop servers (prop-servers.md, servers). The only URLs in the code beside the simulator's default."""

SIMULATOR_PORT = 18650
SIMULATOR_URL = f"http://127.0.0.1:{SIMULATOR_PORT}"

DEFAULT_HOME = "~/.local/state/jainam"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ESCAPED_DOLLAR = re.compile(r"\\\$")
_USER_PASSWORD = re.compile(r"(?<=://)([^:/@?#]*):.*@")
"""Up to the last @, as people write passwords with / and @ in them as they are: rather mask too much."""

_QUERY_PASSWORD = re.compile(r"([?&][^=&]*(?:pass|pwd|secret|token|key)[^=&]*=)[^&#]*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<.*>|\.\.\.|x{4,}|changeme", re.IGNORECASE)
_FLAGS = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}
_Value = TypeVar("_Value")


class Origin(Enum):
    """Where a value came from."""

    ARGUMENT = "argument"
    ENVIRONMENT = "environment"
    ENV_FILE = ".env file"
    DEFAULT = "default"
    UNSET = "not set"


@frozen
class Setting:
    """
    One setting by its name; *default* ``None`` means that nothing is assumed.

    An empty text is no value, here or anywhere below in precedence, unless *may_be_empty*: then it is one.
    """

    name: str
    meaning: str
    default: str | None = None
    is_secret: bool = False
    may_be_empty: bool = False


_CREDENTIALS = (
    ("INTERACTIVE_API_KEY", "app key of the order API"),
    ("INTERACTIVE_API_SECRET", "secret key of the order API"),
    ("MARKET_API_KEY", "app key of the market data API"),
    ("MARKET_API_SECRET", "secret key of the market data API"),
)

GENERAL = (
    Setting("JAINAM_BROKER", "the broker plug-in: jainam for the real servers, simulator for the bundled one"),
    Setting("JAINAM_ACTIVE_SYMPHONY_SERVER", "server of the active account: A, B or C", "B"),
    Setting("JAINAM_ACTIVE_ACCOUNT_TYPE", "kind of the active account: PRO, NORMAL or INVESTOR"),
    Setting("JAINAM_BASE_URL", "root URL of the server, instead of the one that the server's letter stands for"),
    Setting("JAINAM_INTERACTIVE_PREFIX", "path of the order API below the root", "/interactive", may_be_empty=True),
    Setting(
        "JAINAM_MARKET_PREFIX",
        "path of the market data API below the root",
        "/apibinarymarketdata",
        may_be_empty=True,
    ),
    Setting("JAINAM_HOSTLOOKUP_URL", "host lookup for the order API; direct login when it is not set"),
    Setting("JAINAM_HOSTLOOKUP_PASSWORD", "access password of the host lookup", is_secret=True),
    Setting("JAINAM_SOURCE", "source word of logins and orders", "WEBAPI"),
    Setting("JAINAM_DISABLE_SSL", "true switches the check of TLS certificates off", "false"),
    Setting("JAINAM_HTTP_TIMEOUT", "seconds that one request may take", "10"),
    Setting("JAINAM_HTTP_RETRIES", "tries of a call that is harmless to repeat", "3"),
    Setting("JAINAM_HTTP_BACKOFF_BASE", "seconds before the second try", "0.25"),
    Setting("JAINAM_HTTP_BACKOFF_FACTOR", "growth of that wait from try to try", "2"),
    Setting("JAINAM_RATE_LIMITS", "the broker's chart: on, off, or a factor", "on"),
    Setting("JAINAM_RATE_LIMIT_WAIT", "seconds that a call may wait at a rate limit", "10"),
    Setting("JAINAM_LOGIN", "auto logs in where no session was ever stored, explicit waits for a login", "explicit"),
    Setting("JAINAM_LAG_BOUND", "seconds by which positions and order book may lag the fills", "5"),
    Setting("JAINAM_SETTLING_WINDOW", "seconds between two looks for an order that is not seen", "60"),
    Setting(
        "JAINAM_NO_MARKET_ORDERS",
        "exchanges that close-all sends limit orders to, separated by commas",
        "",
        may_be_empty=True,
    ),
    Setting("JAINAM_HOME", "directory of what the desk's processes share", DEFAULT_HOME),
    Setting("JAINAM_STORE_URL", "database of sessions and journal; desk.db in JAINAM_HOME when not set"),
    Setting("JAINAM_TOKEN_REPOSITORY", "the token repository plug-in", "sql"),
    Setting(
        "JAINAM_LOAD_PLUGINS",
        "entry points to load, separated by commas, none when empty; all when not set",
        may_be_empty=True,
    ),
    *(Setting(f"JAINAM_{name}", f"{meaning} of the active account", is_secret=True) for name, meaning in _CREDENTIALS),
    Setting("JAINAM_CLIENT_ID", "a PRO dealer's own code on calls, five stars when not set", is_secret=True),
)
"""Every setting but those of one account, which are named JAINAM_SYMPHONY_<SERVER>_<KIND>_<what>."""

_GENERAL_BY_NAME = {setting.name: setting for setting in GENERAL}


def account_settings(account: AccountId) -> tuple[Setting, ...]:
    """Return the settings of one account, in the order in which a person fills them in."""
    stem = account_stem(account.server, account.kind)
    return (
        *(Setting(f"{stem}_{name}", f"{meaning} of {account}", is_secret=True) for name, meaning in _CREDENTIALS),
        Setting(f"{stem}_CLIENT_ID", f"own code of {account} on calls", is_secret=True),
        Setting(f"{stem}_BASE_URL", f"root URL for {account}"),
    )


def account_stem(server: str, kind: AccountKind) -> str:
    """Return how the names of one account's settings begin."""
    return f"JAINAM_SYMPHONY_{server}_{kind.value}"


def known_settings() -> dict[str, Setting]:
    """Return every setting that means something, by name: the general ones, then those of each account."""
    accounts = [AccountId("", server, kind) for server in SERVERS for kind in AccountKind]
    return _GENERAL_BY_NAME | {one.name: one for account in accounts for one in account_settings(account)}


@frozen(repr=False)
class Value:
    """An effective value and where it came from."""

    setting: Setting
    text: str | None
    origin: Origin

    @property
    def shown(self) -> str:
        """The value as it may be printed: a secret is only said to be set."""
        if self.text is None:
            return ""
        if self.setting.is_secret:
            return "****" if self.text else ""
        return _without_password(self.text)

    def __repr__(self) -> str:
        return f"Value({self.setting.name}={self.shown!r}, {self.origin.value})"


@define
class Settings:
    """Effective settings of one desk."""

    arguments: Mapping[str, str] = field(factory=dict, repr=False)
    environment: Mapping[str, str] = field(factory=dict, repr=False)
    env_file: Mapping[str, str] = field(factory=dict, repr=False)
    env_path: Path | None = None

    def value(self, setting: Setting) -> Value:
        """Return one setting's value with its origin; space around it is not part of it."""
        for source, origin in (
            (self.arguments, Origin.ARGUMENT),
            (self.environment, Origin.ENVIRONMENT),
            (self.env_file, Origin.ENV_FILE),
        ):
            text = source.get(setting.name)
            if text is None:
                continue
            if text.strip() or setting.may_be_empty:
                return Value(setting, text.strip(), origin)
            break  # said to be nothing, whatever the sources below say
        return Value(setting, setting.default, Origin.UNSET if setting.default is None else Origin.DEFAULT)

    def text(self, name: str) -> str | None:
        """Return a value as text, or ``None`` when it is not set."""
        return self.value(_GENERAL_BY_NAME.get(name) or Setting(name, "")).text

    def number(self, name: str, *, at_least: float = 0.0) -> float:
        """Return a value as a number, or raise ``ConfigurationError`` that names it."""
        return self._parsed(name, _number, f"a number of at least {at_least:g}", lambda number: number >= at_least)

    def whole(self, name: str, *, at_least: int = 0) -> int:
        """Return a value as a whole number, or raise ``ConfigurationError`` that names it."""
        return self._parsed(name, _whole, f"a whole number of at least {at_least}", lambda number: number >= at_least)

    def flag(self, name: str) -> bool:
        """Return a value as yes or no, or raise ``ConfigurationError`` that names it."""
        text = (self.text(name) or "false").lower()
        if text not in _FLAGS:
            raise ConfigurationError(f"{name} is {text!r}; use true or false")
        return _FLAGS[text]

    def chart(self) -> dict[Endpoint, Limit]:
        """Return the rate limits in force: the broker's chart, none, or the chart scaled."""
        name = "JAINAM_RATE_LIMITS"
        text = (self.text(name) or "on").lower()
        if text in {"on", "off"}:
            return dict(PROP_B_CHART) if text == "on" else {}
        factor = self._parsed(name, _number, "on, off, or a factor of at least 0.01", lambda number: number >= 0.01)
        return scaled(PROP_B_CHART.items(), factor)

    def logs_in(self) -> bool:
        """Return whether the desk logs in by itself where it never did."""
        text = (self.text("JAINAM_LOGIN") or "explicit").lower()
        if text not in {"auto", "explicit"}:
            raise ConfigurationError(f"JAINAM_LOGIN is {text!r}; use auto or explicit")
        return text == "auto"

    def market_barred(self) -> frozenset[Exchange]:
        """Return the exchanges that take no market orders from close-all."""
        names = [one.strip().upper() for one in (self.text("JAINAM_NO_MARKET_ORDERS") or "").split(",") if one.strip()]
        unknown = [name for name in names if name not in Exchange.__members__]
        if unknown:
            known = ", ".join(Exchange.__members__)
            raise ConfigurationError(f"JAINAM_NO_MARKET_ORDERS names {', '.join(unknown)}; exchanges are {known}")
        return frozenset(Exchange[name] for name in names)

    def home(self) -> Path:
        """Return the desk's directory; a relative one is below the folder of the `.env` file that names it."""
        value = self.value(_GENERAL_BY_NAME["JAINAM_HOME"])
        try:
            path = Path(value.text or DEFAULT_HOME).expanduser()
        except RuntimeError as error:
            raise ConfigurationError(
                f"JAINAM_HOME is {value.text!r}, and there is no such home directory", hint="write the whole path"
            ) from error
        if not path.is_absolute() and value.origin is Origin.ENV_FILE and self.env_path is not None:
            return (self.env_path.parent / path).absolute()
        return path.absolute()

    def store_url(self) -> str:
        """Return the database of sessions and journal."""
        return self.text("JAINAM_STORE_URL") or f"sqlite:///{self.home() / 'desk.db'}"

    def broker(self) -> str:
        """
        Return the name of the chosen broker.

        Raises:
            ConfigurationError: None was chosen; nothing is ever assumed.
        """
        name = self.text("JAINAM_BROKER")
        if name is None:
            raise ConfigurationError(
                "no broker is configured",
                missing=("JAINAM_BROKER",),
                hint="try the bundled simulator with 'jainam init', or set JAINAM_BROKER=jainam with your server, "
                "account type and API keys for the real servers",
            )
        return name

    def account(self, name: str | None, broker: str) -> AccountId:
        """
        Return the account of this name (`B/NORMAL` or `NORMAL`), or the active one.

        Raises:
            ConfigurationError: The name means no account, or no account is active.
        """
        server = (self.text("JAINAM_ACTIVE_SYMPHONY_SERVER") or "B").upper()
        if name is None:
            kind = self.text("JAINAM_ACTIVE_ACCOUNT_TYPE") or self._only_kind(server)
            if kind is None:
                raise ConfigurationError(
                    "no account is active",
                    missing=("JAINAM_ACTIVE_ACCOUNT_TYPE",),
                    hint="set it to PRO, NORMAL or INVESTOR, or name an account (--account B/NORMAL)",
                )
        else:
            head, slash, tail = name.strip().partition("/")
            server, kind = (head.upper(), tail) if slash else (server, head)
        kinds = ", ".join(AccountKind.__members__)
        if kind.upper() not in AccountKind.__members__:
            raise ConfigurationError(f"account type {kind!r} is not known; use one of {kinds}")
        if server not in SERVERS:
            raise ConfigurationError(f"symphony server {server!r} is not known; use one of {', '.join(SERVERS)}")
        return AccountId(broker, server, AccountKind[kind.upper()])

    def credentials(self, account: AccountId) -> tuple[Credentials, Credentials]:
        """
        Return the keys of an account: interactive, market.

        Raises:
            ConfigurationError: Names every credential that is missing or malformed, all at once; shows none.
        """
        stem = account_stem(account.server, account.kind)
        found = {name: self.of_account(account, name) for name, _ in _CREDENTIALS}
        named = {f"{stem}_{name}": text for name, text in found.items()}
        if self.text("JAINAM_HOSTLOOKUP_URL") is not None:
            named["JAINAM_HOSTLOOKUP_PASSWORD"] = self.text("JAINAM_HOSTLOOKUP_PASSWORD")
        missing = [name for name, text in named.items() if not text]
        malformed = [name for name, text in named.items() if text and not _may_be_credential(text)]
        if missing or malformed:
            told = [f"{', '.join(missing)} not set"] if missing else []
            told += [f"{', '.join(malformed)} malformed"] if malformed else []
            hint = "set them in the environment or in the .env file, or run 'jainam init' for the simulator"
            if "JAINAM_HOSTLOOKUP_PASSWORD" in missing:
                hint += "; the broker issues the password, and without JAINAM_HOSTLOOKUP_URL none is needed"
            raise ConfigurationError(
                f"account {account} has no credentials: {'; '.join(told)}",
                missing=(*missing, *malformed),
                hint=hint,
            )
        keys = {name: Secret(text or "") for name, text in found.items()}
        return (
            Credentials(keys["INTERACTIVE_API_KEY"], keys["INTERACTIVE_API_SECRET"]),
            Credentials(keys["MARKET_API_KEY"], keys["MARKET_API_SECRET"]),
        )

    def of_account(self, account: AccountId, name: str) -> str | None:
        """Return an account's own value, else the general one where the account is the active one."""
        own = self.text(f"{account_stem(account.server, account.kind)}_{name}")
        if own is not None:
            return own
        kind = (self.text("JAINAM_ACTIVE_ACCOUNT_TYPE") or "").upper()
        server = (self.text("JAINAM_ACTIVE_SYMPHONY_SERVER") or "").upper()
        is_active = kind in {"", account.kind.value} and server == account.server
        return self.text(f"JAINAM_{name}") if is_active else None

    def base_url(self, account: AccountId, *, is_simulated: bool) -> str:
        """
        Return the root URL of an account's server.

        Raises:
            ConfigurationError: It is no URL, its traffic could be read on the way, or the simulator's is not on this
                machine.
        """
        own = f"{account_stem(account.server, account.kind)}_BASE_URL"
        name = own if self.text(own) is not None else "JAINAM_BASE_URL"
        default = SIMULATOR_URL if is_simulated else SERVERS[account.server]
        url = (self.text(name) or default).rstrip("/")
        host = _host_of(url)
        if host is None:
            raise ConfigurationError(f"{name} is {_without_password(url)!r}; use a URL such as {SIMULATOR_URL}")
        if is_simulated and host not in LOOPBACK:
            raise ConfigurationError(
                f"JAINAM_BROKER is a simulator, but {name} names {host}",
                hint="a simulator runs on this machine; set JAINAM_BROKER=jainam for the real servers",
            )
        if url.startswith("http://") and host not in LOOPBACK and not self.flag("JAINAM_DISABLE_SSL"):
            raise ConfigurationError(
                f"{name} is {_without_password(url)!r}: keys and tokens would travel in the clear",
                hint="use https, or set JAINAM_DISABLE_SSL=true if you are sure of every network on the way",
            )
        return url

    def all_values(self) -> tuple[Value, ...]:
        """Return every setting with its effective value: the general ones, then those of accounts that have any."""
        values = [self.value(setting) for setting in known_settings().values()]
        return tuple(one for one in values if one.setting.name in _GENERAL_BY_NAME or one.origin is not Origin.UNSET)

    def unknown_names(self) -> tuple[str, ...]:
        """Return names in the `.env` file that begin like ours and mean nothing: typing errors, usually."""
        known = known_settings()
        return tuple(sorted(name for name in self.env_file if name not in known))

    def secrets(self) -> tuple[Secret, ...]:
        """Return every secret that is configured, for tests and scrubbing of foreign texts."""
        return tuple(Secret(value.text) for value in self.all_values() if value.setting.is_secret and value.text)

    def _only_kind(self, server: str) -> str | None:
        """Return the one kind that has keys on a server, so that a single account needs no further word."""
        kinds = [
            kind.value
            for kind in AccountKind
            if self.text(f"{account_stem(server, kind)}_INTERACTIVE_API_KEY") is not None
        ]
        return kinds[0] if len(kinds) == 1 else None

    def _parsed(
        self, name: str, parse: Callable[[str], _Value], wanted: str, is_legal: Callable[[_Value], bool]
    ) -> _Value:
        text = self.text(name) or ""
        try:
            number = parse(text)
        except ValueError:
            number = None
        if number is None or not is_legal(number):
            raise ConfigurationError(f"{name} is {text!r}; use {wanted}")
        return number


def read_settings(env_file: str | Path | None = None, **arguments: object) -> Settings:
    """
    Return the effective settings.

    Args:
        env_file: The `.env` file; by default the one in the working directory, if there is one.
        **arguments: Explicit values by name, the prefix ``JAINAM_`` may be left out: ``broker="simulator"``.

    Raises:
        ConfigurationError: A named file is not there, one can't be read, or an argument is no setting.
    """
    path = Path(env_file) if env_file is not None else Path(".env")
    if env_file is not None and not path.is_file():
        raise ConfigurationError(f"there is no file {path}", hint="write one with: jainam init")
    return Settings(
        arguments=_argument_names(arguments),
        environment={name: text for name, text in os.environ.items() if name.startswith("JAINAM_")},
        env_file=_read_env_file(path) if path.is_file() else {},
        env_path=path.absolute() if path.is_file() else None,
    )


def _argument_names(arguments: Mapping[str, object]) -> dict[str, str]:
    known = known_settings()
    found: dict[str, str] = {}
    for argument, value in arguments.items():
        name = argument.upper()
        name = name if name.startswith("JAINAM_") else f"JAINAM_{name}"
        if name not in known:
            raise ConfigurationError(f"{argument!r} is no setting; 'jainam config show' lists them all")
        if value is None:
            continue
        text = value.reveal() if isinstance(value, Secret) else str(value)
        found[name] = text.lower() if isinstance(value, bool) else text
    return found


def _read_env_file(path: Path) -> dict[str, str]:
    """Return what a `.env` file says of us; `$` is never expanded."""
    from dotenv import dotenv_values  # noqa: PLC0415  # only a process that has such a file pays for the parser

    try:
        # some editors begin a file with a byte order mark, which would hide its first name
        read = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigurationError(f"{path} can't be read: {reason}") from error
    found: dict[str, str] = {}
    for name, text in read.items():
        if text is None or not name.startswith("JAINAM_"):
            continue
        if _ESCAPED_DOLLAR.search(text):
            warnings.warn(f"{name} in {path.name} has an escaped dollar sign; write it as a plain $", stacklevel=4)
            text = _ESCAPED_DOLLAR.sub("$", text)  # noqa: PLW2901  # the cleaned text is the value
        found[name] = text
    return found


def _number(text: str) -> float:
    """Return a finite number; nothing of a desk waits for ever."""
    number = float(_digits(text))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _whole(text: str) -> int:
    return int(_digits(text))


def _digits(text: str) -> str:
    """Return a number's text as people write it; Python's own readers take 1_0 and other scripts' digits too."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text


def _may_be_credential(text: str) -> bool:
    """Whether a text can be a key: visible ASCII letters without space, and not what an example file says."""
    return all("!" <= letter <= "~" for letter in text) and not _PLACEHOLDER.fullmatch(text)


def _host_of(url: str) -> str | None:
    """Return the host of a web address; ``None`` where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number of a port
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None


def _without_password(text: str) -> str:
    """Return a URL without the passwords that it may carry; any other text as it is."""
    return _QUERY_PASSWORD.sub(r"\1****", _USER_PASSWORD.sub(r"\1:****@", text)) if "://" in text else text
