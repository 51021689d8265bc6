"""Where the day's master is kept."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from jainam.domain.instruments import Exchange, Instrument


@frozen
class InstrumentSet:
    """One stored master: when it came, and how many rows of each exchange it holds."""

    loaded_at: datetime
    counts: dict[str, int]
    skipped: int


class InstrumentStore(Protocol):
    """The newest complete set; readers see the old or the new one, never a mix."""

    def replace(
        self, instruments: Iterable[Instrument], *, loaded_at: datetime, skipped: Callable[[], int]
    ) -> InstrumentSet:
        """
        Store a whole set in place of the last one.

        The instruments may arrive from a download that is still running; *skipped* tells, after the last of them, how
        many rows were left out. An error, raised here or by the iterator, keeps the old set.
        """
        ...

    def current(self) -> InstrumentSet | None:
        """Return what is stored; ``None`` when nothing ever was."""
        ...

    def by_symbol(self, exchange: Exchange, symbol: str) -> Instrument | None:
        """Return the instrument of this symbol."""
        ...

    def by_id(self, exchange: Exchange, instrument_id: int) -> Instrument | None:
        """Return the instrument of this number."""
        ...

    def symbols_like(self, exchange: Exchange | None, text: str, limit: int) -> Sequence[Instrument]:
        """Return instruments whose symbol contains *text*, shortest first; all exchanges when none is named."""
        ...

    def symbols(self, exchange: Exchange, beginning: str) -> Sequence[str]:
        """Return the symbols of an exchange that begin so, for near matches."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...
