"""
Holding and releasing a key's lock that nobody contends for, against flock and unlock of an open file.

The lock's file is there already, as for any key that was traded before. Ours opens it anew each time, queues the
threads of its process, writes who holds it, and looks whether the file is still the one that others would lock.
"""

import fcntl
import tempfile
from pathlib import Path

from benchmarks.pairs import Figure, compare
from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.position_locks import FilePositionLocks
from jainam.adapters.local.processes import LocalProcessTable

_KEY = "simulator/B/NORMAL/CL001/NSE/2885/MIS"


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="jainam-bench-") as home:
        locks = FilePositionLocks(Path(home) / "locks", SystemClock(), LocalProcessTable())
        with (Path(home) / "bare.lock").open("wb") as file:
            descriptor = file.fileno()

            def hold() -> None:
                with locks.hold(_KEY, bound_s=1.0):
                    pass

            def bare() -> None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(descriptor, fcntl.LOCK_UN)

            return [
                compare(
                    "lock-hold",
                    subject=("hold and release a key's lock", hold),
                    floor=("flock and unlock", bare),
                    rounds=9,
                    turns=40,
                    loops=50,
                )
            ]
