"""Slices add up, are legal, and are as few as possible (C5)."""

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.slicing import slice_order
from tests.builders import instrument, rules

LOTS = st.integers(1, 1_000)


@given(quantity=st.integers(0, 200_000), lot=LOTS, lots=st.integers(1, 50))
def test_slices_add_up_and_are_as_few_as_possible(quantity, lot, lots):
    largest = lot * lots

    slices = slice_order(quantity, rules(lot, largest))

    assert sum(slices) == quantity
    assert len(slices) == -(-quantity // largest)
    assert all(0 < part <= largest for part in slices)
    assert list(slices) == sorted(slices, reverse=True)


@given(lots=st.integers(1, 5_000), lot=LOTS, most=st.integers(1, 50))
def test_slices_of_whole_lots_are_whole_lots(lots, lot, most):
    slices = slice_order(lots * lot, rules(lot, most * lot))

    assert all(part % lot == 0 for part in slices)


@given(quantity=st.integers(1, 200_000))
def test_without_a_freeze_quantity_there_is_one_order(quantity):
    assert slice_order(quantity, rules(1, None)) == (quantity,)


@given(quantity=st.integers(-1_000, 0))
def test_nothing_to_send_needs_no_slice(quantity):
    assert slice_order(quantity, rules(1, 10)) == ()


@given(freeze=st.integers(1, 100_000), lot=LOTS)
def test_the_largest_order_is_whole_lots_below_the_printed_freeze_quantity(freeze, lot):
    largest = instrument(freeze_qty=freeze, lot_size=lot).rules.max_order_qty

    assert largest is not None
    assert largest % lot == 0
    assert largest < freeze or largest == lot
    assert largest + lot >= freeze


def test_the_printed_1801_allows_27_lots_of_65():
    assert instrument(freeze_qty=1801, lot_size=65).rules.max_order_qty == 1755


def test_an_exchange_that_states_no_freeze_quantity_allows_any():
    assert instrument(freeze_qty=None).rules.max_order_qty is None
