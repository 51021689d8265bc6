"""Paths of the venue and the names of its endpoints; paths match without regard to case."""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from jainam.simulator.session_calls import INTERACTIVE_BASE, LOOKUP_BASE

MARKET_BASE = "/apimarketdata"
BINARY_BASE = "/apibinarymarketdata"


class Part(Enum):
    """Which part of the venue answers."""

    HOST_LOOKUP = "host lookup"
    INTERACTIVE = "interactive"
    MARKET = "market"


@frozen
class Route:
    """A call's endpoint, its connection base, and the path below that."""

    part: Part
    endpoint: str
    base: str
    path: str


_INTERACTIVE: Mapping[tuple[str, str], str] = {
    ("POST", "/user/session"): "user.session",
    ("DELETE", "/user/session"): "user.logout",
    ("GET", "/user/profile"): "user.profile",
    ("GET", "/user/balance"): "user.balance",
    ("GET", "/user/enums"): "user.enums",
    ("POST", "/user/calculatebrokerage"): "user.brokerage",
    ("GET", "/status/exchange"): "status.exchange",
    ("GET", "/messages/exchange"): "messages.exchange",
    ("POST", "/orders"): "orders.place",
    ("PUT", "/orders"): "orders.modify",
    ("DELETE", "/orders"): "orders.cancel",
    ("GET", "/orders"): "orders.book",
    ("POST", "/orders/cancelall"): "orders.cancelall",
    ("GET", "/orders/trades"): "orders.trades",
    ("GET", "/orders/dealerorderbook"): "orders.dealerbook",
    ("GET", "/orders/dealertradebook"): "orders.dealertrades",
    ("GET", "/portfolio/positions"): "portfolio.positions",
    ("GET", "/portfolio/dealerpositions"): "portfolio.dealerpositions",
    ("GET", "/portfolio/holdings"): "portfolio.holdings",
    ("PUT", "/portfolio/squareoff"): "portfolio.squareoff",
    ("PUT", "/portfolio/squareoffall"): "portfolio.squareoffall",
    ("PUT", "/portfolio/positions/convert"): "portfolio.convert",
}

_MARKET: Mapping[tuple[str, str], str] = {
    ("POST", "/auth/login"): "market.login",
    ("DELETE", "/auth/logout"): "market.logout",
    ("GET", "/config/clientconfig"): "market.config",
    ("POST", "/instruments/master"): "market.master",
    ("GET", "/instruments/indexlist"): "market.indexlist",
    ("GET", "/instruments/instrument/series"): "market.series",
    ("GET", "/instruments/instrument/symbol"): "market.symbol",
    ("GET", "/instruments/instrument/expirydate"): "market.expirydate",
    ("GET", "/instruments/instrument/futuresymbol"): "market.futuresymbol",
    ("GET", "/instruments/instrument/optiontype"): "market.optiontype",
    ("GET", "/instruments/instrument/strikeprice"): "market.strikeprice",
    ("GET", "/instruments/instrument/optionsymbol"): "market.optionsymbol",
    ("POST", "/search/instrumentsbyid"): "market.searchbyid",
    ("POST", "/search/instrumentsbyisin"): "market.searchbyisin",
    ("GET", "/search/instruments"): "market.search",
    ("POST", "/instruments/quotes"): "market.quotes",
    ("POST", "/instruments/subscription"): "market.subscribe",
    ("PUT", "/instruments/subscription"): "market.unsubscribe",
    ("GET", "/instruments/ohlc"): "market.ohlc",
}

HISTORY = "orders.history"
ENDPOINTS = frozenset({*_INTERACTIVE.values(), *_MARKET.values(), HISTORY, "hostlookup"})

# the longer base first: /interactive is the beginning of /interactive-2, but no base of its paths
_BASES = ((LOOKUP_BASE, Part.INTERACTIVE), (INTERACTIVE_BASE, Part.INTERACTIVE))
_MARKET_BASES = ((BINARY_BASE, Part.MARKET), (MARKET_BASE, Part.MARKET))


def route(method: str, path: str, query: Mapping[str, str]) -> Route | None:
    """
    The route of a request; None for what the venue does not serve.

    Cover, bracket, GTT, spread and margin calls are not served.
    """
    path = path.lower().rstrip("/")
    if (method, path) == ("POST", "/hostlookup"):
        return Route(Part.HOST_LOOKUP, "hostlookup", "", path)
    for base, part in (*_BASES, *_MARKET_BASES):
        if path.startswith(base + "/"):
            below = path[len(base) :]
            endpoint = (_INTERACTIVE if part is Part.INTERACTIVE else _MARKET).get((method, below))
            if endpoint is None:
                return None
            # one path, two calls: the book, and the history of the order that the query names
            if endpoint == "orders.book" and "appOrderID" in query:
                endpoint = HISTORY
            return Route(part, endpoint, base, below)
    return None
