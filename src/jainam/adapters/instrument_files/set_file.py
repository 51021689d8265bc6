"""One set of instruments as a SQLite file: written once, whole, and never changed afterwards."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import orjson

from jainam.domain.errors import StoreError
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, OptionRight, PriceBand
from jainam.ports.instrument_store import InstrumentSet

SYNC_HINT = "download the instruments again: jainam instruments sync"

_APPLICATION_ID = 0x6A61696E
_FORMAT = 1

_SCHEMA = (
    """
    CREATE TABLE instruments (
        exchange TEXT NOT NULL,
        instrument_id INTEGER NOT NULL,
        symbol TEXT NOT NULL,
        terms BLOB NOT NULL  -- JSON, in the order of _terms_of; less work to write than fifteen columns
    )
    """,
    "CREATE TABLE facts (loaded_at TEXT NOT NULL, skipped INTEGER NOT NULL, counts TEXT NOT NULL)",
)
_INDEXES = (
    "CREATE INDEX by_symbol ON instruments (exchange, symbol)",
    "CREATE INDEX by_id ON instruments (exchange, instrument_id)",
)

# Of two rows with one symbol or number the first in the master counts: index entries of one key are in row order.
_BY_SYMBOL = (
    "SELECT exchange, instrument_id, symbol, terms FROM instruments WHERE exchange = ? AND symbol = ? "
    "ORDER BY rowid LIMIT 1"
)
_BY_ID = (
    "SELECT exchange, instrument_id, symbol, terms FROM instruments WHERE exchange = ? AND instrument_id = ? "
    "ORDER BY rowid LIMIT 1"
)
_LIKE = """
    SELECT exchange, instrument_id, symbol, terms FROM instruments WHERE rowid IN (
        SELECT rowid FROM instruments
        WHERE symbol LIKE ? ESCAPE '!' {and_exchange} ORDER BY length(symbol), symbol, exchange, rowid LIMIT ?
    ) ORDER BY length(symbol), symbol, exchange, rowid
"""
_LIKE_ANYWHERE = _LIKE.format(and_exchange="")
_LIKE_IN_EXCHANGE = _LIKE.format(and_exchange="AND exchange = ?")
_BEGINNING = "SELECT DISTINCT symbol FROM instruments WHERE exchange = ? AND symbol >= ? AND symbol < ? ORDER BY symbol"

_LAST_CHARACTER = "\U0010ffff"
_NUMBERS = range(-(2**63), 2**63)

_EXCHANGES = {exchange.value: exchange for exchange in Exchange}
_KINDS = {kind.value: kind for kind in InstrumentKind}
_RIGHTS: dict[str | None, OptionRight | None] = {None: None, **{right.value: right for right in OptionRight}}

_Row = tuple[str, int, str, bytes]


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Name errors of files; never put around the iterator of a download, whose errors are its own."""
    try:
        yield
    except OSError as exc:
        raise StoreError(
            f"the instruments can't be written to {path}: {exc.strerror or exc}",
            hint="the directory must be writable, with room for some hundred megabytes",
        ) from exc


def write_set(
    path: Path, instruments: Iterable[Instrument], *, loaded_at: datetime, skipped: Callable[[], int]
) -> InstrumentSet:
    """
    Write a set into the empty file *path*, on the disk when this returns.

    Raises:
        StoreError: It can't be written, is empty, or an instrument can't be stored.
    """
    counts: Counter[str] = Counter()
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            left_out = _write(connection, instruments, counts, loaded_at=loaded_at, skipped=skipped)
        finally:
            connection.close()
    except sqlite3.Error as exc:
        raise StoreError(f"the instruments can't be written to {path}: {exc}", hint="make room on the disk") from exc
    with writing_to(path):
        _sync(path)
    return InstrumentSet(loaded_at, dict(counts), left_out)


def _write(
    connection: sqlite3.Connection,
    instruments: Iterable[Instrument],
    counts: Counter[str],
    *,
    loaded_at: datetime,
    skipped: Callable[[], int],
) -> int:
    """Fill the file and return how many rows were left out, asked for only after the last instrument has come."""
    # nobody reads the file before it is whole, and a file that isn't is thrown away: no journal is needed
    for setting in ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.executemany("INSERT INTO instruments VALUES (?, ?, ?, ?)", _counted(instruments, counts))
    if not counts:
        raise StoreError("a set without any instrument is not stored; the last one stays", hint=SYNC_HINT)
    for statement in _INDEXES:
        connection.execute(statement)
    moment = loaded_at.astimezone(UTC).isoformat()
    left_out = skipped()
    connection.execute("INSERT INTO facts VALUES (?, ?, ?)", (moment, left_out, orjson.dumps(counts).decode()))
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_FORMAT}")
    connection.execute("COMMIT")
    return left_out


class SetReader:
    """An open set. Not thread-safe: its owner locks. Every method raises StoreError where the file is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            self.facts = self._facts()
        except BaseException:
            self._connection.close()
            raise

    def by_symbol(self, exchange: Exchange, symbol: str) -> Instrument | None:
        """Return the first instrument of this symbol."""
        return next(iter(self._instruments(_BY_SYMBOL, (exchange.value, symbol))), None)

    def by_id(self, exchange: Exchange, instrument_id: int) -> Instrument | None:
        """Return the first instrument of this number."""
        if instrument_id not in _NUMBERS:
            return None
        return next(iter(self._instruments(_BY_ID, (exchange.value, instrument_id))), None)

    def symbols_like(self, exchange: Exchange | None, text: str, limit: int) -> list[Instrument]:
        """Return instruments whose symbol contains *text*, whatever the case of ASCII letters, shortest first."""
        pattern = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        most = max(limit, 0)  # a negative one would mean all
        if exchange is None:
            return self._instruments(_LIKE_ANYWHERE, (pattern, most))
        return self._instruments(_LIKE_IN_EXCHANGE, (pattern, exchange.value, most))

    def symbols(self, exchange: Exchange, beginning: str) -> list[str]:
        """Return the symbols that begin so, in their order."""
        return [row[0] for row in self._rows(_BEGINNING, (exchange.value, beginning, beginning + _LAST_CHARACTER))]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _facts(self) -> InstrumentSet:
        ((application_id,),) = self._rows("PRAGMA application_id")
        ((file_format,),) = self._rows("PRAGMA user_version")
        if application_id != _APPLICATION_ID:
            raise _damaged(self._path, "it is no instrument file")
        if file_format != _FORMAT:
            raise _damaged(self._path, f"it has format {file_format}, this release reads {_FORMAT}")
        try:
            ((loaded_at, skipped, counts),) = self._rows("SELECT loaded_at, skipped, counts FROM facts")
            return InstrumentSet(datetime.fromisoformat(loaded_at), dict(orjson.loads(counts)), skipped)
        except (ValueError, TypeError) as exc:
            raise _damaged(self._path, str(exc)) from exc

    def _instruments(self, statement: str, values: Sequence[object]) -> list[Instrument]:
        try:
            return [_instrument_of(row) for row in self._rows(statement, values)]
        except (ValueError, TypeError, LookupError, InvalidOperation) as exc:
            raise _damaged(self._path, f"a row can't be read: {exc}") from exc

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except UnicodeEncodeError:  # a text that is no Unicode is no symbol of ours
            return []
        except sqlite3.Error as exc:
            raise _damaged(self._path, str(exc)) from exc


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(f"the instrument file {path} is damaged: {what}", hint=SYNC_HINT)


def _counted(instruments: Iterable[Instrument], counts: Counter[str]) -> Iterator[_Row]:
    for instrument in instruments:
        row = _row_of(instrument)
        counts[row[0]] += 1
        yield row


def _row_of(instrument: Instrument) -> _Row:
    try:
        instrument.symbol.encode()
        if instrument.instrument_id not in _NUMBERS:
            raise ValueError(f"its number {instrument.instrument_id} is too large")
        return instrument.exchange.value, instrument.instrument_id, instrument.symbol, _terms_of(instrument)
    except (ValueError, TypeError) as exc:
        raise StoreError(f"the instrument {instrument!s:.80} can't be stored: {exc}") from exc


def _terms_of(instrument: Instrument) -> bytes:
    """Return everything that is not looked up by. Decimals are texts: 0.10 stays 0.10."""
    tick_size, band = instrument.tick_size, instrument.band
    strike, right = instrument.strike, instrument.right
    return orjson.dumps(
        (
            instrument.kind.value,
            instrument.name,
            instrument.venue_symbol,
            instrument.display_name,
            instrument.series,
            instrument.lot_size,
            None if tick_size is None else str(tick_size),
            instrument.freeze_qty,
            None if band is None else (str(band.low), str(band.high)),
            str(instrument.multiplier),
            instrument.expiry,
            None if strike is None else str(strike),
            None if right is None else right.value,
            instrument.isin,
        )
    )


def _instrument_of(row: _Row) -> Instrument:
    exchange, instrument_id, symbol, terms = row
    (
        kind,
        name,
        venue_symbol,
        display_name,
        series,
        lot_size,
        tick_size,
        freeze_qty,
        band,
        multiplier,
        expiry,
        strike,
        right,
        isin,
    ) = orjson.loads(terms)  # what has another type than it should raises here, which means damage
    return Instrument(
        exchange=_EXCHANGES[exchange],
        instrument_id=instrument_id,
        symbol=symbol,
        kind=_KINDS[kind],
        name=name,
        venue_symbol=venue_symbol,
        display_name=display_name,
        series=series,
        lot_size=lot_size,
        tick_size=None if tick_size is None else Decimal(tick_size),
        freeze_qty=freeze_qty,
        band=None if band is None else PriceBand(Decimal(band[0]), Decimal(band[1])),
        multiplier=Decimal(multiplier),
        expiry=None if expiry is None else date.fromisoformat(expiry),
        strike=None if strike is None else Decimal(strike),
        right=_RIGHTS[right],
        isin=isin,
    )


def _sync(path: Path) -> None:
    """Bring a file to the disk: a rename that survives a power cut must not name an empty one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
