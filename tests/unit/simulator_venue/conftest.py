from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from jainam.simulator.venue import Venue
from tests.unit.simulator_venue.desk import Desk, logged_in, virtual_client, virtual_venue


@pytest.fixture
def open_desk() -> Iterator[Callable[..., tuple[Desk, Venue]]]:
    """Opens a dealer's desk at a fresh virtual venue with the options given."""
    with ExitStack() as stack:

        def opened(**options: Any) -> tuple[Desk, Venue]:
            venue = virtual_venue(**options)
            return logged_in(stack.enter_context(virtual_client(venue))), venue

        yield opened


@pytest.fixture
def venue() -> Venue:
    return virtual_venue()


@pytest.fixture
def desk(venue: Venue) -> Iterator[Desk]:
    with virtual_client(venue) as http:
        yield logged_in(http)
