"""What a desk stands on beside its broker, and what a factory of such a part is told."""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from jainam.domain.limits import Endpoint, Limit
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.identity import DeskIdentity, ProcessTable
from jainam.ports.telemetry import Telemetry
from jainam.ports.token_repository import TokenRepository


class Part(Enum):
    """The ports of a desk that are chosen by name, with the port each one implements."""

    CLOCK = "clock"
    ENTROPY = "entropy"
    TELEMETRY = "telemetry"
    PROCESSES = "processes"
    IDENTITY = "identity"
    LOCKS = "locks"
    RATE_LIMITS = "rate-limits"
    JOURNAL = "journal"
    INSTRUMENT_STORE = "instrument-store"


@frozen(eq=False)
class PartOptions:
    """
    What a factory is told: settings of the desk, and the parts that were built before it.

    Clock, entropy and telemetry come first, then processes, then identity, then everything else.
    """

    home: Path
    """Directory of what the desk's processes share; exists, mode 0700."""
    store_url: str
    chart: Mapping[Endpoint, Limit]
    rate_limit_wait_s: float
    settings: Mapping[str, str]
    """Every setting by name, secrets left out."""
    clock: Clock
    entropy: Entropy
    telemetry: Telemetry
    processes: ProcessTable | None = None
    """``None`` only for the factory of processes itself."""
    identity: DeskIdentity | None = None
    """``None`` for the factories of processes and identity."""


class TokenRepositoryFactory(Protocol):
    """Builds a token repository."""

    def __call__(self, options: PartOptions) -> TokenRepository: ...


PartFactory = Callable[..., Any]
"""Builds one part, implementing the port that its kind names, from `PartOptions`.

Factories of clock, entropy and telemetry take nothing: everything else is built on these three.
"""
