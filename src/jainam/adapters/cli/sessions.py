"""`jainam login`, `logout` and `sessions`."""

import click

from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.running import Running

_SIDES = ("interactive", "market")


@click.command()
@click.option("--anew", is_flag=True, help="Log in even where a stored session still works; this ends that one.")
@common_options
@pass_running
def login(running: Running, *, anew: bool) -> None:
    """
    Log in on both sides, or take the stored sessions where they still work.

    Example: jainam login
    """
    running.account.log_in(anew=anew)
    _show(running, ())


@click.command()
@click.option("--side", type=click.Choice(_SIDES), help="One side only; both by default.")
@common_options
@pass_running
def logout(running: Running, side: str | None) -> None:
    """
    End the sessions at the venue and forget them here.

    Example: jainam logout --side market
    """
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # help comes without what a desk stands on
    from jainam.domain.sessions import Side  # noqa: PLC0415  # as above

    sides = tuple(Side) if side is None else (Side(side),)
    account = running.account
    ended = account.log_out(sides)
    names = " and ".join(one.value for one in ended)
    line = f"{account.id} is logged out of: {names}" if ended else f"{account.id} had no session to end"
    running.show(Report({"account": str(account.id), "ended": ended}, lines=(line,)))


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
def sessions(ctx: click.Context) -> None:
    """
    List or refresh sessions; without a word after it, list them.

    Example: jainam sessions
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@sessions.command("list")
@common_options
@pass_running
def list_(running: Running) -> None:
    """
    List what is stored, without asking the venue.

    Example: jainam sessions list --json
    """
    _show(running, ())


@sessions.command()
@click.option("--anew", is_flag=True, help="Log in anew whether it is due or not; ends a stop of the logins.")
@common_options
@pass_running
def refresh(running: Running, *, anew: bool) -> None:
    """
    Do today's planned refresh where it is due, and replace sessions that have ended.

    What a scheduler calls, once a minute if it likes: it does nothing until something is due.
    Exit code 5 where nobody is logged in.

    Example: jainam sessions refresh
    """
    from jainam.adapters.cli.exit_codes import ExitCode  # noqa: PLC0415  # as above
    from jainam.application.refresh_tokens import Refreshed  # noqa: PLC0415  # as above

    done = running.account.refresh(anew=anew)
    lines = tuple(f"{side.value}: {what.value}" for side, what in done.items())
    code = ExitCode.NOT_READY if Refreshed.NOT_LOGGED_IN in done.values() else ExitCode.DONE
    if code is ExitCode.NOT_READY:
        lines += ("log in with: jainam login",)
    refreshed = {side.value: what.value for side, what in done.items()}
    _show(running, lines, refreshed=refreshed, exit_code=code)


def _show(running: Running, lines: tuple[str, ...], *, exit_code: int = 0, **more: object) -> None:
    """Write the sessions of the account in force."""
    from jainam.adapters.cli.documents import session_document, sessions_table  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    states = running.account.sessions()
    now = running.desk.parts.clock.now()
    document = {**more, "sessions": [session_document(one, now) for one in states]}
    running.show(Report(document, sessions_table(states, now), lines, exit_code))
