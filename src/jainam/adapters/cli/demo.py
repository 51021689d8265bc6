"""`jainam demo`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from pathlib import Path

    from jainam.adapters.cli.reports import Table
    from jainam.desk import Desk


_WIDEST = 110
_NARROWEST = 40


@click.command()
@common_options
@pass_running
def demo(running: Running) -> None:
    """
    Watch a dealer desk trade two clients on the bundled simulator, and close everything.

    It starts a simulator of its own on a free port, keeps its files in a temporary folder, and leaves nothing behind.
    Neither your .env nor your environment matter. Exit code 0 only if everything that it opened is closed.

    Example: jainam demo
    """
    from time import monotonic  # noqa: PLC0415  # help comes without what a desk stands on

    from jainam.adapters.cli.demo_story import Story  # noqa: PLC0415  # as above
    from jainam.adapters.cli.exit_codes import ExitCode, of_close, worst  # noqa: PLC0415  # as above
    from jainam.adapters.cli.instruments import progress_bar  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    running.is_simulated = True
    running.hush()
    began_s = monotonic()
    with _own_desk() as desk:
        story = Story(
            desk,
            say=lambda line: _say(running, line),
            lay_out=lambda table: _lay_out(running, table),
            progress=lambda: progress_bar(running, expected=None),
        )
        result, table = story.tell()
    is_flat = story.is_flat(result)
    took_s = round(monotonic() - began_s, 1)
    end = "Flat: every position that was opened is closed" if is_flat else "NOT FLAT: something is still open"
    lines = (f"{end}. It took {took_s} s.", "Your own desk on the simulator: jainam init")
    code = of_close(result) if is_flat else worst((of_close(result), ExitCode.PARTLY))
    running.show(Report({"demo": story.document, "is_flat": is_flat, "took_s": took_s}, table, lines, code))


@contextmanager
def _own_desk() -> Iterator["Desk"]:
    """Open a desk on a simulator of its own; settings of the environment and of `.env` files don't reach it."""
    from pathlib import Path  # noqa: PLC0415  # as above
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # as above

    from jainam.adapters.cli.simulate import missing_extra  # noqa: PLC0415  # as above
    from jainam.desk import open_desk  # noqa: PLC0415  # as above

    try:
        from jainam.simulator.testing import running_simulator  # noqa: PLC0415  # an extra of the package
    except ImportError as error:
        raise missing_extra(error) from error

    with TemporaryDirectory(prefix="jainam-demo-") as folder, running_simulator() as simulator:
        env_file = Path(folder, ".env")
        env_file.touch(mode=0o600)
        settings = own_settings(simulator.url, Path(folder, "home"))
        with open_desk(env_file=env_file, **settings) as desk:  # type: ignore[arg-type]  # names of settings only
            yield desk


def own_settings(url: str, home: "Path") -> dict[str, str]:
    """Return a value for every setting, so that none is taken from anywhere else."""
    from jainam.adapters.cli.env_files import simulator_settings  # noqa: PLC0415  # as above
    from jainam.domain.accounts import AccountId, AccountKind  # noqa: PLC0415  # as above
    from jainam.settings import GENERAL, account_settings  # noqa: PLC0415  # as above

    account = AccountId("simulator", "B", AccountKind.NORMAL)
    blank = {one.name: one.default or "" for one in (*GENERAL, *account_settings(account))}
    return {**blank, **simulator_settings(), "JAINAM_BASE_URL": url, "JAINAM_HOME": str(home)}


def _say(running: Running, line: str) -> None:
    """Tell a line of the story, beside the data; a program that reads JSON is told everything at the end."""
    from jainam.adapters.cli.reports import MARK, put  # noqa: PLC0415  # as above

    writer = running.writer
    if writer.is_json:
        return
    if not writer.is_for_people:
        writer.notice(line)
        return
    width = max(min(get_terminal_size().columns, _WIDEST) - len(MARK) - 2, _NARROWEST)
    for part in wrap(line, width, subsequent_indent="   ", drop_whitespace=True) or [line]:
        put(sys.stdout, writer.marked(part) + "\n")


def _lay_out(running: Running, table: "Table") -> None:
    """Show a table of the story; piped, as plain lines beside the data."""
    from jainam.adapters.cli.reports import put, render, shown  # noqa: PLC0415  # as above

    if running.writer.is_for_people:
        put(sys.stdout, render(table, sys.stdout, is_simulated=True))
        return
    for row in table.rows:
        _say(running, "   " + "  ".join(shown(cell) for cell in row))
