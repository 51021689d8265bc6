"""
Expiry days of the simulated exchanges.

NSE's NIFTY ends on Tuesdays and BSE's SENSEX on Thursdays, a month's contract on the month's last such day, MCX on
days of its own. Exchange holidays are not modelled: an expiry moves for weekends only.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

TUESDAY: Final = 1
THURSDAY: Final = 3
_SATURDAY: Final = 5


def month_after(day: date, months: int) -> tuple[int, int]:
    """Return year and month of the month *months* after that of *day*."""
    count = day.year * 12 + day.month - 1 + months
    return count // 12, count % 12 + 1


def weekday_on_or_before(day: date) -> date:
    """Return *day*, or the Friday before it when it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def last_weekday(year: int, month: int, weekday: int) -> date:
    """Return the last *weekday* (Monday is 0) of a month."""
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def weekly(day: date, weekday: int, count: int) -> list[date]:
    """Return the next *count* such weekdays, *day* itself included."""
    first = day + timedelta(days=(weekday - day.weekday()) % 7)
    return [first + timedelta(weeks=week) for week in range(count)]


def monthly(day: date, weekday: int, count: int) -> list[date]:
    """Return the next *count* monthly expiries that have not passed on *day*."""
    months = (month_after(day, ahead) for ahead in range(count + 1))
    ends = (last_weekday(year, month, weekday) for year, month in months)
    return [end for end in ends if end >= day][:count]


def is_monthly(expiry: date) -> bool:
    """Tell whether no later day of the same weekday is in the expiry's month."""
    return (expiry + timedelta(weeks=1)).month != expiry.month


def on_month_day(day: date, of_month: int, months: tuple[int, ...], count: int) -> list[date]:
    """
    Return the next *count* expiries on a fixed day of the given months, before a weekend when it falls on one.

    Args:
        day: The trading day; an expiry on it still counts.
        of_month: Day of the month; 31 is the last day of a short month as well.
        months: The months (1 to 12) that have a contract.
        count: How many to return.
    """
    ahead = (month_after(day, months_on) for months_on in range(12 * count + 12))
    ends = (
        weekday_on_or_before(date(year, month, min(of_month, monthrange(year, month)[1])))
        for year, month in ahead
        if month in months
    )
    return [end for end in ends if end >= day][:count]


def before_month_end(day: date, working_days: int, count: int) -> list[date]:
    """Return the next *count* days that lie *working_days* before a month's last working day (NSE currencies)."""
    found: list[date] = []
    for ahead in range(count + 1):
        year, month = month_after(day, ahead)
        expiry = weekday_on_or_before(date(year, month, monthrange(year, month)[1]))
        for _ in range(working_days):
            expiry = weekday_on_or_before(expiry - timedelta(days=1))
        if expiry >= day:
            found.append(expiry)
    return found[:count]
