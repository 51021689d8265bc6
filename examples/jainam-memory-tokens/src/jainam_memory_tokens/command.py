"""`jainam memory-tokens`."""

import click

from jainam import PluginError
from jainam.adapters.cli.options import common_options, pass_running
from jainam.adapters.cli.reports import Column, Report, Table
from jainam.adapters.cli.running import Running
from jainam_memory_tokens.repository import MemoryTokens


@click.command()
@click.option("--wipe", is_flag=True, help="Forget every session of the desk, without asking the venue.")
@common_options
@pass_running
def memory_tokens(running: Running, *, wipe: bool) -> None:
    """
    Show which sessions are kept in memory, and where.

    Example: jainam memory-tokens
    """
    tokens = running.desk.parts.tokens
    if not isinstance(tokens, MemoryTokens):
        raise PluginError(
            "the desk keeps its sessions elsewhere", hint="choose this package with JAINAM_TOKEN_REPOSITORY=memory"
        )
    wiped = tokens.wipe() if wipe else 0
    now = running.desk.parts.clock.now()
    states = tokens.states()
    rows = [(str(one.account), one.side, one.word(now), one.expires_at) for one in states]
    columns = (Column("account"), Column("side"), Column("state"), Column("expires_at"))
    document = {
        "file": tokens.path,
        "wiped": wiped,
        "sessions": [dict(zip(("account", "side", "state", "expires_at"), row, strict=True)) for row in rows],
    }
    lines = (f"{wiped} sessions are forgotten",) if wipe else (f"kept in {tokens.path}",)
    running.show(Report(document, Table("Sessions in memory", columns, rows, empty="no session is kept"), lines))
