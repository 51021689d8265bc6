"""Errors as people and programs read them."""

import click

from jainam.adapters.cli.failures import error_document, error_lines
from jainam.domain.errors import BrokerRefused, Effect, OrderDenied, UnknownInstrument, Violation

TWO = (Violation("quantity", "quantity 80 is not a multiple of lot 75", "lot"), Violation("price", "no price", "price"))


def test_every_violation_is_on_a_line_of_its_own():
    lines = error_lines(OrderDenied(TWO, hint="mend both"))

    assert lines == (
        "error: order denied",
        "  quantity 80 is not a multiple of lot 75",
        "  no price",
        "hint: mend both",
    )


def test_an_error_document_has_code_message_hint_and_what_its_kind_knows():
    told = error_document(OrderDenied(TWO), 2)["error"]

    assert told["code"] == "denied"
    assert told["hint"] == ""
    assert [one["code"] for one in told["violations"]] == ["lot", "price"]
    assert told["exit_code"] == 2


def test_a_brokers_refusal_tells_endpoint_status_and_effect():
    error = BrokerRefused("no", endpoint="orders.place", http_status=400, broker_code="e-1", attempts=2)

    told = error_document(error, 3)["error"]

    assert told["endpoint"] == "orders.place"
    assert told["http_status"] == 400
    assert told["broker_code"] == "e-1"
    assert told["effect"] is Effect.NONE


def test_a_mistyped_symbol_names_the_nearest():
    told = error_document(UnknownInstrument("none", symbol="NSE:RELIANC", nearest=["NSE:RELIANCE"]), 2)["error"]

    assert told["nearest"] == ("NSE:RELIANCE",)
    assert "NSE:RELIANCE" in told["hint"]


def test_a_usage_error_points_at_the_help_of_its_command():
    ctx = click.Context(click.Command("place"), info_name="jainam order place")

    assert error_lines(click.UsageError("no such option", ctx=ctx)) == (
        "error: no such option",
        "hint: see jainam order place --help",
    )
