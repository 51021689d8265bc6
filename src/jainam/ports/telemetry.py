"""One structured event and one measurement per request."""

from typing import Protocol

from attrs import frozen


@frozen
class RequestEvent:
    """One HTTP request that ended, without any secret or full client id."""

    endpoint: str
    method: str
    http_status: int | None
    attempt: int
    latency_ms: float
    correlation_id: str
    outcome: str
    """``ok``, or the code of the error it became."""
    broker_code: str = ""


class Telemetry(Protocol):
    """Takes events; must neither block nor raise."""

    def request(self, event: RequestEvent) -> None:
        """Note one request."""
        ...

    def note(self, event: str, **fields: object) -> None:
        """Note anything else worth a line: an anomaly, a login, a slow store."""
        ...
