import sqlite3

import pytest

from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.conformance.sample_orders import KIT_TAG, sample_order
from jainam.domain.intents import IntentState

COUNT = 25


def test_processes_that_open_a_fresh_store_at_once_make_it_once(race):
    told = race("open", workers=4)

    assert len({line[1] for lines in told for line in lines}) == 1
    assert [len(lines) for lines in told] == [1] * 4


def test_processes_that_race_for_a_key_get_the_same_order(open_store, race):
    told = race("record", count=COUNT)

    journal = SqlIntentJournal(open_store(), tag=KIT_TAG)
    assert told[0] == told[1]
    for number, identifier in told[0]:
        assert [order.client_order_id for order in journal.by_caller_key(f"key-{number}")] == [identifier]


def test_processes_that_race_for_an_order_send_it_once(open_store, race):
    journal = SqlIntentJournal(open_store(), tag=KIT_TAG)
    for number in range(1, COUNT + 1):
        journal.record([sample_order(number)])

    told = race("mark", count=COUNT)

    for number, verdicts in enumerate(zip(*told, strict=True), 1):
        assert sorted(verdict for _, verdict in verdicts) == ["settled", "won"]
        order = journal.get(sample_order(number).client_order_id)
        assert (order.state, order.attempts) == (IntentState.SENDING, 1)


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 31, 62])
def test_nothing_acknowledged_is_missing_after_a_kill(open_store, start_worker, tmp_path, acknowledged):
    worker = start_worker("send")
    worker.stdout.readline()
    worker.stdin.write("go\n")
    worker.stdin.flush()
    told = [worker.stdout.readline().split() for _ in range(acknowledged)]

    worker.kill()
    worker.wait()
    told += [line.split() for line in worker.stdout if line.endswith("\n")]

    journal = SqlIntentJournal(open_store(), tag=KIT_TAG)
    reached = ["recorded", "sending", "placed"]
    last = dict(told)
    for number, state in last.items():
        found = journal.get(sample_order(int(number)).client_order_id)
        assert reached.index(found.state.value) >= reached.index(state)
    entries = [(entry.client_order_id, entry.kind) for entry in journal.entries()]
    assert len(entries) == len(set(entries))
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
