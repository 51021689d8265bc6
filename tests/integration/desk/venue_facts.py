"""What the venue itself says, for tests to compare with what the desk believes."""


def net_at_venue(virtual, client="CL001", segment="NSECM", instrument_id=2885, product="MIS"):
    found = [
        one["net_qty"]
        for one in virtual.state()["positions"]
        if (one["client"], one["exchange_segment"], one["exchange_instrument_id"], one["product"])
        == (client, segment, instrument_id, product)
    ]
    return sum(found)


def orders_at_venue(virtual):
    return virtual.state()["orders"]


def resting_price(virtual, symbol):
    """A price far below the market, on a tick and inside the band."""
    instrument = virtual.desk.instrument(symbol)
    tick = instrument.tick_size
    return (instrument.band.low + 10 * tick) // tick * tick


LOST_AND_HIDDEN = (
    {"endpoint": "orders.place", "action": "drop", "when": "after", "times": 1},
    # the look for the order comes too early: the book, and the second read of an empty one, do not show it yet
    {"endpoint": "orders.dealerbook", "action": "stale-book", "age_ms": 3_600_000, "times": 2},
)
"""An order that exists, whose answer is lost, and that the book shows a little later."""


def trade_by_hand(virtual, quantity, side="BUY", *, segment="NSECM", instrument_id=2885):
    """Somebody trades for CL001 at the terminal."""
    virtual.control(
        "POST",
        "/_simulator/trade",
        {
            "client": "CL001",
            "exchangeSegment": segment,
            "exchangeInstrumentID": instrument_id,
            "product": "MIS",
            "side": side,
            "quantity": quantity,
        },
    )
