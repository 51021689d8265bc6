"""The simulated venue as a process of its own, with its rate chart switched off."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

_PROGRAM = """
import json
from jainam.simulator.server import ServeOptions, serve
from jainam.simulator.venue import VenueOptions

def tell(listing):
    print(json.dumps(listing), flush=True)

serve(ServeOptions(venue=VenueOptions(rate_limits=None), on_ready=tell))
"""


@contextmanager
def venue_process() -> Iterator[dict[str, Any]]:
    """Run a venue for as long as the block lasts, and give its listing: where it is and who may log in."""
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True) as venue:
        assert venue.stdout is not None
        try:
            listing: dict[str, Any] = json.loads(venue.stdout.readline())
            yield listing
        finally:
            venue.terminate()


def calls_so_far(listing: dict[str, Any]) -> dict[str, int]:
    """Return how often each of the venue's endpoints was called."""
    state = httpx.get(f"{listing['url']}/_simulator/state", timeout=30)
    calls: dict[str, int] = state.json()["calls"]
    return calls
