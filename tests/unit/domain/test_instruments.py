"""What segments are, and the limits that an instrument sets to one order."""

import pytest

from jainam.domain.instruments import Exchange, InstrumentKind, InstrumentRules, OptionRight
from tests.builders import instrument


def test_shares_trade_on_nse_and_bse():
    assert {one for one in Exchange if one.is_cash} == {Exchange.NSE, Exchange.BSE}


def test_index_values_are_segments_of_their_own():
    assert {one for one in Exchange if one.is_index} == {Exchange.NSE_INDEX, Exchange.BSE_INDEX, Exchange.MCX_INDEX}


def test_segments_are_named_as_openalgo_names_them():
    assert {one.name for one in Exchange} == {one.value for one in Exchange}
    assert len(Exchange) == 12


def test_kinds_and_rights_have_their_words():
    assert [kind.value for kind in InstrumentKind] == ["EQ", "FUT", "OPT", "INDEX", "SPREAD", "SPOT", "OTHER"]
    assert [right.value for right in OptionRight] == ["CE", "PE"]


def test_an_instrument_is_written_with_its_exchange():
    assert str(instrument()) == "NFO:NIFTY22SEP2624250CE"


def test_rules_are_the_instruments_own():
    subject = instrument()

    assert subject.rules == InstrumentRules(65, subject.tick_size, 1755, subject.band)


@pytest.mark.parametrize(
    ("freeze", "largest"),
    [(1801, 1755), (1756, 1755), (1755, 1690), (131, 130), (130, 65), (66, 65), (65, 65), (1, 65)],
)
def test_the_printed_freeze_quantity_is_the_first_that_is_refused(freeze, largest):
    assert instrument(freeze_qty=freeze, lot_size=65).rules.max_order_qty == largest


def test_a_share_has_no_expiry_strike_or_right():
    subject = instrument()

    assert (subject.expiry, subject.strike, subject.right, subject.isin) == (None, None, None, "")
