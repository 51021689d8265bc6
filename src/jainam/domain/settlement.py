"""From an answer or a row of the book to a verdict on an intent."""

from attrs import frozen

from jainam.domain.errors import BrokerError, BrokerRefused, BrokerUnavailable, Effect, LimitExceeded, SessionRefused
from jainam.domain.intents import IntentState


@frozen
class Verdict:
    """What became of an intent, and what says so."""

    state: IntentState
    app_order_id: str | None = None
    reason: str = ""


def placed(app_order_id: str) -> Verdict:
    """Return the verdict of a definite acceptance, or of a row that carries the identifier."""
    return Verdict(IntentState.PLACED, app_order_id)


def verdict_of(error: BrokerError) -> Verdict:
    """
    Return what a failed send proves.

    Refusals of the closed list, a refused token and a rate limit prove that no order exists; a request that provably
    never left has no effect; anything else is in doubt (safety rules, 1).
    """
    reason = str(error)
    if error.effect is not Effect.NONE:
        return Verdict(IntentState.IN_DOUBT, reason=reason)
    if isinstance(error, BrokerRefused | SessionRefused):
        return Verdict(IntentState.REFUSED, reason=reason)
    if isinstance(error, LimitExceeded):
        return Verdict(IntentState.REFUSED if error.http_status else IntentState.NEVER_LEFT, reason=reason)
    if isinstance(error, BrokerUnavailable):
        return Verdict(IntentState.NEVER_LEFT, reason=reason)
    return Verdict(IntentState.IN_DOUBT, reason=reason)
