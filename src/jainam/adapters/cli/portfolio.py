"""`jainam positions`, `holdings`, `funds` and `profile`."""

import click

from jainam.adapters.cli.options import check_scope, client_option, common_options, pass_running, scope_options
from jainam.adapters.cli.running import Running


@click.command()
@scope_options
@click.option("--day", is_flag=True, help="Today's trades only, without what was carried forward.")
@common_options
@pass_running
def positions(running: Running, *, client: str | None, all_clients: bool, day: bool) -> None:
    """
    List positions with their profit: everyone's, or one client's.

    Example: jainam positions --client CL001
    """
    from jainam.adapters.cli.documents import position_document, positions_table  # noqa: PLC0415  # help: no desk
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above
    from jainam.domain.portfolio import PositionView  # noqa: PLC0415  # as above

    check_scope(client, all_clients=all_clients)
    account = running.account
    view = PositionView.DAY if day else PositionView.NET
    if client is not None:
        rows = account.client(client).positions(view)
    elif day:
        rows = tuple(row for one in account.clients for row in one.positions(view))
    else:
        rows = account.positions()
    title = "Positions of the day" if day else "Positions"
    document = {"view": view, "positions": [position_document(running.desk, row) for row in rows]}
    running.show(Report(document, positions_table(running.desk, rows, title)))


@click.command()
@client_option
@common_options
@pass_running
def holdings(running: Running, client: str | None) -> None:
    """
    List shares in the demat account.

    Example: jainam holdings --client CL001
    """
    from jainam.adapters.cli.documents import holding_document, holding_symbol  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # as above

    rows = running.client(client).holdings()
    columns = (
        Column("client"),
        Column("symbol", is_whole=True),
        Column("isin", "ISIN"),
        Column("quantity", is_number=True),
        Column("used_qty", "used", is_number=True),
        Column("collateral_qty", "collateral", is_number=True),
        Column("buy_avg_px", "bought at", is_number=True),
    )
    cells = [
        (
            one.client or "own",
            holding_symbol(running.desk, one),
            one.isin,
            one.quantity,
            one.used_qty,
            one.collateral_qty,
            one.buy_avg_px,
        )
        for one in rows
    ]
    document = {"holdings": [holding_document(running.desk, one) for one in rows]}
    running.show(Report(document, Table("Holdings", columns, cells, "no shares are held")))


@click.command()
@client_option
@common_options
@pass_running
def funds(running: Running, client: str | None) -> None:
    """
    Show cash and margin; the line ALL|ALL|ALL is the total.

    Example: jainam funds --client CL001
    """
    from jainam.adapters.cli.documents import funds_document  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # as above

    rows = running.client(client).funds()
    columns = (
        Column("client"),
        Column("header", "line"),
        Column("cash_available", "cash", is_number=True),
        Column("margin_used", is_number=True),
        Column("margin_available", is_number=True),
        Column("collateral", is_number=True, is_detail=True),
        Column("realised", is_number=True, is_detail=True),
        Column("unrealised", is_number=True, is_detail=True),
    )
    cells = [
        (
            one.client or "own",
            one.header,
            one.cash_available,
            one.margin_used,
            one.margin_available,
            one.collateral,
            one.realised,
            one.unrealised,
        )
        for one in rows
    ]
    document = {"funds": [funds_document(one) for one in rows]}
    running.show(Report(document, Table("Funds", columns, cells, "the venue sent no balance")))


@click.command()
@client_option
@common_options
@pass_running
def profile(running: Running, client: str | None) -> None:
    """
    Show who a client is.

    Example: jainam profile --client CL001
    """
    from jainam.adapters.cli.documents import profile_document  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Column, Report, Table  # noqa: PLC0415  # as above

    one = running.client(client).profile()
    columns = (Column("account"), Column("client"), Column("name"), Column("exchanges"))
    table = Table("Profile", columns, [(str(one.account), one.client or "own", one.name, one.exchanges)])
    running.show(Report({"profile": profile_document(one)}, table))
