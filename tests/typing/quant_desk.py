"""The public surface as a quant's program uses it: type-checked by mypy, never run."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import assert_never, assert_type

import jainam
from jainam import (
    Account,
    AccountId,
    AccountKind,
    Client,
    CloseOutcome,
    CloseResult,
    Desk,
    Effect,
    Exchange,
    Funds,
    Holding,
    Instrument,
    InstrumentRules,
    IntentState,
    JainamError,
    KillSwitch,
    Leg,
    Order,
    OrderRow,
    OrderSide,
    OrderStatus,
    OrderType,
    OtherOrders,
    Position,
    PositionView,
    Product,
    Profile,
    SmartOrderPlan,
    SmartOrderResult,
    SmartOutcome,
    Submission,
    TimeInForce,
    Trade,
    Violation,
    Wait,
    hookimpl,
    open_desk,
    plan_smart_order,
)
from jainam.hookspecs import RegisterBroker, RegisterCommand, RegisterPart, RegisterTokenRepository
from jainam.ports.broker import Broker, BrokerOptions, BrokerTools
from jainam.ports.parts import Part, PartOptions
from jainam.ports.token_repository import TokenRepository


def opens_desks() -> None:
    with open_desk() as desk:
        assert_type(desk, Desk)
    with jainam.open_desk(env_file=Path("desk.env"), broker="simulator", http_retries=2, disable_ssl=False) as other:
        assert_type(other.is_simulated, bool)
        assert_type(other.kill_switch(), KillSwitch)
        assert_type(other.set_kill_switch(on=True, reason="drill"), KillSwitch)
        assert_type(other.account("B/NORMAL"), Account)
        assert_type(other.account().id, AccountId)
        assert_type(other.account().id.kind, AccountKind)
        for value in other.config():
            assert_type(value.shown, str)
        for failure in other.status().plugin_failures:
            assert_type(failure.package, str)


def finds_instruments(desk: Desk) -> InstrumentRules:
    assert_type(desk.find_instruments("NIFTY", Exchange.NFO, limit=5), tuple[Instrument, ...])
    assert_type(desk.load_instruments(exchanges=[Exchange.NSE]).counts, dict[str, int])
    instrument = desk.instrument("NSE:RELIANCE")
    assert_type(instrument, Instrument)
    assert_type(instrument.rules, InstrumentRules)
    return instrument.rules


def places_orders(client: Client, instrument: Instrument) -> None:
    placed = client.place_order("NSE:RELIANCE", side="BUY", quantity=10, product="MIS")
    assert_type(placed, Submission)
    assert_type(placed.orders, tuple[Order, ...])
    assert_type(placed.orders[0].state, IntentState)
    for price in (Decimal("2950.5"), 2950, 2950.5, "2950.50"):
        client.place_order(
            instrument,
            side=OrderSide.SELL,
            quantity=10,
            product=Product.MIS,
            order_type=OrderType.LIMIT,
            limit_price=price,
            time_in_force=TimeInForce.IOC,
            key="webhook-4711",
        )
    row = client.modify_order("1100000001", quantity=5, limit_price=2951)
    assert_type(row, OrderRow)
    assert_type(row.status, OrderStatus)
    assert_type(client.orders(), tuple[OrderRow, ...])
    assert_type(client.order_history("1100000001"), tuple[OrderRow, ...])
    assert_type(client.trades(), tuple[Trade, ...])
    assert_type(client.cancel_order("1100000001").is_over, bool)


def brings_positions_to_targets(client: Client) -> int:
    plan = client.plan_smart_order("NSE:RELIANCE", target=100, product="MIS", other_orders=OtherOrders.REPORT)
    assert_type(plan, SmartOrderPlan)
    assert_type(plan.legs, tuple[Leg, ...])
    result = client.place_smart_order("NSE:RELIANCE", target=100, product="MIS", wait=Wait.DONE, key="webhook-4711")
    assert_type(result, SmartOrderResult)
    return 0 if result.outcome is SmartOutcome.DONE else 1


def plans_without_a_desk(rules: InstrumentRules) -> SmartOrderPlan:
    return plan_smart_order(100, -20, (), rules)


def closes(account: Account, client: Client) -> list[str]:
    assert_type(account.close_all(dry_run=True), CloseResult)
    result = client.close_all(cancel_working=True)
    assert_type(result.is_flat, bool)
    return [str(one) for one in result.positions if one.outcome is not CloseOutcome.FLAT]


def reads_the_portfolio(client: Client) -> Decimal:
    assert_type(client.positions(PositionView.DAY), tuple[Position, ...])
    assert_type(client.holdings(), tuple[Holding, ...])
    assert_type(client.funds(), tuple[Funds, ...])
    assert_type(client.profile(), Profile)
    return sum((one.realised for one in client.positions() if one.realised is not None), Decimal(0))


def decides_on_effects(client: Client) -> str:
    try:
        client.place_order("NSE:RELIANCE", side="BUY", quantity=1, product="MIS")
    except jainam.OrderDenied as denied:
        assert_type(denied.violations, tuple[Violation, ...])
        return "; ".join(one.message for one in denied.violations)
    except jainam.OutcomeInDoubt as doubt:
        assert_type(doubt.client_order_ids, tuple[str, ...])
        return "in doubt"
    except jainam.LimitExceeded as limit:
        assert_type(limit.retry_after_s, float)
        return "later"
    except jainam.BrokerError as error:
        return what_to_do(error.effect)
    except JainamError as error:
        assert_type(error.code, str)
        assert_type(error.hint, str)
        return error.message
    return "accepted"


def what_to_do(effect: Effect) -> str:
    match effect:
        case Effect.NONE:
            return "nothing happened"
        case Effect.POSSIBLE:
            return "look at the book"
        case other:
            assert_never(other)


def tells_of_sessions(account: Account, now: datetime) -> list[str]:
    account.log_in()
    return [state.word(now) for state in account.sessions()]


class Plugin:
    """Hook implementations as another team writes them."""

    @hookimpl
    def jainam_register_brokers(self, register: RegisterBroker) -> None:
        register("paper", self.broker, is_simulated=True)

    @hookimpl
    def jainam_register_token_repositories(self, register: RegisterTokenRepository) -> None:
        register("vault", self.tokens)

    @hookimpl
    def jainam_register_parts(self, register: RegisterPart) -> None:
        register(Part.TELEMETRY, "statsd", dict)

    @hookimpl
    def jainam_register_commands(self, register: RegisterCommand) -> None:
        register("vault", lambda: None)

    def broker(self, options: BrokerOptions, tools: BrokerTools) -> Broker:
        raise LookupError(options.base_url, tools.clock.now())

    def tokens(self, options: PartOptions) -> TokenRepository:
        raise LookupError(options.home)


def opens_a_desk_with_parts_of_its_own() -> Desk:
    return open_desk(plugins=[Plugin()], broker="paper", token_repository="vault")
