"""Domain values for tests: everything has a plain default, a test names what it is about."""

from datetime import UTC, date, datetime
from decimal import Decimal

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, InstrumentRules, PriceBand
from jainam.domain.intents import IntentState, Order, ProcessMark
from jainam.domain.orders import (
    OrderRequest,
    OrderRow,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionKey,
    Product,
    Purpose,
    TimeInForce,
)
from jainam.domain.portfolio import Position

NORMAL = AccountId("xts", "B", AccountKind.NORMAL)
PRO = AccountId("xts", "B", AccountKind.PRO)
INVESTOR = AccountId("xts", "B", AccountKind.INVESTOR)
NOW = datetime(2026, 9, 15, 5, 0, tzinfo=UTC)
DAY = date(2026, 9, 15)
ME = ProcessMark(4711, 99)
KEY = PositionKey(NORMAL, "CL001", Exchange.NFO, 57350, Product.MIS)


def instrument(**given: object) -> Instrument:
    values: dict[str, object] = {
        "exchange": Exchange.NFO,
        "instrument_id": 57350,
        "symbol": "NIFTY22SEP2624250CE",
        "kind": InstrumentKind.OPTION,
        "name": "NIFTY",
        "venue_symbol": "NIFTY2692224250CE",
        "display_name": "NIFTY 22SEP2026 CE 24250",
        "series": "OPTIDX",
        "lot_size": 65,
        "tick_size": Decimal("0.05"),
        "freeze_qty": 1801,
        "band": PriceBand(Decimal("0.05"), Decimal("396.40")),
        "multiplier": Decimal(1),
        **given,
    }
    return Instrument(**values)  # type: ignore[arg-type]


def rules(lot: int = 1, largest: int | None = None) -> InstrumentRules:
    return InstrumentRules(lot, Decimal("0.05"), largest, None)


def request(**given: object) -> OrderRequest:
    values: dict[str, object] = {
        "instrument": instrument(),
        "side": OrderSide.BUY,
        "quantity": 65,
        "product": Product.MIS,
        **given,
    }
    return OrderRequest(**values)  # type: ignore[arg-type]


def order(**given: object) -> Order:
    values: dict[str, object] = {
        "client_order_id": "jmabc00000000001",
        "parent_id": "jmabc00000000001",
        "child": 0,
        "account": NORMAL,
        "client": "CL001",
        "exchange": Exchange.NFO,
        "instrument_id": 57350,
        "symbol": "NIFTY22SEP2624250CE",
        "side": OrderSide.BUY,
        "order_qty": 65,
        "product": Product.MIS,
        "order_type": OrderType.MARKET,
        "limit_price": None,
        "stop_price": None,
        "time_in_force": TimeInForce.DAY,
        "disclosed_qty": 0,
        "purpose": Purpose.PLAIN,
        "epoch": 0,
        "trading_day": DAY,
        "recorded_at": NOW,
        "sender": ME,
        **given,
    }
    return Order(**values)  # type: ignore[arg-type]


def live_order(quantity: int, *, name: str = "1", done: int = 0, **given: object) -> Order:
    """A placed order of a signed quantity that still works."""
    return order(
        client_order_id=f"jmabc{name:0>11}",
        app_order_id=f"90{name}",
        side=OrderSide.BUY if quantity > 0 else OrderSide.SELL,
        order_qty=abs(quantity),
        cum_qty=done,
        state=IntentState.PLACED,
        status=OrderStatus.PARTIALLY_FILLED if done else OrderStatus.NEW,
        **{"purpose": Purpose.SMART, **given},
    )


def row(**given: object) -> OrderRow:
    values: dict[str, object] = {
        "account": NORMAL,
        "client": "CL001",
        "app_order_id": "901",
        "client_order_id": "jmabc00000000001",
        "exchange_order_id": "13",
        "exchange": Exchange.NFO,
        "instrument_id": 57350,
        "venue_symbol": "NIFTY 22SEP2026 CE 24250",
        "side": OrderSide.BUY,
        "order_type": OrderType.MARKET,
        "product": Product.MIS,
        "time_in_force": TimeInForce.DAY,
        "limit_price": None,
        "stop_price": None,
        "order_qty": 65,
        "cum_qty": 0,
        "leaves_qty": 65,
        "disclosed_qty": 0,
        "avg_px": None,
        "status": OrderStatus.NEW,
        "venue_status": "New",
        "reason": "",
        "placed_at": NOW,
        "updated_at": NOW,
        **given,
    }
    return OrderRow(**values)  # type: ignore[arg-type]


def position(net: int, **given: object) -> Position:
    values: dict[str, object] = {
        "account": NORMAL,
        "client": "CL001",
        "exchange": Exchange.NFO,
        "instrument_id": 57350,
        "venue_symbol": "NIFTY 22SEP2026 CE 24250",
        "product": Product.MIS,
        "net_qty": net,
        "buy_qty": None,
        "sell_qty": None,
        "buy_avg_px": None,
        "sell_avg_px": None,
        "buy_amount": None,
        "sell_amount": None,
        "realised": None,
        "unrealised": None,
        "multiplier": None,
        **given,
    }
    return Position(**values)  # type: ignore[arg-type]
