"""Commands that plug-ins add to the command line."""

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jainam.plugins import Registered

_GROUP = "[jainam]"


def are_installed() -> bool:
    """
    Whether any installed package may offer plug-ins.

    Looks for our entry-point group in the files that say so: `importlib.metadata` alone would cost as much as all the
    rest of ``jainam --help``. Where it says yes, the plug-ins are loaded by the usual way.
    """
    return any(_names_group(folder) for folder in dict.fromkeys(sys.path))


def _names_group(folder: str) -> bool:
    """Whether a package below this folder names our entry-point group."""
    try:
        with os.scandir(folder or ".") as entries:
            packages = [one.path for one in entries if one.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    for package in packages:
        try:
            with open(f"{package}/entry_points.txt", encoding="utf-8", errors="replace") as file:  # noqa: PTH123  # pathlib costs as much as the look
                if _GROUP in file.read():
                    return True
        except OSError:
            continue
    return False


def plugin_commands(ctx: click.Context) -> dict[str, "list[Registered[object]]"]:
    """Return what plug-ins registered, by the command's name; nothing where none is installed."""
    if not are_installed():
        return {}
    from jainam.adapters.cli.running import Running  # noqa: PLC0415  # only a machine with plug-ins pays for it

    running = ctx.find_object(Running)
    return {} if running is None else running.plugins().commands


def load_command(name: str, found: "list[Registered[object]]") -> click.Command:
    """
    Return a plug-in's command.

    Raises:
        PluginError: Two packages have one of this name, or what was registered is none.
    """
    from jainam.domain.errors import PluginError  # noqa: PLC0415  # see above

    packages = " and ".join(one.package for one in found)
    if len(found) > 1:
        raise PluginError(f"command {name!r} is registered by {packages}", hint="uninstall one of them")
    thing = found[0].thing
    try:
        command = thing() if callable(thing) and not isinstance(thing, click.Command) else thing
    except Exception as error:
        raise PluginError(f"command {name!r} of package {packages} can't be loaded: {error}") from error
    if not isinstance(command, click.Command):
        raise PluginError(f"command {name!r} of package {packages} is no click command")
    return command
