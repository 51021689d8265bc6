"""Whatever a venue answers to an order is an acceptance, a listed refusal, or a lost answer; nothing else exists."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.xts_rest.broker import XtsBroker
from jainam.adapters.xts_rest.errors import DEFINITE_ANSWERS
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import AnswerLost, BrokerError, Effect
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind
from jainam.domain.orders import OrderRequest, OrderSide, Product
from jainam.domain.sessions import Credentials, Secret, Session, Side
from jainam.ports.broker import BrokerOptions, BrokerTools, Placed

AT = datetime(2026, 9, 15, 4, 45, tzinfo=UTC)
ACCOUNT = AccountId("xts", "B", AccountKind.PRO)
SHARE = Instrument(
    exchange=Exchange.NSE,
    instrument_id=2885,
    symbol="RELIANCE",
    kind=InstrumentKind.EQUITY,
    name="RELIANCE",
    venue_symbol="RELIANCE-EQ",
    display_name="RELIANCE",
    series="EQ",
    lot_size=1,
    tick_size=None,
    freeze_qty=None,
    band=None,
    multiplier=Decimal(1),
)
ORDER = OrderRequest(SHARE, OrderSide.BUY, 1, Product.MIS)
SESSION = Session(
    account=ACCOUNT,
    side=Side.INTERACTIVE,
    token=Secret("token-of-a-session"),
    user_id="DLR01",
    client_codes=(),
    is_investor=False,
    connection_base=None,
    expires_at=AT,
    created_at=AT,
    updated_at=AT,
)

statuses = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503])
codes = st.sampled_from([answer.code for answer in DEFINITE_ANSWERS] + ["e-orders-0001", "s-orders-0001", ""])
descriptions = st.sampled_from(["Invalid Token", "Please Provide token to Authenticate", "timed out", "Request sent"])
envelopes = st.fixed_dictionaries(
    {"type": st.sampled_from(["success", "error", True, False, None]), "code": codes, "description": descriptions},
    optional={
        "result": st.sampled_from(
            [{"AppOrderID": 7}, {"AppOrderID": 7, "OrderUniqueIdentifier": "jm1"}, {"AppOrderID": 0}, "", None, []]
        )
    },
)
bodies = (
    envelopes.map(lambda value: json.dumps(value).encode())
    | envelopes.map(lambda value: json.dumps({"err": True, "data": value}).encode())
    | envelopes.map(lambda value: json.dumps([value]).encode())
    | st.binary(max_size=60)
    | st.sampled_from([b"", b"<html><h1>502</h1></html>", b"null", b'{"type":"succ'])
)


class _Still:
    """Clock, limits and telemetry that do nothing."""

    def now(self):
        return AT

    def elapsed_s(self):
        return 0.0

    def sleep(self, seconds):
        raise AssertionError("nothing here waits")

    def reserve(self, account, endpoint, **_):
        pass

    def pushed_back(self, account, endpoint, retry_after_s):
        pass

    def request(self, event):
        pass

    def note(self, event, **fields):
        pass


class _Answering(httpx.BaseTransport):
    def __init__(self, status, body):
        self.status, self.body, self.requests = status, body, 0

    def handle_request(self, request):
        self.requests += 1
        return httpx.Response(self.status, content=self.body)


def _broker(transport):
    credentials = Credentials(Secret("app-key"), Secret("secret-key"))
    still = _Still()
    options = BrokerOptions(ACCOUNT, credentials, credentials, base_url="http://venue.invalid", retries=1)
    return XtsBroker(options, BrokerTools(still, still, still), transport)


def _is_acceptance(status, value):
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    result = value.get("result") if isinstance(value, dict) else None
    return (
        200 <= status < 300
        and isinstance(value, dict)
        and value.get("type") in {"success", True}
        and isinstance(result, dict)
        and bool(result.get("AppOrderID"))
    )


@given(statuses, bodies)
def test_answer_to_an_order_is_definite_by_the_list_alone(status, body):
    venue = _Answering(status, body)
    try:
        value = json.loads(body)
    except ValueError:
        value = None

    try:
        outcome = _broker(venue).orders.place(SESSION, None, "jm1", ORDER)
    except BrokerError as error:
        outcome = error

    assert venue.requests == 1
    if isinstance(outcome, Placed):
        assert _is_acceptance(status, value)
    elif isinstance(outcome, AnswerLost):
        assert outcome.effect is Effect.POSSIBLE
        assert not _is_acceptance(status, value)
    else:
        assert outcome.effect is Effect.NONE
        assert status in {400, 401, 429}
        assert "error" in body.decode() or "false" in body.decode() or "err" in body.decode()


@given(statuses, bodies)
def test_read_never_has_an_effect_and_never_crashes(status, body):
    broker = _broker(_Answering(status, body))
    reads = (
        lambda: broker.books.order_book(SESSION, None),
        lambda: broker.books.trades(SESSION, None),
        lambda: broker.portfolio.positions(SESSION, None),
        lambda: broker.portfolio.holdings(SESSION, None),
        lambda: broker.portfolio.funds(SESSION, None),
        lambda: broker.portfolio.profile(SESSION, None),
        lambda: list(broker.instruments.download(None, (Exchange.NSE, Exchange.NSE_INDEX))),
    )

    errors = []
    for read in reads:
        try:
            read()
        except BrokerError as error:
            errors.append(error)

    assert {error.effect for error in errors} <= {Effect.NONE}


@given(statuses, bodies)
def test_login_is_a_session_or_a_typed_error(status, body):
    broker = _broker(_Answering(status, body))

    for side in Side:
        with pytest.raises(BrokerError):
            broker.sessions.log_in(side)
