import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from jainam.simulator.accounts import ACCOUNTS
from jainam.simulator.server import AddressError, PortBusyError, ServeOptions, describe, listing, serve
from jainam.simulator.testing import running_simulator
from jainam.simulator.venue import VenueOptions
from tests.unit.simulator_venue.desk import DEALER, PRO, Desk, logged_in

SERVE = """
import json
from jainam.simulator.server import ServeOptions, serve
serve(ServeOptions(on_ready=lambda listed: print(json.dumps(listed), flush=True)))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_server_process_ends_cleanly_on_a_signal(number):
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        listed = json.loads(process.stdout.readline())
        with httpx.Client(base_url=listed["url"]) as http:
            answered = Desk(http).log_in().json()["type"]
            process.send_signal(number)
            rest, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()

    assert answered == "success"
    assert (process.returncode, rest, errors) == (0, "", "")


def test_server_ends_though_a_caller_still_hangs():
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = json.loads(process.stdout.readline())["url"]
        with ThreadPoolExecutor(1) as pool, httpx.Client(base_url=url, timeout=30) as http:
            desk = logged_in(http)
            desk.control("POST", "/faults", [{"action": "timeout", "seconds": 60, "endpoint": "user.enums"}])
            waiting = pool.submit(desk.get, "/user/enums")
            with httpx.Client(base_url=url) as other:
                while not other.get("/_simulator/faults").json()[0]["hits"]:
                    assert not waiting.done()
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
            failure = waiting.exception(timeout=20)
    finally:
        process.kill()
        process.wait()

    assert (process.returncode, errors) == (0, "")
    assert isinstance(failure, httpx.RemoteProtocolError)


def test_busy_port_is_a_typed_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortBusyError, match=f"port {port} on 127.0.0.1 is in use"):
            serve(ServeOptions(port=port, venue=VenueOptions()))


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70_000)])
def test_impossible_address_is_a_typed_error(host, port):
    with pytest.raises(AddressError):
        serve(ServeOptions(host=host, port=port))


def test_listing_tells_where_and_who():
    with running_simulator() as running:
        listed = running.listing

    assert json.loads(json.dumps(listed)) == listed
    assert listed["interactive_url"] == f"{running.url}/interactive"
    assert listed["market_url"] == f"{running.url}/apibinarymarketdata"
    assert [(one["server"], one["kind"], one["user_id"]) for one in listed["accounts"]] == [
        ("B", "PRO", "SIMPRO1"),
        ("B", "NORMAL", "SIMDLR1"),
        ("B", "INVESTOR", "SIMINV1"),
    ]
    assert listed["accounts"][1]["clients"] == ["CL001", "CL002", "CL003", "CL004"]


def test_description_names_every_address_and_key():
    with running_simulator() as running:
        text = describe(listing(running.venue, "127.0.0.1", 4321))

    assert "http://127.0.0.1:4321/interactive" in text
    assert all(account.interactive.secret_key in text and account.market.app_key in text for account in ACCOUNTS)
    assert "no real money" in text


def test_host_lookup_names_the_address_that_was_asked():
    with running_simulator() as running, httpx.Client(base_url=running.url) as http:
        password = running.listing["access_password"]
        answer = http.post("/hostlookup", json={"accesspassword": password}).json()["result"]
        keys = DEALER.interactive
        body = {"appKey": keys.app_key, "secretKey": keys.secret_key, "uniqueKey": answer["uniqueKey"]}

        login = http.post(f"{answer['connectionString']}/user/session", json=body)

    assert answer["connectionString"] == f"{running.url}/interactive-2"
    assert login.json()["type"] == "success"


def test_concurrent_callers_leave_one_order_for_each_accepted_answer():
    with running_simulator(rate_limits=None) as running, httpx.Client(base_url=running.url) as http:
        desk = logged_in(http, PRO, "*****")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda place: desk.place(orderUniqueIdentifier=f"c{place}"), range(120)))

        truth = desk.truth()

    ids = [answer.json()["result"]["AppOrderID"] for answer in answers]
    assert len(set(ids)) == 120
    assert {order["app_order_id"]: order["identifier"] for order in truth["orders"]} == {
        number: f"c{place}" for place, number in enumerate(ids)
    }
    assert truth["positions"][0]["net_qty"] == 1200


def test_two_programs_on_one_app_key_end_each_others_sessions():
    with (
        running_simulator(rate_limits=None) as running,
        httpx.Client(base_url=running.url) as one,
        httpx.Client(base_url=running.url) as other,
    ):
        first, second = logged_in(one), logged_in(other)

        assert first.get("/user/enums").json()["code"] == "e-session-0005"
        assert second.get("/user/enums").status_code == 200
        assert second.truth()["logins"] == {DEALER.interactive.app_key: 2}


def test_rate_chart_holds_on_the_real_clock():
    with running_simulator() as running, httpx.Client(base_url=running.url) as http:
        desk = logged_in(http)

        statuses = [desk.get("/portfolio/holdings").status_code for _ in range(5)]

    assert statuses == [200, 429, 429, 429, 429]


def test_head_of_an_answer_is_plain():
    with running_simulator() as running, httpx.Client(base_url=running.url) as http:
        answer = Desk(http).log_in()

    assert set(answer.headers) == {"content-type", "content-length"}


def test_oversized_body_is_not_read_to_its_end():
    with running_simulator() as running, httpx.Client(base_url=running.url) as http:
        answer = http.post("/interactive/user/session", content=b"x" * (2 << 20))

        assert answer.status_code == 413
        assert Desk(http).log_in().json()["type"] == "success"
