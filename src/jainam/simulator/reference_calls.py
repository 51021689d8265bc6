"""
The REST calls of the market-data side: master, look-ups, search, quotes, subscriptions and candles.

Pure: a call and a moment in, an answer out. Only the session's subscriptions, which the caller passes in, change.

Source: xts-api.md, 8.1, 8.2, 8.5 and 8.6.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import orjson
from attrs import frozen

from jainam.simulator.answers import Answer, error, success
from jainam.simulator.candles import DAILY, INTERVALS_S, candles, read_time
from jainam.simulator.contract_listing import plain
from jainam.simulator.instrument_objects import day_text, full_instrument_object, instrument_object
from jainam.simulator.instrument_terms import CALL, EQUITY, FUTURE, OPTION, PUT, SEGMENT_IDS, SPREAD, Instrument
from jainam.simulator.instruments import Master
from jainam.simulator.market import Market
from jainam.simulator.noise import mix
from jainam.simulator.quote_messages import (
    CANDLE,
    DEPTH,
    INDEX,
    LAST_PRICE,
    OPEN_INTEREST,
    PROPERTY_CHANGE,
    TOUCHLINE,
    QuoteMessages,
)
from jainam.simulator.validation import Parameters, Refused

Subscription = tuple[int, int, int]
"""Segment number, instrument id, message code."""

ALL_SEGMENTS: Final[Mapping[str, int]] = {
    "NSECM": 1,
    "NSEFO": 2,
    "NSECD": 3,
    "NSECO": 4,
    "SLBM": 5,
    "NIFSC": 7,
    "BSECM": 11,
    "BSEFO": 12,
    "BSECD": 13,
    "BSECO": 14,
    "NCDEX": 21,
    "MSECM": 41,
    "MSEFO": 42,
    "MSECD": 43,
    "MCXFO": 51,
}
"""Every segment that XTS names; the venue lists instruments on some of them."""

_SEGMENT_NAMES: Final = {number: name for name, number in ALL_SEGMENTS.items()}
_INSTRUMENT_TYPES: Final = {
    "Futures": FUTURE,
    "Options": OPTION,
    "Spread": SPREAD,
    "Equity": EQUITY,
    "Spot": 16,
    "PreferenceShares": 32,
    "Debentures": 64,
    "Warrants": 128,
    "Miscellaneous": 256,
    "MutualFund": 512,
}
_EVENT_CODES: Final = {
    "touchlineEvent": TOUCHLINE,
    "marketDepthEvent": DEPTH,
    "indexDataEvent": INDEX,
    "candleDataEvent": CANDLE,
    "openInterestEvent": OPEN_INTEREST,
    "instrumentPropertyChangeEvent": PROPERTY_CHANGE,
    "ltpEvent": LAST_PRICE,
}
_OPTION_TYPES: Final = {"CE": CALL, "PE": PUT}
_WHOLE: Final = re.compile(r"\d{1,15}")
_MOST_FOUND: Final = 200


@frozen
class ReferenceOptions:
    """What differs between servers."""

    subscription_limit: int = 50
    """Subscriptions of a session, counted by instrument and code."""

    nested_touchline: bool = False
    unix_time_off_nse: bool = False


@frozen
class _Call:
    query: Mapping[str, str]
    body: Mapping[str, object]
    now: float
    subscriptions: set[Subscription]
    binary_side: bool


class ReferenceCalls:
    """Answers every REST call of the market-data side but login and logout."""

    def __init__(self, master: Master, market: Market, options: ReferenceOptions | None = None) -> None:
        """Serve a day's master and its market."""
        self._master = master
        self._market = market
        self._options = options or ReferenceOptions()
        self._quotes = QuoteMessages(
            market,
            nested_touchline=self._options.nested_touchline,
            unix_time_off_nse=self._options.unix_time_off_nse,
        )
        look_up = "/instruments/instrument/"
        self._calls: Mapping[tuple[str, str], Callable[[_Call], Answer]] = {
            ("GET", "/config/clientconfig"): self._client_config,
            ("POST", "/instruments/master"): self._master_file,
            ("GET", "/instruments/indexlist"): self._index_list,
            ("GET", f"{look_up}series"): self._series,
            ("GET", f"{look_up}symbol"): self._symbol,
            ("GET", f"{look_up}expirydate"): self._expiry_dates,
            ("GET", f"{look_up}futuresymbol"): self._future_symbol,
            ("GET", f"{look_up}optiontype"): self._option_types,
            ("GET", f"{look_up}strikeprice"): self._strike_prices,
            ("GET", f"{look_up}optionsymbol"): self._option_symbol,
            ("POST", "/search/instrumentsbyid"): self._search_by_id,
            ("POST", "/search/instrumentsbyisin"): self._search_by_isin,
            ("GET", "/search/instruments"): self._search,
            ("POST", "/instruments/quotes"): self._get_quotes,
            ("POST", "/instruments/subscription"): self._subscribe,
            ("PUT", "/instruments/subscription"): self._unsubscribe,
            ("GET", "/instruments/ohlc"): self._ohlc,
        }

    def answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, object],
        now: float,
        subscriptions: set[Subscription],
        binary_side: bool,  # noqa: FBT001  the venue's router passes the side by position
    ) -> Answer | None:
        """
        Return the answer, or ``None`` when the call is none of these.

        Args:
            method: HTTP method.
            path: Below the market prefix, in lower case: ``/instruments/master``.
            query: Query parameters.
            body: JSON body or form fields.
            now: The venue's time, unix seconds.
            subscriptions: The session's subscriptions; changed by the subscription calls.
            binary_side: Whether the call came under the binary prefix.
        """
        call = self._calls.get((method, path))
        if call is None:
            return None
        try:
            return call(_Call(query, body, now, subscriptions, binary_side))
        except Refused as refused:
            return refused.answer

    def _client_config(self, _: _Call) -> Answer:
        both_ways = {str(number): name for name, number in _INSTRUMENT_TYPES.items()} | _INSTRUMENT_TYPES
        result = {
            "exchangeSegments": ALL_SEGMENTS,
            "xtsMessageCode": _EVENT_CODES,
            "publishFormat": ["Binary", "JSON"],
            "broadCastMode": ["Full", "Partial"],
            "instrumentType": both_ways,
        }
        return success("s-response-0001", "Fetched configurations successfully", result)

    def _master_file(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        segments = _list(parameters, call.body, "exchangeSegmentList")
        for segment in segments:
            if not isinstance(segment, str) or segment not in ALL_SEGMENTS:
                parameters.fault("exchangeSegmentList", f"must be one of [{', '.join(ALL_SEGMENTS)}]", "any.allowOnly")
        parameters.check()
        texts = (self._master.rows(str(segment)) for segment in segments)
        return success("s-instrument-0001", "Fetched Master Data", "\n".join(text for text in texts if text))

    def _index_list(self, call: _Call) -> Answer:
        segment = _query_segment(call)
        names = [f"{name}_{token}" for name, token in self._master.index_list(segment)]
        result = {"exchangeSegment": str(ALL_SEGMENTS[segment]), "indexList": names}
        return success("s-instrument-0007", "Index List successfully", result)

    def _series(self, call: _Call) -> Answer:
        rows = self._master.in_segment(_query_segment(call))
        return success("s-response-0001", "Series", {"series": list(dict.fromkeys(row.series for row in rows))})

    def _symbol(self, call: _Call) -> Answer:
        rows = self._rows_of_symbol(call)
        if not rows:
            return _not_found()
        return success("s-rds-0", "ok", instrument_object(rows[0], self._master.day))

    def _expiry_dates(self, call: _Call) -> Answer:
        expiries = sorted({row.expiry for row in self._rows_of_symbol(call) if row.expiry is not None})
        # servers answer in no order; the first is put last so that even two of them are out of order
        shuffled = sorted(expiries[1:], key=lambda expiry: mix(expiry.toordinal())) + expiries[:1]
        return success("s-response-0001", "Expiry", [expiry.isoformat() for expiry in shuffled])

    def _future_symbol(self, call: _Call) -> Answer:
        # a spread has the series, symbol and expiry of its near future
        return self._symbols(row for row in self._rows_of_expiry(call) if row.kind == FUTURE)

    def _option_types(self, call: _Call) -> Answer:
        listed = {row.option_type for row in self._rows_of_expiry(call)}
        names = [name for name, option_type in _OPTION_TYPES.items() if option_type in listed]
        return success("s-response-0001", "Option types", names)

    def _strike_prices(self, call: _Call) -> Answer:
        option_type = _option_type(call)
        strikes = {row.strike for row in self._rows_of_expiry(call) if row.option_type == option_type and row.strike}
        return success("s-response-0001", "Strikes", [plain(strike) for strike in sorted(strikes)])

    def _option_symbol(self, call: _Call) -> Answer:
        parameters = Parameters(call.query, "query")
        strike = parameters.price("strikePrice")
        parameters.check()
        option_type = _option_type(call)
        rows = self._rows_of_expiry(call)
        return self._symbols(row for row in rows if row.option_type == option_type and row.strike == strike)

    def _rows_of_symbol(self, call: _Call) -> list[Instrument]:
        parameters = Parameters(call.query, "query")
        segment = _segment(parameters, call.query)
        series, symbol = parameters.required_text("series").upper(), parameters.required_text("symbol").upper()
        parameters.check()
        return [row for row in self._master.in_segment(segment) if row.name == symbol and row.series == series]

    def _rows_of_expiry(self, call: _Call) -> list[Instrument]:
        parameters = Parameters(call.query, "query")
        expiry = parameters.required_text("expiryDate").upper()
        parameters.check()
        rows = self._rows_of_symbol(call)
        return [row for row in rows if row.expiry is not None and day_text(row.expiry).upper() == expiry]

    def _symbols(self, rows: Iterable[Instrument]) -> Answer:
        found = [instrument_object(row, self._master.day) for row in rows]
        return success("s-rds-0", "ok", found) if found else _not_found()

    def _search_by_id(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        wanted = _instruments(parameters, call.body)
        parameters.check()
        rows = filter(None, (self._find(segment, instrument_id) for segment, instrument_id in wanted))
        return success(
            "s-search-0002", "Instruments Found", [full_instrument_object(row, self._market) for row in rows]
        )

    def _search_by_isin(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        isin = call.body.get("isin")
        isins = [isin] if isinstance(isin, str) else _list(parameters, call.body, "isin")
        parameters.check()
        wanted = {text.upper() for text in isins if isinstance(text, str) and text}
        return self._found(row for row in self._all_rows() if row.isin in wanted)

    def _search(self, call: _Call) -> Answer:
        parameters = Parameters(call.query, "query")
        words = parameters.required_text("searchString").upper().split()
        parameters.check()
        return self._found(
            row
            for row in self._all_rows()
            if all(word in row.display_name or word in row.description for word in words)
        )

    def _all_rows(self) -> Iterable[Instrument]:
        return (row for segment in SEGMENT_IDS for row in self._master.in_segment(segment))

    def _found(self, rows: Iterable[Instrument]) -> Answer:
        found = [instrument_object(row, self._master.day) for row, _ in zip(rows, range(_MOST_FOUND), strict=False)]
        return success("s-search-0001", "Instruments Found", found)

    def _get_quotes(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        wanted = _instruments(parameters, call.body)
        code = _code(parameters, call.body, self._quotes.codes)
        parameters.choice("publishFormat", ("Binary", "JSON"), any_case=True)
        parameters.check()
        listed = [{"exchangeSegment": segment, "exchangeInstrumentID": str(token)} for segment, token in wanted]
        result = {"mdp": code, "quotesList": listed, "listQuotes": self._quotes_of(code, wanted, call.now)}
        return success("s-quotes-0001", "Get quotes successfully!", result)

    def _quotes_of(self, code: int, wanted: Iterable[tuple[int, int]], now: float) -> list[str]:
        """Return the quotes of the known instruments; an unknown one is left out."""
        rows = filter(None, (self._find(segment, token) for segment, token in wanted))
        return [self._quotes.quote(code, row, now) for row in rows]

    def _subscribe(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        wanted = _instruments(parameters, call.body)
        code = _code(parameters, call.body, tuple(_EVENT_CODES.values()))
        parameters.check()
        asked = {(segment, token, code) for segment, token in wanted}
        # a call is granted as a whole or not at all (unconfirmed for mixed ones)
        if asked & call.subscriptions:
            return error(400, "e-session-0002", "Instrument Already Subscribed !", self._remaining(call))
        if len(call.subscriptions) + len(asked) > self._options.subscription_limit:
            return error(400, "e-session-0004", "Subscription limit exceeded", self._remaining(call))
        call.subscriptions.update(asked)
        result: dict[str, object] = {}
        if not call.binary_side:
            result = {
                "mdp": code,
                "quotesList": [
                    {"exchangeSegment": segment, "exchangeInstrumentID": token} for segment, token in wanted
                ],
                "listQuotes": self._quotes_of(code, wanted, call.now) if code in self._quotes.codes else [],
            }
        return success("s-session-0001", "Instrument subscribed successfully!", result | self._remaining(call))

    def _unsubscribe(self, call: _Call) -> Answer:
        parameters = Parameters(call.body, "body")
        wanted = _instruments(parameters, call.body)
        code = _code(parameters, call.body, tuple(_EVENT_CODES.values()))
        parameters.check()
        call.subscriptions.difference_update((segment, token, code) for segment, token in wanted)
        return success("s-response-0001", "Instrument subscription deleted!", self._remaining(call))

    def _remaining(self, call: _Call) -> dict[str, int]:
        return {"Remaining_Subscription_Count": max(0, self._options.subscription_limit - len(call.subscriptions))}

    def _ohlc(self, call: _Call) -> Answer:
        parameters = Parameters(call.query, "query")
        segment = _segment(parameters, call.query)
        token = parameters.whole("exchangeInstrumentID", least=0)
        start, end = _moment(parameters, "startTime"), _moment(parameters, "endTime")
        interval = parameters.choice("compressionValue", (*map(str, INTERVALS_S), DAILY), any_case=True)
        parameters.check()
        instrument = self._master.get(segment, token)
        if instrument is None:
            return _not_found()
        text = candles(self._market, instrument, start, end, interval, call.now)
        # "dataReponse" is the server's own spelling
        result = {"exchangeSegment": segment, "exchangeInstrumentID": str(token), "dataReponse": text}
        return success("s-instrument-0002", "Data found", result)

    def _find(self, segment: int, instrument_id: int) -> Instrument | None:
        return self._master.get(_SEGMENT_NAMES.get(segment, ""), instrument_id)


def _not_found() -> Answer:
    return error(400, "e-instrument-0001", "Instrument not found")


def _query_segment(call: _Call) -> str:
    parameters = Parameters(call.query, "query")
    segment = _segment(parameters, call.query)
    parameters.check()
    return segment


def _segment(parameters: Parameters, given: Mapping[str, str]) -> str:
    """Return the name of a segment that a query gives by name or number."""
    value = given.get("exchangeSegment", "")
    if value.isdecimal() and int(value) in _SEGMENT_NAMES:
        return _SEGMENT_NAMES[int(value)]
    return parameters.choice("exchangeSegment", tuple(ALL_SEGMENTS), any_case=True)


def _option_type(call: _Call) -> int:
    parameters = Parameters(call.query, "query")
    name = parameters.choice("optionType", tuple(_OPTION_TYPES), any_case=True)
    parameters.check()
    return _OPTION_TYPES[name]


def _code(parameters: Parameters, given: Mapping[str, object], allowed: Sequence[int]) -> int:
    code = _whole(parameters, given, "xtsMessageCode")
    if code is None:
        return 0
    if code not in allowed:
        parameters.fault("xtsMessageCode", f"must be one of [{', '.join(map(str, allowed))}]", "any.allowOnly")
    return code


def _moment(parameters: Parameters, name: str) -> float:
    text = parameters.required_text(name)
    moment = read_time(text)
    if moment is None:
        if text:
            parameters.fault(name, 'must be a time as "Sep 15 2026 091500"', "date.format")
        return 0.0
    return moment


def _list(parameters: Parameters, given: Mapping[str, object], name: str) -> list[object]:
    """Return a list, or the list in a form field's JSON text (xts-api.md, 8.6)."""
    value = given.get(name)
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            value = ...
    if isinstance(value, list) and value:
        return value
    if value is None:
        parameters.fault(name, "is required", "any.required")
    elif isinstance(value, list):
        parameters.fault(name, "must contain at least 1 items", "array.min")
    else:
        parameters.fault(name, "must be an array", "array.base")
    return []


def _instruments(parameters: Parameters, given: Mapping[str, object]) -> list[tuple[int, int]]:
    """Return segment number and token of each instrument of a body; segments go by number here."""
    found: list[tuple[int, int]] = []
    for item in _list(parameters, given, "instruments"):
        if not isinstance(item, dict):
            parameters.fault("instruments", "must be an object", "object.base")
            continue
        segment, token = _whole(parameters, item, "exchangeSegment"), _whole(parameters, item, "exchangeInstrumentID")
        if segment is not None and token is not None:
            found.append((segment, token))
    return found


def _whole(parameters: Parameters, item: Mapping[str, object], name: str) -> int | None:
    value = item.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if value is None:
        parameters.fault(name, "is required", "any.required")
    else:
        parameters.fault(name, "must be a number", "number.base")
    return None
