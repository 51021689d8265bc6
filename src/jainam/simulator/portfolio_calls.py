"""The calls under /portfolio (xts-api.md, 5.1, 5.2 and 5.4)."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal

from jainam.simulator.accounts import HOLDINGS, Holding, Kind
from jainam.simulator.answers import Answer, error, success
from jainam.simulator.calls import Call
from jainam.simulator.clock import DAY_S, IST_OFFSET_S
from jainam.simulator.exchange import Exchange, NewOrder, market_terms
from jainam.simulator.market import Market
from jainam.simulator.order_calls import SEGMENTS
from jainam.simulator.orders import PRODUCTS, Side
from jainam.simulator.positions import Position
from jainam.simulator.risk import product_objection
from jainam.simulator.rows import number, position_row
from jainam.simulator.validation import Refused

NOT_MAPPED = "e-portfolio-00005"
_MODES = ("DayWise", "NetWise")

HoldingsForm = Literal["list", "object"]


def _no_position() -> Answer:
    return error(400, "e-portfolio-0005", "Data Not Available")


def _too_much(asked: int, position: Position) -> Answer:
    return error(400, "e-portfolio-0006", f"Quantity {asked} exceeds open quantity {abs(position.net_qty)}")


class PortfolioCalls:
    """Answers the portfolio calls; every figure follows from the exchange's list of trades."""

    def __init__(self, exchange: Exchange, market: Market, holdings_form: HoldingsForm) -> None:
        self._exchange = exchange
        self._market = market
        self._holdings_form = holdings_form
        self.handlers: dict[str, Callable[[Call], Answer]] = {
            "portfolio.positions": self._positions,
            "portfolio.dealerpositions": self._dealer_positions,
            "portfolio.holdings": self._holdings,
            "portfolio.squareoff": self._square_off,
            "portfolio.squareoffall": self._square_off_all,
            "portfolio.convert": self._convert,
        }

    # -- positions

    def _positions(self, call: Call) -> Answer:
        day_wise = self._view(call)
        return self._rows(call, (call.client(call.query.get("clientID"), NOT_MAPPED),), day_wise=day_wise)

    def _dealer_positions(self, call: Call) -> Answer:
        day_wise = self._view(call)
        return self._rows(call, call.clients(call.query.get("clientID"), NOT_MAPPED), day_wise=day_wise)

    @staticmethod
    def _view(call: Call) -> bool:
        given = call.in_query()
        day_wise = given.choice("dayOrNet", _MODES, any_case=True) == "DayWise"
        given.check()
        return day_wise

    def _rows(self, call: Call, clients: tuple[str, ...], *, day_wise: bool) -> Answer:
        lag_s = call.tweaks.position_lag_s
        view = self._exchange.positions_at(call.now, day_wise=day_wise, lag_s=lag_s)
        today = self._exchange.positions_at(call.now, day_wise=True, lag_s=lag_s)
        rows = [
            position_row(position, today.get(key), self._market.last_price(position.instrument, call.now))
            for key, position in view.items()
            if position.client in clients
        ]
        if call.tweaks.misses_position:
            missed = call.tweaks.missed_instrument
            rows = rows[1:] if missed is None else [row for row in rows if row["ExchangeInstrumentId"] != str(missed)]
        if not rows:
            return _no_position()
        return success("s-portfolio-0001", "Success position", {"positionList": rows})

    # -- holdings

    def _holdings(self, call: Call) -> Answer:
        client = call.client(call.query.get("clientID"), NOT_MAPPED)
        if call.account.kind is Kind.PRO:
            # as reported from prop accounts; code and body unconfirmed
            return error(500, "e-portfolio-0500", "Internal Server Error")
        held = HOLDINGS.get(client, ())
        if not held:
            return error(400, "e-holdings-0005", "Data Not Available")
        rows = [{holding.isin: self._holding(client, holding, place, call.now)} for place, holding in enumerate(held)]
        result: dict[str, object] = {"ClientId": client}
        if self._holdings_form == "list":
            result["RMSHoldingList"] = [{"Holdings": row} for row in rows]
            result["CollateralHoldingList"] = []
        else:
            result["RMSHoldings"] = {"Holdings": {isin: entry for row in rows for isin, entry in row.items()}}
        return success("s-portfolio-0013", "Success holding", result)

    def _holding(self, client: str, holding: Holding, place: int, now: float) -> dict[str, object]:
        day_before = datetime.fromtimestamp(now + IST_OFFSET_S - DAY_S, UTC).strftime("%Y-%m-%d")
        sold = 0
        for segment, instrument_id in holding.listings:
            position = self._exchange.positions.get((client, segment, instrument_id, "CNC"))
            sold += max(0, -position.net_qty) if position else 0
        return {
            "ISIN": holding.isin,
            "RMSHoldingId": 21885 + place,
            "ClientId": client,
            "ExchangeNSEInstrumentId": holding.nse_id,
            "ExchangeBSEInstrumentId": holding.bse_id,
            "ExchangeMSEInstrumentId": 0,
            "HoldingType": 2,
            "HoldingQuantity": holding.quantity,
            "CollateralValuationType": 1,
            "Haircut": 15,
            "CollateralQuantity": 0,
            "CreatedBy": "ADMIN2",
            "LastUpdatedBy": "ADMIN2",
            "CreatedOn": f"{day_before}T18:18:21",
            "LastUpdatedOn": f"{day_before}T18:39:20",
            "UsedQuantity": holding.used + sold,
            "IsCollateralHolding": False,
            "BuyAvgPrice": number(holding.buy_price),
            "IsBuyAvgPriceProvided": True,
            "AuthorizeQuantity": 0,
            "IsNeedToDelete": False,
        }

    # -- square-off and conversion

    def _square_off(self, call: Call) -> Answer:
        given = call.in_body()
        segment = given.choice("exchangeSegment", SEGMENTS)
        instrument_id = given.whole("exchangeInstrumentID", least=1)
        product = given.choice("productType", PRODUCTS)
        day_wise = given.choice("squareoffMode", _MODES, any_case=True) == "DayWise"
        in_percent = given.choice("positionSquareOffQuantityType", ("Percentage", "ExactQty")) == "Percentage"
        value = given.whole("squareOffQtyValue", least=1)
        given.flag("blockOrderSending", otherwise=False)
        cancels = given.flag("cancelOrders", otherwise=False)
        client_id = given.text("clientID")
        given.check()
        client = call.client(client_id, NOT_MAPPED)
        if cancels:
            self._exchange.cancel_all((client,), segment, instrument_id, call.now)
        view = self._exchange.positions_at(call.now, day_wise=day_wise)
        position = view.get((client, segment, instrument_id, product))
        if position is None or position.net_qty == 0:
            return _no_position()
        quantity = value
        if in_percent:
            quantity = abs(position.net_qty) * min(value, 100) // 100
            quantity -= quantity % position.instrument.lot_size if value < 100 else 0
        if quantity > abs(position.net_qty):
            return _too_much(quantity, position)
        self._send_closing(call, position, quantity)
        return _square_off_sent()

    def _square_off_all(self, call: Call) -> Answer:
        given = call.in_body()
        day_wise = given.choice("squareoffMode", _MODES, any_case=True) == "DayWise"
        client_id = given.text("clientID")
        given.check()
        client = call.client(client_id, NOT_MAPPED)
        view = self._exchange.positions_at(call.now, day_wise=day_wise)
        opened = [position for position in view.values() if position.client == client and position.net_qty]
        if not opened:
            return _no_position()
        for position in opened:
            self._send_closing(call, position, abs(position.net_qty))
        return _square_off_sent()

    def _send_closing(self, call: Call, position: Position, quantity: int) -> None:
        """Opposite market orders, each below the freeze quantity, like anybody's orders in the ledger."""
        instrument = position.instrument
        largest = quantity
        if 0 < instrument.freeze_qty <= quantity:
            largest = (instrument.freeze_qty - 1) // instrument.lot_size * instrument.lot_size
        for sent in _slices(quantity, largest):
            asked = NewOrder(
                position.user_id,
                position.client,
                instrument.segment,
                instrument.instrument_id,
                Side.SELL if position.net_qty > 0 else Side.BUY,
                market_terms(position.product, sent),
            )
            self._exchange.place(asked, call.now)

    def _convert(self, call: Call) -> Answer:
        given = call.in_body()
        segment = given.choice("exchangeSegment", SEGMENTS)
        instrument_id = given.whole("exchangeInstrumentID", least=1)
        old, new = given.choice("oldProductType", PRODUCTS), given.choice("newProductType", PRODUCTS)
        day_wise = given.flag("isDayWise")
        quantity = given.whole("targetQty", least=1)
        client_id = given.text("clientID")
        if old == new:
            given.fault("newProductType", "must differ from oldProductType", "any.invalid")
        given.check()
        client = call.client(client_id, NOT_MAPPED)
        view = self._exchange.positions_at(call.now, day_wise=day_wise)
        position = view.get((client, segment, instrument_id, old))
        if position is None or position.net_qty == 0:
            return _no_position()
        if quantity > abs(position.net_qty):
            return _too_much(quantity, position)
        objection = product_objection(segment, new)
        if objection:
            raise Refused(error(400, "e-portfolio-0006", objection))
        self._exchange.convert(position, new, quantity, call.now)
        result = {
            "UserID": call.account.user_id,
            "ClientID": client,
            "OldProductType": old,
            "NewProductType": new,
            "ExchangeSegment": segment,
            "ExchangeInstrumentId": str(instrument_id),
            "CovertedQty": str(quantity),
        }
        return success("s-portfolio-0005", "success position convert", result)


def _square_off_sent() -> Answer:
    return success("s-portfolio-0005", "Squareoff Request sent successfully", {})


def _slices(quantity: int, largest: int) -> Iterable[int]:
    while quantity > 0:
        yield min(quantity, largest)
        quantity -= largest
