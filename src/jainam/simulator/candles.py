"""
Candles over any range, as the text of one string.

Source: xts-api.md, 8.2.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from jainam.simulator.contract_listing import MONTHS, plain
from jainam.simulator.instrument_terms import Instrument
from jainam.simulator.market import IST_OFFSET_S, Bar, Market

INTERVALS_S: Final = (60, 120, 180, 300, 600, 900, 1800, 3600)
DAILY: Final = "D"
INTRADAY_HISTORY: Final = timedelta(days=30)
DAILY_HISTORY: Final = timedelta(days=5 * 366)
_DAY_S: Final = 86_400
_SATURDAY: Final = 5
_TIME: Final = re.compile(r"([A-Za-z]{3}) (\d{1,2}) (\d{4}) (\d{2})(\d{2})(\d{2})")


def read_time(text: str) -> float | None:
    """Return ``Sep 15 2026 091500`` of the IST wall clock as unix seconds, or ``None`` when it reads otherwise."""
    found = _TIME.fullmatch(text.strip())
    if found is None or found[1].upper() not in MONTHS:
        return None
    month = MONTHS.index(found[1].upper()) + 1
    hour, minute, second = int(found[4]), int(found[5]), int(found[6])
    try:
        moment = datetime(int(found[3]), month, int(found[2]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() - IST_OFFSET_S


def candles(market: Market, instrument: Instrument, start: float, end: float, interval: str, now: float) -> str:
    """
    Return the finished bars of a range, joined by commas; empty when there are none.

    A bar counts when its stamp lies in the range; for days their dates count. The day that runs has no daily bar yet.

    Args:
        market: Where the prices come from.
        instrument: Whose prices.
        start: First moment, unix seconds.
        end: Last moment, unix seconds.
        interval: Seconds as text, one of `INTERVALS_S`, or ``D``.
        now: The venue's time; later bars don't exist.
    """
    if interval == DAILY:
        return ",".join(_daily(market, instrument, _ist_day(start), _ist_day(end)))
    return ",".join(_intraday(market, instrument, start, end, int(interval), now))


def _daily(market: Market, instrument: Instrument, first: date, last: date) -> Iterator[str]:
    for day in _past_trading_days(market, first, last, DAILY_HISTORY):
        yield _text(market.past_day_bar(instrument, day), _midnight(day))


def _intraday(
    market: Market, instrument: Instrument, start: float, end: float, interval: int, now: float
) -> Iterator[str]:
    opens, closes = instrument.underlying.session
    for day in _past_trading_days(market, _ist_day(start), _ist_day(end), INTRADAY_HISTORY):
        asked = [
            begin
            for begin in range(opens // interval * interval, closes, interval)
            if start <= _midnight(day) + begin + interval - 1 - IST_OFFSET_S <= end
        ]
        spans = [(max(begin, opens) - opens, min(begin + interval, closes) - opens) for begin in asked]
        for begin, bar in zip(asked, market.past_bars(instrument, day, spans), strict=True):
            yield _text(bar, _midnight(day) + begin + interval - 1)
    yield from _running(market, instrument, start, end, interval, now)


def _running(
    market: Market, instrument: Instrument, start: float, end: float, interval: int, now: float
) -> Iterator[str]:
    """Yield the finished bars of the day that runs, which has no closing hour."""
    begin = _floor(max(start, market.session_start(instrument.segment)), interval)
    while begin + interval <= min(end + 1, now):
        bar = market.bar(instrument, begin, begin + interval)
        stamp = begin + interval - 1
        if bar is not None and stamp >= start:
            yield _text(bar, int(stamp) + IST_OFFSET_S)
        begin += interval


def _past_trading_days(market: Market, first: date, last: date, history: timedelta) -> Iterator[date]:
    today = market.master.day
    day = max(first, today - history)
    while day <= min(last, today - timedelta(days=1)):
        if day.weekday() < _SATURDAY:
            yield day
        day += timedelta(days=1)


def _floor(moment: float, interval: int) -> float:
    """Return the start of the interval of the IST clock that holds a moment."""
    wall = moment + IST_OFFSET_S
    return wall // interval * interval - IST_OFFSET_S


def _ist_day(moment: float) -> date:
    return datetime.fromtimestamp(moment + IST_OFFSET_S, UTC).date()


def _midnight(day: date) -> int:
    """Return a day's beginning as seconds of the wall clock since 1970."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * _DAY_S


def _text(bar: Bar, stamp: int) -> str:
    prices = "|".join(plain(price) for price in (bar.open, bar.high, bar.low, bar.close))
    return f"{stamp}|{prices}|{bar.volume}|{bar.open_interest}|"
