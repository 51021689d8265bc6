import os
import subprocess
import sys

import pytest

from jainam.adapters.local.processes import LocalProcessTable


def stat_line(pid, state, started, command="a name"):
    before = f"{pid} ({command}) {state} 1 1 1 0 -1 4194304 125 0 0 0 0 0 0 0 20 0 1 0"
    return f"{before} {started} 3133440 395"


@pytest.fixture
def proc(tmp_path):
    def write(pid, line):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(line)
        return LocalProcessTable(tmp_path)

    return write


def test_this_process_is_alive():
    table = LocalProcessTable()

    pid, started = table.me()

    assert pid == os.getpid()
    assert table.is_alive(pid, started)


def test_a_recycled_number_is_not_alive(proc):
    table = proc(4711, stat_line(4711, "S", 900))

    assert not table.is_alive(4711, 899)
    assert table.is_alive(4711, 900)


def test_a_command_with_blanks_and_brackets_does_not_shift_the_fields(proc):
    table = proc(4711, stat_line(4711, "S", 900, command="x) Z 1 (y"))

    assert table.is_alive(4711, 900)


def test_a_stopped_process_is_alive(proc):
    assert proc(4711, stat_line(4711, "T", 900)).is_alive(4711, 900)


def test_a_zombie_is_not_alive(proc):
    assert not proc(4711, stat_line(4711, "Z", 900)).is_alive(4711, 900)


def test_without_a_start_time_the_number_alone_counts(proc):
    assert proc(4711, stat_line(4711, "S", 900)).is_alive(4711, 0)


def test_where_proc_is_missing_the_number_alone_counts(tmp_path):
    table = LocalProcessTable(tmp_path / "none")

    assert table.me() == (os.getpid(), 0)
    assert table.is_alive(os.getpid(), 12345)


def test_an_ended_process_is_not_alive(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()

    assert not LocalProcessTable().is_alive(child.pid, 0)
    assert not LocalProcessTable(tmp_path / "none").is_alive(child.pid, 0)


@pytest.mark.parametrize("pid", [0, -1, 2**80])
def test_numbers_that_are_no_process_are_not_alive(pid):
    assert not LocalProcessTable().is_alive(pid, 0)


def test_a_damaged_stat_line_falls_back_to_the_number(proc):
    assert proc(os.getpid(), "nonsense").is_alive(os.getpid(), 5)
