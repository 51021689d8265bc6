"""The master: loaded whole or not at all, found by symbol."""

import pytest

import jainam
from jainam.domain.instruments import Exchange
from tests.desks import virtual_desk


def test_nothing_loaded_says_how_to_load(tmp_path):
    with virtual_desk(tmp_path / "other") as virtual:
        for path in (virtual.home / "instruments").glob("*"):
            path.unlink()
        desk = virtual.open(home=str(tmp_path / "empty"))

        with pytest.raises(jainam.ConfigurationError, match="instruments sync"):
            desk.instrument("NSE:RELIANCE")


def test_a_download_that_fails_keeps_the_old_set(virtual):
    before = virtual.desk.parts.instruments.current()
    virtual.account.log_in()
    for action in (
        {"action": "status", "status": 502},
        {"action": "html"},
        {"action": "truncate"},
        {"action": "empty"},
    ):
        virtual.fault({"endpoint": "*", **action})

        with pytest.raises(jainam.BrokerError):
            virtual.desk.load_instruments(exchanges=[Exchange.NSE])

    virtual.fault()
    assert virtual.desk.parts.instruments.current() == before
    assert virtual.desk.instrument("NSE:RELIANCE").instrument_id == 2885


def test_progress_tells_of_every_exchange(virtual):
    told = []

    loaded = virtual.desk.load_instruments(
        exchanges=[Exchange.NSE, Exchange.MCX], progress=lambda exchange, count: told.append((exchange, count))
    )

    assert {exchange for exchange, _ in told} >= {Exchange.NSE, Exchange.MCX}
    assert sum(count for _, count in told) == sum(loaded.counts.values())


def test_all_exchanges_are_loaded_when_none_is_named(virtual):
    loaded = virtual.desk.load_instruments()

    assert set(loaded.counts) >= {"NSE", "NFO", "BSE", "BFO", "MCX", "CDS"}


def test_an_exchange_and_a_symbol_may_be_named_apart(virtual):
    assert virtual.desk.instrument("reliance", "nse") == virtual.desk.instrument("NSE:RELIANCE")


def test_a_symbol_without_an_exchange_asks_for_one(virtual):
    with pytest.raises(jainam.UnknownInstrument, match="EXCHANGE:SYMBOL"):
        virtual.desk.instrument("RELIANCE")


def test_an_exchange_that_is_none_lists_them(virtual):
    with pytest.raises(jainam.ConfigurationError, match="NFO"):
        virtual.desk.instrument("NYSE:IBM")


def test_a_symbol_like_nothing_has_no_nearest(virtual):
    with pytest.raises(jainam.UnknownInstrument) as unknown:
        virtual.desk.instrument("NSE:QQQQQQQQQQQQ")

    assert unknown.value.nearest == ()


def test_instruments_are_found_by_a_part_of_their_symbol(virtual):
    found = virtual.desk.find_instruments("hdfc", Exchange.NSE)

    assert "HDFCBANK" in {one.symbol for one in found}
    assert virtual.desk.instrument_of(Exchange.NSE, 1333).symbol == "HDFCBANK"
    assert virtual.desk.instrument_of(None, 1333) is None
