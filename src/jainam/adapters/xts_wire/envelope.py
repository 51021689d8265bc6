"""
The envelope around every answer: whatever bytes come in, one of three values comes out.

Success or failure is decided by ``type`` (xts-api.md, 2.1), never by the HTTP status and never by the code's first
letter. Anything without a readable ``type`` is `Unreadable`.
"""

import json
import re
from typing import Any

import orjson
from attrs import frozen

_BOM = b"\xef\xbb\xbf"
_SNIPPET = 80
_MAX_REASONS = 5
_TITLE = re.compile(rb"<(title|h1)[^>]*>(.{1,200}?)</", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


@frozen
class Success:
    """The venue says yes. *result* is whatever came under that name."""

    code: str
    description: str
    result: Any


@frozen
class Failure:
    """The venue says no, in its own words. *reasons* are those of its validator, one a parameter."""

    code: str
    description: str
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it says, in one line."""
        return "; ".join(part for part in (self.description, *self.reasons) if part) or "no reason given"


@frozen
class Unreadable:
    """No envelope: *what* it was instead, in a few words."""

    what: str


Envelope = Success | Failure | Unreadable


def read_envelope(body: bytes) -> Envelope:
    """Return what a body says. Never raises."""
    if not body.strip():
        return Unreadable("an empty body")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _read_tolerantly(body)
        if isinstance(value, Unreadable):
            return value
    return _unwrap(value)


def _read_tolerantly(body: bytes) -> Any:
    """Read what orjson refuses though it is whole: a bare ``NaN``, a byte order mark, texts in an old encoding."""
    text = body.removeprefix(_BOM).decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable(_describe(body))


def _describe(body: bytes) -> str:
    start = body.lstrip()[:1]
    if start == b"<":
        title = _TITLE.search(body[:4096])
        words = _TAGS.sub(" ", title.group(2).decode("utf-8", "replace")).strip() if title else ""
        return f"an HTML page ({words[:_SNIPPET]})" if words else "an HTML page"
    if start in {b"{", b"["}:
        return f"broken JSON of {len(body)} bytes"
    return f"{len(body)} bytes that are no JSON"


def _unwrap(value: Any) -> Envelope:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return Unreadable(f"JSON without an envelope ({_kind(value)})")
    data = value.get("data")
    if "type" not in value and isinstance(data, dict) and ("err" in value or "type" in data):
        return _read_wrapped(value, data)
    verdict = _verdict(value.get("type"))
    if verdict is None:
        return Unreadable("JSON without a readable type")
    return _build(verdict, value)


def _read_wrapped(value: dict[str, Any], data: dict[str, Any]) -> Envelope:
    """Read ``{"err": true, "data": {…}}``; only an envelope inside that says so itself is a success."""
    verdict = _verdict(data.get("type"))
    if value.get("err") is True:
        return _build(False, data)
    if verdict is None:
        return Unreadable("wrapped JSON without a readable type")
    return _build(verdict, data)


def _build(verdict: bool, value: dict[str, Any]) -> Success | Failure:  # noqa: FBT001  # the envelope's own boolean
    code, description = _text(value.get("code")), _text(value.get("description"))
    if verdict:
        return Success(code, description, value.get("result"))
    return Failure(code, description, _reasons(value.get("result")))


def _verdict(word: Any) -> bool | None:
    if isinstance(word, bool):
        return word
    if isinstance(word, str):
        return {"success": True, "true": True, "error": False, "false": False}.get(word.strip().lower())
    return None


def _reasons(result: Any) -> tuple[str, ...]:
    errors = result.get("errors") if isinstance(result, dict) else None
    if not isinstance(errors, list):
        return ()
    found: list[str] = []
    for error in errors:
        messages = error.get("messages") if isinstance(error, dict) else None
        if isinstance(messages, list):
            found.extend(message for message in messages if isinstance(message, str))
    return tuple(found[:_MAX_REASONS])


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return {str: "a text", bool: "a boolean", int: "a number", float: "a number"}.get(type(value), "nothing")
