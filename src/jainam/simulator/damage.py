"""What faults do to a finished answer: bodies that a gateway, a bug or a broken line would send."""

from collections.abc import Callable, Mapping

import orjson
from attrs import evolve

from jainam.simulator.answers import Answer, error
from jainam.simulator.faults import Action, FaultRule
from jainam.simulator.messages import JSON_TYPE, Connection, Reply, encode

NOT_FOUND_PAGE = (
    '<!DOCTYPE html><html><head><title></title><link rel="stylesheet" href="/stylesheets/style.css"></head><body>'
    "<h1>Unable to connect provided url</h1><h2>404</h2><pre></pre></body></html>"
)
_GATEWAY_WORDS = {
    500: "500 Internal Server Error",
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}


def not_found() -> Answer:
    """XTS's own page for a path that it does not serve."""
    return Answer(404, NOT_FOUND_PAGE)


def gateway_page(status: int) -> Answer:
    """The reverse proxy's page of a 5xx."""
    words = _GATEWAY_WORDS[status]
    page = (
        f"<html>\n<head><title>{words}</title></head>\n<body>\n<center><h1>{words}</h1></center>\n"
        "<hr><center>nginx</center>\n</body>\n</html>\n"
    )
    return Answer(status, page)


def rate_limited(user_id: str, *, wrapped: bool = False) -> Answer:
    """The refusal of a call beyond the chart, plain or as some gateways wrap it."""
    answer = error(429, "e-apirl-0004", f"Rate limit exceeded for user {user_id}")
    return Answer(429, {"err": True, "data": answer.body}) if wrapped else answer


def damaged(reply: Reply, rule: FaultRule) -> Reply:
    """What becomes of a finished answer under a rule; rules of the read side leave it as it is."""
    damage = _DAMAGE.get(rule.action)
    return damage(reply, rule) if damage else reply


def _retyped(reply: Reply, rule: FaultRule) -> Reply:
    """Every number a string, or every number and numeric string a null; other bodies than JSON stay."""
    if reply.headers.get("content-type") != JSON_TYPE:
        return reply
    return evolve(reply, body=orjson.dumps(_retype(orjson.loads(reply.body), _CASTS[rule.style])))


_DAMAGE: Mapping[Action, Callable[[Reply, FaultRule], Reply]] = {
    Action.DELAY: lambda reply, rule: evolve(reply, delay_s=rule.delay_ms / 1000),
    Action.TIMEOUT: lambda reply, rule: evolve(reply, connection=Connection.HANG, hang_s=rule.seconds),
    Action.DROP: lambda reply, rule: evolve(
        reply, connection=Connection.CUT if rule.when == "mid" else Connection.CLOSE
    ),
    Action.STATUS: lambda _, rule: encode(gateway_page(rule.status)),
    Action.HTML: lambda reply, _: evolve(encode(gateway_page(502)), status=reply.status),
    Action.EMPTY: lambda reply, _: evolve(reply, body=b""),
    Action.TRUNCATE: lambda reply, _: evolve(reply, body=reply.body[: max(1, len(reply.body) // 2)]),
    Action.TYPES: _retyped,
    Action.DUPLICATE: lambda reply, _: evolve(reply, body=reply.body * 2),
}


def _to_string(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _to_null(value: object) -> object:
    if isinstance(value, str):
        return None if _reads_as_number(value) else value
    return None if isinstance(value, int | float) and not isinstance(value, bool) else value


def _reads_as_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


_CASTS: dict[str, Callable[[object], object]] = {"strings": _to_string, "null": _to_null}


def _retype(value: object, cast: Callable[[object], object]) -> object:
    if isinstance(value, dict):
        return {key: _retype(inner, cast) for key, inner in value.items()}
    if isinstance(value, list):
        return [_retype(inner, cast) for inner in value]
    return cast(value)
