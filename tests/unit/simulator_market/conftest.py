import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jainam.simulator.instruments import Master, build_master
from jainam.simulator.market import Market

DAY = date(2026, 9, 15)
SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def master() -> Master:
    return build_master(7, DAY, "small")


@pytest.fixture(scope="session")
def opened_at() -> float:
    # 10:00 in India
    return datetime(2026, 9, 15, 4, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def market(master, opened_at) -> Market:
    return Market(master, 7, opened_at)


@pytest.fixture(scope="session")
def by_description(master):
    rows = {
        (segment, row.description): row
        for segment in ("NSECM", "NSEFO", "BSECM", "BSEFO", "NSECD", "MCXFO")
        for row in master.in_segment(segment)
    }
    return lambda segment, description: rows[segment, description]


@pytest.fixture(scope="session")
def sample():
    def read(name: str) -> object:
        text = (SAMPLES / name).read_text()
        return json.loads(text) if name.endswith(".json") else text.strip().split("\n")

    return read
