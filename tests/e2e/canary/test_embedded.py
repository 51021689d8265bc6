"""An embedded desk never lets a key, a secret or a token out: not in errors, reprs, logs or files (A5, B7, I1)."""

import logging
import sqlite3
import traceback

import pytest

import jainam
from jainam.domain.errors import JainamError
from jainam.domain.instruments import Exchange
from jainam.domain.sessions import Side
from jainam.simulator.testing import running_simulator
from tests.desks import credentials
from tests.e2e.canary.canaries import simulator_keys
from tests.e2e.canary.echoing_gateway import MODES, echoing_gateway

WRONG_SECRET = "Wr0ng$Canary#77"
CLIENT_IDS = ("CL001", "CL002", "CL003", "CL004", "PROSIM1", "SIMINV1", "C4N4RY-OWN-CODE")

SETTINGS = {
    "broker": "simulator",
    "login": "auto",
    "active_account_type": "NORMAL",
    "rate_limits": "off",
    "load_plugins": "",
    "http_retries": 2,
    "http_backoff_base": 0.001,
    "http_timeout": 0.6,
    "lag_bound": 0.05,
    "settling_window": 0,
}
FAULTS = [
    {"action": "html"},
    {"action": "status", "status": 503},
    {"action": "empty"},
    {"action": "truncate"},
    {"action": "duplicate"},
    {"action": "types", "style": "null"},
    {"action": "types", "style": "strings"},
    {"action": "drop", "when": "before"},
    {"action": "drop", "when": "after"},
    {"action": "drop", "when": "mid"},
    {"action": "rate-limit", "wrapped": True},
    {"action": "expired-token"},
    {"action": "expired-token", "status": 401, "endpoint": "orders.place"},
]


class Everything(logging.Handler):
    """Keeps every log record with all its fields, as the most talkative handler would write them."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        fields = {name: value for name, value in vars(record).items() if name not in {"args", "exc_info"}}
        self.lines.append(f"{record.name} {record.getMessage()} {fields}")
        if record.exc_info:
            self.lines.append("".join(traceback.format_exception(*record.exc_info)))


@pytest.fixture
def log():
    """Everything that is logged during a test, by anybody."""
    root, handler = logging.getLogger(), Everything()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def simulator():
    with running_simulator(rate_limits=None) as running:
        yield running


@pytest.fixture
def gateway(simulator):
    with echoing_gateway(simulator.url) as running:
        yield running


def canaries_of(simulator):
    """Every key of the desk, and every token that the venue has issued until now."""
    canaries = simulator_keys()
    canaries.add("wrong secret", WRONG_SECRET)
    for session in simulator.venue.sessions.every():
        canaries.add_token(f"token of session {session.number}", session.token)
    return canaries


def settings_for(home, url, **more):
    return {**SETTINGS, "home": str(home), "base_url": url, **credentials(), **more}


def told(error):
    """Everything that a host may print of an error: itself, its fields, and its traceback with all causes."""
    shown = [str(error), repr(error), "".join(traceback.format_exception(error))]
    while error is not None:
        shown += [repr(vars(error)), repr(error.args), str(error)]
        error = error.__cause__ or error.__context__
    return shown


def day_of(desk, account_name="NORMAL", code="CL001"):
    """Every call that a desk offers, with good and with bad input, as things to do."""
    account = desk.account(account_name)
    client = account.client(code)
    order = {"side": "BUY", "quantity": 1, "product": "MIS"}
    return [
        lambda: desk.load_instruments(account_name, exchanges=[Exchange.NSE]),
        account.sessions,
        lambda: account.clients,
        client.who,
        lambda: client.place_order("NSE:RELIANCE", **order),
        lambda: client.place_order("NSE:RELIANCE", **order, key=f"webhook {code}"),
        lambda: client.place_order("NSE:RELIANCE", side="LEFT", quantity=0.5, product="?"),
        lambda: client.place_order("NSE:NO-SUCH", **order),
        lambda: client.check_order("NSE:TCS", **order),
        lambda: client.modify_order("12345678901", quantity=2),
        lambda: client.cancel_order("12345678901"),
        client.cancel_all,
        client.orders,
        lambda: client.order_history("12345678901"),
        client.trades,
        lambda: client.plan_smart_order("NSE:INFY", target=5, product="MIS"),
        lambda: client.place_smart_order("NSE:INFY", target=5, product="MIS", wait="accepted"),
        client.positions,
        client.holdings,
        client.funds,
        client.profile,
        account.orders,
        account.trades,
        account.positions,
        lambda: account.client("NOBODY").orders(),
        lambda: client.close_all(dry_run=True),
        lambda: desk.set_kill_switch(on=True, reason="canary"),
        lambda: client.place_order("NSE:RELIANCE", **order),
        lambda: desk.set_kill_switch(on=False),
        account.refresh,
        desk.status,
        desk.config,
    ]


def tried(calls):
    """Make the calls and return everything that they showed."""
    shown = []
    for call in calls:
        try:
            shown.append(repr(call()))
        except JainamError as error:
            shown += told(error)
    return shown


def shown_by_objects(desk):
    """What a debugger, a log line or an f-string shows of a desk's objects."""
    account = desk.account()
    things = [
        desk,
        account,
        account.client("CL001"),
        account.uses,
        desk.parts,
        desk._settings,
        desk._options(account.id),
    ]
    things += [desk._options(account.id).interactive, vars(desk), vars(account), desk.config()]
    things += [desk.parts.tokens.get(account.id, side) for side in Side]
    return [form(thing) for thing in things for form in (repr, str)]


def test_objects_of_a_desk_show_no_secret(tmp_path, simulator, log):
    with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as desk:
        desk.account().log_in()

        shown = shown_by_objects(desk)

    assert canaries_of(simulator).in_texts(shown + log) == set()


def test_a_day_with_every_fault_shows_no_secret(tmp_path, simulator, log):
    import httpx

    shown = []
    with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as desk:
        desk.account().log_in()
        shown += tried(day_of(desk))
        for fault in FAULTS:
            httpx.post(f"{simulator.url}/_simulator/faults", json=[fault]).raise_for_status()
            shown += tried(day_of(desk))
            httpx.delete(f"{simulator.url}/_simulator/faults").raise_for_status()
            shown += tried([lambda: desk.account().log_in(anew=True)])
        canaries = canaries_of(simulator)

        assert canaries.in_files(tmp_path) == {}, "while the desk is open"

    assert canaries.in_texts(shown + log) == set()
    assert canaries.in_files(tmp_path) == {}
    assert len(simulator.venue.sessions.every()) > 4


@pytest.mark.parametrize("mode", MODES)
def test_a_server_that_repeats_requests_gets_no_secret_shown(mode, tmp_path, simulator, gateway, log):
    shown = []
    with jainam.open_desk(**settings_for(tmp_path, gateway.url)) as desk:
        desk.account().log_in()
        desk.load_instruments(exchanges=[Exchange.NSE])
        gateway.mode = mode
        shown += tried(day_of(desk))
        shown += tried([lambda: desk.account().log_in(anew=True), desk.account().refresh, desk.account().log_out])
        gateway.mode = "pass"
        shown += tried([desk.status, lambda: desk.account().log_in(anew=True)])

    canaries = canaries_of(simulator)
    assert gateway.echoes > 20
    assert canaries.in_texts(shown) == set()
    assert canaries.in_texts(line for line in log if not line.startswith("httpcore")) == set()
    assert canaries.in_files(tmp_path) == {}


@pytest.mark.parametrize("mode", ["html", "refusal", "result", "title"])
def test_a_first_login_that_is_repeated_back_shows_no_secret(mode, tmp_path, simulator, gateway, log):
    gateway.mode = mode
    with jainam.open_desk(**settings_for(tmp_path, gateway.url)) as desk:
        shown = tried([lambda: desk.account().log_in(), lambda: desk.account("PRO").log_in(anew=True), desk.status])

    canaries = canaries_of(simulator)
    assert gateway.echoes >= 2
    assert canaries.in_texts(shown + log) == set()
    assert canaries.in_files(tmp_path) == {}


def test_a_wrong_secret_is_refused_without_being_shown(tmp_path, simulator, log):
    wrong = {"JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_SECRET": WRONG_SECRET}

    with jainam.open_desk(**{**settings_for(tmp_path, simulator.url), **wrong}) as desk:
        shown = tried([lambda: desk.account().log_in(), desk.status, desk.config]) + shown_by_objects(desk)

    assert canaries_of(simulator).in_texts(shown + log) == set()
    assert canaries_of(simulator).in_files(tmp_path) == {}


def test_a_damaged_store_and_a_foreign_key_show_no_secret(tmp_path, simulator, log):
    with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as desk:
        desk.account().log_in()
        home = tmp_path
        shown = tried(day_of(desk))
    with sqlite3.connect(home / "desk.db") as store:
        store.execute("UPDATE sessions SET token = token || 'x', client_codes = '[' WHERE side = 'interactive'")
    store.close()
    with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as desk:
        shown += tried(day_of(desk))
    raw = bytearray((home / "desk.db").read_bytes())
    raw[200:6000] = b"\xa5" * 5800
    (home / "desk.db").write_bytes(raw)

    def reopen():
        with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as again:
            shown.extend(tried(day_of(again)))

    shown += tried([reopen])

    assert canaries_of(simulator).in_texts(shown + log) == set()
    assert canaries_of(simulator).in_files(tmp_path) == {}


def test_the_key_of_the_store_stays_in_its_file(tmp_path, simulator, log):
    canaries = simulator_keys()
    with jainam.open_desk(**settings_for(tmp_path, simulator.url)) as desk:
        shown = tried(day_of(desk)) + shown_by_objects(desk)
        canaries.add("store key", desk.parts.identity.store_key().decode())
    (identity,) = [file for file in tmp_path.iterdir() if file.is_file() and b"\nsecret " in file.read_bytes()]
    canaries.add("desk secret", identity.read_text().split("\nsecret ")[1].split("\n")[0])

    assert canaries.in_texts(shown + log) == set()
    assert canaries.in_files(tmp_path, but=[identity]) == {}
    assert identity.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("kind", "code"), [("NORMAL", "CL001"), ("PRO", None), ("INVESTOR", None)])
def test_logs_name_no_client_in_full(kind, code, tmp_path, simulator, log):
    import httpx

    own = {f"JAINAM_SYMPHONY_B_{kind}_CLIENT_ID": "C4N4RY-OWN-CODE"} if kind == "PRO" else {}
    with jainam.open_desk(**{**settings_for(tmp_path, simulator.url, active_account_type=kind), **own}) as desk:
        tried(day_of(desk, kind, code))
        for fault in ({"action": "status", "status": 500}, {"action": "expired-token"}):
            httpx.post(f"{simulator.url}/_simulator/faults", json=[fault]).raise_for_status()
            tried(day_of(desk, kind, code))

    ours = [line for line in log if line.startswith("jainam")]
    assert len(ours) > 20
    assert [line for line in ours if any(one in line for one in CLIENT_IDS)] == []


def test_the_search_finds_what_it_looks_for(tmp_path, simulator):
    with jainam.open_desk(**settings_for(tmp_path / "home", simulator.url)) as desk:
        desk.account().log_in()
        token = desk.parts.tokens.get(desk.account().id, Side.INTERACTIVE).token.reveal()
    canaries = canaries_of(simulator)
    key = credentials()["JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_KEY"]
    import base64
    from urllib.parse import quote_plus

    payload = token.split(".")[1]
    decoded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    leaks = [
        f"Authorization: {token}",
        f"GET /?secret={quote_plus('Sim103@dC')}",
        base64.b64encode(b"id:" + key.encode()).decode(),
        decoded,
        token[-43:-20],
        payload[: len(payload) // 2],
    ]

    (tmp_path / "leak.log").write_bytes(b"\0\1" + token.encode() + b"\2")

    assert all(canaries.in_text(leak) for leak in leaks), [leak for leak in leaks if not canaries.in_text(leak)]
    assert canaries.in_files(tmp_path).keys() == {"leak.log"}
