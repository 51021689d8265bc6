"""A desk on a venue in this process: real adapters, real SQLite files, virtual time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desks import VirtualDesk, virtual_desk


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Any]:
    """Open virtual desks with venue options of the test's own."""
    opened = []

    def make(**options: Any) -> VirtualDesk:
        context = virtual_desk(tmp_path / f"home{len(opened)}", **options)
        virtual = context.__enter__()
        opened.append(context)
        return virtual

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def virtual(desks: Any) -> VirtualDesk:
    """A desk without rate limits on either side."""
    return desks(rate_limits=None, settings={"rate_limits": "off"})
