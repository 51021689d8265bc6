"""Balance lines and the profile of a client (xts-api.md, 3.6 and 5.3)."""

# ruff: noqa: RUF009  # wire() declares a field, as attrs.field does

from attrs import frozen

from jainam.adapters.xts_wire.rows import Identifier, NumberOrNone, RowError, Text, fault, read_row, wire
from jainam.adapters.xts_wire.scalars import FieldError, WireError, flag_or_none
from jainam.adapters.xts_wire.words import ClientWords, exchange_of
from jainam.domain.accounts import AccountId
from jainam.domain.portfolio import Funds, Profile


@frozen
class WireLimits:
    """The part of a balance line that holds money; ``"NaN"`` and what is missing are ``None``."""

    cash_available: NumberOrNone = wire("cashAvailable", default=None)
    collateral: NumberOrNone = wire("collateral", default=None)
    margin_used: NumberOrNone = wire("marginUtilized", default=None)
    margin_available: NumberOrNone = wire("netMarginAvailable", default=None)
    realised: NumberOrNone = wire("RealizedMTM", default=None)
    unrealised: NumberOrNone = wire("UnrealizedMTM", default=None)


@frozen
class WireProfile:
    """The part of a profile that a desk needs; contact and bank details are not read."""

    client_id: Identifier = wire("ClientId", "ClientID")
    name: Text = wire("ClientName", default="")


def read_funds(result: object, account: AccountId, clients: ClientWords, asked: str | None = None) -> tuple[Funds, ...]:
    """
    Return the balance lines.

    Raises:
        WireError: A line is not readable; none is left out.
    """
    lines = result.get("BalanceList") if isinstance(result, dict) else None
    if not isinstance(lines, list):
        raise WireError("the answer holds no BalanceList")
    return tuple(_line(number, line, account, clients, asked) for number, line in enumerate(lines, start=1))


def _line(number: int, line: object, account: AccountId, clients: ClientWords, asked: str | None) -> Funds:
    header = line.get("limitHeader") if isinstance(line, dict) else None
    limits = line.get("limitObject") if isinstance(line, dict) else None
    if not isinstance(header, str) or not isinstance(limits, dict):
        raise RowError(number, "holds no limitHeader and limitObject")
    money = read_row(WireLimits, limits.get("RMSSubLimits"), number)
    word = limits.get("AccountID")
    try:
        client = clients.of_row(word.strip() if isinstance(word, str) else "", asked)
    except FieldError as exc:
        raise RowError(number, fault("AccountID", word, exc.allowed)) from None
    return Funds(
        account=account,
        client=client,
        header=header,
        cash_available=money.cash_available,
        collateral=money.collateral,
        margin_used=money.margin_used,
        margin_available=money.margin_available,
        realised=money.realised,
        unrealised=money.unrealised,
    )


def read_profile(result: object, account: AccountId, clients: ClientWords, asked: str | None = None) -> Profile:
    """
    Return who a client is, and the exchanges that are enabled for it.

    Raises:
        WireError: The answer names nobody.
    """
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    row = read_row(WireProfile, result, 1)
    segments = result.get("ClientExchangeDetailsList") if isinstance(result, dict) else None
    enabled = (
        exchange_of(name)
        for name, details in (segments.items() if isinstance(segments, dict) else ())
        if isinstance(details, dict) and flag_or_none(details.get("Enabled")) is not False
    )
    return Profile(
        account=account,
        client=clients.of_row(row.client_id, asked),
        name=row.name,
        exchanges=tuple(exchange for exchange in enabled if exchange is not None),
    )
