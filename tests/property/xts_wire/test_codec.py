"""Whatever a server sends becomes a value or a typed error; what is written can be read back."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.xts_wire import requests, scalars
from jainam.adapters.xts_wire.balance import read_funds, read_profile
from jainam.adapters.xts_wire.envelope import Failure, Success, Unreadable, read_envelope
from jainam.adapters.xts_wire.holdings import read_holdings
from jainam.adapters.xts_wire.master import MasterReader, lines_of, read_index_list
from jainam.adapters.xts_wire.orders import read_orders, read_placed, read_trades
from jainam.adapters.xts_wire.positions import PositionsReader
from jainam.adapters.xts_wire.sessions import read_host, read_login
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind
from jainam.domain.orders import OrderRequest, OrderSide, OrderType, Product, TimeInForce

NORMAL = AccountId("xts", "B", AccountKind.NORMAL)
CLIENTS = ClientWords(NORMAL, None)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)
ORDER_FIELDS = (
    "AppOrderID", "ClientID", "ExchangeSegment", "ExchangeInstrumentID", "OrderSide", "OrderStatus", "OrderQuantity",
    "CumulativeQuantity", "LeavesQuantity", "OrderPrice", "OrderAverageTradedPrice", "LastUpdateDateTime",
    "LastTradedQuantity", "LastTradedPrice", "AccountID", "Quantity", "ExchangeInstrumentId", "ISIN",
    "HoldingQuantity", "UsedQuantity", "CollateralQuantity", "limitHeader", "limitObject", "RMSSubLimits",
)  # fmt: skip
rows = st.lists(st.dictionaries(st.sampled_from(ORDER_FIELDS), json_values, max_size=12), max_size=3)
results = (
    json_values
    | rows
    | st.builds(lambda found: {"positionList": found}, rows)
    | st.builds(lambda found: {"BalanceList": found}, rows)
    | st.builds(lambda found: {"RMSHoldingList": [{"Holdings": {"INE": one}} for one in found]}, rows)
    | st.builds(lambda found: {"indexList": found}, json_values)
    | st.dictionaries(st.sampled_from(("token", "userID", "uniqueKey", "connectionString")), json_values)
)
prices = st.decimals(min_value="0.0001", max_value="10000000", places=4)


@given(st.binary(max_size=300))
def test_any_bytes_become_an_envelope(body):
    assert isinstance(read_envelope(body), Success | Failure | Unreadable)


@given(json_values)
def test_any_json_becomes_an_envelope(value):
    assert isinstance(read_envelope(json.dumps(value).encode()), Success | Failure | Unreadable)


@given(json_values, st.sampled_from(["success", "error", True, False]))
def test_type_alone_decides(result, word):
    envelope = read_envelope(json.dumps({"type": word, "code": "x-y-0001", "result": result}).encode())

    assert isinstance(envelope, Success) is (word in {"success", True})


@given(results)
def test_any_result_is_read_or_refused_with_a_typed_error(result):
    readers = (
        lambda: read_orders(result, NORMAL, CLIENTS),
        lambda: read_trades(result, NORMAL, CLIENTS),
        lambda: PositionsReader(NORMAL, CLIENTS).read(result),
        lambda: read_holdings(result, NORMAL, CLIENTS),
        lambda: read_funds(result, NORMAL, CLIENTS),
        lambda: read_profile(result, NORMAL, CLIENTS),
        lambda: read_placed(result, "jm1"),
        lambda: read_login(result),
        lambda: read_host(result),
        lambda: read_index_list(result, Exchange.NSE_INDEX),
    )

    refused = 0
    for read in readers:
        try:
            read()
        except scalars.WireError:
            refused += 1

    assert 0 < refused <= len(readers)  # no result is an answer to every one of these questions


@given(json_values)
def test_scalars_read_or_refuse_anything(value):
    for read in (scalars.text_of, scalars.identifier_of, scalars.decimal_of, scalars.whole_of, scalars.count_of):
        try:
            found = read(value)
        except scalars.FieldError:
            continue
        assert found is not None
    assert scalars.decimal_or_none(value) is None or scalars.decimal_of(value).is_finite()
    assert scalars.moment_or_none(value) is None or scalars.moment_or_none(value).tzinfo is UTC
    assert scalars.flag_or_none(value) in {True, False, None}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_number_with_separators_reads_as_without(number):
    assert scalars.decimal_of(f"{number:,}") == number
    assert scalars.decimal_of(f" {number} ") == number


@given(st.decimals(places=2, min_value=-(10**7), max_value=10**7))
def test_float_of_a_price_reads_as_the_price(number):
    assert scalars.decimal_of(float(number)) == number


@given(st.integers(-(10**17), 10**17))
def test_whole_number_reads_in_every_type(number):
    assert scalars.whole_of(number) == scalars.whole_of(str(number)) == scalars.whole_of(f"{number:,}.00") == number


@given(st.datetimes(min_value=datetime(1981, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001  # an IST wall clock
def test_both_date_forms_name_the_same_instant(wall):
    wall = wall.replace(microsecond=0)

    at = scalars.moment_or_none(wall.isoformat())

    assert at == scalars.moment_or_none(f"{wall:%d-%m-%Y %H:%M:%S}")
    assert at == scalars.moment_or_none(f"{wall.isoformat()}.0000000+05:30")


@given(
    side=st.sampled_from(OrderSide),
    product=st.sampled_from(Product),
    order_type=st.sampled_from(OrderType),
    tif=st.sampled_from(TimeInForce),
    quantity=st.integers(1, 10**7),
    limit_price=prices,
    stop_price=prices,
    exchange=st.sampled_from([one for one in Exchange if not one.is_index]),
)
def test_order_that_the_venue_echoes_reads_as_it_was_sent(
    side, product, order_type, tif, quantity, limit_price, stop_price, exchange
):
    instrument = Instrument(
        exchange=exchange,
        instrument_id=2885,
        symbol="X",
        kind=InstrumentKind.EQUITY,
        name="X",
        venue_symbol="X",
        display_name="X",
        series="EQ",
        lot_size=1,
        tick_size=None,
        freeze_qty=None,
        band=None,
        multiplier=Decimal(1),
    )
    order = OrderRequest(
        instrument,
        side,
        quantity,
        product,
        order_type,
        limit_price if order_type.has_limit else None,
        stop_price if order_type.is_stop else None,
        tif,
    )

    sent = json.loads(requests.place_body(order, "jm1", "CL001"), parse_float=str)
    echo = {
        "AppOrderID": 1,
        "ClientID": sent["clientID"],
        "ExchangeSegment": sent["exchangeSegment"],
        "ExchangeInstrumentID": sent["exchangeInstrumentID"],
        "OrderSide": sent["orderSide"],
        "OrderType": sent["orderType"].capitalize(),
        "ProductType": sent["productType"],
        "TimeInForce": sent["timeInForce"],
        "OrderPrice": sent["limitPrice"],
        "OrderStopPrice": sent["stopPrice"],
        "OrderQuantity": sent["orderQuantity"],
        "CumulativeQuantity": 0,
        "OrderStatus": "New",
        "OrderUniqueIdentifier": sent["orderUniqueIdentifier"],
    }
    (row,) = read_orders([echo], NORMAL, CLIENTS)

    assert (row.exchange, row.instrument_id, row.side, row.order_qty) == (exchange, 2885, side, quantity)
    assert (row.order_type, row.product, row.time_in_force) == (order_type, product, tif)
    assert (row.limit_price, row.stop_price) == (order.limit_price, order.stop_price)
    assert (row.client, row.client_order_id, row.leaves_qty) == ("CL001", "jm1", quantity)


@given(st.lists(st.text(alphabet="|0123456789.-abcNSEFO", max_size=120), max_size=20))
def test_any_master_row_is_read_or_counted(lines):
    reader = MasterReader(Exchange)

    found = list(reader.read(lines))

    assert len(found) + reader.skipped == sum(1 for line in lines if line and not line.isspace())


@given(st.text(alphabet="ab\n", max_size=60), st.lists(st.integers(0, 60)))
def test_lines_do_not_depend_on_where_the_pieces_end(text, cuts):
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]

    assert list(lines_of(pieces)) == list(lines_of([text]))
    assert "\n".join(lines_of(pieces)) == text.removesuffix("\n")
