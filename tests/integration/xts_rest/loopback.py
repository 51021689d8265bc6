"""A small HTTP server on loopback that misbehaves as it is told, and remembers what arrived."""

import contextlib
import json
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

from attrs import field, frozen


@frozen
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Act = Callable[[socket.socket], bool]
"""Answers one request; returns whether the connection is kept."""


def raw(text: bytes, *, keep: bool = True) -> Act:
    def act(conn: socket.socket) -> bool:
        conn.sendall(text)
        return keep

    return act


def answer(body: object, status: int = 200, *, keep: bool = True, **headers: str) -> Act:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/json; charset=utf-8" if not isinstance(body, bytes) else "text/html"
    lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + content, keep=keep)


def granted(result: object, code: str = "s-orders-0001") -> Act:
    return answer({"type": "success", "code": code, "description": "ok", "result": result})


def refused(status: int, code: str, description: str = "no", **headers: str) -> Act:
    return answer({"type": "error", "code": code, "description": description}, status, **headers)


def half_a_body(body: bytes) -> Act:
    return raw(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body[: len(body) // 2]), keep=False)


def no_answer(_: socket.socket) -> bool:
    """Read the request and close."""
    return False


def reset(conn: socket.socket) -> bool:
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


@frozen
class Loopback:
    """The server: each request takes the next act; the last one is for all that follow."""

    url: str
    acts: list[Act]
    requests: list[Received] = field(factory=list)
    connections: list[int] = field(factory=list)
    ended: threading.Event = field(factory=threading.Event)
    hung_up: threading.Event = field(factory=threading.Event)
    """The server has closed a connection after an answer, or instead of one."""

    def hang(self, _: socket.socket) -> bool:
        """Say nothing until the server ends."""
        self.ended.wait(30)
        return False

    def drip(self, conn: socket.socket) -> bool:
        """Send a body byte by byte, without end."""
        conn.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        with contextlib.suppress(OSError):
            while not self.ended.wait(0.01):
                conn.sendall(b" ")
        return False


def _serve(server: Loopback, conn: socket.socket, number: int, *, refuse_unread: bool) -> None:
    with contextlib.suppress(OSError), conn:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if refuse_unread:
            select.select([conn], [], [], 10)
            reset(conn)
            return
        stream = conn.makefile("rb")
        while head := _head(stream):
            method, target, headers = head
            body = stream.read(int(headers.get("content-length", "0")))
            server.requests.append(Received(method, target, headers, body, number))
            act = server.acts.pop(0) if len(server.acts) > 1 else server.acts[0]
            if not act(conn):
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_RDWR)
                server.hung_up.set()
                return


def _head(stream: Any) -> tuple[str, str, dict[str, str]] | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return first[0], first[1], headers


@contextlib.contextmanager
def running(*acts: Act, unread: bool = False) -> Iterator[Loopback]:
    """Run a server; with *unread* it resets each connection once something has arrived, without reading it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(f"http://127.0.0.1:{listener.getsockname()[1]}", list(acts))
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = listener.accept()
                number = len(server.connections) + 1
                server.connections.append(number)
                opened.append(conn)
                thread = threading.Thread(
                    target=_serve, args=(server, conn, number), kwargs={"refuse_unread": unread}, daemon=True
                )
                threads.append(thread)
                thread.start()

    opened: list[socket.socket] = []
    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for conn in opened:
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
