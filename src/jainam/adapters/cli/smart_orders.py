"""`jainam smart-order`."""

from typing import TYPE_CHECKING

import click

from jainam.adapters.cli.options import (
    PRODUCTS,
    TIMES_IN_FORCE,
    client_option,
    common_options,
    dry_run_option,
    exchange_option,
    find_instrument,
    key_option,
    pass_running,
)
from jainam.adapters.cli.running import Running

if TYPE_CHECKING:
    from jainam.adapters.cli.reports import Table
    from jainam.domain.instruments import Instrument
    from jainam.domain.smart_orders import SmartOrderPlan, SmartOrderResult

PRICED = ("MARKET", "LIMIT")
OTHER_ORDERS = ("report", "refuse", "cancel")
WAITS = ("done", "accepted")


@click.command("smart-order")
@click.argument("symbol")
@click.option("--target", required=True, type=int, help="Wanted net position in units; negative is short.")
@click.option(
    "--product", required=True, type=click.Choice(PRODUCTS, case_sensitive=False), help="How the position is held."
)
@click.option(
    "--type",
    "order_type",
    type=click.Choice(PRICED, case_sensitive=False),
    default="MARKET",
    show_default=True,
    help="How its orders are priced.",
)
@click.option("--price", help="Limit price in rupees.")
@click.option(
    "--tif",
    type=click.Choice(TIMES_IN_FORCE, case_sensitive=False),
    default="DAY",
    show_default=True,
    help="How long its orders live.",
)
@click.option(
    "--other-orders",
    type=click.Choice(OTHER_ORDERS, case_sensitive=False),
    default="report",
    show_default=True,
    help="What to do about live orders of other kinds on the same position.",
)
@click.option(
    "--wait",
    type=click.Choice(WAITS, case_sensitive=False),
    default="done",
    show_default=True,
    help="Until the position is there, or until the venue has the orders.",
)
@exchange_option
@client_option
@key_option
@dry_run_option
@common_options
@pass_running
def smart_order(
    running: Running,
    *,
    symbol: str,
    target: int,
    product: str,
    order_type: str,
    price: str | None,
    tif: str,
    other_orders: str,
    wait: str,
    exchange: str | None,
    client: str | None,
    key: str | None,
    dry_run: bool,
) -> None:
    """
    Bring the position in SYMBOL to a target, whatever it is now.

    It reads the position, cancels what no longer fits, and sends exactly the difference. Asking again for the same
    target sends nothing.

    Example: jainam smart-order RELIANCE --exchange NSE --product MIS --target -100 --client CL001
    """
    from jainam.adapters.cli.documents import (  # noqa: PLC0415  # help comes without a desk
        orders_table,
        plan_document,
        smart_document,
    )
    from jainam.adapters.cli.exit_codes import of_smart_order  # noqa: PLC0415  # as above
    from jainam.adapters.cli.reports import Report  # noqa: PLC0415  # as above
    from jainam.domain.smart_orders import SmartOutcome, Wait  # noqa: PLC0415  # as above

    instrument = find_instrument(running.desk, symbol, exchange)
    whom = running.client(client)
    if dry_run:
        plan = whom.plan_smart_order(
            instrument,
            target=target,
            product=product,
            order_type=order_type,
            limit_price=price,
            time_in_force=tif,
            other_orders=other_orders,
        )
        document = {"outcome": SmartOutcome.PLANNED, "symbol": str(instrument), "plan": plan_document(plan)}
        lines = (*plan_lines(instrument, plan), "dry run: nothing was sent")
        running.show(Report(document, legs_table(instrument, plan), lines))
        return
    running.has_sent = True
    result = whom.place_smart_order(
        instrument,
        target=target,
        product=product,
        order_type=order_type,
        limit_price=price,
        time_in_force=tif,
        other_orders=other_orders,
        wait=wait,
        key=key,
    )
    document = {"symbol": str(instrument), **smart_document(result)}
    lines = result_lines(instrument, result)
    code = of_smart_order(result, Wait[wait.upper()])
    running.show(Report(document, orders_table(result.orders), lines, code))


def plan_lines(instrument: "Instrument", plan: "SmartOrderPlan") -> tuple[str, ...]:
    """Return a plan as a person reads it."""
    base = f"{instrument}: position {plan.net:,}"
    if plan.working_qty:
        base += f", {plan.working_qty:+,} still working"
    base += f", target {plan.target:,}"
    if plan.cancels:
        numbers = ", ".join(str(one.app_order_id) for one in plan.cancels)
        return (f"{base}: cancels first {numbers}, then plans anew",)
    if not plan.legs:
        return (f"{base}: nothing to send",)
    legs = " + ".join(f"{leg.side.value} {leg.quantity:,}" for leg in plan.legs)
    return (f"{base}: sends {legs}",)


def result_lines(instrument: "Instrument", result: "SmartOrderResult") -> tuple[str, ...]:
    """Return how a smart order ended as a person reads it."""
    where = "unknown" if result.final_net is None else f"{result.final_net:,}"
    line = (
        f"{instrument}: {result.outcome.value}; target {result.plan.target:,}, position {where} "
        f"(asked {result.order_qty:,}, executed {result.cum_qty:,}, open {result.leaves_qty:,})"
    )
    return (line, *result.notes)


def legs_table(instrument: "Instrument", plan: "SmartOrderPlan") -> "Table":
    """Return the orders that a plan would send."""
    from jainam.adapters.cli.reports import Column, Table  # noqa: PLC0415  # as above

    columns = (Column("symbol"), Column("side"), Column("quantity", is_number=True))
    return Table("Would be sent", columns, [(str(instrument), leg.side, leg.quantity) for leg in plan.legs], "no order")
