"""
Planning a smart order, against building a dict of as many entries as a plan has fields.

The plan is the usual one: no child works and one leg is to be sent.
"""

from decimal import Decimal

from benchmarks.pairs import Figure, compare
from jainam.domain.instruments import InstrumentRules
from jainam.domain.smart_orders import plan_smart_order

_RULES = InstrumentRules(lot_size=75, tick_size=Decimal("0.05"), max_order_qty=1800, band=None)


def measure() -> list[Figure]:
    return [
        compare(
            "delta-planning",
            subject=("plan of one leg", lambda: plan_smart_order(150, -75, (), _RULES)),
            floor=("dict of its fields", _fields),
            rounds=9,
            turns=40,
            loops=1000,
            remark=lambda taken_s: f"{1 / taken_s:,.0f} plans a second",
        )
    ]


def _fields() -> dict[str, object]:
    return {"target": 150, "net": -75, "working_qty": 0, "cancels": (), "legs": (("BUY", 225),), "others": ()}
