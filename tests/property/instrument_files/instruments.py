"""Generated instruments: everything that a master may hold, and more."""

from datetime import date

from hypothesis import strategies as st

from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, OptionRight, PriceBand

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
symbols = st.text(st.sampled_from("ABC09&-_%!'\" éß"), min_size=1, max_size=6) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6
)
numbers = st.integers(0, 2**63 - 1)
decimals = st.decimals(allow_nan=False, allow_infinity=False)

instruments = st.builds(
    Instrument,
    exchange=st.sampled_from(Exchange),
    instrument_id=st.integers(0, 40) | numbers,
    symbol=symbols,
    kind=st.sampled_from(InstrumentKind),
    name=texts,
    venue_symbol=texts,
    display_name=texts,
    series=texts,
    lot_size=st.integers(1, 10**12),
    tick_size=st.none() | decimals,
    freeze_qty=st.none() | st.integers(0, 10**12),
    band=st.none() | st.builds(PriceBand, low=decimals, high=decimals),
    multiplier=decimals,
    expiry=st.none() | st.dates(date(1970, 1, 1), date(2999, 12, 31)),
    strike=st.none() | decimals,
    right=st.none() | st.sampled_from(OptionRight),
    isin=texts,
)

masters = st.lists(instruments, min_size=1, max_size=25)
