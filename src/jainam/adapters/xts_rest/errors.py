"""
The one table from failures of the wire, and from the venue's refusals, to the domain's errors.

What matters is the effect. A call that changes something and got no definite answer has the effect ``POSSIBLE``; what
is definite is a closed list. A read has no effect whatever becomes of it.
"""

from collections.abc import Iterable
from enum import Enum

import httpx
from attrs import frozen

from jainam.adapters.xts_rest.calls import MANNERS, Manner, Repeat
from jainam.adapters.xts_wire.envelope import Failure, Unreadable
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import (
    AnswerLost,
    BrokerError,
    BrokerRefused,
    BrokerUnavailable,
    ClientNotMapped,
    ConfigurationError,
    Effect,
    LimitExceeded,
    SessionRefused,
)
from jainam.domain.limits import PROP_B_CHART, Endpoint, pool_of

NEVER_LEFT: tuple[type[httpx.TransportError], ...] = (
    httpx.ConnectError,  # refused, DNS, no route, TLS handshake: httpcore maps all of its connect phase to this
    httpx.ConnectTimeout,
    httpx.PoolTimeout,  # no connection of ours was free
    httpx.UnsupportedProtocol,  # refused by the pool before it looks for a connection
)
"""
What httpx raises before a byte of the request is written. Everything else may have had an effect.

``WriteError`` is not among them: a part may have arrived. ``RemoteProtocolError`` on a kept connection that the server
has closed ("Server disconnected without sending a response") is not either: it had been written.
"""


class Meaning(Enum):
    """What a definite answer says."""

    REFUSED = "refused"
    SESSION = "session"
    LIMIT = "limit"


@frozen
class DefiniteAnswer:
    """One entry of the closed list: this code, or one of these texts, with one of these statuses."""

    code: str
    statuses: frozenset[int]
    meaning: Meaning
    texts: tuple[str, ...] = ()
    """Descriptions that stand for the code, in lower case and without a final stop."""

    def covers(self, status: int, failure: Failure) -> bool:
        """Whether an answer is this one. A text counts only where no order code says something else."""
        if status not in self.statuses:
            return False
        code = failure.code.lower()
        if code == self.code:
            return True
        return not code.startswith(_ORDER_CODES) and failure.description.lower().rstrip(" .!") in self.texts


_ORDER_CODES = "e-orders-"

_MISSING_TOKEN_TEXTS = ("please provide token to authenticate", "please provide token")

DEFINITE_ANSWERS: tuple[DefiniteAnswer, ...] = (
    # xts-api.md, 2.1 and 2.3: the validator's refusal, before anything else looks at the order (CAP26, QT)
    DefiniteAnswer("e-property-validation-failed", frozenset({400}), Meaning.REFUSED),
    # xts-api.md, 2.2 and 2.3: the rate limiter's, plain or wrapped in {"err": true, "data": …} (QT, WC, PEER)
    DefiniteAnswer("e-apirl-0004", frozenset({429}), Meaning.LIMIT),
    # xts-api.md, 2.3: token not accepted (PEER)
    DefiniteAnswer("e-token-0001", frozenset({400, 401}), Meaning.SESSION),
    # xts-api.md, 2.3: no or expired token, "Please Provide token to Authenticate" (WC)
    DefiniteAnswer("e-token-0002", frozenset({400, 401}), Meaning.SESSION, _MISSING_TOKEN_TEXTS),
    # xts-api.md, 2.2 and 2.3: session not valid, 400 with "Invalid Token" (PEER for the code, PY for the text)
    DefiniteAnswer("e-session-0005", frozenset({400, 401}), Meaning.SESSION, ("invalid token",)),
)
"""
The closed list of the safety rules, 1: only these prove that a call which changes something had no effect.

Not ``e-orders-0001``, and no other 4xx: brokers have answered 400 "timed out" for orders that they placed.
"""

_EMPTY_CODES = frozenset(
    {"e-orders-0005", "e-tradebook-0005", "e-portfolio-0005", "e-holdings-0005", "e-funds-0005", "e-balance-0005"}
)
_EMPTY_TEXT = "data not available"
_NOT_MAPPED_TEXT = "not mapped"
_TOKEN_CODES = frozenset({"e-token-0001", "e-token-0002", "e-session-0005", "e-session-0007"})
_TOKEN_TEXTS = ("invalid token", "please provide token")
_LIMIT_CODE = "e-apirl-0004"
_LONGEST_RETRY_AFTER_S = 60.0

_LOGIN_HINT = "log in again with: jainam sessions refresh"
_DEALER_HINT = (
    "this is a dealer's call: check that the account's kind (PRO, NORMAL, INVESTOR) is the one the broker gave it"
)
_PRO_HOLDINGS_HINT = (
    "prop accounts are known to answer their holdings with a server error; nothing is wrong on our side"
)


@frozen
class Where:
    """Which attempt of which call something happened to."""

    account: AccountId
    endpoint: Endpoint
    correlation_id: str
    attempt: int

    @property
    def manner(self) -> Manner:
        """How its endpoint is treated."""
        return MANNERS[self.endpoint]

    def make(
        self,
        cls: type[BrokerError],
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        effect: Effect | None = None,
        hint: str = "",
    ) -> BrokerError:
        """Return an error of this attempt."""
        return cls(
            f"{self.endpoint.value} of account {self.account}: {message}",
            endpoint=self.endpoint.value,
            http_status=status,
            broker_code=code,
            correlation_id=self.correlation_id,
            attempts=self.attempt,
            effect=effect,
            hint=hint,
        )


def definite_answers(codes: str | None) -> tuple[DefiniteAnswer, ...]:
    """
    Return the closed list, or the part of it that a setting allows: a comma list of codes.

    Raises:
        ConfigurationError: A code is not on the list, which can be made shorter and never longer.
    """
    if codes is None:
        return DEFINITE_ANSWERS
    wanted = {code.strip().lower() for code in codes.split(",") if code.strip()}
    unknown = wanted - {answer.code for answer in DEFINITE_ANSWERS}
    if unknown:
        raise ConfigurationError(
            f"definite_refusals names {', '.join(sorted(unknown))}, which the closed list does not hold",
            hint=f"use some of {', '.join(answer.code for answer in DEFINITE_ANSWERS)}",
        )
    return tuple(answer for answer in DEFINITE_ANSWERS if answer.code in wanted)


def from_transport(exc: httpx.RequestError, words: str, where: Where, *, unavailable_hint: str = "") -> BrokerError:
    """
    Return the error for a call that came to no whole answer.

    *words* are the exception's, scrubbed; *unavailable_hint* is what to do about a server that is not there.
    """
    what = f"{type(exc).__name__}: {words}" if words else type(exc).__name__
    if isinstance(exc, NEVER_LEFT):
        return where.make(
            BrokerUnavailable,
            f"the server was not reached, nothing was sent ({what})",
            hint=unavailable_hint or "check the network, the base URL and whether the server is up",
        )
    return lost(where, f"no whole answer came ({what})")


def lost(where: Where, what: str, *, status: int | None = None, code: str = "", hint: str = "") -> BrokerError:
    """Return the error for an answer that proves nothing. A call that changes something may have had its effect."""
    if where.manner.changes:
        return where.make(
            AnswerLost,
            f"{what}; it may have taken effect",
            status=status,
            code=code,
            effect=Effect.POSSIBLE,
            hint=hint or "look at the venue's books before doing it again",
        )
    return where.make(AnswerLost, what, status=status, code=code, effect=Effect.NONE, hint=hint)


def from_unreadable(status: int, answer: Unreadable, where: Where, retry_after_s: float | None) -> BrokerError:
    """Return the error for a body that is no envelope."""
    if status == 429 and not where.manner.changes:
        return _limited(where, f"the venue's rate limit ({answer.what})", status, "", retry_after_s)
    return lost(where, f"HTTP {status} with {answer.what}", status=status, hint=_hint(status, where))


def from_failure(
    status: int,
    failure: Failure,
    words: str,
    where: Where,
    *,
    definite: Iterable[DefiniteAnswer],
    retry_after_s: float | None,
) -> BrokerError:
    """Return the error for an envelope that says no. *words* are the venue's, scrubbed and bounded."""
    code = failure.code
    said = f'HTTP {status} {code or "without a code"} "{words}"'
    manner = where.manner
    if manner.is_login:
        return _refused_login(status, failure, said, where, retry_after_s)
    if manner.changes:
        for answer in definite:
            if answer.covers(status, failure):
                return _definite(answer.meaning, said, status, code, where, retry_after_s)
        what = f"the venue said {said}, which proves nothing"
        return lost(where, what, status=status, code=code, hint=_hint(status, where))
    return _refused_read(status, failure, said, where, retry_after_s)


def _refused_read(status: int, failure: Failure, said: str, where: Where, retry_after_s: float | None) -> BrokerError:
    """Return the error for a read that the venue refused: nothing has changed there, whatever it was."""
    code, text = failure.code, failure.description.lower()
    cls: type[BrokerError] = BrokerRefused
    message, hint = f"the venue refused: {said}", ""
    if status >= 500:
        cls, message, hint = AnswerLost, f"the venue failed: {said}", _hint(status, where)
    elif status == 429 or code.lower() == _LIMIT_CODE:
        return _limited(where, f"the venue's rate limit: {said}", status, code, retry_after_s)
    elif _NOT_MAPPED_TEXT in text:
        cls, message = ClientNotMapped, f"the client does not belong to this dealer: {said}"
        hint = "check the client's code, and that the broker has mapped it to this dealer"
    elif status == 401 or code.lower() in _TOKEN_CODES or any(one in text for one in _TOKEN_TEXTS):
        return _definite(Meaning.SESSION, said, status, code, where, None)
    elif status == 403:
        cls, message, hint = ClientNotMapped, f"the account may not make this call: {said}", _DEALER_HINT
    return where.make(cls, message, status=status, code=code, effect=Effect.NONE, hint=hint)


def is_empty_answer(failure: Failure) -> bool:
    """Whether a refused read says that there is nothing to read (xts-api.md, 2.1: an empty book is an error)."""
    text = failure.description.lower()
    if _NOT_MAPPED_TEXT in text:
        return False
    return failure.code.lower() in _EMPTY_CODES or _EMPTY_TEXT in text


def may_repeat(error: Exception, manner: Manner) -> bool:
    """
    Whether the door may make a call again by itself after this error.

    After connection errors, time-outs, 429 and 5xx, where repeating is harmless; an answer that can't be read would
    come again, and so would a known oddity of the venue.
    """
    if manner.repeat is Repeat.NEVER:
        return False
    if isinstance(error, BrokerUnavailable):
        return True
    if manner.repeat is Repeat.NEVER_LEFT:
        return False
    if isinstance(error, LimitExceeded):
        return error.http_status is not None
    if not isinstance(error, AnswerLost) or error.hint == _PRO_HOLDINGS_HINT:
        return False
    return error.http_status is None or error.http_status == 429 or error.http_status >= 500


def retry_after_of(header: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header, bounded; ``None`` for none and for dates."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return min(seconds, _LONGEST_RETRY_AFTER_S) if seconds >= 0 else None


def _refused_login(status: int, failure: Failure, said: str, where: Where, retry_after_s: float | None) -> BrokerError:
    if status >= 500:
        return lost(where, f"the venue failed: {said}", status=status, code=failure.code)
    if status == 429 or failure.code.lower() == _LIMIT_CODE:
        return _limited(where, f"the venue's rate limit: {said}", status, failure.code, retry_after_s)
    what = "host-lookup password" if where.endpoint is Endpoint.HOST_LOOKUP else "app key and secret of this side"
    message = f"the venue refused the login: {said}"
    return where.make(SessionRefused, message, status=status, code=failure.code, hint=f"check the {what}")


def _definite(
    meaning: Meaning, said: str, status: int, code: str, where: Where, retry_after_s: float | None
) -> BrokerError:
    if meaning is Meaning.LIMIT:
        return _limited(where, f"the venue's rate limit: {said}", status, code, retry_after_s)
    if meaning is Meaning.SESSION:
        message = f"the venue does not accept the session's token: {said}"
        return where.make(SessionRefused, message, status=status, code=code, hint=_LOGIN_HINT)
    return where.make(BrokerRefused, f"the venue refused: {said}", status=status, code=code)


def _limited(where: Where, message: str, status: int, code: str, retry_after_s: float | None) -> LimitExceeded:
    limit = PROP_B_CHART.get(pool_of(where.endpoint))
    error = LimitExceeded(
        f"{where.endpoint.value} of account {where.account}: {message}",
        retry_after_s=retry_after_s if retry_after_s is not None else (limit.per_s if limit else 1.0),
        endpoint=where.endpoint.value,
        http_status=status,
        broker_code=code,
        correlation_id=where.correlation_id,
    )
    error.attempts = where.attempt
    return error


def _hint(status: int, where: Where) -> str:
    if status == 404:
        return "check the base URL and the prefixes of this account"
    if status == 403:
        return _DEALER_HINT
    if status >= 500 and where.endpoint is Endpoint.HOLDINGS and where.account.kind is AccountKind.PRO:
        return _PRO_HOLDINGS_HINT
    return ""
