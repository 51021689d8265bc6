"""
The master file as text: one row an instrument, columns by ``|``, no header.

Source: xts-api.md, 8.3.
"""

from collections.abc import Iterable
from typing import Final

from jainam.simulator.contract_listing import plain
from jainam.simulator.instrument_terms import OPTION, SPOT, Instrument

_SHORT_SPOT_SEGMENT: Final = "MCXFO"


def master_row(instrument: Instrument) -> str:
    """Return one row: 22 columns in cash, 21 for a future or spread, 23 for an option, 18 for a commodity's spot."""
    head = (
        f"{instrument.segment}|{instrument.instrument_id}|{instrument.kind}|{instrument.name}|{instrument.description}"
        f"|{instrument.series}|{instrument.name}-{instrument.series}|{instrument.numeric_id}"
        f"|{plain(instrument.band_high)}|{plain(instrument.band_low)}|{instrument.freeze_qty}"
        f"|{plain(instrument.tick_size)}|{instrument.lot_size}|{instrument.multiplier}"
    )
    if instrument.expiry is None:
        row = f"{head}|{instrument.display_name}|{instrument.isin}|1|1"
        if instrument.kind == SPOT and instrument.segment == _SHORT_SPOT_SEGMENT:
            return row
        return f"{row}|{instrument.detailed_description}|0|-1|-1"
    contract = f"{head}|{instrument.underlying_id}|{instrument.underlying_name}|{instrument.expiry.isoformat()}"
    if instrument.kind == OPTION and instrument.strike is not None:
        contract = f"{contract}|{plain(instrument.strike)}|{instrument.option_type}"
    return f"{contract}|{instrument.display_name}|1|1|{instrument.detailed_description}"


def master_text(instruments: Iterable[Instrument]) -> str:
    """Return the rows of many instruments, one a line, without a line break at the end."""
    return "\n".join(map(master_row, instruments))
