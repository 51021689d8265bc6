"""The venue as an httpx transport: no sockets, and on a virtual clock no waiting."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import httpx

from jainam.simulator.clock import VirtualClock
from jainam.simulator.messages import Connection, Reply, Request
from jainam.simulator.venue import Venue


class VenueTransport(httpx.BaseTransport):
    """
    Answers an `httpx.Client` from a venue in the same process, failing as a socket to it would.

    On a virtual clock a delay advances the clock; when it is longer than the request's read time-out, the clock
    advances by that and `httpx.ReadTimeout` is raised, while the venue carries out what it had begun at its own time.

    Attributes:
        reachable: Set to False, nothing reaches the venue and every request raises `httpx.ConnectError`.

    """

    def __init__(self, venue: Venue) -> None:
        if not isinstance(venue.clock, VirtualClock):
            raise TypeError("the in-process face needs a venue on a virtual clock")
        self._venue = venue
        self._clock = venue.clock
        self.reachable = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        Answer one request.

        Raises:
            httpx.TransportError: As the connection's fate asks for it.

        """
        body = request.read()
        if not self.reachable:
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        reply = self._venue.handle(
            Request(
                request.method,
                request.url.path,
                dict(parse_qsl(request.url.query.decode("latin-1"), keep_blank_values=True)),
                {name.lower(): value for name, value in request.headers.items()},
                body,
            )
        )
        if reply.delay_s or reply.postponed is not None:
            self._wait(reply, request)
            reply = self._venue.resume(reply)
        return self._finish(reply, request)

    def _wait(self, reply: Reply, request: httpx.Request) -> None:
        patience = _read_timeout(request)
        if patience is not None and patience < reply.delay_s:
            self._venue.postpone(reply, reply.delay_s)
            self._clock.advance(patience)
            raise httpx.ReadTimeout("timed out", request=request)
        self._clock.advance(reply.delay_s)

    def _finish(self, reply: Reply, request: httpx.Request) -> httpx.Response:
        match reply.connection:
            case Connection.ANSWER:
                headers = {**reply.headers, "content-length": str(len(reply.body))}
                return httpx.Response(reply.status, headers=headers, content=reply.body, request=request)
            case Connection.CUT:
                headers = {**reply.headers, "content-length": str(len(reply.body))}
                return httpx.Response(reply.status, headers=headers, stream=_Cut(reply.body), request=request)
            case Connection.RESET:
                raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
            case Connection.HANG:
                patience = _read_timeout(request)
                if patience is not None and patience < reply.hang_s:
                    self._clock.advance(patience)
                    raise httpx.ReadTimeout("timed out", request=request)
                self._clock.advance(reply.hang_s)
            case Connection.CLOSE:
                pass  # closed without an answer, as after a hang that ended
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)


class _Cut(httpx.SyncByteStream):
    """The first half of a body, and the end of the connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        half = self._body[: len(self._body) // 2]
        if half:
            yield half
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body "
            f"(received {len(half)} bytes, expected {len(self._body)})"
        )


def _read_timeout(request: httpx.Request) -> float | None:
    timeout = request.extensions.get("timeout", {}).get("read")
    return None if timeout is None else float(timeout)
