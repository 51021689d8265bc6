from datetime import date

import pytest

from jainam.simulator.expiries import (
    THURSDAY,
    TUESDAY,
    before_month_end,
    is_monthly,
    last_weekday,
    monthly,
    on_month_day,
    weekly,
)

DAY = date(2026, 9, 15)


def test_weeklies_are_the_next_tuesdays_and_today_counts():
    assert weekly(DAY, TUESDAY, 3) == [date(2026, 9, 15), date(2026, 9, 22), date(2026, 9, 29)]


def test_monthly_is_the_last_such_weekday_of_the_month():
    assert monthly(DAY, TUESDAY, 3) == [date(2026, 9, 29), date(2026, 10, 27), date(2026, 11, 24)]
    assert monthly(DAY, THURSDAY, 2) == [date(2026, 9, 24), date(2026, 10, 29)]


def test_monthly_that_has_passed_is_not_listed():
    assert monthly(date(2026, 9, 30), TUESDAY, 2) == [date(2026, 10, 27), date(2026, 11, 24)]


def test_contract_is_listed_on_its_last_day():
    assert monthly(date(2026, 9, 29), TUESDAY, 1) == [date(2026, 9, 29)]
    assert on_month_day(date(2026, 10, 5), 5, (10, 12), 1) == [date(2026, 10, 5)]
    assert before_month_end(date(2026, 9, 28), 2, 1) == [date(2026, 9, 28)]


def test_last_weekday_may_be_the_last_day():
    assert last_weekday(2026, 6, TUESDAY) == date(2026, 6, 30)


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 9, 22), False), (date(2026, 9, 29), True)])
def test_only_the_months_last_expiry_is_monthly(day, expected):
    assert is_monthly(day) is expected


def test_metals_end_on_the_fifth_of_their_months_before_a_weekend():
    assert on_month_day(DAY, 5, (2, 4, 6, 8, 10, 12), 2) == [date(2026, 10, 5), date(2026, 12, 4)]


def test_the_thirty_first_is_the_last_working_day_of_a_short_month():
    assert on_month_day(date(2026, 2, 1), 31, tuple(range(1, 13)), 2) == [date(2026, 2, 27), date(2026, 3, 31)]


def test_currencies_end_two_working_days_before_the_months_last():
    assert before_month_end(DAY, 2, 2) == [date(2026, 9, 28), date(2026, 10, 28)]
