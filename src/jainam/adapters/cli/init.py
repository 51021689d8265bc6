"""`jainam init`."""

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

_NEXT = (
    "jainam simulate",
    "jainam login",
    "jainam instruments sync",
    "jainam smart-order NSE:RELIANCE --client CL001 --product MIS --target 100",
    "jainam positions",
    "jainam close-all --all-clients",
)


@click.command()
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the simulator, if not the usual one.")
@common_options
@pass_running
def init(running: Running, *, force: bool, port: int | None) -> None:
    """
    Write a .env file for the bundled simulator, readable by you alone.

    It never overwrites a file unless told to. It says what to do next.

    Example: jainam init
    """
    from pathlib import Path  # noqa: PLC0415  # help comes without what a desk stands on

    from jainam.adapters.cli.env_files import env_text, simulator_settings, write_env_file  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above
    from jainam.settings import SIMULATOR_PORT  # noqa: PLC0415  # as above

    running.is_simulated = True
    path = Path(running.env_file or ".env")
    settings = simulator_settings(port or SIMULATOR_PORT)
    write_env_file(path, env_text(settings), force=force)
    simulate, *others = _NEXT
    simulate += f" --port {port}" if port else ""
    lines = (
        f"wrote {path} for the bundled simulator: no real market, no real money",
        f"next, in a second terminal:  {simulate}",
        *(f"then:  {command}" for command in others),
        "or watch it all in one go:  jainam demo",
    )
    document = {
        "env_file": path.absolute(),
        "broker": settings["JAINAM_BROKER"],
        "base_url": settings["JAINAM_BASE_URL"],
        "next": [simulate, *others],
    }
    running.show(Report(document, lines=lines))
