"""docs/cli.md tells every command and option of the click tree, and nothing that is not there (L5)."""

import re
import shlex
from pathlib import Path

import click
import pytest

from jainam.adapters.cli.main import cli

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^### `jainam ([^`]*)`$", re.MULTILINE)
COMMON = {"--json", "--env-file", "--account", "--debug", "--help"}


def commands(command, path=()):
    """Yield every command below the root with its path, groups included."""
    ctx = click.Context(command, info_name="jainam")
    if path:
        yield path, command, ctx
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            yield from commands(command.get_command(ctx, name), (*path, name))


TREE = {" ".join(path): (command, ctx) for path, command, ctx in commands(cli)}


def sections():
    """Return the text of each command's section by the command's path."""
    found = {}
    starts = list(HEADING.finditer(PAGE))
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(PAGE)
        words = [word for word in start[1].split() if not word.isupper()]
        found[" ".join(words)] = PAGE[start.end() : end]
    return found


SECTIONS = sections()


def options(name):
    """Return the long options that a command takes."""
    command, ctx = TREE[name]
    return {
        text for one in command.get_params(ctx) if isinstance(one, click.Option) for text in one.opts if "--" in text
    }


def examples(text):
    """Yield the command lines of the code blocks in a text."""
    for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("jainam "):
                yield shlex.split(line, comments=True)[1:]


def test_every_command_has_a_section_and_every_section_a_command():
    assert sorted(SECTIONS) == sorted(TREE)


@pytest.mark.parametrize("name", TREE)
def test_every_option_of_a_command_is_in_its_section(name):
    told = set(re.findall(r"`(--[a-z-]+)", SECTIONS[name]))

    assert options(name) - COMMON - told == set()


@pytest.mark.parametrize("name", TREE)
def test_a_section_tells_no_option_that_is_not_there(name):
    told = set(re.findall(r"^\| `(--[a-z-]+)", SECTIONS[name], re.MULTILINE))

    assert told <= options(name)


@pytest.mark.parametrize("name", TREE)
def test_every_section_has_an_example_and_exit_codes(name):
    lines = list(examples(SECTIONS[name]))

    assert lines
    assert all(" ".join(words).startswith(name) for words in lines)
    assert "\nExit codes: " in SECTIONS[name]


def test_the_common_options_and_exit_codes_are_told_once():
    before = PAGE[: PAGE.index("## Commands")]

    assert {option for option in COMMON if f"`{option}" not in before} == set()
    assert all(f"| {code} |" in before for code in (0, 1, 2, 3, 4, 5, 6, 130))


@pytest.mark.parametrize("words", list(examples(PAGE)), ids=" ".join)
def test_every_example_is_a_command_line_that_the_command_takes(words):
    depth = 2 if " ".join(words[:2]) in TREE else 1
    name = " ".join(words[:depth])

    assert name in TREE
    command, _ = TREE[name]
    ctx = click.Context(command, info_name=name, resilient_parsing=False)
    given = [word for word in words[depth:] if word != "--help"]
    parser = command.make_parser(ctx)
    taken, rest, _ = parser.parse_args(list(given))
    assert rest == []
    missing = [one.name for one in command.get_params(ctx) if one.required and one.name not in taken]
    assert missing == []
