"""
The master file and the index lists: rows without a header line into instruments.

A row's kind is told by its InstrumentType and checked against its column count, never by its segment
(xts-api.md, 8.3). A row that can't be read is counted and sampled: of a hundred thousand rows one may be broken, and
nobody can trade what is not in the master. Rows are split by hand, since speed matters here.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from jainam.adapters.xts_wire.rows import fault
from jainam.adapters.xts_wire.scalars import FieldError, WireError, date_of, decimal_of, whole_of
from jainam.adapters.xts_wire.words import HOME_OF_INDEX, segment_of
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, OptionRight, PriceBand
from jainam.domain.symbols import future_symbol, option_symbol

_CASH_COLUMNS = 15
"""Up to DisplayName; older releases leave out what follows."""
_FUTURE_COLUMNS = 18
_OPTION_COLUMNS = 20
_MAX_SAMPLES = 5
_SAMPLE_LENGTH = 120
_RIGHTS = {"3": OptionRight.CALL, "4": OptionRight.PUT}
_CASH_KINDS = frozenset({"8", "32", "64", "128", "256", "512"})
"""Equity, preference shares, debentures, warrants, miscellaneous, mutual funds (xts-api.md, 6.10)."""

_PLAIN_SERIES = frozenset({"EQ"})
_INDEX_OF_HOME = {home: index for index, home in HOME_OF_INDEX.items()}

_INDEX_SYMBOLS = {
    "NIFTY 50": "NIFTY",
    "NIFTY BANK": "BANKNIFTY",
    "NIFTY FIN SERVICE": "FINNIFTY",
    "NIFTY MID SELECT": "MIDCPNIFTY",
    "NIFTY NEXT 50": "NIFTYNXT50",
    "SNSX50": "SENSEX50",
}
"""Indices whose symbol is another than their name without blanks and hyphens (OpenAlgo's names)."""

_ONE = Decimal(1)


class MasterReader:
    """
    Reads the rows of some exchanges out of a master, and counts what it could not read.

    *exchanges* may hold index exchanges: their values sit among the cash rows as kind 16 on some installs.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._wanted = tuple(dict.fromkeys(exchanges))
        homes = {HOME_OF_INDEX.get(exchange, exchange) for exchange in self._wanted}
        self._home_by_word = {segment_of(home): home for home in homes}
        self.skipped = 0
        self._samples: list[str] = []

    @property
    def samples(self) -> tuple[str, ...]:
        """What was wrong with the first skipped rows."""
        return tuple(self._samples)

    def read(self, lines: Iterable[str]) -> Iterator[Instrument]:
        """Yield the instruments of the wanted exchanges, row by row."""
        wanted = self._wanted
        for line in lines:
            if not line or line.isspace():
                continue
            try:
                instrument = self._row(line.rstrip("\r").split("|"))
            except FieldError as exc:
                self._skip(line, exc.allowed)
                continue
            if instrument.exchange in wanted:  # a short tuple: an enum's hash costs more than some comparisons
                yield instrument

    def _skip(self, line: str, why: str) -> None:
        self.skipped += 1
        if len(self._samples) < _MAX_SAMPLES:
            self._samples.append(f"{why}: {line[:_SAMPLE_LENGTH]}")

    def _row(self, columns: list[str]) -> Instrument:
        exchange = self._home_by_word.get(columns[0]) or self._home_by_word.get(columns[0].strip().upper())
        if exchange is None:
            raise FieldError("its segment was not asked for")
        if len(columns) < _CASH_COLUMNS:
            raise FieldError(f"it has {len(columns)} columns, a cash row at least {_CASH_COLUMNS}")
        kind = columns[2]
        if kind == "2":
            return _option(exchange, columns)
        if kind == "1":
            return _future(exchange, columns)
        if kind == "4":
            return _spread(exchange, columns)
        if kind == "16":
            return _spot(exchange, columns)
        if kind in _CASH_KINDS:
            return _cash(exchange, columns, kind)
        raise FieldError(fault("InstrumentType", kind, "1, 2, 4, 16 or a cash kind"))


def read_master(result: object, reader: MasterReader) -> Iterator[Instrument]:
    """
    Yield the instruments of a master answer.

    Raises:
        WireError: The answer's result is no text.
    """
    if not isinstance(result, str):
        raise WireError(f"the master's result is {type(result).__name__}, allowed: a text of rows")
    return reader.read(result.split("\n"))


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text that comes in pieces."""
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        yield from lines
    if rest:
        yield rest


def read_index_list(result: object, exchange: Exchange) -> tuple[Instrument, ...]:
    """
    Return the index values of an exchange; *exchange* is the index exchange.

    An entry is the name, an underscore and the number, split at the last underscore (xts-api.md, 8.1).

    Raises:
        WireError: The answer holds no list, or an entry is not readable.
    """
    entries = result.get("indexList") if isinstance(result, dict) else None
    if not isinstance(entries, list):
        raise WireError("the answer holds no indexList")
    return tuple(_index(entry, exchange) for entry in entries)


def index_symbol(name: str) -> str:
    """Return an index's symbol: OpenAlgo's name, else its own without blanks and hyphens."""
    upper = name.strip().upper()
    return _INDEX_SYMBOLS.get(upper) or upper.replace(" ", "").replace("-", "")


def _index(entry: object, exchange: Exchange) -> Instrument:
    name, underscore, number = entry.rpartition("_") if isinstance(entry, str) else ("", "", "")
    if not underscore or not number.strip().isdigit() or not name.strip():
        raise WireError(fault("indexList", entry, "a name, an underscore and a number"))
    return Instrument(
        exchange=exchange,
        instrument_id=int(number),
        symbol=index_symbol(name),
        kind=InstrumentKind.INDEX,
        name=name.strip(),
        venue_symbol=name.strip(),
        display_name=name.strip(),
        series="INDEX",
        lot_size=1,
        tick_size=None,
        freeze_qty=None,
        band=None,
        multiplier=_ONE,
    )


def _cash(exchange: Exchange, columns: list[str], kind: str) -> Instrument:
    name, series = columns[3], columns[5]
    if not name:
        raise FieldError("it has no name")
    lot_size, tick_size, freeze_qty, multiplier = _rules(columns[12], columns[11], columns[10], columns[13])
    plain = exchange is not Exchange.NSE or series in _PLAIN_SERIES
    return Instrument(
        exchange=exchange,
        instrument_id=_id(columns[1]),
        symbol=(name if plain else f"{name}-{series}").upper(),
        kind=InstrumentKind.EQUITY if kind == "8" else InstrumentKind.OTHER,
        name=name,
        venue_symbol=columns[4],
        display_name=columns[14],
        series=series,
        lot_size=lot_size,
        tick_size=tick_size,
        freeze_qty=freeze_qty,
        band=_band(columns[9], columns[8]),
        multiplier=multiplier,
        isin=columns[15] if len(columns) > _CASH_COLUMNS else "",
    )


def _spot(exchange: Exchange, columns: list[str]) -> Instrument:
    """Return an index or commodity value, which is quoted and never traded."""
    home = _INDEX_OF_HOME.get(exchange)
    if home is None:
        raise FieldError("it is a spot value of an exchange without indices")
    return Instrument(
        exchange=home,
        instrument_id=_id(columns[1]),
        symbol=index_symbol(columns[3]),
        kind=InstrumentKind.SPOT if exchange is Exchange.MCX else InstrumentKind.INDEX,
        name=columns[3],
        venue_symbol=columns[4],
        display_name=columns[14],
        series=columns[5],
        lot_size=1,
        tick_size=None,
        freeze_qty=None,
        band=None,
        multiplier=_ONE,
    )


def _future(exchange: Exchange, columns: list[str]) -> Instrument:
    if len(columns) < _FUTURE_COLUMNS:
        raise FieldError(f"it has {len(columns)} columns, a future's row at least {_FUTURE_COLUMNS}")
    name, expiry = columns[3], _expiry(columns[16])
    return _contract(exchange, columns, InstrumentKind.FUTURE, future_symbol(name, expiry), columns[17], expiry)


def _spread(exchange: Exchange, columns: list[str]) -> Instrument:
    """Return a spread under the venue's symbol, since two expiries make none of ours."""
    if len(columns) < _FUTURE_COLUMNS:
        raise FieldError(f"it has {len(columns)} columns, a spread's row at least {_FUTURE_COLUMNS}")
    expiry = _expiry(columns[16])
    return _contract(exchange, columns, InstrumentKind.SPREAD, columns[4], columns[17], expiry)


def _option(exchange: Exchange, columns: list[str]) -> Instrument:
    if len(columns) < _OPTION_COLUMNS:
        raise FieldError(f"it has {len(columns)} columns, an option's row at least {_OPTION_COLUMNS}")
    expiry, strike, right, ending = _terms(columns[16], columns[17], columns[18])
    symbol = columns[3] + ending
    return _contract(exchange, columns, InstrumentKind.OPTION, symbol, columns[19], expiry, strike, right)


def _contract(
    exchange: Exchange,
    columns: list[str],
    kind: InstrumentKind,
    symbol: str,
    display_name: str,
    expiry: date,
    strike: Decimal | None = None,
    right: OptionRight | None = None,
) -> Instrument:
    name = columns[3]
    if not name or not symbol:
        raise FieldError("it has no name")
    lot_size, tick_size, freeze_qty, multiplier = _rules(columns[12], columns[11], columns[10], columns[13])
    return Instrument(  # by position: with names it takes a third longer, a hundred thousand times
        exchange,
        _id(columns[1]),
        symbol.upper(),
        kind,
        name,
        columns[4],
        display_name,
        columns[5],
        lot_size,
        tick_size,
        freeze_qty,
        _band(columns[9], columns[8]),
        multiplier,
        expiry,
        strike,
        right,
    )


def _id(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise FieldError(fault("ExchangeInstrumentID", text, "a whole number above 0"))
    return number


@lru_cache(maxsize=4096)
def _rules(lot: str, tick: str, freeze: str, multiplier: str) -> tuple[int, Decimal | None, int | None, Decimal]:
    """
    Return lot, tick, freeze quantity and multiplier, which thousands of rows share.

    A lot must be there. Tick and freeze quantity are ``None`` where the row states none; a share without a multiplier
    has 1.
    """
    return _lot(lot), _positive(tick, "TickSize"), _freeze(freeze), _positive(multiplier, "Multiplier") or _ONE


def _lot(text: str) -> int:
    try:
        lot = whole_of(text)
    except FieldError:
        lot = 0
    if lot <= 0:
        raise FieldError(fault("LotSize", text, "a whole number above 0"))
    return lot


def _freeze(text: str) -> int | None:
    """Return the first quantity that is refused, without the decimals that some masters print."""
    number = _number(text, "FreezeQty")
    return int(number) if number is not None and number >= 1 else None


@lru_cache(maxsize=32768)
def _terms(expiry_text: str, strike_text: str, right_text: str) -> tuple[date, Decimal, OptionRight, str]:
    """Return expiry, strike, right, and what follows the name in the symbol; many underlyings share them."""
    right = _RIGHTS.get(right_text)
    if right is None:
        raise FieldError(fault("OptionType", right_text, "3 (CE) or 4 (PE)"))
    strike = _positive(strike_text, "StrikePrice")
    if strike is None:
        raise FieldError(fault("StrikePrice", strike_text, "a number above 0"))
    expiry = _expiry(expiry_text)
    return expiry, strike, right, option_symbol("", expiry, strike, right)


@lru_cache(maxsize=1024)
def _expiry(text: str) -> date:
    try:
        return date_of(text)
    except FieldError as exc:
        raise FieldError(fault("ContractExpiration", text, exc.allowed)) from None


def _band(low_text: str, high_text: str) -> PriceBand | None:
    """Return the band; ``None`` where the row states none (0 and 0)."""
    low, high = _number(low_text, "PriceBand.Low"), _number(high_text, "PriceBand.High")
    if low is None or high is None or low >= high:
        return None
    return PriceBand(low, high)


def _positive(text: str, name: str) -> Decimal | None:
    number = _number(text, name)
    return number if number is not None and number > 0 else None


@lru_cache(maxsize=16384)
def _number(text: str, name: str) -> Decimal | None:
    if not text:
        return None
    try:
        return decimal_of(text)
    except FieldError:
        raise FieldError(fault(name, text, "a number")) from None
