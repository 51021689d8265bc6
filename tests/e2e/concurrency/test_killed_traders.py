"""Processes killed at any moment: no order twice, none unknown to the journal, every key at its target or in doubt."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import jainam
from jainam.domain.instruments import Exchange
from jainam.simulator.testing import running_simulator
from tests.desks import credentials

SYMBOLS = ("NSE:RELIANCE", "NSE:TCS", "NSE:INFY", "NSE:HDFCBANK")
TRADER = Path(__file__).with_name("endless_trader.py")
KILLS = 10
TARGET = 7


def kill_traders(environment):
    """Start one trader after another and kill each at a seeded moment."""
    draw = random.Random(5)
    for seed in range(KILLS):
        trader = subprocess.Popen(
            [sys.executable, str(TRADER), str(seed), *SYMBOLS],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert trader.stdout is not None
        assert trader.stdout.readline() == "up\n"
        # the moment is what the test is about: nothing could be waited for
        threading.Event().wait(draw.uniform(0.05, 0.6))
        trader.kill()
        said, _ = trader.communicate(timeout=20)
        assert trader.returncode == -signal.SIGKILL, f"a trader ended by itself: {said}"


def test_killed_processes_leave_no_order_twice_and_none_unknown(tmp_path):
    with running_simulator(rate_limits=None, fill_delay_s=0.01) as simulator:
        settings = {
            "broker": "simulator",
            "base_url": simulator.url,
            "home": str(tmp_path),
            "active_account_type": "NORMAL",
            "rate_limits": "off",
            "load_plugins": "",
            "lag_bound": "1",
        }
        environment = {
            **os.environ,
            **credentials(),
            **{f"JAINAM_{name.upper()}": value for name, value in settings.items()},
        }
        with jainam.open_desk(**settings, **credentials()) as desk:
            desk.load_instruments(exchanges=[Exchange.NSE])
            desk.account().log_in()
            kill_traders(environment)
            client, journal = desk.account().client("CL001"), desk.parts.journal

            reached, doubtful = {}, {}
            for symbol in SYMBOLS:
                try:
                    reached[symbol] = client.place_smart_order(symbol, target=TARGET, product="MIS").final_net
                except jainam.OutcomeInDoubt as doubt:
                    doubtful[symbol] = doubt.client_order_ids

            orders = list(simulator.venue.exchange.orders.values())
            identifiers = [order.identifier for order in orders]
            assert len(set(identifiers)) == len(identifiers), "an intent had two effects"
            assert [one for one in identifiers if journal.get(one) is None] == [], "orders that the journal lost"
            assert reached == dict.fromkeys(reached, TARGET)
            nets = {one.instrument.instrument_id: one.net_qty for one in simulator.venue.exchange.positions.values()}
            assert {symbol: nets[desk.instrument(symbol).instrument_id] for symbol in reached} == reached
            # a key stays in doubt only for a request that never arrived: its process died before it was written
            assert not {one for ids in doubtful.values() for one in ids} & set(identifiers)
            assert len(orders) > KILLS
