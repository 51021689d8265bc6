"""`jainam close-all`."""

import sys

import click

from jainam.adapters.cli.options import (
    check_answerable,
    check_scope,
    common_options,
    confirm,
    dry_run_option,
    pass_running,
    scope_options,
    yes_option,
)
from jainam.adapters.cli.running import Running


@click.command("close-all")
@scope_options
@dry_run_option
@yes_option
@click.option("--force", is_flag=True, help="Go on without a position's lock where its holder does not let go.")
@click.option("--keep-orders", is_flag=True, help="Leave working orders alone instead of cancelling them first.")
@click.option("--abandon", is_flag=True, help="Only end the marks that dead runs of close-all left; closes nothing.")
@common_options
@pass_running
def close_all(
    running: Running,
    *,
    client: str | None,
    all_clients: bool,
    dry_run: bool,
    yes: bool,
    force: bool,
    keep_orders: bool,
    abandon: bool,
) -> None:
    """
    Cancel what works and close every position, come what may; the kill switch lets it through.

    One failure stops nothing else. Flat is what the venue's positions say; run it again to close only the rest.

    Example: jainam close-all --all-clients --dry-run
    """
    check_scope(client, all_clients=all_clients)
    if abandon:
        if dry_run or force or keep_orders:
            raise click.UsageError("--abandon closes nothing and goes with --client or --all-clients alone")
        _abandon(running, client)
        return
    if not dry_run:
        check_answerable(running, yes=yes)
    _close(running, client, all_clients=all_clients, dry_run=dry_run, yes=yes, force=force, keep_orders=keep_orders)


def _close(
    running: Running,
    client: str | None,
    *,
    all_clients: bool,
    dry_run: bool,
    yes: bool,
    force: bool,
    keep_orders: bool,
) -> None:
    from jainam.adapters.cli.documents import close_document, closes_table  # noqa: PLC0415  # help: without a desk
    from jainam.adapters.cli.exit_codes import of_close  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report, put, render, shown  # noqa: PLC0415  # as above

    account = running.account
    whom = account if all_clients else account.client(client)
    if dry_run or not yes:
        planned = whom.close_all(dry_run=True, cancel_working=not keep_orders)
        table = closes_table(planned, f"Would be closed: {planned.scope}")
        if dry_run:
            line = "flat already" if planned.is_flat else "dry run: nothing was sent"
            running.show(Report(close_document(running.desk, planned), table, (line,), of_close(planned)))
            return
        if planned.positions:
            put(sys.stderr, render(table, sys.stderr, is_simulated=running.is_simulated))
            confirm(running, f"Close {planned.scope}: {len(planned.positions)} positions?", yes=yes)
    running.has_sent = True
    result = whom.close_all(cancel_working=not keep_orders, force=force)
    lines = [f"{result.scope}: {'flat' if result.is_flat else 'NOT FLAT'}"]
    lines += [f"in doubt or working: order {one.app_order_id or one.client_order_id}" for one in result.unsettled]
    lines += [f"still works: order {row.app_order_id} of {row.client or 'own account'}" for row in result.foreign]
    lines += [f"close at the terminal: {one.net_qty:,} {one.venue_symbol} of {one.client}" for one in result.beyond]
    lines += [
        f"ended the mark of a dead run: {mark.process}, started {shown(mark.started_at)}" for mark in result.abandoned
    ]
    if not result.is_flat:
        lines.append("run it again to close the rest")
    document = close_document(running.desk, result)
    running.show(Report(document, closes_table(result, f"Closed: {result.scope}"), tuple(lines), of_close(result)))


def _abandon(running: Running, client: str | None) -> None:
    from jainam.adapters.cli.documents import mark_document  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    ended = running.account.abandon_close_all(client)
    lines = tuple(f"ended the mark of {mark.process} on {mark.scope}" for mark in ended)
    document = {"abandoned": [mark_document(mark) for mark in ended]}
    running.show(Report(document, lines=lines or ("no dead run of close-all left a mark",)))
