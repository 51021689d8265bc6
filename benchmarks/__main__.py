"""
Every benchmark, and whether it is within its bound: `python -m benchmarks [NAME ...]`.

Each figure is a ratio of two ways of doing something, timed in turns in one run, so that it says the same on a fast
and on a slow machine. Exit status 1: a ratio is past the bound that `bounds.toml` records. Writes nothing.
"""

import os
import platform
import sys
import tomllib
from datetime import datetime
from pathlib import Path

from benchmarks import delta_planning, import_time, lock_hold, smart_order, token_read
from benchmarks.pairs import Figure

MODULES = {
    "smart_order": smart_order,
    "token_read": token_read,
    "import_time": import_time,
    "delta_planning": delta_planning,
    "lock_hold": lock_hold,
}
BOUNDS = Path(__file__).with_name("bounds.toml")


def main(names: list[str]) -> int:
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    bounds = tomllib.loads(BOUNDS.read_text())
    print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {machine()}, Python {platform.python_version()}\n")
    print(f"{'figure':<22}{'time':>10}  {'against':>10}{'ratio':>8}{'rounds':>15}{'bound':>8}")
    past = []
    for name in names or MODULES:
        for figure in MODULES[name].measure():
            bound = bounds[figure.name]["most"]
            print(line(figure, bound), flush=True)
            if figure.ratio > bound:
                past.append(f"{figure.name}: ratio {figure.ratio:.2f} is past its bound {bound}")
    for one in past:
        print(one, file=sys.stderr)
    return 1 if past else 0


def line(figure: Figure, bound: float) -> str:
    spread = f"{figure.lowest:.2f} to {figure.highest:.2f}"
    first = (
        f"{figure.name:<22}{shown(figure.subject_s):>10}  {shown(figure.floor_s):>10}{figure.ratio:>8.2f}"
        f"{spread:>15}{bound:>8}"
    )
    about = f"  {figure.subject} / {figure.floor}"
    return f"{first}\n{about}{f'; {figure.remark}' if figure.remark else ''}"


def shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def machine() -> str:
    """Return processor, count and system in words."""
    return f"{_processor()}, {os.cpu_count() or 1} cores, {platform.system()} {platform.release().partition('-')[0]}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((one.partition(":")[2].strip() for one in lines if one.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
