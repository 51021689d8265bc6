import os
import threading

import pytest

from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import KIT_TAG, sample_order
from jainam.domain.errors import StoreError
from tests.integration.sql.stopped_clock import StoppedClock

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # newer Pythons warn of forks with threads


def fork(job):
    """Run a job in a forked child; return a callable that waits for its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = job()
        finally:
            os._exit(code)
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def knows(journal, number):
    return journal.get(sample_order(number).client_order_id) is not None


def test_parent_and_child_go_on_with_one_store(journal):
    journal.record([sample_order(1)])

    def child():
        journal.record([sample_order(2)])
        return 7 if knows(journal, 1) else 1

    wait = fork(child)
    journal.record([sample_order(3)])

    assert wait() == 7
    assert knows(journal, 2)
    assert knows(journal, 3)


def test_what_a_child_wrote_outlives_its_parents_close(journal, open_store):
    closed_read, closed_write = os.pipe()
    wrote_read, wrote_write = os.pipe()

    def child():
        journal.record([sample_order(1)])
        os.write(wrote_write, b".")
        os.read(closed_read, 1)
        journal.record([sample_order(2)])
        return 7

    wait = fork(child)
    os.read(wrote_read, 1)
    journal.close()  # as the last one it would take the log away that its child writes to
    os.write(closed_write, b".")

    assert wait() == 7
    for end in (closed_read, closed_write, wrote_read, wrote_write):
        os.close(end)
    reopened = SqlIntentJournal(open_store(), tag=KIT_TAG)
    assert knows(reopened, 1)
    assert knows(reopened, 2)


def test_a_child_of_a_running_transaction_refuses_to_work(store, journal):
    entered, go_on = threading.Event(), threading.Event()

    def hold():
        with store.writing():
            entered.set()
            go_on.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(30)

    def child():
        with pytest.raises(StoreError, match="forked from"):
            journal.record([sample_order()])
        with pytest.raises(StoreError, match="forked from"):
            journal.kill_switch()
        return 7

    wait = fork(child)
    code = wait()
    go_on.set()
    holder.join(30)

    assert code == 7
    journal.record([sample_order()])
    assert knows(journal, 1)


def test_a_store_in_memory_is_not_the_childs():
    journal = SqlIntentJournal(SqlStore("sqlite://", clock=StoppedClock()), tag=KIT_TAG)
    journal.record([sample_order()])

    def child():
        with pytest.raises(StoreError, match="forked from"):
            journal.record([sample_order(2)])
        return 7

    assert fork(child)() == 7
    assert knows(journal, 1)
    journal.close()
