"""Logins, host lookup and logouts (A1, A6, A8)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jainam.domain.accounts import AccountKind
from jainam.domain.errors import AnswerLost, BrokerUnavailable, Effect, LimitExceeded, SessionRefused
from jainam.domain.limits import Endpoint
from jainam.domain.sessions import Secret, Side
from tests.integration.xts_rest.desk_tools import TOKEN, bench
from tests.integration.xts_rest.loopback import answer, granted, no_answer, refused, running

FIXTURES = Path(__file__).parents[2] / "fixtures" / "xts"


def sample(name, status=200):
    return answer(json.loads((FIXTURES / name).read_text()), status)


def test_interactive_login_of_a_dealer():
    with running(sample("auth.interactive.login.response.dealer.json")) as server:
        desk = bench(server.url)

        session = desk.broker.sessions.log_in(Side.INTERACTIVE)

    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/interactive/user/session")
    assert request.json == {"appKey": "key-interactive", "secretKey": "secret-interactive", "source": "WEBAPI"}
    assert "authorization" not in request.headers
    assert (session.user_id, session.client_codes, session.is_investor) == ("DLR01", ("CL001", "CL002"), False)
    assert session.expires_at == datetime.fromtimestamp(1789525800, UTC)
    assert (session.side, session.connection_base) == (Side.INTERACTIVE, None)


def test_market_login():
    with running(sample("auth.market.login.response.oldcode.json")) as server:
        desk = bench(server.url)

        session = desk.broker.sessions.log_in(Side.MARKET)

    assert server.requests[0].target == "/apibinarymarketdata/auth/login"
    assert server.requests[0].json["appKey"] == "key-market"
    assert (session.user_id, session.side, session.is_investor) == ("DLR01", Side.MARKET, False)


def test_token_of_unknown_expiry_ends_with_the_day():
    with running(granted({"token": "opaque", "userID": "DLR01"})) as server:
        desk = bench(server.url)

        session = desk.broker.sessions.log_in(Side.MARKET)

    assert 0 <= (session.expires_at - session.created_at).total_seconds() <= 86_400


def test_login_of_another_kind_than_configured_is_noted():
    with running(sample("auth.interactive.login.response.investor.json")) as server:
        desk = bench(server.url, AccountKind.NORMAL)

        session = desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert session.is_investor
    assert desk.notes.notes[0][0] == "session.kind-mismatch"


def test_login_through_host_lookup_keeps_its_base():
    with running(granted({"token": "opaque", "userID": "DLR01"})) as venue:
        lookup_answer = {
            "type": True,
            "result": {"uniqueKey": "key-unique", "connectionString": f" `{venue.url}/i-2/`"},
        }
        with running(answer(lookup_answer)) as lookup:
            desk = bench("http://127.0.0.1:1", host_lookup_url=lookup.url, host_lookup_password=Secret("issued"))

            session = desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert (lookup.requests[0].method, lookup.requests[0].target) == ("POST", "/hostlookup")
    assert lookup.requests[0].json == {"accesspassword": "issued", "version": "interactive_1.0.1"}
    assert venue.requests[0].target == "/i-2/user/session"
    assert venue.requests[0].json["uniqueKey"] == "key-unique"
    assert session.connection_base == f"{venue.url}/i-2"


def test_market_side_knows_no_host_lookup():
    with running(sample("auth.market.login.response.json")) as server:
        desk = bench(server.url, host_lookup_url="http://127.0.0.1:1/hostlookup")

        session = desk.broker.sessions.log_in(Side.MARKET)

    assert session.connection_base is None


def test_refused_host_lookup_is_a_refused_login():
    with running(sample("hostlookup.response.error.json", 400)) as server:
        desk = bench("http://127.0.0.1:1", host_lookup_url=f"{server.url}/hostlookup")

        with pytest.raises(SessionRefused, match="host-lookup password") as caught:
            desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert (caught.value.effect, len(server.requests)) == (Effect.NONE, 1)


def test_lost_host_lookup_is_repeated_and_has_no_effect():
    with running(no_answer) as server:
        desk = bench("http://127.0.0.1:1", host_lookup_url=f"{server.url}/hostlookup")

        with pytest.raises(AnswerLost) as caught:
            desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert (caught.value.effect, len(server.requests)) == (Effect.NONE, 3)


@pytest.mark.parametrize("address", ["http://" + "x" * 64 + ".invalid", "http://a..b", "nowhere", "http://u:p@h"])
def test_connection_string_that_nobody_can_connect_to_is_a_lost_answer(address):
    given = {"type": True, "result": {"uniqueKey": "k", "connectionString": address}}
    with running(answer(given)) as lookup:
        desk = bench("http://127.0.0.1:1", host_lookup_url=lookup.url)

        with pytest.raises(AnswerLost, match="connectionString") as caught:
            desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert (caught.value.effect, len(lookup.requests)) == (Effect.NONE, 1)


def test_plain_address_of_another_machine_is_noted():
    given = {"type": True, "result": {"uniqueKey": "k", "connectionString": "http://venue.invalid:1"}}
    with running(answer(given)) as lookup:
        desk = bench("http://127.0.0.1:1", host_lookup_url=lookup.url, retries=1)

        with pytest.raises(BrokerUnavailable):
            desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert [name for name, _ in desk.notes.notes] == ["session.plain-http"]


@pytest.mark.parametrize("side", [Side.INTERACTIVE, Side.MARKET])
def test_refused_keys_are_a_refused_session(side):
    with running(sample("auth.interactive.login.response.badkey.json", 400)) as server:
        desk = bench(server.url)

        with pytest.raises(SessionRefused, match="check the app key and secret") as caught:
            desk.broker.sessions.log_in(side)

    assert (caught.value.effect, caught.value.broker_code, len(server.requests)) == (Effect.NONE, "e-user-0001", 1)


@pytest.mark.parametrize(
    "act",
    [
        no_answer,
        answer(b"", 502),
        answer(b"<html></html>", 429),
        refused(500, "e-user-0500"),
        granted({}),
        granted({"token": "a b", "userID": "DLR01"}),
    ],
)
def test_login_without_a_definite_answer_may_have_happened_and_is_not_repeated(act):
    with running(act) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost) as caught:
            desk.broker.sessions.log_in(Side.INTERACTIVE)

    assert (caught.value.effect, len(server.requests)) == (Effect.POSSIBLE, 1)


def test_login_that_never_left_is_tried_again():
    with running(no_answer) as server:
        url = server.url
    desk = bench(url)

    with pytest.raises(BrokerUnavailable) as caught:
        desk.broker.sessions.log_in(Side.MARKET)

    assert (caught.value.attempts, caught.value.effect) == (3, Effect.NONE)


def test_login_at_the_venues_limit_is_told_apart():
    with running(refused(429, "e-apirl-0004")) as server:
        desk = bench(server.url)

        with pytest.raises(LimitExceeded):
            desk.broker.sessions.log_in(Side.MARKET)

    assert len(server.requests) == 1


def test_login_errors_show_no_key():
    said = "appKey key-market with secretKey secret-market is not known"
    with running(refused(400, "e-user-0001", said)) as server:
        desk = bench(server.url)

        with pytest.raises(SessionRefused) as caught:
            desk.broker.sessions.log_in(Side.MARKET)

    assert "key-market" not in str(caught.value)
    assert "secret-market" not in str(caught.value)
    assert "is not known" in str(caught.value)


@pytest.mark.parametrize(
    ("side", "target", "endpoint"),
    [
        (Side.INTERACTIVE, "/interactive/user/session", Endpoint.LOGOUT),
        (Side.MARKET, "/apibinarymarketdata/auth/logout", Endpoint.MARKET_LOGOUT),
    ],
)
def test_logout_of_either_side(side, target, endpoint):
    with running(sample("auth.interactive.logout.response.json")) as server:
        desk = bench(server.url)

        desk.broker.sessions.log_out(desk.session(side))

    (request,) = server.requests
    assert (request.method, request.target, request.headers["authorization"]) == ("DELETE", target, TOKEN)
    assert [endpoint for endpoint, _ in desk.limits.reserved] == [endpoint]


def test_session_that_the_venue_no_longer_knows_counts_as_closed():
    with running(sample("orders.response.invalid-token.json", 400)) as server:
        desk = bench(server.url)

        desk.broker.sessions.log_out(desk.session())

    assert [name for name, _ in desk.notes.notes] == ["session.already-closed"]


def test_logout_of_a_host_lookup_session_goes_to_its_base():
    with running(sample("auth.interactive.logout.response.json")) as server:
        desk = bench("http://127.0.0.1:1")

        desk.broker.sessions.log_out(desk.session(base=f"{server.url}/i-2"))

    assert server.requests[0].target == "/i-2/user/session"


def test_lost_logout_is_repeated_and_then_reported():
    with running(no_answer) as server:
        desk = bench(server.url)

        with pytest.raises(AnswerLost):
            desk.broker.sessions.log_out(desk.session())

    assert len(server.requests) == 3
