"""
Single values as XTS really sends them: numbers as text with commas, ``NaN``, empty texts, times in five forms.

Strict readers raise `FieldError`; lenient ones (`…_or_none`) return ``None`` for what holds no value. None of them
ever turns an unreadable value into zero. Source: xts-api.md, 2.1, 5.1 and 9.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from jainam.domain.trading_day import IST

_LARGEST_EXPONENT = 18
"""No quantity, price or id of a venue has more digits before its point; what has is no number."""

_NOISE_PLACES = 8
"""Prices have up to 4 decimals and averages a few more: what stands behind the eighth is float noise (7.5)."""

_NOISE = Decimal(1).scaleb(-_NOISE_PLACES)
_EXACT_FLOAT = 2**53
_TEXTS_KEPT = 8192
"""Decimals that are kept by their text: the rows of a book are read many times a second, most of them unchanged."""

_LONGEST_KEPT = 32
_ABSENT = frozenset({"", "nan", "null", "none", "-"})
_NO_TIME_BEFORE = 1981
"""The venue writes "no time" as the first second of 1980 (4.6)."""

_IST_OFFSET_S = 19_800
_SECONDS_1970_TO_1980 = 315_532_800


class WireError(ValueError):
    """An answer that can be parsed but does not say what the reference promises."""


class FieldError(WireError):
    """A field's value is not readable. *allowed* says what would have been."""

    def __init__(self, allowed: str) -> None:
        super().__init__(f"allowed: {allowed}")
        self.allowed = allowed


def is_absent(value: object) -> bool:
    """Whether a value says nothing: missing, empty, or the venue's ``NaN`` as number or text."""
    if isinstance(value, str):
        return value.strip().lower() in _ABSENT
    return value is None or value != value  # noqa: PLR0124  # the one test for NaN that any type answers


def text_of(value: object) -> str:
    """Return a text as it is, without blanks around it; numbers (ids that change type between releases) as digits."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        raise FieldError("a text")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    raise FieldError("a text")


def identifier_of(value: object) -> str:
    """Return an id that must be there, as text; ``0`` and an empty text are none."""
    text = text_of(value)
    if text in {"", "0"}:
        raise FieldError("an id")
    return text


def decimal_of(value: object) -> Decimal:
    """Return a finite number exactly as it was printed, float noise removed."""
    number = decimal_or_none(value)
    if number is None:
        raise FieldError("a number")
    return number


def _decimal_in(text: str) -> Decimal | None:
    try:
        return _bounded(_parsed(text.strip().replace(",", "")))
    except FieldError:
        return None


_decimal_in_short = lru_cache(maxsize=_TEXTS_KEPT)(_decimal_in)


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT:
        raise FieldError("a number")
    return _without_noise(number)


def _parsed(text: str) -> Decimal:
    if "_" in text:
        raise FieldError("a number")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise FieldError("a number") from None


def _without_noise(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -_NOISE_PLACES <= exponent <= 0:
        return number
    if exponent > 0:  # "1e3": the same number without an exponent
        return number.quantize(Decimal(1))
    short = number.quantize(_NOISE).normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]  # finite


def decimal_or_none(value: object) -> Decimal | None:
    """Return a number, or ``None`` where the venue sent nothing readable."""
    if isinstance(value, str):
        return _decimal_in_short(value) if len(value) <= _LONGEST_KEPT else _decimal_in(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _bounded(Decimal(value) if isinstance(value, int) else _parsed(repr(value)))
    except FieldError:
        return None


def price_or_none(value: object) -> Decimal | None:
    """Return a price, or ``None`` where there is none: the venue prints 0 for a price that an order has not."""
    return decimal_or_none(value) or None


def whole_of(value: object) -> int:
    """Return a whole number; ``"195.00"`` and ``"1,950"`` are some, ``195.5`` is none."""
    if isinstance(value, str) and len(value) < _LARGEST_EXPONENT and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**_LARGEST_EXPONENT:
            raise FieldError("a whole number")
        return value
    try:
        number = decimal_of(value)
    except FieldError:
        raise FieldError("a whole number") from None
    if number != number.to_integral_value():
        raise FieldError("a whole number")
    return int(number)


def count_of(value: object) -> int:
    """Return a whole number that is not negative."""
    number = whole_of(value)
    if number < 0:
        raise FieldError("a whole number from 0")
    return number


def whole_or_none(value: object) -> int | None:
    """Return a whole number, ``None`` where the field is empty; garbage is an error even here."""
    return None if is_absent(value) else whole_of(value)


def count_or_none(value: object) -> int | None:
    """Return a whole number that is not negative, ``None`` where the field is empty."""
    return None if is_absent(value) else count_of(value)


def flag_or_none(value: object) -> bool | None:
    """Return a boolean, also where it came as text; ``None`` for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def moment_or_none(value: object) -> datetime | None:
    """
    Return an instant from a date text, or ``None`` for none.

    ISO with up to seven decimals, and ``DD-MM-YYYY HH:MM:SS``: IST unless an offset is printed. Years up to 1980 mean
    "no time".
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if text[2:3] == "-" and text[5:6] == "-":
            text = f"{text[6:10]}-{text[3:5]}-{text[:2]}{text[10:]}"
        at = datetime.fromisoformat(text)
        if at.year < _NO_TIME_BEFORE:
            return None
        return (at if at.tzinfo is not None else at.replace(tzinfo=IST)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def date_of(value: str) -> date:
    """Return the day of an expiry text; its time of day means nothing (8.3)."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise FieldError("a date like 2026-09-29T14:30:00") from None


def exchange_moment(seconds: int, now: datetime) -> datetime | None:
    """
    Return the instant of an exchange timestamp, ``None`` where it is none.

    Counted from 1980-01-01 of the IST wall clock; other segments than NSE may count from 1970. The base that gives the
    time nearer to *now* is taken.
    """
    if not 0 < seconds < 10**10:
        return None
    instants = (
        datetime.fromtimestamp(seconds + _SECONDS_1970_TO_1980 - _IST_OFFSET_S, UTC),
        datetime.fromtimestamp(seconds - _IST_OFFSET_S, UTC),
    )
    return min(instants, key=lambda at: abs(at - now))


def bar_moment(seconds: int) -> datetime:
    """Return the instant of a bar: unix seconds of the IST wall clock read as if it were UTC (8.2)."""
    if not 0 <= seconds < 10**10:
        raise FieldError("unix seconds")
    return datetime.fromtimestamp(seconds, UTC) - timedelta(seconds=_IST_OFFSET_S)
