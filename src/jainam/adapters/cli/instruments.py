"""`jainam instruments`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from jainam.adapters.cli.options import EXCHANGES, common_options, pass_running
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.domain.instruments import Exchange

Progress = Callable[["Exchange", int], None]


@click.group(no_args_is_help=False)
@common_options
def instruments() -> None:
    """
    Load and search the day's instruments.

    Example: jainam instruments sync
    """


@instruments.command()
@click.option(
    "--exchange",
    "exchanges",
    multiple=True,
    type=click.Choice(EXCHANGES, case_sensitive=False),
    help="Only this exchange; may be repeated. What others had is dropped.",
)
@common_options
@pass_running
def sync(running: Running, exchanges: tuple[str, ...]) -> None:
    """
    Download the day's master and put it in place of the stored one, whole or not at all.

    Example: jainam instruments sync
    """
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # help comes without a desk
    from jainam.domain.instruments import Exchange  # noqa: PLC0415  # as above

    desk = running.desk
    known = desk.parts.instruments.current()
    with progress_bar(running, expected=None if known is None else sum(known.counts.values())) as progress:
        stored = desk.load_instruments(
            running.account_name, exchanges=[Exchange[name.upper()] for name in exchanges], progress=progress
        )
    columns = (Column("exchange"), Column("instruments", is_number=True))
    document = {
        "instruments": {"loaded_at": stored.loaded_at, "counts": stored.counts, "skipped": stored.skipped},
    }
    lines = [f"{sum(stored.counts.values()):,} instruments are stored"]
    if stored.skipped:
        lines.append(f"{stored.skipped} rows of the master could not be read and were left out")
    running.show(Report(document, Table("Instruments", columns, sorted(stored.counts.items())), tuple(lines)))


@instruments.command()
@click.argument("text")
@click.option("--exchange", type=click.Choice(EXCHANGES, case_sensitive=False), help="Look in this exchange only.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most rows to show.")
@common_options
@pass_running
def find(running: Running, text: str, exchange: str | None, limit: int) -> None:
    """
    List instruments whose symbol contains TEXT, shortest first.

    Example: jainam instruments find NIFTY --exchange NFO
    """
    from jainam.adapters.cli.documents import instrument_document, instruments_table  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above
    from jainam.domain.errors import ConfigurationError  # noqa: PLC0415  # as above
    from jainam.domain.instruments import Exchange  # noqa: PLC0415  # as above

    desk = running.desk
    if desk.parts.instruments.current() is None:
        raise ConfigurationError(
            "no instruments are stored yet", hint="load them with: jainam instruments sync", code="no-instruments"
        )
    head, colon, tail = text.partition(":")
    if colon and exchange is None and head.strip().upper() in EXCHANGES:
        exchange, text = head.strip(), tail
    where = None if exchange is None else Exchange[exchange.upper()]
    found = desk.find_instruments(text, where, limit)
    document = {"instruments": [instrument_document(one) for one in found]}
    lines = (f"only the first {limit} are shown; --limit shows more",) if len(found) == limit else ()
    running.show(Report(document, instruments_table(found), lines))


@contextmanager
def progress_bar(running: Running, expected: int | None) -> Iterator[Progress | None]:
    """
    Show a bar on stderr while instruments come, for people only; *expected* is how many rows came last time.

    Yields what is told of each batch, or ``None`` where nobody watches.
    """
    from jainam.adapters.cli.reports import is_terminal  # noqa: PLC0415  # as above

    if running.is_json or not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  # only terminals need it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415  # as above

    came = 0
    mark = running.writer.marked("loading instruments")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task(mark, total=expected)

        def told(exchange: "Exchange", rows: int) -> None:
            nonlocal came
            came += rows
            total = None if expected is None else max(expected, came)
            bar.update(task, completed=came, total=total, description=f"{mark}  {exchange.value}")

        yield told
