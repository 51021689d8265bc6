"""What holds for every test: a memory folder of the test's own, and no settings of the machine."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from jainam_memory_tokens.folder import VARIABLE

from jainam import open_desk
from jainam.desk import Desk
from jainam.ports.clock import Clock

settings.register_profile("quiet", database=None, deadline=None, derandomize=True)
settings.load_profile("quiet")


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the memory file system."""
    for name in [name for name in os.environ if name.startswith("JAINAM_")]:
        monkeypatch.delenv(name)
    root = tmp_path / "memory"
    root.mkdir()
    monkeypatch.setenv(VARIABLE, str(root))
    monkeypatch.chdir(tmp_path)
    return root


class VirtualClock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self._slept_s = 0.0

    def now(self) -> datetime:
        return datetime(2026, 9, 1, 5, 0, tzinfo=UTC) + timedelta(seconds=self._slept_s)

    def elapsed_s(self) -> float:
        return self._slept_s

    def sleep(self, seconds: float) -> None:
        self._slept_s += seconds


@pytest.fixture
def clock() -> Clock:
    """Return a clock that waits for nothing."""
    return VirtualClock()


@pytest.fixture
def join_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Open a desk that keeps its sessions in memory, as one more process of it would."""
    opened: list[Desk] = []

    def join(home: str = "home", **changes: str) -> Desk:
        chosen = {"broker": "simulator", "token_repository": "memory", "home": str(tmp_path / home)}
        opened.append(open_desk(**{**chosen, **changes}))  # type: ignore[arg-type]  # all of them are settings
        return opened[-1]

    yield join
    for desk in opened:
        desk.close()
