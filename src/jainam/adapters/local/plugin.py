"""The plug-in that registers the parts of one machine."""

from jainam.hookspecs import RegisterPart, hookimpl
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy
from jainam.ports.identity import DeskIdentity, ProcessTable
from jainam.ports.parts import Part, PartOptions
from jainam.ports.position_locks import PositionLocks
from jainam.ports.rate_limits import RateLimits
from jainam.ports.telemetry import Telemetry

IDENTITY_FILE = "desk.key"
LOCK_DIRECTORY = "locks"


@hookimpl
def jainam_register_parts(register: RegisterPart) -> None:
    """Register clock, entropy, telemetry, processes, identity, locks and rate limits."""
    register(Part.CLOCK, "system", clock)
    register(Part.ENTROPY, "system", entropy)
    register(Part.TELEMETRY, "log", telemetry)
    register(Part.PROCESSES, "local", processes)
    register(Part.IDENTITY, "file", identity)
    register(Part.LOCKS, "files", locks)
    register(Part.RATE_LIMITS, "local", rate_limits)


def clock() -> Clock:
    """Return this machine's clock."""
    from jainam.adapters.local.clock import SystemClock  # noqa: PLC0415  # parts load when a desk is opened

    return SystemClock()


def entropy() -> Entropy:
    """Return the operating system's randomness."""
    from jainam.adapters.local.entropy import SystemEntropy  # noqa: PLC0415  # parts load when a desk is opened

    return SystemEntropy()


def telemetry() -> Telemetry:
    """Return the telemetry that writes to the standard log."""
    from jainam.adapters.local.telemetry import LogTelemetry  # noqa: PLC0415  # parts load when a desk is opened

    return LogTelemetry()


def processes(_: PartOptions) -> ProcessTable:
    """Return this machine's processes."""
    from jainam.adapters.local.processes import LocalProcessTable  # noqa: PLC0415  # parts load when a desk is opened

    return LocalProcessTable()


def identity(options: PartOptions) -> DeskIdentity:
    """Return the desk's identity from its file."""
    from jainam.adapters.local.identity import FileDeskIdentity  # noqa: PLC0415  # parts load when a desk is opened

    return FileDeskIdentity(options.home / IDENTITY_FILE, options.entropy, options.clock)


def locks(options: PartOptions) -> PositionLocks:
    """Return locks in files of the desk's directory."""
    from jainam.adapters.local.position_locks import FilePositionLocks  # noqa: PLC0415  # parts load with the desk

    assert options.processes is not None
    return FilePositionLocks(options.home / LOCK_DIRECTORY, options.clock, options.processes)


def rate_limits(options: PartOptions) -> RateLimits:
    """Return rate limits that this process's threads share."""
    from jainam.adapters.local.rate_limits import LocalRateLimits  # noqa: PLC0415  # parts load when a desk is opened

    return LocalRateLimits(options.chart, options.clock, bound_s=options.rate_limit_wait_s)
