"""The domain's values as JSON documents, and as the rows of tables. Times, money and words are left to the writer."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from jainam.adapters.cli.reports import Column, Table
from jainam.application.cancel_order import Cancelled
from jainam.desk import Desk
from jainam.domain.closing import CloseResult, ClosingMark, PositionClose
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.intents import Order
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderRequest, OrderRow, Trade
from jainam.domain.portfolio import Funds, Holding, Position, Profile
from jainam.domain.sessions import SessionState
from jainam.domain.smart_orders import SmartOrderPlan, SmartOrderResult

Document = dict[str, object]


def symbol_of(desk: Desk, one: OrderRow | Trade | Position) -> str:
    """Return the symbol of what a row is about, else the venue's own word for it."""
    found = desk.instrument_of(one.exchange, one.instrument_id)
    return found.symbol if found is not None else one.venue_symbol or str(one.instrument_id)


def full_symbol_of(desk: Desk, one: OrderRow | Trade | Position) -> str:
    """Return the symbol with its exchange, as commands take it."""
    return f"{one.exchange.value if one.exchange else '?'}:{symbol_of(desk, one)}"


# instruments


def instrument_document(one: Instrument) -> Document:
    """Return an instrument with the limits that an order in it must keep."""
    return {
        "exchange": one.exchange,
        "symbol": one.symbol,
        "instrument_id": one.instrument_id,
        "kind": one.kind,
        "name": one.name,
        "display_name": one.display_name,
        "series": one.series,
        "lot_size": one.lot_size,
        "tick_size": one.tick_size,
        "max_order_qty": one.rules.max_order_qty,
        "band_low": one.band.low if one.band else None,
        "band_high": one.band.high if one.band else None,
        "expiry": one.expiry,
        "strike": one.strike,
        "right": one.right,
        "isin": one.isin,
    }


def instruments_table(found: Iterable[Instrument]) -> Table:
    """Return instruments as a table."""
    columns = (
        Column("exchange"),
        Column("symbol", is_whole=True),
        Column("kind"),
        Column("expiry", is_whole=True),
        Column("lot_size", "lot", is_number=True),
        Column("tick_size", "tick", is_number=True, is_detail=True),
        Column("max_order_qty", "largest order", is_number=True),
        Column("instrument_id", is_detail=True),
    )
    rows = [
        (
            one.exchange,
            one.symbol,
            one.kind,
            one.expiry,
            one.lot_size,
            one.tick_size,
            one.rules.max_order_qty,
            str(one.instrument_id),
        )
        for one in found
    ]
    return Table("Instruments", columns, rows, "no symbol contains that text")


# orders


def order_document(one: Order) -> Document:
    """Return an order of ours as the journal knows it."""
    return {
        "client_order_id": one.client_order_id,
        "parent_id": one.parent_id,
        "app_order_id": one.app_order_id,
        "client": one.client,
        "exchange": one.exchange,
        "symbol": one.symbol,
        "side": one.side,
        "order_type": one.order_type,
        "product": one.product,
        "order_qty": one.order_qty,
        "cum_qty": one.cum_qty,
        "leaves_qty": one.leaves_qty,
        "limit_price": one.limit_price,
        "stop_price": one.stop_price,
        "avg_px": one.avg_px,
        "state": one.state,
        "status": one.status,
        "reason": one.reason,
        "sent_at": one.sent_at,
    }


def orders_table(orders: Iterable[Order], title: str = "Orders sent") -> Table:
    """Return orders of ours as a table."""
    columns = (
        Column("app_order_id", "order", is_whole=True),
        Column("client"),
        Column("symbol", is_whole=True),
        Column("side"),
        Column("order_qty", "asked", is_number=True),
        Column("cum_qty", "executed", is_number=True),
        Column("leaves_qty", "open", is_number=True),
        Column("avg_px", "average price", is_number=True),
        Column("status"),
        Column("reason"),
    )
    rows = [
        (
            one.app_order_id,
            one.client or "own",
            f"{one.exchange.value}:{one.symbol}",
            one.side,
            one.order_qty,
            one.cum_qty,
            one.leaves_qty,
            one.avg_px,
            one.status if one.status is not None else one.state,
            one.reason,
        )
        for one in orders
    ]
    return Table(title, columns, rows, "no order was sent")


def row_document(desk: Desk, one: OrderRow) -> Document:
    """Return one row of the venue's order book."""
    return {
        "app_order_id": one.app_order_id,
        "client_order_id": one.client_order_id,
        "exchange_order_id": one.exchange_order_id,
        "client": one.client,
        "exchange": one.exchange,
        "symbol": symbol_of(desk, one),
        "side": one.side,
        "order_type": one.order_type,
        "product": one.product,
        "time_in_force": one.time_in_force,
        "limit_price": one.limit_price,
        "stop_price": one.stop_price,
        "order_qty": one.order_qty,
        "cum_qty": one.cum_qty,
        "leaves_qty": one.leaves_qty,
        "disclosed_qty": one.disclosed_qty,
        "avg_px": one.avg_px,
        "status": one.status,
        "venue_status": one.venue_status,
        "reason": one.reason,
        "placed_at": one.placed_at,
        "updated_at": one.updated_at,
    }


def book_table(desk: Desk, rows: Iterable[OrderRow], title: str = "Orders") -> Table:
    """Return rows of the order book as a table."""
    columns = (
        Column("app_order_id", "order", is_whole=True),
        Column("placed_at", "placed", is_whole=True, is_detail=True),
        Column("client"),
        Column("symbol", is_whole=True),
        Column("side"),
        Column("order_type", "type", is_detail=True),
        Column("product"),
        Column("order_qty", "asked", is_number=True),
        Column("cum_qty", "executed", is_number=True),
        Column("leaves_qty", "open", is_number=True),
        Column("limit_price", "limit", is_number=True),
        Column("avg_px", "average", is_number=True),
        Column("status"),
        Column("reason"),
    )
    cells = [
        (
            one.app_order_id,
            one.placed_at,
            one.client or "own",
            full_symbol_of(desk, one),
            one.side,
            one.order_type,
            one.product,
            one.order_qty,
            one.cum_qty,
            one.leaves_qty,
            one.limit_price,
            one.avg_px,
            one.status,
            one.reason,
        )
        for one in rows
    ]
    return Table(title, columns, cells, "no orders today")


def requests_table(requests: Iterable[OrderRequest]) -> Table:
    """Return the orders that would be sent."""
    columns = (
        Column("symbol", is_whole=True),
        Column("side"),
        Column("quantity", is_number=True),
        Column("product"),
        Column("order_type", "type", is_detail=True),
        Column("limit_price", "limit", is_number=True),
        Column("stop_price", "trigger", is_number=True),
    )
    rows = [
        (str(one.instrument), one.side, one.quantity, one.product, one.order_type, one.limit_price, one.stop_price)
        for one in requests
    ]
    return Table("Would be sent", columns, rows)


def request_document(one: OrderRequest) -> Document:
    """Return an order that would be sent."""
    return {
        "exchange": one.instrument.exchange,
        "symbol": one.instrument.symbol,
        "side": one.side,
        "quantity": one.quantity,
        "product": one.product,
        "order_type": one.order_type,
        "limit_price": one.limit_price,
        "stop_price": one.stop_price,
        "time_in_force": one.time_in_force,
        "disclosed_qty": one.disclosed_qty,
    }


def trade_document(desk: Desk, one: Trade) -> Document:
    """Return one fill."""
    return {
        "traded_at": one.traded_at,
        "exec_id": one.exec_id,
        "app_order_id": one.app_order_id,
        "client_order_id": one.client_order_id,
        "client": one.client,
        "exchange": one.exchange,
        "symbol": symbol_of(desk, one),
        "side": one.side,
        "product": one.product,
        "last_qty": one.last_qty,
        "last_px": one.last_px,
    }


def trades_table(desk: Desk, trades: Iterable[Trade]) -> Table:
    """Return fills as a table."""
    columns = (
        Column("traded_at", "time", is_whole=True),
        Column("client"),
        Column("symbol", is_whole=True),
        Column("side"),
        Column("last_qty", "quantity", is_number=True),
        Column("last_px", "price", is_number=True),
        Column("product"),
        Column("app_order_id", "order", is_whole=True),
        Column("exec_id", "fill", is_detail=True),
    )
    rows = [
        (
            one.traded_at,
            one.client or "own",
            full_symbol_of(desk, one),
            one.side,
            one.last_qty,
            one.last_px,
            one.product,
            one.app_order_id,
            one.exec_id,
        )
        for one in trades
    ]
    return Table("Trades", columns, rows, "no trades today")


def cancelled_document(desk: Desk, one: Cancelled) -> Document:
    """Return what became of a cancel."""
    error = None if one.error is None else {"code": one.error.code, "message": one.error.message}
    return {"is_over": one.is_over, "order": row_document(desk, one.row), "error": error}


# smart orders and close-all


def plan_document(plan: SmartOrderPlan) -> Document:
    """Return what a smart order does, or would do."""
    return {
        "target": plan.target,
        "net": plan.net,
        "working_qty": plan.working_qty,
        "delta": plan.delta,
        "cancels": [one.app_order_id for one in plan.cancels],
        "legs": [{"side": leg.side, "quantity": leg.quantity} for leg in plan.legs],
        "others": [one.app_order_id for one in plan.others],
    }


def smart_document(result: SmartOrderResult) -> Document:
    """Return what a smart order did."""
    return {
        "outcome": result.outcome,
        "plan": plan_document(result.plan),
        "order_qty": result.order_qty,
        "sent_qty": result.sent_qty,
        "cum_qty": result.cum_qty,
        "leaves_qty": result.leaves_qty,
        "final_net": result.final_net,
        "drift": result.drift,
        "orders": [order_document(one) for one in result.orders],
        "notes": result.notes,
    }


def close_document(desk: Desk, result: CloseResult) -> Document:
    """Return what a close-all did."""
    return {
        "scope": str(result.scope),
        "dry_run": result.dry_run,
        "is_flat": result.is_flat,
        "positions": [_position_close_document(one) for one in result.positions],
        "unsettled": [order_document(one) for one in result.unsettled],
        "foreign": [row_document(desk, one) for one in result.foreign],
        "beyond": [position_document(desk, one) for one in result.beyond],
        "abandoned": [mark_document(one) for one in result.abandoned],
    }


def _position_close_document(one: PositionClose) -> Document:
    return {
        "client": one.key.client,
        "exchange": one.key.exchange,
        "symbol": one.symbol,
        "product": one.key.product,
        "net_before": one.net_before,
        "net_after": one.net_after,
        "outcome": one.outcome,
        "plan": None if one.plan is None else plan_document(one.plan),
        "cancelled": one.cancelled,
        "orders": [order_document(order) for order in one.orders],
        "message": one.message,
    }


def closes_table(result: CloseResult, title: str) -> Table:
    """Return the positions of a close-all."""
    columns = (
        Column("client"),
        Column("symbol", is_whole=True),
        Column("product"),
        Column("net_before", "before", is_number=True),
        Column("net_after", "after", is_number=True),
        Column("outcome"),
        Column("sends"),
        Column("cancels"),
        Column("message"),
    )
    rows = [
        (
            one.key.client or "own",
            f"{one.key.exchange.value}:{one.symbol}",
            one.key.product,
            one.net_before,
            one.net_after,
            one.outcome,
            tuple(f"{leg.side.value} {leg.quantity}" for leg in one.plan.legs) if one.plan else (),
            one.cancelled,
            one.message,
        )
        for one in result.positions
    ]
    return Table(title, columns, rows, "no open position and no working order")


def mark_document(one: ClosingMark, *, is_alive: bool | None = None) -> Document:
    """Return one run of close-all as its mark tells it."""
    told: Document = {
        "run_id": one.run_id,
        "scope": str(one.scope),
        "pid": one.process.pid,
        "started_at": one.started_at,
    }
    return told if is_alive is None else {**told, "is_alive": is_alive}


# portfolio


def profit_of(one: Position) -> Decimal | None:
    """Return realised plus unrealised; unknown where either is."""
    return None if one.realised is None or one.unrealised is None else one.realised + one.unrealised


def position_document(desk: Desk, one: Position) -> Document:
    """Return one position."""
    return {
        "client": one.client,
        "exchange": one.exchange,
        "symbol": symbol_of(desk, one),
        "product": one.product,
        "net_qty": one.net_qty,
        "buy_qty": one.buy_qty,
        "sell_qty": one.sell_qty,
        "buy_avg_px": one.buy_avg_px,
        "sell_avg_px": one.sell_avg_px,
        "buy_amount": one.buy_amount,
        "sell_amount": one.sell_amount,
        "realised": one.realised,
        "unrealised": one.unrealised,
        "profit": profit_of(one),
        "multiplier": one.multiplier,
    }


def positions_table(desk: Desk, rows: Iterable[Position], title: str) -> Table:
    """Return positions as a table, by client."""
    columns = (
        Column("client"),
        Column("symbol", is_whole=True),
        Column("product"),
        Column("net_qty", "net", is_number=True),
        Column("buy_avg_px", "bought at", is_number=True),
        Column("sell_avg_px", "sold at", is_number=True),
        Column("realised", is_number=True, is_detail=True),
        Column("unrealised", is_number=True, is_detail=True),
        Column("profit", is_number=True),
    )
    cells = [
        (
            one.client or "own",
            full_symbol_of(desk, one),
            one.product,
            one.net_qty,
            one.buy_avg_px,
            one.sell_avg_px,
            one.realised,
            one.unrealised,
            profit_of(one),
        )
        for one in sorted(rows, key=lambda one: (one.client or "", one.venue_symbol))
    ]
    return Table(title, columns, cells, "no positions today")


def holding_document(desk: Desk, one: Holding) -> Document:
    """Return shares held."""
    return {
        "client": one.client,
        "symbol": holding_symbol(desk, one),
        "isin": one.isin,
        "quantity": one.quantity,
        "used_qty": one.used_qty,
        "collateral_qty": one.collateral_qty,
        "buy_avg_px": one.buy_avg_px,
    }


def holding_symbol(desk: Desk, one: Holding) -> str:
    """Return the symbol under which held shares trade, their ISIN where the master knows neither number."""
    for exchange, number in ((Exchange.NSE, one.nse_instrument_id), (Exchange.BSE, one.bse_instrument_id)):
        found = None if number is None else desk.instrument_of(exchange, number)
        if found is not None:
            return str(found)
    return one.isin


def funds_document(one: Funds) -> Document:
    """Return one balance line."""
    return {
        "client": one.client,
        "header": one.header,
        "is_total": one.is_total,
        "cash_available": one.cash_available,
        "collateral": one.collateral,
        "margin_used": one.margin_used,
        "margin_available": one.margin_available,
        "realised": one.realised,
        "unrealised": one.unrealised,
    }


def profile_document(one: Profile) -> Document:
    """Return who a client is."""
    return {"account": str(one.account), "client": one.client, "name": one.name, "exchanges": one.exchanges}


# the desk


def session_document(one: SessionState, now: datetime) -> Document:
    """Return one side's session; there is no token in it."""
    attempts = one.attempts
    return {
        "account": str(one.account),
        "side": one.side,
        "state": one.word(now),
        "user_id": one.user_id or None,
        "clients": one.client_codes,
        "expires_at": one.expires_at,
        "updated_at": one.updated_at,
        "logged_out_at": one.logged_out_at,
        "failed_at": attempts.failed_at,
        "failure": attempts.failure or None,
        "stopped_at": attempts.stopped_at,
    }


def sessions_table(states: Iterable[SessionState], now: datetime) -> Table:
    """Return sessions as a table."""
    columns = (
        Column("account"),
        Column("side"),
        Column("state"),
        Column("user_id", "user"),
        Column("clients"),
        Column("expires_at", "expires (IST)", is_whole=True),
        Column("failure"),
    )
    rows = [
        (
            str(one.account),
            one.side,
            one.word(now),
            one.user_id,
            one.client_codes,
            one.expires_at,
            one.attempts.failure,
        )
        for one in states
    ]
    return Table("Sessions", columns, rows, "no session was ever stored")


def switch_document(switch: KillSwitch) -> Document:
    """Return the kill switch."""
    return {"is_on": switch.is_on, "reason": switch.reason, "changed_at": switch.changed_at}
