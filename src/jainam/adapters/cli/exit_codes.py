"""Exit codes: how a command ended, decided by one table."""

from collections.abc import Iterable
from enum import IntEnum

from jainam.application.cancel_order import Cancelled
from jainam.application.submit_order import Submission
from jainam.domain.closing import CloseOutcome, CloseResult
from jainam.domain.errors import (
    BrokerError,
    BrokerRefused,
    ClientRequired,
    ConfigurationError,
    Effect,
    NotLoggedIn,
    OrderDenied,
    OutcomeInDoubt,
    SessionRefused,
    UnknownInstrument,
    UnknownOrder,
)
from jainam.domain.intents import Order
from jainam.domain.orders import OrderRow, OrderStatus
from jainam.domain.smart_orders import SmartOrderResult, SmartOutcome, Wait


class ExitCode(IntEnum):
    """What a script learns of a command without reading its output."""

    DONE = 0
    FAILED = 1
    """Anything else: unavailable, busy, the store."""
    USAGE = 2
    """Bad input, or our own checks said no; nothing was sent."""
    REFUSED = 3
    """The broker said no."""
    IN_DOUBT = 4
    """Something was sent and nothing proves what became of it."""
    NOT_READY = 5
    """Not configured or not logged in."""
    PARTLY = 6
    """Some of it is done, or it is not done yet."""


_WORST_FIRST = (
    ExitCode.IN_DOUBT,
    ExitCode.PARTLY,
    ExitCode.REFUSED,
    ExitCode.NOT_READY,
    ExitCode.USAGE,
    ExitCode.FAILED,
    ExitCode.DONE,
)

_BAD_INPUT = frozenset({"unknown-exchange", "exists"})
"""Codes of errors whose class alone says too little."""

_OF_ERRORS: tuple[tuple[type[Exception], ExitCode], ...] = (
    (OutcomeInDoubt, ExitCode.IN_DOUBT),
    (OrderDenied, ExitCode.USAGE),
    (UnknownInstrument, ExitCode.USAGE),
    (UnknownOrder, ExitCode.USAGE),
    (ClientRequired, ExitCode.USAGE),
    (ConfigurationError, ExitCode.NOT_READY),
    (NotLoggedIn, ExitCode.NOT_READY),
    (SessionRefused, ExitCode.NOT_READY),
    (BrokerRefused, ExitCode.REFUSED),
)

_OF_OUTCOMES = {
    SmartOutcome.PLANNED: ExitCode.DONE,
    SmartOutcome.NOTHING_TO_DO: ExitCode.DONE,
    SmartOutcome.ACCEPTED: ExitCode.DONE,
    SmartOutcome.DONE: ExitCode.DONE,
    SmartOutcome.WORKING: ExitCode.PARTLY,
    SmartOutcome.DRIFTED: ExitCode.PARTLY,
    SmartOutcome.UNSETTLED: ExitCode.PARTLY,
    SmartOutcome.CANCELLING: ExitCode.PARTLY,
    SmartOutcome.PARTLY_DONE: ExitCode.PARTLY,
    SmartOutcome.REFUSED: ExitCode.REFUSED,
}


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that says most where several hold: in doubt, then partly done, then refused."""
    held = set(codes)
    return next((code for code in _WORST_FIRST if code in held), ExitCode.DONE)


def of_error(error: Exception) -> ExitCode:
    """Return the code of an error that ended a command."""
    if isinstance(error, BrokerError) and error.effect is Effect.POSSIBLE:
        return ExitCode.IN_DOUBT
    if getattr(error, "code", "") in _BAD_INPUT:
        return ExitCode.USAGE
    return next((code for kind, code in _OF_ERRORS if isinstance(error, kind)), ExitCode.FAILED)


def of_orders(orders: Iterable[Order]) -> ExitCode:
    """Return in doubt where any of these orders is."""
    return ExitCode.IN_DOUBT if any(order.is_unsettled for order in orders) else ExitCode.DONE


def of_submission(submission: Submission, rows: Iterable[OrderRow]) -> ExitCode:
    """Return the code of placed orders; *rows* are theirs in the book, as far as it shows them already."""
    rejected = sum(row.status is OrderStatus.REJECTED for row in rows)
    codes = [of_orders(submission.orders)]
    if rejected:
        codes.append(ExitCode.REFUSED if rejected >= len(submission.orders) else ExitCode.PARTLY)
    if submission.error is not None:
        codes.append(ExitCode.PARTLY if submission.accepted else of_error(submission.error))
    return worst(codes)


def of_smart_order(result: SmartOrderResult, wait: Wait) -> ExitCode:
    """Return the code of a smart order. Working is done for a caller who waits for acceptance only."""
    code = _OF_OUTCOMES[result.outcome]
    if result.outcome is SmartOutcome.WORKING and wait is Wait.ACCEPTED:
        code = ExitCode.DONE
    return worst((code, of_orders(result.orders)))


def of_close(result: CloseResult) -> ExitCode:
    """Return the code of a close-all; a dry run that could be made is done."""
    if result.dry_run:
        return ExitCode.DONE
    codes = [ExitCode.DONE if result.is_flat else ExitCode.PARTLY, of_orders(result.unsettled)]
    if any(one.outcome is CloseOutcome.IN_DOUBT for one in result.positions):
        codes.append(ExitCode.IN_DOUBT)
    return worst(codes)


def of_cancels(cancels: Iterable[Cancelled]) -> ExitCode:
    """Return the code of cancels: partly done while any of the orders still works."""
    return ExitCode.DONE if all(one.is_over for one in cancels) else ExitCode.PARTLY
