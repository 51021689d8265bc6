import subprocess
import sys
from pathlib import Path

import pytest

from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.position_locks import FilePositionLocks
from jainam.adapters.local.processes import LocalProcessTable


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "locks"


@pytest.fixture
def locks(directory):
    return FilePositionLocks(directory, SystemClock(), LocalProcessTable())


@pytest.fixture
def worker():
    """Starts other processes; none outlives its test, not even a stopped one."""
    script = Path(__file__).with_name("lock_worker.py")
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, script, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def holder(worker, directory):
    """Starts a process that holds a lock."""

    def start(name):
        process = worker("hold", directory, name)
        assert process.stdout.readline() == "held\n"
        return process

    return start
