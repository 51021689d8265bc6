"""
The market: prices, books and touchlines of every instrument at any moment.

Answers follow from the seed, the instrument and the moment, whatever was asked before; only a pinned price is
remembered. Contracts hang on their underlyings, so a chain never contradicts itself.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from math import ceil, floor
from typing import Final

from attrs import frozen

from jainam.simulator.instrument_terms import SESSION_HOURS, SPOT, SPREAD, Instrument, Liquidity
from jainam.simulator.instruments import Master
from jainam.simulator.noise import mix, seed_from, signed, unit
from jainam.simulator.price_walk import STRETCH_STEPS, Stretch, Walk, past_day, running_day

IST_OFFSET_S: Final = 19_800
_LEVELS: Final = 5
_PART_STEPS: Final = 64
_PAISA: Final = Decimal("0.01")
_CURRENCY_PLACES: Final = Decimal("0.0001")


@frozen
class Level:
    """One price of a book."""

    price: Decimal
    quantity: int
    orders: int


@frozen
class Book:
    """
    Depth at one moment, best first: five levels a side, fewer where the price band or the lowest tick ends.

    What can't be traded (an index, a spot row) has no levels; everything else has at least one on each side.
    """

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@frozen
class Touchline:
    """Last trade and day's figures at one moment; times are unix seconds."""

    bid: Level | None
    ask: Level | None
    last_price: Decimal
    last_qty: int
    last_trade_at: int
    last_update_at: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    """Close of the previous day."""

    average_price: Decimal
    volume: int
    total_buy_qty: int
    total_sell_qty: int
    open_interest: int


@frozen
class Bar:
    """Prices and volume over some time; unix seconds, *end* excluded."""

    start: float
    end: float
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    open_interest: int


class Market:
    """All prices of one venue's run."""

    def __init__(self, master: Master, seed: int, opened_at: float, speed: float = 1.0) -> None:
        """
        Open the market.

        Args:
            master: The day's instruments.
            seed: What books and volumes follow from; the walks follow from the master's own.
            opened_at: Unix seconds of the venue's start. The market is open from the segment's opening hour of the
                master's day or from here, whichever is earlier, and never closes.
            speed: Market seconds in a second.
        """
        self.master = master
        self.speed = speed
        self.opened_at = opened_at
        self._seed = seed_from(seed, "market")
        midnight = datetime.combine(master.day, datetime.min.time(), UTC).timestamp() - IST_OFFSET_S
        self._day_starts_at = midnight
        self._session_start = {
            segment: min(opened_at, midnight + opens) for segment, (opens, _) in SESSION_HOURS.items()
        }
        self._pins: dict[tuple[str, int], Decimal] = {}
        # what was last asked for, by underlying: all of it follows from the moment alone and is kept for speed
        self._walks: dict[int, tuple[int, Walk]] = {}
        self._parts: dict[int, tuple[int, Walk]] = {}
        self._so_far: dict[int, tuple[int, Stretch]] = {}

    def pin(self, instrument: Instrument, price: Decimal | None) -> None:
        """
        Hold an instrument's last price, with the book around it, until ``None`` lets it go; contracts don't follow.

        Raises:
            ValueError: The price is off the tick or outside the band.
        """
        key = (instrument.segment, instrument.instrument_id)
        if price is None:
            self._pins.pop(key, None)
            return
        ticks, rest = divmod(price, instrument.tick_size)
        low, high = instrument.tick_band
        if rest or not low <= ticks <= high:
            band = f"{instrument.band_low} to {instrument.band_high} in ticks of {instrument.tick_size}"
            raise ValueError(f"{instrument.description}: price {price} is not one of {band}")
        self._pins[key] = price

    def last_price(self, instrument: Instrument, now: float) -> Decimal:
        """Return the price of the last trade: on a tick, inside the band."""
        pinned = self._pins.get((instrument.segment, instrument.instrument_id))
        return pinned if pinned is not None else self._walked_price(instrument, self._step(instrument, now))

    def extremes(self, instrument: Instrument, since: float, until: float) -> tuple[Decimal, Decimal]:
        """
        Return the lowest and the highest price traded from *since* to *until*, both included.

        Exact, and as cheap for a day as for a second: a resting limit was crossed when they reach it.
        """
        pinned = self._pins.get((instrument.segment, instrument.instrument_id))
        if pinned is not None:
            return pinned, pinned
        first, last = self._step(instrument, since), self._step(instrument, until)
        _, high, low, _ = self._prices(instrument, self._stretch(instrument, first, max(first, last) + 1))
        return low, high

    def session_start(self, segment: str) -> float:
        """Return when the segment's running day began, in unix seconds."""
        return self._session_start[segment]

    def book(self, instrument: Instrument, now: float) -> Book:
        """Return the depth around the last price: bids below asks, every price on a tick and inside the band."""
        return self._book(instrument, self._step(instrument, now), self.last_price(instrument, now))

    def _book(self, instrument: Instrument, step: int, last_price: Decimal) -> Book:
        if instrument.kind == SPOT:
            return Book((), ())
        bits = mix(self._key(instrument) ^ step)
        low, high = instrument.tick_band
        last = int(last_price / instrument.tick_size)
        wide = (4, 1, 0)[instrument.liquidity]
        # the last trade was at the bid, at the ask, or between them
        below, above = ((0, 1), (1, 0), (1, 1))[bits % 3]
        bid = max(low, last - below - (bits >> 4) % (wide + 1))
        ask = min(high, max(bid + 1, last + above + (bits >> 8) % (wide + 1)))
        bid = min(bid, ask - 1)
        return Book(
            bids=self._side(instrument, bits ^ 1, range(bid, low - 1, -1)),
            asks=self._side(instrument, bits ^ 2, range(ask, high + 1)),
        )

    def touchline(self, instrument: Instrument, now: float) -> Touchline:
        """Return last trade and day's figures; the volume never shrinks while time goes on."""
        step = self._step(instrument, now)
        last = self.last_price(instrument, now)
        book = self._book(instrument, step, last)
        opened, high, low, _ = self._prices(instrument, self._day_so_far(instrument, step))
        high, low = max(high, last), min(low, last)
        key = self._key(instrument)
        bits = mix(key ^ ~step)
        tradable = instrument.kind != SPOT
        shown = _PAISA if instrument.tick_size >= _PAISA else _CURRENCY_PLACES
        quiet = (40, 6, 1)[instrument.liquidity]
        return Touchline(
            bid=book.bids[0] if book.bids else None,
            ask=book.asks[0] if book.asks else None,
            last_price=last,
            last_qty=instrument.lot_size * (1 + bits % 8) if tradable else 0,
            last_trade_at=max(floor(self._session_start[instrument.segment]), floor(now) - bits % quiet),
            last_update_at=floor(now),
            open=opened,
            high=high,
            low=low,
            close=instrument.base_price,
            average_price=((opened + high + low + last) / 4).quantize(shown) if tradable else Decimal(0),
            volume=self._volume(instrument, key, step + 1),
            total_buy_qty=sum(level.quantity for level in book.bids) * (6 + (bits >> 8) % 7),
            total_sell_qty=sum(level.quantity for level in book.asks) * (6 + (bits >> 16) % 7),
            open_interest=self.open_interest(instrument, now),
        )

    def open_interest(self, instrument: Instrument, now: float) -> int:
        """Return the open contracts in units; 0 for what does not expire."""
        if not instrument.is_derivative:
            return 0
        key = self._key(instrument)
        minutes = max(0, self._step(instrument, now)) / 60.0
        lots = (40, 900, 20_000)[instrument.liquidity] * (0.5 + unit(key, 1)) * (1.0 + 0.03 * signed(key, int(minutes)))
        return instrument.lot_size * max(1, int(lots))

    def underlying_open_interest(self, instrument: Instrument) -> int:
        """Return the open contracts of all that hangs on the same underlying, in units; a plausible figure, no sum."""
        return instrument.lot_size * int(4_000_000 * (1.0 + unit(instrument.underlying.seed, 7)))

    def bar(self, instrument: Instrument, start: float, end: float) -> Bar | None:
        """
        Return the running day's prices from *start* to before *end*, both unix seconds.

        ``None`` when the day had not begun, or when the time is shorter than a step.
        """
        opened = self._session_start[instrument.segment]
        first = self._first_step(instrument, max(start, opened))
        stop = self._first_step(instrument, end)
        if stop <= first:
            return None
        prices = self._prices(instrument, self._stretch(instrument, first, stop))
        key = self._key(instrument)
        volume = self._volume(instrument, key, stop) - self._volume(instrument, key, first)
        return Bar(start, end, *prices, volume, self.open_interest(instrument, end))

    def past_bars(self, instrument: Instrument, day: date, spans: Iterable[tuple[int, int]]) -> Iterator[Bar]:
        """Yield an earlier trading day's prices over spans of its session: first second, and the one after the last."""
        walk = past_day(instrument.underlying, day)
        key = self._key(instrument) ^ day.toordinal()
        opening = self._day_starts_at - (self.master.day - day).days * 86_400 + instrument.underlying.session[0]
        interest = self.open_interest(instrument, opening)
        for first, stop in spans:
            prices = _ordered(instrument, walk.over(first, stop))
            opened, high, low, close = (instrument.past_price_at(price) for price in prices)
            volume = self._volume(instrument, key, stop) - self._volume(instrument, key, first)
            yield Bar(opening + first, opening + stop, opened, high, low, close, volume, interest)

    def past_day_bar(self, instrument: Instrument, day: date) -> Bar:
        """Return an earlier trading day's prices."""
        opens, closes = instrument.underlying.session
        return next(self.past_bars(instrument, day, [(0, closes - opens)]))

    def _key(self, instrument: Instrument) -> int:
        return mix(self._seed ^ instrument.segment_id << 32 ^ instrument.instrument_id)

    def _step(self, instrument: Instrument, now: float) -> int:
        """Return the step of the running day that holds a moment."""
        return max(0, floor((now - self._session_start[instrument.segment]) * self.speed))

    def _first_step(self, instrument: Instrument, moment: float) -> int:
        """Return the first step that begins at a moment or later."""
        return max(0, ceil((moment - self._session_start[instrument.segment]) * self.speed))

    def _walk(self, instrument: Instrument, number: int) -> Walk:
        underlying = instrument.underlying
        kept = self._walks.get(underlying.seed)
        if kept is not None and kept[0] == number:
            return kept[1]
        walk = running_day(underlying, self.master.day, number)
        self._walks[underlying.seed] = (number, walk)
        return walk

    def _part(self, instrument: Instrument, step: int) -> tuple[int, Walk]:
        """Return the minute or so of the walk that holds a step, and the step of the day at which it begins."""
        kept = self._parts.get(instrument.underlying.seed)
        if kept is not None and kept[0] <= step < kept[0] + kept[1].steps:
            return kept
        number, inside = divmod(step, STRETCH_STEPS)
        begin, walk = self._walk(instrument, number).part(inside, _PART_STEPS)
        found = (number * STRETCH_STEPS + begin, walk)
        self._parts[instrument.underlying.seed] = found
        return found

    def _walked_price(self, instrument: Instrument, step: int) -> Decimal:
        begin, walk = self._part(instrument, step)
        return instrument.price_at(walk.at(step - begin))

    def _day_so_far(self, instrument: Instrument, step: int) -> Stretch:
        """Return the underlying's prices from the day's first step to this one."""
        begin, walk = self._part(instrument, step)
        recent = walk.over(0, step - begin + 1)
        if not begin:
            return recent
        kept = self._so_far.get(instrument.underlying.seed)
        if kept is None or kept[0] != begin:
            kept = (begin, self._stretch(instrument, 0, begin))
            self._so_far[instrument.underlying.seed] = kept
        return kept[1].then(recent)

    def _stretch(self, instrument: Instrument, first: int, stop: int) -> Stretch:
        """Return the underlying's prices over the steps of the running day from *first* to before *stop*."""
        number = first // STRETCH_STEPS
        parts: Stretch | None = None
        while number * STRETCH_STEPS < stop:
            begin = number * STRETCH_STEPS
            part = self._walk(instrument, number).over(
                max(first, begin) - begin, min(stop, begin + STRETCH_STEPS) - begin
            )
            parts = part if parts is None else parts.then(part)
            number += 1
        assert parts is not None
        return parts

    def _prices(self, instrument: Instrument, stretch: Stretch) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        opened, high, low, close = _ordered(instrument, stretch)
        return (
            instrument.price_at(opened),
            instrument.price_at(high),
            instrument.price_at(low),
            instrument.price_at(close),
        )

    def _volume(self, instrument: Instrument, key: int, step: int) -> int:
        """Return the units traded before a step of a day: whole lots, never fewer than before an earlier step."""
        if instrument.kind == SPOT:
            return 0
        minute, second = divmod(step, 60)
        # each minute has between 0.2 and 1.8 of the usual
        done = minute + 0.4 * (signed(key, minute) - signed(key, 0))
        share = second / 60.0 * (1.0 + 0.4 * (signed(key, minute + 1) - signed(key, minute)))
        lots_per_minute = (0.6, 18.0, 260.0)[instrument.liquidity] * (0.5 + unit(key, 3))
        if instrument.kind == SPREAD:
            lots_per_minute = 0.3
        elif not instrument.is_derivative:
            lots_per_minute *= instrument.freeze_qty / instrument.lot_size / 600.0
        return instrument.lot_size * floor(lots_per_minute * (done + share))

    def _side(self, instrument: Instrument, bits: int, ticks: range) -> tuple[Level, ...]:
        """Return one side outwards from its best price over the given ticks, which end where the band does."""
        levels: list[Level] = []
        place = 0
        while place < len(ticks) and len(levels) < _LEVELS:
            draw = mix(bits + len(levels) * 0x1D8E4E27C47D124F)
            lots = self._lots(instrument, len(levels), draw)
            orders = 1 + (draw >> 40) % min(12, lots)
            levels.append(Level(instrument.tick_size * ticks[place], instrument.lot_size * lots, orders))
            place += 1 + ((draw >> 52) % 4 == 0) + (draw >> 56) % (3 - instrument.liquidity)
        return tuple(levels)

    def _lots(self, instrument: Instrument, place: int, draw: int) -> int:
        """Return a level's lots: in a deep book the five levels take more than the largest legal order."""
        largest = max(1, instrument.freeze_qty // instrument.lot_size)
        part = (draw & 0xFFFF) / 0xFFFF
        if instrument.liquidity == Liquidity.DEEP:
            return max(1, ceil(largest * (0.1 if place == 0 else 0.3) * (1.0 + part)))
        most = min(largest, 24 if instrument.liquidity == Liquidity.NORMAL else 3)
        if not instrument.is_derivative and instrument.lot_size == 1:
            most *= 40
        return 1 + int(part * most)


def _ordered(instrument: Instrument, stretch: Stretch) -> tuple[float, float, float, float]:
    """Return the underlying's open, high, low and close in the order in which they become the instrument's."""
    if instrument.falls_with_underlying:
        return stretch.open, stretch.low, stretch.high, stretch.close
    return stretch.open, stretch.high, stretch.low, stretch.close
