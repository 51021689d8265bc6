import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest

from jainam.simulator.accounts import ACCESS_PASSWORD, ACCOUNTS
from tests.unit.simulator_venue.desk import DEALER, INVESTOR, PRO, Desk, logged_in, virtual_client, virtual_venue


def _claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_interactive_token_carries_the_claims_of_a_real_one(desk, venue):
    claims = _claims(desk.headers["authorization"])

    assert list(claims) == ["userID", "publicKey", "isInteractive", "iat", "exp"]
    assert claims["userID"] == f"{DEALER.user_id}_{DEALER.interactive.app_key.upper()}"
    assert claims["publicKey"] == DEALER.interactive.app_key
    assert claims["exp"] - claims["iat"] == 86_400
    assert claims["iat"] == int(venue.clock.now())


def test_market_token_does_not_say_interactive(desk):
    desk.log_in_market()

    claims = _claims(desk.headers["authorization"])

    assert list(claims) == ["userID", "publicKey", "iat", "exp"]
    assert claims["userID"] == f"{DEALER.user_id}_{DEALER.market.app_key}"


def test_token_is_signed_hs256(desk):
    head, body, signature = desk.headers["authorization"].split(".")

    expected = hmac.new(b"simulated venue, session 1", f"{head}.{body}".encode(), hashlib.sha256).digest()

    assert signature == base64.urlsafe_b64encode(expected).rstrip(b"=").decode()


def test_form_encoded_login_is_accepted(desk):
    body = urlencode({"appKey": PRO.interactive.app_key, "secretKey": PRO.interactive.secret_key, "source": "WEBAPI"})

    answer = desk.http.post(
        "/interactive/user/session", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.json()["result"]["userID"] == PRO.user_id


@pytest.mark.parametrize("path", ["/interactive/user/session", "/apibinarymarketdata/auth/login"])
def test_wrong_secret_is_refused_with_400(desk, path):
    keys = DEALER.interactive if "interactive" in path else DEALER.market

    answer = desk.http.post(path, json={"appKey": keys.app_key, "secretKey": "wrong"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert desk.truth()["refused_logins"] == {keys.app_key: 1}


def test_keys_of_one_side_do_not_open_the_other(desk):
    keys = DEALER.market

    answer = desk.http.post("/interactive/user/session", json={"appKey": keys.app_key, "secretKey": keys.secret_key})

    assert answer.json()["code"] == "e-user-0001"


def test_missing_login_fields_are_listed_together(desk):
    answer = desk.http.post("/interactive/user/session", json={})

    fields = [fault["field"] for fault in answer.json()["result"]["errors"]]
    assert fields == [["appKey"], ["secretKey"]]


def test_second_login_ends_the_first_at_once(desk):
    first = dict(desk.headers)

    desk.log_in()
    answer = desk.http.get("/interactive/user/enums", headers=first)

    assert (answer.status_code, answer.json()["code"], answer.json()["description"]) == (
        400,
        "e-session-0005",
        "Invalid Token",
    )
    assert desk.get("/user/enums").json()["type"] == "success"
    assert desk.truth()["logins"] == {DEALER.interactive.app_key: 2}


def test_logins_of_one_second_differ_in_their_tokens(desk):
    first = desk.headers["authorization"]

    desk.log_in()

    assert desk.headers["authorization"] != first
    assert _claims(desk.headers["authorization"]) == _claims(first)


def test_market_login_leaves_the_interactive_session_alone(desk):
    market = Desk(desk.http)

    market.log_in_market()

    assert desk.get("/user/enums").status_code == 200


def test_market_token_is_refused_on_the_interactive_side(desk):
    desk.log_in_market()

    assert desk.get("/user/enums").json()["code"] == "e-session-0005"


def test_interactive_token_is_refused_on_the_market_side(desk):
    answer = desk.call("GET", "/apibinarymarketdata/config/clientConfig")

    assert (answer.status_code, answer.json()["code"]) == (400, "e-session-0007")


def test_missing_token_has_a_code_of_its_own(desk):
    answer = desk.http.get("/interactive/user/enums")

    assert (answer.status_code, answer.json()["code"]) == (400, "e-token-0002")


def test_logout_ends_the_session(desk):
    out = desk.call("DELETE", "/interactive/user/session")

    assert out.json() == {
        "type": "success",
        "code": "s-user-0001",
        "description": "successfully logout from all API.",
        "result": "",
    }
    assert desk.get("/user/enums").json()["code"] == "e-session-0005"


def test_token_is_refused_from_its_expiry_on(open_desk):
    desk, venue = open_desk(token_life_s=600)
    venue.clock.advance(599.5)
    before = desk.get("/user/enums").status_code

    venue.clock.advance(0.5)

    assert before == 200
    assert desk.get("/user/enums").json()["code"] == "e-session-0005"
    assert desk.truth()["sessions"][0]["ended_by"] == "expiry"


def test_outside_login_ends_a_session(desk):
    ended = desk.control("POST", "/end-session", {"user": DEALER.user_id, "side": "interactive"})

    assert ended.json() == {"ended": True}
    assert desk.get("/user/enums").json()["code"] == "e-session-0005"
    assert desk.truth()["sessions"][0]["ended_by"] == "outside login"


def test_host_lookup_gives_a_base_without_the_interactive_prefix(desk):
    answer = desk.http.post("/hostlookup", json={"accesspassword": ACCESS_PASSWORD, "version": "interactive_1.0.1"})

    body = answer.json()
    assert body["type"] is True
    assert body["result"]["connectionString"] == "http://venue.test/interactive-2"
    assert body["result"]["uniqueKey"] == body["result"]["UniqueKey"]


def test_wrong_access_password_is_refused(desk):
    answer = desk.http.post("/hostlookup", json={"accesspassword": "guess"})

    assert answer.json() == {"type": "error", "code": "hostlookup", "description": "Invalid access password"}


def test_looked_up_session_trades_on_its_own_base(desk):
    key = desk.http.post("/hostlookup", json={"AccessPassword": ACCESS_PASSWORD}).json()["result"]["uniqueKey"]

    desk.log_in("/interactive-2", uniqueKey=key)
    answer = desk.call("GET", "/interactive-2/user/enums")

    assert answer.json()["type"] == "success"
    assert desk.truth()["sessions"][-1]["strayed_calls"] == 0


def test_looked_up_session_on_the_plain_base_is_flagged(desk):
    key = desk.http.post("/hostlookup", json={"accesspassword": ACCESS_PASSWORD}).json()["result"]["uniqueKey"]
    desk.log_in("/interactive-2", uniqueKey=key)

    answer = desk.get("/user/enums")

    assert answer.status_code == 200
    assert desk.truth()["sessions"][-1]["strayed_calls"] == 1


def test_unique_key_opens_one_session_only(desk):
    key = desk.http.post("/hostlookup", json={"accesspassword": ACCESS_PASSWORD}).json()["result"]["uniqueKey"]
    desk.log_in("/interactive-2", uniqueKey=key)

    again = desk.log_in("/interactive-2", uniqueKey=key)
    without = desk.log_in("/interactive-2")

    assert again.json()["code"] == without.json()["code"] == "e-user-0001"


def test_only_an_investor_login_says_so():
    with virtual_client(virtual_venue()) as http:
        flags = {one.kind.value: Desk(http, one).log_in().json()["result"]["isInvestorClient"] for one in ACCOUNTS}

    assert flags == {"PRO": False, "NORMAL": False, "INVESTOR": True}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/orders", "e-trade-00002"),
        ("/orders/trades", "e-trade-00002"),
        ("/orders/dealerorderbook", "e-trade-00002"),
        ("/portfolio/positions?dayOrNet=NetWise", "e-portfolio-00005"),
        ("/portfolio/dealerpositions?dayOrNet=NetWise", "e-portfolio-00005"),
        ("/portfolio/holdings", "e-portfolio-00005"),
        ("/user/balance", "e-portfolio-00005"),
    ],
)
def test_client_of_another_login_is_not_mapped(desk, path, code):
    joint = "&" if "?" in path else "?"

    answer = desk.call("GET", f"/interactive{path}{joint}clientID={INVESTOR.user_id}")

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["description"] == "Supplied client not mapped under dealer"


@pytest.mark.parametrize("client_id", [None, "CL009", "*****"])
def test_normal_dealer_must_name_one_of_its_clients(desk, client_id):
    answer = desk.place(clientID=client_id)

    assert answer.json()["code"] == "e-trade-00002"
    assert desk.truth()["orders"] == []


@pytest.mark.parametrize("client_id", ["*****", "PROSIM1"])
def test_pro_dealer_names_itself_by_stars_or_code(venue, client_id):
    with virtual_client(venue) as http:
        desk = logged_in(http, PRO, client_id)

        answer = desk.place()

        assert answer.json()["result"]["ClientID"] == client_id
        assert desk.book()[0]["ClientID"] == "PROSIM1"
        assert desk.positions()[0]["AccountID"] == "PROSIM1"


@pytest.mark.parametrize("client_id", [None, "SIMINV1"])
def test_investor_may_leave_its_client_out(venue, client_id):
    with virtual_client(venue) as http:
        desk = logged_in(http, INVESTOR, client_id)

        desk.place()

        assert desk.book()[0]["ClientID"] == "SIMINV1"


def test_dealer_call_of_an_investor_is_forbidden(venue):
    with virtual_client(venue) as http:
        desk = logged_in(http, INVESTOR, None)

        answer = desk.get("/orders/dealerorderbook")

        assert (answer.status_code, answer.json()["type"]) == (403, "error")
