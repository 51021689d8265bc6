"""
The venue's words for segments, products, order types, sides and states, and ours.

Words are compared without regard to case (xts-api.md, 10, row 3). A segment or product that the desk has no word for
is ``None``; a state that no release lists is `OrderStatus.OTHER`, which counts as working.
"""

from jainam.adapters.xts_wire.scalars import FieldError
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ClientRequired
from jainam.domain.instruments import Exchange
from jainam.domain.orders import OrderSide, OrderStatus, OrderType, Product, TimeInForce

SEGMENTS: dict[Exchange, tuple[str, int]] = {
    Exchange.NSE: ("NSECM", 1),
    Exchange.NFO: ("NSEFO", 2),
    Exchange.CDS: ("NSECD", 3),
    Exchange.NCO: ("NSECO", 4),
    Exchange.BSE: ("BSECM", 11),
    Exchange.BFO: ("BSEFO", 12),
    Exchange.BCD: ("BSECD", 13),
    Exchange.NCDEX: ("NCDEX", 21),
    Exchange.MCX: ("MCXFO", 51),
}
"""Segments by name and number (xts-api.md, 6.1); MSE, SLBM, NIFSC and BSECO have no word of ours."""

HOME_OF_INDEX: dict[Exchange, Exchange] = {
    Exchange.NSE_INDEX: Exchange.NSE,
    Exchange.BSE_INDEX: Exchange.BSE,
    Exchange.MCX_INDEX: Exchange.MCX,
}
"""Index values carry the segment of their exchange (xts-api.md, 8.3 and 8.5)."""

_EXCHANGE_BY_WORD: dict[str, Exchange] = {
    word: exchange for exchange, (name, number) in SEGMENTS.items() for word in (name, str(number))
}
_ORDER_TYPE_WORDS = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.STOP_LIMIT: "STOPLIMIT",
    OrderType.STOP_MARKET: "STOPMARKET",
}
_ORDER_TYPE_BY_WORD = {word: order_type for order_type, word in _ORDER_TYPE_WORDS.items()}
_PRODUCT_BY_WORD = {product.value: product for product in Product}
_TIME_IN_FORCE_BY_WORD = {tif.value: tif for tif in TimeInForce}
_SIDE_BY_WORD = {side.value: side for side in OrderSide}
_STATUS_BY_WORD = {
    "new": OrderStatus.NEW,
    "open": OrderStatus.NEW,
    "partiallyfilled": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "cancelled": OrderStatus.CANCELLED,
    "canceled": OrderStatus.CANCELLED,
    "replaced": OrderStatus.REPLACED,
    "pendingcancel": OrderStatus.PENDING_CANCEL,
    "rejected": OrderStatus.REJECTED,
    "pendingnew": OrderStatus.PENDING_NEW,
    "pendingreplace": OrderStatus.PENDING_REPLACE,
    "expired": OrderStatus.EXPIRED,
}

PRO_CODE = "*****"
"""What a PRO dealer sends as its client (prop-servers.md, servers)."""


def segment_of(exchange: Exchange) -> str:
    """Return the venue's name of an exchange's segment."""
    return SEGMENTS[HOME_OF_INDEX.get(exchange, exchange)][0]


def segment_number(exchange: Exchange) -> int:
    """Return the venue's number of an exchange's segment, as market data calls want it."""
    return SEGMENTS[HOME_OF_INDEX.get(exchange, exchange)][1]


def exchange_of(word: str) -> Exchange | None:
    """Return the exchange of a segment's name or number; ``None`` for one that the desk has no word for."""
    return _EXCHANGE_BY_WORD.get(word.upper())


def product_of(word: str) -> Product | None:
    """Return a product; ``None`` for the venue's own, such as ``CO`` and ``BO``."""
    return _PRODUCT_BY_WORD.get(word.upper())


def order_type_word(order_type: OrderType) -> str:
    """Return an order type as requests spell it."""
    return _ORDER_TYPE_WORDS[order_type]


def order_type_of(word: str) -> OrderType | None:
    """Return an order type from any spelling of the venue's; ``None`` for an unknown one."""
    return _ORDER_TYPE_BY_WORD.get(word.upper())


def time_in_force_of(word: str) -> TimeInForce | None:
    """Return how long an order lives; ``None`` for words that API users do not meet."""
    return _TIME_IN_FORCE_BY_WORD.get(word.upper())


def side_of(value: object) -> OrderSide:
    """Return the side; an order without a readable one is not readable at all."""
    side = _SIDE_BY_WORD.get(value.strip().upper()) if isinstance(value, str) else None
    if side is None:
        raise FieldError("BUY or SELL")
    return side


def status_of(word: str) -> OrderStatus:
    """Return an order's state; a word that no release lists is ``OTHER``."""
    return _STATUS_BY_WORD.get(word.lower(), OrderStatus.OTHER)


class ClientWords:
    """
    How one account's clients are written on calls, and read from rows.

    In the domain ``None`` is the account itself. A NORMAL dealer's rows carry the client's code. Every row of a PRO
    dealer is its own, under a word of the server's that differs from the one that is sent (prop-servers.md, servers;
    xts-api.md, 10, row 12). An investor names nobody.
    """

    def __init__(self, account: AccountId, own_word: str | None) -> None:
        self._account = account
        self._kind = account.kind
        self._own_word = own_word or PRO_CODE

    def on_request(self, client: str | None) -> str | None:
        """
        Return the ``clientID`` of a call; ``None`` leaves it out.

        Raises:
            ClientRequired: An account that trades for itself alone was given somebody else.
        """
        if self._kind is AccountKind.NORMAL:
            return client
        if client is not None:
            raise ClientRequired(
                f"account {self._account} trades for itself alone, not for client {client}",
                hint="leave the client out, or use the NORMAL dealer account that serves this client",
            )
        return self._own_word if self._kind is AccountKind.PRO else None

    def of_row(self, word: str, asked: str | None) -> str | None:
        """Return whose a row is. *asked* is the client that the call named, for rows that carry no code."""
        if self._kind is not AccountKind.NORMAL:
            return None
        client = word or asked
        if not client:
            raise FieldError("a client's code")
        return client
