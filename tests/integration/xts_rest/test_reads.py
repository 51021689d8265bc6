"""Books, portfolio and master: repeated where that helps, empty where the venue says so, never wrong in silence."""

import json
from pathlib import Path

import pytest

from jainam.domain.accounts import AccountKind
from jainam.domain.errors import (
    AnswerLost,
    BrokerRefused,
    BrokerUnavailable,
    ClientNotMapped,
    Effect,
    LimitExceeded,
    SessionRefused,
)
from jainam.domain.instruments import Exchange
from jainam.domain.limits import Endpoint, Priority
from jainam.domain.portfolio import PositionView
from jainam.domain.sessions import Side
from tests.integration.xts_rest.desk_tools import bench
from tests.integration.xts_rest.loopback import answer, granted, half_a_body, no_answer, refused, reset, running

FIXTURES = Path(__file__).parents[2] / "fixtures" / "xts"


def sample(name, status=200):
    return answer(json.loads((FIXTURES / name).read_text()), status)


BOOK = sample("orders.book.response.json")
POSITIONS = sample("positions.netwise.response.json")


@pytest.mark.parametrize(
    ("kind", "client", "read", "target", "endpoint", "name"),
    [
        (AccountKind.NORMAL, "CL001", "book", "/orders/dealerorderbook?clientID=CL001", Endpoint.ORDER_BOOK, BOOK),
        (AccountKind.NORMAL, None, "book-all", "/orders/dealerorderbook", Endpoint.ORDER_BOOK, BOOK),
        (AccountKind.PRO, None, "book", "/orders/dealerorderbook?clientID=*****", Endpoint.ORDER_BOOK, BOOK),
        (AccountKind.INVESTOR, None, "book", "/orders", Endpoint.ORDER_BOOK, BOOK),
        (
            AccountKind.NORMAL,
            "CL001",
            "history",
            "/orders?appOrderID=1240092665&clientID=CL001",
            Endpoint.ORDER_HISTORY,
            sample("orders.history.response.json"),
        ),
        (
            AccountKind.NORMAL,
            "CL001",
            "trades",
            "/orders/dealertradebook?clientID=CL001",
            Endpoint.TRADE_BOOK,
            sample("orders.trades.response.json"),
        ),
        (
            AccountKind.INVESTOR,
            None,
            "trades",
            "/orders/trades",
            Endpoint.TRADE_BOOK,
            sample("orders.trades.response.json"),
        ),
        (
            AccountKind.NORMAL,
            "CL001",
            "positions",
            "/portfolio/dealerpositions?dayOrNet=NetWise&clientID=CL001",
            Endpoint.DEALER_POSITIONS,
            POSITIONS,
        ),
        (
            AccountKind.INVESTOR,
            None,
            "positions-day",
            "/portfolio/positions?dayOrNet=DayWise",
            Endpoint.POSITIONS,
            sample("positions.daywise.response.json"),
        ),
        (
            AccountKind.NORMAL,
            "CL001",
            "holdings",
            "/portfolio/holdings?clientID=CL001",
            Endpoint.HOLDINGS,
            sample("holdings.response.json"),
        ),
        (
            AccountKind.PRO,
            None,
            "funds",
            "/user/balance?clientID=*****",
            Endpoint.BALANCE,
            sample("user.balance.response.json"),
        ),
    ],
)
def test_each_read_goes_where_the_sheets_say(kind, client, read, target, endpoint, name):
    with running(name) as server:
        desk = bench(server.url, kind)
        books, portfolio, session = desk.broker.books, desk.broker.portfolio, desk.session()

        reading = {
            "book": lambda: books.order_book(session, client),
            "book-all": lambda: books.order_book(session, None, everyone=True),
            "history": lambda: books.order_history(session, client, "1240092665"),
            "trades": lambda: books.trades(session, client),
            "positions": lambda: portfolio.positions(session, client),
            "positions-day": lambda: portfolio.positions(session, client, PositionView.DAY),
            "holdings": lambda: portfolio.holdings(session, client),
            "funds": lambda: portfolio.funds(session, client),
        }[read]()

    assert reading.rows
    assert not reading.was_empty_answer
    assert server.requests[0].target == f"/interactive{target}"
    assert desk.limits.reserved == [(endpoint, Priority.NORMAL)]


def test_profile_is_read():
    with running(sample("user.profile.response.json")) as server:
        desk = bench(server.url)

        profile = desk.broker.portfolio.profile(desk.session(), "CL001")

    assert (profile.client, profile.exchanges) == ("CL001", (Exchange.NSE, Exchange.NFO))
    assert server.requests[0].target == "/interactive/user/profile?clientID=CL001"


@pytest.mark.parametrize(
    "act",
    [
        sample("orders.book.response.empty.json", 400),
        sample("orders.trades.response.empty.json", 400),
        refused(400, "e-new-0001", "DATA NOT AVAILABLE."),
        granted([]),
    ],
)
def test_no_data_is_an_empty_reading_that_says_so(act):
    with running(act) as server:
        desk = bench(server.url)

        reading = desk.broker.books.order_book(desk.session(), "CL001")

    assert (reading.rows, reading.was_empty_answer) == ((), True)
    assert desk.notes.requests[0].outcome == "ok"


def test_empty_positions_and_holdings_are_readings_too():
    with running(sample("positions.response.empty.json", 400), sample("holdings.response.empty.json", 400)) as server:
        desk = bench(server.url)

        positions = desk.broker.portfolio.positions(desk.session(), "CL001")
        holdings = desk.broker.portfolio.holdings(desk.session(), "CL001")

    assert positions.was_empty_answer
    assert holdings.was_empty_answer


@pytest.mark.parametrize(
    "act",
    [
        no_answer,
        reset,
        half_a_body(b'{"type":"success","result":[]}'),
        answer(b"<html><h1>502 Bad Gateway</h1></html>", 502),
        refused(500, "e-orders-0500", "Internal Server Error"),
        refused(429, "e-apirl-0004", retry_after="0"),
        answer(b"", 429, retry_after="0"),
    ],
)
def test_read_is_repeated_after_failures_of_the_line_and_of_the_venue(act):
    with running(act, act, BOOK) as server:
        desk = bench(server.url)
        sent = []

        reading = desk.broker.books.order_book(desk.session(), "CL001", before_send=lambda: sent.append(1))

    assert reading.rows
    assert (len(server.requests), len(sent), len(desk.limits.reserved)) == (3, 3, 3)
    assert [event.attempt for event in desk.notes.requests] == [1, 2, 3]


def test_read_that_keeps_failing_has_no_effect_and_counts_its_tries():
    with running(no_answer) as server:
        desk = bench(server.url, retries=2)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert (caught.value.effect, caught.value.attempts, len(server.requests)) == (Effect.NONE, 2, 2)


def test_one_try_means_one_try():
    with running(no_answer) as server:
        desk = bench(server.url, retries=1)

        with pytest.raises(AnswerLost):
            desk.broker.books.order_book(desk.session(), "CL001")

    assert len(server.requests) == 1


def test_unreachable_server_is_tried_again():
    with running(BOOK) as server:
        url = server.url
    desk = bench(url)

    with pytest.raises(BrokerUnavailable) as caught:
        desk.broker.books.order_book(desk.session(), "CL001")

    assert caught.value.attempts == 3


def test_silence_is_a_lost_answer_without_effect():
    with running() as server:
        server.acts.append(server.hang)
        desk = bench(server.url, timeout_s=0.1, retries=2)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.portfolio.positions(desk.session(), "CL001")

    assert (caught.value.effect, len(server.requests)) == (Effect.NONE, 2)


def test_own_limit_keeps_a_read_from_leaving():
    with running(BOOK) as server:
        desk = bench(server.url, room=0)

        with pytest.raises(LimitExceeded) as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert (caught.value.retry_after_s, server.requests, desk.notes.requests) == (7.0, [], [])


def test_own_limit_during_a_repeat_leaves_the_failure_before_it():
    with running(answer(b"", 503)) as server:
        desk = bench(server.url, room=1)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert (caught.value.http_status, len(server.requests)) == (503, 1)


def test_limit_of_the_venue_is_learned():
    with running(refused(429, "e-apirl-0004", retry_after="2"), BOOK) as server:
        desk = bench(server.url)

        desk.broker.books.order_book(desk.session(), "CL001", priority=Priority.EMERGENCY)

    assert desk.limits.pushed == [(Endpoint.ORDER_BOOK, 2.0)]
    assert desk.limits.reserved == [(Endpoint.ORDER_BOOK, Priority.EMERGENCY)] * 2


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (sample("orders.trades.response.not-mapped.json", 400), ClientNotMapped),
        (sample("positions.response.not-mapped.json", 400), ClientNotMapped),
        (sample("orders.response.invalid-token.json", 400), SessionRefused),
        (sample("orders.response.missing-token.json", 401), SessionRefused),
        (refused(400, "e-any-0001", "the Invalid Token was seen"), SessionRefused),
        (refused(401, "e-any-0001"), SessionRefused),
        (refused(400, "e-property-validation-failed"), BrokerRefused),
        (refused(400, "e-orders-0001"), BrokerRefused),
    ],
)
def test_refused_read_is_told_apart_and_not_repeated(act, error):
    with running(act) as server:
        desk = bench(server.url)

        with pytest.raises(error) as caught:
            desk.broker.books.trades(desk.session(), "CL001")

    assert type(caught.value) is error
    assert (caught.value.effect, len(server.requests)) == (Effect.NONE, 1)


def test_broken_row_is_an_error_that_names_it():
    rows = json.loads((FIXTURES / "orders.book.response.json").read_text())["result"]
    rows[1]["OrderQuantity"] = "lots"
    with running(granted(rows)) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost, match="row 2: field OrderQuantity has value 'lots', allowed") as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert (caught.value.effect, caught.value.http_status, len(server.requests)) == (Effect.NONE, 200, 1)
    assert desk.notes.requests[0].outcome == "answer-lost"


def test_holdings_of_a_prop_account_fail_with_a_hint_and_without_repeats():
    with running(sample("holdings.response.pro-500.json", 500)) as server:
        pro, normal = bench(server.url, AccountKind.PRO), bench(server.url, retries=1)

        with pytest.raises(AnswerLost, match="known to answer") as caught:
            pro.broker.portfolio.holdings(pro.session(), None)
        with pytest.raises(AnswerLost) as other:
            normal.broker.portfolio.holdings(normal.session(), "CL001")

    assert (caught.value.effect, caught.value.attempts) == (Effect.NONE, 1)
    assert "known to answer" not in str(other.value)
    assert len(server.requests) == 2


def test_wrong_address_hints_at_the_settings():
    with running(answer((FIXTURES / "gateway.404.html").read_bytes(), 404)) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost, match="check the base URL") as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert (caught.value.http_status, len(server.requests)) == (404, 1)


def test_reading_knows_when_it_was_sent():
    with running(BOOK) as server:
        desk = bench(server.url)
        seen = []

        reading = desk.broker.books.order_book(
            desk.session(), "CL001", before_send=lambda: seen.append(len(server.requests))
        )

    assert seen == [0]
    assert reading.sent_at.tzinfo is not None


def test_compressed_answer_is_read():
    import gzip

    body = gzip.compress((FIXTURES / "orders.book.response.json").read_bytes())
    with running(answer(body, content_encoding="gzip")) as server:
        desk = bench(server.url)

        reading = desk.broker.books.order_book(desk.session(), "CL001")

    assert len(reading.rows) > 1
    assert "gzip" in server.requests[0].headers["accept-encoding"]


def test_answer_that_is_not_what_its_encoding_says_is_lost():
    with running(answer(b"no gzip", content_encoding="gzip")) as server:
        desk = bench(server.url, retries=1)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert caught.value.effect is Effect.NONE


def _master(*segments):
    text = "\n".join((FIXTURES / f"master.{segment}.psv").read_text().rstrip("\n") for segment in segments)
    return granted(text, "s-instrument-0001")


def test_master_comes_segment_by_segment():
    with running(_master("NSECM"), _master("NSEFO")) as server:
        desk = bench(server.url)

        batches = list(desk.broker.instruments.download(desk.session(Side.MARKET), (Exchange.NSE, Exchange.NFO)))

    assert [(batch.exchange, len(batch.instruments), batch.skipped) for batch in batches] == [
        (Exchange.NSE, 13, 0),
        (Exchange.NFO, 14, 0),
    ]
    assert [request.target for request in server.requests] == ["/apibinarymarketdata/instruments/master"] * 2
    assert [request.json for request in server.requests] == [
        {"exchangeSegmentList": ["NSECM"]},
        {"exchangeSegmentList": ["NSEFO"]},
    ]
    assert "authorization" in server.requests[0].headers


def test_master_needs_no_token():
    with running(_master("NSECM")) as server:
        desk = bench(server.url)

        list(desk.broker.instruments.download(None, (Exchange.NSE,)))

    assert "authorization" not in server.requests[0].headers


def test_index_values_come_from_the_list_and_from_the_master_once():
    with running(_master("BSECM"), sample("indexlist.response.bse.json")) as server:
        desk = bench(server.url)

        bse, indices = desk.broker.instruments.download(None, (Exchange.BSE_INDEX, Exchange.BSE))

    assert bse.exchange is Exchange.BSE
    assert "SENSEX" not in {one.symbol for one in bse.instruments}
    assert sorted(one.symbol for one in indices.instruments) == ["BANKEX", "SENSEX", "SENSEX50"]
    assert server.requests[1].target == "/apibinarymarketdata/instruments/indexlist?exchangeSegment=11"


def test_index_list_alone_needs_no_master():
    with running(sample("indexlist.response.nse.json")) as server:
        desk = bench(server.url)

        (batch,) = desk.broker.instruments.download(None, (Exchange.NSE_INDEX,))

    assert batch.exchange is Exchange.NSE_INDEX
    assert "NIFTY" in {one.symbol for one in batch.instruments}


def test_spot_values_of_commodities_come_from_the_master_alone():
    with running(_master("MCXFO")) as server:
        desk = bench(server.url)

        (batch,) = desk.broker.instruments.download(None, (Exchange.MCX_INDEX,))

    assert [one.symbol for one in batch.instruments] == ["GOLD"]
    assert len(server.requests) == 1


def test_broken_master_rows_are_counted_beside_the_others():
    rows = (FIXTURES / "master.NSECM.psv").read_text() + "NSECM|broken\n"
    with running(granted(rows)) as server:
        desk = bench(server.url)

        (batch,) = desk.broker.instruments.download(None, (Exchange.NSE,))

    assert (len(batch.instruments), batch.skipped) == (13, 1)
    assert "NSECM|broken" in batch.samples[0]


def test_large_master_comes_in_batches():
    row = (FIXTURES / "master.NSECM.psv").read_text().split("\n")[0].split("|")
    rows = "\n".join("|".join([row[0], str(number), *row[2:]]) for number in range(1, 12_001))
    with running(granted(rows)) as server:
        desk = bench(server.url)

        sizes = [len(batch.instruments) for batch in desk.broker.instruments.download(None, (Exchange.NSE,))]

    assert sizes == [5000, 5000, 2000]


def test_empty_master_is_an_empty_batch():
    with running(granted("")) as server:
        desk = bench(server.url)

        (batch,) = desk.broker.instruments.download(None, (Exchange.NSE,))

    assert (batch.instruments, batch.skipped) == ((), 0)


def test_every_exchange_that_can_be_asked_for_has_a_segment():
    desk = bench("http://127.0.0.1:1")

    assert {Exchange.NSE, Exchange.NFO, Exchange.NSE_INDEX} <= set(desk.broker.instruments.exchanges())
