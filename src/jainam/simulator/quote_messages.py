"""
Quotes as JSON texts, one for each message code.

Source: xts-api.md, 8.5 and 9.
"""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from jainam.simulator.instrument_terms import Instrument
from jainam.simulator.market import IST_OFFSET_S, Level, Market, Touchline

TOUCHLINE: Final = 1501
DEPTH: Final = 1502
INDEX: Final = 1504
CANDLE: Final = 1505
OPEN_INTEREST: Final = 1510
LAST_PRICE: Final = 1512
PROPERTY_CHANGE: Final = 1105

SECONDS_TO_1980: Final = 315_532_800
_NSE_SEGMENTS: Final = frozenset({1, 2, 3})
_LEVELS: Final = 5


def exchange_time(moment: float) -> int:
    """Return a moment as XTS counts it: seconds of the IST wall clock since 1980 began."""
    return int(moment) - SECONDS_TO_1980 + IST_OFFSET_S


class QuoteMessages:
    """Writes the quote of an instrument at a moment."""

    def __init__(self, market: Market, *, nested_touchline: bool = False, unix_time_off_nse: bool = False) -> None:
        """
        Choose among the forms that servers differ in.

        Args:
            market: Where the prices come from.
            nested_touchline: Write 1501 with its figures under ``Touchline``, as releases of 2023 did.
            unix_time_off_nse: Count seconds from 1970 on BSE and MCX, as one SDK expects (unconfirmed).
        """
        self._market = market
        self._nested_touchline = nested_touchline
        self._unix_time_off_nse = unix_time_off_nse
        self._writers: Mapping[int, Callable[[Instrument, float], dict[str, object]]] = {
            TOUCHLINE: self._touchline,
            DEPTH: self._depth,
            OPEN_INTEREST: self._open_interest,
            LAST_PRICE: self._last_price,
        }

    @property
    def codes(self) -> tuple[int, ...]:
        """Return the message codes that have a quote."""
        return tuple(self._writers)

    def quote(self, code: int, instrument: Instrument, now: float) -> str:
        """Return one quote as JSON text; *code* is one of `codes`."""
        return orjson.dumps(self._writers[code](instrument, now)).decode()

    def _time(self, instrument: Instrument, moment: float) -> int:
        if self._unix_time_off_nse and instrument.segment_id not in _NSE_SEGMENTS:
            return int(moment) + IST_OFFSET_S
        return exchange_time(moment)

    def _head(self, code: int, instrument: Instrument) -> dict[str, object]:
        return {
            "MessageCode": code,
            "MessageVersion": 4,
            "ApplicationType": 0,
            "TokenID": 0,
            "ExchangeSegment": instrument.segment_id,
            "ExchangeInstrumentID": instrument.instrument_id,
        }

    def _touchline(self, instrument: Instrument, now: float) -> dict[str, object]:
        touch = self._market.touchline(instrument, now)
        figures = self._figures(instrument, touch)
        sides = {"AskInfo": _level(touch.ask), "BidInfo": _level(touch.bid)}
        if self._nested_touchline:
            return {
                **self._head(TOUCHLINE, instrument),
                "ExchangeTimeStamp": self._time(instrument, now),
                "BookType": 1,
                "XMarketType": 1,
                "SequenceNumber": _sequence_number(now),
                "Touchline": {**figures, "BuyBackTotalBuy": 0, "BuyBackTotalSell": 0, **sides},
            }
        return {
            "MessageCode": TOUCHLINE,
            "ExchangeSegment": instrument.segment_id,
            "ExchangeInstrumentID": instrument.instrument_id,
            **figures,
            **sides,
            "XMarketType": 1,
            "BookType": 1,
        }

    def _depth(self, instrument: Instrument, now: float) -> dict[str, object]:
        touch = self._market.touchline(instrument, now)
        book = self._market.book(instrument, now)
        return {
            **self._head(DEPTH, instrument),
            "ExchangeTimeStamp": self._time(instrument, now),
            "Bids": _side(book.bids),
            "Asks": _side(book.asks),
            "Touchline": {
                "BidInfo": _level(touch.bid),
                "AskInfo": _level(touch.ask),
                **self._figures(instrument, touch),
                "BuyBackTotalBuy": 0,
                "BuyBackTotalSell": 0,
            },
            "BookType": 1,
            "XMarketType": 1,
            "SequenceNumber": _sequence_number(now),
        }

    def _open_interest(self, instrument: Instrument, now: float) -> dict[str, object]:
        head = self._head(OPEN_INTEREST, instrument)
        return {
            **head,
            "ExchangeTimeStamp": self._time(instrument, now),
            "XTSMarketType": 1,
            "OpenInterest": self._market.open_interest(instrument, now),
            "SequenceNumber": _sequence_number(now),
            "UnderlyingIDIndexName": instrument.underlying_name.upper(),
            "UnderlyingTotalOpenInterest": self._market.underlying_open_interest(instrument),
        }

    def _last_price(self, instrument: Instrument, now: float) -> dict[str, object]:
        touch = self._market.touchline(instrument, now)
        return {
            **self._head(LAST_PRICE, instrument),
            "BookType": 1,
            "XMarketType": 1,
            "LastTradedPrice": float(touch.last_price),
            "LastTradedQunatity": touch.last_qty,
            "LastUpdateTime": self._time(instrument, touch.last_update_at),
        }

    def _figures(self, instrument: Instrument, touch: Touchline) -> dict[str, object]:
        change = float(touch.last_price - touch.close) / float(touch.close) * 100.0 if touch.close else 0.0
        return {
            "LastTradedPrice": float(touch.last_price),
            # the server's own spelling
            "LastTradedQunatity": touch.last_qty,
            "TotalBuyQuantity": touch.total_buy_qty,
            "TotalSellQuantity": touch.total_sell_qty,
            "TotalTradedQuantity": touch.volume,
            "AverageTradedPrice": float(touch.average_price),
            "LastTradedTime": self._time(instrument, touch.last_trade_at),
            "LastUpdateTime": self._time(instrument, touch.last_update_at),
            "PercentChange": change,
            "Open": float(touch.open),
            "High": float(touch.high),
            "Low": float(touch.low),
            "Close": float(touch.close),
            "TotalValueTraded": None,
        }


def _level(level: Level | None) -> dict[str, object]:
    """Return a level, or the row of zeros that stands for none."""
    if level is None:
        return {"Size": 0, "Price": 0.0, "TotalOrders": 0, "BuyBackMarketMaker": 0}
    return {
        "Size": level.quantity,
        "Price": float(level.price),
        "TotalOrders": level.orders,
        "BuyBackMarketMaker": 0,
    }


def _side(levels: tuple[Level, ...]) -> list[dict[str, object]]:
    return [_level(levels[place] if place < len(levels) else None) for place in range(_LEVELS)]


def _sequence_number(now: float) -> int:
    """Return a number that grows with time over the whole server."""
    return int(now * 1_000_000)
