"""
The HTTP door: the one place through which every request leaves.

It drives an httpx transport directly, since the client around it costs a third of a call on loopback
(docs/adr/0013-http-door-uses-the-transport.md): pooled HTTP/1.1 connections that are kept alive, bounded waits, one
telemetry event an attempt. What may be repeated is repeated by stamina; everything else is written once.
"""

import itertools
import os
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Generic, TypeVar

import httpx
import stamina
from attrs import evolve, frozen

from jainam.adapters.xts_rest.calls import MANNERS, Call, Manner
from jainam.adapters.xts_rest.errors import (
    DefiniteAnswer,
    Where,
    from_failure,
    from_transport,
    from_unreadable,
    is_empty_answer,
    lost,
    may_repeat,
    retry_after_of,
)
from jainam.adapters.xts_rest.scrub import Scrubber
from jainam.adapters.xts_wire.envelope import Failure, Success, Unreadable, read_envelope
from jainam.adapters.xts_wire.scalars import WireError
from jainam.domain.errors import BrokerError, BrokerUnavailable, Effect, LimitExceeded
from jainam.ports.broker import BrokerOptions, BrokerTools
from jainam.ports.telemetry import RequestEvent

_MAX_CONNECTIONS = 40
"""Orders leave 25 times a second and an answer may take a second; reads come on top."""

_MAX_BODY = 256 * 2**20
_PATIENCE_WITH_BODY = 6.0
"""A whole answer may take so many time-outs, though each wait for more of it takes one at most."""

_LONGEST_BACKOFF_S = 5.0
_HEADERS = (
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate"),
    ("connection", "keep-alive"),
    ("user-agent", "jainam"),
)

_Value = TypeVar("_Value")


@frozen
class Answer(Generic[_Value]):
    """What came of a call: the value read from it, and the moment just before its attempt was written."""

    value: _Value
    sent_at: datetime
    status: int
    code: str
    was_empty: bool = False
    """The venue said "no data" instead of sending rows."""


@cache
def _verifying_context() -> ssl.SSLContext:
    """Return the context that all brokers of a process share: reading the certificates takes some 100 ms."""
    return httpx.create_ssl_context()


Read = Callable[[Success], _Value]
"""Makes a value of a granted call, or raises `WireError`: then its answer counts as lost."""


class Door:
    """All HTTP of one broker object: thread-safe, and after a fork with connections of its own."""

    def __init__(
        self,
        options: BrokerOptions,
        tools: BrokerTools,
        *,
        definite: tuple[DefiniteAnswer, ...],
        keep_alive_s: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._options = options
        self._account = options.account
        self._clock = tools.clock
        self._limits = tools.rate_limits
        self._telemetry = tools.telemetry
        self._definite = definite
        self._keep_alive_s = keep_alive_s
        self._scrub = Scrubber(
            (
                options.interactive.app_key,
                options.interactive.secret_key,
                options.market.app_key,
                options.market.secret_key,
                options.host_lookup_password,
            )
        )
        self._given = transport
        self._made: httpx.BaseTransport | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._is_closed = False
        self._numbers = itertools.count(1)
        self._started = f"{int(tools.clock.now().timestamp() * 1000):x}"

    def ask(self, call: Call, read: Read[_Value]) -> Answer[_Value]:
        """
        Make a call and return what *read* makes of its answer.

        Raises:
            BrokerError: By the table in `errors`; its ``effect`` says whether the call may have changed something.
        """
        return self._repeat(call, read, None)

    def ask_rows(self, call: Call, read: Read[tuple[_Value, ...]]) -> Answer[tuple[_Value, ...]]:
        """Make a read for which the refusal "no data" is an answer without rows. Errors as for `ask`."""
        no_rows: tuple[_Value, ...] = ()
        answer = self._repeat(call, read, no_rows)
        # an empty list is unheard of (xts-api.md, 2.1): it is no better proof of an empty book than "no data"
        return answer if answer.value else evolve(answer, was_empty=True)

    def close(self) -> None:
        """Close the connections; later calls fail without leaving."""
        with self._lock:
            self._is_closed = True
            transport, self._made = self._given or self._made, None
        if transport is not None and self._owner == os.getpid():
            transport.close()

    def _repeat(self, call: Call, read: Read[_Value], empty: _Value | None) -> Answer[_Value]:
        """Make a call, again where its manner allows it. The way without a failure never enters stamina."""
        manner = MANNERS[call.endpoint]
        transport = self._transport(call)
        request = self._request(call, manner)
        correlation_id = f"{self._started}-{os.getpid():x}-{next(self._numbers):x}"
        began_s = 0.0

        def attempt(number: int) -> Answer[_Value]:
            nonlocal began_s
            where = Where(self._account, call.endpoint, correlation_id, number)
            if manner.reserves:
                self._limits.reserve(self._account, call.endpoint, priority=call.priority)
            began_s = self._clock.elapsed_s()
            try:
                answer = self._attempt(call, transport, request, where, read, empty)
            except BrokerError as error:
                self._note(call, where, error.http_status, began_s, error.code, error.broker_code)
                if isinstance(error, LimitExceeded) and manner.reserves:
                    self._limits.pushed_back(self._account, call.endpoint, error.retry_after_s)
                raise
            self._note(call, where, answer.status, began_s, "ok", answer.code)
            return answer

        try:
            return attempt(1)
        except BrokerError as exc:
            if not may_repeat(exc, manner):
                raise
            failure = exc
        effect = failure.effect
        given_up: list[BrokerError] = []
        for again in stamina.retry_context(
            on=lambda exc: not given_up and may_repeat(exc, manner),
            attempts=max(self._options.retries, 1),
            timeout=None,
            wait_initial=self._options.backoff_base_s,
            wait_max=_LONGEST_BACKOFF_S,
            wait_jitter=self._options.backoff_base_s,
            wait_exp_base=self._options.backoff_factor,
        ):
            with again:
                if again.num == 1:
                    raise failure
                try:
                    return attempt(again.num)
                except LimitExceeded as exc:
                    if exc.http_status is None:  # our own limit leaves no room to repeat: what counts came before it
                        given_up.append(exc)
                        raise failure from exc
                    failure = exc
                    raise
                except BrokerError as exc:
                    if effect is Effect.POSSIBLE:
                        exc.effect = effect  # what an earlier attempt may have done stays possible
                    effect, failure = exc.effect, exc
                    raise
        raise failure

    def _attempt(
        self,
        call: Call,
        transport: httpx.BaseTransport,
        request: httpx.Request,
        where: Where,
        read: Read[_Value],
        empty: _Value | None,
    ) -> Answer[_Value]:
        sent_at = self._clock.now()
        if call.before_send is not None:
            call.before_send()
        try:
            response = transport.handle_request(request)
            body = self._body(response, where)
        except httpx.RequestError as exc:
            words = self._scrub(str(exc), call.token, call.secret)
            hint = self._options.extra.get("unavailable_hint", "")
            # a traceback prints causes: a status line that can't be read may be what the server was sent
            cause = exc if words == str(exc) else type(exc)(words)
            raise from_transport(exc, words, where, unavailable_hint=hint) from cause
        status = response.status_code
        envelope = read_envelope(body)
        if isinstance(envelope, Success):
            if where.manner.changes and status >= 300:
                raise lost(where, f"HTTP {status} contradicts its own success", status=status, code=envelope.code)
            try:
                return Answer(read(envelope), sent_at, status, envelope.code)
            except WireError as exc:
                words = self._scrub(str(exc), call.token, call.secret)
                what = f"the answer can't be read: {words}"
                told = exc if words == str(exc) else WireError(words)
                raise lost(where, what, status=status, code=envelope.code) from told
        if isinstance(envelope, Unreadable):
            safe = Unreadable(self._scrub(envelope.what, call.token, call.secret))
            raise from_unreadable(status, safe, where, retry_after_of(response.headers.get("retry-after")))
        if empty is not None and status < 500 and is_empty_answer(envelope):
            return Answer(empty, sent_at, status, envelope.code, was_empty=True)
        raise self._refusal(call, response, envelope, where)

    def _refusal(self, call: Call, response: httpx.Response, failure: Failure, where: Where) -> BrokerError:
        code = self._scrub(failure.code, call.token, call.secret)
        return from_failure(
            response.status_code,
            evolve(failure, code=code),
            self._scrub(failure.words, call.token, call.secret),
            where,
            definite=self._definite,
            retry_after_s=retry_after_of(response.headers.get("retry-after")),
        )

    def _body(self, response: httpx.Response, where: Where) -> bytes:
        """Read a whole body, bounded in size and in time, and give its connection back."""
        end_s = self._clock.elapsed_s() + self._options.timeout_s * where.manner.patience * _PATIENCE_WITH_BODY
        parts: list[bytes] = []
        size = 0
        try:
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > _MAX_BODY:
                    raise httpx.ReadError(f"the answer is longer than {_MAX_BODY} bytes")
                if self._clock.elapsed_s() > end_s:
                    raise httpx.ReadTimeout("the answer takes too long to arrive")
        finally:
            response.close()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _request(self, call: Call, manner: Manner) -> httpx.Request:
        headers = list(_HEADERS)
        if call.token is not None:
            headers.append(("authorization", call.token.reveal()))
        if call.body is not None:
            headers.append(("content-type", "application/json"))
        wait_s = self._options.timeout_s
        timeout = {"connect": wait_s, "read": wait_s * manner.patience, "write": wait_s, "pool": wait_s}
        return httpx.Request(call.method, call.url, headers=headers, content=call.body, extensions={"timeout": timeout})

    def _transport(self, call: Call) -> httpx.BaseTransport:
        if self._given is not None and not self._is_closed:
            return self._given
        if self._made is not None and self._owner == os.getpid():
            return self._made
        with self._lock:
            if self._is_closed:
                raise BrokerUnavailable(
                    f"{call.endpoint.value} of account {self._account}: the desk was closed, nothing was sent",
                    endpoint=call.endpoint.value,
                )
            if self._made is None or self._owner != os.getpid():
                # a forked child leaves its parent's sockets alone: two processes on one of them would mix up answers
                self._made = self._new_transport()
                self._owner = os.getpid()
            return self._made

    def _new_transport(self) -> httpx.BaseTransport:
        return httpx.HTTPTransport(
            verify=_verifying_context() if self._options.verify_tls else False,
            limits=httpx.Limits(
                max_connections=_MAX_CONNECTIONS,
                max_keepalive_connections=_MAX_CONNECTIONS,
                keepalive_expiry=self._keep_alive_s,
            ),
        )

    def _note(
        self, call: Call, where: Where, status: int | None, began_s: float, outcome: str, broker_code: str
    ) -> None:
        latency_ms = (self._clock.elapsed_s() - began_s) * 1000
        self._telemetry.request(
            RequestEvent(
                endpoint=call.endpoint.value,
                method=call.method,
                http_status=status,
                attempt=where.attempt,
                latency_ms=latency_ms,
                correlation_id=where.correlation_id,
                outcome=outcome,
                broker_code=broker_code,
            )
        )
