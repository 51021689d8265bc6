"""The venue behind HTTP: a Starlette application, for uvicorn with one of the protocols of this module."""

import asyncio
import socket
import struct
from asyncio import BaseTransport
from collections.abc import Coroutine
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jainam.simulator.messages import Connection, Reply, Request
from jainam.simulator.venue import Venue

_TRANSPORT = "jainam.transport"
_LARGEST_BODY = 1 << 20
# how long a closed connection may take to be reported closed
_LEAVE_TAKING_S = 5.0


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
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > _LARGEST_BODY:
                await _send_head(Reply(413, {"connection": "close"}), send)
                await send({"type": "http.response.body", "body": b""})
                return
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
            # the caller may give up meanwhile; the request is carried out all the same
            await self._wait(reply.delay_s)
            reply = self._venue.resume(reply)
        await self._send(reply, scope, receive, send)

    def end(self) -> None:
        """Let go of every caller whom a fault keeps waiting: the server is going down."""
        self._ending.set()

    async def _wait(self, seconds: float, *others: Coroutine[Any, Any, object]) -> None:
        """Wait that long, or until one of *others* is through, or until the end."""
        waiting = [asyncio.ensure_future(one) for one in (self._ending.wait(), *others)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    async def _send(self, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
        match reply.connection:
            case Connection.ANSWER:
                await _send_head(reply, send)
                await send({"type": "http.response.body", "body": reply.body})
                return
            case Connection.HANG:
                await self._wait(reply.hang_s, _gone(receive))
            case Connection.CUT:
                await _send_head(reply, send)
                half = reply.body[: len(reply.body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
        transport: asyncio.Transport = scope["state"][_TRANSPORT]
        if reply.connection is Connection.RESET:
            # closing with a linger of 0 seconds sends a reset; without it the peer would see an orderly end
            door = transport.get_extra_info("socket")
            door.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
        # the server takes an application that returns without an answer for broken, unless the peer has gone
        await asyncio.wait_for(_gone(receive), _LEAVE_TAKING_S)


async def _send_head(reply: Reply, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def application(face: VenueFace) -> Starlette:
    """The Starlette application before a venue."""
    return Starlette(routes=[Mount("/", app=face)])
