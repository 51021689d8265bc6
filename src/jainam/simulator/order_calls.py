"""The calls under /orders (xts-api.md, 4)."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from jainam.simulator.answers import Answer, error, success
from jainam.simulator.calls import Call
from jainam.simulator.exchange import Exchange, NewOrder, NotWorking
from jainam.simulator.instrument_terms import SEGMENT_IDS
from jainam.simulator.orders import PRODUCTS, Order, OrderType, Side, Terms, TimeInForce
from jainam.simulator.rows import Form, order_row, trade_row
from jainam.simulator.validation import Parameters, Refused

NOT_MAPPED = "e-trade-00002"
SEGMENTS = tuple(SEGMENT_IDS)
_LONGEST_IDENTIFIER = 20


def _terms(given: Parameters, names: Mapping[str, str]) -> Terms:
    """The terms in a body; *names* maps our words to the body's, which differ between place and modify."""
    product = given.choice(names["product"], PRODUCTS)
    order_type = OrderType(given.choice(names["order_type"], [kind.value for kind in OrderType]))
    time_in_force = TimeInForce(given.choice(names["time_in_force"], [one.value for one in TimeInForce]))
    disclosed = given.whole(names["disclosed"], least=0)
    quantity = given.whole(names["quantity"], least=1)
    limit_price, stop_price = given.price(names["limit_price"]), given.price(names["stop_price"])
    return Terms(
        product,
        order_type,
        quantity,
        disclosed,
        # a price that the type has no use for is dropped, as a market order's row shows 0
        limit_price if order_type.has_limit else Decimal(0),
        stop_price if order_type.is_stop else Decimal(0),
        time_in_force,
    )


_PLACE_NAMES = {
    "product": "productType",
    "order_type": "orderType",
    "time_in_force": "timeInForce",
    "disclosed": "disclosedQuantity",
    "quantity": "orderQuantity",
    "limit_price": "limitPrice",
    "stop_price": "stopPrice",
}
_MODIFY_NAMES = {
    "product": "modifiedProductType",
    "order_type": "modifiedOrderType",
    "time_in_force": "modifiedTimeInForce",
    "disclosed": "modifiedDisclosedQuantity",
    "quantity": "modifiedOrderQuantity",
    "limit_price": "modifiedLimitPrice",
    "stop_price": "modifiedStopPrice",
}


class OrderCalls:
    """Answers the order calls from the exchange's ledger."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.handlers: dict[str, Callable[[Call], Answer]] = {
            "orders.place": self._place,
            "orders.modify": self._modify,
            "orders.cancel": self._cancel,
            "orders.cancelall": self._cancel_all,
            "orders.book": self._book,
            "orders.history": self._history,
            "orders.trades": self._trades,
            "orders.dealerbook": self._dealer_book,
            "orders.dealertrades": self._dealer_trades,
        }

    def _place(self, call: Call) -> Answer:
        given = call.in_body()
        segment = given.choice("exchangeSegment", SEGMENTS)
        instrument_id = given.whole("exchangeInstrumentID", least=1)
        side = Side(given.choice("orderSide", [side.value for side in Side]))
        terms = _terms(given, _PLACE_NAMES)
        identifier = given.text("orderUniqueIdentifier", longest=_LONGEST_IDENTIFIER)
        source = given.text("apiOrderSource")
        client_id = given.text("clientID")
        given.check()
        client = call.client(client_id, NOT_MAPPED)
        asked = NewOrder(
            call.account.user_id, client, segment, instrument_id, side, terms, identifier or "", source or ""
        )
        return _sent(self._exchange.place(asked, call.now), client_id)

    def _modify(self, call: Call) -> Answer:
        given = call.in_body()
        app_order_id = given.whole("appOrderID", least=1)
        terms = _terms(given, _MODIFY_NAMES)
        given.text("orderUniqueIdentifier", longest=_LONGEST_IDENTIFIER)
        client_id = given.text("clientID")
        given.check()
        order = self._order(call, app_order_id, client_id)
        try:
            self._exchange.modify(order, terms, call.now)
        except NotWorking:
            raise Refused(_not_working(order)) from None
        return _sent(order, client_id)

    def _cancel(self, call: Call) -> Answer:
        given = call.in_query()
        app_order_id = given.whole("appOrderID", least=1)
        given.text("orderUniqueIdentifier", longest=_LONGEST_IDENTIFIER)
        client_id = given.text("clientID")
        given.check()
        order = self._order(call, app_order_id, client_id)
        try:
            self._exchange.cancel(order, call.now)
        except NotWorking:
            raise Refused(_not_working(order)) from None
        return _sent(order, client_id)

    def _order(self, call: Call, app_order_id: int, client_id: str | None) -> Order:
        client = call.client(client_id, NOT_MAPPED)
        order = self._exchange.orders.get(app_order_id)
        if order is None or order.client != client:
            raise Refused(error(400, "e-orders-0001", "Order not found"))
        return order

    def _cancel_all(self, call: Call) -> Answer:
        given = call.in_body()
        segment = given.choice("exchangeSegment", SEGMENTS)
        instrument_id = given.whole("exchangeInstrumentID", least=0)
        client_id = given.text("clientID")
        given.check()
        # the Python SDK names the dealer's own user id here (xts-api.md, 10.18): all of its clients
        own = client_id == call.account.user_id
        clients = call.account.clients if own else (call.client(client_id, NOT_MAPPED),)
        self._exchange.cancel_all(clients, segment, instrument_id, call.now)
        return success("s-cancelall-0001", "Cancel All Order Request Send Successfully", "")

    def _book(self, call: Call) -> Answer:
        client = call.client(call.query.get("clientID"), NOT_MAPPED)
        return self._orders(call, (client,), Form.BOOK)

    def _dealer_book(self, call: Call) -> Answer:
        return self._orders(call, call.clients(call.query.get("clientID"), NOT_MAPPED), Form.DEALER)

    def _orders(self, call: Call, clients: tuple[str, ...], form: Form) -> Answer:
        seen = self._exchange.book(clients, call.now, call.tweaks.book_age_s)
        rows = [order_row(order, place, form) for order, place in seen]
        if not rows:
            return error(400, "e-orders-0005", "Data Not Available")
        return success("s-orders-0001", "Success order book", rows)

    def _history(self, call: Call) -> Answer:
        given = call.in_query()
        app_order_id = given.whole("appOrderID", least=1)
        given.check()
        order = self._order(call, app_order_id, call.query.get("clientID"))
        seen = order.state_at(call.now - call.tweaks.book_age_s)
        if seen is None:
            return error(400, "e-orders-0001", "Order not found")
        rows = [order_row(order, place, Form.HISTORY) for place in range(seen[0] + 1)]
        return success("s-orders-0001", "Success order history", rows)

    def _trades(self, call: Call) -> Answer:
        return self._fills(call, (call.client(call.query.get("clientID"), NOT_MAPPED),))

    def _dealer_trades(self, call: Call) -> Answer:
        return self._fills(call, call.clients(call.query.get("clientID"), NOT_MAPPED))

    def _fills(self, call: Call, clients: tuple[str, ...]) -> Answer:
        rows = [trade_row(trade) for trade in self._exchange.day_trades(clients, call.now, call.tweaks.book_age_s)]
        if not rows:
            return error(400, "e-tradeBook-0005", "Data Not Available")
        return success("s-orders-0001", "Success trade book", rows)


def _sent(order: Order, client_id: str | None) -> Answer:
    """Accepted by the API; the client comes back as it was named, the identifier only when there is one."""
    result: dict[str, object] = {"AppOrderID": order.app_order_id}
    if order.identifier:
        result["OrderUniqueIdentifier"] = order.identifier
    result["ClientID"] = client_id or order.client
    return success("s-orders-0001", "Request sent", result)


def _not_working(order: Order) -> Answer:
    return error(400, "e-orders-0001", f"Order is in {order.status.value} state")
