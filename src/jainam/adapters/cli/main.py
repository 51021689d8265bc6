"""The `jainam` command: its root, and the one place that turns whatever happens into output and an exit code."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from jainam.adapters.cli.lazy_group import LazyGroup
from jainam.adapters.cli.options import Declined, common_options
from jainam.adapters.cli.running import Running

_HERE = "jainam.adapters.cli"
COMMANDS = {
    "init": (f"{_HERE}.init:init", "Write a .env file for the bundled simulator."),
    "demo": (f"{_HERE}.demo:demo", "Watch a dealer desk trade two clients on the simulator, and close everything."),
    "simulate": (f"{_HERE}.simulate:simulate", "Run the bundled XTS simulator."),
    "login": (f"{_HERE}.sessions:login", "Log in on both sides, or take the stored sessions."),
    "logout": (f"{_HERE}.sessions:logout", "End the sessions."),
    "sessions": (f"{_HERE}.sessions:sessions", "List or refresh sessions."),
    "status": (f"{_HERE}.status:status", "Sessions, kill switch, doubt, limits at a glance."),
    "instruments": (f"{_HERE}.instruments:instruments", "Load and search the day's instruments."),
    "order": (f"{_HERE}.orders:order", "Place, modify, cancel and list orders."),
    "trades": (f"{_HERE}.orders:trades", "List today's fills."),
    "smart-order": (f"{_HERE}.smart_orders:smart_order", "Bring a position to a target."),
    "close-all": (f"{_HERE}.closing:close_all", "Close every position, come what may."),
    "positions": (f"{_HERE}.portfolio:positions", "List positions with their profit."),
    "holdings": (f"{_HERE}.portfolio:holdings", "List shares in the demat account."),
    "funds": (f"{_HERE}.portfolio:funds", "Show cash and margin."),
    "profile": (f"{_HERE}.portfolio:profile", "Show who a client is."),
    "kill-switch": (f"{_HERE}.kill_switch:kill_switch", "Deny every new order of the desk, or lift that."),
    "config": (f"{_HERE}.config:config", "Show settings and where they come from."),
}
"""Every command of ours: where it lives, and its line in the list."""

INTERRUPTED = 130


class Root(LazyGroup):
    """The root group. Its `main` never lets a traceback through and always exits with a code of the table."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]  # standalone mode is ours
        """Run a command line and exit."""
        given = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        running = Running()
        sys.exit(self._run(running, given, prog_name or "jainam", extra))

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; what its function returns means nothing."""
        super().invoke(ctx)

    def _run(self, running: Running, given: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        """Run a command line and return its exit code."""
        try:
            ended = super().main(given, prog_name, standalone_mode=False, obj=running, **extra)
            return running.exit_code if ended is None else int(ended)
        except (KeyboardInterrupt, click.Abort):
            return _interrupted(running)
        except Declined as declined:
            running.notice(declined.message)
            return declined.exit_code
        except click.ClickException as error:
            # what stopped the parser may have stood before --json
            running.is_json = running.is_json or "--json" in given
            return _failed(running, error, 2)
        except Exception as error:  # noqa: BLE001  # the top of the program: everything becomes a line and a code
            return _failed_with(running, error)
        finally:
            _let_go(running)


def _failed_with(running: Running, error: Exception) -> int:
    """Report an error that is not the parser's."""
    from jainam.adapters.cli.exit_codes import of_error  # noqa: PLC0415  # only failures need it
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # as above

    if running.is_debug:
        _trace(running, error)
    if not isinstance(error, JainamError):
        error = JainamError(
            f"internal error ({type(error).__name__})",
            code="internal",
            hint="" if running.is_debug else "run again with --debug to see where, and report it",
        )
    return _failed(running, error, of_error(error))


def _failed(running: Running, error: Exception, exit_code: int) -> int:
    from jainam.adapters.cli.failures import error_document, error_lines  # noqa: PLC0415  # as above

    if running.is_json:
        running.writer.document(error_document(error, exit_code))
    else:
        for line in error_lines(error):
            running.notice(line)
    return int(exit_code)


def _trace(running: Running, error: BaseException) -> None:
    """Write a traceback without local variables and without anything secret."""
    import traceback  # noqa: PLC0415  # only --debug needs it

    from jainam.adapters.cli.reports import put  # noqa: PLC0415  # as above

    text = "".join(traceback.format_exception(error))
    put(sys.stderr, running.scrub(text))


def _interrupted(running: Running) -> int:
    """End quietly; where orders may be under way, say where to look."""
    from jainam.adapters.cli.failures import error_document  # noqa: PLC0415  # as above
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # as above

    hint = "what was sent stays at the venue; see: jainam status, jainam order list" if running.has_sent else ""
    if running.is_json:
        error = JainamError("interrupted", code="interrupted", hint=hint)
        running.writer.document(error_document(error, INTERRUPTED))
    elif hint:
        running.notice(f"interrupted: {hint}")
    return INTERRUPTED


def _let_go(running: Running) -> None:
    """Close the desk; that it can't be closed must not hide how the command ended."""
    try:
        running.close()
    except Exception as error:  # noqa: BLE001  # the top of the program
        running.notice(f"the desk did not close cleanly ({type(error).__name__})")


@click.command(
    cls=Root,
    homes=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="jainam", message="%(prog)s %(version)s")
@common_options
@click.pass_context
def cli(ctx: click.Context) -> None:
    """
    Trade safely on Symphony XTS, the broker API of Jainam Prop.

    Start here: jainam demo. The options below may stand before or after a command.
    """
    if ctx.invoked_subcommand is not None:
        return
    running = ctx.find_object(Running)
    if running is not None and running.is_json:
        raise click.UsageError("name a command", ctx=ctx)
    click.echo(ctx.get_help())


def main() -> None:
    """Run the command line: the console script."""
    cli.main()
