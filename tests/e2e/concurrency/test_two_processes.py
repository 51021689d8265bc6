"""Never twice at once: several threads and processes of one desk at the same keys, over real HTTP (D3)."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

import jainam
from jainam.domain.instruments import Exchange
from jainam.simulator.testing import running_simulator
from tests.desks import credentials

SYMBOLS = ("NSE:RELIANCE", "NSE:TCS", "NSE:INFY", "NSE:HDFCBANK")
MORE = ("NSE:ACC", "NSE:M&M", "NSE:BAJAJ-AUTO", "NSE:MUTHOOTFIN")
TRADER = Path(__file__).with_name("trader.py")


def settings(home, url):
    return {
        "broker": "simulator",
        "base_url": url,
        "home": str(home),
        "login": "auto",
        "active_account_type": "NORMAL",
        "rate_limits": "off",
        "load_plugins": "",
    }


@pytest.fixture
def desk_at(tmp_path):
    """Open a desk on a simulator with its instruments loaded, in this process."""

    def make(simulator):
        desk = jainam.open_desk(**settings(tmp_path, simulator.url), **credentials())
        desk.load_instruments(exchanges=[Exchange.NSE])
        return desk

    return make


def nets(simulator):
    state = simulator.venue.exchange.positions.values()
    return {one.instrument.instrument_id: one.net_qty for one in state if one.client == "CL001"}


def lives(simulator):
    """Each order's life at the venue, by instrument: arrival to end, in order of arrival."""
    by_key = {}
    for order in simulator.venue.exchange.orders.values():
        assert order.terminal_at is not None
        by_key.setdefault(order.instrument_id, []).append((order.arrived_at, order.terminal_at))
    return {key: sorted(times) for key, times in by_key.items()}


def assert_never_two_at_once(simulator):
    for key, times in lives(simulator).items():
        for (_, ended), (began, _) in pairwise(times):
            assert began >= ended, f"two orders of {key} worked at the same time"


def test_two_processes_and_two_hundred_targets_end_at_the_last_grants(tmp_path, desk_at):
    with running_simulator(rate_limits=None, fill_delay_s=0.005) as simulator, desk_at(simulator) as desk:
        ids = {f"NSE/{desk.instrument(one).instrument_id}/MIS": desk.instrument(one).instrument_id for one in SYMBOLS}
        desk.account().log_in()
        environment = {
            **os.environ,
            **credentials(),
            **{f"JAINAM_{name.upper()}": value for name, value in settings(tmp_path, simulator.url).items()},
        }
        traders = [
            subprocess.Popen(
                [sys.executable, str(TRADER), str(tmp_path), simulator.url, str(seed), "100", *SYMBOLS],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for seed in (1, 2)
        ]
        outputs = [trader.communicate(timeout=100) for trader in traders]

        assert [trader.returncode for trader in traders] == [0, 0], outputs
        last = {}
        for line in (tmp_path / "grants.log").read_text().splitlines():
            name, target = line.rsplit(" ", 1)
            last[ids[name.split("/CL001/", 1)[1]]] = int(target)
        told = [line for out, _ in outputs for line in out.splitlines()]
        assert len(told) == 200
        assert {key: net for key, net in nets(simulator).items() if key in last} == last
        assert_never_two_at_once(simulator)
        assert {line.split()[2] for line in told} <= {"done", "nothing"}


def test_eight_callers_at_one_key_end_at_the_target(desk_at):
    with running_simulator(rate_limits=None, fill_delay_s=0.06) as simulator, desk_at(simulator) as desk:
        client = desk.account().client("CL001")

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: client.place_smart_order(SYMBOLS[0], target=50, product="MIS"), range(8)))

        assert nets(simulator) == {desk.instrument(SYMBOLS[0]).instrument_id: 50}
        assert len(simulator.venue.exchange.orders) == 1
        assert sorted(one.outcome.value for one in results) == ["done"] + ["nothing to do"] * 7


def test_eight_callers_that_wait_for_acceptance_only_end_at_the_target(desk_at):
    with running_simulator(rate_limits=None, fill_delay_s=0.06) as simulator, desk_at(simulator) as desk:
        client = desk.account().client("CL001")

        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda _: client.place_smart_order(SYMBOLS[0], target=50, product="MIS", wait="accepted"), range(8)
                )
            )

        assert len(simulator.venue.exchange.orders) == 1


def test_eight_keys_with_twenty_targets_each_have_no_wrong_order(desk_at):
    with (
        running_simulator(rate_limits=None, fill_delay_s=0.01, position_lag_s=0.03) as simulator,
        desk_at(simulator) as desk,
    ):
        client = desk.account().client("CL001")

        def trade(symbol):
            draw = random.Random(symbol)
            position, wrong = 0, []
            for _ in range(20):
                target = draw.randint(-50, 50)
                result = client.place_smart_order(symbol, target=target, product="MIS")
                if result.plan.delta != target - position or result.final_net != target:
                    wrong.append((target, result))
                position = target
            return symbol, position, wrong

        with ThreadPoolExecutor(8) as pool:
            ended = list(pool.map(trade, SYMBOLS + MORE))

        assert [wrong for _, _, wrong in ended if wrong] == []
        assert nets(simulator) == {desk.instrument(symbol).instrument_id: net for symbol, net, _ in ended}
        assert_never_two_at_once(simulator)
