"""
The price walk of one underlying: any moment and any range of it, in time that grows with the logarithm of its length.

A stretch of the walk is known by open, high, low and close. It splits in the middle into two stretches that together
have exactly these, down to single steps of one second. So a bar of five minutes is what its five bars of one minute
make, whoever asks for which first, and nothing needs to be remembered.
"""

from datetime import date
from typing import Final

from attrs import frozen

from jainam.simulator.cash_listing import previous_trading_day
from jainam.simulator.instrument_terms import Underlying, level
from jainam.simulator.noise import mix, seed_from, signed, unit

STRETCH_STEPS: Final = 1 << 16
"""Steps of one stretch of the running day; the day is as many stretches as it lasts."""

_MINUTE: Final = 60
_LEFT: Final = 0x9FB21C651E98DF25
_RIGHT: Final = 0xD6E8FEB86659FD93
_LOW_BITS: Final = (1 << 18) - 1


@frozen
class Stretch:
    """Prices over some steps of a walk."""

    open: float
    high: float
    low: float
    close: float

    def then(self, later: "Stretch") -> "Stretch":
        """Return both stretches as one."""
        return Stretch(self.open, max(self.high, later.high), min(self.low, later.low), later.close)


@frozen
class Walk:
    """A stretch with all that happens inside it."""

    seed: int
    steps: int
    whole: Stretch

    def at(self, step: int) -> float:
        """Return the price at the end of a step."""
        begin, end, seed = 0, self.steps, self.seed
        opened, high, low, close = self.whole.open, self.whole.high, self.whole.low, self.whole.close
        while end - begin > 1:
            middle = _middle(begin, end)
            bits, seam, left_high, left_low, right_high, right_low = _split(seed, opened, high, low, close)
            if step < middle:
                end, seed, high, low, close = middle, bits ^ _LEFT, left_high, left_low, seam
            else:
                begin, seed, opened, high, low = middle, bits ^ _RIGHT, seam, right_high, right_low
        return close

    def part(self, step: int, longest: int) -> tuple[int, "Walk"]:
        """Return the part of at most *longest* steps that holds a step, and the step at which it begins."""
        begin, end, seed, stretch = 0, self.steps, self.seed, self.whole
        while end - begin > longest:
            middle = _middle(begin, end)
            bits, seam, left_high, left_low, right_high, right_low = _split(
                seed, stretch.open, stretch.high, stretch.low, stretch.close
            )
            if step < middle:
                end, seed, stretch = middle, bits ^ _LEFT, Stretch(stretch.open, left_high, left_low, seam)
            else:
                begin, seed, stretch = middle, bits ^ _RIGHT, Stretch(seam, right_high, right_low, stretch.close)
        return begin, Walk(seed, end - begin, stretch)

    def over(self, first: int, stop: int) -> Stretch:
        """
        Return the prices over the steps from *first* to before *stop*.

        Raises:
            ValueError: The range is empty or leaves the walk.
        """
        if not 0 <= first < stop <= self.steps:
            raise ValueError(f"steps {first} to {stop} are no part of a walk of {self.steps}")
        return _over(self.seed, self.whole, 0, self.steps, first, stop)


def _middle(begin: int, end: int) -> int:
    """Return where a stretch splits: between minutes as long as it has more than one, so that minutes are whole."""
    minutes = (end - begin - 1) // _MINUTE
    return begin + (minutes + 1) // 2 * _MINUTE if minutes else (begin + end) // 2


def _over(seed: int, stretch: Stretch, begin: int, end: int, first: int, stop: int) -> Stretch:
    if first <= begin and end <= stop:
        return stretch
    middle = _middle(begin, end)
    bits, seam, left_high, left_low, right_high, right_low = _split(
        seed, stretch.open, stretch.high, stretch.low, stretch.close
    )
    before = after = None
    if first < middle:
        left = Stretch(stretch.open, left_high, left_low, seam)
        before = _over(bits ^ _LEFT, left, begin, middle, first, stop)
    if stop > middle:
        right = Stretch(seam, right_high, right_low, stretch.close)
        after = _over(bits ^ _RIGHT, right, middle, end, first, stop)
    if before is None or after is None:
        return before or after or stretch
    return before.then(after)


def _split(
    seed: int, opened: float, high: float, low: float, close: float
) -> tuple[int, float, float, float, float, float]:
    """
    Split a stretch in the middle: one half has its high, one its low, and the seam is shared.

    The other half's extremes are drawn so that a half moves about 0.7 times as far as the whole, as prices do.

    Returns:
        The bits that the seeds of the halves follow from, the seam, high and low of the left half, and of the right.
    """
    bits = mix(seed)
    seam = (opened + close) / 2.0 + (high - low) * 0.75 * ((bits & _LOW_BITS) / _LOW_BITS - 0.5)
    if seam > high:
        seam = high
    elif seam < low:
        seam = low
    left_high, left_low = (opened, seam) if opened > seam else (seam, opened)
    right_high, right_low = (close, seam) if close > seam else (seam, close)
    # a half whose end is the extreme already has it
    if left_high == high or (right_high != high and bits >> 62 & 1):
        left_high, right_high = high, right_high + 0.6 * ((bits >> 18 & _LOW_BITS) / _LOW_BITS) * (high - right_high)
    else:
        left_high, right_high = left_high + 0.6 * ((bits >> 18 & _LOW_BITS) / _LOW_BITS) * (high - left_high), high
    if left_low == low or (right_low != low and bits >> 63):
        left_low, right_low = low, right_low - 0.6 * ((bits >> 36 & _LOW_BITS) / _LOW_BITS) * (right_low - low)
    else:
        left_low, right_low = left_low - 0.6 * ((bits >> 36 & _LOW_BITS) / _LOW_BITS) * (left_low - low), low
    return bits, seam, left_high, left_low, right_high, right_low


def past_day(underlying: Underlying, day: date) -> Walk:
    """Return an earlier trading day's walk, from the close of the day before to its own."""
    opens, closes = underlying.session
    before = level(underlying.seed, underlying.anchor, underlying.volatility, previous_trading_day(day))
    close = level(underlying.seed, underlying.anchor, underlying.volatility, day)
    seed = seed_from(underlying.seed, "day", day.toordinal())
    start = before * (1.0 + 0.3 * underlying.volatility * signed(seed, 1))
    return Walk(seed, closes - opens, _widened(seed, start, close, before * underlying.volatility))


def running_day(underlying: Underlying, day: date, number: int) -> Walk:
    """Return stretch *number* of the running day; the walk keeps within the underlying's reach."""
    base = underlying.previous_close
    size = base * underlying.volatility
    day_seed = seed_from(underlying.seed, "running", day.toordinal())
    start = base + size * (1.2 * signed(day_seed, number) if number else 0.3 * signed(day_seed, -1))
    close = base + size * 1.2 * signed(day_seed, number + 1)
    seed = mix(day_seed ^ number)
    return Walk(seed, STRETCH_STEPS, _widened(seed, start, close, size))


def _widened(seed: int, start: float, close: float, size: float) -> Stretch:
    high = max(start, close) + size * (0.1 + 0.9 * unit(seed, 2))
    low = min(start, close) - size * (0.1 + 0.9 * unit(seed, 3))
    return Stretch(start, high, low, close)
