"""Every fault does what it says to a real connection, and the ledger says what it did to the venue."""

import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from jainam.simulator.testing import RunningSimulator, running_simulator
from tests.unit.simulator_venue.desk import Desk, logged_in


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(rate_limits=None) as running:
        yield running


@pytest.fixture
def desk(simulator) -> Iterator[Desk]:
    simulator.venue.faults.replace(())
    with httpx.Client(base_url=simulator.url, timeout=5.0) as http:
        yield logged_in(http)


def _set(desk, **rule):
    answer = desk.control("POST", "/faults", [{"endpoint": "orders.place", **rule}])
    assert answer.status_code == 200, answer.text


@pytest.fixture
def made(simulator):
    """Counts the orders that a test has made at the shared venue."""
    before = len(simulator.venue.exchange.orders)
    return lambda: len(simulator.venue.exchange.orders) - before


def test_reset_before_reading_has_no_effect(desk, made):
    _set(desk, action="drop", when="before")

    with pytest.raises(httpx.ReadError):
        desk.place()

    assert made() == 0


def test_drop_after_acting_leaves_the_order(desk, made):
    _set(desk, action="drop", when="after")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        desk.place()

    assert made() == 1


def test_drop_in_mid_answer_leaves_the_order(desk, made):
    _set(desk, action="drop", when="mid")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        desk.place()

    assert made() == 1


@pytest.mark.parametrize(("act", "orders"), [(True, 1), (False, 0)])
def test_timeout_never_answers(desk, act, orders, made):
    _set(desk, action="timeout", seconds=30, act=act)

    with pytest.raises(httpx.ReadTimeout):
        desk.http.post("/interactive/orders", json=desk.order_body(), headers=desk.headers, timeout=0.2)

    assert made() == orders


def test_timeout_is_bounded_by_its_seconds(desk, made):
    _set(desk, action="timeout", seconds=0.1)

    with pytest.raises(httpx.RemoteProtocolError):
        desk.place()

    assert made() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_delay_keeps_the_caller_waiting(desk, simulator, when):
    _set(desk, action="delay", delay_ms=250, when=when)
    before = simulator.venue.clock.now()

    answer = desk.place()

    waited = simulator.venue.clock.now() - before
    order = desk.truth()["orders"][-1]
    assert answer.json()["type"] == "success"
    assert waited >= 0.25
    assert (order["arrived_at"] - before >= 0.25) == (when == "before")


def test_given_up_request_is_carried_out_all_the_same(desk, simulator, made):
    _set(desk, action="delay", delay_ms=400, when="before")

    with pytest.raises(httpx.ReadTimeout):
        desk.http.post("/interactive/orders", json=desk.order_body(), headers=desk.headers, timeout=0.1)
    early = made()

    arrived = threading.Event()
    for _ in range(200):
        if made():
            break
        arrived.wait(0.02)
    assert (early, made()) == (0, 1)


@pytest.mark.parametrize(("act", "orders"), [(True, 1), (False, 0)])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_gateway_error_with_or_without_the_act(desk, status, act, orders, made):
    _set(desk, action="status", status=status, act=act)

    answer = desk.place()

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert made() == orders


@pytest.mark.parametrize("action", ["html", "empty", "truncate", "duplicate"])
def test_unreadable_answer_of_an_order_that_exists(desk, action, made):
    _set(desk, action=action)

    answer = desk.place()

    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert made() == 1


def test_duplicate_is_the_body_twice(desk):
    _set(desk, action="duplicate")

    body = desk.place().text

    half = len(body) // 2
    assert body[:half] == body[half:]
    assert json.loads(body[:half])["type"] == "success"


@pytest.mark.parametrize(("action", "status"), [("expired-token", 400), ("rate-limit", 429)])
def test_refusal_never_acts(desk, action, status, made):
    _set(desk, action=action)

    answer = desk.place()

    assert answer.status_code == status
    assert made() == 0


def test_types_change_in_a_whole_answer(desk):
    _set(desk, action="types")

    assert isinstance(desk.place().json()["result"]["AppOrderID"], str)


def test_connection_lives_on_after_a_damaged_answer(desk):
    _set(desk, action="truncate", times=1)
    desk.place()

    assert desk.place().json()["type"] == "success"


def test_server_goes_on_after_dropped_connections(desk, made):
    _set(desk, action="drop", when="after", times=5)

    for _ in range(5):
        with pytest.raises(httpx.RemoteProtocolError):
            desk.place()

    assert desk.place().json()["type"] == "success"
    assert made() == 6


def test_half_a_request_does_nothing(desk, simulator, made):
    body = json.dumps(desk.order_body()).encode()
    head = (
        "POST /interactive/orders HTTP/1.1\r\nhost: venue\r\ncontent-type: application/json\r\n"
        f"authorization: {desk.headers['authorization']}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    host, port = simulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(head.encode() + body[: len(body) // 2])

    assert desk.get("/user/enums").status_code == 200
    assert made() == 0
