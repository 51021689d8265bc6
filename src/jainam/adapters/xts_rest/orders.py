"""Calls that change orders, each written once, and the venue's books (xts-api.md, 4; prop-servers.md, dealer calls)."""

from jainam.adapters.xts_rest.addresses import Addresses
from jainam.adapters.xts_rest.calls import Call
from jainam.adapters.xts_rest.door import Door
from jainam.adapters.xts_wire.envelope import Success
from jainam.adapters.xts_wire.orders import OrderBookReader, read_orders, read_placed, read_trades
from jainam.adapters.xts_wire.requests import client_query, modify_body, order_query, place_body
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId
from jainam.domain.limits import Endpoint, Priority
from jainam.domain.orders import OrderChange, OrderRequest, OrderRow, Trade
from jainam.domain.portfolio import Reading
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import BeforeSend, Placed

_ORDERS = "/orders"
_TRADES = "/orders/trades"
_DEALER_BOOK = "/orders/dealerorderbook"
_DEALER_TRADES = "/orders/dealertradebook"


class XtsOrders:
    """The `OrderGateway` of one account."""

    def __init__(self, door: Door, addresses: Addresses, clients: ClientWords) -> None:
        self._door = door
        self._addresses = addresses
        self._clients = clients

    def place(self, session: Session, client: str | None, client_order_id: str, request: OrderRequest) -> Placed:
        """
        Send one order, once.

        Raises:
            BrokerRefused, SessionRefused, LimitExceeded: On the closed list: no order exists.
            BrokerUnavailable: No byte was written.
            AnswerLost: Anything else; the order may exist.
        """
        body = place_body(request, client_order_id, self._clients.on_request(client))
        call = self._call(Endpoint.ORDER_PLACE, "POST", session, body=body)
        return self._door.ask(call, lambda answer: Placed(read_placed(answer.result, client_order_id))).value

    def modify(
        self, session: Session, client: str | None, app_order_id: str, client_order_id: str, change: OrderChange
    ) -> None:
        """Ask for new terms, once. Errors as for `place`."""
        body = modify_body(app_order_id, client_order_id, change, self._clients.on_request(client))
        self._door.ask(self._call(Endpoint.ORDER_MODIFY, "PUT", session, body=body), _nothing)

    def cancel(
        self, session: Session, client: str | None, app_order_id: str, *, priority: Priority = Priority.NORMAL
    ) -> None:
        """Ask for an order's end, repeated where no definite answer came. Errors as for `place`."""
        query = order_query(app_order_id, self._clients.on_request(client))
        self._door.ask(self._call(Endpoint.ORDER_CANCEL, "DELETE", session, query=query, priority=priority), _nothing)

    def _call(
        self,
        endpoint: Endpoint,
        method: str,
        session: Session,
        *,
        body: bytes | None = None,
        query: str = "",
        priority: Priority = Priority.NORMAL,
    ) -> Call:
        url = self._addresses.of(Side.INTERACTIVE, _ORDERS, session=session, query=query)
        return Call(endpoint, method, url, body, session.token, priority)


class XtsBooks:
    """The `OrderReader` of one account."""

    def __init__(self, account: AccountId, door: Door, addresses: Addresses, clients: ClientWords) -> None:
        self._account = account
        self._door = door
        self._addresses = addresses
        self._clients = clients
        self._book = OrderBookReader(account, clients)

    def order_book(
        self,
        session: Session,
        client: str | None,
        *,
        everyone: bool = False,
        before_send: BeforeSend | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Reading[OrderRow]:
        """Return one row an order, latest state; with *everyone* of all the dealer's clients."""
        asked = None if everyone else client
        query = client_query(self._clients.on_request(asked))
        path = _DEALER_BOOK if self._account.kind.is_dealer else _ORDERS
        url = self._addresses.of(Side.INTERACTIVE, path, session=session, query=query)
        answer = self._door.ask_rows(
            Call(Endpoint.ORDER_BOOK, "GET", url, None, session.token, priority, before_send),
            lambda success: self._book.read(success.result, asked),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)

    def order_history(
        self, session: Session, client: str | None, app_order_id: str, *, priority: Priority = Priority.NORMAL
    ) -> Reading[OrderRow]:
        """Return one row for each state that an order went through, oldest first."""
        query = order_query(app_order_id, self._clients.on_request(client))
        url = self._addresses.of(Side.INTERACTIVE, _ORDERS, session=session, query=query)
        answer = self._door.ask_rows(
            Call(Endpoint.ORDER_HISTORY, "GET", url, token=session.token, priority=priority),
            lambda success: read_orders(success.result, self._account, self._clients, client),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)

    def trades(self, session: Session, client: str | None, *, everyone: bool = False) -> Reading[Trade]:
        """Return the day's fills."""
        asked = None if everyone else client
        path = _DEALER_TRADES if self._account.kind.is_dealer else _TRADES
        query = client_query(self._clients.on_request(asked))
        url = self._addresses.of(Side.INTERACTIVE, path, session=session, query=query)
        answer = self._door.ask_rows(
            Call(Endpoint.TRADE_BOOK, "GET", url, token=session.token),
            lambda success: read_trades(success.result, self._account, self._clients, asked),
        )
        return Reading(answer.value, answer.sent_at, answer.was_empty)


def _nothing(_: Success) -> None:
    return None
