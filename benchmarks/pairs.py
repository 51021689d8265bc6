"""Two ways of doing something, timed in turns in one process, and how their times compare."""

import gc
import time
from collections.abc import Callable
from statistics import median

from attrs import frozen

Step = Callable[[], object]
"""One thing that is timed, whole."""


@frozen
class Timing:
    """One round: the median times of the subject and of its floor."""

    subject_s: float
    floor_s: float

    @property
    def ratio(self) -> float:
        return self.subject_s / self.floor_s


@frozen
class Figure:
    """What a benchmark says: medians over its rounds."""

    name: str
    subject: str
    floor: str
    subject_s: float
    floor_s: float
    ratio: float
    lowest: float
    """Smallest ratio of a round."""
    highest: float
    remark: str = ""


def compare(
    name: str,
    *,
    subject: tuple[str, Step],
    floor: tuple[str, Step],
    rounds: int,
    turns: int,
    loops: int = 1,
    remark: Callable[[float], str] = lambda _: "",
) -> Figure:
    """
    Time subject and floor in turns (A B A B …) and return their medians.

    Both are run for a while before the clock starts. The ratio is the median of the rounds' ratios, each of the medians
    of its turns: what disturbs the machine for a moment disturbs one turn, and what slows it for longer slows both.

    Args:
        name: What `bounds.toml` calls it.
        subject: A name for people, and what is measured.
        floor: A name for people, and what it is measured against.
        rounds: How many rounds make the figure.
        turns: How many times each of them runs in a round.
        loops: How often one turn repeats its step, for steps that are shorter than the clock is sharp.
        remark: Says something else of the subject's median time, as a rate.
    """
    for _ in range(max(turns // 4, 2)):
        _timed(subject[1], loops)
        _timed(floor[1], loops)
    timings = [_round(subject[1], floor[1], turns, loops) for _ in range(rounds)]
    subject_s = median(one.subject_s for one in timings)
    ratios = [one.ratio for one in timings]
    return Figure(
        name=name,
        subject=subject[0],
        floor=floor[0],
        subject_s=subject_s,
        floor_s=median(one.floor_s for one in timings),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        remark=remark(subject_s),
    )


def _round(subject: Step, floor: Step, turns: int, loops: int) -> Timing:
    gc.collect()
    pairs = [(_timed(subject, loops), _timed(floor, loops)) for _ in range(turns)]
    return Timing(median(one for one, _ in pairs), median(one for _, one in pairs))


def _timed(step: Step, loops: int) -> float:
    if loops == 1:
        began = time.perf_counter()
        step()
        return time.perf_counter() - began
    turns = range(loops)
    began = time.perf_counter()
    for _ in turns:
        step()
    return (time.perf_counter() - began) / loops
