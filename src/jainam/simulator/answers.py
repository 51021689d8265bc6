"""Answers of the venue: the XTS envelope and its refusals."""

from collections.abc import Mapping

from attrs import Factory, frozen


@frozen
class Answer:
    """An HTTP status with the JSON body and the headers beyond the content type."""

    status: int
    body: object
    headers: Mapping[str, str] = Factory(dict)


def success(code: str, description: str, result: object) -> Answer:
    """
    Return a granted call, status 200.

    Source: xts-api.md, 2.1.
    """
    return Answer(200, {"type": "success", "code": code, "description": description, "result": result})


def error(status: int, code: str, description: str, result: object | None = None) -> Answer:
    """
    Return a refused call; *result* is left out of the body when there is none.

    Source: xts-api.md, 2.1 to 2.3.
    """
    body: dict[str, object] = {"type": "error", "code": code, "description": description}
    if result is not None:
        body["result"] = result
    return Answer(status, body)


def validation_error(field: str, message: str, kind: str, location: str = "body") -> Answer:
    """
    Return the refusal of one parameter in the form of the validator Joi, status 400.

    Args:
        field: Name of the parameter.
        message: What follows the quoted name: ``is required``, ``must be one of [BUY, SELL]``.
        kind: Joi's name of the rule: ``any.required``, ``any.allowOnly``, ``string.max``, ``number.base``.
        location: ``body`` or ``query``.

    Source: xts-api.md, 2.1.
    """
    fault = {"field": [field], "location": location, "messages": [f'"{field}" {message}'], "types": [kind]}
    result = {"status": 400, "statusText": "Bad Request", "errors": [fault]}
    return error(400, "e-property-validation-failed", "Bad Request", result)
