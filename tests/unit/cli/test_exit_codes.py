"""Exit codes by their one table (L2): the worst that holds, for every error and every outcome."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.cli.exit_codes import (
    ExitCode,
    of_cancels,
    of_close,
    of_error,
    of_smart_order,
    of_submission,
    worst,
)
from jainam.application.cancel_order import Cancelled
from jainam.application.submit_order import Submission
from jainam.domain import errors
from jainam.domain.closing import CloseOutcome, CloseResult, PositionClose, Scope
from jainam.domain.errors import (
    AnswerLost,
    BrokerError,
    BrokerRefused,
    BrokerUnavailable,
    ClientNotMapped,
    ClientRequired,
    ConfigurationError,
    Effect,
    JainamError,
    KeyBusy,
    KeyReused,
    KeyUnsettled,
    LimitExceeded,
    NotLoggedIn,
    OrderDenied,
    OutcomeInDoubt,
    PluginError,
    SessionRefused,
    StoreError,
    UnknownInstrument,
    UnknownOrder,
    Violation,
)
from jainam.domain.intents import IntentState
from jainam.domain.orders import OrderStatus
from jainam.domain.smart_orders import SmartOrderPlan, SmartOrderResult, SmartOutcome, Wait
from tests.builders import KEY, NORMAL, order, row

_VIOLATION = (Violation("quantity", "too much", "lot"),)
_SCOPE = Scope(NORMAL, "CL001")

EXAMPLES = [
    (OrderDenied(_VIOLATION), ExitCode.USAGE),
    (OrderDenied((Violation("kill_switch", "it is on", "kill-switch"),)), ExitCode.USAGE),
    (OrderDenied((Violation("scope", "being closed", "closing"),)), ExitCode.USAGE),
    (KeyReused(_VIOLATION), ExitCode.USAGE),
    (UnknownInstrument("no such", symbol="NSE:X"), ExitCode.USAGE),
    (UnknownOrder("no such"), ExitCode.USAGE),
    (ClientRequired("name one"), ExitCode.USAGE),
    (ConfigurationError("no exchange", code="unknown-exchange"), ExitCode.USAGE),
    (BrokerRefused("no"), ExitCode.REFUSED),
    (ClientNotMapped("not yours"), ExitCode.REFUSED),
    (OutcomeInDoubt("who knows", client_order_ids=["a"]), ExitCode.IN_DOUBT),
    (AnswerLost("who knows"), ExitCode.IN_DOUBT),
    (BrokerError("who knows"), ExitCode.IN_DOUBT),
    (ConfigurationError("no broker", missing=["JAINAM_BROKER"]), ExitCode.NOT_READY),
    (PluginError("not there"), ExitCode.NOT_READY),
    (NotLoggedIn("nobody", account="B/PRO", side="market"), ExitCode.NOT_READY),
    (SessionRefused("wrong keys"), ExitCode.NOT_READY),
    (AnswerLost("a read", effect=Effect.NONE), ExitCode.FAILED),
    (BrokerUnavailable("not reached"), ExitCode.FAILED),
    (LimitExceeded("later", retry_after_s=1.0), ExitCode.FAILED),
    (KeyBusy("held", key="k", holder="process 1"), ExitCode.FAILED),
    (KeyUnsettled("they differ", key="k"), ExitCode.FAILED),
    (StoreError("full"), ExitCode.FAILED),
    (JainamError("anything"), ExitCode.FAILED),
]


@pytest.mark.parametrize(("error", "code"), EXAMPLES, ids=lambda one: type(one).__name__)
def test_an_error_has_its_code(error, code):
    assert of_error(error) is code


def test_every_error_of_the_desk_is_in_the_examples():
    known = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, JainamError) and kind is not JainamError
    }

    assert known <= {type(error) for error, _ in EXAMPLES}


@given(st.sampled_from([BrokerRefused, BrokerUnavailable, SessionRefused, AnswerLost, BrokerError]))
def test_a_call_that_may_have_had_its_effect_is_in_doubt_whatever_its_class(kind):
    assert of_error(kind("it may have happened", effect=Effect.POSSIBLE)) is ExitCode.IN_DOUBT


@given(st.lists(st.sampled_from(ExitCode)))
def test_doubt_comes_before_partly_done_before_refused_before_the_rest(codes):
    found = worst(codes)

    ranked = [ExitCode.IN_DOUBT, ExitCode.PARTLY, ExitCode.REFUSED]
    expected = next((code for code in ranked if code in codes), None)
    assert found is expected if expected is not None else found in {*codes, ExitCode.DONE}
    assert (found is ExitCode.DONE) == (set(codes) <= {ExitCode.DONE})


@given(st.lists(st.sampled_from(ExitCode)), st.randoms())
def test_the_worst_code_does_not_depend_on_the_order(codes, random):
    shuffled = list(codes)
    random.shuffle(shuffled)

    assert worst(shuffled) is worst(codes)


def _result(outcome, orders=()):
    return SmartOrderResult(outcome, SmartOrderPlan(10, 0, 0), 10, 10, 0, 0, tuple(orders))


def _orders(states):
    return tuple(order(client_order_id=f"jmabc0000000{place:04}", state=state) for place, state in enumerate(states))


@given(st.sampled_from(SmartOutcome), st.sampled_from(Wait), st.lists(st.sampled_from(IntentState)))
def test_a_smart_order_with_an_order_in_doubt_is_in_doubt(outcome, wait, states):
    code = of_smart_order(_result(outcome, _orders(states)), wait)

    doubtful = bool({IntentState.SENDING, IntentState.IN_DOUBT} & set(states))
    assert (code is ExitCode.IN_DOUBT) == doubtful


@pytest.mark.parametrize(
    ("outcome", "wait", "code"),
    [
        (SmartOutcome.PLANNED, Wait.DONE, ExitCode.DONE),
        (SmartOutcome.NOTHING_TO_DO, Wait.DONE, ExitCode.DONE),
        (SmartOutcome.ACCEPTED, Wait.ACCEPTED, ExitCode.DONE),
        (SmartOutcome.DONE, Wait.DONE, ExitCode.DONE),
        (SmartOutcome.WORKING, Wait.ACCEPTED, ExitCode.DONE),
        (SmartOutcome.WORKING, Wait.DONE, ExitCode.PARTLY),
        (SmartOutcome.DRIFTED, Wait.DONE, ExitCode.PARTLY),
        (SmartOutcome.UNSETTLED, Wait.DONE, ExitCode.PARTLY),
        (SmartOutcome.CANCELLING, Wait.DONE, ExitCode.PARTLY),
        (SmartOutcome.PARTLY_DONE, Wait.DONE, ExitCode.PARTLY),
        (SmartOutcome.REFUSED, Wait.DONE, ExitCode.REFUSED),
    ],
)
def test_a_smart_order_has_the_code_of_its_outcome(outcome, wait, code):
    assert of_smart_order(_result(outcome), wait) is code


@given(
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(CloseOutcome)),
    st.lists(st.sampled_from([IntentState.PLACED, IntentState.IN_DOUBT])),
)
def test_close_all_is_done_only_when_flat_or_a_dry_run(is_flat, dry_run, outcomes, states):
    closes = tuple(PositionClose(KEY, "X", 1, 0, outcome) for outcome in outcomes)
    unsettled = _orders(states)

    code = of_close(CloseResult(_SCOPE, closes, is_flat, dry_run=dry_run, unsettled=unsettled))

    doubtful = CloseOutcome.IN_DOUBT in outcomes or IntentState.IN_DOUBT in states
    if dry_run:
        assert code is ExitCode.DONE
    elif doubtful:
        assert code is ExitCode.IN_DOUBT
    else:
        assert code is (ExitCode.DONE if is_flat else ExitCode.PARTLY)


@given(st.lists(st.sampled_from(OrderStatus), min_size=1))
def test_placed_orders_that_the_venue_rejected_are_refused_all_or_partly(statuses):
    placed = _orders([IntentState.PLACED] * len(statuses))
    rows = [row(app_order_id=str(place), status=status) for place, status in enumerate(statuses)]

    code = of_submission(Submission(placed), rows)

    rejected = statuses.count(OrderStatus.REJECTED)
    if not rejected:
        assert code is ExitCode.DONE
    else:
        assert code is (ExitCode.REFUSED if rejected == len(statuses) else ExitCode.PARTLY)


def test_a_submission_that_stopped_half_way_is_partly_done():
    orders = _orders([IntentState.PLACED, IntentState.REFUSED])

    assert of_submission(Submission(orders, BrokerRefused("no")), ()) is ExitCode.PARTLY


@given(st.lists(st.sampled_from(OrderStatus)))
def test_cancels_are_done_when_every_order_is_over(statuses):
    cancels = [Cancelled(row(app_order_id=str(place), status=status)) for place, status in enumerate(statuses)]

    over = all(one.is_over for one in cancels)
    assert of_cancels(cancels) is (ExitCode.DONE if over else ExitCode.PARTLY)
