"""Agreed nets in the store."""

import orjson
from sqlalchemy import and_, bindparam, delete, insert, select

from jainam.adapters.sql.encoding import instant, micros, renamed
from jainam.adapters.sql.order_rows import key_values
from jainam.adapters.sql.schema import agreed_nets
from jainam.adapters.sql.statements import Statement, Transaction
from jainam.domain.orders import PositionKey
from jainam.domain.positions import AgreedNet
from jainam.domain.trading_day import trading_day_of

_KEY = ("broker", "server", "kind", "client", "exchange", "instrument_id", "product")
_VALUES = ("net", "cum_qty", "live", "sent_at", "unexplained")
_of_key = and_(*(agreed_nets.c[name] == bindparam(f"this_{name}") for name in _KEY))

_READ = Statement(select(*(agreed_nets.c[name] for name in _VALUES)).where(_of_key))
_DROP = Statement(delete(agreed_nets).where(_of_key))
_ADD = Statement(insert(agreed_nets).values({name: bindparam(name) for name in (*_KEY, "trading_day", *_VALUES)}))


def agreed_in(opened: Transaction, key: PositionKey) -> AgreedNet | None:
    """Return the last agreed net of a key, of whichever day."""
    row = opened.row(_READ, renamed(key_values(key)))
    if row is None:
        return None
    net, cum_qty, live, sent_at, unexplained = row
    return AgreedNet(net, orjson.loads(cum_qty), frozenset(orjson.loads(live)), instant(sent_at), unexplained)


def drop_agreed(transaction: Transaction, key: PositionKey) -> None:
    """Forget the agreed net of a key."""
    transaction.write(_DROP, renamed(key_values(key)))


def keep_agreed(transaction: Transaction, key: PositionKey, agreed: AgreedNet) -> None:
    """Write an agreed net where there is none."""
    transaction.write(
        _ADD,
        {
            **key_values(key),
            "trading_day": trading_day_of(agreed.sent_at).isoformat(),
            "net": agreed.net,
            "cum_qty": orjson.dumps(dict(agreed.cum_qty)).decode(),
            "live": orjson.dumps(sorted(agreed.live)).decode(),
            "sent_at": micros(agreed.sent_at),
            "unexplained": agreed.unexplained,
        },
    )
