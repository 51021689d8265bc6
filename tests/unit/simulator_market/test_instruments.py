from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from jainam.simulator.instrument_terms import EQUITY, FUTURE, OPTION, SPOT, SPREAD
from jainam.simulator.instruments import SEGMENT_IDS, build_master

DAY = date(2026, 9, 15)


def test_well_known_rows_differ_from_the_sample_in_prices_only(master, sample):
    ours = {tuple(row.split("|")[:2]): row.split("|") for row in master.rows("NSECM").split("\n")}

    for row in (line.split("|") for line in sample("master.NSECM.psv")):
        mine = ours[row[0], row[1]]

        assert mine[:8] + mine[10:] == row[:8] + row[10:]


@pytest.mark.parametrize("segment", SEGMENT_IDS)
def test_every_kind_of_sample_row_is_listed_with_as_many_columns(master, sample, segment):
    ours = {(row.split("|")[2], len(row.split("|"))) for row in master.rows(segment).split("\n")}

    theirs = {(row.split("|")[2], len(row.split("|"))) for row in sample(f"master.{segment}.psv")}

    assert theirs <= ours


@pytest.mark.parametrize(
    ("segment", "description", "display_name", "expiry"),
    [
        ("NSEFO", "NIFTY26SEPFUT", "NIFTY 29SEP2026", "2026-09-29T14:30:00"),
        ("NSEFO", "NIFTY26OCTFUT", "NIFTY 27OCT2026", "2026-10-27T14:30:00"),
        ("NSEFO", "RELIANCE26SEPFUT", "RELIANCE 29SEP2026", "2026-09-29T14:30:00"),
        ("NSEFO", "NIFTY2692225000CE", "NIFTY 22SEP2026 CE 25000", "2026-09-22T14:30:00"),
        ("NSEFO", "NIFTY26SEP25000PE", "NIFTY 29SEP2026 PE 25000", "2026-09-29T14:30:00"),
        ("BSEFO", "SENSEX2691780000CE", "SENSEX 17SEP2026 CE 80000", "2026-09-17T14:30:00"),
        ("BSEFO", "BANKEX26SEPFUT", "BANKEX 24SEP2026", "2026-09-24T14:30:00"),
        ("MCXFO", "CRUDEOIL26SEPFUT", "CRUDEOIL 21SEP2026", "2026-09-21T23:30:00"),
        ("MCXFO", "CRUDEOIL26SEP6200CE", "CRUDEOIL 17SEP2026 CE 6200", "2026-09-17T23:30:00"),
        ("MCXFO", "GOLD26OCTFUT", "GOLD 05OCT2026", "2026-10-05T23:59:59"),
        ("MCXFO", "SILVER26DECFUT", "SILVER 04DEC2026", "2026-12-04T23:30:00"),
        ("NSECD", "USDINR26SEP87.25PE", "USDINR 28SEP2026 PE 87.25", "2026-09-28T12:30:00"),
    ],
)  # fmt: skip
def test_contract_is_named_and_dated_as_its_exchange_does(by_description, segment, description, display_name, expiry):
    row = by_description(segment, description)

    assert row.display_name == display_name
    assert row.expiry.isoformat() == expiry


def test_weekly_expiries_after_september_carry_a_letter():
    rows = build_master(7, date(2026, 10, 5), "small").in_segment("NSEFO")

    weekly = {row.description[5:10] for row in rows if row.name == "NIFTY" and row.kind == OPTION}

    assert {"26O06", "26O13", "26O20"} <= weekly


def test_spread_lies_beside_its_near_future_under_the_same_display_name(by_description):
    spread, near = by_description("NSEFO", "NIFTY26SEP26OCTFUT"), by_description("NSEFO", "NIFTY26SEPFUT")

    assert (spread.kind, near.kind) == (SPREAD, FUTURE)
    assert spread.display_name == near.display_name
    assert spread.band_low == -spread.band_high


def test_stock_contract_names_the_share_it_is_written_on(by_description, master):
    contract, share = by_description("NSEFO", "M&M26SEPFUT"), master.get("NSECM", 2031)

    assert contract.underlying_id == share.numeric_id == 1100100002031
    assert contract.underlying_name == "M&M"


def test_index_contract_names_no_instrument(by_description):
    row = by_description("NSEFO", "BANKNIFTY26SEPFUT")

    assert (row.underlying_id, row.underlying_name) == (-1, "Nifty Bank")


@pytest.mark.parametrize(
    ("segment", "description", "lot", "freeze", "tick", "multiplier"),
    [
        ("NSEFO", "NIFTY26SEPFUT", 65, 1801, "0.1", 1),
        ("NSEFO", "BANKNIFTY26SEPFUT", 30, 601, "0.2", 1),
        ("NSEFO", "RELIANCE26SEPFUT", 500, 20001, "0.1", 1),
        ("BSEFO", "SENSEX26SEPFUT", 20, 1001, "0.05", 1),
        ("MCXFO", "CRUDEOIL26SEPFUT", 1, 10001, "1", 100),
        ("NSECD", "USDINR26SEPFUT", 1, 10001, "0.0025", 1000),
        ("NSECM", "RELIANCE-EQ", 1, 382001, "0.05", 1),
        ("NSECM", "SAMPLESM-SM", 800, 50001, "0.05", 1),
    ],
)
def test_limits_of_a_contract_are_the_exchanges(by_description, segment, description, lot, freeze, tick, multiplier):
    row = by_description(segment, description)

    assert (row.lot_size, row.freeze_qty, row.multiplier) == (lot, freeze, multiplier)
    assert row.tick_size == Decimal(tick)


def test_master_has_the_rare_series(master):
    assert {"EQ", "BE", "SM", "SG", "GB"} <= {row.series for row in master.in_segment("NSECM")}
    assert {"A", "B", "X", "XT", "T", "F", "SPOT"} <= {row.series for row in master.in_segment("BSECM")}


def test_index_of_nse_is_known_but_no_row_of_the_master(master):
    nifty = master.get("NSECM", 26000)

    assert nifty is not None
    assert nifty.kind == SPOT
    assert nifty not in master.in_segment("NSECM")
    assert ("NIFTY 50", 26000) in master.index_list("NSECM")


def test_index_of_bse_is_a_row_of_the_master(master):
    assert master.get("BSECM", 26065) in master.in_segment("BSECM")


def test_share_has_one_isin_on_both_exchanges(master):
    assert master.get("NSECM", 2885).isin == master.get("BSECM", 500325).isin == "INE002A01018"


def test_unknown_instrument_or_segment_is_none(master):
    assert master.get("NSECM", 99_999_999) is None
    assert master.get("NCDEX", 1) is None
    assert master.rows("NCDEX") == ""


def test_text_of_a_segment_is_made_once(master):
    assert master.rows("NSECM") is master.rows("NSECM")


def test_seed_changes_invented_names_and_not_the_well_known(master):
    other = build_master(8, DAY, "small")

    assert other.get("NSECM", 2885).isin == "INE002A01018"
    assert other.rows("NSECM") != master.rows("NSECM")


def test_same_seed_and_day_give_the_same_master(master):
    again = build_master(7, DAY, "small")

    assert all(again.rows(segment) == master.rows(segment) for segment in SEGMENT_IDS)


def test_large_master_lists_all_of_the_small_one_and_forty_times_as_much(master):
    large = build_master(7, DAY, "large")

    rows = {segment: large.rows(segment).split("\n") for segment in SEGMENT_IDS}

    assert 180_000 <= sum(map(len, rows.values())) <= 220_000
    assert 4_000 <= sum(len(master.in_segment(segment)) for segment in SEGMENT_IDS) <= 6_000
    for segment in SEGMENT_IDS:
        assert set(master.rows(segment).split("\n")) <= set(rows[segment])
        tokens = Counter(row.split("|", 2)[1] for row in rows[segment])
        assert tokens.most_common(1)[0][1] == 1


def test_cash_kinds_are_equity_or_spot(master):
    assert {row.kind for row in master.in_segment("NSECM")} == {EQUITY}
    assert {row.kind for row in master.in_segment("BSECM")} == {EQUITY, SPOT}
