"""
Rows of the venue's books, structured by one cattrs converter into attrs values with the venue's field names.

A field is declared with `wire`; its annotation names the reader of `scalars` or `words` that it goes through. A row
that can't be read is a `RowError` that names row, field, value and what is allowed: never a dropped row.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import attrs
from cattrs import ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn, override

from jainam.adapters.xts_wire.scalars import (
    FieldError,
    WireError,
    count_of,
    count_or_none,
    decimal_of,
    decimal_or_none,
    flag_or_none,
    identifier_of,
    moment_or_none,
    price_or_none,
    text_of,
    whole_of,
    whole_or_none,
)
from jainam.adapters.xts_wire.words import side_of
from jainam.domain.orders import OrderSide

Text = Annotated[str, text_of]
Identifier = Annotated[str, identifier_of]
Whole = Annotated[int, whole_of]
WholeOrNone = Annotated[int | None, whole_or_none]
Count = Annotated[int, count_of]
CountOrNone = Annotated[int | None, count_or_none]
Number = Annotated[Decimal, decimal_of]
NumberOrNone = Annotated[Decimal | None, decimal_or_none]
PriceOrNone = Annotated[Decimal | None, price_or_none]
MomentOrNone = Annotated[datetime | None, moment_or_none]
FlagOrNone = Annotated[bool | None, flag_or_none]
Side = Annotated[OrderSide, side_of]

_Row = TypeVar("_Row")
_REQUIRED: Any = object()
_SHOWN_VALUE = 60
_SHOWN_FIELDS = 3


class RowError(WireError):
    """One row of a book is not readable; the book as a whole is then not known."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(f"the venue's row {row}: {what}")
        self.row = row


def wire(*names: str, default: Any = _REQUIRED) -> Any:
    """Declare a field by the venue's name for it, and by older names; without a default it must be there."""
    if default is _REQUIRED:
        return attrs.field(metadata={"wire": names})
    return attrs.field(default=default, metadata={"wire": names})


def fault(field: str, value: object, allowed: str) -> str:
    """Return the words for one unreadable field."""
    shown = repr(value)
    if len(shown) > _SHOWN_VALUE:
        shown = f"{shown[:_SHOWN_VALUE]}…"
    return f"field {field} has value {shown}, allowed: {allowed}"


def read_rows(cls: type[_Row], result: object) -> Iterator[tuple[int, _Row]]:
    """
    Yield number, from 1, and wire row for each row of a list.

    Raises:
        WireError: *result* is no list.
        RowError: A row is not readable.
    """
    for number, raw in enumerate(rows_of(result), start=1):
        yield number, read_row(cls, raw, number)


def rows_of(result: object) -> list[object]:
    """
    Return a list's rows as they came.

    Raises:
        WireError: It is no list.
    """
    if not isinstance(result, list):
        raise WireError(f"the answer's result is {type(result).__name__}, allowed: a list of rows")
    return result


def read_row(cls: type[_Row], raw: object, number: int) -> _Row:
    """
    Return one row.

    Raises:
        RowError: It is not readable.
    """
    if not isinstance(raw, dict):
        raise RowError(number, f"is {type(raw).__name__}, allowed: an object")
    try:
        return _converter.structure(_with_first_names(cls, raw), cls)
    except ClassValidationError as exc:
        raise RowError(number, _faults(cls, raw, exc)) from None


def _with_first_names(cls: type[Any], raw: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which fields that came under an older name stand under the first one."""
    missing = {first: older for first, older in _older_names(cls) if first not in raw and older in raw}
    if not missing:
        return raw
    return {**raw, **{first: raw[older] for first, older in missing.items()}}


def _older_names(cls: type[Any]) -> tuple[tuple[str, str], ...]:
    known = _OLDER_NAMES.get(cls)
    if known is None:
        known = tuple(
            (names[0], older) for names in (a.metadata["wire"] for a in attrs.fields(cls)) for older in names[1:]
        )
        _OLDER_NAMES[cls] = known
    return known


_OLDER_NAMES: dict[type[Any], tuple[tuple[str, str], ...]] = {}


def _faults(cls: type[Any], raw: dict[str, Any], error: ClassValidationError) -> str:
    with_notes, _ = error.group_exceptions()
    found: list[str] = []
    for exc, note in with_notes:
        names: tuple[str, ...] = getattr(attrs.fields(cls), note.name).metadata["wire"]
        name = next((one for one in names if one in raw), None)
        if name is None:
            found.append(f"field {names[0]} is missing")
        else:
            found.append(fault(name, raw[name], exc.allowed if isinstance(exc, FieldError) else str(exc)))
    return "; ".join(found[:_SHOWN_FIELDS]) or "is not readable"


def _reader_of(annotation: Any) -> Callable[[Any, Any], Any]:
    read = annotation.__metadata__[0]
    return lambda value, _: read(value)


def _make_structure(cls: type[Any]) -> Callable[[Any, Any], Any]:
    names = {a.name: override(rename=a.metadata["wire"][0]) for a in attrs.fields(cls)}
    return make_dict_structure_fn(cls, _converter, **names)  # type: ignore[arg-type]  # overrides come by field name


_converter = Converter(detailed_validation=True)
_converter.register_structure_hook_factory(attrs.has, _make_structure)
_converter.register_structure_hook_factory(
    lambda annotation: callable(next(iter(getattr(annotation, "__metadata__", ())), None)), _reader_of
)
