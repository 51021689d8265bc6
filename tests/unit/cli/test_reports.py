"""What reaches stdout and stderr: one JSON document, tab-separated rows, or a table; always marked when simulated."""

import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.cli.reports import (
    MARK,
    Column,
    Report,
    Table,
    Writer,
    clean,
    is_terminal,
    machine,
    plain,
    put,
    render,
    shown,
)
from jainam.domain.orders import OrderSide

TABLE = Table(
    "Orders",
    (Column("symbol"), Column("order_qty", "asked", is_number=True), Column("avg_px", is_number=True)),
    [("NSE:RELIANCE", -1200, Decimal("1260.25")), ("NSE:TCS", 5, None)],
)
REPORT = Report({"orders": [{"qty": 5, "px": Decimal("1260.250")}]}, TABLE, ("one line",), 6)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_json_is_one_document_and_nothing_else(capsys):
    Writer(is_json=True).report(REPORT)

    out, err = capsys.readouterr()
    assert json.loads(out) == {"orders": [{"qty": 5, "px": "1260.250"}]}
    assert out.count("\n") == 1
    assert err == ""


def test_json_of_a_simulated_desk_says_so(capsys):
    Writer(is_json=True, is_simulated=True).report(REPORT)

    assert json.loads(capsys.readouterr().out)["simulated"] is True


def test_piped_rows_are_tab_separated_below_one_header_and_messages_go_to_stderr(capsys):
    Writer(is_simulated=True).report(REPORT)

    out, err = capsys.readouterr()
    assert out == "symbol\torder_qty\tavg_px\nNSE:RELIANCE\t-1200\t1260.25\nNSE:TCS\t5\t\n"
    assert err == f"{MARK}  one line\n"


def test_piped_rows_of_a_simulated_desk_are_noticed_on_stderr_without_any_message(capsys):
    Writer(is_simulated=True).report(Report({}, TABLE))

    assert capsys.readouterr().err == f"{MARK}\n"


def test_piped_rows_of_a_real_desk_come_without_a_word(capsys):
    Writer().report(Report({}, TABLE))

    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_table_whose_title_says_simulated(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)

    Writer(is_simulated=True).report(REPORT)

    lines = terminal.getvalue().splitlines()
    assert MARK in lines[0]
    assert "-1,200" in terminal.getvalue()
    assert lines[-1] == f"{MARK}  one line"


def test_an_empty_table_is_a_sentence_for_people(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)

    Writer(is_simulated=True).report(Report({}, Table("Orders", (Column("symbol"),), [], "no orders today")))

    assert terminal.getvalue() == f"{MARK}  no orders today\n"


def test_markup_in_a_brokers_text_is_text():
    reason = "Set Limit:[50000] [bold]Total[/bold] for entity [Client]-[CL004]"

    drawn = render(Table("Orders", (Column("reason"),), [(reason,)]), io.StringIO(), is_simulated=False)

    assert reason in drawn.replace("\n", " ")


@given(st.text())
def test_a_cleaned_text_is_one_line_without_control_characters(text):
    cleaned = clean(text)

    assert len(cleaned.splitlines()) <= 1
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in cleaned)


CELLS = st.one_of(st.text(), st.integers(), st.none(), st.decimals(allow_nan=False), st.booleans())


@given(st.lists(st.tuples(CELLS, CELLS)))
def test_piped_output_has_one_line_a_row_and_one_field_a_column(rows):
    pipe = io.StringIO()

    with redirect_stdout(pipe):
        Writer().report(Report({}, Table("Any", (Column("first"), Column("second")), rows)))

    lines = pipe.getvalue().removesuffix("\n").split("\n")
    assert [line.split("\t") for line in lines] == [["first", "second"], *([plain(a), plain(b)] for a, b in rows)]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_money_keeps_every_digit_as_text(amount):
    assert Decimal(str(machine(amount))) == amount
    assert "E" not in str(machine(amount))


def test_times_carry_the_indian_offset():
    moment = datetime(2026, 9, 15, 5, 0, tzinfo=UTC)

    assert machine(moment) == "2026-09-15T10:30:00+05:30"
    assert plain(moment) == "2026-09-15T10:30:00+05:30"
    assert shown(moment) == "15 Sep 10:30:00"


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, True), (7, 7), (OrderSide.BUY, "BUY"), (("a", 1), ["a", 1]), ({"a": Decimal(2)}, {"a": "2"}), (None, None)],
)
def test_quantities_stay_numbers_and_words_stay_words(value, words):
    assert machine(value) == words


def test_a_pipe_that_nobody_reads_any_more_is_no_error(monkeypatch):
    class Closed(io.StringIO):
        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())

    Writer().report(REPORT)


def test_letters_that_the_terminal_can_not_show_are_spelled_out():
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    put(narrow, "₹ 5\n")

    assert narrow.buffer.getvalue() == b"\\u20b9 5\n"


def test_a_stream_that_was_closed_before_the_start_takes_nothing():
    put(None, "anything")

    assert not is_terminal(None)


WIDE = Table(
    "Positions",
    (
        Column("symbol", is_whole=True),
        Column("realised", is_number=True, is_detail=True),
        Column("profit", is_number=True),
        Column("message"),
        Column("cancels"),
    ),
    [("NFO:NIFTY24NOV2624000CE", Decimal("-1234.50"), Decimal("99.25"), "still open after four rounds of trying", ())],
)


def drawn_at(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    return render(WIDE, io.StringIO(), is_simulated=True)


def test_a_column_without_any_value_is_left_out_for_people(monkeypatch):
    assert "cancels" not in drawn_at(120, monkeypatch)


def test_details_are_left_out_and_named_where_there_is_no_room(monkeypatch):
    wide, narrow = drawn_at(120, monkeypatch), drawn_at(70, monkeypatch)

    assert "-1,234.50" in wide
    assert "-1,234.50" not in narrow
    assert "no room here for: realised" in narrow


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
def test_however_narrow_the_terminal_symbols_are_whole_and_no_word_is_lost(monkeypatch, columns):
    drawn = drawn_at(columns, monkeypatch)

    assert "NFO:NIFTY24NOV2624000CE" in drawn
    assert "99.25" in drawn
    assert all(word in drawn for word in ["still", "open", "after", "four", "rounds", "of", "trying"])
