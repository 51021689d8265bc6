"""
The simulator serves clients that send what public XTS SDKs send, and answers in what they read (L1).

A small client of our own words; what it sends and reads is in xts-api.md, sections 2, 3.1 and 10.
"""

import json
from datetime import datetime
from urllib.parse import urljoin

import httpx
import pytest

from jainam.simulator.accounts import ACCOUNTS
from jainam.simulator.testing import running_simulator

RELIANCE = {"exchangeSegment": 1, "exchangeInstrumentID": 2885}
KEYS = {account.kind.value: account for account in ACCOUNTS}
CLIENTS = {"NORMAL": "CL001", "PRO": "*****", "INVESTOR": None}


class ShapedClient:
    """
    Sends a login as a form, everything later as JSON text; its header is `Authorization`, or another spelling.

    A GET or DELETE leaves out what is None, as clients' libraries do; a JSON body carries it as null.
    """

    def __init__(self, root, account, header="Authorization"):
        self.root = root
        self.account = account
        self.header = header
        self.token = None
        self.is_investor = None

    def log_in(self, path, keys):
        form = {"appKey": keys.app_key, "secretKey": keys.secret_key, "source": "WEBAPI"}
        answer = self._read(httpx.post(urljoin(self.root, path), data=form, timeout=30))
        self.token = answer["result"]["token"]
        self.is_investor = answer["result"].get("isInvestorClient")
        return answer

    def ask(self, method, path, **fields):
        """Make a call; the answer is what the client reads of it."""
        headers = {"Content-Type": "application/json", self.header: self.token}
        url = urljoin(self.root, path)
        if method in {"GET", "DELETE"}:
            query = {name: value for name, value in fields.items() if value is not None}
            return self._read(httpx.request(method, url, params=query, headers=headers, timeout=30))
        return self._read(httpx.request(method, url, content=json.dumps(fields), headers=headers, timeout=30))

    def trade(self, method, path, **fields):
        """Make a call of the order API, which names the client unless an investor makes it."""
        if not self.is_investor:
            fields.setdefault("clientID", CLIENTS[self.account.kind.value])
        return self.ask(method, path, **fields)

    @staticmethod
    def _read(answer):
        assert "json" in answer.headers["content-type"], answer.text
        return json.loads(answer.content.decode("utf8"))


@pytest.fixture
def simulator():
    with running_simulator(rate_limits=None) as running:
        yield running


@pytest.fixture
def market(simulator):
    client = ShapedClient(simulator.url, KEYS["NORMAL"])
    client.log_in("/apimarketdata/auth/login", client.account.market)
    return client


@pytest.fixture
def interactive(simulator):
    """Log in on the order API as an account of a kind."""

    def log_in(kind, header="Authorization"):
        client = ShapedClient(simulator.url, KEYS[kind], header)
        client.log_in("/interactive/user/session", client.account.interactive)
        return client

    return log_in


def order(**more):
    return {
        "exchangeSegment": "NSECM",
        "exchangeInstrumentID": 2885,
        "productType": "MIS",
        "orderType": "MARKET",
        "orderSide": "BUY",
        "timeInForce": "DAY",
        "disclosedQuantity": 0,
        "orderQuantity": 10,
        "limitPrice": 0,
        "stopPrice": 0,
        "orderUniqueIdentifier": "454845",
        **more,
    }


def resting_price(market):
    """A price below the market, on the tick and inside the band."""
    instruments = [RELIANCE]
    quotes = market.ask(
        *("POST", "/apimarketdata/instruments/quotes"),
        instruments=instruments,
        xtsMessageCode=1512,
        publishFormat="JSON",
    )
    last = json.loads(quotes["result"]["listQuotes"][0])["LastTradedPrice"]
    return round(round(last * 0.95 / 0.1) * 0.1, 1)


@pytest.mark.parametrize("kind", KEYS)
def test_a_form_encoded_login_tells_what_clients_read(kind, simulator):
    client = ShapedClient(simulator.url, KEYS[kind])

    inter = client.log_in("/interactive/user/session", client.account.interactive)["result"]
    feed = client.log_in("/apimarketdata/auth/login", client.account.market)["result"]

    assert {"token", "userID", "isInvestorClient", "clientCodes", "enums"} <= inter.keys()
    assert inter["isInvestorClient"] is (kind == "INVESTOR")
    assert feed["userID"] == inter["userID"] == KEYS[kind].user_id


@pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
def test_the_token_is_read_from_any_spelling_of_its_header(header, interactive):
    client = interactive("NORMAL", header)

    answer = client.trade("GET", "/interactive/user/profile")

    assert answer["type"] == "success"


@pytest.mark.parametrize("kind", KEYS)
def test_a_life_of_orders(kind, market, interactive):
    client = interactive(kind)
    price = resting_price(market)

    filled = client.trade("POST", "/interactive/orders", **order(), apiOrderSource="")
    resting = client.trade("POST", "/interactive/orders", **order(orderType="LIMIT", limitPrice=price))
    number = resting["result"]["AppOrderID"]
    modified = client.trade(
        *("PUT", "/interactive/orders"),
        appOrderID=int(number),
        modifiedProductType="MIS",
        modifiedOrderType="LIMIT",
        modifiedOrderQuantity=4,
        modifiedDisclosedQuantity=0,
        modifiedLimitPrice=price,
        modifiedStopPrice=0,
        modifiedTimeInForce="DAY",
        orderUniqueIdentifier="454845",
    )
    history = client.trade("GET", "/interactive/orders", appOrderID=number)
    cancelled = client.trade("DELETE", "/interactive/orders", appOrderID=int(number), orderUniqueIdentifier="454845")
    book = client.trade("GET", "/interactive/orders")
    trades = client.trade("GET", "/interactive/orders/trades")

    answers = (filled, resting, modified, history, cancelled, book, trades)
    assert [one["type"] for one in answers] == ["success"] * 7
    assert isinstance(number, int)
    assert {row["AppOrderID"]: row["OrderStatus"] for row in book["result"]} == {
        filled["result"]["AppOrderID"]: "Filled",
        number: "Cancelled",
    }
    assert {row["OrderStatus"] for row in history["result"]} >= {"New", "Replaced"}
    assert [row["AppOrderID"] for row in trades["result"]] == [filled["result"]["AppOrderID"]]


def test_numbers_may_come_as_text(market, interactive):
    client = interactive("NORMAL")
    price = resting_price(market)

    placed = client.trade(
        "POST",
        "/interactive/orders",
        **order(exchangeInstrumentID="2885", orderType="LIMIT", orderQuantity="3", limitPrice=str(price)),
    )
    book = client.trade("GET", "/interactive/orders")

    assert placed["type"] == "success"
    assert [(row["OrderQuantity"], row["OrderPrice"]) for row in book["result"]] == [(3, price)]


def test_a_client_that_is_null_counts_as_left_out(interactive):
    investor, dealer = interactive("INVESTOR"), interactive("NORMAL")

    own = investor.ask("POST", "/interactive/orders", **order(), clientID=None)
    nobody = dealer.ask("POST", "/interactive/orders", **order(), clientID=None)
    everyone = dealer.ask("GET", "/interactive/portfolio/dealerpositions", dayOrNet="NetWise", clientID=None)

    assert own["result"]["ClientID"] == "SIMINV1"
    assert (nobody["type"], everyone["description"]) == ("error", "Data Not Available")


@pytest.mark.parametrize("route", ["interactive/portfolio/dealerpositions", "/interactive/portfolio/dealerpositions"])
def test_a_relative_route_joins_to_a_root_without_a_path(route, interactive):
    client = interactive("NORMAL")
    client.trade("POST", "/interactive/orders", **order())

    answer = client.trade("GET", route, dayOrNet="NetWise")

    assert [row["Quantity"] for row in answer["result"]["positionList"]] == ["10"]


@pytest.mark.parametrize(("kind", "own"), [("NORMAL", "SIMDLR1"), ("PRO", "SIMPRO1"), ("INVESTOR", None)])
def test_cancel_all_takes_the_logins_own_name_for_its_clients(kind, own, market, interactive):
    client = interactive(kind)
    client.trade("POST", "/interactive/orders", **order(orderType="LIMIT", limitPrice=resting_price(market)))

    answer = client.ask(
        "POST", "/interactive/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=2885, clientID=own
    )
    book = client.trade("GET", "/interactive/orders")

    assert (answer["type"], answer["result"]) == ("success", "")
    assert [row["OrderStatus"] for row in book["result"]] == ["Cancelled"]


@pytest.mark.parametrize("mode", ["Netwise", "NetWise", "DayWise"])
@pytest.mark.parametrize("kind", ["NORMAL", "INVESTOR"])
def test_square_off_and_conversion(kind, mode, interactive):
    client = interactive(kind)
    client.trade("POST", "/interactive/orders", **order())

    converted = client.trade(
        *("PUT", "/interactive/portfolio/positions/convert"),
        exchangeSegment="NSECM",
        exchangeInstrumentID=2885,
        targetQty=4,
        isDayWise=True,
        oldProductType="MIS",
        newProductType="NRML",
    )
    squared = client.trade(
        *("PUT", "/interactive/portfolio/squareoff"),
        exchangeSegment="NSECM",
        exchangeInstrumentID=2885,
        productType="MIS",
        squareoffMode=mode,
        positionSquareOffQuantityType="Percentage",
        squareOffQtyValue=100,
        blockOrderSending=True,
        cancelOrders=True,
    )
    positions = client.trade("GET", "/interactive/portfolio/positions", dayOrNet=mode)["result"]["positionList"]

    assert (converted["type"], squared["type"]) == ("success", "success")
    assert {row["ProductType"]: row["Quantity"] for row in positions} == {"MIS": "0", "NRML": "4"}


def test_an_investor_reads_balance_holdings_and_profile(interactive):
    client = interactive("INVESTOR")

    balance = client.trade("GET", "/interactive/user/balance")
    holdings = client.trade("GET", "/interactive/portfolio/holdings")
    profile = client.trade("GET", "/interactive/user/profile")

    assert balance["result"]["BalanceList"][0]["limitObject"]["RMSSubLimits"]["cashAvailable"]
    assert holdings["result"]["RMSHoldingList"]
    assert profile["result"]["ClientId"] == "SIMINV1"


def test_dealer_calls_are_not_for_investors(interactive):
    client = interactive("INVESTOR")

    answers = [
        client.trade("GET", f"/interactive/orders/{path}") for path in ("dealerorderbook", "dealertradebook")
    ] + [client.trade("GET", "interactive/portfolio/dealerpositions", dayOrNet="NetWise")]

    assert {one["type"] for one in answers} == {"error"}


def test_empty_books_are_errors_with_a_description(interactive):
    client = interactive("NORMAL")

    answers = [
        client.trade("GET", "/interactive/orders"),
        client.trade("GET", "/interactive/orders/trades"),
        client.trade("GET", "/interactive/portfolio/positions", dayOrNet="NetWise"),
    ]

    assert {(one["type"], one["description"]) for one in answers} == {("error", "Data Not Available")}


def test_market_data_of_every_kind(market):
    base = "/apimarketdata"
    derivative = {"exchangeSegment": 2, "series": "OPTIDX", "symbol": "NIFTY"}

    master = market.ask("POST", f"{base}/instruments/master", exchangeSegmentList=["NSECM", "NSEFO"])
    found = market.ask("GET", f"{base}/search/instruments", searchString="REL")
    by_id = market.ask("POST", f"{base}/search/instrumentsbyid", source="WEBAPI", instruments=[RELIANCE])
    equity = market.ask(
        "GET", f"{base}/instruments/instrument/symbol", exchangeSegment=1, series="EQ", symbol="RELIANCE"
    )
    expiries = market.ask("GET", f"{base}/instruments/instrument/expiryDate", **derivative)
    expiry = datetime.fromisoformat(expiries["result"][0])
    rights = market.ask("GET", f"{base}/instruments/instrument/optionType", **derivative, expiryDate=f"{expiry:%d%b%Y}")
    indexes = market.ask("GET", f"{base}/instruments/indexlist", exchangeSegment=1)
    config = market.ask("GET", f"{base}/config/clientConfig")

    assert master["result"].startswith("NSECM|")
    assert [one["ExchangeInstrumentID"] for one in by_id["result"]] == [2885]
    assert equity["result"]["ExchangeInstrumentID"] == 2885
    assert found["result"]
    assert expiries["result"]
    assert len(rights["result"]) == 2
    assert any(one.startswith("NIFTY 50_") for one in indexes["result"]["indexList"])
    assert {"exchangeSegments", "xtsMessageCode", "publishFormat"} <= config["result"].keys()


def test_quotes_are_texts_of_json_and_subscriptions_are_counted(market):
    path = "/apimarketdata/instruments/subscription"

    first = market.ask("POST", path, instruments=[RELIANCE], xtsMessageCode=1501)
    again = market.ask("POST", path, instruments=[RELIANCE], xtsMessageCode=1501)
    ended = market.ask("PUT", path, instruments=[RELIANCE], xtsMessageCode=1501)

    assert json.loads(first["result"]["listQuotes"][0])["ExchangeInstrumentID"] == 2885
    assert (again["code"], again["type"]) == ("e-session-0002", "error")
    assert ended["type"] == "success"


def test_after_a_logout_the_token_is_refused_in_the_words_that_clients_look_for(market, interactive):
    client = interactive("NORMAL")

    over = client.trade("DELETE", "/interactive/user/session")
    market_over = market.ask("DELETE", "/apimarketdata/auth/logout")
    late = client.trade("GET", "/interactive/orders")

    assert (over["type"], market_over["type"]) == ("success", "success")
    assert (late["type"], late["description"]) == ("error", "Invalid Token")


def test_calls_that_are_not_served_answer_with_a_page_and_no_json(interactive, simulator):
    client = interactive("NORMAL")

    answer = httpx.post(
        f"{simulator.url}/interactive/orders/cover",
        content=json.dumps(order(clientID="CL001")),
        headers={"Authorization": client.token, "Content-Type": "application/json"},
    )

    assert answer.status_code == 404
    assert "json" not in answer.headers["content-type"]
