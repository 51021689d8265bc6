import subprocess
import sys
from pathlib import Path

import pytest

from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import KIT_TAG
from tests.integration.sql.stopped_clock import StoppedClock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def open_store(url):
    """Opens the test's store as another process would, with a short patience."""
    opened = []

    def open_one(**options):
        opened.append(SqlStore(url, clock=StoppedClock(), **{"busy_timeout_s": 0.1, **options}))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def journal(store):
    return SqlIntentJournal(store, tag=KIT_TAG)


@pytest.fixture
def start_worker(url):
    """Starts a process on the test's store, ready to go on a line of input."""
    running = []

    def start(job, *, count=0, seed=0):
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.sql.store_worker", job, url, str(count), str(seed)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(worker)
        return worker

    yield start
    for worker in running:
        worker.kill()
        worker.wait()
        worker.stdin.close()
        worker.stdout.close()


@pytest.fixture
def race(start_worker):
    """Runs workers at once, and returns what each told."""

    def run(job, *, workers=2, count=0):
        runners = [start_worker(job, count=count, seed=1_000 * (place + 1)) for place in range(workers)]
        assert [runner.stdout.readline() for runner in runners] == ["ready\n"] * workers
        for runner in runners:
            runner.stdin.write("go\n")
            runner.stdin.flush()
        told = [[line.split() for line in runner.stdout] for runner in runners]
        assert [runner.wait() for runner in runners] == [0] * workers
        return told

    return run
