"""The answers of every call beside captured ones: the same keys, the same JSON types."""

import base64
import json
from pathlib import Path

import pytest

from jainam.simulator.accounts import ACCESS_PASSWORD
from tests.unit.simulator_venue.desk import DEALER, INVESTOR, PRO, RELIANCE, Desk, logged_in, virtual_client

SAMPLES = Path(__file__).parent / "samples"


def _sample(name):
    return json.loads((SAMPLES / name).read_text())


def _kind(value):
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _shape(value):
    """Keys and types; of a list the shapes that occur in it; of a map with data for keys, one shape."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(_shape(inner), sort_keys=True) for inner in value})
    return _kind(value)


@pytest.fixture
def busy(desk, venue):
    """A desk with a filled and a resting order and a position."""
    desk.placed()
    desk.placed(orderType="LIMIT", limitPrice=float(venue.master.get("NSECM", RELIANCE).band_low))
    return desk


def _history(desk):
    return desk.get("/orders", appOrderID=desk.placed())


def _modify(desk):
    return desk.modify(desk.book()[0]["AppOrderID"], modifiedLimitPrice=desk.book()[0]["OrderPrice"])


def _convert(desk):
    return desk.put(
        "/portfolio/positions/convert",
        exchangeSegment="NSECM",
        exchangeInstrumentID=RELIANCE,
        oldProductType="MIS",
        newProductType="NRML",
        isDayWise=False,
        targetQty="5",
    )


def _square_off(desk):
    return desk.put(
        "/portfolio/squareoff",
        exchangeSegment="NSECM",
        exchangeInstrumentID=RELIANCE,
        productType="MIS",
        squareoffMode="DayWise",
        squareOffQtyValue=5,
        positionSquareOffQuantityType="ExactQty",
    )


def _cancel_all(desk):
    return desk.post("/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=RELIANCE)


@pytest.mark.parametrize(
    ("sample", "call"),
    [
        ("orders.place.response.json", lambda desk: desk.place()),
        ("orders.modify.response.json", _modify),
        ("orders.cancel.response.json", lambda desk: desk.cancel(desk.book()[0]["AppOrderID"])),
        ("orders.cancelall.response.json", _cancel_all),
        ("orders.book.response.json", lambda desk: desk.get("/orders")),
        ("orders.dealerbook.response.json", lambda desk: desk.get("/orders/dealerorderbook")),
        ("orders.history.response.json", _history),
        ("orders.trades.response.json", lambda desk: desk.get("/orders/trades")),
        (
            "positions.netwise.response.2026.json",
            lambda desk: desk.get("/portfolio/positions", dayOrNet="NetWise"),
        ),
        ("portfolio.convert.response.json", _convert),
        ("portfolio.squareoff.response.json", _square_off),
        ("holdings.response.list.json", lambda desk: desk.get("/portfolio/holdings")),
        ("user.balance.response.json", lambda desk: desk.get("/user/balance")),
        ("status.exchange.response.json", lambda desk: desk.get("/status/exchange")),
        (
            "messages.exchange.response.json",
            lambda desk: desk.get("/messages/exchange", exchangeSegment="NSEFO"),
        ),
        ("auth.interactive.login.response.dealer.json", lambda desk: desk.log_in()),
        ("auth.market.login.response.json", lambda desk: desk.log_in_market()),
        ("auth.interactive.logout.response.json", lambda desk: desk.call("DELETE", "/interactive/user/session")),
    ],
)
def test_answer_has_the_captured_shape(busy, sample, call):
    expected = _sample(sample)
    if "ISIN" in json.dumps(expected):
        expected["result"]["RMSHoldingList"] = expected["result"]["RMSHoldingList"][:1]
    if "enums" in str(expected.get("result")):
        expected["result"]["enums"]["exchangeInfo"] = {}

    answer = call(busy)

    body = answer.json()
    if "enums" in str(body.get("result")):
        body["result"]["enums"]["exchangeInfo"] = {}
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert (body["type"], body["code"]) == (expected["type"], expected["code"])
    assert _shape(body) == _shape(expected)


def test_profile_has_the_captured_shape_for_each_segment(busy):
    expected = _sample("user.profile.response.json")["result"]

    result = busy.get("/user/profile").json()["result"]

    segments = result.pop("ClientExchangeDetailsList")
    expected_segments = expected.pop("ClientExchangeDetailsList")
    assert _shape(result) == _shape(expected)
    assert _shape(segments["NSEFO"]) == _shape(expected_segments["NSEFO"])


def test_exchange_info_has_the_captured_shape(desk):
    expected = _sample("auth.interactive.login.response.dealer.json")["result"]["enums"]["exchangeInfo"]["NSEFO"]

    info = desk.log_in().json()["result"]["enums"]["exchangeInfo"]["NSEFO"]

    assert info["orderType"] == expected["orderType"]
    assert info["timeInForce"] == expected["timeInForce"]
    assert set(info["productType"]) <= set(expected["productType"])


def test_host_lookup_has_the_captured_shape(desk):
    answer = desk.http.post("/hostlookup", json={"accesspassword": ACCESS_PASSWORD})

    assert _shape(answer.json()) == _shape(_sample("hostlookup.response.json"))


def test_market_logout_is_the_captured_answer(desk):
    desk.log_in_market()

    answer = desk.call("DELETE", "/apimarketdata/auth/logout")

    assert answer.json() == _sample("auth.market.logout.response.json")


@pytest.mark.parametrize(
    ("sample", "call"),
    [
        ("orders.place.response.validation.json", lambda desk: desk.place(orderSide="Buy")),
        (
            "orders.place.response.validation.identifier.json",
            lambda desk: desk.place(orderUniqueIdentifier="x" * 21),
        ),
        ("orders.book.response.empty.json", lambda desk: desk.get("/orders")),
        ("orders.trades.response.empty.json", lambda desk: desk.get("/orders/trades")),
        ("orders.trades.response.not-mapped.json", lambda desk: desk.get("/orders/trades", clientID="CL009")),
        ("positions.response.empty.json", lambda desk: desk.get("/portfolio/positions", dayOrNet="NetWise")),
        (
            "positions.response.not-mapped.json",
            lambda desk: desk.get("/portfolio/positions", dayOrNet="NetWise", clientID="CL009"),
        ),
        ("holdings.response.empty.json", lambda desk: desk.get("/portfolio/holdings", clientID="CL003")),
        ("orders.response.invalid-token.json", lambda desk: Desk(desk.http).call("GET", "/interactive/user/enums")),
        ("orders.response.missing-token.json", lambda desk: desk.http.get("/interactive/user/enums")),
        (
            "subscription.response.invalid-token.json",
            lambda desk: desk.call("GET", "/apimarketdata/config/clientconfig"),
        ),
        (
            "auth.interactive.login.response.badkey.json",
            lambda desk: desk.http.post("/interactive/user/session", json={"appKey": "a", "secretKey": "b"}),
        ),
        ("hostlookup.response.error.json", lambda desk: desk.http.post("/hostlookup", json={})),
    ],
)
def test_refusal_is_the_captured_one(desk, sample, call):
    if sample == "orders.response.invalid-token.json":
        desk.http.headers["authorization"] = "header.claims.signature"

    answer = call(desk)

    assert answer.status_code == 400
    assert answer.json() == _sample(sample)


def test_limit_refusal_is_the_captured_one(open_desk):
    desk, _ = open_desk(rate_limits=1.0)
    desk.get("/portfolio/positions", dayOrNet="NetWise")

    answer = desk.get("/portfolio/positions", dayOrNet="NetWise")

    expected = _sample("orders.response.rate-limit.json")
    assert answer.status_code == 429
    assert answer.json() == {**expected, "description": f"Rate limit exceeded for user {DEALER.user_id}"}


def test_holdings_of_a_pro_account_are_the_reported_answer(venue):
    with virtual_client(venue) as http:
        answer = logged_in(http, PRO, "*****").get("/portfolio/holdings")

    assert answer.json() == _sample("holdings.response.pro-500.json")


def test_answer_without_identifier_is_the_captured_one(venue):
    with virtual_client(venue) as http:
        answer = logged_in(http, PRO, "*****").place(orderUniqueIdentifier=None)

    assert _shape(answer.json()) == _shape(_sample("orders.place.response.no-identifier.json"))
    assert answer.json()["result"]["ClientID"] == "*****"


def test_investor_login_has_the_captured_keys(venue):
    with virtual_client(venue) as http:
        result = Desk(http, INVESTOR, None).log_in().json()["result"]

    assert set(_sample("auth.interactive.login.response.investor.json")["result"]) <= set(result)


@pytest.mark.parametrize("side", ["interactive", "market"])
def test_claims_have_the_captured_shape(desk, side):
    if side == "market":
        desk.log_in_market()

    claims = desk.headers["authorization"].split(".")[1]

    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert _shape(decoded) == _shape(_sample("auth.jwt.claims.json")[side])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/interactive/nowhere"),
        ("PATCH", "/interactive/orders"),
        ("POST", "/interactive/orders/bracket"),
        ("POST", "/interactive/orders/cover"),
        ("POST", "/interactive/orders/gttorder"),
        ("GET", "/interactive/orders/spread"),
        ("POST", "/interactive/orders/margindetails"),
        ("GET", "/orders"),
        ("GET", "/apimarketdata/nowhere"),
        ("GET", "/"),
    ],
)
def test_path_that_is_not_served_gets_the_page(desk, method, path):
    answer = desk.call(method, path)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text == (SAMPLES / "gateway.404.html").read_text().strip()


def test_paths_match_without_regard_to_case(desk):
    answer = desk.call("GET", "/Interactive/Orders/DealerOrderBook/")

    assert answer.json()["code"] == "e-orders-0005"


def test_master_and_index_list_need_no_token_unless_asked_for(open_desk):
    desk, _ = open_desk()
    strict, _ = open_desk(open_reference=False)
    body = {"exchangeSegmentList": ["NSECM"]}

    free = desk.http.post("/apibinarymarketdata/instruments/master", json=body)
    closed = strict.http.post("/apibinarymarketdata/instruments/master", json=body)

    assert free.json()["result"].startswith("NSECM|")
    assert closed.json()["code"] == "e-token-0002"


def test_subscriptions_belong_to_the_market_session(desk):
    desk.log_in_market()
    form = f'xtsMessageCode=1501&instruments=[{{"exchangeSegment":1,"exchangeInstrumentID":{RELIANCE}}}]'
    headers = {**desk.headers, "content-type": "application/x-www-form-urlencoded"}

    first = desk.http.post("/apibinarymarketdata/instruments/subscription", content=form, headers=headers)
    again = desk.http.post("/apibinarymarketdata/instruments/subscription", content=form, headers=headers)

    assert first.json()["code"] == "s-session-0001"
    assert again.json()["code"] == "e-session-0002"
