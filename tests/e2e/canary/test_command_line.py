"""The command line never shows a key, a secret or a token, whatever goes wrong, with --debug (I2, L2)."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import httpx
import pytest

from jainam.adapters.cli.main import cli
from jainam.simulator.testing import running_simulator
from tests.e2e.canary.canaries import simulator_keys
from tests.e2e.canary.echoing_gateway import echoing_gateway

WRONG_SECRET = "Wr0ng$Canary#77"
STORE_PASSWORD = "St0re&Canary=88"
LOOKUP_PASSWORD = "L00kup;Canary+99"
OWN_CODE = "C4N4RY-OWN-CODE"
CLIENT_IDS = ("CL001", "CL002", "CL003", "CL004", "PROSIM1", "SIMINV1", OWN_CODE)
LOG_LINE = re.compile(r"^\S+ \S+ (DEBUG|INFO|WARNING|ERROR) ", re.MULTILINE)

GOOD = [
    "init --env-file {new} --port 1",
    "login",
    "sessions",
    "sessions list",
    "sessions refresh",
    "instruments sync",
    "instruments find RELIANCE",
    "order place NSE:RELIANCE --side BUY --quantity 1 --product MIS --client CL001",
    "order place NSE:TCS --side SELL --quantity 2 --product MIS --client CL002 --key webhook-1",
    "order list",
    "order history 1000000001 --client CL001",
    "order modify 1000000001 --client CL001 --quantity 5",
    "order cancel 1000000001 --client CL001",
    "order cancel-all --all-clients --yes",
    "trades",
    "smart-order NSE:INFY --target 5 --product MIS --client CL001 --dry-run",
    "smart-order NSE:INFY --target 5 --product MIS --client CL001 --wait accepted",
    "positions --all-clients",
    "holdings --client CL001",
    "funds --client CL001",
    "profile --client CL001",
    "status",
    "config show",
    "kill-switch on --reason canary",
    "kill-switch status",
    "kill-switch off",
    "close-all --all-clients --dry-run",
    "close-all --client CL001 --yes",
    "login --anew",
    "logout",
]
BAD = [
    "init",
    "login --account A/PRO",
    "login --account nonsense",
    "sessions refresh --account B/INVESTOR --bogus",
    "instruments find",
    "order place NSE:NO-SUCH --side BUY --quantity 1 --product MIS --client CL001",
    "order place NSE:RELIANCE --side BUY --quantity 0 --product MIS --client CL001 --type LIMIT",
    "order place NSE:RELIANCE --side UP --quantity x",
    "order modify nothing --client CL001",
    "order cancel nothing --client NOBODY",
    "order history nothing --client NOBODY",
    "smart-order NSE:INFY --target 5 --product MIS",
    "trades --client NOBODY",
    "positions --client NOBODY --all-clients",
    "holdings --client NOBODY",
    "funds --account PRO --client CL001",
    "profile --client NOBODY",
    "close-all --client NOBODY --yes",
    "simulate --port 99999",
    "simulate --faults {new}",
    "demo --bogus",
    "no-such-command",
]
REPEATED = ["html", "refusal", "code", "result", "plain", "status line"]


def leaves(command, *path):
    """Every command of the tree that does something, as it is typed."""
    if not isinstance(command, click.Group):
        return {" ".join(path)}
    context = click.Context(command)
    return {
        leaf
        for name in command.list_commands(context)
        if (below := command.get_command(context, name)) is not None
        for leaf in leaves(below, *path, name)
    }


class Folder:
    """A folder with a .env file of a fresh install on a simulator, made quick and impatient."""

    def __init__(self, path, port, monkeypatch):
        self.path = path
        self.shown = []
        self.errors = []
        for name in [name for name in os.environ if name.startswith("JAINAM_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(path))
        monkeypatch.chdir(path)
        self.run(f"init --port {port}")
        env = path / ".env"
        assert env.stat().st_mode & 0o777 == 0o600
        quick = {
            "RATE_LIMITS": "off",
            "HTTP_BACKOFF_BASE": "0.001",
            "HTTP_RETRIES": "2",
            "HTTP_TIMEOUT": "0.6",
            "LAG_BOUND": "0.05",
        }
        env.write_text(env.read_text() + "".join(f"JAINAM_{name}={text}\n" for name, text in quick.items()))

    @property
    def home(self):
        return self.path / ".jainam"

    def run(self, line):
        """Run a command line twice with --debug, for people and for programs, and keep what it showed."""
        for more in ([], ["--json"]):
            words = [word.format(new=self.path / f"new{len(self.shown)}.env") for word in line.split()]
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit):
                cli.main(["--debug", *more, *words])
            self.shown += [out.getvalue(), err.getvalue()]
            self.errors.append(err.getvalue())

    def log_lines(self):
        """What the runs logged: one record is one line."""
        return [line for text in self.errors for line in text.splitlines() if LOG_LINE.match(line)]

    def leaks(self, canaries):
        """The secrets in anything that was shown, and in any file but the .env files that hold them on purpose."""
        files = canaries.in_files(self.path, but=self.path.glob("*.env"))
        files.pop(".env", None)
        return canaries.in_texts(self.shown), files


def canaries_of(simulator):
    canaries = simulator_keys()
    for name, secret in (
        ("wrong secret", WRONG_SECRET),
        ("store password", STORE_PASSWORD),
        ("lookup password", LOOKUP_PASSWORD),
        ("own code", OWN_CODE),
    ):
        canaries.add(name, secret)
    for session in simulator.venue.sessions.every():
        canaries.add_token(f"token of session {session.number}", session.token)
    return canaries


@pytest.fixture
def simulator():
    with running_simulator(rate_limits=None) as running:
        yield running


@pytest.fixture
def folder(simulator, tmp_path, monkeypatch):
    return Folder(tmp_path, simulator.url.rpartition(":")[2], monkeypatch)


def test_every_command_of_the_tree_is_run():
    tried = {leaf for leaf in leaves(cli) for line in GOOD + BAD if f"{line} ".startswith(f"{leaf} ")}

    assert leaves(cli) - tried == set()


def test_good_and_bad_input_shows_no_secret(simulator, folder):
    for line in GOOD + BAD:
        folder.run(line)

    assert folder.leaks(canaries_of(simulator)) == (set(), {})
    assert len(folder.log_lines()) > 50
    assert [line for line in folder.log_lines() if any(one in line for one in CLIENT_IDS)] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "html"},
        {"action": "status", "status": 502},
        {"action": "truncate"},
        {"action": "types", "style": "null"},
        {"action": "drop", "when": "mid"},
        {"action": "expired-token"},
    ],
    ids=lambda fault: fault["action"],
)
def test_a_venue_that_fails_gets_no_secret_shown(fault, simulator, folder):
    for line in ("login", "instruments sync"):
        folder.run(line)
    httpx.post(f"{simulator.url}/_simulator/faults", json=[fault]).raise_for_status()

    for line in GOOD[1:]:
        folder.run(line)

    assert folder.leaks(canaries_of(simulator)) == (set(), {})
    assert any(" failed" in text or "error" in text.lower() for text in folder.shown)


@pytest.mark.parametrize("mode", REPEATED)
def test_a_server_that_repeats_requests_gets_no_secret_shown(mode, simulator, folder, monkeypatch):
    with echoing_gateway(simulator.url) as gateway:
        monkeypatch.setenv("JAINAM_BASE_URL", gateway.url)
        for line in ("login", "instruments sync"):
            folder.run(line)
        gateway.mode = mode

        for line in GOOD[1:]:
            folder.run(line)

        assert gateway.echoes > 20
    assert folder.leaks(canaries_of(simulator)) == (set(), {})


@pytest.mark.parametrize(
    "environment",
    [
        {"JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_SECRET": WRONG_SECRET},
        {"JAINAM_SYMPHONY_B_NORMAL_MARKET_API_KEY": WRONG_SECRET},
        {"JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_SECRET": f"\\{WRONG_SECRET}\\$x"},
        {"JAINAM_STORE_URL": f"postgresql://desk:{STORE_PASSWORD}@127.0.0.1/desk"},
        {"JAINAM_STORE_URL": f"sqlite:////nowhere?password={STORE_PASSWORD}"},
        {"JAINAM_BASE_URL": f"http://desk:{STORE_PASSWORD}@127.0.0.1:9"},
        {"JAINAM_HOSTLOOKUP_URL": "{url}/hostlookup", "JAINAM_HOSTLOOKUP_PASSWORD": LOOKUP_PASSWORD},
        {"JAINAM_HOSTLOOKUP_URL": f"http://desk:{STORE_PASSWORD}@127.0.0.1:9", "JAINAM_HOSTLOOKUP_PASSWORD": "x"},
        {"JAINAM_ACTIVE_ACCOUNT_TYPE": "PRO", "JAINAM_SYMPHONY_B_PRO_CLIENT_ID": OWN_CODE},
        {"JAINAM_HTTP_TIMEOUT": "soon", "JAINAM_CLIENT_ID": OWN_CODE, "JAINAM_MARKET_API_SECRET": WRONG_SECRET},
    ],
)
def test_wrong_settings_show_no_secret(environment, simulator, folder, monkeypatch):
    for name, text in environment.items():
        monkeypatch.setenv(name, text.replace("{url}", simulator.url))

    for line in ("config show", "login", "status", "order list --client CL001", "profile", "login --anew"):
        folder.run(line)

    assert folder.leaks(canaries_of(simulator)) == (set(), {})


def test_a_damaged_store_shows_no_secret(simulator, folder):
    folder.run("login")
    with sqlite3.connect(folder.home / "desk.db") as store:
        store.execute("UPDATE sessions SET token = 'x' || token, client_codes = '['")
    store.close()
    for line in GOOD[1:]:
        folder.run(line)
    raw = bytearray((folder.home / "desk.db").read_bytes())
    raw[100:6000] = b"\xa5" * 5900
    (folder.home / "desk.db").write_bytes(raw)

    for line in GOOD[1:]:
        folder.run(line)

    assert folder.leaks(canaries_of(simulator)) == (set(), {})


def test_the_demo_shows_no_secret(tmp_path):
    environment = {name: text for name, text in os.environ.items() if not name.startswith("JAINAM_")}
    environment |= {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    canaries = simulator_keys()
    canaries.add("beginning of any token", "eyJhbGciOiJIUzI1NiI")

    ended = [
        subprocess.run(
            [str(Path(sys.executable).with_name("jainam")), "demo", "--debug", *more],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        for more in ([], ["--json"])
    ]

    assert [one.returncode for one in ended] == [0, 0]
    assert json.loads(ended[1].stdout)
    assert canaries.in_texts(text for one in ended for text in (one.stdout, one.stderr)) == set()
    assert canaries.in_files(tmp_path) == {}
