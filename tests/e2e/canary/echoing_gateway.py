"""A gateway before the simulator that can be told to answer with what it was sent, keys and tokens included."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

MODES = (
    "html",
    "title",
    "refusal",
    "code",
    "reasons",
    "result",
    "broken",
    "plain",
    "redirect",
    "length",
    "status line",
    "version",
)
"""The ways in which it repeats a request; ``pass`` hands it on."""

_HANDED_ON = ("authorization", "content-type", "accept")


class EchoingGateway(ThreadingHTTPServer):
    """Hands requests on in mode ``pass``; keeps every token and password that it saw."""

    daemon_threads = True

    def __init__(self, venue_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.venue = httpx.Client(base_url=venue_url, timeout=30)
        self.mode = "pass"
        self.endpoint = ""
        """Only paths with this text in them are answered in the mode; everything else is handed on."""
        self.echoes = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a caller that hangs up is the subject."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EchoingGateway

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.server.mode == "pass" or self.server.endpoint not in self.path:
            self._hand_on(body)
            return
        self.server.echoes += 1
        token = self.headers.get("authorization") or ""
        everything = f"{self.command} {self.path}\n{self.headers}\n{body.decode(errors='replace')}"
        self._repeat(self.server.mode, everything, token + body.decode(errors="replace"))

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # the names that the base class looks for

    def _hand_on(self, body: bytes) -> None:
        headers = {name: self.headers[name] for name in _HANDED_ON if name in self.headers}
        answer = self.server.venue.request(self.command, self.path, headers=headers, content=body)
        self._send(answer.status_code, answer.content, answer.headers.get("content-type", ""))

    def _repeat(self, mode: str, everything: str, secret: str) -> None:
        one_line = " ".join(secret.split())
        if mode == "html":
            self._send(502, f"<html><body><h1>Bad gateway</h1><pre>{everything}</pre></body></html>".encode())
        elif mode == "title":
            self._send(500, f"<html><head><title>{secret[:150]}</title></head><body/></html>".encode())
        elif mode == "refusal":
            self._envelope(400, {"type": "error", "code": "e-response-0001", "description": f"Bad: {everything}"})
        elif mode == "code":
            self._envelope(400, {"type": "error", "code": secret, "description": "Bad"})
        elif mode == "reasons":
            errors = [{"field": [secret], "location": "headers", "messages": [f'"{secret}" is wrong']}]
            result = {"status": 400, "statusText": "Bad Request", "errors": errors}
            self._envelope(
                400,
                {
                    "type": "error",
                    "code": "e-property-validation-failed",
                    "description": "Validation Failed",
                    "result": result,
                },
            )
        elif mode == "result":
            rows = [{"AppOrderID": secret, "OrderUniqueIdentifier": secret, "OrderStatus": secret, "Quantity": secret}]
            self._envelope(
                200, {"type": "success", "code": "s-0", "description": secret, "result": {"positionList": rows}}
            )
        elif mode == "broken":
            self._send(200, f'{{"type": "success", "result": "{everything}'.encode(), "application/json")
        elif mode == "plain":
            self._send(500, everything.encode(), "text/plain")
        elif mode == "redirect":
            self._send(302, b"", location=f"http://127.0.0.1:9/{one_line}")
        else:
            self._malformed(mode, one_line)

    def _malformed(self, mode: str, one_line: str) -> None:
        """Answer with a head that no client can read."""
        heads = {
            "length": f"HTTP/1.1 200 OK\r\ncontent-length: {one_line}\r\n\r\n",
            "status line": f"HTTP/1.1 5{one_line} Oops\r\ncontent-length: 0\r\n\r\n",
            "version": f"{one_line}\r\n\r\n",
        }
        self.wfile.write(heads[mode].encode("latin-1", "replace"))
        self.close_connection = True

    def _envelope(self, status: int, envelope: dict[str, Any]) -> None:
        self._send(status, json.dumps(envelope).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str = "text/html", location: str = "") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def echoing_gateway(venue_url: str) -> Iterator[EchoingGateway]:
    """Run a gateway before a venue for as long as the block lasts."""
    gateway = EchoingGateway(venue_url)
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        thread.join(10)
        gateway.server_close()
        gateway.venue.close()
