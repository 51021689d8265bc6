"""The intent journal's conformance kit on our SQL journal, on disk and in memory."""

import itertools
import shutil

import pytest

from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.intent_journal import IntentJournalContract
from jainam.conformance.sample_orders import KIT_TAG
from tests.integration.sql.stopped_clock import StoppedClock


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    """A file to copy: making the tables a hundred times is mostly waiting for the disk."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    SqlStore(f"sqlite:///{path}", clock=StoppedClock()).close()
    return path


class TestOnDisk(IntentJournalContract):
    examples = 8  # each mark waits for the disk

    @pytest.fixture
    def new_store(self, tmp_path, empty_store):
        numbers = itertools.count()

        def fresh():
            path = shutil.copy(empty_store, tmp_path / f"{next(numbers)}.db")
            return lambda: SqlIntentJournal(SqlStore(f"sqlite:///{path}", clock=StoppedClock()), tag=KIT_TAG)

        return fresh


class TestInMemory(IntentJournalContract):
    @pytest.fixture
    def new_store(self):
        stores = []

        def fresh():
            stores.append(SqlStore("sqlite://", clock=StoppedClock()))
            stores[-1].join(stores)  # it would end with its last journal
            return lambda store=stores[-1]: SqlIntentJournal(store, tag=KIT_TAG)

        yield fresh
        for store in stores:
            store.close()
