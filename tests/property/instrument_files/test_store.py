import tempfile
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.adapters.instrument_files.store import CURRENT, FileInstrumentStore
from jainam.domain.errors import StoreError
from jainam.domain.instruments import Exchange
from tests.property.instrument_files.instruments import masters, numbers, symbols
from tests.unit.local.virtual_clocks import SoloClock

LOADED_AT = datetime(2026, 9, 21, 3, 0, tzinfo=UTC)

few = settings(max_examples=max(settings().max_examples // 4, 1))
"""Each example writes a file and waits for the disk."""


@contextmanager
def stored(master, *, skipped=0):
    with tempfile.TemporaryDirectory() as directory:
        store = FileInstrumentStore(Path(directory), SoloClock())
        store.replace(iter(master), loaded_at=LOADED_AT, skipped=lambda: skipped)
        try:
            yield store
        finally:
            store.close()


def exactly(instrument):
    """Everything of an instrument, the digits of its decimals included: Decimal("0.1") == Decimal("0.10")."""
    return repr(instrument)


@few
@given(masters)
def test_what_is_stored_is_what_is_read(master):
    """G1, G2: by symbol and by number, from the file and from the cache."""
    by_symbol, by_id = {}, {}
    for instrument in master:
        by_symbol.setdefault((instrument.exchange, instrument.symbol), instrument)
        by_id.setdefault((instrument.exchange, instrument.instrument_id), instrument)

    with stored(master) as store:
        for _ in range(2):
            for (exchange, symbol), instrument in by_symbol.items():
                assert exactly(store.by_symbol(exchange, symbol)) == exactly(instrument)
            for (exchange, number), instrument in by_id.items():
                assert exactly(store.by_id(exchange, number)) == exactly(instrument)


@few
@given(masters, st.lists(symbols), st.lists(numbers), st.integers(0, 10**6))
def test_what_was_not_stored_is_not_there(master, other_symbols, other_numbers, skipped):
    known = {(each.exchange, each.symbol) for each in master} | {(each.exchange, each.instrument_id) for each in master}

    with stored(master, skipped=skipped) as store:
        for exchange in Exchange:
            for symbol in other_symbols:
                assert (store.by_symbol(exchange, symbol) is not None) == ((exchange, symbol) in known)
            for number in other_numbers:
                assert (store.by_id(exchange, number) is not None) == ((exchange, number) in known)
        facts = store.current()

    assert facts.loaded_at == LOADED_AT
    assert facts.skipped == skipped
    assert facts.counts == Counter(each.exchange.value for each in master)


@few
@given(masters, st.none() | st.sampled_from(Exchange), symbols | st.just(""), st.integers(-1, 30))
def test_search_finds_every_symbol_that_contains_the_text_shortest_first(master, exchange, text, limit):
    def lowered(symbol):
        return "".join(letter.lower() if letter.isascii() else letter for letter in symbol)

    fitting = [each for each in master if exchange in {None, each.exchange} and lowered(text) in lowered(each.symbol)]
    fitting.sort(key=lambda each: (len(each.symbol), each.symbol.encode(), each.exchange.value))

    with stored(master) as store:
        found = store.symbols_like(exchange, text, limit)

    assert [exactly(each) for each in found] == [exactly(each) for each in fitting[: max(limit, 0)]]


@few
@given(masters, st.sampled_from(Exchange), symbols | st.just(""))
def test_symbols_by_beginning_are_all_of_them_once_in_order(master, exchange, beginning):
    expected = {each.symbol for each in master if each.exchange is exchange and each.symbol.startswith(beginning)}

    with stored(master) as store:
        assert store.symbols(exchange, beginning) == sorted(expected, key=str.encode)


@few
@given(st.lists(masters, min_size=2, max_size=4))
def test_after_each_replacement_only_the_newest_set_is_there(all_masters):
    with tempfile.TemporaryDirectory() as directory:
        store = FileInstrumentStore(Path(directory), SoloClock())
        for day, master in enumerate(all_masters):
            store.replace(master, loaded_at=LOADED_AT + timedelta(days=day), skipped=lambda day=day: day)

            assert store.current().loaded_at == LOADED_AT + timedelta(days=day)
            keys = {(each.exchange, each.symbol) for each in master}
            for instrument in (each for others in all_masters for each in others):
                is_there = store.by_symbol(instrument.exchange, instrument.symbol) is not None
                assert is_there == ((instrument.exchange, instrument.symbol) in keys)
        store.close()


@few
@given(masters, st.data())
def test_a_file_with_any_bytes_changed_gives_answers_or_says_that_it_is_damaged(master, data):
    with stored(master) as store:
        store.close()
        path = store._directory / CURRENT
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 20))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)

        for instrument in master:
            with suppress(StoreError):
                store.by_symbol(instrument.exchange, instrument.symbol)
            with suppress(StoreError):
                store.by_id(instrument.exchange, instrument.instrument_id)
        with suppress(StoreError):
            store.symbols_like(None, "A", 10)
        with suppress(StoreError):
            store.symbols(Exchange.NSE, "")

        store.replace(master, loaded_at=LOADED_AT, skipped=lambda: 0)
        assert store.by_id(master[0].exchange, master[0].instrument_id) is not None
