"""The whole adapter against the bundled venue, which was written from the reference by others."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jainam.adapters.xts_rest.broker import xts_broker_factory
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import AnswerLost, BrokerRefused, ClientNotMapped, LimitExceeded, SessionRefused
from jainam.domain.instruments import Exchange
from jainam.domain.orders import OrderChange, OrderRequest, OrderSide, OrderStatus, OrderType, Product, TimeInForce
from jainam.domain.portfolio import PositionView
from jainam.domain.sessions import Credentials, Secret, Side
from jainam.ports.broker import BrokerOptions, BrokerTools
from jainam.simulator.clock import VirtualClock
from jainam.simulator.in_process import VenueTransport
from jainam.simulator.testing import running_simulator
from jainam.simulator.venue import Venue, VenueOptions
from tests.integration.xts_rest.desk_tools import Bench, Limits, Notes, RealClock, bench

KINDS = (AccountKind.PRO, AccountKind.NORMAL, AccountKind.INVESTOR)


@pytest.fixture(scope="module")
def venue():
    with running_simulator(rate_limits=None) as running:
        yield running


def _credentials(listed) -> dict[str, Credentials]:
    return {
        side: Credentials(Secret(listed[side]["app_key"]), Secret(listed[side]["secret_key"]))
        for side in ("interactive", "market")
    }


def _listed(venue, kind):
    return next(one for one in venue.listing["accounts"] if one["kind"] == kind.value)


def _open(venue, kind, **changes) -> Bench:
    return bench(venue.url, kind, **_credentials(_listed(venue, kind)), **changes)


@contextmanager
def _logged_in(venue, kind, **changes):
    desk = _open(venue, kind, **changes)
    session = desk.broker.sessions.log_in(Side.INTERACTIVE)
    yield desk, session, "CL001" if kind is AccountKind.NORMAL else None
    desk.broker.sessions.log_out(session)


def _share(desk):
    for batch in desk.broker.instruments.download(None, (Exchange.NSE,)):
        for one in batch.instruments:
            if one.symbol == "RELIANCE":
                return one
    raise AssertionError("the master lists no RELIANCE")


def _far_below(share):
    return share.band.low // share.tick_size * share.tick_size + share.tick_size


def _until(read: Callable[[], object], bound_s: float = 5.0):
    end = time.monotonic() + bound_s
    while not (found := read()):
        assert time.monotonic() < end, "nothing came within the bound"
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_login_of_both_sides(venue, kind):
    desk = _open(venue, kind)

    interactive = desk.broker.sessions.log_in(Side.INTERACTIVE)
    market = desk.broker.sessions.log_in(Side.MARKET)

    listed = _listed(venue, kind)
    assert interactive.user_id == market.user_id == listed["user_id"]
    assert interactive.is_investor is (kind is AccountKind.INVESTOR)
    assert set(listed["clients"]) <= set(interactive.client_codes) or kind is AccountKind.PRO
    assert interactive.expires_at > interactive.created_at
    assert desk.notes.notes == []


@pytest.mark.parametrize("kind", KINDS)
def test_order_is_placed_modified_cancelled_and_seen_in_the_books(venue, kind):
    with _logged_in(venue, kind) as (desk, session, client):
        share = _share(desk)
        price = _far_below(share)
        request = OrderRequest(share, OrderSide.BUY, 3, Product.MIS, OrderType.LIMIT, limit_price=price)
        mark = f"jm{kind.value}0001"
        orders, books = desk.broker.orders, desk.broker.books

        placed = orders.place(session, client, mark, request)

        def mine(status):
            rows = books.order_book(session, client).rows
            return [row for row in rows if row.client_order_id == mark and row.status is status]

        (new,) = _until(lambda: mine(OrderStatus.NEW))
        terms = OrderChange(5, Product.MIS, OrderType.LIMIT, price + share.tick_size, None, TimeInForce.DAY, 0)
        orders.modify(session, client, placed.app_order_id, mark, terms)
        (replaced,) = _until(lambda: mine(OrderStatus.REPLACED))
        orders.cancel(session, client, placed.app_order_id)
        (cancelled,) = _until(lambda: mine(OrderStatus.CANCELLED))
        history = books.order_history(session, client, placed.app_order_id)

    assert (new.app_order_id, new.client, new.limit_price, new.leaves_qty) == (placed.app_order_id, client, price, 3)
    assert (new.exchange, new.instrument_id, new.product) == (Exchange.NSE, share.instrument_id, Product.MIS)
    assert (replaced.order_qty, replaced.limit_price) == (5, price + share.tick_size)
    assert (cancelled.leaves_qty, cancelled.cum_qty, cancelled.is_terminal) == (0, 0, True)
    assert [row.status for row in history.rows][-1] is OrderStatus.CANCELLED
    assert len(history.rows) > 3
    assert new.placed_at is not None


@pytest.mark.parametrize("kind", KINDS)
def test_fill_reaches_trades_and_positions(venue, kind):
    with _logged_in(venue, kind) as (desk, session, client):
        share = _share(desk)
        mark = f"jm{kind.value}0002"
        request = OrderRequest(share, OrderSide.BUY, 7, Product.MIS)
        before = sum(
            row.net_qty
            for row in desk.broker.portfolio.positions(session, client).rows
            if row.instrument_id == share.instrument_id and row.product is Product.MIS
        )

        placed = desk.broker.orders.place(session, client, mark, request)

        def fills():
            rows = desk.broker.books.trades(session, client).rows
            found = [row for row in rows if row.app_order_id == placed.app_order_id]
            return found if sum(row.last_qty for row in found) == 7 else []

        trades = _until(fills)
        rows = desk.broker.portfolio.positions(session, client).rows
        day = desk.broker.portfolio.positions(session, client, PositionView.DAY).rows

    position = next(row for row in rows if row.instrument_id == share.instrument_id and row.product is Product.MIS)
    assert {(row.client_order_id, row.side, row.client) for row in trades} == {(mark, OrderSide.BUY, client)}
    assert all(row.last_px > 0 and row.traded_at is not None and row.exec_id for row in trades)
    assert (position.net_qty, position.client, position.exchange) == (before + 7, client, Exchange.NSE)
    assert position.buy_amount is not None
    assert position.buy_amount > 0
    assert share.instrument_id in {row.instrument_id for row in day}


@pytest.mark.parametrize("kind", KINDS)
def test_money_and_profile_are_read(venue, kind):
    with _logged_in(venue, kind) as (desk, session, client):
        funds = desk.broker.portfolio.funds(session, client)
        profile = desk.broker.portfolio.profile(session, client)

    (total,) = [row for row in funds.rows if row.is_total]
    assert total.cash_available is not None
    assert (total.client, profile.client) == (client, client)
    assert Exchange.NSE in profile.exchanges


@pytest.mark.parametrize("kind", [AccountKind.NORMAL, AccountKind.INVESTOR])
def test_holdings_are_read(venue, kind):
    with _logged_in(venue, kind) as (desk, session, client):
        holdings = desk.broker.portfolio.holdings(session, client)

    reliance = next(row for row in holdings.rows if row.nse_instrument_id == 2885)
    assert reliance.quantity > 0
    assert isinstance(reliance.buy_avg_px, Decimal)


def test_holdings_of_the_pro_account_fail_as_the_real_ones_do(venue):
    with _logged_in(venue, AccountKind.PRO) as (desk, session, _), pytest.raises(AnswerLost, match="known to answer"):
        desk.broker.portfolio.holdings(session, None)


def test_dealer_reads_all_its_clients_at_once(venue):
    with _logged_in(venue, AccountKind.NORMAL) as (desk, session, _):
        share = _share(desk)
        for number, client in enumerate(("CL001", "CL002")):
            request = OrderRequest(share, OrderSide.BUY, 1, Product.MIS)
            desk.broker.orders.place(session, client, f"jmALL{number}", request)

        def everyone():
            rows = desk.broker.portfolio.positions(session, None, everyone=True).rows
            return rows if {"CL001", "CL002"} <= {row.client for row in rows} else ()

        positions = _until(everyone)
        book = desk.broker.books.order_book(session, None, everyone=True)
        trades = desk.broker.books.trades(session, None, everyone=True)

    assert {"CL001", "CL002"} <= {row.client for row in positions}
    assert {"CL001", "CL002"} <= {row.client for row in book.rows}
    assert {"CL001", "CL002"} <= {row.client for row in trades.rows}


def test_client_of_nobody_is_told_apart(venue):
    with _logged_in(venue, AccountKind.NORMAL) as (desk, session, _), pytest.raises(ClientNotMapped):
        desk.broker.books.trades(session, "CL999")


def test_client_without_orders_has_an_empty_book(venue):
    with _logged_in(venue, AccountKind.NORMAL) as (desk, session, _):
        reading = desk.broker.books.order_book(session, "CL003")

    assert (reading.rows, reading.was_empty_answer) == ((), True)


def test_session_that_was_logged_out_is_refused(venue):
    desk = _open(venue, AccountKind.INVESTOR)
    session = desk.broker.sessions.log_in(Side.INTERACTIVE)
    desk.broker.sessions.log_out(session)

    with pytest.raises(SessionRefused):
        desk.broker.books.order_book(session, None)
    desk.broker.sessions.log_out(session)

    assert desk.notes.notes[-1][0] == "session.already-closed"


def test_identifier_that_is_too_long_is_refused_for_good(venue):
    with _logged_in(venue, AccountKind.INVESTOR) as (desk, session, _):
        request = OrderRequest(_share(desk), OrderSide.BUY, 1, Product.MIS)

        with pytest.raises(BrokerRefused, match="20 characters"):
            desk.broker.orders.place(session, None, "x" * 21, request)


@pytest.mark.parametrize("kind", KINDS)
def test_host_lookup_session_trades_on_its_own_base(venue, kind):
    lookup = {
        "host_lookup_url": venue.listing["hostlookup_url"],
        "host_lookup_password": Secret(venue.listing["access_password"]),
    }
    with _logged_in(venue, kind, **lookup) as (desk, session, client):
        share = _share(desk)
        request = OrderRequest(share, OrderSide.BUY, 1, Product.MIS, OrderType.LIMIT, limit_price=_far_below(share))

        placed = desk.broker.orders.place(session, client, f"jm{kind.value}HOST", request)
        book = _until(lambda: desk.broker.books.order_book(session, client).rows)
        desk.broker.orders.cancel(session, client, placed.app_order_id)

    assert session.connection_base is not None
    assert placed.app_order_id in {row.app_order_id for row in book}


def test_whole_master_is_read_without_a_broken_row(venue):
    desk = _open(venue, AccountKind.NORMAL)
    market = desk.broker.sessions.log_in(Side.MARKET)

    batches = list(desk.broker.instruments.download(market, desk.broker.instruments.exchanges()))

    rows = [one for batch in batches for one in batch.instruments]
    assert {batch.exchange for batch in batches} == set(desk.broker.instruments.exchanges())
    assert sum(batch.skipped for batch in batches) == 0
    assert len({(one.exchange, one.symbol) for one in rows}) == len(rows)
    assert len({(one.exchange, one.instrument_id) for one in rows}) == len(rows)
    assert {"NIFTY", "BANKNIFTY"} <= {one.symbol for one in rows if one.exchange is Exchange.NSE_INDEX}


def test_rate_limiter_of_the_venue_is_understood():
    with running_simulator() as venue, _logged_in(venue, AccountKind.INVESTOR, retries=1) as (desk, session, _):

        def read_without_pause():
            for _ in range(20):
                desk.broker.books.order_book(session, None)

        with pytest.raises(LimitExceeded) as caught:
            read_without_pause()

    assert (caught.value.http_status, caught.value.broker_code.lower()) == (429, "e-apirl-0004")
    assert desk.limits.pushed


def test_venue_in_this_process_serves_the_same_door():
    inside = Venue(VenueOptions(clock=VirtualClock(datetime(2026, 9, 15, 4, 45, tzinfo=UTC))))
    account = AccountId("xts", "B", AccountKind.INVESTOR)
    keys = {
        "interactive": Credentials(Secret("51a0c0ffee51a0c0de05"), Secret("Sim105#iE")),
        "market": Credentials(Secret("51a0c0ffee51a0c0de06"), Secret("Sim106@iF")),
    }
    options = BrokerOptions(account=account, base_url="http://venue.test", **keys)
    broker = xts_broker_factory(VenueTransport(inside))(options, BrokerTools(RealClock(), Limits(), Notes()))

    session = broker.sessions.log_in(Side.INTERACTIVE)
    reading = broker.books.order_book(session, None)
    broker.close()

    assert session.user_id == "SIMINV1"
    assert reading.was_empty_answer
