"""A client of an account, or the account itself: what is traded, and what is owned."""

from collections.abc import Callable

from jainam.application.cancel_order import Cancelled
from jainam.application.close_all import Closing
from jainam.application.modify_order import WantedChange
from jainam.application.place_smart_order import SmartOrder
from jainam.application.submit_order import Submission
from jainam.desk.inputs import Inputs, Price
from jainam.desk.wiring import UseCases
from jainam.domain.accounts import AccountId, DealerContext
from jainam.domain.closing import CloseResult, Scope
from jainam.domain.instruments import Instrument
from jainam.domain.orders import OrderRequest, OrderRow, OrderSide, OrderType, Product, TimeInForce, Trade
from jainam.domain.portfolio import Funds, Holding, Position, PositionView, Profile
from jainam.domain.sessions import Side
from jainam.domain.smart_orders import OtherOrders, SmartOrderPlan, SmartOrderResult, Wait

FindSymbol = Callable[[str | Instrument], Instrument]
"""Gives the instrument of a symbol, or raises ``UnknownInstrument``."""


class Client:
    """
    Trades for one client of a dealer, or for the account's own book.

    Symbols are OpenAlgo's (`NSE:RELIANCE`, `NFO:NIFTY29SEP26FUT`), quantities are units, prices rupees. Every method
    may raise ``NotLoggedIn``, ``ClientRequired`` and the errors of the broker.
    """

    def __init__(self, account: AccountId, uses: UseCases, find: FindSymbol, code: str | None) -> None:
        self._account = account
        self._uses = uses
        self._find = find
        self._code = code

    @property
    def code(self) -> str | None:
        """The client that was asked for; ``None`` is the account itself."""
        return self._code

    def __repr__(self) -> str:
        return f"Client({self._account}, {self._code or 'own account'})"

    # orders

    def place_order(
        self,
        symbol: str | Instrument,
        *,
        side: OrderSide | str,
        quantity: int,
        product: Product | str,
        order_type: OrderType | str = OrderType.MARKET,
        limit_price: Price | None = None,
        stop_price: Price | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        disclosed_qty: int = 0,
        key: str | None = None,
    ) -> Submission:
        """
        Place an order and return its children with what the venue answered.

        A quantity above the exchange's limit goes as several orders. With *key*, the same call is carried out once.
        Accepted by the API is not filled: see `orders`.

        Raises:
            OrderDenied: A rule is broken; all of them are listed and nothing was sent.
            OutcomeInDoubt: It was sent and nothing proves what became of it.
            BrokerError: The venue definitely has none of it.
        """
        request = self._request(
            symbol, side, quantity, product, order_type, limit_price, stop_price, time_in_force, disclosed_qty
        )
        submission = self._uses.place.run(self.who(), request, key)
        if submission.in_doubt or not submission.accepted:
            submission.raise_for_error()
        return submission

    def check_order(
        self,
        symbol: str | Instrument,
        *,
        side: OrderSide | str,
        quantity: int,
        product: Product | str,
        order_type: OrderType | str = OrderType.MARKET,
        limit_price: Price | None = None,
        stop_price: Price | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        disclosed_qty: int = 0,
    ) -> tuple[OrderRequest, ...]:
        """Return the orders that `place_order` would send, or raise ``OrderDenied``; nothing leaves."""
        request = self._request(
            symbol, side, quantity, product, order_type, limit_price, stop_price, time_in_force, disclosed_qty
        )
        return self._uses.place.check(request)

    def modify_order(
        self,
        app_order_id: str,
        *,
        quantity: int | None = None,
        limit_price: Price | None = None,
        stop_price: Price | None = None,
        order_type: OrderType | str | None = None,
        product: Product | str | None = None,
        time_in_force: TimeInForce | str | None = None,
        disclosed_qty: int | None = None,
    ) -> OrderRow:
        """
        Change a live order's terms and return its row; what is left out stays. *quantity* is the new total.

        Raises:
            UnknownOrder, OrderDenied, BrokerError: Nothing was changed.
            OutcomeInDoubt: No definite answer, and the order's history does not show the new terms.
        """
        inputs = Inputs("modification")
        wanted = WantedChange(
            quantity=None if quantity is None else inputs.quantity("quantity", quantity),
            limit_price=inputs.price("limit_price", limit_price),
            stop_price=inputs.price("stop_price", stop_price),
            order_type=None if order_type is None else inputs.word("order_type", OrderType, order_type),
            product=None if product is None else inputs.word("product", Product, product),
            time_in_force=None if time_in_force is None else inputs.word("time_in_force", TimeInForce, time_in_force),
            disclosed_qty=None if disclosed_qty is None else inputs.quantity("disclosed_qty", disclosed_qty),
        )
        inputs.done()
        return self._uses.modify.run(self.who(), str(app_order_id), wanted)

    def cancel_order(self, app_order_id: str) -> Cancelled:
        """Cancel an order and wait, bounded, until the book shows it as over."""
        return self._uses.cancel.run(self.who(), str(app_order_id))

    def cancel_all(self, symbol: str | Instrument | None = None) -> tuple[Cancelled, ...]:
        """Cancel this client's working orders, or those in one instrument, and return what became of each."""
        instrument = None if symbol is None else self._find(symbol)
        return self._uses.cancel_all.run(self._scope(), instrument)

    def orders(self) -> tuple[OrderRow, ...]:
        """Return today's orders of this client, latest state."""
        who = self.who()
        return tuple(row for row in self._uses.books.order_book().rows if row.client == who)

    def order_history(self, app_order_id: str) -> tuple[OrderRow, ...]:
        """Return the states that an order went through, oldest first."""
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE,
            lambda session: self._uses.broker.books.order_history(session, who, str(app_order_id)).rows,
        )

    def trades(self) -> tuple[Trade, ...]:
        """Return today's fills of this client."""
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE, lambda session: self._uses.broker.books.trades(session, who).rows
        )

    # smart orders

    def plan_smart_order(
        self,
        symbol: str | Instrument,
        *,
        target: int,
        product: Product | str,
        order_type: OrderType | str = OrderType.MARKET,
        limit_price: Price | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        other_orders: OtherOrders | str = OtherOrders.REPORT,
    ) -> SmartOrderPlan:
        """Return what `place_smart_order` would do now; nothing is sent."""
        order = self._smart(
            symbol, target, product, order_type, limit_price, time_in_force, other_orders, Wait.ACCEPTED
        )
        return self._uses.smart.plan(self.who(), order)

    def place_smart_order(
        self,
        symbol: str | Instrument,
        *,
        target: int,
        product: Product | str,
        order_type: OrderType | str = OrderType.MARKET,
        limit_price: Price | None = None,
        time_in_force: TimeInForce | str = TimeInForce.DAY,
        other_orders: OtherOrders | str = OtherOrders.REPORT,
        wait: Wait | str = Wait.DONE,
        key: str | None = None,
    ) -> SmartOrderResult:
        """
        Bring this client's position to *target* units (negative is short) and say how that ended.

        Two calls for one position never run at once. With ``wait="accepted"`` it returns when the venue has the
        orders; with ``"done"`` it waits, bounded, for their end and compares the final position with the target. With
        *key*, the same call is carried out once.

        Raises:
            OrderDenied, KeyBusy, KeyUnsettled, BrokerError: Nothing is at the venue.
            OutcomeInDoubt: An order on this position is not settled.
        """
        order = self._smart(symbol, target, product, order_type, limit_price, time_in_force, other_orders, wait)
        who = self.who()
        if key is None:
            return self._uses.smart.run(who, order)
        return self._uses.smart_once.run(who, order, key)

    def close_all(self, *, dry_run: bool = False, cancel_working: bool = True, force: bool = False) -> CloseResult:
        """Close every position of this client; the result says, position by position, what became of it."""
        return self._uses.close_all.run(
            Closing(self._scope(), dry_run=dry_run, cancel_working=cancel_working, force=force)
        )

    # portfolio

    def positions(self, view: PositionView | str = PositionView.NET) -> tuple[Position, ...]:
        """Return this client's positions; flat ones are listed where the venue keeps them."""
        inputs = Inputs("positions")
        wanted = inputs.word("view", PositionView, view)
        inputs.done()
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE, lambda session: self._uses.broker.portfolio.positions(session, who, wanted).rows
        )

    def holdings(self) -> tuple[Holding, ...]:
        """Return the shares in this client's demat account."""
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE, lambda session: self._uses.broker.portfolio.holdings(session, who).rows
        )

    def funds(self) -> tuple[Funds, ...]:
        """Return this client's balance lines; the one with ``is_total`` is the account's total."""
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE, lambda session: self._uses.broker.portfolio.funds(session, who).rows
        )

    def profile(self) -> Profile:
        """Return who this client is."""
        who = self.who()
        return self._uses.sessions.call(
            Side.INTERACTIVE, lambda session: self._uses.broker.portfolio.profile(session, who)
        )

    def who(self) -> str | None:
        """
        Return the client as the login knows it; ``None`` is the account itself.

        Raises:
            ClientRequired: A NORMAL dealer named nobody, or the login lists no such client.
        """
        session = self._uses.sessions.current(Side.INTERACTIVE)
        return DealerContext(self._account, session.client_codes).resolve(self._code)

    def _scope(self) -> Scope:
        return Scope(self._account, self.who())

    def _request(
        self,
        symbol: str | Instrument,
        side: OrderSide | str,
        quantity: int,
        product: Product | str,
        order_type: OrderType | str,
        limit_price: Price | None,
        stop_price: Price | None,
        time_in_force: TimeInForce | str,
        disclosed_qty: int,
    ) -> OrderRequest:
        inputs = Inputs()
        request = OrderRequest(
            instrument=self._find(symbol),
            side=inputs.word("side", OrderSide, side),
            quantity=inputs.quantity("quantity", quantity),
            product=inputs.word("product", Product, product),
            order_type=inputs.word("order_type", OrderType, order_type),
            limit_price=inputs.price("limit_price", limit_price),
            stop_price=inputs.price("stop_price", stop_price),
            time_in_force=inputs.word("time_in_force", TimeInForce, time_in_force),
            disclosed_qty=inputs.quantity("disclosed_qty", disclosed_qty),
        )
        inputs.done()
        return request

    def _smart(
        self,
        symbol: str | Instrument,
        target: int,
        product: Product | str,
        order_type: OrderType | str,
        limit_price: Price | None,
        time_in_force: TimeInForce | str,
        other_orders: OtherOrders | str,
        wait: Wait | str,
    ) -> SmartOrder:
        inputs = Inputs("smart order")
        order = SmartOrder(
            instrument=self._find(symbol),
            product=inputs.word("product", Product, product),
            target=inputs.quantity("target", target),
            order_type=inputs.word("order_type", OrderType, order_type),
            limit_price=inputs.price("limit_price", limit_price),
            time_in_force=inputs.word("time_in_force", TimeInForce, time_in_force),
            other_orders=inputs.word("other_orders", OtherOrders, other_orders),
            wait=inputs.word("wait", Wait, wait),
        )
        inputs.done()
        return order
