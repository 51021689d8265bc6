import logging

import pytest

from jainam.adapters.local.telemetry import LogTelemetry
from jainam.ports.telemetry import RequestEvent


def event(endpoint="orders.place", *, outcome="ok", latency_ms=12.5, status=200, attempt=1):
    return RequestEvent(endpoint, "POST", status, attempt, latency_ms, "c0ffee", outcome, broker_code="s-orders-0001")


def test_a_request_is_one_record_with_its_fields(caplog):
    caplog.set_level(logging.INFO, "jainam.request")

    LogTelemetry().request(event())

    (record,) = caplog.records
    assert record.name == "jainam.request"
    assert record.levelno == logging.INFO
    assert record.getMessage() == "POST orders.place 200 ok in 12.5 ms"
    assert (record.endpoint, record.http_status, record.attempt, record.outcome) == ("orders.place", 200, 1, "ok")
    assert (record.correlation_id, record.latency_ms, record.broker_code) == ("c0ffee", 12.5, "s-orders-0001")


def test_a_request_that_failed_is_a_warning(caplog):
    LogTelemetry().request(event(outcome="answer-lost", status=None, attempt=2))

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "POST orders.place - answer-lost in 12.5 ms, attempt 2"


def test_counts_add_up_per_endpoint():
    telemetry = LogTelemetry()

    telemetry.request(event(latency_ms=10))
    telemetry.request(event(latency_ms=30, outcome="limit"))
    telemetry.request(event("user.profile", latency_ms=5))

    placed = telemetry.counts()["orders.place"]
    assert (placed.count, placed.errors, placed.latency_max_ms, placed.latency_mean_ms) == (2, 1, 30, 20)
    assert telemetry.counts()["user.profile"].errors == 0


def test_counts_of_endless_endpoint_names_stay_bounded():
    telemetry = LogTelemetry()

    for number in range(1000):
        telemetry.request(event(f"made-up.{number}"))

    counts = telemetry.counts()
    assert len(counts) <= 201
    assert sum(each.count for each in counts.values()) == 1000


@pytest.mark.parametrize("name", ["name", "message", "args", "exc_info", "process"])
def test_a_note_may_use_any_field_name(caplog, name):
    caplog.set_level(logging.INFO, "jainam.note")

    LogTelemetry().note("login", **{name: "value"})

    (record,) = caplog.records
    assert record.event == "login"
    assert getattr(record, f"{name}_") == "value"


def test_a_note_is_one_line_of_bounded_length(caplog):
    caplog.set_level(logging.INFO, "jainam.note")

    LogTelemetry().note("first\nsecond", page="x" * 10_000)

    (record,) = caplog.records
    assert record.getMessage() == "first second"
    assert len(record.page) == 500


def test_a_log_that_raises_does_not_reach_the_caller():
    class Broken(logging.Filter):
        def filter(self, record):
            raise RuntimeError("the host's filter is broken")

    logger, broken, telemetry = logging.getLogger("jainam.request"), Broken(), LogTelemetry()
    logger.addFilter(broken)
    try:
        telemetry.request(event(outcome="refused"))
    finally:
        logger.removeFilter(broken)

    assert telemetry.lost_records == 1
    assert telemetry.counts()["orders.place"].count == 1


def test_a_value_that_can_not_be_shown_does_not_reach_the_caller(caplog):
    class Unprintable:
        def __str__(self):
            raise RuntimeError("no text")

    caplog.set_level(logging.INFO, "jainam.note")
    telemetry = LogTelemetry()

    telemetry.note("odd", what=Unprintable())

    assert telemetry.lost_records == 1
