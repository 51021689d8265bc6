"""Rules by which the venue misbehaves on purpose: which calls they hit, and what they do to them."""

import random
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import orjson
from attrs import define, field, frozen


class FaultRulesError(ValueError):
    """A list of fault rules that cannot be read; the text names the rule and the field."""


class Action(StrEnum):
    """What a fault does to a call."""

    DELAY = "delay"
    TIMEOUT = "timeout"
    DROP = "drop"
    STATUS = "status"
    HTML = "html"
    EMPTY = "empty"
    TRUNCATE = "truncate"
    TYPES = "types"
    DUPLICATE = "duplicate"
    STALE_BOOK = "stale-book"
    POSITION_LAG = "position-lag"
    MISSING_POSITION = "missing-position"
    EXPIRED_TOKEN = "expired-token"  # noqa: S105  (a word of the rule file)
    RATE_LIMIT = "rate-limit"


@frozen
class FaultRule:
    """
    One rule: the calls that it matches, which of these it hits, and the action.

    Without `nth`, `every` and `probability` it hits every call that it matches. Calls that match are counted from 1.
    """

    action: Action
    endpoint: str = "*"
    user: str | None = None
    client: str | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None
    # of single actions
    when: str = "after"
    act: bool = True
    status: int = 200
    delay_ms: float = 0.0
    seconds: float = 30.0
    style: str = "strings"
    age_ms: float = 0.0
    lag_ms: float = 0.0
    instrument: int | None = None
    wrapped: bool = False
    given: Mapping[str, object] = field(factory=dict, eq=False, repr=False)


_Check = Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400_000


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _one_of(*allowed: object) -> _Check:
    return lambda value: not isinstance(value, bool) and value in allowed


_MATCH: Mapping[str, tuple[_Check, str]] = {
    "action": (_one_of(*Action), "one of " + ", ".join(Action)),
    "endpoint": (_is_text, "an endpoint's name or *"),
    "user": (_is_text, "a user id"),
    "client": (_is_text, "a client code"),
    "nth": (_is_count, "a whole number from 1"),
    "every": (_is_count, "a whole number from 1"),
    "probability": (_is_share, "a number from 0 to 1"),
    "times": (_is_count, "a whole number from 1"),
}

_ACT = {"act": (_is_flag, "true or false")}
_STATUSES = (500, 502, 503, 504)

# what each action takes beyond the fields above; `required` ones have no default
_OWN: Mapping[Action, Mapping[str, tuple[_Check, str]]] = {
    Action.DELAY: {
        "delay_ms": (_is_amount, "milliseconds"),
        "when": (_one_of("before", "after"), "before or after"),
    },
    Action.TIMEOUT: {"seconds": (_is_amount, "seconds"), **_ACT},
    Action.DROP: {"when": (_one_of("before", "after", "mid"), "before, after or mid")},
    Action.STATUS: {"status": (_one_of(*_STATUSES), "one of 500, 502, 503, 504"), **_ACT},
    Action.HTML: _ACT,
    Action.EMPTY: _ACT,
    Action.TRUNCATE: {},
    Action.TYPES: {"style": (_one_of("strings", "null"), "strings or null")},
    Action.DUPLICATE: {},
    Action.STALE_BOOK: {"age_ms": (_is_amount, "milliseconds")},
    Action.POSITION_LAG: {"lag_ms": (_is_amount, "milliseconds")},
    Action.MISSING_POSITION: {"instrument": (_is_count, "an instrument id")},
    Action.EXPIRED_TOKEN: {"status": (_one_of(400, 401), "400 or 401")},
    Action.RATE_LIMIT: {"wrapped": (_is_flag, "true or false")},
}
_REQUIRED = {Action.DELAY: "delay_ms", Action.STALE_BOOK: "age_ms", Action.POSITION_LAG: "lag_ms"}
_OTHER_DEFAULTS: Mapping[Action, Mapping[str, object]] = {
    Action.STATUS: {"status": 502, "act": False},
    Action.EXPIRED_TOKEN: {"status": 400},
}


def read_rule(given: object, position: int, endpoints: frozenset[str] | None = None) -> FaultRule:
    """
    One rule from its JSON object.

    Raises:
        FaultRulesError: No object, an unknown or missing field, a value of the wrong kind, or an endpoint that is not
            one of *endpoints*. *position* (from 1) is named in the text.

    """
    where = f"fault rule {position}"
    if not isinstance(given, Mapping):
        raise FaultRulesError(f"{where} is not an object")
    named = given.get("action")
    if named not in set(Action):
        raise FaultRulesError(f"{where}: action must be {_MATCH['action'][1]}, not {named!r}")
    action = Action(str(named))
    fields = {**_MATCH, **_OWN[action]}
    for name, value in given.items():
        if name not in fields:
            raise FaultRulesError(f"{where}: {name!r} is no field of {action}; it takes {', '.join(sorted(fields))}")
        check, expected = fields[name]
        if not check(value):
            raise FaultRulesError(f"{where}: {name} must be {expected}, not {value!r}")
    if len({"nth", "every", "probability"} & given.keys()) > 1:
        raise FaultRulesError(f"{where}: give at most one of nth, every and probability")
    required = _REQUIRED.get(action)
    if required is not None and required not in given:
        raise FaultRulesError(f"{where}: {action} needs {required}")
    endpoint = given.get("endpoint", "*")
    if endpoints is not None and endpoint != "*" and endpoint not in endpoints:
        raise FaultRulesError(f"{where}: no endpoint {endpoint!r}; there are {', '.join(sorted(endpoints))}")
    values = {**_OTHER_DEFAULTS.get(action, {}), **given, "action": action}
    return FaultRule(**values, given=dict(given))


def read_rules(given: object, endpoints: frozenset[str] | None = None) -> tuple[FaultRule, ...]:
    """
    All rules of a JSON list.

    Raises:
        FaultRulesError: See `read_rule`.

    """
    if not isinstance(given, list):
        raise FaultRulesError("fault rules are a JSON list of objects")
    return tuple(read_rule(rule, position, endpoints) for position, rule in enumerate(given, 1))


def load_rules(path: Path, endpoints: frozenset[str] | None = None) -> tuple[FaultRule, ...]:
    """
    The rules in a JSON file.

    Raises:
        FaultRulesError: The file cannot be read, holds no JSON, or see `read_rule`.

    """
    try:
        given = orjson.loads(path.read_bytes())
    except OSError as exc:
        raise FaultRulesError(f"{path}: {exc.strerror or exc}") from exc
    except orjson.JSONDecodeError as exc:
        raise FaultRulesError(f"{path} holds no JSON: {exc}") from exc
    return read_rules(given, endpoints)


@define
class _Count:
    seen: int = 0
    hits: int = 0


class FaultBook:
    """The rules in force with their counts. The first rule that hits a call decides; all that match count it."""

    def __init__(self, rules: Iterable[FaultRule], seed: int) -> None:
        self._seed = seed
        self._rules: list[tuple[FaultRule, _Count, random.Random]] = []
        self.replace(rules)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def replace(self, rules: Iterable[FaultRule]) -> None:
        """Put *rules* in place of all others; counts begin anew."""
        # a seeded stream of draws is what makes a run repeatable; it guards nothing
        self._rules = [
            (rule, _Count(), random.Random(f"{self._seed}/{place}"))  # noqa: S311
            for place, rule in enumerate(rules)
        ]

    def pick(self, endpoint: str, user: str | None, client: str | None) -> FaultRule | None:
        """The rule that this call falls under, counted; None when it is left alone."""
        chosen: FaultRule | None = None
        for rule, count, draws in self._rules:
            if rule.endpoint not in {"*", endpoint}:
                continue
            if (rule.user is not None and rule.user != user) or (rule.client is not None and rule.client != client):
                continue
            count.seen += 1
            hit = self._hits(rule, count, draws)
            if hit and chosen is None:
                count.hits += 1
                chosen = rule
        return chosen

    @staticmethod
    def _hits(rule: FaultRule, count: _Count, draws: random.Random) -> bool:
        # drawn for every matching call, so that a `times` bound does not shift later draws
        lucky = rule.probability is None or draws.random() < rule.probability
        if rule.times is not None and count.hits >= rule.times:
            return False
        if rule.nth is not None:
            return count.seen == rule.nth
        if rule.every is not None:
            return count.seen % rule.every == 0
        return lucky

    def listed(self) -> list[dict[str, object]]:
        """Each rule as it was given, with the calls that it matched (`seen`) and hit (`hits`)."""
        return [{**rule.given, "seen": count.seen, "hits": count.hits} for rule, count, _ in self._rules]
