"""`jainam kill-switch`."""

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running


@click.group("kill-switch", no_args_is_help=False)
@common_options
def kill_switch() -> None:
    """
    Deny every new order of the desk but close-all's, or lift that; survives restarts.

    Cancels pass. Every process that shares the store obeys.

    Example: jainam kill-switch on --reason "feed looks wrong"
    """


@kill_switch.command("on")
@click.option("--reason", default="", help="Shown with every denial.")
@common_options
@pass_running
def turn_on(running: Running, reason: str) -> None:
    """
    Deny every new order from now on.

    Example: jainam kill-switch on --reason "feed looks wrong"
    """
    running.desk.set_kill_switch(on=True, reason=reason)
    _show(running)


@kill_switch.command("off")
@common_options
@pass_running
def turn_off(running: Running) -> None:
    """
    Let orders pass again.

    Example: jainam kill-switch off
    """
    running.desk.set_kill_switch(on=False)
    _show(running)


@kill_switch.command("status")
@common_options
@pass_running
def status(running: Running) -> None:
    """
    Show whether it is on, since when and why.

    Example: jainam kill-switch status --json
    """
    _show(running)


def _show(running: Running) -> None:
    from jainam.adapters.cli.documents import switch_document  # noqa: PLC0415  # help comes without a desk
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # as above

    switch = running.desk.kill_switch()
    columns = (Column("kill_switch"), Column("since"), Column("reason"))
    state = "on" if switch.is_on else "off"
    table = Table("Kill switch", columns, [(state, switch.changed_at, switch.reason or None)])
    lines = ("every new order of the desk is denied; close-all and cancels pass",) if switch.is_on else ()
    running.show(Report({"kill_switch": switch_document(switch)}, table, lines))
