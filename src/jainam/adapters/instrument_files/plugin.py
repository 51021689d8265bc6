"""The plug-in that registers the instrument store."""

from jainam.hookspecs import RegisterPart, hookimpl
from jainam.ports.instrument_store import InstrumentStore
from jainam.ports.parts import Part, PartOptions

DIRECTORY = "instruments"


@hookimpl
def jainam_register_parts(register: RegisterPart) -> None:
    """Register the instrument store."""
    register(Part.INSTRUMENT_STORE, "files", instrument_store)


def instrument_store(options: PartOptions) -> InstrumentStore:
    """Return the store of one file a set, in the desk's directory."""
    from jainam.adapters.instrument_files.store import (  # noqa: PLC0415  # parts load when a desk is opened
        FileInstrumentStore,
    )

    return FileInstrumentStore(options.home / DIRECTORY, options.clock)
