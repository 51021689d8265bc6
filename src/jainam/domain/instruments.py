"""Instruments: what can be traded, and the exchange's limits for it."""

from datetime import date
from decimal import Decimal
from enum import Enum

from attrs import frozen


class Exchange(Enum):
    """The desk's words for exchange segments, as OpenAlgo writes them."""

    NSE = "NSE"
    NFO = "NFO"
    CDS = "CDS"
    BSE = "BSE"
    BFO = "BFO"
    BCD = "BCD"
    MCX = "MCX"
    NCDEX = "NCDEX"
    NCO = "NCO"
    NSE_INDEX = "NSE_INDEX"
    BSE_INDEX = "BSE_INDEX"
    MCX_INDEX = "MCX_INDEX"

    @property
    def is_cash(self) -> bool:
        """Shares: delivery is possible, carry-forward products are not."""
        return self in {Exchange.NSE, Exchange.BSE}

    @property
    def is_index(self) -> bool:
        """Index values: quoted, never traded."""
        return self in {Exchange.NSE_INDEX, Exchange.BSE_INDEX, Exchange.MCX_INDEX}


class InstrumentKind(Enum):
    """What an instrument is."""

    EQUITY = "EQ"
    FUTURE = "FUT"
    OPTION = "OPT"
    INDEX = "INDEX"
    SPREAD = "SPREAD"
    SPOT = "SPOT"
    OTHER = "OTHER"


class OptionRight(Enum):
    """Call or put, European."""

    CALL = "CE"
    PUT = "PE"


@frozen
class PriceBand:
    """The day's lowest and highest legal price."""

    low: Decimal
    high: Decimal


@frozen
class InstrumentRules:
    """The limits that an order must keep. Quantities are units."""

    lot_size: int
    tick_size: Decimal | None
    max_order_qty: int | None
    """Largest legal quantity of one order, a whole number of lots; ``None`` when the exchange states none."""
    band: PriceBand | None


@frozen
class Instrument:
    """One line of the day's master. *instrument_id* is unique inside its exchange segment only."""

    exchange: Exchange
    instrument_id: int
    symbol: str
    """The OpenAlgo symbol: `RELIANCE`, `NIFTY29SEP26FUT`, `NIFTY22SEP2624250CE`."""
    kind: InstrumentKind
    name: str
    """The underlying's or the share's symbol."""
    venue_symbol: str
    display_name: str
    series: str
    lot_size: int
    tick_size: Decimal | None
    freeze_qty: int | None
    """As the master prints it: the first quantity that is refused (xts-api.md, 4.11)."""
    band: PriceBand | None
    multiplier: Decimal
    """Money per point and unit; not 1 for commodities and currencies."""
    expiry: date | None = None
    strike: Decimal | None = None
    right: OptionRight | None = None
    isin: str = ""

    def __str__(self) -> str:
        return f"{self.exchange.value}:{self.symbol}"

    @property
    def rules(self) -> InstrumentRules:
        """The limits of one order in this instrument."""
        largest: int | None = None
        if self.freeze_qty is not None:
            largest = max((self.freeze_qty - 1) // self.lot_size * self.lot_size, self.lot_size)
        return InstrumentRules(self.lot_size, self.tick_size, largest, self.band)
