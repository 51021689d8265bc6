"""A person's first day with the command: from nothing to flat, every step a process of its own."""

import stat

import pytest

WANTED = ("--client", "CL001", "--product", "MIS", "--target", "-100")


@pytest.fixture
def day(simulator, desk, tmp_path):
    """A fresh folder of the same kind as *desk*, with nothing in it."""
    return type(desk)(tmp_path)


def test_init_writes_a_file_for_its_owner_alone_and_keeps_it(day, simulator):
    first = day.run("init", "--port", simulator.port)
    again = day.run("init")

    assert first.code == 0
    assert "jainam simulate" in first.err
    assert stat.S_IMODE((day.path / ".env").stat().st_mode) == 0o600
    assert again.code == 2
    assert "--force" in again.err


def test_a_day_from_plan_to_flat(desk, simulator):
    planned = desk.run("smart-order", "NSE:RELIANCE", *WANTED, "--dry-run")
    assert simulator.state()["orders"] == []
    reached = desk.run("smart-order", "RELIANCE", "--exchange", "NSE", *WANTED, "--key", "one")
    repeated = desk.run("smart-order", "RELIANCE", "--exchange", "NSE", *WANTED, "--key", "one")
    positions = desk.run_here("positions", "--client", "CL001")
    closed = desk.run("close-all", "--all-clients", "--yes")
    flat = desk.run_here("positions", "--json")

    assert [one.code for one in (planned, reached, repeated, positions, closed, flat)] == [0] * 6
    assert planned.out.splitlines()[1].split("\t") == ["NSE:RELIANCE", "SELL", "100"]
    assert "position -100" in reached.err
    header, line = positions.out.splitlines()
    assert dict(zip(header.split("\t"), line.split("\t"), strict=True))["net_qty"] == "-100"
    assert "\tflat\t" in closed.out
    assert [one["net_qty"] for one in flat.document["positions"]] == [0]
    orders = simulator.state()["orders"]
    assert [(one["side"], one["order_qty"]) for one in orders] == [("SELL", 100), ("BUY", 100)]


def test_a_reader_that_goes_away_is_no_error(desk):
    done = desk.shell("set -o pipefail; jainam instruments find A --limit 1000 | head -n 1")

    assert done.code == 0
    assert done.out.startswith("exchange\tsymbol")
    assert "Traceback" not in done.err
    assert "Broken" not in done.err
