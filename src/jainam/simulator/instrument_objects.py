"""
Instruments as the look-ups and the search print them.

Source: xts-api.md, 8.4.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from jainam.simulator.cash_listing import previous_trading_day
from jainam.simulator.contract_listing import MONTHS
from jainam.simulator.instrument_terms import CALL, EQUITY, FUTURE, OPTION, Instrument
from jainam.simulator.market import Bar, Market

_INDEX_UNDERLYING: Final = 5
_SHARE_UNDERLYING: Final = 1
_NO_DATE: Final = "01Jan1980"


def number(value: Decimal) -> int | float:
    """Return a number as JSON prints it: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def day_text(day: date) -> str:
    """Return a day as look-ups write it: ``22Sep2026``."""
    return f"{day.day:02d}{MONTHS[day.month - 1].capitalize()}{day.year}"


def instrument_object(instrument: Instrument, day: date) -> dict[str, object]:
    """Return the short form of look-ups and of the search by string."""
    found: dict[str, object] = {
        "ExchangeSegment": instrument.segment_id,
        "ExchangeInstrumentID": instrument.instrument_id,
        "InstrumentType": instrument.kind,
        "Name": instrument.name,
        "DisplayName": instrument.display_name,
        "Description": instrument.detailed_description or instrument.description,
        "Series": instrument.series,
        "NameWithSeries": f"{instrument.name}-{instrument.series}",
        "InstrumentID": instrument.numeric_id,
        "PriceBand": _price_band(instrument),
        "FreezeQty": instrument.freeze_qty,
        "TickSize": number(instrument.tick_size),
        "LotSize": instrument.lot_size,
    }
    if instrument.expiry is not None:
        found |= {
            "UnderlyingInstrumentId": instrument.underlying_id,
            "UnderlyingIndexName": instrument.underlying_name,
            "ContractExpiration": instrument.expiry.isoformat(),
            "ContractExpirationString": day_text(instrument.expiry),
            "RemainingExpiryDays": (instrument.expiry.date() - day).days,
        }
    if instrument.strike is not None:
        found |= {"StrikePrice": number(instrument.strike), "OptionType": instrument.option_type}
    return found


def full_instrument_object(instrument: Instrument, market: Market) -> dict[str, object]:
    """Return the long form of the search by id; what a cash instrument has not is left out."""
    day = market.master.day
    name, series, segment = instrument.display_name, instrument.series, instrument.segment
    found = _expiration(instrument, instrument.expiry, day) if instrument.expiry is not None else {}
    if instrument.strike is not None:
        found = {"StrikePrice": number(instrument.strike), "OptionType": instrument.option_type, **found}
    yesterday = previous_trading_day(day)
    return {
        **found,
        "InstrumentID": instrument.numeric_id,
        "ExchangeInstrumentID": instrument.instrument_id,
        "DisplayName": name,
        "Name": instrument.name,
        "AuctionNumber": 0,
        "MinimumQty": 1,
        "QuantityMultiplier": 1,
        "Multiplier": instrument.multiplier,
        "PriceNumerator": 1,
        "PriceDenominator": 1,
        "LotSize": instrument.lot_size,
        "InstrumentType": instrument.kind,
        "SymbolType": 0,
        "CfiCode": _cfi_code(instrument),
        "Status": "",
        "TicksPerPoint": max(1, int(1 / instrument.tick_size)),
        "TickSize": number(instrument.tick_size),
        "Description": instrument.detailed_description or instrument.description,
        "IsImpliedMarket": False,
        # reads false for contracts, which trade all the same
        "IsTradeable": instrument.kind == EQUITY,
        "ExchangeSegment": instrument.segment_id,
        "Series": series,
        "MaxTradeVolume": 2_147_483_647,
        "PriceBand": _price_band(instrument),
        "DecimalDisplace": 4 if instrument.tick_size < Decimal("0.01") else 2,
        "ExtendedMarketProperties": _market_properties(instrument),
        "MarketTypeStatusEligibility": _eligibility(),
        "NameWithSeries": f"{instrument.name}-{series}",
        "DisplayNameWithExchange": f"{name} - {segment}",
        "DisplayNameWithSeries": f"{name} - {series}",
        "DisplayNameWithSeriesAndExchange": f"{name} - {series} - {segment}",
        "FreezeQty": instrument.freeze_qty,
        "LastUpdateTime": 0,
        "FiftyTwoWeekHigh": 0,
        "FiftyTwoWeekLow": 0,
        "Bhavcopy": _bhavcopy(instrument, market.past_day_bar(instrument, yesterday)),
        "AdditionalPreExpiryMarginPerc": 0,
        "AdditionalMarginPercLong": 0,
        "AdditionalMarginPercShort": 0,
        "DeliveryMarginPerc": 0,
        "SpecialMarginPercBuy": 0,
        "SpecialMarginPercSell": 0,
        "TenderMargin": 0,
        "ELMLongMargin": 0,
        "ELMShortMargin": 0,
        "InitialMarginPerc": 0,
        "ExposureMarginPerc": 2,
        "CallAuctionIndicator": 0,
        "MarketType": 1,
        "CurrentEligibleMarketType": 1,
        "Industry": 0,
    }


def _price_band(instrument: Instrument) -> dict[str, object]:
    high, low = f"{instrument.band_high:.2f}", f"{instrument.band_low:.2f}"
    return {
        "High": number(instrument.band_high),
        "Low": number(instrument.band_low),
        "HighString": high,
        "LowString": low,
        "CreditRating": f"{low}-{high}",
        "HighExecBandString": "0.00",
        "LowExecBandString": "0.00",
        "HighExecBand": 0,
        "LowExecBand": 0,
        "TERRange": "0.00-0.00",
    }


def _expiration(instrument: Instrument, expiry: datetime, day: date) -> dict[str, object]:
    days = (expiry.date() - day).days
    return {
        "ContractExpiration": expiry.isoformat(),
        "RemainingExpiryDays": days,
        "RemainingExpiryDaysABS": abs(days),
        "ContractExpirationString": day_text(expiry),
        "HasContractExpired": days < 0,
        "UnderlyingType": _INDEX_UNDERLYING if instrument.underlying_id == -1 else _SHARE_UNDERLYING,
        "UnderlyingInstrumentId": instrument.underlying_id,
        "UnderlyingIndexName": instrument.underlying_name,
    }


def _cfi_code(instrument: Instrument) -> str:
    if instrument.kind == OPTION:
        return "OCEXXX" if instrument.option_type == CALL else "OPEXXX"
    return "FFXXXX" if instrument.kind == FUTURE else "ESXXXX"


def _market_properties(instrument: Instrument) -> dict[str, object]:
    values = {
        "CallAuctionIndicator": "",
        "ExpulsionDate": _NO_DATE,
        "IssueMaturityDate": day_text(instrument.expiry) if instrument.expiry is not None else _NO_DATE,
        "SettlementIndicator": "C",
        "SettlementNo": "Missing",
        "ListingDate": _NO_DATE,
        "CompanyName": instrument.detailed_description or instrument.description,
        "UniqueKey": instrument.name,
        "RecordDate": _NO_DATE,
        "ExposureMargin": "2",
        "MarketType": "NORMAL",
        "BookClosureStartDate": _NO_DATE,
        "ExDate": _NO_DATE,
        "IssueStartDate": _NO_DATE,
        "BookClosureEndDate": _NO_DATE,
        "Remarks": "",
    }
    return {name: {"Name": {"Name": name}, "Value": value} for name, value in values.items()}


def _eligibility() -> dict[str, object]:
    return {
        # "Eligibile" is the server's own spelling
        name: {"MarketType": market_type, "Eligibile": market_type == 1, "TradingStatus": status}
        for name, market_type, status in (("Normal", 1, 2), ("OddLot", 2, 2), ("RetailDebt", 3, 2), ("Auction", 4, 3))
    }


def _bhavcopy(instrument: Instrument, bar: Bar) -> dict[str, object]:
    return {
        "Open": number(bar.open),
        "High": number(bar.high),
        "Low": number(bar.low),
        "Close": number(bar.close),
        "TotTrdQty": bar.volume,
        "TotTrdVal": int((bar.high + bar.low) / 2 * bar.volume),
        "TimeStamp": datetime.combine(date.min, time.min).isoformat(),
        "TotalTrades": bar.volume // max(1, instrument.lot_size * 3),
        "OpenInterest": bar.open_interest // instrument.lot_size,
        "SettlementPrice": number(bar.close),
    }
