"""`jainam simulate`."""

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.simulator.faults import FaultRule
    from jainam.simulator.server import Listing

_EXTRA = frozenset({"starlette", "uvicorn", "h11", "httptools"})


class _Stopped(BaseException):
    """A signal came before the server could take it."""


def _rate_factor(ctx: click.Context, parameter: click.Parameter, value: str) -> float | None:
    """Return by how much the rate chart is scaled; ``None`` switches it off."""
    text = value.strip().lower()
    if text in {"on", "off"}:
        return 1.0 if text == "on" else None
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise click.BadParameter(f"{value!r} is not on, off or a factor above 0", ctx=ctx, param=parameter)
    return factor


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; 0 takes any free one. The one of jainam init if unset."
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same market.")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="Market seconds in a second.",
)
@click.option(
    "--instruments",
    type=click.Choice(("small", "large")),
    default="small",
    show_default=True,
    help="About 5 000 or 200 000 of them.",
)
@click.option(
    "--rate-limits",
    metavar="on|off|FACTOR",
    callback=_rate_factor,
    default="on",
    show_default=True,
    help="The broker's rate chart, or a factor on it.",
)
@click.option(
    "--token-life",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    default=86_400,
    show_default=True,
    help="Life of a session.",
)
@click.option(
    "--faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="JSON list of fault rules in force from the start.",
)
@click.option(
    "--fill-delay",
    type=click.FloatRange(0),
    metavar="MS",
    default=0,
    show_default=True,
    help="Milliseconds from acceptance to the first fill.",
)
@common_options
@pass_running
def simulate(
    running: Running,
    *,
    host: str,
    port: int | None,
    seed: int,
    speed: float,
    instruments: str,
    rate_limits: float | None,
    token_life: float,
    faults: Path | None,
    fill_delay: float,
) -> None:
    """
    Run the bundled XTS simulator until Ctrl-C or SIGTERM.

    A venue with a ledger of its own: accounts, rate chart, matching, faults. With --json the first line on stdout says
    where it listens and who may log in.

    Example: jainam simulate --port 0 --json
    """
    from jainam.settings import SIMULATOR_PORT  # noqa: PLC0415  # help comes without it

    running.is_simulated = True
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        _serve(
            running,
            host,
            SIMULATOR_PORT if port is None else port,
            {
                "seed": seed,
                "speed": speed,
                "instruments": instruments,
                "rate_limits": rate_limits,
                "token_life_s": token_life,
                "fill_delay_s": fill_delay / 1000,
            },
            faults,
        )
    except _Stopped:
        return


def _stop(_: int, __: FrameType | None) -> NoReturn:
    raise _Stopped


def _serve(running: Running, host: str, port: int, options: dict[str, object], faults: Path | None) -> None:
    """Run the server; every reason for which it can't start becomes an error of ours."""
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # as above

    try:
        from jainam.simulator.server import AddressError, ServeOptions, SimulatorError, serve  # noqa: PLC0415
        from jainam.simulator.venue import VenueOptions  # noqa: PLC0415  # an extra of the package
    except ImportError as error:
        raise missing_extra(error) from error

    if faults is not None:
        options["faults"] = _read_faults(faults)
    try:
        serve(
            ServeOptions(
                host=host,
                port=port,
                venue=VenueOptions(**options),  # type: ignore[arg-type]  # their names and types are this file's
                on_ready=lambda listing: _tell(running, listing),
            )
        )
    except AddressError as error:
        raise click.UsageError(str(error)) from error
    except SimulatorError as error:
        raise JainamError(str(error), code="simulator") from error
    except ImportError as error:
        raise missing_extra(error) from error


def missing_extra(error: ImportError) -> Exception:
    """Return what to tell where the extra `simulator` is not installed, else the error itself."""
    from jainam.domain.errors import ConfigurationError  # noqa: PLC0415  # as above

    if (error.name or "").partition(".")[0] not in _EXTRA:
        return error
    return ConfigurationError(
        f"the simulator needs {error.name}, which is not installed",
        hint="pip install 'jainam[simulator]'",
        code="missing-extra",
    )


def _read_faults(path: Path) -> "tuple[FaultRule, ...]":
    from jainam.simulator.faults import FaultRulesError, load_rules  # noqa: PLC0415  # as above
    from jainam.simulator.router import ENDPOINTS  # noqa: PLC0415  # as above

    try:
        return load_rules(path, ENDPOINTS)
    except FaultRulesError as error:
        raise click.UsageError(str(error)) from error


def _tell(running: Running, listing: "Listing") -> None:
    """Say where it listens and who may log in."""
    from jainam.adapters.cli.reports import MARK, put  # noqa: PLC0415  # as above
    from jainam.simulator.server import describe  # noqa: PLC0415  # as above

    if running.is_json:
        running.writer.document(listing)
        return
    put(sys.stdout, f"{MARK}  {describe(listing)}\n")
    running.notice("stop it with Ctrl-C")
