"""
What can go wrong, told apart by what a caller can do about it.

JainamError                    code, message, hint; context never holds a secret
├─ ConfigurationError          names every missing setting at once
│  └─ PluginError              a chosen plug-in is not there or failed to load
├─ NotLoggedIn                 which side, which account, how to log in
├─ UnknownInstrument           the nearest matches
├─ UnknownOrder                no order has this id
├─ ClientRequired              nobody was named, or somebody whom the account may not trade for
├─ OrderDenied                 our own checks said no; nothing left this process
│  └─ KeyReused                the caller's key exists with other content
├─ BrokerError                 endpoint, http_status, broker_code, correlation_id, attempts, effect
│  ├─ BrokerRefused            effect NONE: the answer proves it
│  │  └─ ClientNotMapped       the client does not belong to this dealer
│  ├─ BrokerUnavailable        effect NONE: never left
│  ├─ AnswerLost               effect POSSIBLE: anything that proves nothing
│  ├─ SessionRefused           effect NONE: the token, or another program on the app key
│  └─ LimitExceeded            effect NONE: ours or theirs, retry_after_s
├─ OutcomeInDoubt              what was asked, and how to settle it
├─ KeyBusy, KeyUnsettled       who holds the lock / which reads disagree
└─ StoreError                  what failed, whether the write may have happened
"""

from collections.abc import Sequence
from enum import Enum

from attrs import frozen


class Effect(Enum):
    """Whether a call may have changed something at the venue. The field that callers decide on."""

    NONE = "none"
    POSSIBLE = "possible"


class JainamError(Exception):
    """Anything that `jainam` reports. *code* is stable, *message* is for people, *hint* says what to do."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class ConfigurationError(JainamError):
    """Settings are missing or malformed. *missing* names every one of them; values are never shown."""

    code = "not-configured"

    def __init__(self, message: str, *, missing: Sequence[str] = (), hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint, code=code)
        self.missing = tuple(missing)


class PluginError(ConfigurationError):
    """A chosen plug-in is not there or failed to load."""

    code = "plug-in"


class NotLoggedIn(JainamError):
    """No usable session is stored for one side of an account."""

    code = "not-logged-in"

    def __init__(self, message: str, *, account: str, side: str, hint: str = "") -> None:
        super().__init__(message, hint=hint or "log in with: jainam login")
        self.account = account
        self.side = side


class UnknownInstrument(JainamError):
    """No instrument has this symbol. *nearest* holds the closest symbols that exist."""

    code = "unknown-instrument"

    def __init__(self, message: str, *, symbol: str, nearest: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint or (f"did you mean {', '.join(nearest)}?" if nearest else ""))
        self.symbol = symbol
        self.nearest = tuple(nearest)


class UnknownOrder(JainamError):
    """No order has this id, as far as the desk and the venue's book know."""

    code = "unknown-order"


class ClientRequired(JainamError):
    """A dealer's call names no client, or one that the account may not trade for."""

    code = "client"


@frozen
class Violation:
    """One broken rule: the field, what was given, what is allowed."""

    field: str
    message: str
    code: str


class OrderDenied(JainamError):
    """Our own checks said no and nothing left this process. All violations are listed."""

    code = "denied"

    def __init__(self, violations: Sequence[Violation], *, what: str = "order", hint: str = "") -> None:
        self.violations = tuple(violations)
        self.what = what
        text = "; ".join(violation.message for violation in self.violations)
        code = self.violations[0].code if len(self.violations) == 1 else ""
        super().__init__(f"{what} denied: {text}", hint=hint, code=code)


class KeyReused(OrderDenied):
    """The caller's key already names an intent with other content."""

    code = "key-reused"


class BrokerError(JainamError):
    """A call to the broker did not succeed. *effect* says whether it may have changed something there."""

    code = "broker"
    default_effect = Effect.POSSIBLE

    def __init__(
        self,
        message: str,
        *,
        endpoint: str = "",
        http_status: int | None = None,
        broker_code: str = "",
        correlation_id: str = "",
        attempts: int = 1,
        effect: Effect | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.endpoint = endpoint
        self.http_status = http_status
        self.broker_code = broker_code
        self.correlation_id = correlation_id
        self.attempts = attempts
        self.effect = effect or self.default_effect


class BrokerRefused(BrokerError):
    """The answer proves that the broker said no: nothing changed there."""

    code = "refused"
    default_effect = Effect.NONE


class ClientNotMapped(BrokerRefused):
    """The client does not belong to this dealer, or the account is no dealer."""

    code = "client-not-mapped"


class BrokerUnavailable(BrokerError):
    """The request provably never left: no byte of it was written."""

    code = "unavailable"
    default_effect = Effect.NONE


class AnswerLost(BrokerError):
    """No answer, or none that proves anything."""

    code = "answer-lost"
    default_effect = Effect.POSSIBLE


class SessionRefused(BrokerError):
    """The broker does not accept the session's token, or a login was refused."""

    code = "session-refused"
    default_effect = Effect.NONE


class LimitExceeded(BrokerError):
    """A rate limit, ours or the broker's. *retry_after_s* says when a call would pass."""

    code = "limit"
    default_effect = Effect.NONE

    def __init__(self, message: str, *, retry_after_s: float, endpoint: str = "", **context: object) -> None:
        known = {name: context[name] for name in ("http_status", "broker_code", "correlation_id") if name in context}
        super().__init__(message, endpoint=endpoint, **known)  # type: ignore[arg-type]  # the names are filtered above
        self.retry_after_s = retry_after_s


class OutcomeInDoubt(JainamError):
    """An order was sent and nothing proves what became of it."""

    code = "in-doubt"

    def __init__(self, message: str, *, client_order_ids: Sequence[str], hint: str = "") -> None:
        super().__init__(
            message, hint=hint or "look at the order book (jainam order list); it settles when the order shows there"
        )
        self.client_order_ids = tuple(client_order_ids)


class KeyBusy(JainamError):
    """Another smart order or close-all holds this key. *holder* names it."""

    code = "key-busy"

    def __init__(self, message: str, *, key: str, holder: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.key = key
        self.holder = holder


class KeyUnsettled(JainamError):
    """The venue's books do not agree with each other about a key, within the bound."""

    code = "key-unsettled"

    def __init__(self, message: str, *, key: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.key = key


class StoreError(JainamError):
    """The desk's store failed. *effect* says whether the write may have happened."""

    code = "store"

    def __init__(self, message: str, *, effect: Effect = Effect.NONE, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.effect = effect
