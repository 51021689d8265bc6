import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.lock_files import LockFiles
from jainam.adapters.local.position_locks import FilePositionLocks
from jainam.adapters.local.processes import LocalProcessTable
from jainam.domain.errors import KeyBusy, StoreError

NAME = "B/NORMAL/CL001/NFO/61093/MIS"


def wait_until(condition, bound_s=20):
    """Wait on a fact of another thread or process."""
    until = time.monotonic() + bound_s
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.001)


def in_forked_child(job):
    """Run a job in a forked child and return its exit code: the job's number, 99 where it raised."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = job()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def queue_length(locks, name):
    with locks._guard:
        queue = locks._queues.get(name)
        return 0 if queue is None else len(queue.waiting)


def test_threads_and_processes_exclude_each_other(worker, directory, tmp_path):
    """D3: lost updates of a counter that is read, truncated and written show any overlap."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    workers = [worker("count", directory, counter, NAME, 3, 40) for _ in range(3)]

    for each in workers:
        each.stdin.write("go\n")
        each.stdin.flush()
    answers = [each.stdout.readline() for each in workers]

    assert answers == ["done\n"] * 3
    assert counter.read_text() == "360"


def test_different_names_do_not_wait_for_each_other(locks, holder):
    holder("a")

    with locks.hold("b", bound_s=0), locks.hold("c", bound_s=0):
        assert locks.holder("a") is not None


def test_another_process_is_waited_for_no_longer_than_the_bound_and_named(locks, holder):
    other = holder(NAME)

    with pytest.raises(KeyBusy) as caught, locks.hold(NAME, bound_s=0.05):
        pass

    assert caught.value.key == NAME
    assert f"process {other.pid} since " in caught.value.holder
    assert caught.value.holder in str(caught.value)


def test_a_bound_of_zero_still_takes_a_free_lock(locks):
    with locks.hold(NAME, bound_s=0):
        assert locks.holder(NAME) is not None


def test_a_lock_that_another_process_lets_go_is_had_by_the_waiter(locks, holder):
    other = holder(NAME)
    had = threading.Event()

    def wait():
        with locks.hold(NAME, bound_s=30):
            had.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert not had.is_set()
    other.stdin.close()
    waiter.join(30)

    assert had.is_set()


def test_a_killed_holder_frees_its_lock(locks, holder):
    other = holder(NAME)

    other.send_signal(signal.SIGKILL)
    other.wait()

    assert locks.holder(NAME) is None
    with locks.hold(NAME, bound_s=0):
        assert locks.holder(NAME) is not None


def test_a_stopped_holder_keeps_its_lock_and_is_named(locks, holder):
    other = holder(NAME)
    other.send_signal(signal.SIGSTOP)
    os.waitpid(other.pid, os.WUNTRACED)

    with pytest.raises(KeyBusy, match=f"process {other.pid}"), locks.hold(NAME, bound_s=0.05):
        pass

    other.send_signal(signal.SIGCONT)


def test_a_stopped_waiter_keeps_nobody_from_the_lock(worker, locks, directory):
    with locks.hold(NAME, bound_s=0):
        waiter = worker("hold", directory, NAME)
        wait_until(lambda: len(lock_file(directory).read_bytes()) > 64)
        waiter.send_signal(signal.SIGSTOP)
        os.waitpid(waiter.pid, os.WUNTRACED)

    with locks.hold(NAME, bound_s=1):
        holder = locks.holder(NAME)

    assert "this process" in holder


def lock_file(directory):
    (file,) = directory.iterdir()
    return file


def test_a_process_that_comes_back_for_more_lets_a_waiting_one_go_first(worker, locks, directory):
    with locks.hold(NAME, bound_s=30):
        waiter = worker("hold", directory, NAME)
        wait_until(lambda: len(lock_file(directory).read_bytes()) > 64)

    outcome = [came_back(locks) for _ in range(3)]

    assert f"process {waiter.pid}" in outcome[-1]


def came_back(locks):
    """Take the lock once more, if it is to be had soon; else say who has it."""
    try:
        with locks.hold(NAME, bound_s=0.05):
            return ""
    except KeyBusy as exc:
        return exc.holder


def test_waiting_threads_are_served_in_the_order_of_their_coming(locks):
    served, threads = [], []

    def job(number):
        with locks.hold(NAME, bound_s=30):
            served.append(number)

    with locks.hold(NAME, bound_s=0):
        for number in range(8):
            thread = threading.Thread(target=job, args=(number,))
            thread.start()
            threads.append(thread)
            wait_until(lambda number=number: queue_length(locks, NAME) == number + 1)
    for thread in threads:
        thread.join(30)

    assert served == list(range(8))


def test_a_thread_that_gives_up_leaves_the_queue_in_order(locks):
    served, threads, gave_up = [], [], []

    def job(number, bound_s):
        try:
            with locks.hold(NAME, bound_s=bound_s):
                served.append(number)
        except KeyBusy as exc:
            gave_up.append((number, exc.holder))

    with locks.hold(NAME, bound_s=0):
        for number, bound_s in enumerate((30, 0.05, 30)):
            thread = threading.Thread(target=job, args=(number, bound_s))
            thread.start()
            threads.append(thread)
            wait_until(lambda number=number: queue_length(locks, NAME) + len(gave_up) == number + 1)
        wait_until(lambda: gave_up)
    for thread in threads:
        thread.join(30)

    ((number, named),) = gave_up
    assert number == 1
    assert "MainThread" in named
    assert str(os.getpid()) in named
    assert served == [0, 2]
    assert locks._queues == {}


def test_the_same_thread_asking_twice_is_told_at_once(locks):
    before = time.monotonic()

    with locks.hold(NAME, bound_s=1), pytest.raises(KeyBusy, match="this very thread"), locks.hold(NAME, bound_s=60):
        pass

    assert time.monotonic() - before < 30
    with locks.hold(NAME, bound_s=0):
        assert locks.holder(NAME) is not None


def test_two_sets_of_locks_in_one_process_exclude_each_other(locks, directory):
    others = FilePositionLocks(directory, SystemClock(), LocalProcessTable())

    with locks.hold(NAME, bound_s=0), pytest.raises(KeyBusy, match=str(os.getpid())), others.hold(NAME, bound_s=0.01):
        pass


def test_an_exception_inside_the_block_lets_go(locks):
    with pytest.raises(LookupError), locks.hold(NAME, bound_s=0):
        raise LookupError("inside")

    assert locks.holder(NAME) is None
    with locks.hold(NAME, bound_s=0):
        assert locks.holder(NAME) is not None


def test_nobody_holds_a_name_that_was_never_locked(locks):
    assert locks.holder("never") is None


def test_a_holder_that_has_ended_is_not_named(locks, directory):
    Path(locks._files.path_of(NAME)).write_bytes(b"4194304 1 1790000000000000".ljust(64))

    assert locks.holder(NAME) is None


@pytest.mark.parametrize("content", [b"", b"\xff" * 200, b"1 2", b"1 2 99999999999999999999999"])
def test_a_damaged_record_neither_names_nor_hinders_anybody(locks, directory, content):
    Path(locks._files.path_of(NAME)).write_bytes(content)

    assert locks.holder(NAME) is None
    with locks.hold(NAME, bound_s=0):
        assert str(os.getpid()) in locks.holder(NAME)


def test_a_forked_child_holds_none_of_its_parents_locks(locks, directory):
    def child():
        is_busy = False
        try:
            with locks.hold(NAME, bound_s=0):
                pass
        except KeyBusy:
            is_busy = True
        return 7 if is_busy and not open_lock_files(directory) else 1

    with locks.hold(NAME, bound_s=0):
        code = in_forked_child(child)

    assert code == 7


def open_lock_files(directory):
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [link for link in links if str(directory) in str(link.readlink())]


def test_a_killed_holder_frees_its_lock_though_its_forked_child_lives(directory, locks):
    code = f"""
import os, sys, pathlib
sys.path[:0] = {sys.path!r}
from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.position_locks import FilePositionLocks
from jainam.adapters.local.processes import LocalProcessTable
locks = FilePositionLocks(pathlib.Path({str(directory)!r}), SystemClock(), LocalProcessTable())
with locks.hold({NAME!r}, bound_s=0):
    if os.fork() == 0:
        print("forked", flush=True)
        sys.stdin.read()
        os._exit(0)
    import signal
    signal.pause()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout.readline() == "forked\n"
        parent.kill()
        parent.wait()

        with locks.hold(NAME, bound_s=0):
            assert locks.holder(NAME) is not None
    finally:
        parent.communicate()


def test_a_child_that_leaves_its_parents_block_does_not_free_the_lock(locks, directory):
    others = FilePositionLocks(directory, SystemClock(), LocalProcessTable())
    hold = locks.hold(NAME, bound_s=0)
    hold.__enter__()
    try:
        code = in_forked_child(lambda: 7 if hold.__exit__(None, None, None) is None else 1)

        assert code == 7
        with pytest.raises(KeyBusy), others.hold(NAME, bound_s=0):
            pass
    finally:
        hold.__exit__(None, None, None)


def test_a_child_forked_while_others_wait_can_lock(locks):
    def wait():
        with locks.hold(NAME, bound_s=30):
            pass

    waiter = threading.Thread(target=wait)
    with locks.hold("mine", bound_s=0):
        with locks.hold(NAME, bound_s=0):
            waiter.start()
            wait_until(lambda: queue_length(locks, NAME) == 1)
            code = in_forked_child(lambda: 7 if locks._queues == {} and takes(locks, "another") else 1)
        waiter.join(30)

    assert code == 7


def takes(locks, name):
    with locks.hold(name, bound_s=0):
        return True


def test_a_started_program_does_not_inherit_the_lock(locks, directory):
    with locks.hold(NAME, bound_s=0):
        listing = subprocess.run(
            [sys.executable, "-c", "import os; print([os.path.realpath(f'/proc/self/fd/{n}') for n in range(3, 64)])"],
            capture_output=True,
            text=True,
            check=True,
            close_fds=False,
        ).stdout

    assert str(directory) not in listing


def test_a_file_that_was_taken_away_is_made_anew(locks, directory):
    with locks.hold(NAME, bound_s=0):
        lock_file(directory).unlink()

    with locks.hold(NAME, bound_s=0):
        assert lock_file(directory).exists()


def test_a_waiter_whose_file_was_taken_away_locks_the_new_one(locks, directory):
    files = LockFiles(directory, SystemClock(), LocalProcessTable())
    clock = SystemClock()
    old = files.acquire(NAME, until_s=clock.elapsed_s())
    got = []
    waiter = threading.Thread(target=lambda: got.append(locks.acquire(NAME, 30)))
    waiter.start()
    wait_until(lambda: len(lock_file(directory).read_bytes()) > 64)

    lock_file(directory).unlink()
    files.release(old)
    waiter.join(30)

    assert os.fstat(got[0]).st_nlink == 1
    locks.release(NAME, got[0])


def test_directory_and_files_are_for_their_owner_alone(locks, directory):
    with locks.hold(NAME, bound_s=0):
        assert directory.stat().st_mode & 0o777 == 0o700
        assert lock_file(directory).stat().st_mode & 0o777 == 0o600


def test_a_directory_that_others_may_read_is_closed_to_them(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)

    FilePositionLocks(tmp_path / "open", SystemClock(), LocalProcessTable())

    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_can_not_be_made_is_an_error_that_says_so(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="can't be used"):
        FilePositionLocks(tmp_path / "file" / "locks", SystemClock(), LocalProcessTable())


def test_a_file_that_can_not_be_opened_is_an_error_and_frees_the_turn(locks, directory):
    Path(locks._files.path_of(NAME)).symlink_to("elsewhere")

    for _ in range(2):
        with pytest.raises(StoreError, match="can't be used"), locks.hold(NAME, bound_s=0):
            pass

    assert locks._queues == {}
    assert open_lock_files(directory) == []
