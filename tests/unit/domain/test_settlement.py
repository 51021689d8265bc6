"""What an answer proves: the verdict of every error, whatever effect it states."""

import pytest

from jainam.domain.errors import (
    AnswerLost,
    BrokerError,
    BrokerRefused,
    BrokerUnavailable,
    ClientNotMapped,
    Effect,
    LimitExceeded,
    SessionRefused,
)
from jainam.domain.intents import IntentState
from jainam.domain.settlement import Verdict, placed, verdict_of

PROOFS = {
    BrokerError: IntentState.IN_DOUBT,
    AnswerLost: IntentState.IN_DOUBT,
    BrokerRefused: IntentState.REFUSED,
    ClientNotMapped: IntentState.REFUSED,
    SessionRefused: IntentState.REFUSED,
    BrokerUnavailable: IntentState.NEVER_LEFT,
}


def classes_below(kind):
    return {kind} | {one for child in kind.__subclasses__() for one in classes_below(child)}


def test_no_error_of_the_broker_is_without_a_verdict_here():
    assert classes_below(BrokerError) == {*PROOFS, LimitExceeded}


@pytest.mark.parametrize(("kind", "state"), PROOFS.items())
def test_an_error_without_effect_proves_what_its_class_says(kind, state):
    error = kind("it broke", effect=Effect.NONE)

    assert verdict_of(error) == Verdict(state, app_order_id=None, reason="it broke")


@pytest.mark.parametrize("kind", PROOFS)
def test_a_possible_effect_is_in_doubt_whatever_the_class(kind):
    error = kind("it broke", effect=Effect.POSSIBLE)

    assert verdict_of(error) == Verdict(IntentState.IN_DOUBT, app_order_id=None, reason="it broke")


@pytest.mark.parametrize(("kind", "state"), PROOFS.items())
def test_an_error_that_states_no_effect_has_that_of_its_class(kind, state):
    assert verdict_of(kind("it broke")).state is state


def test_the_brokers_limit_is_a_refusal():
    error = LimitExceeded("too fast", retry_after_s=1.0, http_status=429)

    assert verdict_of(error) == Verdict(IntentState.REFUSED, reason="too fast")


def test_our_own_limit_keeps_the_request_here():
    error = LimitExceeded("too fast", retry_after_s=1.0)

    assert verdict_of(error) == Verdict(IntentState.NEVER_LEFT, reason="too fast")


def test_the_reason_is_what_a_person_reads_hint_included():
    assert verdict_of(AnswerLost("no answer", hint="Look at the book")).reason == "no answer. Look at the book"


def test_an_acceptance_carries_the_venues_number():
    assert placed("901") == Verdict(IntentState.PLACED, "901", "")


def test_a_verdict_needs_no_reason():
    assert Verdict(IntentState.PLACED).reason == ""
    assert Verdict(IntentState.PLACED).app_order_id is None
