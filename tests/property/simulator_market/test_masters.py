from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.simulator.instrument_terms import FUTURE, OPTION, SPOT, SPREAD
from jainam.simulator.instruments import SEGMENT_IDS, build_master

DAYS = st.dates(date(2024, 1, 1), date(2034, 12, 31))
SEEDS = st.integers(0, 2**32)
# a master takes a good part of a second: few of them, each looked at in full
few = settings(max_examples=12, deadline=None)

COLUMNS = {FUTURE: 21, SPREAD: 21, OPTION: 23}


@few
@given(SEEDS, DAYS)
def test_tokens_are_unique_and_rows_read_back_as_their_instruments(seed, day):
    master = build_master(seed, day, "small")

    for segment in SEGMENT_IDS:
        rows = master.in_segment(segment)
        assert len({row.instrument_id for row in rows}) == len(rows)
        assert len({row.numeric_id for row in rows}) == len(rows)
        for row, line in zip(rows, master.rows(segment).split("\n"), strict=True):
            _read_back(row, line.split("|"))
            assert 0 < row.instrument_id < 2**31
            assert master.get(segment, row.instrument_id) is row


def _read_back(row, columns):
    short_spot = row.segment == "MCXFO" and row.kind == SPOT
    assert len(columns) == (18 if short_spot else COLUMNS.get(row.kind, 22))
    assert columns[:8] == [
        row.segment,
        str(row.instrument_id),
        str(row.kind),
        row.name,
        row.description,
        row.series,
        f"{row.name}-{row.series}",
        str(row.numeric_id),
    ]
    assert (Decimal(columns[8]), Decimal(columns[9])) == (row.band_high, row.band_low)
    assert (int(columns[10]), Decimal(columns[11]), int(columns[12])) == (row.freeze_qty, row.tick_size, row.lot_size)
    assert int(columns[13]) == row.multiplier
    assert "E" not in "".join(columns[8:14])
    if row.kind not in COLUMNS:
        assert columns[14:18] == [row.display_name, row.isin, "1", "1"]
        return
    assert (int(columns[14]), columns[15]) == (row.underlying_id, row.underlying_name)
    assert columns[16] == row.expiry.isoformat()
    if row.kind == OPTION:
        assert (Decimal(columns[17]), int(columns[18])) == (row.strike, row.option_type)
    assert columns[-4:] == [row.display_name, "1", "1", row.description]


@few
@given(SEEDS, DAYS)
def test_yesterdays_close_is_on_a_tick_inside_the_band(seed, day):
    master = build_master(seed, day, "small")

    for segment in SEGMENT_IDS:
        for row in master.in_segment(segment):
            assert row.base_price % row.tick_size == 0
            assert row.lot_size > 0
            assert row.freeze_qty > row.lot_size
            if row.band_high:
                assert row.band_low <= row.base_price <= row.band_high
                assert row.kind == SPREAD or row.band_low > 0


@few
@given(SEEDS, DAYS)
def test_what_everybody_trades_is_always_listed(seed, day):
    master = build_master(seed, day, "small")
    contracts = master.in_segment("NSEFO")

    assert master.get("NSECM", 2885).name == "RELIANCE"
    for name in ("NIFTY", "BANKNIFTY"):
        expiries = [row.expiry.date() for row in contracts if row.kind == FUTURE and row.name == name]
        assert len(expiries) == 3
        assert expiries == sorted(expiries)
        assert all(expiry.weekday() == 1 and (expiry + timedelta(7)).month != expiry.month for expiry in expiries)
        assert all(0 < (later - sooner).days <= 35 for sooner, later in pairwise(expiries))
    money = float(master.get("NSECM", 26000).base_price)
    nearest = min(row.expiry for row in contracts if row.kind == OPTION and row.name == "NIFTY")
    assert 0 <= (nearest.date() - day).days < 7
    strikes = {row.strike for row in contracts if row.name == "NIFTY" and row.expiry == nearest and row.strike}
    assert min(strikes) < money - 500
    assert max(strikes) > money + 500


@few
@given(SEEDS, DAYS)
def test_nothing_listed_has_expired(seed, day):
    master = build_master(seed, day, "small")

    for segment, weekday in (("NSEFO", 1), ("BSEFO", 3), ("NSECD", None), ("MCXFO", None)):
        expiries = {row.expiry.date() for row in master.in_segment(segment) if row.expiry is not None}
        assert min(expiries) >= day
        assert all(expiry.weekday() == weekday if weekday is not None else expiry.weekday() < 5 for expiry in expiries)


@few
@given(SEEDS, DAYS)
def test_contract_keeps_its_token_overnight(seed, day):
    today, tomorrow = build_master(seed, day, "small"), build_master(seed, day + timedelta(1), "small")

    for segment in SEGMENT_IDS:
        tokens = {row.description: row.instrument_id for row in today.in_segment(segment)}
        later = {row.description: row.instrument_id for row in tomorrow.in_segment(segment)}
        both = tokens.keys() & later.keys()
        assert len(both) > len(tokens) // 4
        assert all(tokens[name] == later[name] for name in both)
