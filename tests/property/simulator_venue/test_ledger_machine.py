"""Random lives of orders: whatever happens, the books, the trades and the positions tell one story."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jainam.simulator.instrument_terms import FUTURE, OPTION, Liquidity
from jainam.simulator.orders import Side
from jainam.simulator.positions import fold
from jainam.simulator.risk import margin_per_unit
from tests.unit.simulator_venue.desk import Desk, logged_in, virtual_client, virtual_venue

CLIENTS = ("CL001", "CL002", "CL004")
WORKING = {"PendingNew", "New", "PartiallyFilled", "PendingReplace", "Replaced", "PendingCancel"}
# what may follow what in a history
NEXT = {
    "PendingNew": {"New", "Rejected", "PendingCancel"},
    "New": {"PartiallyFilled", "Filled", "PendingReplace", "PendingCancel", "Cancelled", "New"},
    "PartiallyFilled": {"PartiallyFilled", "Filled", "PendingReplace", "PendingCancel", "Cancelled", "Replaced"},
    "PendingReplace": {"Replaced", "New", "PartiallyFilled", "Filled", "PendingCancel", "Cancelled"},
    "Replaced": {"PartiallyFilled", "Filled", "PendingReplace", "PendingCancel", "Cancelled", "Replaced"},
    "PendingCancel": {"Cancelled", "PendingCancel", "PartiallyFilled", "Filled", "Rejected"},
}


def _instruments(venue):
    share = venue.master.get("NSECM", 2885)
    thin = next(
        row
        for row in venue.master.in_segment("NSECM")
        if row.liquidity is not Liquidity.DEEP and row.series == "EQ" and row.lot_size == 1
    )
    future = next(row for row in venue.master.in_segment("NSEFO") if row.name == "NIFTY" and row.kind == FUTURE)
    option = next(row for row in venue.master.in_segment("NSEFO") if row.name == "NIFTY" and row.kind == OPTION)
    metal = next(row for row in venue.master.in_segment("MCXFO") if row.kind == FUTURE and row.multiplier > 1)
    return [share, thin, future, option, metal]


class Ledger(RuleBasedStateMachine):
    @initialize(
        exchange_delay_s=st.sampled_from([0.0, 0.0, 0.4]),
        fill_delay_s=st.sampled_from([0.0, 0.0, 0.3, 2.0]),
        seed=st.integers(1, 5),
    )
    def open(self, exchange_delay_s, fill_delay_s, seed):
        self.venue = virtual_venue(seed=seed, exchange_delay_s=exchange_delay_s, fill_delay_s=fill_delay_s)
        self.http = virtual_client(self.venue)
        self.desk: Desk = logged_in(self.http)
        self.instruments = _instruments(self.venue)
        self.accepted = 0
        self.made_outside = 0
        self.ended: dict[int, dict] = {}

    def teardown(self):
        if hasattr(self, "http"):
            self.http.close()

    def _price(self, instrument, ticks):
        last = self.venue.market.last_price(instrument, self.venue.clock.now())
        return last + ticks * instrument.tick_size

    @rule(
        client=st.sampled_from(CLIENTS),
        which=st.integers(0, 4),
        side=st.sampled_from(["BUY", "SELL"]),
        kind=st.sampled_from(["MARKET", "LIMIT", "LIMIT", "STOPLIMIT", "STOPMARKET"]),
        ticks=st.integers(-60, 60),
        gap=st.integers(-3, 8),
        lots=st.sampled_from([1, 1, 2, 5, 40, 700]),
        odd=st.booleans(),
        product=st.sampled_from(["MIS", "NRML", "NRML", "CNC"]),
        time_in_force=st.sampled_from(["DAY", "DAY", "IOC"]),
    )
    def place(self, client, which, side, kind, ticks, gap, lots, odd, product, time_in_force):
        instrument = self.instruments[which]
        if product == "CNC" and which > 1 and not odd:
            product = "NRML"
        limit = self._price(instrument, ticks)
        stop = limit - gap * instrument.tick_size * (1 if side == "BUY" else -1)
        answer = self.desk.place(
            clientID=client,
            exchangeSegment=instrument.segment,
            exchangeInstrumentID=instrument.instrument_id,
            orderSide=side,
            orderType=kind,
            limitPrice=max(0.0, float(limit)),
            stopPrice=max(0.0, float(stop)),
            orderQuantity=lots * instrument.lot_size + (1 if odd and lots == 5 else 0),
            productType=product,
            timeInForce=time_in_force,
            orderUniqueIdentifier=f"m{self.accepted}",
        )
        assert answer.json()["type"] == "success", answer.text
        self.accepted += 1

    def _some_order(self, data):
        orders = list(self.venue.exchange.orders.values())
        working = [order for order in orders if not order.is_terminal]
        # ended ones as well, now and then
        chosen = working if working and data.draw(st.integers(0, 4)) else orders
        return data.draw(st.sampled_from(chosen)) if chosen else None

    @rule(data=st.data(), lots=st.integers(1, 6), ticks=st.integers(-40, 40), kind=st.sampled_from(["LIMIT", "MARKET"]))
    def modify(self, data, lots, ticks, kind):
        order = self._some_order(data)
        if order is None or order.instrument is None:
            return
        self.desk.modify(
            order.app_order_id,
            clientID=order.client,
            modifiedProductType=order.terms.product,
            modifiedOrderType=kind,
            modifiedOrderQuantity=lots * order.instrument.lot_size,
            modifiedLimitPrice=max(0.0, float(self._price(order.instrument, ticks))),
        )

    @rule(data=st.data())
    def cancel(self, data):
        order = self._some_order(data)
        if order is not None:
            self.desk.cancel(order.app_order_id, clientID=order.client)

    @rule(client=st.sampled_from(CLIENTS))
    def cancel_all(self, client):
        self.desk.post("/orders/cancelall", exchangeSegment="NSECM", exchangeInstrumentID=0, clientID=client)

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.25, 1.0, 7.3, 90.0, 1800.0]))
    def wait(self, seconds):
        self.venue.clock.advance(seconds)

    @rule(which=st.integers(0, 4), ticks=st.integers(-80, 80), pinned=st.booleans())
    def pin(self, which, ticks, pinned):
        instrument = self.instruments[which]
        price = self._price(instrument, ticks) if pinned else None
        if price is None or instrument.band_low <= price <= instrument.band_high:
            self.desk.pin(price, instrument.segment, instrument.instrument_id)

    @rule(client=st.sampled_from(CLIENTS), which=st.integers(0, 4), side=st.sampled_from(["BUY", "SELL"]))
    def somebody_trades(self, client, which, side):
        instrument = self.instruments[which]
        answer = self.desk.control(
            "POST",
            "/trade",
            {
                "client": client,
                "exchangeSegment": instrument.segment,
                "exchangeInstrumentID": instrument.instrument_id,
                "side": side,
                "product": "NRML",
                "quantity": 3 * instrument.lot_size,
            },
        )
        assert answer.status_code == 200
        self.made_outside += 1

    @rule(client=st.sampled_from(CLIENTS), which=st.integers(0, 4))
    def convert(self, client, which):
        instrument = self.instruments[which]
        self.desk.put(
            "/portfolio/positions/convert",
            exchangeSegment=instrument.segment,
            exchangeInstrumentID=instrument.instrument_id,
            oldProductType="NRML",
            newProductType="MIS",
            isDayWise=False,
            targetQty=instrument.lot_size,
            clientID=client,
        )

    @rule(client=st.sampled_from(CLIENTS))
    def square_off_all(self, client):
        before = len(self.venue.exchange.orders)
        self.desk.put("/portfolio/squareoffall", squareoffMode="NetWise", clientID=client)
        self.accepted += len(self.venue.exchange.orders) - before

    def _truth(self):
        return self.desk.truth()

    @invariant()
    def ledger_is_one_story(self):
        if not hasattr(self, "venue"):
            return
        truth = self._truth()
        orders = {order["app_order_id"]: order for order in truth["orders"]}
        assert len(orders) == self.accepted + self.made_outside
        self._orders_follow_their_trades(orders, truth["trades"])
        self._histories_are_legal(orders)
        self._ended_orders_stay(orders)
        self._positions_follow_the_trades(truth)
        self._margin_is_what_it_follows_from()

    def _orders_follow_their_trades(self, orders, trades):
        executed: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        for trade in trades:
            if trade["app_order_id"] is not None:
                executed[trade["app_order_id"]].append((trade["last_qty"], Decimal(trade["last_px"])))
        assert [trade["at"] for trade in trades] == sorted(trade["at"] for trade in trades)
        assert len({trade["exec_id"] for trade in trades if trade["exec_id"]}) == sum(map(len, executed.values()))
        for number, order in orders.items():
            fills = executed[number]
            assert order["cum_qty"] == sum(quantity for quantity, _ in fills) <= order["order_qty"]
            if fills:
                turnover = sum(quantity * price for quantity, price in fills)
                assert Decimal(order["avg_px"]) == turnover / order["cum_qty"]
            if order["order_type"] in {"LIMIT", "STOPLIMIT"} and order["status"] in {"New", "Filled"}:
                sign = 1 if order["side"] == "BUY" else -1
                # a modified order may have filled under other terms
                if len(self.venue.exchange.orders[number].states) <= 3:
                    assert all((price - Decimal(order["limit_price"])) * sign <= 0 for _, price in fills)
            times = [order[name] for name in ("arrived_at", "accepted_at", "first_fill_at", "last_fill_at")]
            times = [moment for moment in [*times, order["terminal_at"]] if moment is not None]
            assert times == sorted(times)
            assert (order["status"] == "Filled") == (order["cum_qty"] == order["order_qty"])
            assert order["is_terminal"] == (order["status"] not in WORKING) == (order["terminal_at"] is not None)
            assert order["leaves_qty"] == (0 if order["is_terminal"] else order["order_qty"] - order["cum_qty"])

    def _histories_are_legal(self, orders):
        for client in CLIENTS:
            rows = self.desk.get("/orders", clientID=client).json().get("result", [])
            for row in rows:
                assert row["LeavesQuantity"] + row["CumulativeQuantity"] == row["OrderQuantity"]
                assert row["OrderStatus"] == orders[row["AppOrderID"]]["status"]
                assert row["CumulativeQuantity"] == orders[row["AppOrderID"]]["cum_qty"]
        for order in self.venue.exchange.orders.values():
            statuses = [state.status.value for state in order.states]
            assert statuses[0] == "PendingNew"
            for before, after in pairwise(statuses):
                assert after in NEXT[before], statuses
            quantities = [state.cum_qty for state in order.states]
            assert quantities == sorted(quantities)

    def _ended_orders_stay(self, orders):
        for number, before in self.ended.items():
            assert orders[number] == before
        self.ended = {number: order for number, order in orders.items() if order["is_terminal"]}

    def _positions_follow_the_trades(self, truth):
        net: dict[tuple, int] = defaultdict(int)
        for trade in truth["trades"]:
            key = (trade["client"], trade["exchange_segment"], trade["exchange_instrument_id"], trade["product"])
            net[key] += trade["last_qty"] * (1 if trade["side"] == "BUY" else -1)
        rows = {}
        for client in CLIENTS:
            answer = self.desk.get("/portfolio/positions", dayOrNet="NetWise", clientID=client).json()
            for row in answer.get("result", {}).get("positionList", []):
                key = (client, row["ExchangeSegment"], int(row["ExchangeInstrumentId"]), row["ProductType"])
                assert key not in rows
                rows[key] = row
        assert {key: int(row["Quantity"]) for key, row in rows.items()} == dict(net)
        assert self.venue.exchange.positions == fold(self.venue.exchange.trades)
        for row in rows.values():
            bought, sold = int(row["OpenBuyQuantity"]), int(row["OpenSellQuantity"])
            buys, sells = Decimal(row["BuyAveragePrice"]), Decimal(row["SellAveragePrice"])
            realized = min(bought, sold) * (sells - buys) * int(row["Multiplier"])
            shown = Decimal(row["RealizedMTM"].replace(",", ""))
            assert shown == realized.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _margin_is_what_it_follows_from(self):
        exchange = self.venue.exchange
        for client in CLIENTS:
            expected = Decimal(0)
            for position in exchange.positions.values():
                if position.client == client and not (position.product == "CNC" and position.net_qty < 0):
                    side = Side.BUY if position.net_qty > 0 else Side.SELL
                    unit = margin_per_unit(position.instrument, side, position.product, position.open_average)
                    expected += abs(position.net_qty) * unit
            for order in exchange.orders.values():
                if order.client == client and order.is_at_exchange:
                    expected += order.margin_per_unit * min(order.leaves_qty, order.opening_qty)
            assert exchange.risk.margin_used(client) == expected


Ledger.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLedger = Ledger.TestCase
