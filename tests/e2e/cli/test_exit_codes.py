"""Every exit code by a situation that really happens, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.e2e.cli.conftest import JAINAM


def test_0_when_it_is_done(desk):
    assert desk.run("status").code == 0


def test_1_when_the_server_is_not_reached(desk, tmp_path):
    elsewhere = type(desk)(tmp_path)
    text = (desk.path / ".env").read_text()
    (tmp_path / ".env").write_text(text + "JAINAM_BASE_URL=http://127.0.0.1:1\nJAINAM_HTTP_RETRIES=1\n")

    ended = elsewhere.run("login")

    assert ended.code == 1
    assert "jainam simulate" in ended.err
    assert ended.out == ""


def test_2_for_a_mistyped_symbol_with_the_nearest_named(desk):
    ended = desk.run("order", "place", "NSE:RELIANC", "--side", "buy", "--quantity", "1", "--product", "MIS")

    assert ended.code == 2
    assert "did you mean NSE:RELIANCE" in ended.err


def test_2_while_the_kill_switch_is_on_and_close_all_still_passes(desk):
    assert desk.run_here("kill-switch", "on", "--reason", "lunch").code == 0
    try:
        denied = desk.run_here("smart-order", "NSE:TCS", "--client", "CL003", "--product", "MIS", "--target", "1")
        closed = desk.run_here("close-all", "--client", "CL003", "--yes")
    finally:
        assert desk.run_here("kill-switch", "off").code == 0

    assert denied.code == 2
    assert "lunch" in denied.err
    assert closed.code == 0


def test_3_when_risk_control_rejects_the_order(desk):
    ended = desk.run(
        "order", "place", "NSE:RELIANCE", "--side", "buy", "--quantity", "100", "--product", "CNC", "--client", "CL004"
    )

    assert ended.code == 3
    assert "Margin Exceeds" in ended.err
    assert "REJECTED" in ended.out


def test_3_when_a_smart_order_is_rejected(desk):
    ended = desk.run(
        "smart-order", "NSE:RELIANCE", "--client", "CL004", "--product", "CNC", "--target", "100", "--json"
    )

    assert ended.code == 3
    assert ended.document["outcome"] == "refused"


def test_4_when_the_answer_to_an_order_is_lost_and_asking_again_sends_no_second_one(desk, faults, simulator):
    faults(
        {"endpoint": "orders.place", "action": "drop", "when": "after", "times": 1},
        # the look for the order comes too early: the book does not show it yet
        {"endpoint": "orders.book", "action": "stale-book", "age_ms": 3_600_000, "times": 2},
    )
    wanted = ("smart-order", "NSE:TCS", "--account", "INVESTOR", "--product", "MIS", "--target", "10", "--json")

    lost = desk.run(*wanted)
    again = desk.run_here(*wanted)

    assert lost.code == 4
    assert lost.document["error"]["code"] == "in-doubt"
    assert len(lost.document["error"]["client_order_ids"]) == 1
    assert again.code == 0
    assert again.document["outcome"] == "nothing to do"
    orders = [one for one in simulator.state()["orders"] if one["account"] == "SIMINV1"]
    assert [one["identifier"] for one in orders] == lost.document["error"]["client_order_ids"]


def test_5_without_any_configuration(desk, tmp_path):
    ended = type(desk)(tmp_path).run("status")

    assert ended.code == 5
    assert "JAINAM_BROKER" in ended.err or "jainam init" in ended.err


def test_5_after_a_logout(desk):
    assert desk.run_here("login", "--account", "PRO").code == 0
    assert desk.run_here("logout", "--account", "PRO").code == 0

    ended = desk.run("positions", "--account", "PRO", "--json")

    assert ended.code == 5
    assert ended.document["error"]["code"] == "not-logged-in"


def test_6_when_close_all_can_not_close(desk, faults):
    assert (
        desk.run_here("smart-order", "NSE:RELIANCE", "--client", "CL002", "--product", "MIS", "--target", "7").code == 0
    )
    faults({"endpoint": "orders.place", "action": "rate-limit"})

    ended = desk.run("close-all", "--client", "CL002", "--yes")

    assert ended.code == 6
    assert "NOT FLAT" in ended.err
    assert "\topen\t" in ended.out


HEARS_INTERRUPTS = (
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
)
"""Runs a command that hears Ctrl-C even where the tests themselves were started in the background, deaf to it."""


def test_130_quietly_when_interrupted_in_the_middle_of_a_call(desk, faults, simulator):
    faults({"endpoint": "portfolio.dealerpositions", "action": "timeout", "seconds": 60})
    before = simulator.state()["calls"].get("portfolio.dealerpositions", 0)
    pause = threading.Event()
    with subprocess.Popen(
        [*HEARS_INTERRUPTS, JAINAM, "positions"],
        cwd=desk.path,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        give_up_at = time.monotonic() + 30
        while simulator.state()["calls"].get("portfolio.dealerpositions", 0) == before:
            assert time.monotonic() < give_up_at
            assert process.poll() is None
            pause.wait(0.1)

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_simulate_says_when_its_port_is_taken(desk, simulator):
    ended = desk.run("simulate", "--port", simulator.port)

    assert ended.code == 1
    assert "in use" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_simulate_ends_well_on_a_signal(desk, number):
    with subprocess.Popen(
        [JAINAM, "simulate", "--port", "0"],
        cwd=desk.path,
        env={**os.environ, **desk.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=20)

    assert process.returncode == 0
    assert "SIMULATED" in first
    assert "Traceback" not in err


@pytest.mark.parametrize("rules", ["{", '[{"action": "explode"}]', '[{"endpoint": "nowhere", "action": "drop"}]'])
def test_simulate_refuses_rules_that_it_can_not_read(desk, tmp_path, rules):
    path = tmp_path / "faults.json"
    path.write_text(rules)

    ended = desk.run_here("simulate", "--port", "0", "--faults", str(path), "--json")

    assert ended.code == 2
    assert json.loads(ended.out)["error"]["code"] == "usage"
