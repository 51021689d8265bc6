"""The broker object: its settings, its door under threads and forks, and injected transports."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from jainam.adapters.xts_rest.broker import XtsBroker, xts_broker, xts_broker_factory
from jainam.adapters.xts_rest.calls import MANNERS, Repeat
from jainam.adapters.xts_rest.errors import DEFINITE_ANSWERS, NEVER_LEFT, Where, from_transport
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import AnswerLost, BrokerUnavailable, ConfigurationError, Effect
from jainam.domain.limits import Endpoint
from jainam.domain.sessions import Credentials, Secret
from jainam.ports.broker import BrokerOptions, BrokerTools
from tests.integration.xts_rest.desk_tools import ORDER_ID, Limits, Notes, RealClock, bench, order
from tests.integration.xts_rest.loopback import granted, running

ACCEPTED = granted({"AppOrderID": 77, "OrderUniqueIdentifier": ORDER_ID})


def _options(**changes):
    credentials = Credentials(Secret("a-key"), Secret("a-secret"))
    return BrokerOptions(
        **{
            "account": AccountId("xts", "B", AccountKind.PRO),
            "interactive": credentials,
            "market": credentials,
            "base_url": "http://127.0.0.1:1",
            **changes,
        }
    )


def _tools():
    return BrokerTools(RealClock(), Limits(), Notes())


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "venue"},
        {"base_url": ""},
        {"base_url": "ftp://127.0.0.1"},
        {"base_url": "http://user:pass@127.0.0.1"},
        {"base_url": "http://venue..invalid"},
        {"base_url": "http://" + "x" * 64 + ".invalid"},
        {"host_lookup_url": "nowhere"},
        {"extra": {"definite_refusals": "e-orders-0001"}},
        {"extra": {"keep_alive_s": "long"}},
        {"extra": {"keep_alive_s": "-1"}},
    ],
)
def test_malformed_setting_is_refused_at_once(changes):
    with pytest.raises(ConfigurationError) as caught:
        xts_broker(_options(**changes), _tools())

    assert "pass" not in str(caught.value)


def test_switched_off_verification_warns_at_construction():
    tools = _tools()

    with pytest.warns(UserWarning, match="not verified"):
        XtsBroker(_options(verify_tls=False), tools)

    assert tools.telemetry.notes[0][0] == "tls.not-verified"


def test_verified_tls_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        xts_broker(_options(), _tools()).close()


def test_prefixes_may_be_empty_or_written_with_slashes():
    with running(ACCEPTED) as server:
        bench(server.url + "/", interactive_prefix="").place()
        bench(server.url, interactive_prefix="/1interactive/").place()

    assert [request.target for request in server.requests] == ["/orders", "/1interactive/orders"]


def test_injected_transport_carries_every_call_and_is_closed():
    class Venue(httpx.BaseTransport):
        closed = False
        seen: list[str] = []  # noqa: RUF012  # one list for one test

        def handle_request(self, request):
            self.seen.append(f"{request.method} {request.url.path} {request.headers['host']}")
            return httpx.Response(200, json={"type": "success", "result": {"AppOrderID": 5}})

        def close(self):
            self.closed = True

    venue = Venue()
    broker = xts_broker_factory(venue)(_options(), _tools())
    session = bench("http://127.0.0.1:1", AccountKind.PRO).session()

    placed = broker.orders.place(session, None, ORDER_ID, order())
    broker.close()

    assert placed.app_order_id == "5"
    assert venue.seen == ["POST /interactive/orders 127.0.0.1:1"]
    assert venue.closed


def test_many_threads_share_the_door():
    with running(ACCEPTED) as server:
        desk = bench(server.url)
        with ThreadPoolExecutor(8) as pool:
            placed = list(pool.map(lambda _: desk.place().app_order_id, range(40)))

    assert placed == ["77"] * 40
    assert len(server.requests) == 40
    assert len(server.connections) <= 8
    assert len({event.correlation_id for event in desk.notes.requests}) == 40


def test_forked_child_uses_connections_of_its_own():
    with running(ACCEPTED) as server:
        desk = bench(server.url)
        desk.place()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of threads; the child uses none
            child = os.fork()
        if child == 0:
            ended = 1
            try:
                ended = 0 if desk.place().app_order_id == "77" else 2
            finally:
                os._exit(ended)
        _, status = os.waitpid(child, 0)
        desk.place()

    assert os.waitstatus_to_exitcode(status) == 0
    assert [request.connection for request in server.requests] == [1, 2, 1]


def test_every_order_call_is_written_once_and_every_manner_is_consistent():
    never = {endpoint for endpoint, manner in MANNERS.items() if manner.repeat is Repeat.NEVER}

    assert never == {Endpoint.ORDER_PLACE, Endpoint.ORDER_MODIFY}
    for endpoint, manner in MANNERS.items():
        if manner.changes and manner.repeat is Repeat.FREELY:
            assert endpoint in {Endpoint.ORDER_CANCEL, Endpoint.LOGOUT, Endpoint.MARKET_LOGOUT}


def _transport_errors():
    found, todo = [], [httpx.RequestError]
    while todo:
        cls = todo.pop()
        found.append(cls)
        todo.extend(cls.__subclasses__())
    return sorted(found, key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", _transport_errors())
def test_only_errors_of_the_connect_phase_prove_that_an_order_never_left(cls):
    where = Where(AccountId("xts", "B", AccountKind.PRO), Endpoint.ORDER_PLACE, "c", 1)

    error = from_transport(cls("what"), "what", where)

    never_left = cls in {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol}
    assert (cls in NEVER_LEFT) is never_left
    assert isinstance(error, BrokerUnavailable if never_left else AnswerLost)
    assert error.effect is (Effect.NONE if never_left else Effect.POSSIBLE)


def test_closed_list_is_the_one_of_the_safety_rules():
    assert {(answer.code, tuple(sorted(answer.statuses))) for answer in DEFINITE_ANSWERS} == {
        ("e-property-validation-failed", (400,)),
        ("e-apirl-0004", (429,)),
        ("e-token-0001", (400, 401)),
        ("e-token-0002", (400, 401)),
        ("e-session-0005", (400, 401)),
    }


def test_broken_before_send_keeps_the_call_from_leaving():
    class Stop(Exception):  # a test's own
        pass

    def stop():
        raise Stop

    with running(ACCEPTED) as server:
        desk = bench(server.url)

        with pytest.raises(Stop):
            desk.broker.books.order_book(desk.session(), "CL001", before_send=stop)

    assert server.requests == []
