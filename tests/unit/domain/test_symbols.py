"""How instruments are written, and what a mistyped one is told."""

from datetime import date
from decimal import Decimal

import pytest

from jainam.domain.errors import ConfigurationError, UnknownInstrument
from jainam.domain.instruments import Exchange, OptionRight
from jainam.domain.symbols import (
    expiry_text,
    future_symbol,
    nearest_symbols,
    option_symbol,
    parse_exchange,
    split_symbol,
    strike_text,
)


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2026, 9, 29), "29SEP26"), (date(2027, 1, 5), "05JAN27"), (date(2000, 12, 31), "31DEC00")],
)
def test_an_expiry_has_two_digits_three_letters_two_digits(day, text):
    assert expiry_text(day) == text


@pytest.mark.parametrize(
    ("month", "name"),
    list(enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1)),
)
def test_every_month_has_its_name(month, name):
    assert expiry_text(date(2026, month, 1)) == f"01{name}26"


@pytest.mark.parametrize(
    ("strike", "text"),
    [
        ("24250", "24250"),
        ("24250.00", "24250"),
        ("272.50", "272.5"),
        ("0.0025", "0.0025"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0", "0"),
    ],
)
def test_a_strike_has_decimals_only_where_it_needs_them(strike, text):
    assert strike_text(Decimal(strike)) == text


def test_futures_and_options_are_written_as_openalgo_does():
    assert future_symbol("NIFTY", date(2026, 9, 29)) == "NIFTY29SEP26FUT"
    assert option_symbol("NIFTY", date(2026, 9, 22), Decimal("24250.00"), OptionRight.CALL) == "NIFTY22SEP2624250CE"
    assert option_symbol("USDINR", date(2026, 9, 22), Decimal("87.25"), OptionRight.PUT) == "USDINR22SEP2687.25PE"


@pytest.mark.parametrize("exchange", Exchange)
def test_an_exchange_is_known_in_any_case_and_with_spaces_around(exchange):
    assert parse_exchange(exchange.value) is exchange
    assert parse_exchange(f"  {exchange.value.lower()} ") is exchange


@pytest.mark.parametrize("word", ["", "NYSE", "NSE FO", "NSE:"])
def test_an_unknown_exchange_is_told_the_known_ones(word):
    with pytest.raises(ConfigurationError) as caught:
        parse_exchange(word)

    assert caught.value.code == "unknown-exchange"
    assert str(caught.value) == (
        f"exchange {word!r} is not known; use one of "
        "NSE, NFO, CDS, BSE, BFO, BCD, MCX, NCDEX, NCO, NSE_INDEX, BSE_INDEX, MCX_INDEX"
    )
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_symbol_names_its_exchange_before_the_colon():
    assert split_symbol("NSE:RELIANCE") == (Exchange.NSE, "RELIANCE")
    assert split_symbol(" nfo : nifty29sep26fut ") == (Exchange.NFO, "NIFTY29SEP26FUT")


def test_an_exchange_beside_the_symbol_does_too():
    assert split_symbol(" reliance ", "bse") == (Exchange.BSE, "RELIANCE")


def test_the_exchange_in_the_symbol_wins():
    assert split_symbol("NSE:RELIANCE", "BSE") == (Exchange.NSE, "RELIANCE")


def test_only_the_first_colon_parts():
    assert split_symbol("NSE:A:B") == (Exchange.NSE, "A:B")


def test_a_symbol_without_any_exchange_is_told_how_to_write_it():
    with pytest.raises(UnknownInstrument) as caught:
        split_symbol("reliance")

    assert caught.value.symbol == "reliance"
    assert str(caught.value) == (
        "symbol 'reliance' names no exchange. write it as EXCHANGE:SYMBOL, such as NSE:RELIANCE"
    )


def test_the_nearest_symbols_come_best_first():
    known = ["INFY", "RELIANCE", "RELINFRA", "RELIANCEPP"]

    assert nearest_symbols("relianc", known)[0] == "RELIANCE"
    assert nearest_symbols("RELIANCE", known, limit=2) == ("RELIANCE", "RELIANCEPP")


def test_nothing_near_is_nothing():
    assert nearest_symbols("ZZZ", ["INFY", "RELIANCE"]) == ()


def test_no_more_than_five_are_told():
    assert len(nearest_symbols("NIFTY", [f"NIFTY{number}" for number in range(9)])) == 5


@pytest.mark.parametrize(("known", "near"), [("ABCXX", True), ("ABXXX", False)])
def test_three_letters_of_five_in_common_are_near(known, near):
    assert (nearest_symbols("ABCDE", [known]) == (known,)) == near
