"""Identifiers: sixteen safe characters, one per number, and told apart by desk (C1)."""

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.intents import UNIQUE_LENGTH, client_order_id, is_ours, text_of

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TAGS = st.text(LETTERS, min_size=3, max_size=3)
NUMBERS = st.integers(0, 62**UNIQUE_LENGTH - 1)


def number_of(text):
    found = 0
    for letter in text:
        found = found * 62 + LETTERS.index(letter)
    return found


@given(tag=TAGS, unique=NUMBERS)
def test_an_identifier_is_sixteen_letters_and_digits_with_mark_and_tag_in_front(tag, unique):
    identifier = client_order_id(tag, unique)

    assert len(identifier) == 16
    assert set(identifier) <= set(LETTERS)
    assert identifier[:5] == f"jm{tag}"


@given(tag=TAGS, unique=NUMBERS)
def test_the_number_can_be_read_back_so_no_two_share_an_identifier(tag, unique):
    assert number_of(client_order_id(tag, unique)[5:]) == unique


@given(number=st.integers(0, 2**128), length=st.integers(0, 20))
def test_a_larger_number_keeps_its_last_digits(number, length):
    assert number_of(text_of(number, length)) == number % 62**length
    assert len(text_of(number, length)) == length


@given(tag=TAGS, other=TAGS, unique=NUMBERS)
def test_an_identifier_is_ours_exactly_under_our_tag(tag, other, unique):
    assert is_ours(client_order_id(tag, unique), other) == (tag == other)


@given(tag=TAGS, text=st.text(max_size=20))
def test_what_is_ours_has_our_length_and_beginning(tag, text):
    assert is_ours(text, tag) == (len(text) == 16 and text[:5] == f"jm{tag}")
