"""Slicing: a quantity above the exchange's freeze quantity becomes several legal orders."""

from jainam.domain.instruments import InstrumentRules


def slice_order(quantity: int, rules: InstrumentRules) -> tuple[int, ...]:
    """
    Return the quantities of the child orders: as few as possible, the largest first.

    They add up to *quantity*, and each but the last is the largest legal order. A quantity of 0 needs none.
    """
    if quantity <= 0:
        return ()
    largest = rules.max_order_qty
    if largest is None or quantity <= largest:
        return (quantity,)
    full, rest = divmod(quantity, largest)
    return (largest,) * full + ((rest,) if rest else ())
