"""What passes between the venue and the faces before it: a request, and a reply with what becomes of the connection."""

from collections.abc import Callable, Mapping
from enum import Enum

import orjson
from attrs import Factory, frozen

from jainam.simulator.answers import Answer

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@frozen
class Request:
    """One HTTP request; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = Factory(dict)
    headers: Mapping[str, str] = Factory(dict)
    body: bytes = b""


class Connection(Enum):
    """What the face does with the connection of a reply."""

    ANSWER = "send the answer and keep the connection"
    HANG = "send nothing for hang_s, then close"
    RESET = "reset at once, as if the request had never been read"
    CLOSE = "close in order, without an answer"
    CUT = "send the head and the first half of the body, then close"


@frozen
class Reply:
    """
    An answer and its fate on the wire.

    With *postponed* set, nothing has been done yet: the face waits *delay_s* and asks `Venue.resume` for the reply
    proper. The function takes the moment at which the request is carried out.
    """

    status: int = 200
    headers: Mapping[str, str] = Factory(dict)
    body: bytes = b""
    delay_s: float = 0.0
    hang_s: float = 0.0
    connection: Connection = Connection.ANSWER
    postponed: Callable[[float], "Reply"] | None = None


def encode(answer: Answer) -> Reply:
    """The answer as it goes on the wire: JSON, or HTML where the body is text."""
    if isinstance(answer.body, str):
        return Reply(answer.status, {"content-type": HTML_TYPE, **answer.headers}, answer.body.encode())
    return Reply(answer.status, {"content-type": JSON_TYPE, **answer.headers}, orjson.dumps(answer.body))
