"""Options that many commands share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.desk import Desk
    from jainam.domain.instruments import Instrument

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

KINDS = ("PRO", "NORMAL", "INVESTOR")
EXCHANGES = ("NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NCDEX", "NCO", "NSE_INDEX", "BSE_INDEX", "MCX_INDEX")
PRODUCTS = ("MIS", "NRML", "CNC", "MTF")
ORDER_TYPES = ("MARKET", "LIMIT", "SL", "SL-M", "STOP_LIMIT", "STOP_MARKET")
SIDES = ("BUY", "SELL")
TIMES_IN_FORCE = ("DAY", "IOC")

pass_running = click.make_pass_decorator(Running)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that keeps a value for the whole run, wherever on the line it stood."""

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        running = ctx.find_object(Running)
        if value and running is not None:
            setattr(running, name, value)

    return keep


def _account(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep the account's name if it can be one."""
    if value is None:
        return
    server, slash, kind = value.strip().rpartition("/")
    if kind.upper() not in KINDS or (slash and server.upper() not in {"A", "B", "C"}):
        raise click.BadParameter(
            f"{value!r} is no account; write SERVER/KIND such as B/NORMAL, or one of {', '.join(KINDS)}",
            ctx=ctx,
            param=parameter,
        )
    _keep("account_name")(ctx, parameter, value)


def common_options(command: _Decorated) -> _Decorated:
    """Add the options that every command takes; they may stand before or after its name."""
    for option in (
        click.option(
            "--debug",
            is_flag=True,
            expose_value=False,
            callback=_keep("is_debug"),
            help="Log and tracebacks on stderr.",
        ),
        click.option(
            "--account",
            metavar="NAME",
            expose_value=False,
            callback=_account,
            help="Account, such as B/NORMAL; the active one by default.",
        ),
        click.option(
            "--env-file",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            expose_value=False,
            callback=_keep("env_file"),
            help="Settings file; .env in this folder by default.",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_keep("is_json"),
            help="One JSON document on stdout, errors too.",
        ),
    ):
        command = option(command)
    return command


def client_option(command: _Decorated) -> _Decorated:
    """Add ``--client``."""
    return click.option("--client", metavar="ID", help="Client of a dealer; the account's own book by default.")(
        command
    )


def scope_options(command: _Decorated) -> _Decorated:
    """Add ``--client`` and ``--all-clients``."""
    everyone = click.option("--all-clients", is_flag=True, help="Everyone the account trades for.")
    return client_option(everyone(command))


def check_scope(client: str | None, *, all_clients: bool) -> None:
    """Raise a usage error where a client and everyone are asked for at once."""
    if client is not None and all_clients:
        raise click.UsageError("--client and --all-clients exclude each other")


def exchange_option(command: _Decorated) -> _Decorated:
    """Add ``--exchange`` beside a symbol."""
    return click.option(
        "--exchange",
        type=click.Choice(EXCHANGES, case_sensitive=False),
        help="Exchange of a symbol that is written without one.",
    )(command)


def key_option(command: _Decorated) -> _Decorated:
    """Add ``--key``."""
    return click.option("--key", help="Your own name for this order: the same key is carried out once.")(command)


def dry_run_option(command: _Decorated) -> _Decorated:
    """Add ``--dry-run``."""
    return click.option("--dry-run", is_flag=True, help="Show what would be sent, send nothing.")(command)


def yes_option(command: _Decorated) -> _Decorated:
    """Add ``--yes``."""
    return click.option("--yes", is_flag=True, help="Don't ask; needed where nobody can be asked.")(command)


def find_instrument(desk: "Desk", symbol: str, exchange: str | None) -> "Instrument":
    """
    Return the instrument of `NSE:RELIANCE`, or of `RELIANCE` with ``--exchange NSE``.

    Raises:
        UnknownInstrument: There is none; the nearest are named.
        UsageError: Symbol and option name different exchanges.
    """
    head, colon, _ = symbol.partition(":")
    if colon and exchange is not None and head.strip().upper() != exchange.upper():
        raise click.UsageError(f"{symbol} and --exchange {exchange} name different exchanges")
    return desk.instrument(symbol, exchange)


def check_answerable(running: Running, *, yes: bool) -> None:
    """Raise a usage error, before anything is read, where a question would have nobody to answer it."""
    if not yes and not running.has_terminal:
        raise click.UsageError("there is nobody to ask; add --yes")


def confirm(running: Running, question: str, *, yes: bool) -> None:
    """
    Ask before something big happens.

    Raises:
        UsageError: Nobody can be asked and ``--yes`` is not there.
        Declined: The answer was no.
    """
    check_answerable(running, yes=yes)
    if not yes and not click.confirm(running.writer.marked(question), err=True):
        raise Declined


class Declined(click.ClickException):
    """Somebody was asked and said no."""

    def __init__(self) -> None:
        super().__init__("nothing was sent")
