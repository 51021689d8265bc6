"""A master is taken whole or not at all."""

import pytest

from jainam.application.load_instruments import LoadInstruments
from jainam.domain.errors import AnswerLost, NotLoggedIn
from jainam.domain.instruments import Exchange
from jainam.ports.broker import MasterBatch
from jainam.ports.instrument_store import InstrumentSet
from tests.builders import NOW, instrument


class Source:
    def __init__(self, *batches):
        self.batches = batches
        self.asked = []

    def exchanges(self):
        return (Exchange.NSE, Exchange.NFO)

    def download(self, session, exchanges):
        self.asked.append((session, tuple(exchanges)))
        yield from self.batches


class Store:
    def __init__(self):
        self.stored = None

    def replace(self, instruments, *, loaded_at, skipped):
        rows = list(instruments)
        self.stored = InstrumentSet(loaded_at, {"NFO": len(rows)}, skipped())
        return self.stored


class Sessions:
    def __init__(self, error=None):
        self.error = error

    def call(self, side, call):
        if self.error is not None:
            raise self.error
        return call(f"session of {side.value}")


class Clock:
    def now(self):
        return NOW


def batch(good, skipped=0):
    return MasterBatch(Exchange.NFO, [instrument(instrument_id=n) for n in range(good)], skipped, ("row 3: no lot",))


def load(source, store, sessions=None):
    return LoadInstruments(sessions or Sessions(), source, store, Clock())


def test_all_exchanges_of_the_source_are_asked_for_when_none_is_named():
    source, store = Source(batch(3)), Store()

    loaded = load(source, store).run()

    assert source.asked == [("session of market", (Exchange.NSE, Exchange.NFO))]
    assert (loaded.loaded_at, loaded.counts) == (NOW, {"NFO": 3})


def test_named_exchanges_are_the_only_ones_asked_for():
    source = Source(batch(3))

    load(source, Store()).run([Exchange.NFO])

    assert source.asked[0][1] == (Exchange.NFO,)


def test_without_a_session_the_master_is_asked_for_without_a_token():
    source = Source(batch(3))
    sessions = Sessions(NotLoggedIn("no", account="B/NORMAL", side="market"))

    load(source, Store(), sessions).run()

    assert source.asked == [(None, (Exchange.NSE, Exchange.NFO))]


def test_a_few_broken_rows_are_counted_and_left_out():
    loaded = load(Source(batch(990, skipped=10)), Store()).run()

    assert loaded.skipped == 10


def test_too_many_broken_rows_refuse_the_whole_set_with_a_sample():
    store = Store()

    with pytest.raises(AnswerLost, match=r"11 of 1000 rows .* row 3: no lot"):
        load(Source(batch(989, skipped=11)), store).run()

    assert store.stored is None


@pytest.mark.parametrize("batches", [(), (batch(0),)])
def test_an_empty_master_is_refused(batches):
    store = Store()

    with pytest.raises(AnswerLost, match="single instrument"):
        load(Source(*batches), store).run()

    assert store.stored is None


def test_progress_is_told_of_every_batch():
    told = []

    load(Source(batch(2), batch(3)), Store()).run(progress=lambda exchange, count: told.append((exchange, count)))

    assert told == [(Exchange.NFO, 2), (Exchange.NFO, 3)]
