"""The venue: one request in, one reply out, on a clock of its own. Everything else of the package hangs below it."""

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from urllib.parse import parse_qsl

import orjson
from attrs import evolve, field, frozen

from jainam.simulator.accounts import ACCOUNTS, PRO_STARS
from jainam.simulator.answers import Answer, validation_error
from jainam.simulator.calls import Call, Tweaks
from jainam.simulator.clock import IST_OFFSET_S, Clock, RealClock
from jainam.simulator.control_calls import CONTROL_BASE, ControlCalls
from jainam.simulator.damage import damaged, not_found, rate_limited
from jainam.simulator.exchange import Delays, Exchange
from jainam.simulator.faults import Action, FaultBook, FaultRule
from jainam.simulator.instruments import Master, Size, build_master
from jainam.simulator.market import Market
from jainam.simulator.messages import Connection, Reply, Request, encode
from jainam.simulator.order_calls import OrderCalls
from jainam.simulator.portfolio_calls import HoldingsForm, PortfolioCalls
from jainam.simulator.rate_chart import RateLog
from jainam.simulator.reference_calls import ReferenceCalls
from jainam.simulator.router import BINARY_BASE, ENDPOINTS, Part, Route, route
from jainam.simulator.session_calls import SessionCalls, invalid_token
from jainam.simulator.tokens import Sessions, Side
from jainam.simulator.user_calls import UserCalls
from jainam.simulator.validation import Refused

__all__ = ["ENDPOINTS", "Venue", "VenueOptions"]

_NO_TOKEN_NEEDED = frozenset({"market.master", "market.indexlist"})
_LOGOUTS = frozenset({"user.logout", "market.logout"})
_DOORS = frozenset({"user.session", "market.login", "hostlookup"})


def _positive(_: object, attribute: object, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{getattr(attribute, 'name', 'value')} must be above 0, not {value}")


def _not_negative(_: object, attribute: object, value: float) -> None:
    if not value >= 0:
        raise ValueError(f"{getattr(attribute, 'name', 'value')} must not be negative, not {value}")


@frozen
class VenueOptions:
    """
    What a venue is opened with.

    Args:
        seed: What prices, invented instruments and random faults follow from.
        instruments: About 5 000 rows (`small`) or 200 000 (`large`).
        speed: Market seconds in a second; rate limits, tokens and delays never follow it.
        clock: Real by default.
        rate_limits: None switches the chart off; 2 admits twice as much.
        token_life_s: From login to expiry.
        exchange_delay_s: From the API's answer to the exchange, for new orders, modifications and cancels.
        fill_delay_s: From acceptance by the exchange to the first possible fill.
        position_lag_s: How old every positions answer is.
        book_lag_s: How old every order book, history and trade book is.
        faults: Rules in force from the start.
        open_reference: Master and index list need no token, as seen in practice.
        holdings_form: The list form of newer releases or the object form that older clients parse.
        day_end: When day orders end, IST.

    """

    seed: int = 7
    instruments: Size = "small"
    speed: float = field(default=1.0, validator=_positive)
    clock: Clock = field(factory=RealClock)
    rate_limits: float | None = 1.0
    token_life_s: float = field(default=86_400.0, validator=_positive)
    exchange_delay_s: float = field(default=0.0, validator=_not_negative)
    fill_delay_s: float = field(default=0.0, validator=_not_negative)
    position_lag_s: float = field(default=0.0, validator=_not_negative)
    book_lag_s: float = field(default=0.0, validator=_not_negative)
    faults: tuple[FaultRule, ...] = ()
    open_reference: bool = True
    holdings_form: HoldingsForm = "list"
    day_end: time = time(23, 59, 59)


class Venue:
    """
    A stand-in XTS server.

    `handle` may be called from any thread; one lock makes every call one step. Nothing runs by itself: what is due is
    carried out, in the order of time, before the next request is looked at.
    """

    def __init__(self, options: VenueOptions | None = None) -> None:
        self.options = options = options or VenueOptions()
        self.clock = options.clock
        opened_at = self.clock.now()
        day = datetime.fromtimestamp(opened_at + IST_OFFSET_S, UTC).date()
        self.master = _master(options.seed, day, options.instruments)
        self.market = Market(self.master, options.seed, opened_at, options.speed)
        delays = Delays(options.exchange_delay_s, options.fill_delay_s)
        self.exchange = Exchange(self.master, self.market, delays, options.day_end, opened_at)
        self.sessions = Sessions(ACCOUNTS, options.token_life_s)
        self.faults = FaultBook(options.faults, options.seed)
        self.calls: Counter[str] = Counter()
        self._rates = RateLog(options.rate_limits)
        self._doors = SessionCalls(self.sessions, options.seed)
        self._reference = ReferenceCalls(self.master, self.market)
        self._handlers = {
            **OrderCalls(self.exchange).handlers,
            **PortfolioCalls(self.exchange, self.market, options.holdings_form).handlers,
            **UserCalls(self.exchange, self.market).handlers,
        }
        self._control = ControlCalls(
            clock=self.clock,
            master=self.master,
            market=self.market,
            exchange=self.exchange,
            sessions=self.sessions,
            faults=self.faults,
            calls=self.calls,
            endpoints=ENDPOINTS,
        )
        self._tweaks = Tweaks(options.book_lag_s, options.position_lag_s)
        self._lock = threading.RLock()
        self._postponed: list[tuple[float, int, Callable[[float], Reply]]] = []
        self._postponements = 0

    # -- the way in

    def handle(self, request: Request) -> Reply:
        """Answer one request now. One whose reply is `postponed` has had no effect yet."""
        with self._lock:
            now = self._catch_up()
            path = request.path
            if path.lower().startswith(CONTROL_BASE + "/"):
                return self._answer_control(request, path[len(CONTROL_BASE) :].lower().rstrip("/"), now)
            found = route(request.method, path, request.query)
            if found is None:
                self.calls["not found"] += 1
                return encode(not_found())
            self.calls[found.endpoint] += 1
            rule = self._fault(request, found) if self.faults else None
            if rule is None:
                return encode(self._act(request, found, now, self._tweaks))
            return self._misbehave(request, found, now, rule)

    def resume(self, reply: Reply) -> Reply:
        """Carry out a postponed request now; any other reply comes back as it is."""
        if reply.postponed is None:
            return reply
        with self._lock:
            return reply.postponed(self._catch_up())

    def postpone(self, reply: Reply, seconds: float) -> None:
        """Carry out a postponed request *seconds* from now, for a caller who no longer waits for the answer."""
        if reply.postponed is None:
            return
        with self._lock:
            self._postponements += 1
            heapq.heappush(self._postponed, (self.clock.now() + seconds, self._postponements, reply.postponed))

    def _catch_up(self) -> float:
        """Carry out what is due, requests at the moments that they were postponed to; return what time it is."""
        now = self.clock.now()
        while self._postponed and self._postponed[0][0] <= now:
            at, _, carry_out = heapq.heappop(self._postponed)
            carry_out(at)
        self.exchange.advance(now)
        return now

    def _answer_control(self, request: Request, path: str, now: float) -> Reply:
        try:
            body = orjson.loads(request.body) if request.body else None
        except orjson.JSONDecodeError as exc:
            return encode(Answer(400, {"error": f"the body is no JSON: {exc}"}))
        return encode(self._control.answer(request.method, path, body, now))

    # -- a call in good order

    def _act(self, request: Request, found: Route, now: float, tweaks: Tweaks) -> Answer:
        """Carry out one request."""
        try:
            if found.endpoint in _DOORS:
                return self._open_door(request, found, now)
            return self._serve(request, found, now, tweaks)
        except Refused as exc:
            return exc.answer

    def _serve(self, request: Request, found: Route, now: float, tweaks: Tweaks) -> Answer:
        """
        Carry out a call of a session: token, rate, form, substance, in that order.

        Raises:
            Refused: By any of them.

        """
        side = Side.MARKET if found.part is Part.MARKET else Side.INTERACTIVE
        if found.endpoint in _NO_TOKEN_NEEDED and self.options.open_reference:
            return self._refer(request, found, now, set())
        session = self._doors.session(request.headers.get("authorization"), side, now)
        if not self._rates.admits(found.endpoint, session.account.user_id, now):
            raise Refused(rate_limited(session.account.user_id))
        if found.endpoint in _LOGOUTS:
            return self._doors.log_out(session, now)
        if side is Side.MARKET:
            return self._refer(request, found, now, session.subscriptions)
        if session.base != found.base:
            session.strayed_calls += 1
        call = Call(found.endpoint, request.query, _body(request), now, session, tweaks)
        return self._handlers[found.endpoint](call)

    def _open_door(self, request: Request, found: Route, now: float) -> Answer:
        body = _body(request)
        if found.part is Part.HOST_LOOKUP:
            return self._doors.look_up(body, f"http://{request.headers.get('host', 'localhost')}", now)
        side = Side.MARKET if found.part is Part.MARKET else Side.INTERACTIVE
        return self._doors.log_in(side, body, found.base, now)

    def _refer(self, request: Request, found: Route, now: float, subscriptions: set[tuple[int, int, int]]) -> Answer:
        answer = self._reference.answer(
            request.method, found.path, request.query, _body(request), now, subscriptions, found.base == BINARY_BASE
        )
        return answer if answer is not None else not_found()

    # -- faults

    def _fault(self, request: Request, found: Route) -> FaultRule | None:
        """The rule that the call falls under: matched by its token's owner or its app key, and by the client named."""
        try:
            body = _body(request)
        except Refused:
            body = {}
        account = None
        if found.endpoint in _DOORS:
            side = Side.MARKET if found.part is Part.MARKET else Side.INTERACTIVE
            account = self.sessions.account_of_key(side, body.get("appKey"))
        else:
            account = self.sessions.owner_of(request.headers.get("authorization", ""))
        client = body.get("clientID", request.query.get("clientID"))
        if account is not None and (client is None or client == PRO_STARS):
            client = account.client_of(client)
        return self.faults.pick(
            found.endpoint, account.user_id if account else None, client if isinstance(client, str) else None
        )

    def _misbehave(self, request: Request, found: Route, now: float, rule: FaultRule) -> Reply:
        if rule.action is Action.EXPIRED_TOKEN:
            return encode(invalid_token(market=found.part is Part.MARKET, status=rule.status))
        if rule.action is Action.RATE_LIMIT:
            owner = self.sessions.owner_of(request.headers.get("authorization", ""))
            return encode(rate_limited(owner.user_id if owner else "", wrapped=rule.wrapped))
        if rule.when == "before" and rule.action is Action.DROP:
            return Reply(connection=Connection.RESET)
        if rule.when == "before":
            return Reply(
                delay_s=rule.delay_ms / 1000,
                postponed=lambda at: encode(self._act(request, found, at, self._tweaks)),
            )
        reply = encode(self._act(request, found, now, self._tweaked(rule))) if rule.act else Reply()
        return damaged(reply, rule)

    def _tweaked(self, rule: FaultRule) -> Tweaks:
        """How a read-side fault makes the venue look back, or look away."""
        tweaks = self._tweaks
        match rule.action:
            case Action.STALE_BOOK:
                return evolve(tweaks, book_age_s=tweaks.book_age_s + rule.age_ms / 1000)
            case Action.POSITION_LAG:
                return evolve(tweaks, position_lag_s=tweaks.position_lag_s + rule.lag_ms / 1000)
            case Action.MISSING_POSITION:
                return evolve(tweaks, misses_position=True, missed_instrument=rule.instrument)
            case _:
                return tweaks


@lru_cache(maxsize=2)
def _master(seed: int, day: date, size: Size) -> Master:
    """A day's master; kept, since it never changes and many venues of one process open on the same one."""
    return build_master(seed, day, size)


def _body(request: Request) -> Mapping[str, object]:
    """
    The parameters in a body: JSON, or a form (whose lists and objects are JSON texts).

    Raises:
        Refused: The body is neither.

    """
    if not request.body:
        return {}
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        pairs = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
        return {name: _form_value(text) for name, text in pairs.items()}
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refused(validation_error("body", "must be an object", "object.base"))
    return body


def _form_value(text: str) -> object:
    if text[:1] in {"[", "{"}:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    return text
