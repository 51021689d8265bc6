"""Errors: what each carries, what a person reads, and that the tree in the docstring is the tree of the classes."""

import inspect
import re

import pytest

from jainam.domain import errors
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

CLASSES = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, JainamError)]
LOT = Violation("quantity", "quantity 80 is not a multiple of lot 65", "lot")
TICK = Violation("limit_price", "limit price 10.03 is not a multiple of tick 0.05", "tick")


def drawn_tree():
    """The parent of every class as the module's docstring draws it."""
    parents, path = {}, []
    for line in errors.__doc__.splitlines():
        drawn = re.match(r"((?:│  |   )*(?:[├└]─ )?)([A-Z]\w+(?:, [A-Z]\w+)*)(?:  |$)", line)
        if not drawn:
            continue
        depth = len(drawn[1]) // 3
        for name in drawn[2].split(", "):
            parents[name] = path[depth - 1] if depth else "Exception"
        path[depth:] = [name]
    return parents


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    assert drawn_tree() == {one.__name__: one.__base__.__name__ for one in CLASSES}


def test_every_class_has_a_code_of_its_own():
    assert {one.__name__: one.code for one in CLASSES} == {
        "AnswerLost": "answer-lost",
        "BrokerError": "broker",
        "BrokerRefused": "refused",
        "BrokerUnavailable": "unavailable",
        "ClientNotMapped": "client-not-mapped",
        "ClientRequired": "client",
        "ConfigurationError": "not-configured",
        "JainamError": "error",
        "KeyBusy": "key-busy",
        "KeyReused": "key-reused",
        "KeyUnsettled": "key-unsettled",
        "LimitExceeded": "limit",
        "NotLoggedIn": "not-logged-in",
        "OrderDenied": "denied",
        "OutcomeInDoubt": "in-doubt",
        "PluginError": "plug-in",
        "SessionRefused": "session-refused",
        "StoreError": "store",
        "UnknownInstrument": "unknown-instrument",
        "UnknownOrder": "unknown-order",
    }
    assert len({one.code for one in CLASSES}) == len(CLASSES)


def test_an_error_reads_as_its_message_and_then_its_hint():
    assert str(JainamError("it broke")) == "it broke"
    assert str(JainamError("it broke", hint="mend it")) == "it broke. mend it"
    assert JainamError("it broke").hint == ""


def test_an_error_keeps_the_code_of_its_class_unless_given_another():
    assert JainamError("it broke").code == "error"
    assert JainamError("it broke", code="special").code == "special"
    assert JainamError.code == "error"


def test_missing_settings_are_named():
    error = ConfigurationError("not set", missing=["A", "B"], hint="set them", code="partly")

    assert (error.missing, error.hint, error.code) == (("A", "B"), "set them", "partly")
    assert ConfigurationError("not set").missing == ()
    assert (PluginError("gone").code, PluginError("gone").missing) == ("plug-in", ())


def test_a_missing_login_says_which_and_how():
    error = NotLoggedIn("no session", account="B/PRO", side="market")

    assert (error.account, error.side) == ("B/PRO", "market")
    assert str(error) == "no session. log in with: jainam login"
    assert NotLoggedIn("no session", account="B/PRO", side="market", hint="wait").hint == "wait"


def test_an_unknown_symbol_proposes_the_nearest():
    error = UnknownInstrument("no RELIANC", symbol="RELIANC", nearest=["RELIANCE", "RELINFRA"])

    assert (error.symbol, error.nearest) == ("RELIANC", ("RELIANCE", "RELINFRA"))
    assert str(error) == "no RELIANC. did you mean RELIANCE, RELINFRA?"


def test_an_unknown_symbol_with_nothing_near_proposes_nothing():
    assert str(UnknownInstrument("no X", symbol="X")) == "no X"
    assert UnknownInstrument("no X", symbol="X", nearest=["Y"], hint="sync").hint == "sync"


def test_a_denied_order_lists_all_violations():
    error = OrderDenied([LOT, TICK])

    assert error.violations == (LOT, TICK)
    assert str(error) == f"order denied: {LOT.message}; {TICK.message}"
    assert (error.code, error.what) == ("denied", "order")


def test_a_denial_for_one_reason_has_its_code():
    error = OrderDenied([LOT], what="smart order", hint="use 65")

    assert error.code == "lot"
    assert str(error) == f"smart order denied: {LOT.message}. use 65"
    assert KeyReused([LOT, TICK]).code == "key-reused"


def test_a_denial_without_a_violation_keeps_its_class_code():
    assert OrderDenied([]).code == "denied"


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        (BrokerError, Effect.POSSIBLE),
        (AnswerLost, Effect.POSSIBLE),
        (BrokerRefused, Effect.NONE),
        (ClientNotMapped, Effect.NONE),
        (BrokerUnavailable, Effect.NONE),
        (SessionRefused, Effect.NONE),
    ],
)
def test_the_effect_is_the_classes_unless_stated(kind, effect):
    assert kind("it broke").effect is effect
    assert kind("it broke", effect=Effect.NONE).effect is Effect.NONE
    assert kind("it broke", effect=Effect.POSSIBLE).effect is Effect.POSSIBLE


def test_an_error_of_the_broker_says_which_call_it_was():
    error = BrokerRefused(
        "no", endpoint="orders.place", http_status=400, broker_code="e-1", correlation_id="c", attempts=2, hint="look"
    )

    assert (error.endpoint, error.http_status, error.broker_code) == ("orders.place", 400, "e-1")
    assert (error.correlation_id, error.attempts, str(error)) == ("c", 2, "no. look")


def test_an_error_of_the_broker_may_know_nothing_of_the_call():
    error = BrokerError("no")

    assert (error.endpoint, error.http_status, error.broker_code) == ("", None, "")
    assert (error.correlation_id, error.attempts, error.hint) == ("", 1, "")


def test_a_limit_says_when_a_call_would_pass():
    theirs = LimitExceeded(
        "slow", retry_after_s=0.5, endpoint="orders.place", http_status=429, broker_code="e-2", correlation_id="c"
    )
    ours = LimitExceeded("slow", retry_after_s=2.0)

    assert (theirs.retry_after_s, theirs.endpoint, theirs.http_status) == (0.5, "orders.place", 429)
    assert (theirs.broker_code, theirs.correlation_id, theirs.effect) == ("e-2", "c", Effect.NONE)
    assert (ours.retry_after_s, ours.endpoint, ours.http_status) == (2.0, "", None)
    assert (ours.broker_code, ours.correlation_id, ours.effect) == ("", "", Effect.NONE)


def test_a_doubt_names_its_orders_and_how_it_ends():
    error = OutcomeInDoubt("no answer", client_order_ids=["a", "b"])

    assert error.client_order_ids == ("a", "b")
    assert str(error) == (
        "no answer. look at the order book (jainam order list); it settles when the order shows there"
    )
    assert OutcomeInDoubt("no answer", client_order_ids=[], hint="wait").hint == "wait"


def test_a_busy_key_names_its_holder():
    error = KeyBusy("busy", key="k", holder="process 1", hint="wait")

    assert (error.key, error.holder, error.hint) == ("k", "process 1", "wait")


def test_an_unsettled_key_is_named():
    error = KeyUnsettled("books disagree", key="k", hint="wait")

    assert (error.key, error.hint) == ("k", "wait")


def test_a_failed_store_wrote_nothing_unless_it_says_so():
    assert StoreError("full").effect is Effect.NONE
    assert StoreError("full", effect=Effect.POSSIBLE, hint="free it").effect is Effect.POSSIBLE
    assert StoreError("full", hint="free it").hint == "free it"


def test_plain_errors_need_a_message_only():
    assert [str(kind("it broke")) for kind in (UnknownOrder, ClientRequired)] == ["it broke", "it broke"]


def test_effects_have_words():
    assert [effect.value for effect in Effect] == ["none", "possible"]
