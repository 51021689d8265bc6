"""
Bodies and queries of calls (xts-api.md, 3 to 5 and 8.1; prop-servers.md, dealer calls).

Bodies are JSON as bytes. Prices go out exactly as the decimal is written, never through a float.
"""

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import quote, urlencode

import orjson

from jainam.adapters.xts_wire.positions import VIEW_WORDS
from jainam.adapters.xts_wire.words import order_type_word, segment_number, segment_of
from jainam.domain.errors import OrderDenied, Violation
from jainam.domain.instruments import Exchange
from jainam.domain.orders import OrderChange, OrderRequest
from jainam.domain.portfolio import PositionView
from jainam.domain.sessions import Credentials, Secret


def login_body(credentials: Credentials, source: str, unique_key: Secret | None = None) -> bytes:
    """Return the body of either side's login; with *unique_key* that of one through host lookup."""
    body = {
        "appKey": credentials.app_key.reveal(),
        "secretKey": credentials.secret_key.reveal(),
        "source": source,
    }
    if unique_key is not None:
        body["uniqueKey"] = unique_key.reveal()
    return orjson.dumps(body)


def host_lookup_body(password: Secret | None, version: str) -> bytes:
    """Return the body of a host lookup."""
    return orjson.dumps({"accesspassword": password.reveal() if password else "", "version": version})


def place_body(request: OrderRequest, client_order_id: str, client_word: str | None) -> bytes:
    """
    Return the body of a place call. Quantities are units (xts-api.md, 10, row 1).

    Raises:
        OrderDenied: The instrument is an index value, which has no segment to be traded in.
    """
    instrument = request.instrument
    if instrument.exchange.is_index:
        raise OrderDenied([Violation("symbol", f"{instrument} is an index value and can't be traded", "not-tradable")])
    body: dict[str, object] = {
        "exchangeSegment": segment_of(instrument.exchange),
        "exchangeInstrumentID": instrument.instrument_id,
        "productType": request.product.value,
        "orderType": order_type_word(request.order_type),
        "orderSide": request.side.value,
        "timeInForce": request.time_in_force.value,
        "disclosedQuantity": request.disclosed_qty,
        "orderQuantity": request.quantity,
        "limitPrice": _price(request.limit_price),
        "stopPrice": _price(request.stop_price),
        "orderUniqueIdentifier": client_order_id,
    }
    return _with_client(body, client_word)


def modify_body(app_order_id: str, client_order_id: str, change: OrderChange, client_word: str | None) -> bytes:
    """Return the body of a modify call: all terms, changed or not (xts-api.md, 4.2)."""
    body: dict[str, object] = {
        "appOrderID": _order_number(app_order_id),
        "modifiedProductType": change.product.value,
        "modifiedOrderType": order_type_word(change.order_type),
        "modifiedOrderQuantity": change.quantity,
        "modifiedDisclosedQuantity": change.disclosed_qty,
        "modifiedLimitPrice": _price(change.limit_price),
        "modifiedStopPrice": _price(change.stop_price),
        "modifiedTimeInForce": change.time_in_force.value,
        "orderUniqueIdentifier": client_order_id,
    }
    return _with_client(body, client_word)


def order_query(app_order_id: str, client_word: str | None) -> str:
    """Return the query of a cancel call, or of an order's history."""
    return _query({"appOrderID": app_order_id}, client_word)


def client_query(client_word: str | None) -> str:
    """Return the query of a book that is asked for one client, or for everyone."""
    return _query({}, client_word)


def positions_query(view: PositionView, client_word: str | None) -> str:
    """Return the query of a positions read."""
    return _query({"dayOrNet": VIEW_WORDS[view]}, client_word)


def master_body(exchanges: Sequence[Exchange]) -> bytes:
    """Return the body of a master download."""
    return orjson.dumps({"exchangeSegmentList": [segment_of(exchange) for exchange in exchanges]})


def index_list_query(exchange: Exchange) -> str:
    """Return the query of an index list."""
    return _query({"exchangeSegment": str(segment_number(exchange))}, None)


def _with_client(body: dict[str, object], client_word: str | None) -> bytes:
    if client_word is not None:
        body["clientID"] = client_word
    return orjson.dumps(body)


def _query(parameters: dict[str, str], client_word: str | None) -> str:
    if client_word is not None:
        parameters["clientID"] = client_word
    return urlencode(parameters, quote_via=quote, safe="*")


def _price(price: Decimal | None) -> object:
    return 0 if price is None else orjson.Fragment(format(price, "f"))


def _order_number(app_order_id: str) -> int | str:
    """Return the id as the number that it is; GTT orders have a text (xts-api.md, 4.6)."""
    return int(app_order_id) if app_order_id.isascii() and app_order_id.isdigit() else app_order_id
