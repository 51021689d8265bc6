import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId, AccountKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "xts"


@pytest.fixture
def body_of() -> Callable[[str], bytes]:
    return lambda name: (FIXTURES / name).read_bytes()


@pytest.fixture
def result_of() -> Callable[[str], Any]:
    return lambda name: json.loads((FIXTURES / name).read_text())["result"]


@pytest.fixture
def rows_of_master() -> Callable[[str], list[str]]:
    return lambda segment: (FIXTURES / f"master.{segment}.psv").read_text().splitlines()


@pytest.fixture
def normal() -> AccountId:
    return AccountId("xts", "B", AccountKind.NORMAL)


@pytest.fixture
def pro() -> AccountId:
    return AccountId("xts", "B", AccountKind.PRO)


@pytest.fixture
def investor() -> AccountId:
    return AccountId("xts", "B", AccountKind.INVESTOR)


@pytest.fixture
def clients(normal) -> ClientWords:
    return ClientWords(normal, None)
