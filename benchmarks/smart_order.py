"""
A smart order against the two bare HTTP calls that it costs.

`place_smart_order(wait="accepted")` on a key that nobody has traded today is one positions read and one place. The peer
makes the same two calls with a plain `httpx.Client` on a kept connection and looks at nothing but the status. What is
left is the lock, the journal, the checks and the reading of the answers. The venue is a process of its own.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice, product
from typing import Any
from uuid import uuid4

import httpx
from attrs import frozen

import jainam
from benchmarks.desks import dealer_desk
from benchmarks.pairs import Figure, Step, compare
from benchmarks.venue_process import calls_so_far, venue_process
from jainam.domain.instruments import Instrument
from jainam.domain.orders import PositionKey, Product
from jainam.domain.sessions import Side

ROUNDS = 9
TURNS = 50
_CLIENTS = ("CL001", "CL002", "CL003")
_STANDING = 12
"""Positions that the clients hold already, so that the read has something to read."""

_FRESH = ROUNDS * TURNS + TURNS


@frozen
class _Fresh:
    """A key that no order of the day concerns."""

    share: Instrument
    product: Product
    client: str


def measure() -> list[Figure]:
    return [_measure("in memory", "sqlite://"), _measure("on disk", None)]


def _measure(where: str, store_url: str | None) -> Figure:
    with venue_process() as listing, dealer_desk(listing, store_url) as desk:
        account = desk.account()
        account.log_in()
        shares = _shares(desk)
        for share in shares[:_STANDING]:
            account.client("CL001").place_order(share, side="BUY", quantity=1, product="MIS")
        fresh = [_Fresh(*one) for one in product(shares[_STANDING:], (Product.CNC, Product.MIS), _CLIENTS)]
        _warm_locks(desk, fresh[:_FRESH])
        session = desk.parts.tokens.get(account.id, Side.INTERACTIVE)
        assert session is not None
        with httpx.Client(base_url=listing["interactive_url"]) as http:
            figure = compare(
                f"smart-order-{where.replace(' ', '-')}",
                subject=(f"smart order, store {where}", _smart_orders(desk, fresh)),
                floor=("two httpx.Client calls", _two_calls(http, session.token.reveal(), shares[0])),
                rounds=ROUNDS,
                turns=TURNS,
            )
        _check_calls(calls_so_far(listing))
        return figure


def _smart_orders(desk: jainam.Desk, fresh: Sequence[_Fresh]) -> Step:
    account = desk.account()
    clients = {code: account.client(code) for code in _CLIENTS}
    keys = islice(fresh, _FRESH)

    def place() -> None:
        key = next(keys)
        result = clients[key.client].place_smart_order(
            key.share,
            target=1,
            product=key.product,
            order_type="LIMIT",
            limit_price=_far(key.share),  # IOC far from the market: no position comes of it, the books stay short
            time_in_force="IOC",
            wait="accepted",
        )
        assert result.sent_qty == 1

    return place


def _two_calls(http: httpx.Client, token: str, share: Instrument) -> Step:
    headers = {"authorization": token}
    order: dict[str, Any] = {
        "exchangeSegment": "NSECM",
        "exchangeInstrumentID": share.instrument_id,
        "productType": "MIS",
        "orderType": "LIMIT",
        "orderSide": "BUY",
        "timeInForce": "IOC",
        "disclosedQuantity": 0,
        "orderQuantity": 1,
        "limitPrice": float(_far(share)),
        "stopPrice": 0,
        "clientID": "CL001",
    }

    def two_calls() -> None:
        read = http.get("portfolio/dealerpositions", params={"dayOrNet": "NetWise"}, headers=headers)
        placed = http.post("orders", json={**order, "orderUniqueIdentifier": uuid4().hex[:20]}, headers=headers)
        assert read.status_code == placed.status_code == 200

    return two_calls


def _shares(desk: jainam.Desk) -> list[Instrument]:
    desk.load_instruments(exchanges=[jainam.Exchange.NSE])
    found = desk.find_instruments("", jainam.Exchange.NSE, limit=10_000)
    return [one for one in found if one.lot_size == 1 and one.band is not None and one.band.low > 1]


def _far(share: Instrument) -> Decimal:
    """Return a legal price at the lower end of a share's band."""
    assert share.band is not None
    assert share.tick_size is not None
    return (share.band.low // share.tick_size + 1) * share.tick_size


def _warm_locks(desk: jainam.Desk, fresh: Sequence[_Fresh]) -> None:
    """Take each lock once: its file is made at the first order ever on its key, and stays."""
    account = desk.account().id
    for key in fresh:
        position = PositionKey(account, key.client, key.share.exchange, key.share.instrument_id, key.product)
        with desk.parts.locks.hold(str(position), bound_s=1.0):
            pass


def _check_calls(calls: dict[str, int]) -> None:
    """Refuse to compare anything but two calls with two calls."""
    assert calls["portfolio.dealerpositions"] == calls["orders.place"] - _STANDING, calls
    assert "orders.dealerbook" not in calls, calls
