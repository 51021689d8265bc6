"""A caller of the venue, over either face, and the instruments that the tests trade."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from jainam.simulator.accounts import ACCOUNTS, Account, Kind
from jainam.simulator.clock import VirtualClock
from jainam.simulator.in_process import VenueTransport
from jainam.simulator.venue import Venue, VenueOptions

# a Tuesday, 10:15 IST
START = datetime(2026, 9, 15, 4, 45, tzinfo=UTC)
RELIANCE = 2885
PRO, DEALER, INVESTOR = (next(one for one in ACCOUNTS if one.kind is kind) for kind in Kind)
MAPPED_CODES = {"e-trade-00002", "e-portfolio-00005"}


def virtual_venue(**options: Any) -> Venue:
    options.setdefault("clock", VirtualClock(START))
    options.setdefault("rate_limits", None)
    return Venue(VenueOptions(**options))


def virtual_client(venue: Venue, **options: Any) -> httpx.Client:
    return httpx.Client(transport=VenueTransport(venue), base_url="http://venue.test", **options)


class Desk:
    """One login at a venue; every method answers with the raw response."""

    def __init__(self, http: httpx.Client, account: Account = DEALER, client: str | None = "CL001") -> None:
        self.http = http
        self.account = account
        self.client = client
        self.headers: dict[str, str] = {}

    def log_in(self, base: str = "/interactive", **more: Any) -> httpx.Response:
        keys = self.account.interactive
        body = {"appKey": keys.app_key, "secretKey": keys.secret_key, "source": "WEBAPI", **more}
        answer = self.http.post(f"{base}/user/session", json=body)
        if answer.json()["type"] == "success":
            self.headers = {"authorization": answer.json()["result"]["token"]}
        return answer

    def log_in_market(self, base: str = "/apibinarymarketdata") -> httpx.Response:
        keys = self.account.market
        body = {"appKey": keys.app_key, "secretKey": keys.secret_key, "source": "WEBAPI"}
        answer = self.http.post(f"{base}/auth/login", json=body)
        self.headers = {"authorization": answer.json()["result"]["token"]}
        return answer

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.http.request(method, path, headers=self.headers, **given)

    def get(self, path: str, **query: Any) -> httpx.Response:
        if self.client is not None and "clientID" not in query:
            query["clientID"] = self.client
        query = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"/interactive{path}", params=query)

    def _body(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"clientID": self.client, **fields} if self.client is not None else fields

    def order_body(self, **fields: Any) -> dict[str, Any]:
        body = {
            "exchangeSegment": "NSECM",
            "exchangeInstrumentID": RELIANCE,
            "productType": "MIS",
            "orderType": "MARKET",
            "orderSide": "BUY",
            "timeInForce": "DAY",
            "disclosedQuantity": 0,
            "orderQuantity": 10,
            "limitPrice": 0,
            "stopPrice": 0,
            "orderUniqueIdentifier": "t1",
        }
        return self._body({**body, **fields})

    def place(self, **fields: Any) -> httpx.Response:
        return self.call("POST", "/interactive/orders", json=self.order_body(**fields))

    def placed(self, **fields: Any) -> int:
        """Place an order that the API must accept; its app order id."""
        answer = self.place(**fields)
        assert answer.json()["type"] == "success", answer.text
        return answer.json()["result"]["AppOrderID"]

    def modify(self, app_order_id: int, **fields: Any) -> httpx.Response:
        body = {
            "appOrderID": app_order_id,
            "modifiedProductType": "MIS",
            "modifiedOrderType": "LIMIT",
            "modifiedOrderQuantity": 10,
            "modifiedDisclosedQuantity": 0,
            "modifiedLimitPrice": 0,
            "modifiedStopPrice": 0,
            "modifiedTimeInForce": "DAY",
            "orderUniqueIdentifier": "t1",
        }
        return self.call("PUT", "/interactive/orders", json=self._body({**body, **fields}))

    def cancel(self, app_order_id: int, **query: Any) -> httpx.Response:
        given = self._body({"appOrderID": app_order_id, **query})
        return self.call("DELETE", "/interactive/orders", params=given)

    def put(self, path: str, **fields: Any) -> httpx.Response:
        return self.call("PUT", f"/interactive{path}", json=self._body(fields))

    def post(self, path: str, **fields: Any) -> httpx.Response:
        return self.call("POST", f"/interactive{path}", json=self._body(fields))

    def book(self) -> list[dict[str, Any]]:
        return _rows(self.get("/orders"))

    def row(self, app_order_id: int) -> dict[str, Any]:
        return next(row for row in self.book() if row["AppOrderID"] == app_order_id)

    def statuses(self, app_order_id: int) -> list[str]:
        return [row["OrderStatus"] for row in _rows(self.get("/orders", appOrderID=app_order_id))]

    def trades(self) -> list[dict[str, Any]]:
        return _rows(self.get("/orders/trades"))

    def positions(self, view: str = "NetWise") -> list[dict[str, Any]]:
        answer = self.get("/portfolio/positions", dayOrNet=view)
        return _rows(answer, answer.json().get("result", {}).get("positionList"))

    def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"/_simulator{path}", json=body)

    def truth(self) -> dict[str, Any]:
        return self.control("GET", "/state").json()

    def pin(self, price: Decimal | float | None, segment: str = "NSECM", instrument: int = RELIANCE) -> None:
        body = {"exchangeSegment": segment, "exchangeInstrumentID": instrument}
        answer = self.control("POST", "/price", {**body, "price": None if price is None else float(price)})
        assert answer.status_code == 200, answer.text


def _rows(answer: httpx.Response, rows: Any = None) -> list[dict[str, Any]]:
    body = answer.json()
    if body["type"] == "error":
        assert body["description"] == "Data Not Available", body
        return []
    return body["result"] if rows is None else rows


def logged_in(http: httpx.Client, account: Account = DEALER, client: str | None = "CL001") -> Desk:
    desk = Desk(http, account, client)
    desk.log_in()
    return desk
