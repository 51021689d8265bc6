"""`jainam order` and `trades`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from jainam.adapters.cli.options import (
    ORDER_TYPES,
    PRODUCTS,
    SIDES,
    TIMES_IN_FORCE,
    check_answerable,
    check_scope,
    client_option,
    common_options,
    confirm,
    dry_run_option,
    exchange_option,
    find_instrument,
    key_option,
    pass_running,
    scope_options,
    yes_option,
)
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.application.cancel_order import Cancelled
    from jainam.application.submit_order import Submission
    from jainam.desk import Client
    from jainam.domain.intents import Order
    from jainam.domain.orders import OrderRow

_LOOKS_AFTER_S = (0.0, 0.1, 0.4)


@click.group(no_args_is_help=False)
@common_options
def order() -> None:
    """
    Place, modify, cancel and list orders.

    Example: jainam order list
    """


@order.command()
@click.argument("symbol")
@click.option("--side", required=True, type=click.Choice(SIDES, case_sensitive=False), help="Buy or sell.")
@click.option("--quantity", required=True, type=int, help="Units, not lots.")
@click.option(
    "--product", required=True, type=click.Choice(PRODUCTS, case_sensitive=False), help="How the position is held."
)
@click.option(
    "--type",
    "order_type",
    type=click.Choice(ORDER_TYPES, case_sensitive=False),
    default="MARKET",
    show_default=True,
    help="How it is priced; SL and SL-M are stop-limit and stop-market.",
)
@click.option("--price", help="Limit price in rupees.")
@click.option("--trigger", help="Trigger price of a stop order in rupees.")
@click.option(
    "--tif",
    type=click.Choice(TIMES_IN_FORCE, case_sensitive=False),
    default="DAY",
    show_default=True,
    help="How long it lives.",
)
@click.option("--disclosed", type=int, default=0, help="Units to show in the market; all by default.")
@exchange_option
@client_option
@key_option
@dry_run_option
@common_options
@pass_running
def place(
    running: Running,
    *,
    symbol: str,
    side: str,
    quantity: int,
    product: str,
    order_type: str,
    price: str | None,
    trigger: str | None,
    tif: str,
    disclosed: int,
    exchange: str | None,
    client: str | None,
    key: str | None,
    dry_run: bool,
) -> None:
    """
    Place an order for SYMBOL, such as NSE:RELIANCE.

    A quantity above the exchange's freeze quantity goes as several orders. What became of it is looked up once the
    venue has it; an order that rests in the market stays there.

    Example: jainam order place NSE:RELIANCE --side BUY --quantity 10 --product MIS --client CL001
    """
    from jainam.adapters.cli.documents import (  # noqa: PLC0415  # help comes without a desk
        order_document,
        orders_table,
        request_document,
        requests_table,
    )
    from jainam.adapters.cli.exit_codes import of_submission  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    instrument = find_instrument(running.desk, symbol, exchange)
    whom = running.client(client)
    if dry_run:
        children = whom.check_order(
            instrument,
            side=side,
            quantity=quantity,
            product=product,
            order_type=order_type,
            limit_price=price,
            stop_price=trigger,
            time_in_force=tif,
            disclosed_qty=disclosed,
        )
        planned = {"dry_run": True, "client": whom.who(), "orders": [request_document(one) for one in children]}
        running.show(Report(planned, requests_table(children), ("dry run: nothing was sent",)))
        return
    running.has_sent = True
    submission = whom.place_order(
        instrument,
        side=side,
        quantity=quantity,
        product=product,
        order_type=order_type,
        limit_price=price,
        stop_price=trigger,
        time_in_force=tif,
        disclosed_qty=disclosed,
        key=key,
    )
    rows, notes = _look(running, whom, submission)
    orders = _advanced(running, submission.orders, rows)
    if submission.error is not None:
        notes += (f"not all of it was sent: {submission.error.message}",)
    document: dict[str, object] = {"dry_run": False, "orders": [order_document(one) for one in orders], "notes": notes}
    running.show(Report(document, orders_table(orders), notes, of_submission(submission, rows)))


def _look(
    running: Running, client: "Client", submission: "Submission"
) -> tuple[tuple["OrderRow", ...], tuple[str, ...]]:
    """Return the rows of placed orders, looking a few times until the exchange has answered, and what went wrong."""
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # as above
    from jainam.domain.orders import OrderStatus  # noqa: PLC0415  # as above

    wanted = {one.app_order_id for one in submission.accepted}
    rows: tuple[OrderRow, ...] = ()
    for pause_s in _LOOKS_AFTER_S:
        running.desk.parts.clock.sleep(pause_s)
        try:
            rows = tuple(row for row in client.orders() if row.app_order_id in wanted)
        except JainamError as error:
            return rows, (f"placed, but the order book could not be read: {error.message}",)
        if len(rows) == len(wanted) and not any(row.status is OrderStatus.PENDING_NEW for row in rows):
            break
    reasons = tuple(dict.fromkeys(f"the venue says: {row.reason}" for row in rows if row.reason))
    return rows, reasons


def _advanced(running: Running, orders: Sequence["Order"], rows: Sequence["OrderRow"]) -> list["Order"]:
    """Return orders with what their rows in the book add."""
    from jainam.domain.order_states import advance  # noqa: PLC0415  # as above

    now = running.desk.parts.clock.now()
    by_number = {row.app_order_id: row for row in rows}
    return [advance(one, by_number[one.app_order_id], now) if one.app_order_id in by_number else one for one in orders]


@order.command()
@click.argument("app_order_id", metavar="ID")
@click.option("--quantity", type=int, help="The new total in units, what is executed included.")
@click.option("--price", help="New limit price.")
@click.option("--trigger", help="New trigger price.")
@click.option("--type", "order_type", type=click.Choice(ORDER_TYPES, case_sensitive=False), help="New order type.")
@click.option("--product", type=click.Choice(PRODUCTS, case_sensitive=False), help="New product.")
@click.option("--tif", type=click.Choice(TIMES_IN_FORCE, case_sensitive=False), help="New time in force.")
@click.option("--disclosed", type=int, help="New disclosed quantity.")
@client_option
@common_options
@pass_running
def modify(
    running: Running,
    *,
    app_order_id: str,
    quantity: int | None,
    price: str | None,
    trigger: str | None,
    order_type: str | None,
    product: str | None,
    tif: str | None,
    disclosed: int | None,
    client: str | None,
) -> None:
    """
    Change the terms of the live order ID; what is left out stays as it is.

    Example: jainam order modify 110032700000017 --price 1398.50
    """
    changes = (quantity, price, trigger, order_type, product, tif, disclosed)
    if all(change is None for change in changes):
        raise click.UsageError("say what to change: --quantity, --price, --trigger, --type, --product, --tif")
    whom = _holder(running, app_order_id, client)
    running.has_sent = True
    row = whom.modify_order(
        app_order_id,
        quantity=quantity,
        limit_price=price,
        stop_price=trigger,
        order_type=order_type,
        product=product,
        time_in_force=tif,
        disclosed_qty=disclosed,
    )
    _show_rows(running, [row], "Order", ())


@order.command()
@click.argument("app_order_id", metavar="ID")
@client_option
@common_options
@pass_running
def cancel(running: Running, *, app_order_id: str, client: str | None) -> None:
    """
    Cancel the order ID and wait, bounded, until the book shows it as over.

    Example: jainam order cancel 110032700000017
    """
    whom = _holder(running, app_order_id, client)
    running.has_sent = True
    _show_cancels(running, (whom.cancel_order(app_order_id),))


@order.command("cancel-all")
@click.option("--symbol", help="In this instrument only, such as NSE:RELIANCE.")
@exchange_option
@scope_options
@yes_option
@common_options
@pass_running
def cancel_all(
    running: Running, *, symbol: str | None, exchange: str | None, client: str | None, all_clients: bool, yes: bool
) -> None:
    """
    Cancel every working order and say what became of each.

    Example: jainam order cancel-all --client CL001 --yes
    """
    check_scope(client, all_clients=all_clients)
    check_answerable(running, yes=yes)
    instrument = None if symbol is None else find_instrument(running.desk, symbol, exchange)
    account = running.account
    whom = None if all_clients else account.client(client)
    if not yes:
        rows = account.orders() if whom is None else whom.orders()
        working = [row for row in rows if not row.is_terminal]
        if working:
            confirm(running, f"Cancel up to {len(working)} working orders?", yes=yes)
    running.has_sent = True
    cancels = account.cancel_all(instrument) if whom is None else whom.cancel_all(instrument)
    _show_cancels(running, cancels)


@order.command("list")
@client_option
@common_options
@pass_running
def list_(running: Running, client: str | None) -> None:
    """
    List today's orders, latest state: everyone's, or one client's.

    Example: jainam order list --client CL001
    """
    account = running.account
    rows = account.orders() if client is None else account.client(client).orders()
    _show_rows(running, rows, "Orders", ())


@order.command()
@click.argument("app_order_id", metavar="ID")
@client_option
@common_options
@pass_running
def history(running: Running, app_order_id: str, client: str | None) -> None:
    """
    List the states that the order ID went through, oldest first.

    Example: jainam order history 110032700000017
    """
    rows = _holder(running, app_order_id, client).order_history(app_order_id)
    _show_rows(running, rows, f"History of order {app_order_id}", ())


@click.command()
@client_option
@common_options
@pass_running
def trades(running: Running, client: str | None) -> None:
    """
    List today's fills: everyone's, or one client's.

    Example: jainam trades --client CL001
    """
    from jainam.adapters.cli.documents import trade_document, trades_table  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    account = running.account
    rows = account.trades() if client is None else account.client(client).trades()
    document = {"trades": [trade_document(running.desk, one) for one in rows]}
    running.show(Report(document, trades_table(running.desk, rows)))


def _holder(running: Running, app_order_id: str, client: str | None) -> "Client":
    """
    Return whose order this is: the client that was named, else the one that the book names.

    Raises:
        UnknownOrder: The book has no such order.
    """
    from jainam.domain.accounts import AccountKind  # noqa: PLC0415  # as above
    from jainam.domain.errors import UnknownOrder  # noqa: PLC0415  # as above
    from jainam.domain.orders import find_order  # noqa: PLC0415  # as above

    account = running.account
    if client is not None or account.id.kind is not AccountKind.NORMAL:
        return account.client(client)
    row = find_order(account.orders(), app_order_id)
    if row is None:
        raise UnknownOrder(f"the order book of {account.id} has no order {app_order_id}", hint="see: jainam order list")
    return account.client(row.client)


def _show_rows(running: Running, rows: Sequence["OrderRow"], title: str, lines: tuple[str, ...]) -> None:
    from jainam.adapters.cli.documents import book_table, row_document  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    document = {"orders": [row_document(running.desk, row) for row in rows]}
    running.show(Report(document, book_table(running.desk, rows, title), lines))


def _show_cancels(running: Running, cancels: Sequence["Cancelled"]) -> None:
    from jainam.adapters.cli.documents import book_table, cancelled_document  # noqa: PLC0415  # as above
    from jainam.adapters.cli.exit_codes import of_cancels  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above

    working = [one for one in cancels if not one.is_over]
    lines = [
        f"order {one.row.app_order_id} still works" + (f": {one.error.message}" if one.error is not None else "")
        for one in working
    ]
    lines.append(f"{len(cancels) - len(working)} of {len(cancels)} orders are over" if cancels else "no order works")
    document = {
        "cancelled": [cancelled_document(running.desk, one) for one in cancels],
        "still_working": [one.row.app_order_id for one in working],
    }
    table = book_table(running.desk, [one.row for one in cancels], "Cancelled orders")
    running.show(Report(document, table if cancels else None, tuple(lines), of_cancels(cancels)))
