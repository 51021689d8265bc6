"""Holdings in the three shapes that exist (xts-api.md, 5.2)."""

# ruff: noqa: RUF009  # wire() declares a field, as attrs.field does

from collections.abc import Iterator

from attrs import frozen

from jainam.adapters.xts_wire.rows import (
    Count,
    CountOrNone,
    FlagOrNone,
    Identifier,
    PriceOrNone,
    RowError,
    Text,
    fault,
    read_row,
    wire,
)
from jainam.adapters.xts_wire.scalars import FieldError, WireError
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId
from jainam.domain.portfolio import Holding


@frozen
class WireHolding:
    """One entry of the holdings."""

    isin: Identifier = wire("ISIN")
    quantity: Count = wire("HoldingQuantity")
    used_qty: Count = wire("UsedQuantity")
    collateral_qty: Count = wire("CollateralQuantity")
    client_id: Text = wire("ClientId", "ClientID", default="")
    nse_id: CountOrNone = wire("ExchangeNSEInstrumentId", "ExchangeNSEInstrumentID", default=None)
    bse_id: CountOrNone = wire("ExchangeBSEInstrumentId", "ExchangeBSEInstrumentID", default=None)
    buy_avg_px: PriceOrNone = wire("BuyAvgPrice", default=None)
    has_buy_avg_px: FlagOrNone = wire("IsBuyAvgPriceProvided", default=None)


def read_holdings(
    result: object, account: AccountId, clients: ClientWords, asked: str | None = None
) -> tuple[Holding, ...]:
    """
    Return the shares held.

    Raises:
        WireError: The shape is none of the known ones, or an entry is not readable.
    """
    if not isinstance(result, dict):
        raise WireError(f"the answer's result is {type(result).__name__}, allowed: an object with holdings")
    found: list[Holding] = []
    for number, (isin, entry) in enumerate(_entries(result), start=1):
        row = read_row(WireHolding, entry if "ISIN" in entry or not isin else {**entry, "ISIN": isin}, number)
        try:
            client = clients.of_row(row.client_id, asked)
        except FieldError as exc:
            raise RowError(number, fault("ClientId", row.client_id, exc.allowed)) from None
        found.append(
            Holding(
                account=account,
                client=client,
                isin=row.isin,
                nse_instrument_id=row.nse_id or None,
                bse_instrument_id=row.bse_id or None,
                quantity=row.quantity,
                used_qty=row.used_qty,
                collateral_qty=row.collateral_qty,
                buy_avg_px=None if row.has_buy_avg_px is False else row.buy_avg_px,
            )
        )
    return tuple(found)


def _entries(result: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield ISIN, where it is the key, and entry from ``RMSHoldingList``, ``RMSHoldings`` or a plain list."""
    parts = result.get("RMSHoldingList", result.get("RMSHoldings"))
    if parts is None:
        raise WireError("the answer holds neither RMSHoldingList nor RMSHoldings")
    for part in parts if isinstance(parts, list) else [parts]:
        if not isinstance(part, dict):
            raise WireError(f"an entry of the holdings is {type(part).__name__}, allowed: an object")
        held = part.get("Holdings")
        if "ISIN" in part:
            yield "", part
        elif isinstance(held, dict):
            for isin, entry in held.items():
                if not isinstance(entry, dict):
                    raise WireError(f"the holding {isin} is {type(entry).__name__}, allowed: an object")
                yield isin, entry
        elif isinstance(held, list):
            for entry in held:
                if not isinstance(entry, dict):
                    raise WireError(f"a holding is {type(entry).__name__}, allowed: an object")
                yield "", entry
        elif part:
            raise WireError("an entry of the holdings holds no Holdings")
