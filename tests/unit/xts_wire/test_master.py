"""Master rows of every segment (xts-api.md, 8.3)."""

from datetime import date
from decimal import Decimal

import pytest

from jainam.adapters.xts_wire.master import MasterReader, index_symbol, lines_of, read_index_list, read_master
from jainam.adapters.xts_wire.scalars import WireError
from jainam.domain.instruments import Exchange, InstrumentKind, OptionRight, PriceBand

ROW = (
    "NSEFO|57350|2|NIFTY|NIFTY2692224250CE|OPTIDX|NIFTY-OPTIDX|2626090057350|396.4|0.05|1801|0.05|65|1|-1|Nifty 50"
    "|2026-09-22T14:30:00|24250|3|NIFTY 22SEP2026 CE 24250|1|1|NIFTY2692224250CE"
)
OPTION = ROW.split("|")


def _read(rows, *exchanges):
    reader = MasterReader(exchanges or Exchange)
    return {one.symbol: one for one in reader.read(rows)}, reader


@pytest.mark.parametrize("segment", ["NSECM", "NSEFO", "NSECD", "BSECM", "BSEFO", "MCXFO"])
def test_every_row_of_every_segment_is_read(rows_of_master, segment):
    rows = rows_of_master(segment)

    found, reader = _read(rows)

    assert reader.skipped == 0
    assert len(found) == len(rows)


def test_share(rows_of_master):
    found, _ = _read(rows_of_master("NSECM"))

    share = found["RELIANCE"]
    assert (share.exchange, share.instrument_id, share.kind) == (Exchange.NSE, 2885, InstrumentKind.EQUITY)
    assert (share.lot_size, share.tick_size, share.freeze_qty) == (1, Decimal("0.05"), 382001)
    assert share.band == PriceBand(Decimal("1188.27"), Decimal("1452.33"))
    assert (share.isin, share.multiplier, share.expiry) == ("INE002A01018", 1, None)


def test_series_other_than_eq_stands_in_the_symbol_on_nse_alone(rows_of_master):
    nse, _ = _read(rows_of_master("NSECM"))
    bse, _ = _read(rows_of_master("BSECM"))

    assert nse["SAMPLESM-SM"].lot_size == 800
    assert {"M&M", "BAJAJ-AUTO", "SAMPLEBE-BE"} <= set(nse)
    assert {"SAMPLEB", "SAMPLEX", "RELIANCE"} <= set(bse)


def test_option_future_and_spread(rows_of_master):
    found, _ = _read(rows_of_master("NSEFO"))

    option = found["MANAPPURAM29SEP26272.5PE"]
    assert (option.kind, option.right, option.strike) == (InstrumentKind.OPTION, OptionRight.PUT, Decimal("272.5"))
    assert (option.expiry, option.lot_size) == (date(2026, 9, 29), 3000)
    assert option.display_name == "MANAPPURAM 29SEP2026 PE 272.5"
    future = found["NIFTY29SEP26FUT"]
    assert (future.kind, future.strike, future.right) == (InstrumentKind.FUTURE, None, None)
    assert future.rules.max_order_qty == 1755
    assert found["NIFTY26SEP26OCTFUT"].kind is InstrumentKind.SPREAD


def test_currency_keeps_quarter_paise_and_its_multiplier(rows_of_master):
    found, _ = _read(rows_of_master("NSECD"))

    option = found["USDINR28SEP2687.25PE"]
    assert (option.tick_size, option.multiplier, option.exchange) == (Decimal("0.0025"), 1000, Exchange.CDS)


def test_index_values_among_the_shares_belong_to_the_index_exchange(rows_of_master):
    found, _ = _read(rows_of_master("BSECM"))

    assert (found["SENSEX"].exchange, found["SENSEX"].kind) == (Exchange.BSE_INDEX, InstrumentKind.INDEX)


def test_spot_value_of_a_commodity_with_eighteen_columns(rows_of_master):
    found, _ = _read(rows_of_master("MCXFO"))

    assert (found["GOLD"].exchange, found["GOLD"].kind) == (Exchange.MCX_INDEX, InstrumentKind.SPOT)


def test_only_what_was_asked_for_is_returned(rows_of_master):
    shares, _ = _read(rows_of_master("BSECM"), Exchange.BSE)
    indices, _ = _read(rows_of_master("BSECM"), Exchange.BSE_INDEX)

    assert "SENSEX" not in shares
    assert set(indices) == {"SENSEX", "BANKEX"}


@pytest.mark.parametrize("columns", [15, 17, 18, 22])
def test_older_cash_rows_lack_their_last_columns(rows_of_master, columns):
    row = "|".join(rows_of_master("NSECM")[0].split("|")[:columns])

    found, reader = _read([row])

    assert reader.skipped == 0
    assert found["RELIANCE"].isin == ("" if columns == 15 else "INE002A01018")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (0, "NSEXX", "its segment was not asked for"),
        (1, "x", "ExchangeInstrumentID"),
        (2, "3", "InstrumentType"),
        (3, "", "it has no name"),
        (8, "high", "PriceBand.High"),
        (11, "tick", "TickSize"),
        (12, "0", "LotSize"),
        (13, "times", "Multiplier"),
        (16, "soon", "ContractExpiration"),
        (17, "0", "StrikePrice"),
        (18, "1", "OptionType"),
    ],
)
def test_broken_row_is_counted_and_sampled_and_the_others_are_read(column, value, words):
    broken = [*OPTION[:column], value, *OPTION[column + 1 :]]

    found, reader = _read(["|".join(broken), "", "|".join(OPTION)])

    assert list(found) == ["NIFTY22SEP2624250CE"]
    assert reader.skipped == 1
    assert words in reader.samples[0]


@pytest.mark.parametrize("columns", [1, 14, 19])
def test_row_with_too_few_columns_is_broken(columns):
    found, reader = _read(["|".join(OPTION[:columns])])

    assert not found
    assert "columns" in reader.samples[0]


def test_samples_are_few_and_short():
    _, reader = _read([f"NSEFO|{'x' * 1000}"] * 50)

    assert reader.skipped == 50
    assert len(reader.samples) == 5
    assert max(map(len, reader.samples)) < 250


@pytest.mark.parametrize(("freeze", "read"), [("50000.1", 50000), ("", None), ("0", None), ("1801", 1801)])
def test_freeze_quantity_forgives_decimals_and_absence(freeze, read):
    found, _ = _read(["|".join([*OPTION[:10], freeze, *OPTION[11:]])])

    assert found["NIFTY22SEP2624250CE"].freeze_qty == read


def test_band_of_nothing_is_none():
    found, _ = _read(["|".join([*OPTION[:8], "0", "0", *OPTION[10:]])])

    assert found["NIFTY22SEP2624250CE"].band is None


def test_master_answer_is_one_text(result_of):
    reader = MasterReader((Exchange.NSE, Exchange.NFO))

    found = [one.symbol for one in read_master(result_of("master.response.json"), reader)]

    assert found == ["RELIANCE", "NIFTY29SEP26FUT", "NIFTY22SEP2624250CE"]
    with pytest.raises(WireError):
        read_master({"rows": []}, reader)


def test_lines_are_put_together_across_pieces():
    assert list(lines_of(["a|b", "|c\nd|", "e", "\n\nf"])) == ["a|b|c", "d|e", "", "f"]


def test_index_list_is_split_at_the_last_underscore(result_of):
    nse = {one.symbol: one for one in read_index_list(result_of("indexlist.response.nse.json"), Exchange.NSE_INDEX)}
    bse = {one.symbol: one for one in read_index_list(result_of("indexlist.response.bse.json"), Exchange.BSE_INDEX)}

    assert (nse["NIFTY"].instrument_id, nse["NIFTY"].name) == (26000, "NIFTY 50")
    assert {"BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "NIFTYNXT50", "INDIAVIX", "NIFTYIT"} <= set(nse)
    assert {"SENSEX", "SENSEX50", "BANKEX"} == set(bse)


def test_index_name_may_hold_an_underscore():
    (index,) = read_index_list({"indexList": ["A_B-C_17"]}, Exchange.NSE_INDEX)

    assert (index.symbol, index.instrument_id) == ("A_BC", 17)
    assert index_symbol("Nifty Bank") == "BANKNIFTY"


@pytest.mark.parametrize("result", [None, {}, {"indexList": "x"}, {"indexList": ["NIFTY"]}, {"indexList": [1]}])
def test_index_list_of_no_known_shape_is_an_error(result):
    with pytest.raises(WireError):
        read_index_list(result, Exchange.NSE_INDEX)
