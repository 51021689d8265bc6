"""Instruments of the tests."""

from decimal import Decimal

from jainam.domain.instruments import Exchange, Instrument, InstrumentKind


def share(number, symbol, *, exchange=Exchange.NSE, name=""):
    return Instrument(
        exchange=exchange,
        instrument_id=number,
        symbol=symbol,
        kind=InstrumentKind.EQUITY,
        name=name or symbol,
        venue_symbol=symbol,
        display_name=symbol,
        series="EQ",
        lot_size=1,
        tick_size=Decimal("0.05"),
        freeze_qty=None,
        band=None,
        multiplier=Decimal(1),
    )
