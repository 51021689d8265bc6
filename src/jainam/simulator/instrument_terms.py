"""What is listed: an instrument, what it hangs on, and its price as a function of that."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from math import erf, exp, floor, log, sqrt
from typing import Final

from attrs import field, frozen

from jainam.simulator.noise import smooth

FUTURE: Final = 1
OPTION: Final = 2
SPREAD: Final = 4
EQUITY: Final = 8
SPOT: Final = 16

CALL: Final = 3
PUT: Final = 4

SEGMENT_IDS: Final[Mapping[str, int]] = {"NSECM": 1, "NSEFO": 2, "NSECD": 3, "BSECM": 11, "BSEFO": 12, "MCXFO": 51}

SESSION_HOURS: Final[Mapping[str, tuple[int, int]]] = {
    "NSECM": (33_300, 55_800),
    "NSEFO": (33_300, 55_800),
    "NSECD": (32_400, 61_200),
    "BSECM": (33_300, 55_800),
    "BSEFO": (33_300, 55_800),
    "MCXFO": (32_400, 84_600),
}
"""Regular session of each segment, in seconds after midnight IST; the simulated day of the venue itself has no end."""


class Liquidity(IntEnum):
    """How deep an instrument's book is."""

    THIN = 0
    NORMAL = 1
    DEEP = 2


_ROOT_HALF: Final = sqrt(0.5)
# Swings of an underlying's daily closes around its anchor: period in days, and size in usual daily moves.
_SWINGS: Final = ((1.0, 0.6), (5.0, 1.0), (21.0, 2.5), (89.0, 6.0))


@frozen
class Underlying:
    """What a price hangs on: a share, an index, a commodity or a currency with a walk of its own."""

    name: str
    index_name: str
    """How contracts name it in UnderlyingIndexName: ``Nifty 50``, or the share's symbol."""

    seed: int
    anchor: float
    """Level that the daily closes swing around."""

    volatility: float
    """Usual move of a day as a fraction."""

    previous_close: float
    session: tuple[int, int]

    @property
    def reach(self) -> float:
        """Return the widest move of a day from the previous close as a fraction; the walk never goes beyond."""
        return 2.5 * self.volatility


def level(seed: int, anchor: float, volatility: float, day: date) -> float:
    """Return an underlying's close of *day*, whether the market was open then or not."""
    place = day.toordinal()
    swing = sum(size * smooth(seed + number, place / period) for number, (period, size) in enumerate(_SWINGS))
    return anchor * exp(volatility * swing)


@frozen
class Pricing:
    """
    A contract's price as a function of its underlying's.

    The function never turns: dearer underlying, dearer future and call, cheaper put. So the extremes of a contract
    follow from those of its underlying.
    """

    growth: float = 1.0
    """Forward over spot; of a spread, the difference of its legs' growth."""

    deviation: float = 0.0
    """Standard deviation of the logarithm of the price until expiry; 0 for what is no option."""

    def call(self, spot: float, strike: float) -> float:
        """Return the undiscounted price of a call (Black 1976)."""
        forward = spot * self.growth
        width = log(forward / strike) / self.deviation
        half = self.deviation / 2.0
        in_money, priced = erf((width - half) * _ROOT_HALF), erf((width + half) * _ROOT_HALF)
        return 0.5 * (forward * (1.0 + priced) - strike * (1.0 + in_money))


@frozen
class Instrument:
    """One row of the master."""

    segment: str
    instrument_id: int
    """exchangeInstrumentID, unique inside the segment."""

    kind: int
    """InstrumentType: 1 future, 2 option, 4 spread, 8 equity, 16 spot."""

    name: str
    description: str
    series: str
    display_name: str
    detailed_description: str
    isin: str
    numeric_id: int
    """InstrumentID: segment or expiry, and token, in one number; opaque."""

    lot_size: int
    tick_size: Decimal
    freeze_qty: int
    """As printed: the first quantity that is refused."""

    band_high: Decimal
    band_low: Decimal
    """Price band; both 0 where the exchange prints none (a commodity's spot row)."""

    multiplier: int
    """Money for each point and unit (commodities and currencies), else 1."""

    underlying: Underlying = field(repr=False)
    pricing: Pricing = field(repr=False)
    base_price: Decimal
    """Close of the previous trading day."""

    liquidity: Liquidity = Liquidity.NORMAL
    expiry: datetime | None = None
    """IST wall clock without offset, as the master prints it."""

    strike: Decimal | None = None
    option_type: int | None = None
    underlying_id: int = -1
    """UnderlyingInstrumentId: InstrumentID of the share under a stock contract on its own exchange, else -1."""

    @property
    def segment_id(self) -> int:
        """Return the segment's number on the wire."""
        return SEGMENT_IDS[self.segment]

    @property
    def is_derivative(self) -> bool:
        """Tell whether it expires."""
        return self.expiry is not None

    @property
    def underlying_name(self) -> str:
        """Return the name in UnderlyingIndexName; of a cash instrument its own."""
        return self.underlying.index_name

    @property
    def falls_with_underlying(self) -> bool:
        """Tell whether the price goes down when the underlying's goes up."""
        return self.option_type == PUT

    def fair_price(self, spot: float) -> float:
        """Return the unrounded price at an underlying's price."""
        if self.strike is None:
            return spot * self.pricing.growth
        strike = float(self.strike)
        value = self.pricing.call(spot, strike)
        return value if self.option_type == CALL else value - spot * self.pricing.growth + strike

    def price_at(self, spot: float) -> Decimal:
        """Return the price on a tick and inside the band at an underlying's price."""
        ticks = nearest_tick(self.fair_price(spot), self.tick_size, signed=self.kind == SPREAD)
        low, high = self.tick_band
        return self.tick_size * max(low, min(high, ticks))

    def past_price_at(self, spot: float) -> Decimal:
        """Return the price on a tick of an earlier day, on which today's band did not bind."""
        return self.tick_size * nearest_tick(self.fair_price(spot), self.tick_size, signed=self.kind == SPREAD)

    @property
    def tick_band(self) -> tuple[int, int]:
        """Return the lowest and the highest price inside the band, in ticks."""
        if not self.band_high:
            return 1, 1 << 40
        return ticks_up(self.band_low, self.tick_size), ticks_down(self.band_high, self.tick_size)


def nearest_tick(price: float, tick_size: Decimal, *, signed: bool = False) -> int:
    """Return the nearest tick to a price, in ticks; at least one unless prices may be negative."""
    ticks = floor(price / float(tick_size) + 0.5)
    return ticks if signed else max(1, ticks)


def ticks_up(price: Decimal, tick_size: Decimal) -> int:
    """Return the first tick at or above *price*, in ticks."""
    whole, rest = divmod(price, tick_size)
    return int(whole) + (rest > 0)


def ticks_down(price: Decimal, tick_size: Decimal) -> int:
    """Return the last tick at or below *price*, in ticks."""
    whole, rest = divmod(price, tick_size)
    return int(whole) - (rest < 0)
