"""What a person sees: tables marked SIMULATED, questions before something big, a demo that reads like a story."""

import re

import pexpect
import pytest

from tests.e2e.cli.conftest import JAINAM

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def terminal(desk):
    """Run a command in a terminal of 40 lines and 110 columns."""
    started = []

    def start(*args, timeout=60):
        child = pexpect.spawn(
            JAINAM,
            list(args),
            cwd=str(desk.path),
            env={**desk.environment, "TERM": "xterm-256color"},
            dimensions=(40, 110),
            encoding="utf-8",
            timeout=timeout,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def ended(child):
    """Wait for the end; return the exit code and what was shown, without colours."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, ESCAPES.sub("", child.before).replace("\r\n", "\n")


@pytest.fixture
def position(desk):
    """Something to close."""
    wanted = ("--client", "CL001", "--product", "MIS", "--target")
    assert desk.run_here("smart-order", "NSE:RELIANCE", *wanted, "20").code == 0
    yield
    assert desk.run_here("smart-order", "NSE:RELIANCE", *wanted, "0").code == 0


def net(desk):
    document = desk.run_here("positions", "--client", "CL001", "--json").document
    return sum(one["net_qty"] for one in document["positions"])


@pytest.mark.usefixtures("position")
def test_a_table_says_simulated_in_its_title(terminal):
    code, shown = ended(terminal("positions"))

    assert code == 0
    assert re.search(r"Positions\s+SIMULATED", shown)
    assert "NSE:RELIANCE" in shown


@pytest.mark.usefixtures("position")
def test_no_is_an_answer_and_nothing_is_sent(terminal, desk):
    child = terminal("close-all", "--client", "CL001")
    child.expect(r"\[y/N\]")
    child.sendline("n")

    code, shown = ended(child)

    assert code == 1
    assert "nothing was sent" in shown
    assert net(desk) == 20


@pytest.mark.usefixtures("position")
def test_the_plan_is_shown_before_the_question_and_yes_closes(terminal, desk):
    child = terminal("close-all", "--client", "CL001")
    child.expect(r"\[y/N\]")
    asked = ESCAPES.sub("", child.before)
    child.sendline("y")

    code, shown = ended(child)

    assert code == 0
    assert "SELL 20" in asked
    assert asked.splitlines()[-1].startswith("SIMULATED")
    assert "flat" in shown
    assert net(desk) == 0


@pytest.mark.usefixtures("position")
def test_ctrl_c_at_the_question_ends_quietly(terminal, desk):
    child = terminal("close-all", "--client", "CL001")
    child.expect(r"\[y/N\]")
    child.sendintr()

    code, shown = ended(child)

    assert code == 130
    assert "Traceback" not in shown
    assert net(desk) == 20


def test_loading_instruments_shows_a_bar(terminal):
    child = terminal("instruments", "sync")

    child.expect("loading instruments")
    code, shown = ended(child)

    assert code == 0
    assert "instruments are stored" in shown


def test_simulate_in_a_terminal_ends_on_ctrl_c(terminal):
    child = terminal("simulate", "--port", "0")
    child.expect("Ctrl-C")
    child.sendintr()

    code, shown = ended(child)

    assert code == 0
    assert "Traceback" not in shown


def test_the_demo_tells_its_story_ends_flat_and_leaves_nothing(terminal, desk):
    child = terminal("demo", timeout=90)

    code, shown = ended(child)

    assert code == 0
    story = [line for line in shown.splitlines() if re.match(r"SIMULATED  \d+\. ", line)]
    assert len(story) == 9
    assert re.search(r"Closed\s+SIMULATED", shown)
    assert "every position that was opened is closed" in shown
    assert list(desk.temporary.iterdir()) == []
