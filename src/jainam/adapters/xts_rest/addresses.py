"""Where the calls of one account go: paths under the root of its server, or under a session's own base."""

from functools import lru_cache

import httpx

from jainam.domain.errors import ConfigurationError
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import BrokerOptions

_LOOKUP_PATH = "/hostlookup"
_LONGEST_LABEL = 63


class Addresses:
    """
    Builds the URLs of an account's calls.

    A session that was opened through host lookup keeps to its connection base, without the interactive prefix: trading
    past it is flagged by the broker (prop-servers.md, host lookup).
    """

    def __init__(self, options: BrokerOptions) -> None:
        root = options.base_url.rstrip("/")
        self._bases = {
            Side.INTERACTIVE: root + _prefix(options.interactive_prefix),
            Side.MARKET: root + _prefix(options.market_prefix),
        }
        for base in self._bases.values():
            _checked(base, "base_url")
        self.lookup: httpx.URL | None = None
        if options.host_lookup_url:
            url = _checked(options.host_lookup_url, "host_lookup_url")
            self.lookup = url.copy_with(path=_LOOKUP_PATH) if url.path in {"", "/"} else url

    def of(self, side: Side, path: str, *, session: Session | None = None, query: str = "") -> httpx.URL:
        """Return the URL of a call of this side, on the session's own base where it has one."""
        base = self._bases[side]
        if session is not None and side is Side.INTERACTIVE and session.connection_base:
            base = session.connection_base.rstrip("/")
        return _url(f"{base}{path}?{query}" if query else f"{base}{path}")

    @staticmethod
    def under(base: str, path: str) -> httpx.URL:
        """Return the URL of a call under the base that a host lookup has just given."""
        return _url(f"{base}{path}")


def _prefix(prefix: str) -> str:
    return f"/{prefix.strip('/')}" if prefix.strip("/") else ""


def parse_address(text: str) -> httpx.URL | None:
    """Return the address of a server; ``None`` for anything that could not be connected to."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    is_name = all(0 < len(label) <= _LONGEST_LABEL for label in url.host.rstrip(".").split("."))
    return url if url.scheme in {"http", "https"} and is_name and not url.userinfo else None


def _checked(text: str, setting: str) -> httpx.URL:
    url = parse_address(text)
    if url is None:
        raise ConfigurationError(
            f"{setting} is no http or https address of a server", hint="write it like https://host:port"
        )
    return url


@lru_cache(maxsize=512)
def _url(text: str) -> httpx.URL:
    """Parse a URL once: a desk asks the same few again and again."""
    return httpx.URL(text)
