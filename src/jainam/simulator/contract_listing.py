"""Futures, options and spreads of a day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import sqrt
from typing import Final

from attrs import frozen

from jainam.simulator.expiries import is_monthly
from jainam.simulator.instrument_terms import (
    CALL,
    FUTURE,
    OPTION,
    PUT,
    SPREAD,
    Instrument,
    Liquidity,
    Pricing,
    Underlying,
    nearest_tick,
)

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CARRY: Final = 0.065
_TRADING_DAYS: Final = 252
_SPREAD_BAND: Final = Decimal("0.02")


@frozen
class ContractTerms:
    """The contracts of one underlying on one segment."""

    segment: str
    number: int
    """Place of the underlying in its segment, at most 230: the tokens follow from it, so they last from day to day."""

    symbol: str
    underlying: Underlying
    share_id: int
    lot_size: int
    freeze_qty: int
    future_tick: Decimal
    option_tick: Decimal
    multiplier: int
    future_series: str
    option_series: str
    clock: time
    futures: Sequence[date]
    options: Sequence[date]
    strike_step: Decimal
    strikes_each_side: int
    """Fewer than 128 times two: further strikes would share tokens."""

    with_spread: bool = False
    liquidity: Liquidity = Liquidity.NORMAL
    """Of the nearest contracts; others are less liquid."""

    weekly_expiries: bool = False
    """Contracts that end before a month's last one carry the day in their symbol."""


def list_contracts(terms: ContractTerms, day: date) -> Iterator[Instrument]:
    """Yield futures, spread and options of one underlying."""
    for place, expiry in enumerate(terms.futures):
        yield _future(terms, day, expiry, place)
    if terms.with_spread and len(terms.futures) > 1:
        yield _spread(terms, day, terms.futures[0], terms.futures[1])
    for place, expiry in enumerate(terms.options):
        yield from _chain(terms, day, expiry, place)


def growth_until(day: date, expiry: date) -> float:
    """Return forward over spot for delivery on *expiry*."""
    return 1.0 + _CARRY * _years(day, expiry)


def _years(day: date, expiry: date) -> float:
    # a contract in its last hours still has some time value
    return max(0.3, (expiry - day).days) / 365.0


def _future(terms: ContractTerms, day: date, expiry: date, place: int) -> Instrument:
    pricing = Pricing(growth_until(day, expiry))
    tick = terms.future_tick
    base = tick * nearest_tick(terms.underlying.previous_close * pricing.growth, tick)
    width = tick * nearest_tick(float(base) * 0.1, tick)
    description = f"{terms.symbol}{_month_code(expiry)}FUT"
    return _contract(
        terms,
        kind=FUTURE,
        token=30_000 + terms.number * 256 + _week(expiry),
        expiry=expiry,
        series=terms.future_series,
        description=description,
        display_name=f"{terms.symbol} {_day_code(expiry)}",
        tick=tick,
        band=(base + width, base - width),
        base=base,
        pricing=pricing,
        liquidity=terms.liquidity if place < 2 else _less(terms.liquidity),
    )


def _spread(terms: ContractTerms, day: date, near: date, far: date) -> Instrument:
    pricing = Pricing(growth_until(day, far) - growth_until(day, near))
    tick = Decimal("0.05")
    close = terms.underlying.previous_close
    base = tick * nearest_tick(close * pricing.growth, tick, signed=True)
    width = tick * nearest_tick(close * float(_SPREAD_BAND), tick)
    return _contract(
        terms,
        kind=SPREAD,
        token=90_000_000 + terms.number * 256 + _week(near),
        expiry=near,
        series=terms.future_series,
        description=f"{terms.symbol}{_month_code(near)}{_month_code(far)}FUT",
        # as long as the exchange lists it, the display name is that of the near future
        display_name=f"{terms.symbol} {_day_code(near)}",
        tick=tick,
        band=(width, -width),
        base=base,
        pricing=pricing,
        liquidity=Liquidity.THIN,
    )


def _chain(terms: ContractTerms, day: date, expiry: date, place: int) -> Iterator[Instrument]:
    """Yield calls and puts of one expiry around the money."""
    root = terms.underlying
    spot = root.previous_close
    pricing = Pricing(growth_until(day, expiry), root.volatility * sqrt(_TRADING_DAYS * _years(day, expiry)))
    forward = spot * pricing.growth
    tick, step = terms.option_tick, terms.strike_step
    # an option moves no more than what it is written on, so this band always holds; a book needs a tick of room
    band_ticks = nearest_tick(forward * root.reach, tick) + 1
    # the middle moves in coarse steps, so that the chain stays put from day to day
    middle = round(spot / float(step) / 8) * 8
    expires_at = datetime.combine(expiry, terms.clock)
    weekly = terms.weekly_expiries and not is_monthly(expiry)
    symbol = f"{terms.symbol}{_week_code(expiry) if weekly else _month_code(expiry)}"
    display = f"{terms.symbol} {_day_code(expiry)}"
    numeric_prefix = _numeric_prefix(expiry)
    token_base = terms.number << 18 | _week(expiry) << 10
    for count in range(max(1, middle - terms.strikes_each_side), middle + terms.strikes_each_side + 1):
        strike = step * count
        strike_price = float(strike)
        text = plain(strike)
        liquidity = _option_liquidity(terms.liquidity, abs(strike_price / spot - 1.0), place)
        call = pricing.call(spot, strike_price)
        token = token_base | (count % 512) << 1
        for option_type, code, price in ((CALL, "CE", call), (PUT, "PE", call - forward + strike_price)):
            base_ticks = nearest_tick(price, tick)
            description = f"{symbol}{text}{code}"
            token_of_type = token | (option_type == PUT)
            yield Instrument(
                segment=terms.segment,
                instrument_id=token_of_type,
                kind=OPTION,
                name=terms.symbol,
                description=description,
                series=terms.option_series,
                display_name=f"{display} {code} {text}",
                detailed_description=description,
                isin="",
                numeric_id=numeric_prefix + token_of_type,
                lot_size=terms.lot_size,
                tick_size=tick,
                freeze_qty=terms.freeze_qty,
                band_high=tick * (base_ticks + band_ticks),
                band_low=tick * max(1, base_ticks - band_ticks),
                multiplier=terms.multiplier,
                underlying=root,
                pricing=pricing,
                base_price=tick * base_ticks,
                liquidity=liquidity,
                expiry=expires_at,
                strike=strike,
                option_type=option_type,
                underlying_id=terms.share_id,
            )


def _contract(
    terms: ContractTerms,
    *,
    kind: int,
    token: int,
    expiry: date,
    series: str,
    description: str,
    display_name: str,
    tick: Decimal,
    band: tuple[Decimal, Decimal],
    base: Decimal,
    pricing: Pricing,
    liquidity: Liquidity,
) -> Instrument:
    return Instrument(
        segment=terms.segment,
        instrument_id=token,
        kind=kind,
        name=terms.symbol,
        description=description,
        series=series,
        display_name=display_name,
        detailed_description=description,
        isin="",
        numeric_id=_numeric_prefix(expiry) + token,
        lot_size=terms.lot_size,
        tick_size=tick,
        freeze_qty=terms.freeze_qty,
        band_high=band[0],
        band_low=band[1],
        multiplier=terms.multiplier,
        underlying=terms.underlying,
        pricing=pricing,
        base_price=base,
        liquidity=liquidity,
        expiry=datetime.combine(expiry, terms.clock),
        underlying_id=terms.share_id,
    )


def plain(number: Decimal) -> str:
    """Return a number without exponent and without needless zeros: ``24250``, ``272.5``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _option_liquidity(best: Liquidity, distance: float, place: int) -> Liquidity:
    """Return what is left of the best liquidity at a distance from the money, for the nearest expiries and later."""
    if distance > 0.1 or place > 6:
        return Liquidity.THIN
    return best if distance < 0.05 and place < 3 else _less(best)


def _less(liquidity: Liquidity) -> Liquidity:
    return Liquidity(max(0, liquidity - 1))


def _week(expiry: date) -> int:
    return expiry.toordinal() // 7 % 256


def _numeric_prefix(expiry: date) -> int:
    """Return what InstrumentID begins with: year, day of the year, and room for eight digits of token."""
    return (expiry.year % 100 * 1000 + expiry.timetuple().tm_yday) * 100_000_000


def _month_code(expiry: date) -> str:
    return f"{expiry.year % 100:02d}{MONTHS[expiry.month - 1]}"


def _week_code(expiry: date) -> str:
    """Return year, month and day as weekly contracts print them, the months after September as letters."""
    return f"{expiry.year % 100:02d}{'123456789OND'[expiry.month - 1]}{expiry.day:02d}"


def _day_code(expiry: date) -> str:
    return f"{expiry.day:02d}{MONTHS[expiry.month - 1]}{expiry.year}"
