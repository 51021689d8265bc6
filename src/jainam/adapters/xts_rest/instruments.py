"""The master of every segment and the index lists (xts-api.md, 8.1 and 8.3)."""

from collections.abc import Iterator, Sequence
from itertools import islice

from jainam.adapters.xts_rest.addresses import Addresses
from jainam.adapters.xts_rest.calls import Call
from jainam.adapters.xts_rest.door import Door
from jainam.adapters.xts_wire.envelope import Success
from jainam.adapters.xts_wire.master import MasterReader, read_index_list, read_master
from jainam.adapters.xts_wire.requests import index_list_query, master_body
from jainam.adapters.xts_wire.words import HOME_OF_INDEX
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.limits import Endpoint
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import MasterBatch

_MASTER = "/instruments/master"
_INDEX_LIST = "/instruments/indexlist"
_BATCH = 5000

EXCHANGES = (
    Exchange.NSE,
    Exchange.NFO,
    Exchange.CDS,
    Exchange.BSE,
    Exchange.BFO,
    Exchange.MCX,
    Exchange.NSE_INDEX,
    Exchange.BSE_INDEX,
    Exchange.MCX_INDEX,
)
"""What is asked for unless somebody asks for less: the segments whose masters are known (xts-fixtures)."""

_LISTED = frozenset({Exchange.NSE_INDEX, Exchange.BSE_INDEX})
"""Exchanges that have an index list; a commodity's spot values stand in its master alone."""


class XtsInstruments:
    """The `InstrumentSource` of one account: one download a segment, parsed as it is yielded."""

    def __init__(self, door: Door, addresses: Addresses) -> None:
        self._door = door
        self._addresses = addresses

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the exchanges that can be asked for."""
        return EXCHANGES

    def download(self, session: Session | None, exchanges: Sequence[Exchange]) -> Iterator[MasterBatch]:
        """
        Yield the master in batches, exchange by exchange; every one that was asked for has a batch, even an empty one.

        An index exchange has its list, and what its home's master holds of it. Nothing is asked before the first batch
        is taken.

        Raises:
            BrokerError: A segment could not be had; the batches before it are no whole master then.
        """
        wanted = tuple(dict.fromkeys(exchanges))
        for home in dict.fromkeys(HOME_OF_INDEX.get(one, one) for one in wanted):
            of_home = tuple(one for one in wanted if HOME_OF_INDEX.get(one, one) is home)
            yield from self._of_home(session, home, of_home)

    def _of_home(self, session: Session | None, home: Exchange, wanted: tuple[Exchange, ...]) -> Iterator[MasterBatch]:
        """Yield what is wanted of one segment: its own instruments first, then its index values."""
        indices: dict[int, Instrument] = {}
        index = next((one for one in wanted if one.is_index), None)
        if any(one not in _LISTED for one in wanted):
            yield from self._master(session, home, wanted, indices)
        if index is None:
            return
        if index in _LISTED:
            indices |= {one.instrument_id: one for one in self._index_list(session, index)}
        yield MasterBatch(index, tuple(indices.values()), 0, ())

    def _master(
        self, session: Session | None, home: Exchange, wanted: tuple[Exchange, ...], indices: dict[int, Instrument]
    ) -> Iterator[MasterBatch]:
        reader = MasterReader(wanted)
        call = Call(
            Endpoint.MASTER,
            "POST",
            self._addresses.of(Side.MARKET, _MASTER),
            master_body((home,)),
            session.token if session is not None else None,
        )
        rows = self._door.ask(call, lambda answer: read_master(answer.result, reader)).value
        skipped = shown = 0
        while True:
            taken = tuple(islice(rows, _BATCH))
            for value in taken:
                if value.exchange is not home:
                    indices[value.instrument_id] = value
            if home in wanted:
                yield MasterBatch(
                    home,
                    tuple(value for value in taken if value.exchange is home),
                    reader.skipped - skipped,
                    reader.samples[shown:],
                )
            skipped, shown = reader.skipped, len(reader.samples)
            if len(taken) < _BATCH:
                return

    def _index_list(self, session: Session | None, index: Exchange) -> tuple[Instrument, ...]:
        query = index_list_query(index)
        call = Call(
            Endpoint.INDEX_LIST,
            "GET",
            self._addresses.of(Side.MARKET, _INDEX_LIST, query=query),
            token=session.token if session is not None else None,
        )
        return self._door.ask(call, lambda answer: _indices(answer, index)).value


def _indices(answer: Success, index: Exchange) -> tuple[Instrument, ...]:
    return read_index_list(answer.result, index)
