"""
Fresh processes that import `jainam` against fresh ones that import nothing.

Both find compiled modules, as in an installed package, in a directory of this run.
"""

import os
import subprocess
import sys
import tempfile

from attrs import evolve

from benchmarks.pairs import Figure, Step, compare


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="jainam-bench-") as compiled:
        bare = _process("pass", compiled)
        return [
            _with_cost(
                compare(
                    "import",
                    subject=("python -c 'import jainam'", _process("import jainam", compiled)),
                    floor=("python -c pass", bare),
                    rounds=7,
                    turns=10,
                ),
                aim_ms=60,
            ),
            _with_cost(
                compare(
                    "import-open-desk",
                    subject=("from jainam import open_desk", _process("from jainam import open_desk", compiled)),
                    floor=("python -c pass", bare),
                    rounds=5,
                    turns=6,
                )
            ),
        ]


def _with_cost(figure: Figure, aim_ms: float | None = None) -> Figure:
    cost_ms = (figure.subject_s - figure.floor_s) * 1e3
    remark = f"adds {cost_ms:.0f} ms"
    if aim_ms is not None:
        remark += f"; aim: under {aim_ms:.0f} ms ({'met' if cost_ms < aim_ms else 'missed'})"
    return evolve(figure, remark=remark)


def _process(program: str, compiled: str) -> Step:
    command = [sys.executable, "-c", program]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = compiled

    def run() -> None:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=environment)

    return run
