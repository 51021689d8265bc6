"""Every command: one JSON document, plain rows when piped, and no secret in anything that it writes."""

import json
from decimal import Decimal

import click
import pytest

from jainam.adapters.cli.main import cli

ORDER = "{order}"
COMMANDS = [
    ("init", "--env-file", "{new}"),
    ("login",),
    ("sessions",),
    ("sessions", "list"),
    ("sessions", "refresh"),
    ("status",),
    ("instruments", "sync"),
    ("instruments", "find", "NIFTY", "--exchange", "NFO"),
    ("order", "place", "NSE:RELIANCE", "--side", "BUY", "--quantity", "1", "--product", "MIS", "--client", "CL001"),
    ("order", "list"),
    ("order", "history", ORDER),
    ("order", "modify", ORDER, "--quantity", "3"),
    ("order", "cancel", ORDER),
    ("order", "cancel-all", "--all-clients", "--yes"),
    ("trades",),
    ("smart-order", "NSE:TCS", "--client", "CL002", "--product", "MIS", "--target", "3"),
    ("smart-order", "NSE:TCS", "--client", "CL002", "--product", "MIS", "--target", "-4", "--dry-run"),
    ("positions",),
    ("positions", "--client", "CL001", "--day"),
    ("holdings", "--client", "CL001"),
    ("funds", "--client", "CL001"),
    ("profile", "--client", "CL001"),
    ("close-all", "--all-clients", "--dry-run"),
    ("close-all", "--all-clients", "--abandon"),
    ("close-all", "--all-clients", "--yes"),
    ("kill-switch", "on"),
    ("kill-switch", "status"),
    ("kill-switch", "off"),
    ("config", "show"),
    ("logout", "--account", "PRO"),
]
WITHOUT_ROWS = {"init", "logout"}
"""Commands that have nothing to list; their messages are on stderr."""

ELSEWHERE = {"demo", "simulate"}
"""They run a simulator of their own and have tests of their own."""


def leaves(command, path=()):
    """Yield the path of every command that does something."""
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            yield from leaves(command.get_command(ctx, name), (*path, name))
    else:
        yield path


@pytest.fixture
def line(desk, tmp_path):
    """Fill in a command line: a new file, or the number of an order that rests in the market."""

    def fill(words):
        number = resting_order(desk) if ORDER in words else ""
        return [word.format(order=number, new=tmp_path / "new.env") for word in words]

    yield fill
    if desk.run_here("kill-switch", "status", "--json").document["kill_switch"]["is_on"]:
        assert desk.run_here("kill-switch", "off").code == 0


def resting_order(desk):
    """Place an order far below the market and return its number."""
    found = desk.run_here("instruments", "find", "NSE:RELIANCE", "--limit", "1", "--json").document["instruments"][0]
    low, tick = Decimal(found["band_low"]), Decimal(found["tick_size"])
    placed = desk.run_here(
        *("order", "place", "NSE:RELIANCE", "--side", "BUY", "--quantity", "2", "--product", "MIS"),
        *("--client", "CL003", "--type", "LIMIT", "--price", str(low + tick - low % tick), "--json"),
    )
    assert placed.document["orders"][0]["status"] == "NEW"
    return placed.document["orders"][0]["app_order_id"]


def assert_no_secret(desk, ended):
    """No key or secret of the .env file is in what was written, and nothing that begins as a token does."""
    written = ended.out + ended.err
    assert len(desk.secrets) == 12
    assert [secret for secret in desk.secrets if secret in written] == []
    assert "eyJ" not in written


def test_every_command_of_the_tree_is_here():
    tried = {words[:length] for words in COMMANDS for length in (1, 2)}

    assert [path for path in leaves(cli) if path not in tried and path[0] not in ELSEWHERE] == []


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_json_is_exactly_one_document_that_says_simulated(desk, line, words):
    ended = desk.run_here(*line(words), "--json")

    assert ended.code == 0
    assert ended.out.count("\n") == 1
    document = json.loads(ended.out)
    assert document["simulated"] is True
    assert "error" not in document
    assert ended.err == ""
    assert_no_secret(desk, ended)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_piped_output_is_rows_below_a_header_and_stderr_says_simulated(desk, line, words):
    ended = desk.run_here(*line(words))

    assert ended.code == 0
    assert_no_secret(desk, ended)
    assert "SIMULATED" in ended.err
    assert not any(line.startswith("SIMULATED") for line in ended.out.splitlines())
    if words[0] in WITHOUT_ROWS or "--abandon" in words:
        assert ended.out == ""
        return
    lines = ended.out.removesuffix("\n").split("\n")
    assert len({line.count("\t") for line in lines}) == 1
    assert lines[0] == lines[0].lower()


@pytest.mark.parametrize(
    "words",
    [
        ("login", "--anew"),
        ("sessions",),
        ("status",),
        ("config", "show"),
        ("instruments", "sync"),
        ("positions",),
        ("smart-order", "NSE:TCS", "--client", "CL002", "--product", "MIS", "--target", "3"),
        ("order", "list", "--account", "INVESTOR"),
    ],
    ids=" ".join,
)
def test_no_secret_is_written_even_in_debug(desk, words):
    ended = desk.run_here(*words, "--debug")

    assert ended.code == 0
    assert_no_secret(desk, ended)


@pytest.mark.parametrize(
    "words",
    [
        ("order", "cancel", "99"),
        ("order", "history", "99"),
        ("order", "place", "NSE:NOPE", "--side", "BUY", "--quantity", "1", "--product", "MIS"),
        ("smart-order", "XSE:RELIANCE", "--product", "MIS", "--target", "1"),
        ("positions", "--client", "CL999"),
        ("holdings",),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_json_document_too(desk, words):
    ended = desk.run_here(*words, "--json")

    assert ended.code == 2
    assert ended.out.count("\n") == 1
    assert ended.document["error"]["message"]
    assert ended.document["simulated"] is True


def test_a_name_in_the_env_file_that_means_nothing_is_pointed_out(desk, tmp_path):
    path = tmp_path / ".env"
    path.write_text("JAINAM_BROKER=simulator\nJAINAM_RATE_LIMTS=off\n")

    ended = desk.run_here("config", "show", "--env-file", str(path))

    assert ended.code == 0
    assert "JAINAM_RATE_LIMTS" in ended.err
    assert "did you mean JAINAM_RATE_LIMITS" in ended.err
