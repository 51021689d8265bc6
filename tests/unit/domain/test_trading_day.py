"""The trading day turns at midnight IST, which is 18:30 UTC, and the planned refresh is once a day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from jainam.domain.trading_day import IST, day_end, planned_refresh_at, trading_day_of

DAY = date(2026, 9, 15)
MORNING = datetime(2026, 9, 15, 2, 30, tzinfo=UTC)


def test_indian_time_is_five_and_a_half_hours_ahead():
    assert IST.utcoffset(None) == timedelta(hours=5, minutes=30)
    assert datetime(2026, 9, 15, tzinfo=IST).tzname() == "IST"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 9, 14, 18, 29, 59, 999_999, UTC), date(2026, 9, 14)),
        (datetime(2026, 9, 14, 18, 30, tzinfo=UTC), DAY),
        (datetime(2026, 9, 15, 18, 29, 59, 999_999, UTC), DAY),
        (datetime(2026, 9, 15, 18, 30, tzinfo=UTC), date(2026, 9, 16)),
        (datetime(2026, 12, 31, 18, 30, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 9, 14, 23, 0, tzinfo=timezone(timedelta(hours=-5))), DAY),
    ],
)
def test_the_day_is_the_date_in_india(at, day):
    assert trading_day_of(at) == day


def test_the_last_second_of_the_day_is_an_instant_in_utc():
    assert day_end(DAY) == datetime(2026, 9, 15, 18, 29, 59, tzinfo=UTC)
    assert day_end(DAY).tzinfo is UTC


def test_the_day_of_its_end_is_the_day_and_a_second_later_is_the_next():
    assert trading_day_of(day_end(DAY)) == DAY
    assert trading_day_of(day_end(DAY) + timedelta(seconds=1)) == date(2026, 9, 16)


def test_the_refresh_is_at_eight_when_the_token_lives_on():
    assert planned_refresh_at(MORNING + timedelta(hours=10), DAY) == MORNING
    assert planned_refresh_at(MORNING + timedelta(hours=1), DAY) == MORNING
    assert planned_refresh_at(MORNING, DAY).tzinfo is UTC


def test_the_refresh_is_an_hour_before_a_token_that_ends_sooner():
    ends = MORNING + timedelta(minutes=59)

    assert planned_refresh_at(ends, DAY) == ends - timedelta(hours=1)
