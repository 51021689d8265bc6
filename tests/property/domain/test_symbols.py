"""Symbols lead back to what they were made of (C4)."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.instruments import Exchange, OptionRight
from jainam.domain.symbols import expiry_text, future_symbol, nearest_symbols, option_symbol, split_symbol, strike_text

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
EXPIRIES = st.dates(date(2000, 1, 1), date(2099, 12, 31))
STRIKES = st.decimals("0.0001", 10**7, places=4) | st.integers(1, 10**7).map(Decimal)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ&-", min_size=1, max_size=12)


def expiry_of(text):
    return date(2000 + int(text[5:]), MONTHS.index(text[2:5]) + 1, int(text[:2]))


@given(expiry=EXPIRIES)
def test_an_expiry_is_read_back_from_its_text(expiry):
    text = expiry_text(expiry)

    assert len(text) == 7
    assert expiry_of(text) == expiry


@given(strike=STRIKES)
def test_a_strike_is_read_back_from_its_text(strike):
    text = strike_text(strike)

    assert Decimal(text) == strike
    assert "E" not in text
    assert not (("." in text) and text.endswith(("0", ".")))


@given(strike=STRIKES, zeros=st.integers(0, 6))
def test_equal_strikes_have_one_text(strike, zeros):
    longer = strike.quantize(Decimal(1).scaleb(-4 - zeros))

    assert strike_text(longer) == strike_text(strike)


@given(name=NAMES, expiry=EXPIRIES, strike=STRIKES, right=st.sampled_from(OptionRight))
def test_an_option_symbol_ends_in_expiry_strike_and_right(name, expiry, strike, right):
    symbol = option_symbol(name, expiry, strike, right)

    rest = symbol.removeprefix(name)
    assert expiry_of(rest[:7]) == expiry
    assert Decimal(rest[7:-2]) == strike
    assert OptionRight(rest[-2:]) is right


@given(name=NAMES, expiry=EXPIRIES)
def test_a_future_symbol_ends_in_expiry_and_fut(name, expiry):
    assert future_symbol(name, expiry) == f"{name}{expiry_text(expiry)}FUT"


@given(exchange=st.sampled_from(Exchange), symbol=NAMES, spaces=st.text(" ", max_size=3))
def test_a_symbol_is_split_into_what_it_was_joined_from(exchange, symbol, spaces):
    joined = f"{spaces}{exchange.value.lower()}{spaces}:{spaces}{symbol.lower()}{spaces}"

    assert split_symbol(joined) == (exchange, symbol)
    assert split_symbol(f"{spaces}{symbol.lower()}{spaces}", exchange.value) == (exchange, symbol)


@given(known=st.lists(NAMES, min_size=1, max_size=8, unique=True), limit=st.integers(1, 5), data=st.data())
def test_a_symbol_that_exists_is_its_own_nearest(known, limit, data):
    symbol = data.draw(st.sampled_from(known))

    near = nearest_symbols(symbol.lower(), known, limit)

    assert near[0] == symbol
    assert len(near) <= limit
    assert set(near) <= set(known)
