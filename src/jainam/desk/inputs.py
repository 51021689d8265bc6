"""What callers hand in, made into the desk's values; every mistake is told at once."""

import operator
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TypeVar

from attrs import define, field

from jainam.domain.errors import OrderDenied, Violation

Price = Decimal | int | float | str
"""A price as callers write it. Floats are read by their shortest decimal text."""

_Word = TypeVar("_Word", bound=Enum)
_Value = TypeVar("_Value")


@define
class Inputs:
    """Collects violations while it reads; `done` raises them together."""

    what: str = "order"
    violations: list[Violation] = field(factory=list)

    def word(self, name: str, kind: type[_Word], given: _Word | str) -> _Word:
        """Return the enum member of this name, in any case."""
        if isinstance(given, kind):
            return given
        text = str(given).strip().upper().replace("-", "_")
        aliases = {"SL": "STOP_LIMIT", "SL_M": "STOP_MARKET"} if "STOP_LIMIT" in kind.__members__ else {}
        member = kind.__members__.get(aliases.get(text, text))
        if member is not None:
            return member
        names = ", ".join(kind.__members__)
        return self._refuse(name, f"{name} {given!r} is not known; use one of {names}", next(iter(kind)))

    def quantity(self, name: str, given: object) -> int:
        """Return a whole number of units."""
        try:
            return operator.index(given)  # type: ignore[arg-type]  # anything without an index raises TypeError
        except TypeError:
            return self._refuse(name, f"{name} {given!r} is not a whole number of units", 0)

    def price(self, name: str, given: Price | None) -> Decimal | None:
        """Return a price in rupees, or ``None``."""
        if given is None:
            return None
        try:
            price = Decimal(str(given))
        except InvalidOperation:
            return self._refuse(name, f"{name} {given!r} is not a price", None)
        if not price.is_finite():
            return self._refuse(name, f"{name} {given!r} is not a price", None)
        return price

    def done(self) -> None:
        """Raise ``OrderDenied`` with all violations, if there are any."""
        if self.violations:
            raise OrderDenied(self.violations, what=self.what)

    def _refuse(self, name: str, message: str, stand_in: _Value) -> _Value:
        """Note a violation; the stand-in is never used, as `done` raises."""
        self.violations.append(Violation(name, message, "input"))
        return stand_in
