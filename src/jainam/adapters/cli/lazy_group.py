"""A group whose commands are loaded when they are run, so that the list of them costs nothing."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from jainam.adapters.cli.plugin_commands import load_command, plugin_commands


class LazyGroup(click.Group):
    """
    Our commands by where they live, then those of plug-ins.

    A command of ours wins over a plug-in's of the same name. Plug-ins are loaded only where a package offers any.

    Args:
        homes: For each command, in the order in which they are listed, ``module:name`` and one line of help.
        rest: As for `click.Group`.
    """

    def __init__(self, homes: Mapping[str, tuple[str, str]], **rest: Any) -> None:
        super().__init__(**rest)
        self._homes = dict(homes)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, those of plug-ins behind them."""
        added = plugin_commands(ctx)
        return [*self._homes, *sorted(name for name in added if name not in self._homes)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loaded; ``None`` when there is none of this name."""
        home = self._homes.get(cmd_name)
        if home is None:
            found = plugin_commands(ctx).get(cmd_name)
            return None if found is None else load_command(cmd_name, found)
        module, _, name = home[0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, or say which names are near."""
        name = args[0]
        is_word = not name.startswith("-") and not ctx.resilient_parsing
        if is_word and self.get_command(ctx, name) is None:
            near = get_close_matches(name, self.list_commands(ctx), n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in self._homes.items()])
        added = [
            (name, "of " + ", ".join(one.package for one in found))
            for name, found in sorted(plugin_commands(ctx).items())
            if name not in self._homes
        ]
        if added:
            with formatter.section("Commands of plug-ins"):
                formatter.write_dl(added)
