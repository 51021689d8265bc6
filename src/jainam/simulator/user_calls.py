"""The calls under /user, /status and /messages (xts-api.md, 3.6 and 5.3)."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from jainam.simulator.accounts import CASH, Kind
from jainam.simulator.answers import Answer, success
from jainam.simulator.calls import Call
from jainam.simulator.clock import IST_OFFSET_S
from jainam.simulator.exchange import Exchange
from jainam.simulator.instrument_terms import SEGMENT_IDS
from jainam.simulator.market import Market
from jainam.simulator.orders import PENNY, PRODUCTS, Side, rounded
from jainam.simulator.portfolio_calls import NOT_MAPPED
from jainam.simulator.rows import number
from jainam.simulator.session_calls import ENUMS
from jainam.simulator.validation import Parameters

# seconds from 1970 to 1980, the year from which XTS counts its stamps on the IST wall clock
_EPOCH_1980 = 315_532_800
_MOST_BROKERAGE_LINES = 200

_NO_MARGIN = [
    "CashMarginAvailable",
    "AdhocMargin",
    "NotinalCash",
    "PayInAmount",
    "PayOutAmount",
    "CNCSellBenifit",
    "DirectCollateral",
    "HoldingCollateral",
    "ClientBranchAdhoc",
    "SellOptionsPremium",
    "NetOptionPremium",
    "BuyOptionsPremium",
    "TotalBranchAdhoc",
]
_NAN_MARGIN = ("AdhocFOMargin", "AdhocCurrencyMargin", "AdhocCommodityMargin")
_UTILIZED = [
    "GrossExposureMarginPresent",
    "BuyExposureMarginPresent",
    "SellExposureMarginPresent",
    "VarELMarginPresent",
    "ScripBasketMarginPresent",
    "GrossExposureLimitPresent",
    "BuyExposureLimitPresent",
    "SellExposureLimitPresent",
    "CNCLimitUsed",
    "CNCAmountUsed",
    "MarginUsed",
    "LimitUsed",
    "TotalSpanMargin",
    "ExposureMarginPresent",
]
_ASSIGNED = [
    "CNCLimit",
    "TurnoverLimitPresent",
    "MTMLossLimitPresent",
    "BuyExposureLimit",
    "SellExposureLimit",
    "GrossExposureLimit",
    "GrossExposureDerivativesLimit",
    "BuyExposureFuturesLimit",
    "BuyExposureOptionsLimit",
    "SellExposureOptionsLimit",
    "SellExposureFuturesLimit",
    "AdhocOptionsBuy",
    "AdhocCashCNCMargin",
]


def _plain(value: Decimal) -> str:
    """Money as the balance prints it: no separators, no trailing zeros."""
    text = f"{rounded(value, PENNY) + 0:f}"
    return text.rstrip("0").rstrip(".")


class UserCalls:
    """Answers what concerns a login and its clients rather than orders."""

    def __init__(self, exchange: Exchange, market: Market) -> None:
        self._exchange = exchange
        self._market = market
        self.handlers: dict[str, Callable[[Call], Answer]] = {
            "user.profile": self._profile,
            "user.balance": self._balance,
            "user.enums": self._enums,
            "user.brokerage": self._brokerage,
            "status.exchange": self._status,
            "messages.exchange": self._messages,
        }

    def _profile(self, call: Call) -> Answer:
        client = call.client(call.query.get("clientID"), NOT_MAPPED)
        result = {
            "ClientId": client,
            "ClientName": f"SIMULATED {client}",
            "EmailId": f"{client.lower()}@example.com",
            "MobileNo": "9000000000",
            "PAN": "AAAAA0000A",
            "IncludeInAutoSquareoff": True,
            "IncludeInAutoSquareoffBlocked": False,
            "IsProClient": call.account.kind is Kind.PRO,
            "IsInvestorClient": call.account.kind is Kind.INVESTOR,
            "ResidentialAddress": "",
            "OfficeAddress": "",
            "ClientBankInfoList": [
                {
                    "ClientId": client,
                    "AccountNumber": "0000000000",
                    "AccountType": "Savings",
                    "BankName": "SIMULATED BANK",
                    "BankBranchName": "",
                    "BankCity": "",
                    "CustomerId": "",
                    "BankCityPincode": "",
                    "BankIFSCCode": "SIMU0000000",
                }
            ],
            "ClientExchangeDetailsList": {
                name: {"ClientId": client, "ExchangeSegNumber": identity, "Enabled": True, "ParticipantCode": ""}
                for name, identity in SEGMENT_IDS.items()
            },
        }
        return success("s-user-0001", "User profile", result)

    def _balance(self, call: Call) -> Answer:
        client = call.client(call.query.get("clientID"), NOT_MAPPED)
        realized = unrealized = Decimal(0)
        for position in self._exchange.positions.values():
            if position.client == client:
                realized += position.realized
                if position.net_qty:
                    unrealized += position.unrealized(self._market.last_price(position.instrument, call.now))
        risk = self._exchange.risk
        total: dict[str, object] = {
            "cashAvailable": _plain(CASH[client]),
            "collateral": 0,
            "marginUtilized": _plain(risk.margin_used(client)),
            "netMarginAvailable": _plain(risk.margin_available(client)),
            "MTM": _plain(realized + unrealized),
            "UnrealizedMTM": _plain(unrealized),
            "RealizedMTM": _plain(realized),
        }
        nothing: dict[str, object] = {name: 0 if name == "collateral" else "0" for name in total}
        rows = [_limit("ALL|ALL|ALL", client, total), _limit("CASH|NSE|MTF", client, nothing)]
        return success("s-user-0002", "OK", {"BalanceList": rows})

    @staticmethod
    def _enums(_: Call) -> Answer:
        return success("s-user-0001", "Enums", ENUMS)

    def _brokerage(self, call: Call) -> Answer:
        given = call.in_body()
        client_id = given.text("clientID")
        lines = call.body.get("brokerageOrderInformation")
        if not isinstance(lines, list) or not lines or len(lines) > _MOST_BROKERAGE_LINES:
            given.fault("brokerageOrderInformation", "must be an array", "array.base")
            lines = []
        given.check()
        call.client(client_id, NOT_MAPPED)
        turnover, brokerage, taxes = Decimal(0), Decimal(0), Decimal(0)
        for line in lines:
            value, is_sale, is_cash = _brokerage_line(line)
            turnover += value
            brokerage += min(Decimal(20), value * Decimal("0.0003"))
            if is_sale or is_cash:
                taxes += value * Decimal("0.001")
        fees = turnover * Decimal("0.00003")
        gst = (brokerage + fees) * Decimal("0.18")
        charges = {
            "Brokerage": brokerage,
            "STT": taxes,
            "ExchangeTransactionCharges": fees,
            "GST": gst,
            "Total": brokerage + taxes + fees + gst,
        }
        return success(
            "s-user-0003",
            "Brokerage calculated",
            {name: number(rounded(charge, PENNY)) for name, charge in charges.items()},
        )

    @staticmethod
    def _status(_: Call) -> Answer:
        rows = [
            {"exchangeSegment": name, "exchangeMarketType": "NORMAL", "exchangeTradingSession": "NormalStart"}
            for name in SEGMENT_IDS
        ]
        return success("s-status-0001", "Exchange status available", {"marketStatus": rows})

    @staticmethod
    def _messages(call: Call) -> Answer:
        given = call.in_query()
        segment = given.choice("exchangeSegment", tuple(SEGMENT_IDS))
        given.check()
        identity = SEGMENT_IDS[segment]
        message = {
            "ExchangeSegment": identity,
            "ExchangeTimeStamp": int(call.now) // 86_400 * 86_400 - _EPOCH_1980 + IST_OFFSET_S,
            "BroadcastMessage": f"Simulated venue -> {segment} is open",
            "SequenceId": 1904678908069178 + identity,
            "ExchangeInstrumentID": 0,
            "MessageCode": 1506,
            "MessageVersion": 8,
            "TokenID": 0,
            "ApplicationType": 0,
            "SequenceNumber": 1904678908069177 + identity,
        }
        return success("s-messages-0001", "Exchange messages", {"messageList": [message]})


def _brokerage_line(line: object) -> tuple[Decimal, bool, bool]:
    """
    Value, whether a sale, whether of shares, of one line.

    Raises:
        Refused: In the validator's form.

    """
    given = Parameters(line if isinstance(line, Mapping) else {}, "body")
    segment = given.choice("exchangeSegment", tuple(SEGMENT_IDS))
    given.whole("exchangeInstrumentID", least=1)
    given.choice("productType", PRODUCTS)
    side = given.choice("orderSide", [side.value for side in Side])
    quantity, price = given.whole("orderQty", least=1), given.price("orderPrice")
    given.check()
    return quantity * price, side == Side.SELL, segment.endswith("CM")


def _limit(header: str, client: str, sub_limits: dict[str, object]) -> dict[str, object]:
    cash, used = sub_limits["cashAvailable"], sub_limits["marginUtilized"]
    return {
        "limitHeader": header,
        "limitObject": {
            "RMSSubLimits": sub_limits,
            "marginAvailable": {
                **dict.fromkeys(_NO_MARGIN, "0"),
                **dict.fromkeys(_NAN_MARGIN, "NaN"),
                "CashMarginAvailable": cash,
            },
            "marginUtilized": {**dict.fromkeys(_UTILIZED, "0"), "MarginUsed": used, "LimitUsed": "NaN"},
            "limitsAssigned": dict.fromkeys(_ASSIGNED, "0"),
            "AccountID": client,
        },
    }
