"""Placing and modifying: written once, and an error's effect says whether something may have happened (C6)."""

import socket
from contextlib import closing

import httpx
import pytest

from jainam.domain.accounts import AccountKind
from jainam.domain.errors import (
    AnswerLost,
    BrokerRefused,
    BrokerUnavailable,
    ClientNotMapped,
    ClientRequired,
    Effect,
    LimitExceeded,
    SessionRefused,
)
from jainam.domain.limits import Endpoint, Priority
from tests.integration.xts_rest.desk_tools import ORDER_ID, TOKEN, bench, change, order
from tests.integration.xts_rest.loopback import (
    answer,
    granted,
    half_a_body,
    no_answer,
    raw,
    refused,
    reset,
    running,
)

ACCEPTED = granted({"AppOrderID": 77, "OrderUniqueIdentifier": ORDER_ID, "ClientID": "CL001"})


def _closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def test_accepted_order_gives_its_number_and_one_request():
    with running(ACCEPTED) as server:
        desk = bench(server.url)

        placed = desk.place()

    (request,) = server.requests
    assert placed.app_order_id == "77"
    assert (request.method, request.target) == ("POST", "/interactive/orders")
    assert request.headers["authorization"] == TOKEN
    assert request.headers["content-type"] == "application/json"
    assert (request.json["clientID"], request.json["orderUniqueIdentifier"]) == ("CL001", ORDER_ID)


def test_place_draws_on_no_limit_and_leaves_one_event():
    with running(ACCEPTED) as server:
        desk = bench(server.url)

        desk.place()

    (event,) = desk.notes.requests
    assert desk.limits.reserved == []
    assert (event.endpoint, event.method, event.http_status, event.attempt) == ("orders.place", "POST", 200, 1)
    assert (event.outcome, event.broker_code) == ("ok", "s-orders-0001")
    assert event.correlation_id
    assert event.latency_ms > 0


@pytest.mark.parametrize("kind", [AccountKind.PRO, AccountKind.INVESTOR])
def test_own_account_sends_its_own_word_or_none(kind):
    with running(ACCEPTED) as server:
        bench(server.url, kind).place(client=None)

    assert server.requests[0].json.get("clientID") == ("*****" if kind is AccountKind.PRO else None)


def test_order_for_somebody_else_never_leaves_a_pro_account():
    with running(ACCEPTED) as server, pytest.raises(ClientRequired):
        bench(server.url, AccountKind.PRO).place(client="CL001")

    assert server.requests == []


@pytest.mark.parametrize(
    "act",
    [
        no_answer,
        reset,
        half_a_body(b'{"type":"success","result":{"AppOrderID":77}}'),
        raw(b"nonsense\r\n\r\n", keep=False),
        answer(b"", 200),
        answer(b"<html><h1>502 Bad Gateway</h1></html>", 502),
        answer(b"<html></html>", 429),
        answer({"type": "success", "code": "s-orders-0001", "result": {}}),
        answer({"type": "success", "result": {"AppOrderID": 7, "OrderUniqueIdentifier": "other"}}),
        answer({"type": "success", "result": {"AppOrderID": 7}}, 500),
        answer(b"", 307, location="/elsewhere"),
        refused(400, "e-orders-0001", "timed out"),
        refused(400, "e-orders-0001", "Invalid Token"),
        refused(400, "e-portfolio-00005", "Supplied client not mapped under dealer"),
        refused(403, "e-user-0403", "not allowed"),
        refused(200, "e-property-validation-failed"),
        refused(500, "e-token-0002"),
        refused(429, "e-other-0001"),
        refused(400, "e-apirl-0004"),
    ],
)
def test_anything_but_a_definite_answer_is_a_lost_one_and_nothing_is_sent_again(act):
    with running(act) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.place()

    assert caught.value.effect is Effect.POSSIBLE
    assert (caught.value.attempts, len(server.requests), len(server.connections)) == (1, 1, 1)
    assert caught.value.endpoint == "orders.place"
    assert caught.value.correlation_id == desk.notes.requests[0].correlation_id
    assert desk.notes.requests[0].outcome == "answer-lost"


@pytest.mark.parametrize("call", ["place", "modify"])
def test_silence_after_the_request_is_a_lost_answer(call):
    with running() as server:
        server.acts.append(server.hang)
        desk = bench(server.url, timeout_s=0.2)

        with pytest.raises(AnswerLost) as caught:
            desk.place() if call == "place" else desk.broker.orders.modify(
                desk.session(), "CL001", "77", ORDER_ID, change()
            )

    assert caught.value.effect is Effect.POSSIBLE
    assert len(server.requests) == 1


def test_body_without_end_is_bounded():
    with running() as server:
        server.acts.append(server.drip)
        desk = bench(server.url, timeout_s=0.1)

        with pytest.raises(AnswerLost, match="too long to arrive"):
            desk.place()

    assert len(server.requests) == 1


def test_connection_that_is_reset_before_anything_is_read_may_still_have_had_an_effect():
    with running(ACCEPTED, unread=True) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.place()

    assert caught.value.effect is Effect.POSSIBLE
    assert (len(server.connections), server.requests) == (1, [])


def test_refused_connection_means_that_nothing_left():
    desk = bench(f"http://127.0.0.1:{_closed_port()}")

    with pytest.raises(BrokerUnavailable) as caught:
        desk.place()

    assert (caught.value.effect, caught.value.attempts) == (Effect.NONE, 1)
    assert desk.notes.requests[0].outcome == "unavailable"
    assert desk.notes.requests[0].http_status is None


def test_what_to_do_about_a_missing_server_can_be_said_by_who_configured_it():
    desk = bench(f"http://127.0.0.1:{_closed_port()}", extra={"unavailable_hint": "start it first"})

    with pytest.raises(BrokerUnavailable) as caught:
        desk.place()

    assert caught.value.hint == "start it first"


def test_failed_tls_handshake_means_that_nothing_left():
    with running(ACCEPTED, unread=True) as server:
        desk = bench(server.url.replace("http:", "https:"))

        with pytest.raises(BrokerUnavailable) as caught:
            desk.place()

    assert caught.value.effect is Effect.NONE


def test_name_that_does_not_resolve_means_that_nothing_left():
    with pytest.raises(BrokerUnavailable) as caught:
        bench("http://venue.invalid:1").place()

    assert caught.value.effect is Effect.NONE


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (refused(400, "e-property-validation-failed", "Bad Request"), BrokerRefused),
        (refused(429, "e-apirl-0004"), LimitExceeded),
        (answer({"err": True, "data": {"type": "error", "code": "E-APIRL-0004"}}, 429), LimitExceeded),
        (refused(400, "e-token-0001"), SessionRefused),
        (refused(401, "e-token-0002"), SessionRefused),
        (refused(400, "e-session-0005", "Invalid Token"), SessionRefused),
        (refused(400, "", "Invalid Token"), SessionRefused),
        (refused(401, "e-other", "Please Provide token to Authenticate"), SessionRefused),
    ],
)
def test_closed_list_proves_that_no_order_exists(act, error):
    with running(act) as server:
        desk = bench(server.url)

        with pytest.raises(error) as caught:
            desk.place()

    assert caught.value.effect is Effect.NONE
    assert (len(server.requests), caught.value.attempts) == (1, 1)
    assert caught.value.http_status in {400, 401, 429}


def test_closed_list_can_be_made_shorter():
    with running(refused(400, "e-token-0001")) as server:
        desk = bench(server.url, extra={"definite_refusals": "e-apirl-0004, e-property-validation-failed"})

        with pytest.raises(AnswerLost) as caught:
            desk.place()

    assert caught.value.effect is Effect.POSSIBLE


def test_limit_of_the_venue_says_when_to_come_back():
    with running(refused(429, "e-apirl-0004", retry_after="3")) as server:
        desk = bench(server.url)

        with pytest.raises(LimitExceeded) as caught:
            desk.place()

    assert caught.value.retry_after_s == 3.0
    assert desk.limits.pushed == []  # who reserved the order's place pushes it back


def test_kept_connection_is_used_again():
    with running(ACCEPTED) as server:
        desk = bench(server.url)

        desk.place()
        desk.place()

    assert [request.connection for request in server.requests] == [1, 1]


def test_connection_that_the_server_has_closed_is_not_used_again():
    def accept_and_close(conn):
        ACCEPTED(conn)
        return False

    with running(accept_and_close) as server:
        desk = bench(server.url)

        desk.place()
        assert server.hung_up.wait(10)
        placed = desk.place()

    assert placed.app_order_id == "77"
    assert [request.connection for request in server.requests] == [1, 2]


def test_kept_connection_that_ends_under_an_order_loses_its_answer():
    with running(ACCEPTED, no_answer) as server:
        desk = bench(server.url)
        desk.place()

        with pytest.raises(AnswerLost, match="without sending a response") as caught:
            desk.place()

    assert caught.value.effect is Effect.POSSIBLE
    assert [request.connection for request in server.requests] == [1, 1]


def test_modify_is_written_once():
    with running(ACCEPTED) as server:
        desk = bench(server.url)

        desk.broker.orders.modify(desk.session(), "CL001", "77", ORDER_ID, change())

    (request,) = server.requests
    assert (request.method, request.target) == ("PUT", "/interactive/orders")
    assert (request.json["appOrderID"], request.json["modifiedOrderQuantity"]) == (77, 2)
    assert desk.limits.reserved == []


def test_lost_modify_is_not_repeated():
    with running(no_answer) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.orders.modify(desk.session(), "CL001", "77", ORDER_ID, change())

    assert (caught.value.effect, len(server.requests)) == (Effect.POSSIBLE, 1)


@pytest.mark.parametrize("act", [no_answer, answer(b"", 503), refused(429, "e-apirl-0004", retry_after="0")])
def test_cancel_is_repeated_since_that_is_harmless(act):
    with running(act, granted([{"AppOrderID": 77, "ClientID": "CL001"}])) as server:
        desk = bench(server.url)

        desk.broker.orders.cancel(desk.session(), "CL001", "77", priority=Priority.EMERGENCY)

    assert [request.method for request in server.requests] == ["DELETE"] * 2
    assert server.requests[0].target == "/interactive/orders?appOrderID=77&clientID=CL001"
    assert desk.limits.reserved == [(Endpoint.ORDER_CANCEL, Priority.EMERGENCY)] * 2
    assert [event.attempt for event in desk.notes.requests] == [1, 2]
    assert len({event.correlation_id for event in desk.notes.requests}) == 1


def test_cancel_that_stays_without_an_answer_ends_after_its_tries():
    with running(no_answer) as server:
        desk = bench(server.url, retries=3)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.orders.cancel(desk.session(), "CL001", "77")

    assert (caught.value.effect, caught.value.attempts, len(server.requests)) == (Effect.POSSIBLE, 3, 3)


def test_effect_of_an_earlier_try_stays_possible():
    with running(no_answer, refused(400, "e-property-validation-failed")) as server:
        desk = bench(server.url)

        with pytest.raises(BrokerRefused) as caught:
            desk.broker.orders.cancel(desk.session(), "CL001", "77")

    assert (caught.value.effect, caught.value.attempts) == (Effect.POSSIBLE, 2)


def test_unlisted_refusal_of_a_cancel_is_neither_repeated_nor_believed():
    with running(refused(400, "e-orders-0001", "Order is not open")) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost, match="Order is not open"):
            desk.broker.orders.cancel(desk.session(), "CL001", "77")

    assert len(server.requests) == 1


def test_session_of_a_host_lookup_keeps_to_its_base():
    with running(ACCEPTED) as other, running(ACCEPTED) as plain:
        desk = bench(plain.url)

        desk.broker.orders.place(desk.session(base=f"{other.url}/i-2"), "CL001", ORDER_ID, order())

    assert plain.requests == []
    assert other.requests[0].target == "/i-2/orders"


def test_closed_broker_sends_nothing():
    with running(ACCEPTED) as server:
        desk = bench(server.url)
        desk.place()
        desk.broker.close()

        with pytest.raises(BrokerUnavailable, match="closed"):
            desk.place()

    assert len(server.requests) == 1


def test_errors_show_no_secret():
    said = f"token {TOKEN} of key-interactive with secret-interactive \x1b[31m and other {TOKEN[:-3]}abc"
    with running(refused(400, "e-orders-0001", said + "x" * 500)) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.place()

    shown = f"{caught.value} {caught.value!r} {caught.value.hint} {desk.notes.requests}"
    assert "eyJ" not in shown
    assert "key-interactive" not in shown
    assert "secret-interactive" not in shown
    assert "\x1b" not in shown
    assert len(str(caught.value)) < 450


def test_cause_of_an_error_holds_no_request():
    with running(no_answer) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.place()

    assert isinstance(caught.value.__cause__, httpx.RemoteProtocolError)
    with pytest.raises(RuntimeError):
        _ = caught.value.__cause__.request


def test_dealer_call_that_is_forbidden_hints_at_the_account_kind():
    with running(refused(403, "e-user-0403", "Dealer only")) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as on_order:
            desk.place()
        with pytest.raises(ClientNotMapped) as on_read:
            desk.broker.books.order_book(desk.session(), "CL001")

    assert "PRO, NORMAL, INVESTOR" in on_order.value.hint
    assert "PRO, NORMAL, INVESTOR" in on_read.value.hint
