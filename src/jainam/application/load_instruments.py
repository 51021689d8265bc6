"""Load instruments: download the master and put it in place of the last one, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence

from attrs import define, field, frozen

from jainam.application.use_session import UseSession
from jainam.domain.errors import AnswerLost, Effect, NotLoggedIn
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.sessions import Session, Side
from jainam.ports.broker import InstrumentSource
from jainam.ports.clock import Clock
from jainam.ports.instrument_store import InstrumentSet, InstrumentStore

MOST_BROKEN = 0.01
"""A set with more broken rows than this share is refused."""

Progress = Callable[[Exchange, int], None]
"""Told of every batch: its exchange and how many rows it had."""


@define
class _Tally:
    """What passed through while the set was being stored."""

    rows: int = 0
    skipped: int = 0
    samples: list[str] = field(factory=list)


@frozen
class LoadInstruments:
    """Downloads every segment's master into the store; a failure keeps the old set."""

    sessions: UseSession
    source: InstrumentSource
    store: InstrumentStore
    clock: Clock

    def run(self, exchanges: Sequence[Exchange] = (), progress: Progress | None = None) -> InstrumentSet:
        """
        Load the master of these exchanges, or of all, and return what is stored now.

        Raises:
            AnswerLost: A segment came empty, or too many of its rows can't be read; the old set stays.
            BrokerError, StoreError: The download or the store failed; the old set stays.
        """
        wanted = tuple(exchanges) or self.source.exchanges()
        try:
            return self.sessions.call(Side.MARKET, lambda session: self._load(session, wanted, progress))
        except NotLoggedIn:
            # the master comes without a token too (xts-api.md, 2)
            return self._load(None, wanted, progress)

    def _load(self, session: Session | None, wanted: Sequence[Exchange], progress: Progress | None) -> InstrumentSet:
        tally = _Tally()
        return self.store.replace(
            self._stream(session, wanted, tally, progress), loaded_at=self.clock.now(), skipped=lambda: tally.skipped
        )

    def _stream(
        self, session: Session | None, wanted: Sequence[Exchange], tally: _Tally, progress: Progress | None
    ) -> Iterator[Instrument]:
        """Yield the instruments and raise before the end where the set must not be stored."""
        came: set[Exchange] = set()
        for batch in self.source.download(session, wanted):
            came.add(batch.exchange)
            tally.rows += len(batch.instruments)
            tally.skipped += batch.skipped
            tally.samples.extend(batch.samples[: 5 - len(tally.samples)])
            yield from batch.instruments
            if progress is not None:
                progress(batch.exchange, len(batch.instruments))
        if not tally.rows:
            raise _unusable("the master came without a single instrument")
        if tally.skipped > MOST_BROKEN * (tally.rows + tally.skipped):
            shown = "; ".join(tally.samples)
            raise _unusable(
                f"{tally.skipped} of {tally.rows + tally.skipped} rows of the master can't be read: {shown}"
            )


def _unusable(message: str) -> AnswerLost:
    return AnswerLost(
        message, endpoint="market.master", effect=Effect.NONE, hint="the last stored set stays; try again later"
    )
