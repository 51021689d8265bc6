import json
from datetime import UTC, datetime

import pytest

from jainam.simulator.market import Market
from jainam.simulator.reference_calls import ReferenceCalls, ReferenceOptions

RELIANCE = {"exchangeSegment": 1, "exchangeInstrumentID": 2885}
TCS = {"exchangeSegment": 1, "exchangeInstrumentID": 11536}
UNKNOWN = {"exchangeSegment": 2, "exchangeInstrumentID": 99_999_999}
MINUTES = {
    "exchangeSegment": "1",
    "exchangeInstrumentID": "2885",
    "startTime": "Sep 15 2026 091500",
    "endTime": "Sep 15 2026 092000",
    "compressionValue": "60",
}


class Desk:
    """One session of a client on the market-data side."""

    def __init__(self, calls, now):
        self.calls, self.now, self.subscriptions = calls, now, set()

    def ask(self, method, path, query=None, body=None, *, binary=False):
        return self.calls.answer(method, path, query or {}, body or {}, self.now, self.subscriptions, binary)

    def get(self, path, **query):
        return self.ask("GET", path, query)

    def look_up(self, name, **query):
        return self.ask("GET", f"/instruments/instrument/{name}", query)

    def quotes(self, code, *instruments):
        body = {"instruments": list(instruments), "xtsMessageCode": code, "publishFormat": "JSON"}
        return self.ask("POST", "/instruments/quotes", body=body)

    def subscribe(self, code, *instruments, binary=False):
        body = {"instruments": list(instruments), "xtsMessageCode": code}
        return self.ask("POST", "/instruments/subscription", body=body, binary=binary)

    def unsubscribe(self, code, *instruments):
        body = {"instruments": list(instruments), "xtsMessageCode": code}
        return self.ask("PUT", "/instruments/subscription", body=body)


@pytest.fixture
def desk(master, market, opened_at):
    return Desk(ReferenceCalls(master, market), opened_at)


@pytest.fixture(scope="session")
def option(by_description):
    row = by_description("NSEFO", "NIFTY2692225000CE")
    return {"exchangeSegment": 2, "exchangeInstrumentID": row.instrument_id}


def shape(value):
    """What JSON types stand where: keys of objects, the first element of arrays, and texts that are JSON themselves."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    if isinstance(value, str) and value.startswith("{"):
        return shape(json.loads(value))
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "string"


def faults(answer):
    assert answer.status == 400
    assert answer.body["code"] == "e-property-validation-failed"
    return [(fault["field"], fault["location"], fault["messages"][0]) for fault in answer.body["result"]["errors"]]


def test_client_config_is_the_sample(desk, sample):
    assert desk.get("/config/clientconfig").body == sample("config.clientconfig.response.json")


def test_master_joins_the_segments_asked_for(desk, master, sample):
    answer = desk.ask("POST", "/instruments/master", body={"exchangeSegmentList": ["NSECD", "MCXFO"]})

    assert answer.body["result"] == master.rows("NSECD") + "\n" + master.rows("MCXFO")
    assert shape(answer.body) == shape(sample("master.response.json"))


@pytest.mark.parametrize("segment", ["NSE", 1, {}, None])
def test_master_of_no_segment_is_refused(desk, segment):
    [(field, _, message)] = faults(desk.ask("POST", "/instruments/master", body={"exchangeSegmentList": [segment]}))

    assert field == ["exchangeSegmentList"]
    assert message.startswith('"exchangeSegmentList" must be one of [NSECM, ')


def test_master_of_a_segment_without_rows_is_empty(desk):
    assert desk.ask("POST", "/instruments/master", body={"exchangeSegmentList": ["NCDEX"]}).body["result"] == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, '"exchangeSegmentList" is required'),
        ({"exchangeSegmentList": 1}, '"exchangeSegmentList" must be an array'),
        ({"exchangeSegmentList": []}, '"exchangeSegmentList" must contain at least 1 items'),
    ],
)
def test_master_without_segments_is_refused(desk, body, message):
    answer = desk.ask("POST", "/instruments/master", body=body)

    assert faults(answer) == [(["exchangeSegmentList"], "body", message)]


@pytest.mark.parametrize(("segment", "name"), [("1", "nse"), ("NSECM", "nse"), ("11", "bse"), ("BSECM", "bse")])
def test_index_list_takes_number_or_name_of_a_segment(desk, sample, segment, name):
    answer, expected = (
        desk.get("/instruments/indexlist", exchangeSegment=segment),
        sample(f"indexlist.response.{name}.json"),
    )

    assert set(answer.body["result"].pop("indexList")) == set(expected["result"].pop("indexList"))
    assert answer.body == expected


def test_indices_of_the_list_have_quotes(desk):
    listed = desk.get("/instruments/indexlist", exchangeSegment="1").body["result"]["indexList"]
    tokens = [int(name.rpartition("_")[2]) for name in listed]

    answer = desk.quotes(1501, *({"exchangeSegment": 1, "exchangeInstrumentID": token} for token in tokens))

    quotes = [json.loads(text) for text in answer.body["result"]["listQuotes"]]
    assert [quote["ExchangeInstrumentID"] for quote in quotes] == tokens
    assert {quote["BidInfo"]["Size"] for quote in quotes} == {0}
    assert all(quote["LastTradedPrice"] > 0 for quote in quotes)


def test_segment_that_xts_does_not_know_is_refused(desk):
    [(field, location, message)] = faults(desk.get("/instruments/indexlist", exchangeSegment="99"))

    assert (field, location) == (["exchangeSegment"], "query")
    assert message.startswith('"exchangeSegment" must be one of [NSECM, NSEFO')


def test_series_has_the_samples_shape(desk, sample):
    answer = desk.look_up("series", exchangeSegment="1")

    assert shape(answer.body) == shape(sample("series.response.json"))
    assert {"EQ", "SM", "SG", "BE", "GB"} <= set(answer.body["result"]["series"])


def test_symbol_of_an_equity_is_the_sample_but_for_its_band(desk, sample):
    answer = desk.look_up("symbol", exchangeSegment="1", series="EQ", symbol="RELIANCE")
    expected = sample("symbol.equity.response.json")

    assert shape(answer.body) == shape(expected)
    assert answer.body["result"] | {"PriceBand": ...} == expected["result"] | {"PriceBand": ...}


def test_expiry_dates_come_out_of_order(desk, sample):
    answer = desk.look_up("expirydate", exchangeSegment="2", series="OPTIDX", symbol="NIFTY")

    dates = answer.body["result"]
    assert shape(answer.body) == shape(sample("expiry.response.json"))
    assert {"2026-09-15T14:30:00", "2026-09-22T14:30:00", "2026-09-29T14:30:00", "2026-10-27T14:30:00"} <= set(dates)
    assert dates != sorted(dates)


def test_future_symbol_leaves_the_spread_out(desk, sample):
    answer = desk.look_up("futuresymbol", exchangeSegment="2", series="FUTIDX", symbol="NIFTY", expiryDate="29Sep2026")

    assert shape(answer.body) == shape(sample("symbol.future.response.json"))
    assert [row["Description"] for row in answer.body["result"]] == ["NIFTY26SEPFUT"]
    assert answer.body["result"][0]["RemainingExpiryDays"] == 14


def test_option_is_found_by_type_and_strike(desk, sample):
    query = {"exchangeSegment": "NSEFO", "series": "OPTIDX", "symbol": "NIFTY", "expiryDate": "22Sep2026"}

    types = desk.look_up("optiontype", **query)
    strikes = desk.look_up("strikeprice", **query, optionType="CE")
    found = desk.look_up("optionsymbol", **query, optionType="CE", strikePrice="25000")

    assert types.body == sample("optiontype.response.json")
    assert shape(strikes.body) == shape(sample("strikeprice.response.json"))
    assert "25000" in strikes.body["result"]
    assert shape(found.body) == shape(sample("symbol.option.response.json"))
    assert [row["Description"] for row in found.body["result"]] == ["NIFTY2692225000CE"]


def test_fractional_strikes_are_found_as_they_are_listed(desk):
    query = {"exchangeSegment": "3", "series": "OPTCUR", "symbol": "USDINR", "expiryDate": "28Sep2026"}

    strikes = desk.look_up("strikeprice", **query, optionType="PE").body["result"]
    found = desk.look_up("optionsymbol", **query, optionType="PE", strikePrice="87.25").body["result"]

    assert "87.25" in strikes
    assert [row["StrikePrice"] for row in found] == [87.25]


def test_unknown_symbol_is_not_found(desk):
    answer = desk.look_up("symbol", exchangeSegment="1", series="EQ", symbol="NOSUCH")

    assert (answer.status, answer.body["code"]) == (400, "e-instrument-0001")


def test_look_up_without_parameters_lists_all_that_are_missing(desk):
    answer = desk.look_up("symbol")

    assert [field for field, _, _ in faults(answer)] == [["exchangeSegment"], ["series"], ["symbol"]]


def test_search_by_id_has_the_samples_shape(desk, option, sample):
    answer = desk.ask("POST", "/search/instrumentsbyid", body={"source": "WEBAPI", "instruments": [option]})

    assert shape(answer.body) == shape(sample("search.byid.response.json"))


def test_search_by_id_leaves_unknown_instruments_out(desk):
    answer = desk.ask("POST", "/search/instrumentsbyid", body={"instruments": [UNKNOWN, RELIANCE]})

    assert [row["Name"] for row in answer.body["result"]] == ["RELIANCE"]


def test_search_by_string_finds_every_kind(desk, sample):
    answer = desk.get("/search/instruments", searchString="nifty 22sep2026 25000")

    assert {row["DisplayName"] for row in answer.body["result"]} == {
        "NIFTY 22SEP2026 CE 25000",
        "NIFTY 22SEP2026 PE 25000",
    }
    # the sample's third row is an option too
    expected = sample("search.bystring.response.json")
    expected["result"] = expected["result"][2:]
    assert shape(answer.body) == shape(expected)


def test_search_by_string_finds_nothing_without_an_error(desk):
    assert desk.get("/search/instruments", searchString="nosuchname").body["result"] == []


def test_search_by_string_is_bounded(desk):
    assert len(desk.get("/search/instruments", searchString="2026").body["result"]) == 200


def test_search_by_isin_finds_the_share_on_both_exchanges(desk):
    answer = desk.ask("POST", "/search/instrumentsbyisin", body={"isin": "INE002A01018"})

    assert [row["ExchangeInstrumentID"] for row in answer.body["result"]] == [2885, 500325]


@pytest.mark.parametrize(
    ("code", "name"),
    [(1501, "1501"), (1502, "1502"), (1510, "1510.response.2026"), (1512, "1512")],
)
def test_quote_has_the_samples_shape(desk, option, sample, code, name):
    answer = desk.quotes(code, option)

    expected = sample(f"quotes.{name}.json" if "." in name else f"quotes.{name}.response.json")
    assert answer.status == 200
    assert shape(answer.body) == shape(expected)
    assert answer.body["result"]["quotesList"][0]["exchangeInstrumentID"] == str(option["exchangeInstrumentID"])


def test_touchline_may_be_nested_as_older_servers_do(master, market, opened_at, option, sample):
    desk = Desk(ReferenceCalls(master, market, ReferenceOptions(nested_touchline=True)), opened_at)

    assert shape(desk.quotes(1501, option).body) == shape(sample("quotes.1501.response.nested.json"))


def test_quote_without_a_format_is_refused_as_in_the_sample(desk, sample):
    answer = desk.ask("POST", "/instruments/quotes", body={"instruments": [RELIANCE], "xtsMessageCode": 1502})

    assert answer.status == 400
    assert answer.body == sample("quotes.response.no-format.json")


def test_unknown_instrument_has_no_quote(desk, sample):
    assert desk.quotes(1502, UNKNOWN).body == sample("quotes.response.unknown.json")


def test_quotes_of_known_instruments_come_beside_an_unknown_one(desk):
    result = desk.quotes(1512, TCS, UNKNOWN, RELIANCE).body["result"]

    assert len(result["quotesList"]) == 3
    assert [json.loads(text)["ExchangeInstrumentID"] for text in result["listQuotes"]] == [11536, 2885]


@pytest.mark.parametrize("code", [1505, 9, 0])
def test_message_code_without_a_quote_is_refused(desk, code):
    assert faults(desk.quotes(code, RELIANCE)) == [
        (["xtsMessageCode"], "body", '"xtsMessageCode" must be one of [1501, 1502, 1510, 1512]')
    ]


def test_quote_says_what_the_market_says(desk, market, master, opened_at):
    touch = market.touchline(master.get("NSECM", 2885), opened_at)

    quote = json.loads(desk.quotes(1501, RELIANCE).body["result"]["listQuotes"][0])

    assert quote["LastTradedPrice"] == float(touch.last_price)
    assert quote["AskInfo"]["Price"] == float(touch.ask.price)
    assert quote["TotalTradedQuantity"] == touch.volume
    assert quote["PercentChange"] == pytest.approx(float((touch.last_price / touch.close - 1) * 100))


def test_times_count_from_1980_in_india(desk, opened_at):
    quote = json.loads(desk.quotes(1502, RELIANCE).body["result"]["listQuotes"][0])

    since = datetime(1980, 1, 1, tzinfo=UTC).timestamp() + quote["ExchangeTimeStamp"]
    assert datetime.fromtimestamp(since, UTC) == datetime(2026, 9, 15, 10, 0, tzinfo=UTC)


def test_times_off_nse_may_count_from_1970(master, market, opened_at):
    desk = Desk(ReferenceCalls(master, market, ReferenceOptions(unix_time_off_nse=True)), opened_at)
    bse = {"exchangeSegment": 11, "exchangeInstrumentID": 500325}

    times = [
        json.loads(desk.quotes(1512, item).body["result"]["listQuotes"][0])["LastUpdateTime"]
        for item in (RELIANCE, bse)
    ]

    assert times[1] - times[0] == 315_532_800


def test_subscription_answers_with_a_snapshot(desk, option, sample):
    answer = desk.subscribe(1501, option)

    assert shape(answer.body) == shape(sample("subscription.add.response.json"))
    assert answer.body["result"]["Remaining_Subscription_Count"] == 49
    assert desk.subscriptions == {(2, option["exchangeInstrumentID"], 1501)}


def test_second_subscription_is_refused_and_changes_nothing(desk, sample):
    desk.subscribe(1501, RELIANCE)

    answer = desk.subscribe(1501, RELIANCE, TCS)

    assert answer.status == 400
    assert answer.body == sample("subscription.add.response.already.json")
    assert desk.subscriptions == {(1, 2885, 1501)}


def test_subscriptions_count_by_instrument_and_code(desk):
    desk.subscribe(1501, RELIANCE)

    answer = desk.subscribe(1502, RELIANCE)

    assert answer.body["result"]["Remaining_Subscription_Count"] == 48


def test_subscription_beyond_the_limit_is_refused(desk, sample):
    tokens = [row.instrument_id for row in desk.calls._master.in_segment("NSECM")[:51]]
    instruments = [{"exchangeSegment": 1, "exchangeInstrumentID": token} for token in tokens]
    desk.subscribe(1501, *instruments[:50])

    answer = desk.subscribe(1501, instruments[50])

    assert answer.status == 400
    assert answer.body == sample("subscription.add.response.limit.json")
    assert len(desk.subscriptions) == 50


def test_put_ends_a_subscription_and_lets_it_begin_anew(desk, sample):
    desk.subscribe(1501, RELIANCE)

    answer = desk.unsubscribe(1501, RELIANCE)

    assert answer.body == sample("subscription.remove.response.json")
    assert desk.subscribe(1501, RELIANCE).status == 200


def test_put_of_what_is_not_subscribed_is_granted(desk):
    assert desk.unsubscribe(1501, RELIANCE).status == 200


def test_binary_side_answers_with_the_count_alone(desk, sample):
    answer = desk.subscribe(1501, RELIANCE, TCS, UNKNOWN, binary=True)

    assert answer.body == sample("subscription.add.response.binary.json")


def test_subscription_may_come_as_a_form(desk):
    body = {"xtsMessageCode": "1501", "instruments": json.dumps([RELIANCE])}

    answer = desk.ask("POST", "/instruments/subscription", body=body)

    assert answer.status == 200
    assert desk.subscriptions == {(1, 2885, 1501)}


def test_candle_subscription_is_granted_without_a_snapshot(desk):
    assert desk.subscribe(1505, RELIANCE).body["result"]["listQuotes"] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"xtsMessageCode": 1501}, '"instruments" is required'),
        ({"xtsMessageCode": 1501, "instruments": "no json"}, '"instruments" must be an array'),
        ({"xtsMessageCode": 1501, "instruments": [1]}, '"instruments" must be an object'),
        ({"xtsMessageCode": 1501, "instruments": [{"exchangeSegment": 1}]}, '"exchangeInstrumentID" is required'),
        ({"xtsMessageCode": "x", "instruments": [RELIANCE]}, '"xtsMessageCode" must be a number'),
        ({"instruments": [RELIANCE]}, '"xtsMessageCode" is required'),
        (
            {"xtsMessageCode": 1501, "instruments": [{"exchangeSegment": "NSECM", "exchangeInstrumentID": 2885}]},
            '"exchangeSegment" must be a number',
        ),
    ],
)
def test_malformed_subscription_is_refused(desk, body, message):
    answer = desk.ask("POST", "/instruments/subscription", body=body)

    assert [text for _, _, text in faults(answer)] == [message]
    assert desk.subscriptions == set()


def test_minute_bars_are_stamped_at_their_end_in_indian_time(desk, sample):
    answer, expected = desk.ask("GET", "/instruments/ohlc", MINUTES), sample("ohlc.response.minute.json")

    bars, theirs = (body["result"]["dataReponse"].split(",") for body in (answer.body, expected))
    assert shape(answer.body) == shape(expected)
    assert [bar.split("|")[0] for bar in bars] == [bar.split("|")[0] for bar in theirs]
    assert {len(bar.split("|")) for bar in bars} == {8}


def test_daily_bars_are_stamped_at_midnight_and_today_has_none(desk, sample):
    query = MINUTES | {"startTime": "Sep 09 2026 091500", "compressionValue": "D"}

    answer, expected = desk.ask("GET", "/instruments/ohlc", query), sample("ohlc.response.day.json")

    days, theirs = (body["result"]["dataReponse"].split(",") for body in (answer.body, expected))
    assert [day.split("|")[0] for day in days] == [day.split("|")[0] for day in theirs]
    assert all(day.endswith("|") for day in days)


@pytest.mark.parametrize(
    "query",
    [
        {"startTime": "Sep 15 2026 130000", "endTime": "Sep 15 2026 140000"},
        {"startTime": "Sep 13 2026 091500", "endTime": "Sep 13 2026 153000"},
        {"startTime": "Sep 15 2026 092000", "endTime": "Sep 15 2026 091500"},
    ],
    ids=["still to come", "sunday", "backwards"],
)
def test_range_without_bars_is_empty(desk, sample, query):
    assert desk.ask("GET", "/instruments/ohlc", MINUTES | query).body == sample("ohlc.response.empty.json")


def test_running_bar_is_left_out_until_it_is_finished(desk, opened_at):
    query = MINUTES | {"startTime": "Sep 15 2026 095900", "endTime": "Sep 15 2026 100500"}
    desk.now = opened_at + 59

    before = desk.ask("GET", "/instruments/ohlc", query).body["result"]["dataReponse"].split(",")
    desk.now = opened_at + 60
    after = desk.ask("GET", "/instruments/ohlc", query).body["result"]["dataReponse"].split(",")

    assert (len(before), len(after)) == (1, 2)
    assert after[0] == before[0]


def test_earlier_days_have_their_session_and_no_more(desk):
    query = MINUTES | {"startTime": "Sep 11 2026 000000", "endTime": "Sep 14 2026 235959"}

    bars = desk.ask("GET", "/instruments/ohlc", query).body["result"]["dataReponse"].split(",")

    assert len(bars) == 2 * 375


def test_daily_bar_is_what_the_days_minutes_make(desk):
    query = MINUTES | {"startTime": "Sep 14 2026 000000", "endTime": "Sep 14 2026 235959"}

    minutes = [bar.split("|") for bar in _bars(desk, query)]
    [day] = [bar.split("|") for bar in _bars(desk, query | {"compressionValue": "D"})]

    assert day[1] == minutes[0][1]
    assert float(day[2]) == max(float(bar[2]) for bar in minutes)
    assert float(day[3]) == min(float(bar[3]) for bar in minutes)
    assert day[4] == minutes[-1][4]
    assert int(day[5]) == sum(int(bar[5]) for bar in minutes)


def _bars(desk, query):
    return desk.ask("GET", "/instruments/ohlc", query).body["result"]["dataReponse"].split(",")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"compressionValue": "45"}, "compressionValue"),
        ({"startTime": "2026-09-15"}, "startTime"),
        ({"endTime": "Sep 31 2026 091500"}, "endTime"),
        ({"exchangeInstrumentID": "x"}, "exchangeInstrumentID"),
    ],
)
def test_malformed_candle_query_is_refused(desk, change, field):
    assert [(names, where) for names, where, _ in faults(desk.ask("GET", "/instruments/ohlc", MINUTES | change))] == [
        ([field], "query")
    ]


def test_candles_of_an_unknown_instrument_are_refused(desk):
    answer = desk.ask("GET", "/instruments/ohlc", MINUTES | {"exchangeInstrumentID": "99999999"})

    assert (answer.status, answer.body["code"]) == (400, "e-instrument-0001")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/instruments/master"), ("POST", "/auth/login"), ("DELETE", "/instruments/subscription"), ("GET", "/")],
)
def test_call_of_others_is_left_to_them(desk, method, path):
    assert desk.ask(method, path) is None


def test_speed_and_bars_agree_on_the_last_price(master, opened_at):
    market = Market(master, 7, opened_at, speed=5.0)
    desk = Desk(ReferenceCalls(master, market), opened_at + 60)
    query = MINUTES | {"startTime": "Sep 15 2026 100000", "endTime": "Sep 15 2026 100100"}

    [bar] = _bars(desk, query)

    last = market.last_price(master.get("NSECM", 2885), opened_at + 59.9)
    assert float(bar.split("|")[4]) == float(last)
