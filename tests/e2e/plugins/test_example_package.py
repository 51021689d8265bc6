"""Another team's package: built, installed, chosen by one setting; not a line of ours knows it."""

import json
import zipfile

from jainam.simulator.messages import Request
from tests.e2e.plugins.conftest import run

CHOSEN = {"JAINAM_TOKEN_REPOSITORY": "memory"}
NAMES = """
import json, jainam
with jainam.open_desk({arguments}) as desk:
    tokens = desk.parts.tokens
    print(json.dumps([type(tokens).__module__, len(tokens.states())]))
"""
TRADES = """
import jainam
with jainam.open_desk() as desk:
    print(len(desk.account().client("CL001").orders()))
"""


def logins(simulator):
    state = simulator.venue.handle(Request("GET", "/_simulator/state", {}, {}, b""))
    return sum(json.loads(state.body)["logins"].values())


def test_the_wheel_carries_the_entry_point_and_nothing_of_ours(example):
    with zipfile.ZipFile(example.wheel) as wheel:
        names = wheel.namelist()
        points = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()

    assert points.split() == ["[jainam]", "memory-tokens", "=", "jainam_memory_tokens.plugin"]
    assert all(name.startswith("jainam_memory_tokens") for name in names)


def test_its_own_tests_pass_against_the_installed_wheel(example, operator):
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"]

    ended = run(words, cwd=example.source, env=operator.environment(example.site))

    assert " passed" in ended.stdout


def test_sessions_go_to_it_when_it_is_chosen(example, operator, simulator):
    before = logins(simulator)

    operator.jainam("login", sites=[example.site], **CHOSEN)

    assert logins(simulator) == before + 2
    chosen = operator.python(NAMES.format(arguments=""), sites=[example.site], **CHOSEN)
    assert json.loads(chosen) == ["jainam_memory_tokens.repository", 2]
    ours = operator.python(NAMES.format(arguments="token_repository='sql'"), sites=[example.site], **CHOSEN)
    assert json.loads(ours) == ["jainam.adapters.sql.token_repository", 0]
    (document,) = operator.memory.rglob("*.json")
    assert "SIMDLR1" in document.read_text()


def test_the_next_process_uses_the_session_that_it_keeps(example, operator, simulator):
    operator.jainam("login", sites=[example.site], **CHOSEN)
    before = logins(simulator)

    told = operator.python(TRADES, sites=[example.site], **CHOSEN)

    assert told == "0\n"
    assert logins(simulator) == before


def test_after_a_logout_it_keeps_no_session(example, operator):
    operator.jainam("login", sites=[example.site], **CHOSEN)

    operator.jainam("logout", sites=[example.site], **CHOSEN)

    states = operator.told("memory-tokens", sites=[example.site], **CHOSEN)["sessions"]
    assert {one["state"] for one in states} == {"logged out"}


def test_installed_and_not_chosen_changes_nothing(example, operator):
    operator.jainam("login", sites=[example.site])

    assert not list(operator.memory.iterdir())


def test_its_command_is_listed_and_runs(example, operator):
    operator.jainam("login", sites=[example.site], **CHOSEN)

    listed = operator.jainam("--help", sites=[example.site]).stdout
    told = operator.told("memory-tokens", sites=[example.site], **CHOSEN)

    line = next(line for line in listed.splitlines() if "memory-tokens" in line)
    assert "jainam-memory-tokens" in line
    assert [one["state"] for one in told["sessions"]] == ["valid", "valid"]
    assert told["simulated"] is True


def test_without_the_package_its_names_mean_nothing(operator):
    assert "memory-tokens" not in operator.jainam("--help").stdout

    ended = operator.jainam("status", "--json", check=False, **CHOSEN)

    assert ended.returncode == 5
    error = json.loads(ended.stdout)["error"]
    assert error["code"] == "plug-in"
    assert "there is no token repository 'memory'; there are: sql" in error["message"]
