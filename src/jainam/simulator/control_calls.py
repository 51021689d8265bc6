"""The calls under /_simulator: the venue's truth, its faults, its clock, and what others do at the same time."""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal

from jainam.simulator.accounts import ACCOUNT_OF_CLIENT, ACCOUNT_OF_USER
from jainam.simulator.answers import Answer
from jainam.simulator.clock import Clock, VirtualClock
from jainam.simulator.exchange import Exchange, NewOrder, market_terms
from jainam.simulator.faults import FaultBook, FaultRulesError, read_rules
from jainam.simulator.instrument_terms import Instrument
from jainam.simulator.instruments import Master
from jainam.simulator.market import Market
from jainam.simulator.order_calls import SEGMENTS
from jainam.simulator.orders import PRODUCTS, Order, Trade
from jainam.simulator.orders import Side as OrderSide
from jainam.simulator.positions import Position
from jainam.simulator.tokens import Session, Sessions, Side
from jainam.simulator.validation import Parameters, Refused

CONTROL_BASE = "/_simulator"
_LONGEST_ADVANCE_S = 10 * 86_400


class ControlCalls:
    """Answers the simulator's own calls; plain JSON, without token, rate chart or faults."""

    def __init__(
        self,
        *,
        clock: Clock,
        master: Master,
        market: Market,
        exchange: Exchange,
        sessions: Sessions,
        faults: FaultBook,
        calls: Counter[str],
        endpoints: frozenset[str],
    ) -> None:
        self._clock = clock
        self._master = master
        self._market = market
        self._exchange = exchange
        self._sessions = sessions
        self._faults = faults
        self._calls = calls
        self._endpoints = endpoints
        self._handlers: dict[tuple[str, str], Callable[[object, float], Answer]] = {
            ("GET", "/state"): self._state,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._set_faults,
            ("DELETE", "/faults"): self._clear_faults,
            ("POST", "/advance"): self._advance,
            ("POST", "/trade"): self._trade,
            ("POST", "/end-session"): self._end_session,
            ("POST", "/price"): self._price,
        }

    def answer(self, method: str, path: str, body: object, now: float) -> Answer:
        """Answer one call; *path* is below the base. What is wrong with it comes back as 400 with the reason."""
        handler = self._handlers.get((method, path))
        if handler is None:
            return _wrong(f"no {method} {CONTROL_BASE}{path}", status=404)
        try:
            return handler(body, now)
        except Refused as exc:
            return exc.answer
        except FaultRulesError as exc:
            return _wrong(str(exc))

    # -- faults and time

    def _list_faults(self, _: object, __: float) -> Answer:
        return Answer(200, self._faults.listed())

    def _set_faults(self, body: object, _: float) -> Answer:
        self._faults.replace(read_rules(body, self._endpoints))
        return Answer(200, self._faults.listed())

    def _clear_faults(self, _: object, __: float) -> Answer:
        self._faults.replace(())
        return Answer(200, [])

    def _advance(self, body: object, _: float) -> Answer:
        if not isinstance(self._clock, VirtualClock):
            return _wrong("the venue runs on the real clock, which nobody can advance")
        seconds = body.get("seconds") if isinstance(body, Mapping) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST_ADVANCE_S:
            return _wrong(f"seconds must be a number from 0 to {_LONGEST_ADVANCE_S}")
        return Answer(200, {"now": self._clock.advance(seconds)})

    # -- others

    def _trade(self, body: object, now: float) -> Answer:
        given = _fields(body)
        client = given.required_text("client")
        side = OrderSide(given.choice("side", [side.value for side in OrderSide]))
        product = given.choice("product", PRODUCTS)
        quantity = given.whole("quantity", least=1)
        price = given.price("price") if isinstance(body, Mapping) and body.get("price") is not None else None
        instrument = self._instrument(given)
        account = ACCOUNT_OF_CLIENT.get(client)
        if account is None:
            given.fault("client", f"must be one of [{', '.join(ACCOUNT_OF_CLIENT)}]", "any.allowOnly")
        given.check()
        assert instrument is not None
        assert account is not None
        asked = NewOrder(
            account.user_id,
            client,
            instrument.segment,
            instrument.instrument_id,
            side,
            market_terms(product, quantity),
            generated_by="TWS",
        )
        paid = self._market.last_price(instrument, now) if price is None else price
        order = self._exchange.trade_outside(asked, instrument, paid, now)
        return Answer(200, _order_truth(order))

    def _end_session(self, body: object, now: float) -> Answer:
        given = _fields(body)
        user = given.choice("user", tuple(ACCOUNT_OF_USER))
        side = Side(given.choice("side", [side.value for side in Side]))
        given.check()
        account = ACCOUNT_OF_USER[user]
        keys = account.interactive if side is Side.INTERACTIVE else account.market
        ended = self._sessions.end(keys.app_key, "outside login", now)
        return Answer(200, {"ended": ended is not None})

    def _price(self, body: object, now: float) -> Answer:
        given = _fields(body)
        instrument = self._instrument(given)
        pinned = given.price("price") if isinstance(body, Mapping) and body.get("price") is not None else None
        if instrument is not None and pinned is not None:
            if pinned % instrument.tick_size:
                given.fault("price", f"must be a multiple of tick {instrument.tick_size}", "number.multiple")
            if instrument.band_high and not instrument.band_low <= pinned <= instrument.band_high:
                given.fault("price", f"must be in {instrument.band_low} to {instrument.band_high}", "number.range")
        given.check()
        assert instrument is not None
        self._exchange.advance(now)
        self._market.pin(instrument, pinned)
        self._exchange.look_at(instrument, now)
        return Answer(200, {"last_price": str(self._market.last_price(instrument, now))})

    def _instrument(self, given: Parameters) -> Instrument | None:
        segment = given.choice("exchangeSegment", SEGMENTS)
        identity = given.whole("exchangeInstrumentID", least=1)
        found = self._master.get(segment, identity)
        if found is None:
            given.fault("exchangeInstrumentID", f"is no instrument of {segment}", "any.unknown")
        return found

    # -- the truth

    def _state(self, _: object, now: float) -> Answer:
        self._exchange.advance(now)
        return Answer(
            200,
            {
                "now": now,
                "orders": [_order_truth(order) for order in self._exchange.orders.values()],
                "trades": [_trade_truth(trade) for trade in self._exchange.trades],
                "positions": [_position_truth(position) for position in self._exchange.positions.values()],
                "calls": dict(self._calls),
                "logins": dict(self._sessions.logins),
                "refused_logins": dict(self._sessions.refused_logins),
                "sessions": [_session_truth(session) for session in self._sessions.every()],
                "faults": self._faults.listed(),
            },
        )


def _wrong(reason: str, status: int = 400) -> Answer:
    return Answer(status, {"error": reason})


def _fields(body: object) -> Parameters:
    return Parameters(body if isinstance(body, Mapping) else {}, "body")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _order_truth(order: Order) -> dict[str, object]:
    """One order as the ledger has it; times in unix seconds, prices as exact decimals, leaves 0 once terminal."""
    terms = order.terms
    return {
        "app_order_id": order.app_order_id,
        "exchange_order_id": order.exchange_order_id,
        "identifier": order.identifier,
        "account": order.user_id,
        "client": order.client,
        "exchange_segment": order.segment,
        "exchange_instrument_id": order.instrument_id,
        "side": order.side.value,
        "product": terms.product,
        "order_type": terms.order_type.value,
        "time_in_force": terms.time_in_force.value,
        "limit_price": _text(terms.limit_price),
        "stop_price": _text(terms.stop_price),
        "order_qty": terms.quantity,
        "cum_qty": order.cum_qty,
        "leaves_qty": order.leaves_qty,
        "status": order.status.value,
        "reason": order.state.reason,
        "avg_px": _text(order.state.average_price),
        "generated_by": order.generated_by,
        "arrived_at": order.arrived_at,
        "accepted_at": order.accepted_at,
        "first_fill_at": order.first_fill_at,
        "last_fill_at": order.last_fill_at,
        "terminal_at": order.terminal_at,
        "is_terminal": order.is_terminal,
    }


def _trade_truth(trade: Trade) -> dict[str, object]:
    """One entry of the list of trades; a leg of a conversion has no order."""
    return {
        "number": trade.number,
        "at": trade.at,
        "exec_id": trade.exec_id,
        "app_order_id": trade.order.app_order_id if trade.order else None,
        "identifier": trade.order.identifier if trade.order else None,
        "account": trade.user_id,
        "client": trade.client,
        "exchange_segment": trade.instrument.segment,
        "exchange_instrument_id": trade.instrument.instrument_id,
        "side": trade.side.value,
        "product": trade.product,
        "last_qty": trade.quantity,
        "last_px": _text(trade.price),
    }


def _position_truth(position: Position) -> dict[str, object]:
    """One net position, flat ones included."""
    return {
        "account": position.user_id,
        "client": position.client,
        "exchange_segment": position.instrument.segment,
        "exchange_instrument_id": position.instrument.instrument_id,
        "product": position.product,
        "buy_qty": position.buy_qty,
        "sell_qty": position.sell_qty,
        "net_qty": position.net_qty,
        "buy_turnover": _text(position.buy_turnover),
        "sell_turnover": _text(position.sell_turnover),
    }


def _session_truth(session: Session) -> dict[str, object]:
    """One session without its token."""
    return {
        "number": session.number,
        "account": session.account.user_id,
        "side": session.side.value,
        "app_key": session.app_key,
        "base": session.base,
        "began_at": session.began_at,
        "expires_at": session.expires_at,
        "ended_by": session.ended_by,
        "ended_at": session.ended_at,
        "strayed_calls": session.strayed_calls,
    }
