"""
jainam: trade safely on Symphony XTS, the broker API of Jainam Prop.

Every order intent has exactly one effect, every position is known, nothing is lost when anything dies. Open a desk
with `open_desk`; it gives accounts, and accounts give clients, which act.
"""

from importlib import import_module

TYPE_CHECKING = False  # checkers know the name; importing `typing` for it would be three quarters of this import's time

if TYPE_CHECKING:
    from jainam.application.submit_order import Submission
    from jainam.desk import Account, Client, Desk, open_desk
    from jainam.domain.accounts import AccountId, AccountKind
    from jainam.domain.closing import CloseOutcome, CloseResult
    from jainam.domain.errors import (
        AnswerLost,
        BrokerError,
        BrokerRefused,
        BrokerUnavailable,
        ClientNotMapped,
        ClientRequired,
        ConfigurationError,
        Effect,
        JainamError,
        KeyBusy,
        KeyReused,
        KeyUnsettled,
        LimitExceeded,
        NotLoggedIn,
        OrderDenied,
        OutcomeInDoubt,
        PluginError,
        SessionRefused,
        StoreError,
        UnknownInstrument,
        UnknownOrder,
        Violation,
    )
    from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, InstrumentRules
    from jainam.domain.intents import IntentState, Order
    from jainam.domain.kill_switch import KillSwitch
    from jainam.domain.orders import OrderRow, OrderSide, OrderStatus, OrderType, Product, TimeInForce, Trade
    from jainam.domain.portfolio import Funds, Holding, Position, PositionView, Profile
    from jainam.domain.smart_orders import (
        Leg,
        OtherOrders,
        SmartOrderPlan,
        SmartOrderResult,
        SmartOutcome,
        Wait,
        plan_smart_order,
    )
    from jainam.hookspecs import hookimpl

_HOMES = {
    "jainam.application.submit_order": ("Submission",),
    "jainam.desk": ("Account", "Client", "Desk", "open_desk"),
    "jainam.domain.accounts": ("AccountId", "AccountKind"),
    "jainam.domain.closing": ("CloseOutcome", "CloseResult"),
    "jainam.domain.errors": (
        "AnswerLost",
        "BrokerError",
        "BrokerRefused",
        "BrokerUnavailable",
        "ClientNotMapped",
        "ClientRequired",
        "ConfigurationError",
        "Effect",
        "JainamError",
        "KeyBusy",
        "KeyReused",
        "KeyUnsettled",
        "LimitExceeded",
        "NotLoggedIn",
        "OrderDenied",
        "OutcomeInDoubt",
        "PluginError",
        "SessionRefused",
        "StoreError",
        "UnknownInstrument",
        "UnknownOrder",
        "Violation",
    ),
    "jainam.domain.instruments": ("Exchange", "Instrument", "InstrumentKind", "InstrumentRules"),
    "jainam.domain.intents": ("IntentState", "Order"),
    "jainam.domain.kill_switch": ("KillSwitch",),
    "jainam.domain.orders": (
        "OrderRow",
        "OrderSide",
        "OrderStatus",
        "OrderType",
        "Product",
        "TimeInForce",
        "Trade",
    ),
    "jainam.domain.portfolio": ("Funds", "Holding", "Position", "PositionView", "Profile"),
    "jainam.domain.smart_orders": (
        "Leg",
        "OtherOrders",
        "SmartOrderPlan",
        "SmartOrderResult",
        "SmartOutcome",
        "Wait",
        "plan_smart_order",
    ),
    "jainam.hookspecs": ("hookimpl",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Account",
    "AccountId",
    "AccountKind",
    "AnswerLost",
    "BrokerError",
    "BrokerRefused",
    "BrokerUnavailable",
    "Client",
    "ClientNotMapped",
    "ClientRequired",
    "CloseOutcome",
    "CloseResult",
    "ConfigurationError",
    "Desk",
    "Effect",
    "Exchange",
    "Funds",
    "Holding",
    "Instrument",
    "InstrumentKind",
    "InstrumentRules",
    "IntentState",
    "JainamError",
    "KeyBusy",
    "KeyReused",
    "KeyUnsettled",
    "KillSwitch",
    "Leg",
    "LimitExceeded",
    "NotLoggedIn",
    "Order",
    "OrderDenied",
    "OrderRow",
    "OrderSide",
    "OrderStatus",
    "OrderType",
    "OtherOrders",
    "OutcomeInDoubt",
    "PluginError",
    "Position",
    "PositionView",
    "Product",
    "Profile",
    "SessionRefused",
    "SmartOrderPlan",
    "SmartOrderResult",
    "SmartOutcome",
    "StoreError",
    "Submission",
    "TimeInForce",
    "Trade",
    "UnknownInstrument",
    "UnknownOrder",
    "Violation",
    "Wait",
    "hookimpl",
    "open_desk",
    "plan_smart_order",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that importing the package stays cheap."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
