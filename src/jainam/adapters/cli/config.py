"""`jainam config`."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.settings import Settings


@click.group(no_args_is_help=False)
@common_options
def config() -> None:
    """
    Show settings and where they come from.

    Example: jainam config show
    """


@config.command()
@common_options
@pass_running
def show(running: Running) -> None:
    """
    List every setting: its value with secrets masked, where it came from, what it means.

    Works without a broker being chosen. Names in the .env file that mean nothing are pointed out.

    Example: jainam config show --json
    """
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # help comes without settings

    settings = running.settings()
    running.is_simulated = _is_simulated(running, settings)
    values = settings.all_values()
    columns = (Column("name", is_whole=True), Column("value"), Column("origin"), Column("meaning"))
    rows = [(one.setting.name, one.shown, one.origin, one.setting.meaning) for one in values]
    unknown = {name: _nearest(name) for name in settings.unknown_names()}
    lines = tuple(
        f"{name} in {settings.env_path} means nothing" + (f"; did you mean {' or '.join(near)}?" if near else "")
        for name, near in unknown.items()
    )
    document = {
        "env_file": settings.env_path,
        "settings": [
            {
                "name": one.setting.name,
                "value": one.shown or None,
                "origin": one.origin,
                "is_secret": one.setting.is_secret,
                "meaning": one.setting.meaning,
            }
            for one in values
        ],
        "unknown": [{"name": name, "nearest": near} for name, near in unknown.items()],
    }
    running.show(Report(document, Table("Settings", columns, rows), lines))


def _nearest(name: str) -> list[str]:
    """Return the settings that a name may be a slip of."""
    from jainam.domain.accounts import AccountId, AccountKind  # noqa: PLC0415  # as above
    from jainam.settings import GENERAL, SERVERS, account_settings  # noqa: PLC0415  # as above

    known = [setting.name for setting in GENERAL]
    for server in SERVERS:
        for kind in AccountKind:
            known += [setting.name for setting in account_settings(AccountId("", server, kind))]
    return get_close_matches(name, known, n=2, cutoff=0.8)


def _is_simulated(running: Running, settings: "Settings") -> bool:
    """Whether the chosen broker is a simulator; no while none is chosen."""
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # as above

    try:
        return running.plugins().broker(settings.broker()).is_simulated
    except JainamError:
        return False
