"""The master of a trading day: every instrument that the simulated venue knows."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final, Literal

from attrs import frozen

from jainam.simulator.cash_listing import CashListing, list_cash, spot_row, underlying_of
from jainam.simulator.contract_listing import ContractTerms, list_contracts
from jainam.simulator.expiries import (
    THURSDAY,
    TUESDAY,
    before_month_end,
    monthly,
    on_month_day,
    weekday_on_or_before,
    weekly,
)
from jainam.simulator.instrument_terms import SEGMENT_IDS, Instrument, Liquidity
from jainam.simulator.listings import (
    COMMODITIES,
    CURRENCIES,
    INDICES,
    ODD_ROWS,
    WELL_KNOWN,
    Index,
    Invented,
    Share,
    invented_names,
    share_of,
)
from jainam.simulator.master_rows import master_text

__all__ = ["SEGMENT_IDS", "Instrument", "Liquidity", "Master", "Size", "build_master"]

Size = Literal["small", "large"]

_EQUITY_CLOCK: Final = time(14, 30)
_CURRENCY_CLOCK: Final = time(12, 30)
_OPTION_TICK: Final = Decimal("0.05")
_STOCK_FUTURE_TICK: Final = Decimal("0.1")
_CURRENCY_TICK: Final = Decimal("0.0025")
_WELL_KNOWN_STOCKS: Final = tuple(share for share in WELL_KNOWN if share.lot)


@frozen
class _Plan:
    """How much of everything a size lists."""

    invented: int
    nse_stocks: int
    bse_stocks: int
    stock_expiries: int
    stock_strikes: int
    index_strikes: int
    weeklies: int
    index_months: int
    currencies: int
    currency_months: int
    currency_strikes: int
    commodity_months: int
    commodity_strikes: int


_PLANS: Final[Mapping[Size, _Plan]] = {
    "small": _Plan(
        invented=1500,
        nse_stocks=10,
        bse_stocks=0,
        stock_expiries=1,
        stock_strikes=15,
        index_strikes=24,
        weeklies=3,
        index_months=2,
        currencies=2,
        currency_months=2,
        currency_strikes=10,
        commodity_months=1,
        commodity_strikes=12,
    ),
    "large": _Plan(
        invented=12_000,
        nse_stocks=205,
        bse_stocks=112,
        stock_expiries=3,
        stock_strikes=40,
        index_strikes=120,
        weeklies=5,
        index_months=6,
        currencies=4,
        currency_months=12,
        currency_strikes=40,
        commodity_months=4,
        commodity_strikes=80,
    ),
}


class Master:
    """All instruments of one day. Reading is safe from any thread."""

    def __init__(
        self, day: date, rows: Mapping[str, Sequence[Instrument]], unlisted: Mapping[str, Sequence[Instrument]]
    ) -> None:
        """
        Build the look-ups.

        Args:
            day: The trading day.
            rows: Instruments of the master file by segment, in its order.
            unlisted: Instruments that are quoted without being in the file: NSE's indices.
        """
        self.day = day
        self._rows = {segment: tuple(rows.get(segment, ())) for segment in SEGMENT_IDS}
        self._by_id = {
            segment: {row.instrument_id: row for row in (*self._rows[segment], *unlisted.get(segment, ()))}
            for segment in SEGMENT_IDS
        }
        self._texts: dict[str, str] = {}

    def get(self, segment: str, instrument_id: int) -> Instrument | None:
        """Return an instrument by its token, the indices outside the master file included."""
        return self._by_id.get(segment, {}).get(instrument_id)

    def in_segment(self, segment: str) -> Sequence[Instrument]:
        """Return the instruments of a segment's master file; empty for a segment that the venue has not."""
        return self._rows.get(segment, ())

    def index_list(self, segment: str) -> Sequence[tuple[str, int]]:
        """Return name and token of each index that the segment quotes."""
        return [(index.list_name, index.token) for index in INDICES if index.segment == segment]

    def rows(self, segment: str) -> str:
        """
        Return a segment's master file as text; made once and kept.

        Source: xts-api.md, 8.3.
        """
        text = self._texts.get(segment)
        if text is None:
            text = self._texts[segment] = master_text(self.in_segment(segment))
        return text


def build_master(seed: int, day: date, size: Size) -> Master:
    """
    Return the master of *day*: about 5 000 rows when small, about 200 000 when large.

    A contract keeps its token from day to day and from size to size; what small lists, large lists as well.
    """
    # the rows all stay, so looking for garbage among them is time lost
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _build(seed, day, _PLANS[size])
    finally:
        if collecting:
            gc.enable()


def _build(seed: int, day: date, plan: _Plan) -> Master:
    taken = frozenset(name.symbol for name in (*WELL_KNOWN, *ODD_ROWS, *INDICES, *COMMODITIES, *CURRENCIES))
    invented = list(islice(invented_names(seed, taken), plan.invented))
    cash = list_cash(seed, day, invented)
    commodity_rows = [row for part in _commodities(seed, day, plan) for row in part]
    rows = {
        "NSECM": cash.nse,
        "BSECM": cash.bse,
        "NSEFO": _equity_contracts("NSEFO", day, plan, cash, _stocks(invented, plan.nse_stocks)),
        "BSEFO": _equity_contracts("BSEFO", day, plan, cash, _stocks(invented, plan.bse_stocks)),
        "NSECD": [row for part in _currencies(seed, day, plan) for row in part],
        "MCXFO": commodity_rows,
    }
    return Master(day, rows, {"NSECM": cash.nse_indices})


def _stocks(invented: Sequence[Invented], count: int) -> list[Share]:
    """Return the first shares with contracts: well-known ones, then invented ones of both exchanges' main series."""
    likely = (share_of(name) for name in invented if name.nse_series == "EQ" and name.bse_series and name.level > 40)
    return [*_WELL_KNOWN_STOCKS, *islice(likely, max(0, count - len(_WELL_KNOWN_STOCKS)))][:count]


def _equity_contracts(
    segment: str, day: date, plan: _Plan, cash: CashListing, stocks: Sequence[Share]
) -> list[Instrument]:
    cash_segment = "NSECM" if segment == "NSEFO" else "BSECM"
    rows: list[Instrument] = []
    indices = [index for index in INDICES if index.segment == cash_segment and index.lot]
    for number, index in enumerate(indices, start=1):
        rows.extend(list_contracts(_index_terms(segment, number, day, plan, cash, index), day))
    # numbers below 16 are kept for indices
    for number, share in enumerate(stocks, start=16):
        rows.extend(list_contracts(_stock_terms(segment, number, day, plan, cash, share), day))
    return rows


def _index_terms(segment: str, number: int, day: date, plan: _Plan, cash: CashListing, index: Index) -> ContractTerms:
    on_nse = segment == "NSEFO"
    weekday = TUESDAY if on_nse else THURSDAY
    months = monthly(day, weekday, plan.index_months)
    weeks = weekly(day, weekday, plan.weeklies) if index.has_weeklies else []
    leading = index.symbol in {"NIFTY", "BANKNIFTY", "SENSEX"}
    return ContractTerms(
        segment=segment,
        number=number,
        symbol=index.symbol,
        underlying=cash.by_symbol[index.symbol],
        share_id=-1,
        lot_size=index.lot,
        freeze_qty=index.freeze_qty,
        future_tick=Decimal(index.future_tick),
        option_tick=_OPTION_TICK,
        multiplier=1,
        future_series="FUTIDX" if on_nse else "IF",
        option_series="OPTIDX" if on_nse else "IO",
        clock=_EQUITY_CLOCK,
        futures=monthly(day, weekday, 3),
        options=sorted({*weeks, *months}) if leading else months,
        strike_step=Decimal(index.strike_step),
        strikes_each_side=plan.index_strikes if leading else plan.stock_strikes,
        with_spread=True,
        liquidity=Liquidity.DEEP if leading else Liquidity.NORMAL,
        weekly_expiries=index.has_weeklies,
    )


def _stock_terms(segment: str, number: int, day: date, plan: _Plan, cash: CashListing, share: Share) -> ContractTerms:
    on_nse = segment == "NSEFO"
    months = monthly(day, TUESDAY if on_nse else THURSDAY, 3)
    known = share.nse_token < 40_000
    return ContractTerms(
        segment=segment,
        number=number,
        symbol=share.symbol,
        underlying=cash.by_symbol[share.symbol],
        share_id=cash.share_ids["NSECM" if on_nse else "BSECM", share.symbol],
        lot_size=share.lot,
        freeze_qty=share.contract_freeze_qty or share.lot * 40 + 1,
        future_tick=_STOCK_FUTURE_TICK,
        option_tick=_OPTION_TICK,
        multiplier=1,
        future_series="FUTSTK" if on_nse else "SF",
        option_series="OPTSTK" if on_nse else "SO",
        clock=_EQUITY_CLOCK,
        futures=months,
        options=months[: plan.stock_expiries],
        strike_step=Decimal(share.strike_step),
        strikes_each_side=plan.stock_strikes,
        with_spread=number == 16,
        liquidity=Liquidity.DEEP if known and on_nse else Liquidity.NORMAL,
    )


def _currencies(seed: int, day: date, plan: _Plan) -> Iterator[Iterator[Instrument]]:
    expiries = before_month_end(day, 2, plan.currency_months)
    for number, currency in enumerate(CURRENCIES[: plan.currencies], start=1):
        symbol = currency.symbol
        root = underlying_of(seed, day, symbol, symbol, currency.level, currency.volatility, "NSECD")
        yield list_contracts(
            ContractTerms(
                segment="NSECD",
                number=number,
                symbol=symbol,
                underlying=root,
                share_id=-1,
                lot_size=1,
                freeze_qty=10_001,
                future_tick=_CURRENCY_TICK,
                option_tick=_CURRENCY_TICK,
                multiplier=1000,
                future_series="FUTCUR",
                option_series="OPTCUR",
                clock=_CURRENCY_CLOCK,
                futures=expiries,
                options=expiries,
                strike_step=Decimal(currency.strike_step),
                strikes_each_side=plan.currency_strikes,
                with_spread=number == 1,
            ),
            day,
        )


def _commodities(seed: int, day: date, plan: _Plan) -> Iterator[Iterator[Instrument]]:
    for number, commodity in enumerate(COMMODITIES, start=1):
        symbol = commodity.symbol
        # the small and the large contract of a metal are one metal
        metal = symbol.removesuffix("M") if symbol in {"GOLDM", "CRUDEOILM"} else symbol
        root = underlying_of(seed, day, metal, symbol, commodity.level, commodity.volatility, "MCXFO")
        futures = on_month_day(day, commodity.expiry_day, commodity.months, max(2, plan.commodity_months))
        later = on_month_day(day, commodity.expiry_day, commodity.months, plan.commodity_months + 1)
        option_ends = (weekday_on_or_before(end - timedelta(days=commodity.option_days_ahead)) for end in later)
        options = [end for end in option_ends if end >= day][: plan.commodity_months]
        yield list_contracts(
            ContractTerms(
                segment="MCXFO",
                number=number,
                symbol=symbol,
                underlying=root,
                share_id=-1,
                lot_size=1,
                freeze_qty=commodity.freeze_qty,
                future_tick=Decimal(commodity.future_tick),
                option_tick=Decimal(commodity.option_tick),
                multiplier=commodity.multiplier,
                future_series="FUTCOM",
                option_series="OPTFUT",
                clock=time.fromisoformat(commodity.expiry_clock),
                futures=futures,
                options=options if commodity.strike_step != "0" else (),
                strike_step=Decimal(commodity.strike_step),
                strikes_each_side=plan.commodity_strikes,
            ),
            day,
        )
        if commodity.spot_token:
            yield iter([spot_row("MCXFO", commodity.spot_token, symbol, root)])
