"""Errors as a person and as a program read them. No traceback reaches anybody who did not ask for one."""

from typing import Any

import click

_FIELDS = (
    "missing",
    "account",
    "side",
    "symbol",
    "nearest",
    "what",
    "endpoint",
    "http_status",
    "broker_code",
    "correlation_id",
    "attempts",
    "effect",
    "retry_after_s",
    "client_order_ids",
    "key",
    "holder",
)
"""What errors carry beside their text; none of it is ever a secret."""


def error_document(error: BaseException, exit_code: int) -> dict[str, object]:
    """Return an error for machines: ``code``, ``message``, ``hint``, and what else its kind knows."""
    told: dict[str, Any] = {"code": code_of(error), "message": message_of(error), "hint": hint_of(error)}
    for name in _FIELDS:
        value = getattr(error, name, None)
        if value not in (None, "", ()) and not callable(value):
            told[name] = value
    violations = getattr(error, "violations", ())
    if violations:
        told["violations"] = [{"field": one.field, "message": one.message, "code": one.code} for one in violations]
    told["exit_code"] = int(exit_code)
    return {"error": told}


def code_of(error: BaseException) -> str:
    """Return the stable code of an error."""
    if isinstance(error, click.ClickException):
        return "usage"
    return str(getattr(error, "code", "") or "internal")


def message_of(error: BaseException) -> str:
    """Return what happened, in a sentence."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    return str(getattr(error, "message", "") or error)


def hint_of(error: BaseException) -> str:
    """Return what to do about it; empty where there is nothing to say."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"see {error.ctx.command_path} --help"
    return str(getattr(error, "hint", ""))


def error_lines(error: BaseException) -> tuple[str, ...]:
    """Return an error for a person: every violation on a line of its own."""
    violations = getattr(error, "violations", ())
    if len(violations) > 1:
        lines = [f"error: {getattr(error, 'what', 'order')} denied"]
        lines += [f"  {one.message}" for one in violations]
    else:
        lines = [f"error: {message_of(error)}"]
    hint = hint_of(error)
    return (*lines, f"hint: {hint}") if hint else tuple(lines)
