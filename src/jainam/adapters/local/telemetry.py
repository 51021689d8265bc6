"""Requests and notes as structured log records, and counts of them in memory."""

import logging
from collections.abc import Mapping
from threading import Lock

from attrs import evolve, frozen

from jainam.adapters.local.forks import in_forked_child
from jainam.ports.telemetry import RequestEvent

_REQUESTS = logging.getLogger("jainam.request")
_NOTES = logging.getLogger("jainam.note")

_ENDPOINTS_KEPT = 200
_OTHERS = "other"
_FIELD_LENGTH = 500
"""A log field is cut there: a broker's error page does not belong into the log whole."""

_FIELDS_KEPT = 30

_RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "event"}
"""Names that a log record has for itself."""


@frozen
class RequestCounts:
    """What one endpoint's requests of this process add up to. Latencies in milliseconds."""

    count: int = 0
    errors: int = 0
    latency_sum_ms: float = 0.0
    latency_max_ms: float = 0.0

    @property
    def latency_mean_ms(self) -> float | None:
        """The mean latency; ``None`` before the first request."""
        return self.latency_sum_ms / self.count if self.count else None


class LogTelemetry:
    """
    Telemetry into the standard library's log: logger ``jainam.request``, a line and a set of fields per request, and
    ``jainam.note`` for everything else.

    A handler of the host that raises does not reach the caller; `lost_records` counts them.
    """

    def __init__(self) -> None:
        self._forget_in_child()
        in_forked_child(self._forget_in_child)
        self._counts: dict[str, RequestCounts] = {}
        self._lost_records = 0

    @property
    def lost_records(self) -> int:
        """How many records the host's log refused."""
        return self._lost_records

    def counts(self) -> Mapping[str, RequestCounts]:
        """Return the counts of each endpoint as they are now."""
        with self._lock:
            return dict(self._counts)

    def request(self, event: RequestEvent) -> None:
        """Note one request."""
        is_ok = event.outcome == "ok"
        with self._lock:
            known = event.endpoint in self._counts or len(self._counts) < _ENDPOINTS_KEPT
            name = event.endpoint if known else _OTHERS
            so_far = self._counts.get(name, RequestCounts())
            self._counts[name] = evolve(
                so_far,
                count=so_far.count + 1,
                errors=so_far.errors + (not is_ok),
                latency_sum_ms=so_far.latency_sum_ms + event.latency_ms,
                latency_max_ms=max(so_far.latency_max_ms, event.latency_ms),
            )
        fields: dict[str, object] = {
            "endpoint": event.endpoint,
            "method": event.method,
            "http_status": event.http_status,
            "attempt": event.attempt,
            "latency_ms": round(event.latency_ms, 3),
            "correlation_id": event.correlation_id,
            "outcome": event.outcome,
            "broker_code": event.broker_code,
        }
        status = "-" if event.http_status is None else event.http_status
        line = f"{event.method} {event.endpoint} {status} {event.outcome} in {event.latency_ms:.1f} ms"
        if event.attempt > 1:
            line += f", attempt {event.attempt}"
        self._write(_REQUESTS, logging.INFO if is_ok else logging.WARNING, line, fields)

    def note(self, event: str, **fields: object) -> None:
        """Note anything else worth a line: an anomaly, a login, a slow store."""
        self._write(_NOTES, logging.INFO, event, {"event": event, **_safe_names(fields)})

    def _write(self, logger: logging.Logger, level: int, line: str, fields: Mapping[str, object]) -> None:
        try:
            if logger.isEnabledFor(level):
                extra = {name: _cut(value) for name, value in fields.items()}
                logger.log(level, "%s", _one_line(line), extra=extra)
        except Exception:  # noqa: BLE001 # the host's handlers and filters, and the texts of foreign objects
            with self._lock:
                self._lost_records += 1

    def _forget_in_child(self) -> None:
        """Take a fresh lock: a thread that held the old one is not in a forked child."""
        self._lock = Lock()


def _safe_names(fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields whose names a log record does not have for itself: `name` becomes `name_`."""
    kept = list(fields.items())[:_FIELDS_KEPT]
    return {f"{name}_" if name in _RESERVED else name: value for name, value in kept}


def _cut(value: object) -> object:
    """Return a field for the record: numbers as they are, everything else as a text of bounded length."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:_FIELD_LENGTH]


def _one_line(text: str) -> str:
    """Return a text without line breaks: one event is one line, and nobody can forge a second."""
    return " ".join(text[:_FIELD_LENGTH].splitlines())
