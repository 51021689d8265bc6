"""A running simulator inside this process, for tests and demonstrations."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from jainam.simulator.server import Listing, SimulatorError, VenueServer, listen, listing
from jainam.simulator.venue import Venue, VenueOptions

_START_S = 20.0


class _ThreadedServer(VenueServer):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the main thread."""
        yield


@frozen
class RunningSimulator:
    """A venue that answers on loopback, and the venue itself for a look behind the scenes."""

    listing: Listing
    venue: Venue

    @property
    def url(self) -> str:
        """The root of all its addresses."""
        return self.listing["url"]


@contextlib.contextmanager
def running_simulator(**options: Any) -> Iterator[RunningSimulator]:
    """
    Run a venue in a thread on a free loopback port for as long as the block lasts.

    Args:
        options: Those of `VenueOptions`.

    Raises:
        SimulatorError: It did not come up.

    """
    venue = Venue(VenueOptions(**options))
    up = threading.Event()
    with listen("127.0.0.1", 0) as door:
        server = _ThreadedServer(venue, up.set)
        thread = threading.Thread(target=server.run, args=([door],), name="simulated-venue", daemon=True)
        thread.start()
        try:
            if not up.wait(_START_S):
                raise SimulatorError(f"the simulated venue did not come up within {_START_S:.0f} s")
            yield RunningSimulator(listing(venue, "127.0.0.1", door.getsockname()[1]), venue)
        finally:
            server.should_exit = True
            thread.join(_START_S)
