"""The trading day: IST wall clock, kept apart from UTC instants."""

from datetime import UTC, date, datetime, time, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30), "IST")
"""Indian Standard Time: no daylight saving, so a fixed offset is exact."""

DAY_END = time(23, 59, 59)
PLANNED_REFRESH = time(8, 0)


def trading_day_of(at: datetime) -> date:
    """Return the IST date of an aware instant."""
    return at.astimezone(IST).date()


def day_end(day: date) -> datetime:
    """Return the last second of a trading day as an instant: where a token of unknown expiry is taken to end."""
    return datetime.combine(day, DAY_END, IST).astimezone(UTC)


def planned_refresh_at(expires_at: datetime, day: date) -> datetime:
    """Return when the day's one planned refresh is due: 08:00 IST or an hour before expiry, whichever comes first."""
    morning = datetime.combine(day, PLANNED_REFRESH, IST).astimezone(UTC)
    return min(morning, expires_at - timedelta(hours=1))
