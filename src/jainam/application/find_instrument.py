"""Find an instrument by its symbol; a mistyped one gets the nearest that exist."""

from collections.abc import Sequence

from attrs import frozen

from jainam.domain.errors import ConfigurationError, UnknownInstrument
from jainam.domain.instruments import Exchange, Instrument
from jainam.domain.symbols import nearest_symbols, split_symbol
from jainam.ports.instrument_store import InstrumentStore

_SHORTEST_BEGINNING = 2


@frozen
class FindInstrument:
    """Looks symbols up in the stored master."""

    store: InstrumentStore

    def by_symbol(self, symbol: str, exchange: str | None = None) -> Instrument:
        """
        Return the instrument of `NSE:RELIANCE`, or of `RELIANCE` with its exchange beside it.

        Raises:
            UnknownInstrument: There is none; the nearest symbols are named.
            ConfigurationError: No master was ever loaded.
        """
        market, name = split_symbol(symbol, exchange)
        found = self.store.by_symbol(market, name)
        if found is not None:
            return found
        if self.store.current() is None:
            raise ConfigurationError(
                "no instruments are stored yet", hint="load them with: jainam instruments sync", code="no-instruments"
            )
        raise UnknownInstrument(
            f"{market.value} has no instrument {name}",
            symbol=f"{market.value}:{name}",
            nearest=self.nearest(market, name),
        )

    def nearest(self, exchange: Exchange, name: str) -> tuple[str, ...]:
        """Return the symbols of an exchange that are most like a mistyped one."""
        for length in (4, 3, _SHORTEST_BEGINNING):
            found = nearest_symbols(name, self.store.symbols(exchange, name[:length]))
            if found:
                return tuple(f"{exchange.value}:{one}" for one in found)
        return tuple(f"{exchange.value}:{one}" for one in nearest_symbols(name, self.store.symbols(exchange, "")))

    def like(self, text: str, exchange: Exchange | None = None, limit: int = 20) -> Sequence[Instrument]:
        """Return instruments whose symbol contains a text."""
        return self.store.symbols_like(exchange, text.strip().upper(), limit)
