"""The venue behind HTTP: a Starlette application, for uvicorn with one of the protocols of this module."""

import asyncio
from asyncio import BaseTransport
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jainam.simulator.messages import Connection, Reply, Request
from jainam.simulator.venue import Venue

_TRANSPORT = "jainam.transport"


class OpenH11Protocol(H11Protocol):
    """uvicorn's HTTP over h11, with the connection's transport in reach of the application, so that it can drop it."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep the transport where the scope's state is copied from."""
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {**self.app_state, _TRANSPORT: transport}


def http_protocol() -> type[asyncio.Protocol]:
    """The protocol class for uvicorn: over httptools when it is installed, which is faster, else over h11."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol  # noqa: PLC0415  (an optional package)
    except ImportError:
        return OpenH11Protocol

    class OpenHttpToolsProtocol(HttpToolsProtocol):
        def connection_made(self, transport: BaseTransport) -> None:
            super().connection_made(cast("asyncio.Transport", transport))
            self.app_state = {**self.app_state, _TRANSPORT: transport}

    return OpenHttpToolsProtocol


class VenueFace:
    """
    The ASGI application proper.

    Calls are answered on the event loop: the core is quick, and one order of arrival is one order of effects.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        request = Request(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        reply = self._venue.handle(request)
        if reply.delay_s or reply.postponed is not None:
            await asyncio.sleep(reply.delay_s)
            reply = self._venue.resume(reply)
        await self._send(reply, scope, receive, send)

    async def _send(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        match reply.connection:
            case Connection.ANSWER:
                await _send_head(reply, send)
                await send({"type": "http.response.body", "body": reply.body})
                return
            case Connection.HANG:
                await _wait_for_disconnect(receive, reply.hang_s)
            case Connection.CUT:
                await _send_head(reply, send)
                half = reply.body[: len(reply.body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
            case _:
                pass  # nothing to send: the connection only ends
        transport: Any = scope["state"][_TRANSPORT]
        if reply.connection is Connection.RESET:
            transport.abort()
        else:
            transport.close()
        # the server takes an application that returns without an answer for broken, unless the peer has gone
        await _wait_for_disconnect(receive, 1.0)


async def _send_head(reply: Reply, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _wait_for_disconnect(receive: Receive, seconds: float) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


def application(venue: Venue) -> Starlette:
    """The Starlette application before *venue*."""
    return Starlette(routes=[Mount("/", app=VenueFace(venue))])
