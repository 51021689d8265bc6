import json

import httpx
import pytest

from jainam.simulator.faults import FaultBook, FaultRulesError, load_rules, read_rules
from tests.unit.simulator_venue.desk import DEALER, PRO, Desk, logged_in, virtual_client, virtual_venue


def _set(desk, *rules):
    answer = desk.control("POST", "/faults", list(rules))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({}, "a JSON list"),
        ([7], "rule 1 is not an object"),
        ([{}], "action must be one of"),
        ([{"action": "explode"}], "action must be one of"),
        ([{"action": "empty"}, {"action": "empty", "colour": 1}], "rule 2: 'colour' is no field of empty"),
        ([{"action": "empty", "delay_ms": 5}], "'delay_ms' is no field of empty"),
        ([{"action": "delay"}], "delay needs delay_ms"),
        ([{"action": "delay", "delay_ms": -1}], "delay_ms must be milliseconds"),
        ([{"action": "delay", "delay_ms": 1, "when": "mid"}], "when must be before or after"),
        ([{"action": "empty", "nth": 0}], "nth must be a whole number from 1"),
        ([{"action": "empty", "nth": True}], "nth must be a whole number from 1"),
        ([{"action": "empty", "nth": 1, "every": 2}], "at most one of nth, every and probability"),
        ([{"action": "empty", "probability": 1.5}], "a number from 0 to 1"),
        ([{"action": "status", "status": 418}], "one of 500, 502, 503, 504"),
        ([{"action": "empty", "endpoint": "orders.plaice"}], "no endpoint 'orders.plaice'"),
    ],
)
def test_bad_rules_are_refused_with_the_reason(desk, rules, text):
    answer = desk.control("POST", "/faults", rules)

    assert answer.status_code == 400
    assert text in answer.json()["error"]
    assert desk.control("GET", "/faults").json() == []


def test_body_that_is_no_json_is_refused(desk):
    answer = desk.http.post("/_simulator/faults", content=b"{")

    assert answer.status_code == 400
    assert "no JSON" in answer.json()["error"]


def test_rules_can_come_from_a_file(tmp_path):
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"action": "empty", "endpoint": "orders.place"}]))

    (rule,) = load_rules(path)

    assert rule.endpoint == "orders.place"


@pytest.mark.parametrize("content", [None, "{"])
def test_unreadable_file_is_a_typed_error(tmp_path, content):
    path = tmp_path / "faults.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(FaultRulesError, match=r"faults\.json"):
        load_rules(path)


def _hits(rule, calls=12, seed=1):
    book = FaultBook(read_rules([rule]), seed)
    return [place for place in range(1, calls + 1) if book.pick("orders.place", "u", "c")]


@pytest.mark.parametrize(
    ("fields", "hits"),
    [
        ({}, list(range(1, 13))),
        ({"nth": 3}, [3]),
        ({"every": 5}, [5, 10]),
        ({"every": 5, "times": 1}, [5]),
        ({"times": 2}, [1, 2]),
        ({"endpoint": "orders.place", "nth": 2}, [2]),
        ({"endpoint": "orders.cancel"}, []),
        ({"user": "u", "nth": 1}, [1]),
        ({"user": "v"}, []),
        ({"client": "c", "nth": 1}, [1]),
        ({"client": "d"}, []),
        ({"probability": 0}, []),
        ({"probability": 1, "times": 3}, [1, 2, 3]),
    ],
)
def test_rule_hits_the_calls_that_it_names(fields, hits):
    assert _hits({"action": "empty", **fields}) == hits


def test_chance_is_seeded():
    rule = {"action": "empty", "probability": 0.5}

    assert _hits(rule, 64, seed=1) == _hits(rule, 64, seed=1) != _hits(rule, 64, seed=2)


def test_first_rule_that_hits_decides_and_all_count():
    book = FaultBook(read_rules([{"action": "empty", "nth": 2}, {"action": "html"}]), 1)

    chosen = [book.pick("orders.place", None, None).action.value for _ in range(3)]

    assert chosen == ["html", "empty", "html"]
    assert [(row["seen"], row["hits"]) for row in book.listed()] == [(3, 1), (3, 2)]


def test_new_list_replaces_the_old_and_delete_clears(desk):
    _set(desk, {"action": "empty", "endpoint": "orders.place"})
    _set(desk, {"action": "html", "endpoint": "orders.book"})
    desk.get("/orders")
    listed = desk.control("GET", "/faults").json()

    cleared = desk.control("DELETE", "/faults").json()

    assert listed == [{"action": "html", "endpoint": "orders.book", "seen": 1, "hits": 1}]
    assert cleared == []
    assert desk.get("/orders").json()["code"] == "e-orders-0005"


def test_rules_can_be_in_force_from_the_start():
    venue = virtual_venue(faults=read_rules([{"action": "status", "status": 503, "endpoint": "user.session"}]))
    with virtual_client(venue) as http:
        keys = DEALER.interactive
        answer = http.post("/interactive/user/session", json={"appKey": keys.app_key, "secretKey": keys.secret_key})

    assert answer.status_code == 503


def test_rules_of_a_user_match_logins_by_their_key(desk):
    _set(desk, {"action": "empty", "user": PRO.user_id})
    keys = PRO.interactive

    mine = desk.get("/user/enums")
    other = desk.http.post("/interactive/user/session", json={"appKey": keys.app_key, "secretKey": keys.secret_key})

    assert mine.json()["type"] == "success"
    assert other.content == b""


def test_rules_of_a_client_match_the_pro_code_behind_the_stars(venue):
    with virtual_client(venue) as http:
        pro = logged_in(http, PRO, "*****")
        _set(pro, {"action": "empty", "client": "PROSIM1"})

        assert pro.place().content == b""


@pytest.mark.parametrize(
    ("rule", "status", "orders"),
    [
        ({"action": "status"}, 502, 0),
        ({"action": "status", "status": 500}, 500, 0),
        ({"action": "status", "status": 504, "act": True}, 504, 1),
        ({"action": "html"}, 200, 1),
        ({"action": "html", "act": False}, 200, 0),
        ({"action": "empty"}, 200, 1),
        ({"action": "empty", "act": False}, 200, 0),
        ({"action": "truncate"}, 200, 1),
        ({"action": "duplicate"}, 200, 1),
        ({"action": "types"}, 200, 1),
        ({"action": "expired-token"}, 400, 0),
        ({"action": "expired-token", "status": 401}, 401, 0),
        ({"action": "rate-limit"}, 429, 0),
        ({"action": "rate-limit", "wrapped": True}, 429, 0),
    ],
)
def test_answer_and_effect_of_a_place(desk, rule, status, orders):
    _set(desk, {"endpoint": "orders.place", **rule})

    answer = desk.place()

    assert answer.status_code == status
    assert len(desk.truth()["orders"]) == orders


def test_gateway_page_is_html(desk):
    _set(desk, {"action": "status", "endpoint": "orders.place"})

    answer = desk.place()

    assert answer.headers["content-type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text


@pytest.mark.parametrize("action", ["truncate", "duplicate", "html"])
def test_damaged_body_is_no_json(desk, action):
    _set(desk, {"action": action, "endpoint": "orders.place"})

    with pytest.raises(json.JSONDecodeError):
        desk.place().json()


def test_numbers_become_strings(desk):
    _set(desk, {"action": "types", "endpoint": "orders.place"})

    assert desk.place().json()["result"]["AppOrderID"] == "1240000001"


def test_numbers_become_null(desk):
    desk.placed()
    _set(desk, {"action": "types", "style": "null", "endpoint": "portfolio.positions"})

    (row,) = desk.positions()

    assert (row["Quantity"], row["BuyAmount"], row["MessageCode"]) == (None, None, None)
    assert (row["AccountID"], row["isInterOpPosition"]) == ("CL001", True)


def test_refused_token_of_a_fault_stays_good(desk):
    _set(desk, {"action": "expired-token", "times": 1})

    first, second = desk.get("/user/enums"), desk.get("/user/enums")

    assert first.json()["code"] == "e-session-0005"
    assert second.json()["type"] == "success"


def test_limit_of_a_fault_names_the_user(desk):
    _set(desk, {"action": "rate-limit", "wrapped": True, "endpoint": "orders.book"})

    answer = desk.get("/orders")

    assert answer.json() == {
        "err": True,
        "data": {
            "type": "error",
            "code": "e-apirl-0004",
            "description": f"Rate limit exceeded for user {DEALER.user_id}",
        },
    }


def test_stale_book_shows_the_past_once(desk, venue):
    desk.placed()
    venue.clock.advance(1.0)
    _set(desk, {"action": "stale-book", "age_ms": 2000, "endpoint": "orders.book", "times": 1})

    assert desk.book() == []
    assert len(desk.book()) == 1


def test_lagging_positions_show_the_past(desk, venue):
    desk.placed()
    venue.clock.advance(1.0)
    _set(desk, {"action": "position-lag", "lag_ms": 1500, "endpoint": "portfolio.positions"})

    young = desk.positions()
    venue.clock.advance(0.6)

    assert young == []
    assert len(desk.positions()) == 1


@pytest.mark.parametrize(("fields", "left"), [({}, ["11536"]), ({"instrument": 11536}, ["2885"])])
def test_position_row_is_missing_for_one_read(desk, fields, left):
    desk.placed()
    desk.placed(exchangeInstrumentID=11536)
    _set(desk, {"action": "missing-position", "endpoint": "portfolio.positions", "nth": 1, **fields})

    first = [row["ExchangeInstrumentId"] for row in desk.positions()]
    second = [row["ExchangeInstrumentId"] for row in desk.positions()]

    assert first == left
    assert second == ["2885", "11536"]


@pytest.mark.parametrize(
    ("rule", "error", "orders"),
    [
        ({"action": "drop", "when": "before"}, httpx.ReadError, 0),
        ({"action": "drop", "when": "after"}, httpx.RemoteProtocolError, 1),
        ({"action": "drop", "when": "mid"}, httpx.RemoteProtocolError, 1),
        ({"action": "timeout", "seconds": 60}, httpx.ReadTimeout, 1),
        ({"action": "timeout", "seconds": 60, "act": False}, httpx.ReadTimeout, 0),
        ({"action": "timeout", "seconds": 1}, httpx.RemoteProtocolError, 1),
    ],
)
def test_lost_answer_of_a_place(desk, rule, error, orders):
    _set(desk, {"endpoint": "orders.place", **rule})

    with pytest.raises(error):
        desk.place()

    assert len(desk.truth()["orders"]) == orders


def test_timed_out_call_takes_the_callers_patience(venue):
    with virtual_client(venue, timeout=7.0) as http:
        desk = logged_in(http)
        _set(desk, {"action": "timeout", "seconds": 60, "endpoint": "orders.place"})
        before = venue.clock.now()

        with pytest.raises(httpx.ReadTimeout):
            desk.place()

        assert venue.clock.now() - before == pytest.approx(7.0)


@pytest.mark.parametrize(("when", "arrived_after"), [("before", 2.0), ("after", 0.0)])
def test_delay_moves_the_clock_and_the_effect(desk, venue, when, arrived_after):
    _set(desk, {"action": "delay", "delay_ms": 2000, "when": when, "endpoint": "orders.place"})
    before = venue.clock.now()

    answer = desk.place()

    assert answer.json()["type"] == "success"
    assert venue.clock.now() - before == pytest.approx(2.0)
    assert desk.truth()["orders"][0]["arrived_at"] - before == pytest.approx(arrived_after)


def test_request_that_was_given_up_is_carried_out_all_the_same(venue):
    with virtual_client(venue, timeout=5.0) as http:
        desk = logged_in(http)
        _set(desk, {"action": "delay", "delay_ms": 8000, "when": "before", "endpoint": "orders.place", "times": 1})
        before = venue.clock.now()

        with pytest.raises(httpx.ReadTimeout):
            desk.place()
        early = desk.truth()["orders"]
        venue.clock.advance(10.0)

        (late,) = desk.truth()["orders"]
        assert early == []
        assert late["arrived_at"] - before == pytest.approx(8.0)


def test_unreachable_venue_refuses_the_connection(venue):
    with virtual_client(venue) as http:
        desk = Desk(http)
        http._transport.reachable = False

        with pytest.raises(httpx.ConnectError):
            desk.log_in()

    assert not venue.calls


def test_control_calls_are_spared(desk):
    _set(desk, {"action": "empty"})

    assert desk.control("GET", "/faults").json()[0]["hits"] == 0
