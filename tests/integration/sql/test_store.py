import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from jainam.adapters.sql import schema
from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.statements import Statement
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import KIT_TAG, NOON, sample_order
from jainam.domain.errors import ConfigurationError, Effect, StoreError
from jainam.domain.kill_switch import KillSwitch
from tests.integration.sql.stopped_clock import StoppedClock

SECRET = "not-to-be-shown"


@pytest.fixture
def raw(tmp_path):
    """Another program's connection to the store's file."""
    connection = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    yield connection
    connection.close()


def run(store, sql, *, durable=False):
    with store.writing(durable=durable) as transaction:
        return transaction.rows(Statement(text(sql)))


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


# files


def test_only_the_owner_may_read_the_files(store, journal, tmp_path):
    journal.record([sample_order()])

    assert {path.name: mode_of(path) for path in tmp_path.iterdir()} == {
        "desk.db": 0o600,
        "desk.db-wal": 0o600,
        "desk.db-shm": 0o600,
    }


def test_missing_directories_are_made_for_the_owner_alone(tmp_path):
    home = tmp_path / "desk" / "store"

    SqlStore(f"sqlite:///{home / 'desk.db'}", clock=StoppedClock()).close()

    assert [mode_of(home), mode_of(home.parent)] == [0o700, 0o700]


def test_a_file_that_others_may_read_is_closed_to_them(open_store, tmp_path):
    open_store().close()
    (tmp_path / "desk.db").chmod(0o644)

    open_store()

    assert mode_of(tmp_path / "desk.db") == 0o600


def test_a_path_that_is_no_place_for_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="can't be opened"):
        SqlStore(f"sqlite:///{tmp_path / 'file' / 'desk.db'}", clock=StoppedClock())


# addresses


@pytest.mark.parametrize(
    "url", [f"postgresql://desk:{SECRET}@host/desk", f"{SECRET}", f"sqlite:///x?password={SECRET}"]
)
def test_another_address_is_refused_and_not_shown(url):
    with pytest.raises(ConfigurationError) as caught:
        SqlStore(url, clock=StoppedClock())

    assert SECRET not in str(caught.value)


# durability


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_a_durable_transaction_waits_for_the_disk(store, durable, level):
    assert run(store, "PRAGMA synchronous", durable=durable) == [(level,)]


def test_the_store_is_in_wal_mode(store):
    assert run(store, "PRAGMA journal_mode") == [("wal",)]


# versions


def test_a_store_knows_when_it_was_created(open_store):
    first = open_store()
    first.close()

    assert open_store().created_at == first.created_at == StoppedClock().at


def test_a_newer_store_is_refused(store, raw, open_store):
    raw.execute("UPDATE store_meta SET value = '2' WHERE name = 'version'")

    with pytest.raises(StoreError, match="newer jainam") as caught:
        open_store()

    assert caught.value.hint == "upgrade jainam, or name another store"


def test_an_older_store_is_lifted_step_by_step(store, raw):
    migrations = {
        1: [Statement(text("ALTER TABLE facts ADD COLUMN told_by TEXT"))],
        2: [Statement(text("UPDATE facts SET told_by = 'somebody'"))],
    }
    raw.execute("INSERT INTO facts (name, value) VALUES ('a', 'b')")

    with store.writing() as transaction:
        created_at = schema.prepare(transaction, store.name, NOON, version=3, migrations=migrations)

    assert created_at == store.created_at
    assert raw.execute("SELECT * FROM facts").fetchall() == [("a", "b", "somebody")]
    assert raw.execute("SELECT value FROM store_meta WHERE name = 'version'").fetchone() == ("3",)


def test_a_failed_migration_leaves_the_store_as_it_was(store, raw):
    migrations = {
        1: [Statement(text("ALTER TABLE facts ADD COLUMN told_by TEXT"))],
        2: [Statement(text("UPDATE no_such_table SET told_by = 'somebody'"))],
    }

    with pytest.raises(StoreError), store.writing() as transaction:
        schema.prepare(transaction, store.name, NOON, version=3, migrations=migrations)

    assert [column[0] for column in raw.execute("SELECT * FROM facts").description] == ["name", "value"]
    assert raw.execute("SELECT value FROM store_meta WHERE name = 'version'").fetchone() == ("1",)


def test_another_programs_database_is_left_alone(raw, open_store):
    raw.execute("CREATE TABLE theirs (x)")

    with pytest.raises(StoreError, match="another program's database"):
        open_store()

    assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_file_that_is_no_database_is_told(tmp_path, open_store):
    (tmp_path / "desk.db").write_bytes(b"no database at all, but long enough to have a header" * 20)

    with pytest.raises(StoreError, match="damaged or is no SQLite file"):
        open_store()


# failures


def test_a_store_that_another_process_keeps_locked_is_told(store, journal, raw):
    raw.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="is locked") as caught:
        journal.record([sample_order()])

    raw.execute("ROLLBACK")
    assert caught.value.effect is Effect.NONE
    assert journal.get(sample_order().client_order_id) is None


def test_a_locked_store_can_still_be_read(store, journal, raw):
    journal.record([sample_order()])
    raw.execute("BEGIN IMMEDIATE")

    assert journal.get(sample_order().client_order_id) == sample_order()


def test_a_store_that_another_thread_keeps_is_told(store, journal):
    with store.writing(), pytest.raises(StoreError, match="busy in this process"):
        journal.record([sample_order()])


def test_a_store_works_again_after_it_was_locked(store, journal, raw):
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError):
        journal.record([sample_order()])
    raw.execute("ROLLBACK")

    journal.record([sample_order()])

    assert journal.get(sample_order().client_order_id) == sample_order()


def test_a_full_store_is_told_and_keeps_what_it_has(store, journal):
    journal.record([sample_order()])
    pages = run(store, "PRAGMA page_count")[0][0]
    run(store, f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="is full") as caught:
        journal.record([sample_order(number, content="x" * 3_000) for number in range(2, 50)])

    assert caught.value.effect is Effect.NONE
    assert journal.get(sample_order(2).client_order_id) is None
    assert journal.get(sample_order().client_order_id) == sample_order()


def test_a_failed_commit_may_have_happened(store):
    def break_a_rule_that_the_commit_checks():
        with store.writing() as transaction:
            for sql in (
                "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
                "CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO children VALUES (1)",
            ):
                transaction.write(Statement(text(sql)))

    with pytest.raises(StoreError) as caught:
        break_a_rule_that_the_commit_checks()

    assert caught.value.effect is Effect.POSSIBLE
    assert "unknown" in caught.value.message


def test_an_exception_inside_undoes_everything(store, journal):
    def fail_after_writing():
        with store.writing() as transaction:
            transaction.write(Statement(text("INSERT INTO facts VALUES ('a', 'b')")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()

    assert journal.facts() == {}


def test_an_error_holds_no_value(journal):
    order = sample_order(caller_key=SECRET, content=SECRET, symbol=SECRET)
    journal.record([order])

    with pytest.raises(StoreError) as caught:
        journal.record([sample_order(caller_key=None, symbol=SECRET)])

    seen = caught.value
    while seen is not None:
        assert SECRET not in f"{seen} {seen.args!r}"
        seen = seen.__cause__


def test_a_closed_store_is_told(store, journal):
    journal.close()

    with pytest.raises(StoreError, match="is closed"):
        journal.kill_switch()
    with pytest.raises(StoreError, match="is closed"):
        journal.set_kill_switch(KillSwitch())


def test_a_store_closes_behind_its_last_user(store):
    first, second = SqlIntentJournal(store, tag=KIT_TAG), SqlIntentJournal(store, tag=KIT_TAG)

    first.close()
    assert second.kill_switch() == KillSwitch()
    second.close()

    assert store.is_closed


_AS_ANOTHER_USER = """
import os, sys
from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import KIT_TAG, sample_order
from jainam.domain.errors import StoreError
from tests.integration.sql.stopped_clock import StoppedClock
if os.geteuid() == 0:
    os.seteuid(65534)  # root may write every file
try:
    SqlIntentJournal(SqlStore(sys.argv[1], clock=StoppedClock()), tag=KIT_TAG).record([sample_order()])
except StoreError as error:
    print(error.effect.value, error)
"""


def test_a_store_that_may_not_be_written_is_told():
    with tempfile.TemporaryDirectory() as home:  # outside of a directory that another user can't even enter
        path = Path(home) / "desk.db"
        SqlStore(f"sqlite:///{path}", clock=StoppedClock()).close()
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
        path.chmod(0o400)
        path.parent.chmod(0o755)

        told = subprocess.run(
            [sys.executable, "-c", _AS_ANOTHER_USER, f"sqlite:///{path}"],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert told.startswith("none the store")
    assert "read-only" in told or "can't be opened" in told


# threads


def test_threads_that_race_for_a_key_get_the_same_order(open_store):
    store = open_store(busy_timeout_s=60)
    journal = SqlIntentJournal(store, tag=KIT_TAG)
    start, told = threading.Barrier(6), []

    def work(seed):
        start.wait(30)
        for number in range(15):
            (order,) = journal.record([sample_order(seed + number, caller_key=f"key-{number}")])
            told.append((number, order.client_order_id))
            assert journal.get(order.client_order_id) == order

    threads = [threading.Thread(target=work, args=(100 * (place + 1),)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(told) == 6 * 15
    assert len(set(told)) == 15
