"""Cash rows of a day: shares, rarer series and index rows of NSE and BSE."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from attrs import frozen

from jainam.simulator.expiries import weekday_on_or_before
from jainam.simulator.instrument_terms import (
    EQUITY,
    SESSION_HOURS,
    SPOT,
    Instrument,
    Liquidity,
    Pricing,
    Underlying,
    level,
    nearest_tick,
)
from jainam.simulator.listings import INDICES, ODD_ROWS, WELL_KNOWN, Index, Invented, Odd, Share
from jainam.simulator.noise import seed_from, unit

_OUTRIGHT: Final = Pricing()
_PAISA: Final = Decimal("0.01")
_ID_PREFIX: Final[Mapping[str, int]] = {"NSECM": 1100100000000, "BSECM": 1200100000000, "MCXFO": 1200100000000}
_NARROW_BAND_SERIES: Final = frozenset({"BE", "BZ", "ST", "T", "XT"})


@frozen
class CashListing:
    """Cash instruments of both exchanges, the indices outside the master, and what contracts hang on."""

    nse: tuple[Instrument, ...]
    bse: tuple[Instrument, ...]
    nse_indices: tuple[Instrument, ...]
    """Quoted, but no rows of the NSECM master."""

    by_symbol: Mapping[str, Underlying]
    share_ids: Mapping[tuple[str, str], int]
    """InstrumentID by segment and symbol."""


def underlying_of(
    seed: int,
    day: date,
    name: str,
    index_name: str,
    anchor: float,
    volatility: float,
    segment: str,
) -> Underlying:
    """Return what hangs on one name, as it stands before *day*; the name alone decides its walk."""
    own_seed = seed_from(seed, "walk", name)
    close = level(own_seed, anchor, volatility, previous_trading_day(day))
    return Underlying(name, index_name, own_seed, anchor, volatility, close, SESSION_HOURS[segment])


def previous_trading_day(day: date) -> date:
    """Return the last weekday before *day*."""
    return weekday_on_or_before(date.fromordinal(day.toordinal() - 1))


def band_around(price: Decimal, fraction: str) -> tuple[Decimal, Decimal]:
    """Return high and low of a price band to the paisa, off the tick as they often are."""
    width = price * Decimal(fraction)
    return (price + width).quantize(_PAISA, ROUND_HALF_UP), (price - width).quantize(_PAISA, ROUND_HALF_UP)


def list_cash(seed: int, day: date, invented: Sequence[Invented]) -> CashListing:
    """Return the cash side of *day* with the well-known names and the given invented ones."""
    nse: list[Instrument] = []
    bse: list[Instrument] = []
    indices: list[Instrument] = []
    by_symbol: dict[str, Underlying] = {}
    for share in WELL_KNOWN:
        root = underlying_of(seed, day, share.symbol, share.symbol, share.level, 0.013, "NSECM")
        by_symbol[share.symbol] = root
        nse.append(_well_known_row("NSECM", share, root))
        bse.append(_well_known_row("BSECM", share, root))
    for odd in ODD_ROWS:
        (nse if odd.segment == "NSECM" else bse).append(_odd_row(seed, day, odd))
    for name in invented:
        series = name.nse_series or name.bse_series
        volatility = 0.008 if series in _NARROW_BAND_SERIES else 0.01 + 0.012 * unit(seed_from(seed, name.symbol))
        root = underlying_of(seed, day, name.symbol, name.symbol, name.level, volatility, "NSECM")
        by_symbol[name.symbol] = root
        nse.extend(_invented_row("NSECM", name, root))
        bse.extend(_invented_row("BSECM", name, root))
    for index in INDICES:
        root = underlying_of(seed, day, index.symbol, index.index_name, index.level, index.volatility, index.segment)
        by_symbol[index.symbol] = root
        (indices if index.segment == "NSECM" else bse).append(_index_row(index, root))
    ids = {(row.segment, row.name): row.numeric_id for row in (*nse, *bse) if row.kind == EQUITY}
    return CashListing(tuple(nse), tuple(bse), tuple(indices), by_symbol, ids)


def spot_row(segment: str, token: int, symbol: str, root: Underlying) -> Instrument:
    """Return a commodity's spot row, which prints no band (xts-api.md, 8.3)."""
    return _row(
        segment, token, symbol, "COMDTY", f"{symbol}-COMDTY", "", root, Decimal(1), band=None, kind=SPOT, detailed=""
    )


def _well_known_row(segment: str, share: Share, root: Underlying) -> Instrument:
    on_nse = segment == "NSECM"
    series = "EQ" if on_nse else "A"
    return _row(
        segment,
        share.nse_token if on_nse else share.bse_code,
        share.symbol,
        series,
        f"{share.symbol}-{series}",
        share.isin,
        root,
        Decimal(share.tick),
        freeze_qty=share.freeze_qty if on_nse else 50_001,
        detailed=f"{share.company}-{series}",
        liquidity=Liquidity.DEEP if on_nse else Liquidity.NORMAL,
    )


def _odd_row(seed: int, day: date, odd: Odd) -> Instrument:
    root = underlying_of(seed, day, odd.symbol, odd.symbol, odd.level, 0.008, odd.segment)
    return _row(
        odd.segment,
        odd.token,
        odd.symbol,
        odd.series,
        f"{odd.symbol}-{odd.series}",
        odd.isin,
        root,
        Decimal(odd.tick),
        lot=odd.lot,
        freeze_qty=odd.freeze_qty,
        detailed=f"{odd.company}-{odd.series}",
        liquidity=Liquidity.THIN,
    )


def _invented_row(segment: str, name: Invented, root: Underlying) -> Iterator[Instrument]:
    on_nse = segment == "NSECM"
    series = name.nse_series if on_nse else name.bse_series
    if not series:
        return
    yield _row(
        segment,
        name.nse_token if on_nse else name.bse_code,
        name.symbol,
        series,
        f"{name.symbol}-{series}",
        name.isin,
        root,
        Decimal(name.tick),
        lot=name.lot if on_nse else 1,
        freeze_qty=name.freeze_qty,
        band="0.05" if series in _NARROW_BAND_SERIES else "0.1",
        detailed=f"{name.company}-{series}",
        liquidity=Liquidity.NORMAL if series in {"EQ", "A", "B"} else Liquidity.THIN,
    )


def _index_row(index: Index, root: Underlying) -> Instrument:
    description = f"{index.symbol}-SPOT"
    return _row(
        index.segment,
        index.token,
        index.symbol,
        "SPOT",
        description,
        "",
        root,
        _PAISA,
        kind=SPOT,
        # an index has no band; masters print a wide one
        band="0.2",
        detailed=description,
    )


def _row(
    segment: str,
    token: int,
    symbol: str,
    series: str,
    description: str,
    isin: str,
    root: Underlying,
    tick: Decimal,
    *,
    detailed: str,
    band: str | None = "0.1",
    lot: int = 1,
    freeze_qty: int = 50_001,
    kind: int = EQUITY,
    liquidity: Liquidity = Liquidity.NORMAL,
) -> Instrument:
    base = tick * nearest_tick(root.previous_close, tick)
    high, low = band_around(base, band) if band else (Decimal(0), Decimal(0))
    return Instrument(
        segment=segment,
        instrument_id=token,
        kind=kind,
        name=symbol,
        description=description,
        series=series,
        display_name=symbol,
        detailed_description=detailed,
        isin=isin,
        numeric_id=_ID_PREFIX[segment] + token,
        lot_size=lot,
        tick_size=tick,
        freeze_qty=freeze_qty,
        band_high=high,
        band_low=low,
        multiplier=1,
        underlying=root,
        pricing=_OUTRIGHT,
        base_price=base,
        liquidity=liquidity,
    )
