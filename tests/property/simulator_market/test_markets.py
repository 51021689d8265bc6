import json
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.simulator.instrument_terms import SPOT
from jainam.simulator.instruments import SEGMENT_IDS, build_master
from jainam.simulator.market import Market
from jainam.simulator.reference_calls import ReferenceCalls

DAY = date(2026, 9, 15)
OPENED_AT = datetime(2026, 9, 15, 4, 30, tzinfo=UTC).timestamp()
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# the first example builds the master, and nothing here is about speed
calm = settings(deadline=None)


@cache
def master():
    return build_master(7, DAY, "small")


@st.composite
def instruments(draw):
    rows = master().in_segment(draw(st.sampled_from(sorted(SEGMENT_IDS))))
    return rows[draw(st.integers(0, len(rows) - 1))]


# up to two days after the opening, so that the walk's stretches are crossed
SECONDS = st.floats(0, 200_000)
MOMENTS = SECONDS.map(lambda seconds: OPENED_AT + seconds)
SPEEDS = st.sampled_from([0.01, 0.5, 1.0, 7.0, 60.0])


def market(speed=1.0):
    return Market(master(), 7, OPENED_AT, speed)


def ticks(row, price):
    whole, rest = divmod(price, row.tick_size)
    assert rest == 0
    return int(whole)


@calm
@given(instruments(), MOMENTS, SPEEDS)
def test_every_price_is_on_a_tick_inside_the_band(row, now, speed):
    prices = market(speed)
    touch, book = prices.touchline(row, now), prices.book(row, now)

    shown = [touch.last_price, touch.open, touch.high, touch.low, touch.close]
    shown += [level.price for level in (*book.bids, *book.asks)]
    for price in shown:
        ticks(row, price)
        if row.band_high:
            assert row.band_low <= price <= row.band_high


@calm
@given(instruments(), MOMENTS, SPEEDS)
def test_book_is_sorted_and_the_last_trade_lies_in_its_spread(row, now, speed):
    prices = market(speed)
    book, last = prices.book(row, now), prices.last_price(row, now)
    if row.kind == SPOT:
        assert not book.bids
        assert not book.asks
        return

    assert book.bids[0].price <= last <= book.asks[0].price
    assert book.bids[0].price < book.asks[0].price
    assert all(better.price > worse.price for better, worse in pairwise(book.bids))
    assert all(better.price < worse.price for better, worse in pairwise(book.asks))
    assert len(book.bids) <= 5
    assert len(book.asks) <= 5
    for level in (*book.bids, *book.asks):
        assert level.quantity % row.lot_size == 0
        assert 1 <= level.orders <= level.quantity


@calm
@given(st.lists(st.tuples(instruments(), MOMENTS), min_size=1, max_size=6), st.randoms(use_true_random=False), SPEEDS)
def test_answers_do_not_depend_on_what_was_asked_before(questions, random, speed):
    alone = [_answers(market(speed), row, now) for row, now in questions]
    shared = market(speed)
    order = list(range(len(questions))) * 2
    random.shuffle(order)

    for place in order:
        assert _answers(shared, *questions[place]) == alone[place]


def _answers(prices, row, now):
    later = prices.extremes(row, now, now + 500)
    return prices.touchline(row, now), prices.book(row, now), later, prices.bar(row, now - 400, now)


@calm
@given(instruments(), st.lists(SECONDS, min_size=2, max_size=8).map(sorted), SPEEDS)
def test_volume_only_grows_and_extremes_only_widen(row, seconds, speed):
    prices = market(speed)
    touches = [prices.touchline(row, OPENED_AT + second) for second in seconds]

    for before, after in pairwise(touches):
        assert after.volume >= before.volume
        assert after.high >= before.high
        assert after.low <= before.low
        assert (after.open, after.close) == (before.open, before.close)


@calm
@given(instruments(), MOMENTS, st.lists(st.integers(0, 200), min_size=2, max_size=8).map(sorted))
def test_volume_only_grows_from_second_to_second(row, now, seconds):
    prices = market()
    volumes = [prices.touchline(row, now + second).volume for second in seconds]

    assert volumes == sorted(volumes)


@calm
@given(instruments(), MOMENTS, SPEEDS)
def test_touchline_holds_together(row, now, speed):
    prices = market(speed)
    touch, book = prices.touchline(row, now), prices.book(row, now)

    assert touch.low <= min(touch.open, touch.last_price)
    assert touch.high >= max(touch.open, touch.last_price)
    assert touch.last_price == prices.last_price(row, now)
    assert touch.last_trade_at <= touch.last_update_at <= now
    assert touch.volume % row.lot_size == touch.open_interest % row.lot_size == touch.last_qty % row.lot_size == 0
    if row.kind != SPOT:
        assert (touch.bid, touch.ask) == (book.bids[0], book.asks[0])
        assert touch.low <= touch.average_price <= touch.high
        assert touch.total_buy_qty >= sum(level.quantity for level in book.bids)
        assert touch.total_sell_qty >= sum(level.quantity for level in book.asks)


@calm
@given(instruments(), SECONDS, st.floats(0, 4_000), st.lists(st.floats(0, 1), max_size=8), SPEEDS)
def test_extremes_hold_every_last_price_between(row, second, length, places, speed):
    prices = market(speed)
    since, until = OPENED_AT + second, OPENED_AT + second + length

    low, high = prices.extremes(row, since, until)

    for place in (0.0, *places, 1.0):
        assert low <= prices.last_price(row, min(until, since + place * length)) <= high


@calm
@given(instruments(), SECONDS, st.lists(st.integers(1, 900), min_size=1, max_size=6), SPEEDS)
def test_bar_is_what_its_parts_make(row, second, lengths, speed):
    prices = market(speed)
    edges = [OPENED_AT + float(int(second))]
    for length in lengths:
        edges.append(edges[-1] + length)
    whole = prices.bar(row, edges[0], edges[-1])
    parts = [part for part in (prices.bar(row, *edge) for edge in pairwise(edges)) if part is not None]

    assert (whole is None) == (not parts)
    if whole is not None:
        assert whole.open == parts[0].open
        assert whole.close == parts[-1].close
        assert whole.high == max(part.high for part in parts)
        assert whole.low == min(part.low for part in parts)
        assert whole.volume == sum(part.volume for part in parts)


@calm
@given(instruments(), st.sampled_from([60, 120, 180, 300, 600, 900, 1800, 3600]), st.integers(0, 3_000), SPEEDS)
def test_longer_candles_are_what_their_minutes_make(row, interval, minutes, speed):
    calls = ReferenceCalls(master(), market(speed))
    # three whole hours of the clock, on an earlier day, over night, or on the running day
    first = datetime(2026, 9, 14, 4, 0, tzinfo=UTC).timestamp() - 19_800 + minutes // 60 * 3_600
    now = OPENED_AT + 50_000

    fine, coarse = (_candles(calls, row, first, first + 3 * 3_600 - 1, step, now) for step in (60, interval))

    for stamp, opened, high, low, close, volume, _ in coarse:
        parts = [bar for bar in fine if stamp - interval < bar[0] <= stamp]
        assert low <= min(opened, close) <= max(opened, close) <= high
        assert (opened, close) == (parts[0][1], parts[-1][4])
        assert (high, low) == (max(bar[2] for bar in parts), min(bar[3] for bar in parts))
        assert volume == sum(bar[5] for bar in parts)
    assert sum(bar[5] for bar in coarse) <= sum(bar[5] for bar in fine)


def _candles(calls, row, start, end, interval, now):
    query = {
        "exchangeSegment": row.segment,
        "exchangeInstrumentID": str(row.instrument_id),
        "startTime": _wall_clock(start),
        "endTime": _wall_clock(end),
        "compressionValue": str(interval),
    }
    text = calls.answer("GET", "/instruments/ohlc", query, {}, now, set(), False).body["result"]["dataReponse"]
    bars = [bar.split("|") for bar in text.split(",") if bar]
    assert all(bar[7] == "" for bar in bars)
    return [[int(bar[0]), *map(float, bar[1:5]), int(bar[5]), int(bar[6])] for bar in bars]


def _wall_clock(moment):
    wall = datetime.fromtimestamp(moment + 19_800, UTC)
    return f"{MONTHS[wall.month - 1]} {wall:%d %Y %H%M%S}"


@calm
@given(instruments(), MOMENTS, st.sampled_from([1501, 1502, 1510, 1512]))
def test_quote_is_json_of_its_instrument_with_five_levels(row, now, code):
    calls = ReferenceCalls(master(), market())
    wanted = [{"exchangeSegment": row.segment_id, "exchangeInstrumentID": str(row.instrument_id)}]
    body = {"instruments": wanted, "xtsMessageCode": str(code), "publishFormat": "JSON"}

    answer = calls.answer("POST", "/instruments/quotes", {}, body, now, set(), False)

    [text] = answer.body["result"]["listQuotes"]
    quote = json.loads(text)
    assert quote["MessageCode"] == code
    assert (quote["ExchangeSegment"], quote["ExchangeInstrumentID"]) == (row.segment_id, row.instrument_id)
    if code == 1502:
        assert len(quote["Bids"]) == len(quote["Asks"]) == 5
        assert quote["Bids"][0] == quote["Touchline"]["BidInfo"]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)
FIELDS = ("instruments", "xtsMessageCode", "publishFormat", "exchangeSegmentList", "isin")
ITEM = st.fixed_dictionaries({}, optional={"exchangeSegment": SCALARS, "exchangeInstrumentID": SCALARS})
QUERY_FIELDS = (
    "exchangeSegment", "exchangeInstrumentID", "series", "symbol", "expiryDate", "optionType", "strikePrice",
    "searchString", "startTime", "endTime", "compressionValue",
)  # fmt: skip
LOOK_UPS = ("series", "symbol", "expirydate", "futuresymbol", "optiontype", "strikeprice", "optionsymbol")
CALLS = st.sampled_from(
    [
        ("GET", "/config/clientconfig"),
        ("GET", "/instruments/indexlist"),
        ("GET", "/instruments/ohlc"),
        ("GET", "/search/instruments"),
        ("POST", "/instruments/master"),
        ("POST", "/instruments/quotes"),
        ("POST", "/instruments/subscription"),
        ("PUT", "/instruments/subscription"),
        ("POST", "/search/instrumentsbyid"),
        ("POST", "/search/instrumentsbyisin"),
        *(("GET", f"/instruments/instrument/{name}") for name in LOOK_UPS),
    ]
)
LIKELY = st.sampled_from(["1", "2", "NSEFO", "OPTIDX", "NIFTY", "22Sep2026", "CE", "25000", "Sep 15 2026 100000", "60"])


@calm
@given(
    CALLS,
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON | st.lists(ITEM, max_size=2))),
    st.fixed_dictionaries({}, optional=dict.fromkeys(QUERY_FIELDS, st.text(max_size=12) | LIKELY)),
    st.booleans(),
)
def test_any_parameters_are_answered_with_an_envelope(call, body, query, binary_side):
    calls = ReferenceCalls(master(), market())

    answer = calls.answer(*call, query, body, OPENED_AT, set(), binary_side)

    assert answer.status in {200, 400}
    assert answer.body["type"] == ("success" if answer.status == 200 else "error")
    assert answer.body["code"].startswith("s-" if answer.status == 200 else "e-")
