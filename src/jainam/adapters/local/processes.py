"""Processes of this machine: who we are, and who still runs."""

import os
from pathlib import Path

from attrs import frozen

_PROC = Path("/proc")
_STATE, _START_TIME = 0, 19
"""Places in a stat line behind the command's closing bracket: its fields 3 and 22."""

_GONE_STATES = frozenset({"Z", "X", "x"})
"""Ended, though not yet collected by their parent: they hold no lock and send nothing."""


@frozen
class _Stat:
    state: str
    started: int


class LocalProcessTable:
    """
    Processes told apart by number and start time, so that a recycled number is not taken for the old process.

    The start time is in clock ticks since boot where the system has /proc, else 0 and only the number counts.
    Numbers mean the same only inside one pid namespace: a desk's processes share it.
    """

    def __init__(self, proc: Path = _PROC) -> None:
        self._proc = proc
        self._me = (0, 0)

    def me(self) -> tuple[int, int]:
        """Return pid and start time of this process."""
        pid = os.getpid()
        me = self._me
        if me[0] != pid:  # the first call, or a forked child's first
            stat = self._stat(pid)
            me = self._me = (pid, stat.started if stat is not None else 0)
        return me

    def is_alive(self, pid: int, started: int) -> bool:
        """Whether that very process still runs (a stopped one does); where it can't be told apart, yes."""
        if pid <= 0:  # kill() takes these for groups of processes
            return False
        stat = self._stat(pid)
        if stat is not None:
            return stat.state not in _GONE_STATES and started in {0, stat.started}
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            return True
        return True

    def _stat(self, pid: int) -> _Stat | None:
        try:
            text = (self._proc / str(pid) / "stat").read_text("ascii", "replace")
            fields = text.rpartition(")")[2].split()  # the command may hold blanks and brackets
            return _Stat(fields[_STATE], int(fields[_START_TIME]))
        except (OSError, ValueError, IndexError):
            return None
