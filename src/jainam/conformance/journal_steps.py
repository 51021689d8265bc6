"""The intent journal's kit: the steps that its tests are made of."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jainam.conformance.sample_orders import (
    ME,
    NOON,
    SOMEBODY_ELSE,
)
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.errors import OrderDenied
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, Order
from jainam.domain.settlement import Verdict, placed
from jainam.ports.intent_journal import IntentJournal

OpenJournal = Callable[[], IntentJournal]
"""Joins one store, as another process would."""

NewStore = Callable[[], OpenJournal]
"""Makes an empty store, and returns what joins it: each call a journal of its own, as in another process."""

LATER = NOON + timedelta(seconds=30)
"""When the kit's orders are sent and seen."""

OPEN = frozenset({IntentState.RECORDED, IntentState.SENDING, IntentState.IN_DOUBT})
"""States without a verdict."""

WITH_EFFECT = sorted(frozenset(IntentState) - WITHOUT_EFFECT, key=str)
"""States of an intent that must not go again."""


def denied(journal: IntentJournal, order: Order, **changes: Any) -> OrderDenied:
    """Return the denial of an order that may not be sent."""
    with pytest.raises(OrderDenied) as caught:
        mark(journal, order, **changes)
    return caught.value


def mark(journal: IntentJournal, order: Order, **changes: Any) -> Order:
    """Mark an order as sending, as its first attempt by `ME` unless told otherwise."""
    terms = {"attempt": 1, "sender": ME, "at": LATER, "is_past_deadline": lambda: False, **changes}
    return journal.mark_sending(order.client_order_id, **terms)


def place(journal: IntentJournal, order: Order, app_order_id: str = "9001") -> Order:
    """Take an order to the venue."""
    journal.record([order])
    mark(journal, order)
    after = journal.settle(
        order.client_order_id, placed(app_order_id), expected=frozenset({IntentState.SENDING}), at=LATER
    )
    assert after is not None
    return after


def put(journal: IntentJournal, order: Order, state: IntentState) -> Order:
    """Record an order and bring it into a state."""
    (recorded,) = journal.record([order])
    if state is IntentState.RECORDED:
        return recorded
    if state is IntentState.DENIED:
        denied(journal, order, is_past_deadline=lambda: True)
        return known(journal, order)
    sending = mark(journal, order)
    if state is IntentState.SENDING:
        return sending
    verdict = placed("9001") if state is IntentState.PLACED else Verdict(state, reason="told by the test")
    settled = journal.settle(order.client_order_id, verdict, expected=OPEN, at=LATER)
    assert settled is not None
    return settled


def known(journal: IntentJournal, order: Order) -> Order:
    """Return an order as the journal has it now."""
    found = journal.get(order.client_order_id)
    assert found is not None
    return found


def codes(denial: OrderDenied) -> set[str]:
    """Return why an order was denied."""
    return {violation.code for violation in denial.violations}


def closing(scope: Scope, run_id: str = "run-1") -> ClosingMark:
    """Return the mark of a run."""
    return ClosingMark(run_id, scope, SOMEBODY_ELSE, NOON)
