import os
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jainam.adapters.instrument_files.store import CURRENT, FileInstrumentStore
from jainam.domain.errors import StoreError
from jainam.domain.instruments import Exchange
from tests.integration.instrument_files.shares import share
from tests.unit.local.virtual_clocks import SoloClock

LOADED_AT = datetime(2026, 9, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "instruments"


@pytest.fixture
def clock():
    return SoloClock()


@pytest.fixture
def store(directory, clock):
    kept = FileInstrumentStore(directory, clock)
    yield kept
    kept.close()


@pytest.fixture
def reader(directory, clock):
    """Another process's store, as far as files go."""
    kept = FileInstrumentStore(directory, clock)
    yield kept
    kept.close()


@pytest.fixture
def worker(directory):
    script = Path(__file__).with_name("set_worker.py")
    started = []

    def start(*arguments):
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(
            [sys.executable, script, arguments[0], directory, *map(str, arguments[1:])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def fill(store, *symbols, day=0):
    instruments = [share(number, symbol) for number, symbol in enumerate(symbols, 1)]
    return store.replace(instruments, loaded_at=LOADED_AT + timedelta(days=day), skipped=lambda: 0)


def sets_in(directory):
    return sorted(path.name for path in directory.glob("set-*"))


def test_before_the_first_set_there_is_nothing(store):
    assert store.current() is None
    assert store.by_symbol(Exchange.NSE, "RELIANCE") is None
    assert store.by_id(Exchange.NSE, 1) is None
    assert list(store.symbols_like(None, "", 10)) == []
    assert list(store.symbols(Exchange.NSE, "")) == []


def test_what_was_stored_and_left_out_is_counted(store):
    counts = {"NSE": 2, "NFO": 1}
    instruments = [share(1, "A"), share(2, "B"), share(1, "A", exchange=Exchange.NFO)]

    stored = store.replace(instruments, loaded_at=LOADED_AT, skipped=lambda: 7)

    assert (stored.loaded_at, stored.counts, stored.skipped) == (LOADED_AT, counts, 7)
    assert store.current() == stored


def test_what_was_left_out_is_asked_for_after_the_last_instrument(store):
    left_out = []

    def instruments():
        yield share(1, "A")
        left_out.append("a row")

    stored = store.replace(instruments(), loaded_at=LOADED_AT, skipped=lambda: len(left_out))

    assert stored.skipped == 1


def test_changing_the_counts_that_were_read_changes_nothing(store):
    fill(store, "A")

    store.current().counts.clear()

    assert store.current().counts == {"NSE": 1}


def test_another_process_sees_the_new_set_once_it_looks_again(store, reader, clock):
    fill(store, "OLD")
    assert reader.by_symbol(Exchange.NSE, "OLD").instrument_id == 1

    fill(store, "NEW")
    clock.sleep(0.1)

    assert reader.by_symbol(Exchange.NSE, "OLD") is None
    assert reader.by_id(Exchange.NSE, 1).symbol == "NEW"


def test_a_cached_instrument_of_an_old_set_is_not_given_after_the_swap(store):
    fill(store, "SAME", "OTHER")
    assert store.by_symbol(Exchange.NSE, "SAME").instrument_id == 1

    fill(store, "OTHER", "SAME")

    assert store.by_symbol(Exchange.NSE, "SAME").instrument_id == 2


def test_the_store_that_swapped_sees_the_new_set_at_once(store):
    fill(store, "OLD")
    assert store.by_symbol(Exchange.NSE, "OLD") is not None

    fill(store, "NEW")

    assert store.by_symbol(Exchange.NSE, "OLD") is None


def test_the_cache_is_bounded_and_still_right_past_its_bound(store, monkeypatch):
    monkeypatch.setattr("jainam.adapters.instrument_files.store._CACHED", 10)
    fill(store, *(f"S{number}" for number in range(40)))

    for _ in range(2):
        for number in range(40):
            assert store.by_symbol(Exchange.NSE, f"S{number}").instrument_id == number + 1

    assert len(store._cache) <= 10


def test_a_download_that_breaks_off_keeps_the_old_set_and_raises_its_own_error(store, directory):
    fill(store, "OLD")

    def broken():
        yield share(1, "NEW")
        raise ConnectionResetError("in the middle")

    with pytest.raises(ConnectionResetError, match="in the middle"):
        store.replace(broken(), loaded_at=LOADED_AT, skipped=lambda: 0)

    assert store.by_symbol(Exchange.NSE, "OLD") is not None
    assert store.by_symbol(Exchange.NSE, "NEW") is None
    assert list(directory.glob(".building-*")) == []
    assert len(sets_in(directory)) == 1


def test_an_empty_set_is_refused_and_the_old_one_stays(store):
    fill(store, "OLD")

    with pytest.raises(StoreError, match="without any instrument"):
        store.replace([], loaded_at=LOADED_AT, skipped=lambda: 0)

    assert store.by_symbol(Exchange.NSE, "OLD") is not None


@pytest.mark.parametrize("odd", [share(2**63, "HUGE"), share(1, "\ud800"), share(1, "A", name="\ud800")])
def test_an_instrument_that_can_not_be_stored_is_named_and_the_old_set_stays(store, odd):
    fill(store, "OLD")

    with pytest.raises(StoreError, match="can't be stored"):
        store.replace([odd], loaded_at=LOADED_AT, skipped=lambda: 0)

    assert store.by_symbol(Exchange.NSE, "OLD") is not None


def test_odd_questions_find_nothing(store):
    fill(store, "A")

    assert store.by_symbol(Exchange.NSE, "\ud800") is None
    assert store.by_id(Exchange.NSE, 2**70) is None
    assert list(store.symbols_like(None, "\ud800", 5)) == []
    assert list(store.symbols(Exchange.NSE, "\ud800")) == []


def test_of_two_rows_with_one_symbol_the_first_counts_and_both_have_their_number(store):
    store.replace([share(9, "TWICE"), share(3, "TWICE")], loaded_at=LOADED_AT, skipped=lambda: 0)

    assert store.by_symbol(Exchange.NSE, "TWICE").instrument_id == 9
    assert store.by_id(Exchange.NSE, 3).symbol == "TWICE"


def test_a_builder_that_is_killed_in_the_middle_leaves_the_old_set(store, worker, directory):
    fill(store, "OLD")
    builder = worker("stall")
    assert builder.stdout.readline() == "stalled\n"

    builder.kill()
    builder.wait()

    assert store.by_symbol(Exchange.NSE, "OLD") is not None
    assert store.by_symbol(Exchange.NSE, "HALF") is None
    assert len(list(directory.glob(".building-*"))) == 1


def test_a_half_built_file_of_another_with_our_number_is_left_alone(store, directory):
    directory.mkdir()
    others = directory / f".building-{os.getpid()}-0.sqlite3"
    others.write_bytes(b"of another")

    fill(store, "A")

    assert others.read_bytes() == b"of another"
    assert store.by_symbol(Exchange.NSE, "A") is not None


def test_builders_at_once_leave_whole_sets_and_readers_never_see_a_mix(worker, directory):
    size = 300
    FileInstrumentStore(directory, SoloClock()).replace(
        [share(number, f"S{number}", name="first") for number in range(size)], loaded_at=LOADED_AT, skipped=lambda: 0
    )
    builders = [worker("store", 8, size) for _ in range(2)]
    reader = FileInstrumentStore(directory, SoloClock())
    for builder in builders:
        builder.stdin.write("go\n")
        builder.stdin.flush()

    seen = set()
    while any(builder.poll() is None for builder in builders):
        reader.close()
        found = reader.symbols_like(None, "S", size)
        names = {instrument.name for instrument in found}
        assert len(found) == size
        assert len(names) == 1
        seen |= names
    reader.close()

    assert [builder.stdout.readline() for builder in builders] == ["done\n"] * 2
    assert len(seen) >= 1
    assert reader.current().counts == {"NSE": size}
    reader.close()
    assert list(directory.glob(".building-*")) == []


def test_threads_read_while_another_replaces(store, clock):
    fill(store, *(f"S{number}" for number in range(50)))
    stop, wrong = threading.Event(), []

    def read():
        while not stop.is_set():
            for number in range(50):
                instrument = store.by_symbol(Exchange.NSE, f"S{number}")
                if instrument is None or instrument.instrument_id != number + 1:
                    wrong.append(number)
            if len(store.symbols_like(Exchange.NSE, "S", 100)) != 50:
                wrong.append("search")

    readers = [threading.Thread(target=read) for _ in range(4)]
    for thread in readers:
        thread.start()
    try:
        for _ in range(10):
            fill(store, *(f"S{number}" for number in range(50)))
            clock.sleep(0.2)
    finally:
        stop.set()
        for thread in readers:
            thread.join(60)

    assert wrong == []


def test_a_forked_child_reads_on_a_connection_of_its_own(store):
    fill(store, "A", "B")
    assert store.by_symbol(Exchange.NSE, "A") is not None
    parents = store._reader

    with store._lock:  # as a thread of the parent might hold it
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                found = store.by_symbol(Exchange.NSE, "B")
                code = 7 if found is not None and store._reader is not parents else 2
            finally:
                os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert code == 7
    assert store.by_symbol(Exchange.NSE, "B") is not None


@pytest.mark.parametrize("content", [b"", b"not a database" * 400, b"SQLite format 3\x00" + b"\x00" * 4000])
def test_a_damaged_file_says_what_to_run_and_the_next_set_mends_it(store, reader, directory, content):
    fill(store, "OLD")
    (directory / CURRENT).write_bytes(content)

    for ask in (reader.current, lambda: reader.by_symbol(Exchange.NSE, "OLD"), lambda: reader.by_id(Exchange.NSE, 1)):
        with pytest.raises(StoreError) as caught:
            ask()
        assert "jainam instruments sync" in caught.value.hint
        assert CURRENT in str(caught.value)

    fill(reader, "NEW")
    assert reader.by_symbol(Exchange.NSE, "NEW") is not None


def test_a_file_of_another_format_says_so(store, reader, directory):
    fill(store, "OLD")
    with_version(directory, 99)

    with pytest.raises(StoreError, match="format 99"):
        reader.current()


def with_version(directory, version):
    connection = sqlite3.connect(directory / CURRENT)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def test_somebody_elses_database_is_no_instrument_file(reader, directory):
    directory.mkdir()
    connection = sqlite3.connect(directory / CURRENT)
    connection.execute("CREATE TABLE facts (loaded_at TEXT)")
    connection.close()

    with pytest.raises(StoreError, match="no instrument file"):
        reader.current()


def test_a_file_that_vanishes_means_that_nothing_is_stored(store, directory, clock):
    fill(store, "A")
    assert store.by_symbol(Exchange.NSE, "A") is not None

    (directory / CURRENT).unlink()
    clock.sleep(0.1)

    assert store.by_symbol(Exchange.NSE, "A") is None
    assert store.current() is None


def test_a_directory_that_can_not_be_written_is_an_error_that_says_so(tmp_path, clock):
    (tmp_path / "file").write_text("")
    store = FileInstrumentStore(tmp_path / "file" / "instruments", clock)

    with pytest.raises(StoreError, match="can't be written"):
        fill(store, "A")
    with pytest.raises(StoreError, match="can't be read"):
        store.by_symbol(Exchange.NSE, "A")


def test_older_sets_are_kept_up_to_their_number(store, directory):
    for day in range(8):
        fill(store, f"DAY{day}", day=day)

    assert len(sets_in(directory)) == 5
    assert "set-20260928T030000.000000Z-000.sqlite3" in sets_in(directory)
    assert "set-20260923T030000.000000Z-000.sqlite3" not in sets_in(directory)


def test_sets_of_one_moment_are_both_kept(store, directory):
    fill(store, "A")
    fill(store, "B")

    assert sets_in(directory) == [
        "set-20260921T030000.000000Z-000.sqlite3",
        "set-20260921T030000.000000Z-001.sqlite3",
    ]


def test_sets_and_half_built_files_past_their_days_are_removed(store, directory):
    fill(store, "OLD")
    (old,) = directory.glob("set-*")
    half, young = directory / ".building-1-0.sqlite3", directory / ".building-2-0.sqlite3"
    for path in (old, half):
        path.touch()
        os.utime(path, (1_000_000_000, 1_000_000_000))
    young.touch()

    fill(store, "NEW", day=1)

    assert sets_in(directory) == ["set-20260922T030000.000000Z-000.sqlite3"]
    assert not half.exists()
    assert young.exists()


def test_directory_and_files_are_for_their_owner_alone(store, directory):
    fill(store, "A")

    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / CURRENT).stat().st_mode & 0o777 == 0o600


def test_a_look_up_works_again_after_closing(store):
    fill(store, "A")

    store.close()

    assert store.by_symbol(Exchange.NSE, "A") is not None


def test_reading_changes_nothing_in_the_directory(store, reader, directory):
    fill(store, "A")
    before = sorted(path.name for path in directory.iterdir())
    reader.by_symbol(Exchange.NSE, "A")
    reader.symbols_like(None, "A", 5)

    assert sorted(path.name for path in directory.iterdir()) == before
