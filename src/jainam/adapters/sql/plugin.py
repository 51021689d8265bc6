"""Registers the SQL token repository and journal; both of one desk share a store."""

from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from jainam.hookspecs import RegisterPart, RegisterTokenRepository, hookimpl
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.parts import Part, PartOptions
from jainam.ports.token_repository import TokenRepository

if TYPE_CHECKING:
    from jainam.adapters.sql.store import SqlStore

_SAME_OPENING = timedelta(minutes=1)
"""A desk's first opening makes its identity and its store, one after the other."""

_stores: "WeakKeyDictionary[PartOptions, SqlStore]" = WeakKeyDictionary()


@hookimpl
def jainam_register_token_repositories(register: RegisterTokenRepository) -> None:
    """Register the default token repository."""
    register("sql", _token_repository)


@hookimpl
def jainam_register_parts(register: RegisterPart) -> None:
    """Register the default journal."""
    register(Part.JOURNAL, "sql", _journal)


def _store(options: PartOptions) -> "SqlStore":
    from jainam.adapters.sql.store import SqlStore  # noqa: PLC0415  # SQLAlchemy loads only when this part is chosen

    store = _stores.get(options)
    if store is None or store.is_closed:
        store = _stores[options] = SqlStore(options.store_url, clock=options.clock)
    return store


def _token_repository(options: PartOptions) -> TokenRepository:
    from jainam.adapters.sql.cipher import TokenCipher  # noqa: PLC0415  # loads only when chosen
    from jainam.adapters.sql.token_repository import SqlTokenRepository  # noqa: PLC0415  # loads only when chosen

    assert options.identity is not None
    return SqlTokenRepository(_store(options), TokenCipher(options.identity.store_key()))


def _journal(options: PartOptions) -> IntentJournal:
    from jainam.adapters.sql.journal import SqlIntentJournal  # noqa: PLC0415  # loads only when chosen

    assert options.identity is not None
    store = _store(options)
    is_younger = store.created_at > options.identity.created_at + _SAME_OPENING
    return SqlIntentJournal(store, tag=options.identity.tag, is_younger_than_desk=is_younger)
