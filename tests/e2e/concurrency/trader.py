"""One process of a desk that fires smart orders with random targets at a few keys, and notes every grant of a lock.

Run as: python trader.py HOME URL SEED ORDERS SYMBOL... ; prints one line a smart order: symbol, target, outcome.
"""

import os
import random
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import jainam
from jainam.adapters.local.position_locks import FilePositionLocks

_wanted = threading.local()


def note_grants(log: Path) -> None:
    """Write a line to *log* whenever this process is granted a lock: all processes append to the same file."""
    hold = FilePositionLocks.hold
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @contextmanager
    def noted(self: FilePositionLocks, name: str, *, bound_s: float) -> Iterator[None]:
        with hold(self, name, bound_s=bound_s):
            if not name.startswith("login/"):
                os.write(descriptor, f"{name} {_wanted.target}\n".encode())
            yield

    FilePositionLocks.hold = noted  # type: ignore[method-assign]  # the log of grants is what the test is about


def main() -> None:
    home, url, seed, count, *symbols = sys.argv[1:]
    note_grants(Path(home) / "grants.log")
    draw = random.Random(int(seed))  # targets, not secrets
    jobs = [(draw.choice(symbols), draw.randint(-20, 20)) for _ in range(int(count))]
    with jainam.open_desk(home=home, base_url=url) as desk:
        client = desk.account().client("CL001")

        def fire(job: tuple[str, int]) -> str:
            symbol, target = job
            _wanted.target = target
            result = client.place_smart_order(symbol, target=target, product="MIS")
            return f"{symbol} {target} {result.outcome.value} {result.final_net}"

        with ThreadPoolExecutor(4) as pool:
            for line in pool.map(fire, jobs):
                print(line)  # noqa: T201  # the caller reads it


if __name__ == "__main__":
    main()
