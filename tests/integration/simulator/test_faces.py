"""The in-process face and the HTTP face give the same answers to the same calls at the same venue time."""

from contextlib import ExitStack

import httpx
import pytest

from jainam.simulator.accounts import ACCESS_PASSWORD
from jainam.simulator.clock import VirtualClock
from jainam.simulator.testing import running_simulator
from tests.unit.simulator_venue.desk import RELIANCE, START, Desk, virtual_client, virtual_venue

SHARE = {"exchangeSegment": "NSECM", "exchangeInstrumentID": RELIANCE}


def _story(desk):
    """A day at the desk: every call of the venue, some of them wrong; yields each answer."""
    yield desk.log_in()
    yield desk.place()
    yield desk.place(orderType="LIMIT", limitPrice=1300, orderUniqueIdentifier=None)
    yield desk.place(orderSide="Buy", orderQuantity="x")
    yield desk.place(clientID="CL009")
    yield desk.modify(1240000002, modifiedLimitPrice=1301)
    yield desk.control("POST", "/advance", {"seconds": 3.25})
    yield desk.cancel(1240000002)
    yield desk.cancel(1240000002)
    for path in ("/orders", "/orders/trades", "/orders/dealerorderbook", "/orders/dealertradebook", "/nowhere"):
        yield desk.get(path)
    yield desk.get("/orders", appOrderID=1240000002)
    yield desk.control("POST", "/price", {**SHARE, "price": 1390})
    for view in ("NetWise", "DayWise"):
        yield desk.get("/portfolio/positions", dayOrNet=view)
        yield desk.get("/portfolio/dealerpositions", dayOrNet=view, clientID=None)
    yield desk.get("/portfolio/holdings")
    yield desk.get("/user/balance")
    yield desk.get("/user/profile")
    yield desk.get("/user/enums")
    yield desk.get("/status/exchange")
    yield desk.get("/messages/exchange", exchangeSegment="NSEFO")
    yield desk.post("/user/calculatebrokerage", brokerageOrderInformation=[])
    yield desk.put("/portfolio/squareoffall", squareoffMode="NetWise")
    yield desk.post("/orders/cancelall", **SHARE)
    yield desk.control("POST", "/faults", [{"action": "truncate", "endpoint": "orders.book"}])
    yield desk.get("/orders")
    yield desk.control("POST", "/faults", [{"action": "status", "endpoint": "*"}])
    yield desk.get("/user/enums")
    yield desk.control("DELETE", "/faults")
    yield desk.control("GET", "/state")
    yield desk.http.post("/hostlookup", json={"accesspassword": ACCESS_PASSWORD}, headers={"host": "venue.test"})
    yield desk.call("DELETE", "/interactive/user/session")
    yield desk.get("/orders")
    yield desk.log_in_market()
    quotes = {"instruments": [{"exchangeSegment": 1, "exchangeInstrumentID": RELIANCE}], "xtsMessageCode": 1502}
    yield desk.call("POST", "/apimarketdata/instruments/quotes", json={**quotes, "publishFormat": "JSON"})
    yield desk.call("POST", "/apimarketdata/instruments/master", json={"exchangeSegmentList": ["MCXFO"]})


def test_faces_agree_answer_for_answer():
    with ExitStack() as stack:
        running = stack.enter_context(running_simulator(clock=VirtualClock(START), rate_limits=None))
        over_http = Desk(stack.enter_context(httpx.Client(base_url=running.url)))
        in_process = Desk(stack.enter_context(virtual_client(virtual_venue())))
        told = 0

        for one, other in zip(_story(over_http), _story(in_process), strict=True):
            request = f"{one.request.method} {one.request.url}"
            assert (one.status_code, one.text) == (other.status_code, other.text), request
            assert one.headers["content-type"] == other.headers["content-type"], request
            told += 1

    assert told > 40


@pytest.mark.parametrize("rule", [{"action": "drop", "when": "before"}, {"action": "drop", "when": "after"}])
def test_faces_fail_alike(rule):
    errors = []

    with ExitStack() as stack:
        running = stack.enter_context(running_simulator(clock=VirtualClock(START)))
        for http in (
            stack.enter_context(httpx.Client(base_url=running.url)),
            stack.enter_context(virtual_client(virtual_venue())),
        ):
            desk = Desk(http)
            desk.log_in()
            desk.control("POST", "/faults", [rule])
            with pytest.raises(httpx.TransportError) as caught:
                desk.place()
            errors.append((caught.type, str(caught.value)))

    assert errors[0] == errors[1]
