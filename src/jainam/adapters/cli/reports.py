"""What a command has to say: one document for machines, a table and lines for people; written in one place."""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, TextIO

from attrs import field, frozen

from jainam.domain.trading_day import IST

if TYPE_CHECKING:
    from rich.text import Text

MARK = "SIMULATED"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_GOOD = frozenset({"done", "flat", "valid", "filled", "buy", "nothing to do"})
_BAD = frozenset({"rejected", "refused", "in doubt", "failed", "sell", "stopped", "expired", "open", "drifted"})
_GAP = 2
_FOLDED = 12
"""Columns of texts are not folded below this width."""


@frozen
class Column:
    """One column: its name when piped, its heading for people, and how it behaves where there is little room."""

    name: str
    heading: str = ""
    is_number: bool = False
    is_whole: bool = False
    """Never broken over lines, as numbers are not."""
    is_detail: bool = False
    """Left out on a terminal that is too narrow for everything."""

    @property
    def shown(self) -> str:
        """What people read above it."""
        return self.heading or self.name.replace("_", " ")


@frozen
class Table:
    """Rows of one kind. *empty* is what people read where there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[object]]
    empty: str = "nothing to show"


@frozen
class Report:
    """The outcome of a command in every form."""

    document: Mapping[str, object]
    table: Table | None = None
    lines: tuple[str, ...] = ()
    """Messages for people; beside the data on a terminal, on stderr when piped."""
    exit_code: int = 0


def clean(text: str) -> str:
    """Return a text without line breaks, tabs and control sequences: brokers' texts must not move the cursor."""
    return _CONTROLS.sub(" ", text)


def plain(value: object) -> str:
    """Return a value as one field of a tab-separated row."""
    for kind, words in _PLAIN:
        if isinstance(value, kind):
            return words(value)
    return clean(str(value))


def shown(value: object) -> str:
    """Return a value as a person reads it: thousands apart, times in IST."""
    if value is None:
        return "-"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value.astimezone(IST):%d %b %H:%M:%S}"
    return plain(value)


def machine(value: object) -> object:
    """Return a value as JSON has it: money as text, quantities as numbers, times with their offset."""
    for kind, words in _MACHINE:
        if isinstance(value, kind):
            return words(value)
    return str(value)


_PLAIN: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (NoneType, lambda _: ""),
    (bool, lambda value: "yes" if value else "no"),
    (Enum, lambda value: clean(str(value.value))),
    (Decimal, lambda value: format(value, "f")),
    (datetime, lambda value: value.astimezone(IST).isoformat(timespec="seconds")),
    ((tuple, list, frozenset), lambda value: ", ".join(plain(one) for one in value)),
)

_MACHINE: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (Enum, lambda value: value.value),
    ((NoneType, bool, int, str), lambda value: value),
    (float, lambda value: round(value, 3)),
    (Decimal, lambda value: format(value, "f")),
    (datetime, lambda value: value.astimezone(IST).isoformat()),
    (date, lambda value: value.isoformat()),
    (Mapping, lambda value: {str(name): machine(one) for name, one in value.items()}),
    ((tuple, list, frozenset), lambda value: [machine(one) for one in value]),
)


@frozen
class Writer:
    """Writes reports and notices where they belong. The streams are asked for when something is written."""

    is_json: bool = field(default=False, kw_only=True)
    is_simulated: bool = field(default=False, kw_only=True)

    @property
    def is_for_people(self) -> bool:
        """Whether a person watches stdout."""
        return not self.is_json and is_terminal(sys.stdout)

    def report(self, report: Report) -> None:
        """Write one command's outcome."""
        if self.is_json:
            self.document(report.document)
        elif self.is_for_people:
            self._for_people(report)
        else:
            self._piped(report)

    def document(self, document: Mapping[str, object]) -> None:
        """Write one JSON document and nothing else."""
        whole = {**document, "simulated": True} if self.is_simulated else dict(document)
        put(sys.stdout, json.dumps(machine(whole)) + "\n")

    def notice(self, text: str) -> None:
        """Write a line for people to stderr."""
        put(sys.stderr, self.marked(text) + "\n")

    def marked(self, text: str) -> str:
        """Return a line, marked where the desk is simulated."""
        text = "\n".join(clean(line) for line in text.splitlines())
        return f"{MARK}  {text}" if self.is_simulated and MARK not in text else text

    def _piped(self, report: Report) -> None:
        if self.is_simulated and not report.lines:
            put(sys.stderr, f"{MARK}\n")
        for line in report.lines:
            self.notice(line)
        if report.table is not None:
            rows = [[column.name for column in report.table.columns]]
            rows += [[plain(cell) for cell in row] for row in report.table.rows]
            put(sys.stdout, "".join("\t".join(row) + "\n" for row in rows))

    def _for_people(self, report: Report) -> None:
        table = report.table
        if table is not None and table.rows:
            put(sys.stdout, render(table, sys.stdout, is_simulated=self.is_simulated))
        elif table is not None:
            put(sys.stdout, self.marked(table.empty) + "\n")
        for line in report.lines:
            put(sys.stdout, self.marked(line) + "\n")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end; a closed stream has nobody."""
    return stream is not None and not stream.closed and stream.isatty()


def put(stream: TextIO | None, text: str) -> None:
    """
    Write and flush what the stream can carry. A closed one is no error: the command did what it did.

    Letters that its encoding does not know are spelled out.
    """
    if stream is None:
        return
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """Send what is left in a broken pipe nowhere, so that closing it at the end is quiet."""
    import os  # noqa: PLC0415  # only a broken pipe needs it

    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def render(table: Table, stream: TextIO, *, is_simulated: bool) -> str:
    """
    Return a table drawn for a terminal.

    Columns without any value are left out, and details where there is no room for them; what was left out for that
    reason is named below. Other texts are folded, never cut.
    """
    from rich import box  # noqa: PLC0415  # rich costs more than most commands; only terminals need it
    from rich.console import Console  # noqa: PLC0415  # as above
    from rich.table import Table as RichTable  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    columns, dropped = _that_fit(table, console.width)
    title = f"{table.title}  {MARK}" if is_simulated else table.title
    caption = f"no room here for: {', '.join(one.shown for one in dropped)}" if dropped else None
    drawn = RichTable(
        title=Text(clean(title), style="bold"),
        title_justify="left",
        caption=caption,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    least = 1
    for place, column in columns:
        is_whole = column.is_number or column.is_whole
        width = _width(table, place, column)
        least += _GAP + (width if is_whole else min(width, _FOLDED))
        drawn.add_column(
            column.shown, justify="right" if column.is_number else "left", overflow="fold", no_wrap=is_whole
        )
    for row in table.rows:
        drawn.add_row(*(_styled(row[place], column) for place, column in columns))
    console.width = max(console.width, least)  # rather lines that the terminal breaks than texts that are cut
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()


def _that_fit(table: Table, room: int) -> tuple[list[tuple[int, Column]], list[Column]]:
    """Return the columns to draw with their places in a row, and the details that there is no room for."""
    columns = [
        (place, column) for place, column in enumerate(table.columns) if any(plain(row[place]) for row in table.rows)
    ]
    dropped: list[Column] = []
    while _natural_width(table, columns) > room:
        last = next((one for one in reversed(columns) if one[1].is_detail), None)
        if last is None:
            break
        columns.remove(last)
        dropped.insert(0, last[1])
    return columns, dropped


def _natural_width(table: Table, columns: Sequence[tuple[int, Column]]) -> int:
    """Return how wide a table would like to be."""
    return 1 + sum(_GAP + _width(table, place, column) for place, column in columns)


def _width(table: Table, place: int, column: Column) -> int:
    """Return the widest cell of a column, its heading included."""
    return max([len(column.shown), *(len(shown(row[place])) for row in table.rows)])


def _styled(cell: object, column: Column) -> "Text":
    """Return a cell with the colour that its word or sign deserves."""
    from rich.text import Text  # noqa: PLC0415  # see `render`

    text = shown(cell)
    style = ""
    if text.lower() in _BAD:
        style = "red"
    elif text.lower() in _GOOD:
        style = "green"
    elif column.is_number and isinstance(cell, int | Decimal) and cell < 0:
        style = "red"
    return Text(text, style=style)
