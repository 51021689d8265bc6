"""Checks of parameters, refused in the form of the validator Joi: every bad parameter listed at once."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from jainam.simulator.answers import Answer, error

_WHOLE = re.compile(r"-?\d{1,15}\Z")


class Refused(Exception):
    """A call that ends here, with the answer that says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Parameters:
    """
    The parameters of one call, read one by one.

    Every reader notes what is wrong and returns a value of the asked type all the same; `check` then refuses the call
    with all of it. Unknown parameters are ignored, and null counts as absent (xts-api.md, 2.1 and 10).
    """

    def __init__(self, given: Mapping[str, object], location: str) -> None:
        self._given = given
        self._location = location
        self._faults: list[dict[str, object]] = []

    def fault(self, name: str, message: str, kind: str) -> None:
        """Note that *name* is wrong; *message* follows the quoted name."""
        self._faults.append(
            {"field": [name], "location": self._location, "messages": [f'"{name}" {message}'], "types": [kind]}
        )

    def check(self) -> None:
        """
        Let the call pass when nothing was noted.

        Raises:
            Refused: With the validator's answer.

        """
        if self._faults:
            result = {"status": 400, "statusText": "Bad Request", "errors": self._faults}
            raise Refused(error(400, "e-property-validation-failed", "Bad Request", result))

    def _required(self, name: str) -> object | None:
        value = self._given.get(name)
        if value is None:
            self.fault(name, "is required", "any.required")
        return value

    def text(self, name: str, *, longest: int | None = None) -> str | None:
        """A string or None; an empty one stays empty."""
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(name, "must be a string", "string.base")
            return None
        if longest is not None and len(value) > longest:
            self.fault(name, f"length must be less than or equal to {longest} characters long", "string.max")
        return value

    def required_text(self, name: str) -> str:
        """A string that must be there and not be empty."""
        value = self._required(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(name, "must be a string", "string.base")
            return ""
        if value == "":
            self.fault(name, "is not allowed to be empty", "any.empty")
        return value

    def choice(self, name: str, allowed: Sequence[str], *, any_case: bool = False) -> str:
        """One of *allowed*, in its own spelling."""
        value = self._required(name)
        if value is None:
            return allowed[0]
        for option in allowed:
            if value == option or (any_case and isinstance(value, str) and value.lower() == option.lower()):
                return option
        self.fault(name, f"must be one of [{', '.join(allowed)}]", "any.allowOnly")
        return allowed[0]

    def whole(self, name: str, *, least: int) -> int:
        """A whole number, or a string of one."""
        value = self._required(name)
        if value is None:
            return least
        is_whole_text = isinstance(value, str) and _WHOLE.match(value.strip())
        if is_whole_text or (isinstance(value, float) and value.is_integer()):
            value = int(value)  # type: ignore[call-overload]  # a string or a float, as just checked
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(name, "must be a number", "number.base")
            return least
        if isinstance(value, float):
            self.fault(name, "must be an integer", "number.integer")
            return least
        if value < least:
            self.fault(name, f"must be larger than or equal to {least}", "number.min")
        return value

    def price(self, name: str) -> Decimal:
        """A number of at least 0, or a string of one."""
        value = self._required(name)
        if value is None:
            return Decimal(0)
        read: Decimal | None = None
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            try:
                read = Decimal(str(value).strip())
            except InvalidOperation:
                read = None
        if read is None or not read.is_finite() or abs(read) > Decimal(10) ** 15:
            self.fault(name, "must be a number", "number.base")
            return Decimal(0)
        if read < 0:
            self.fault(name, "must be larger than or equal to 0", "number.min")
        return read

    def flag(self, name: str, *, otherwise: bool | None = None) -> bool:
        """A boolean, or its name as a string; with *otherwise* it may be left out."""
        value = self._given.get(name) if otherwise is not None else self._required(name)
        if value is None:
            return bool(otherwise)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        self.fault(name, "must be a boolean", "boolean.base")
        return False
