"""Numbers, texts and times in every form of xts-api.md, 2.1, 5.1 and 9."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from jainam.adapters.xts_wire.scalars import (
    FieldError,
    bar_moment,
    count_of,
    date_of,
    decimal_of,
    decimal_or_none,
    exchange_moment,
    flag_or_none,
    identifier_of,
    is_absent,
    moment_or_none,
    price_or_none,
    text_of,
    whole_of,
    whole_or_none,
)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("6,202.50", "6202.50"),
        ("-1,143.75", "-1143.75"),
        ("12,34,567.00", "1234567.00"),
        (138.2, "138.2"),
        (0.1, "0.1"),
        (129.34999999999854, "129.35"),
        ("129.34999999999854", "129.35"),
        (195, "195"),
        ("1e3", "1000"),
        (1e16, "10000000000000000"),
        ("0.0025", "0.0025"),
        (" 7 ", "7"),
    ],
)
def test_number_is_read_as_it_was_printed(sent, read):
    assert str(decimal_of(sent)) == read


@pytest.mark.parametrize("sent", ["", "NaN", "Infinity", "abc", "1_000", "1e40", None, True, [], {}, float("nan")])
def test_what_is_no_number_is_never_zero(sent):
    with pytest.raises(FieldError):
        decimal_of(sent)

    assert decimal_or_none(sent) is None


@pytest.mark.parametrize("sent", ["NaN", "nan", "", " ", None, float("nan"), "null"])
def test_empty_forms_count_as_absent(sent):
    assert is_absent(sent)


def test_price_of_zero_is_no_price():
    assert price_or_none("0.00") is None
    assert price_or_none(0) is None
    assert price_or_none("0.05") == Decimal("0.05")


@pytest.mark.parametrize(("sent", "read"), [("195.00", 195), ("1,950", 1950), (-650, -650), ("-650", -650), (65.0, 65)])
def test_whole_number_is_read_in_every_form(sent, read):
    assert whole_of(sent) == read


@pytest.mark.parametrize("sent", ["195.5", "", None, True, 10**30, "9" * 40, "x", 0.5])
def test_what_is_no_whole_number_is_an_error(sent):
    with pytest.raises(FieldError):
        whole_of(sent)


def test_optional_whole_number_forgives_emptiness_and_not_garbage():
    assert whole_or_none("") is None

    with pytest.raises(FieldError):
        whole_or_none("many")


def test_count_is_not_negative():
    with pytest.raises(FieldError):
        count_of(-1)


@pytest.mark.parametrize(("sent", "read"), [(1240092665, "1240092665"), (" 57350 ", "57350"), (12.0, "12"), (None, "")])
def test_ids_are_texts_whatever_type_they_came_as(sent, read):
    assert text_of(sent) == read


@pytest.mark.parametrize("sent", ["", 0, None, True, [1]])
def test_missing_id_is_an_error(sent):
    with pytest.raises(FieldError):
        identifier_of(sent)


@pytest.mark.parametrize(("sent", "read"), [(True, True), ("true", True), ("False", False), (1, None), (None, None)])
def test_flag_comes_as_boolean_or_text(sent, read):
    assert flag_or_none(sent) is read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2020-12-21T14:59:41.1535468", datetime(2020, 12, 21, 9, 29, 41, 153546, tzinfo=UTC)),
        ("2020-12-21T14:59:41", datetime(2020, 12, 21, 9, 29, 41, tzinfo=UTC)),
        ("2020-12-21T14:59:42+05:30", datetime(2020, 12, 21, 9, 29, 42, tzinfo=UTC)),
        ("15-09-2026 10:15:02", datetime(2026, 9, 15, 4, 45, 2, tzinfo=UTC)),
        ("1980-01-01T00:00:00", None),
        ("01-01-1980 00:00:00", None),
        ("", None),
        ("soon", None),
        (None, None),
        (1420632949, None),
        ("31-02-2026 10:00:00", None),
        ("9999-12-31T23:59:59-23:59", None),
    ],
)
def test_date_text_is_ist_unless_it_says_otherwise(sent, read):
    assert moment_or_none(sent) == read


def test_exchange_time_counts_from_1980_in_ist():
    now = datetime(2025, 1, 6, 7, tzinfo=UTC)

    assert exchange_moment(1420632949, now) == datetime(2025, 1, 6, 6, 45, 49, tzinfo=UTC)


def test_exchange_time_of_other_segments_may_count_from_1970():
    now = datetime(2025, 1, 6, 7, tzinfo=UTC)

    assert exchange_moment(1736164979, now) == datetime(2025, 1, 6, 6, 32, 59, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [0, -1, 10**12])
def test_exchange_time_out_of_range_is_none(seconds):
    assert exchange_moment(seconds, datetime(2025, 1, 6, tzinfo=UTC)) is None


def test_bar_time_is_the_ist_wall_clock_read_as_utc():
    assert bar_moment(1736164979) == datetime(2025, 1, 6, 6, 32, 59, tzinfo=UTC)

    with pytest.raises(FieldError):
        bar_moment(-1)


def test_expiry_keeps_its_day_and_drops_its_time():
    assert date_of("2026-09-29T14:30:00") == date(2026, 9, 29)

    with pytest.raises(FieldError):
        date_of("29Sep2026")
