"""How single values stand in the store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.closing import Scope

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KINDS = {kind.value: kind for kind in AccountKind}


def micros(at: datetime) -> int:
    """Return an aware instant as whole microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """Return the instant of so many microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=number)


def maybe_micros(at: datetime | None) -> int | None:
    """Return an instant as it is stored, or nothing."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def maybe_instant(number: int | None) -> datetime | None:
    """Return a stored instant, or nothing."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)


def maybe_text(price: Decimal | None) -> str | None:
    """Return a price as it is stored, or nothing."""
    return None if price is None else str(price)


def maybe_decimal(stored: str | None) -> Decimal | None:
    """Return a stored price, or nothing."""
    return None if stored is None else Decimal(stored)


def account_values(account: AccountId) -> dict[str, Any]:
    """Return the three columns of an account."""
    return {"broker": account.broker, "server": account.server, "kind": account.kind.value}


def account_of(broker: str, server: str, kind: str) -> AccountId:
    """Return the account of its three columns."""
    return AccountId(broker, server, _KINDS[kind])


def scope_values(scope: Scope) -> dict[str, Any]:
    """Return the columns of a scope."""
    return {
        **account_values(scope.account),
        "client": "" if scope.everyone else scope.client or "",
        "everyone": scope.everyone,
    }


def renamed(values: Mapping[str, Any], prefix: str = "this_") -> dict[str, Any]:
    """Return values under the names of the binds that look for them, apart from those that set them."""
    return {prefix + name: value for name, value in values.items()}
