"""OpenAlgo symbols: how the desk writes an instrument, and which symbols are near a mistyped one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from jainam.domain.errors import ConfigurationError, UnknownInstrument
from jainam.domain.instruments import Exchange, OptionRight

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def expiry_text(expiry: date) -> str:
    """Return an expiry as symbols spell it: `29SEP26`."""
    return f"{expiry.day:02d}{_MONTHS[expiry.month - 1]}{expiry.year % 100:02d}"


def strike_text(strike: Decimal) -> str:
    """Return a strike without trailing zeros, decimals only where it has any: `24250`, `272.5`."""
    text = format(strike, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def future_symbol(name: str, expiry: date) -> str:
    """Return a future's symbol: `NIFTY29SEP26FUT`."""
    return f"{name}{expiry_text(expiry)}FUT"


def option_symbol(name: str, expiry: date, strike: Decimal, right: OptionRight) -> str:
    """Return an option's symbol: `NIFTY22SEP2624250CE`."""
    return f"{name}{expiry_text(expiry)}{strike_text(strike)}{right.value}"


def parse_exchange(word: str) -> Exchange:
    """
    Return the exchange of this name, in any case.

    Raises:
        ConfigurationError: There is none; the names are listed.
    """
    try:
        return Exchange[word.strip().upper()]
    except KeyError:
        names = ", ".join(exchange.value for exchange in Exchange)
        raise ConfigurationError(
            f"exchange {word!r} is not known; use one of {names}", code="unknown-exchange"
        ) from None


def split_symbol(text: str, exchange: str | None = None) -> tuple[Exchange, str]:
    """
    Return exchange and symbol of `NSE:RELIANCE`, or of `RELIANCE` with *exchange* given beside it.

    Raises:
        UnknownInstrument: No exchange is named anywhere.
    """
    head, colon, tail = text.strip().partition(":")
    if colon:
        return parse_exchange(head), tail.strip().upper()
    if exchange is None:
        raise UnknownInstrument(
            f"symbol {text!r} names no exchange", symbol=text, hint="write it as EXCHANGE:SYMBOL, such as NSE:RELIANCE"
        )
    return parse_exchange(exchange), head.strip().upper()


def nearest_symbols(symbol: str, known: Iterable[str], limit: int = 5) -> tuple[str, ...]:
    """Return the symbols most like a mistyped one, best first."""
    return tuple(get_close_matches(symbol.upper(), known, n=limit, cutoff=0.6))
