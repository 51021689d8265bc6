"""The story that `jainam demo` tells: a dealer's day in a few seconds, from login to flat."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from attrs import define, evolve, field, frozen

from jainam.adapters.cli.documents import (
    close_document,
    closes_table,
    plan_document,
    position_document,
    positions_table,
    smart_document,
)
from jainam.adapters.cli.instruments import Progress
from jainam.adapters.cli.reports import Column, Table
from jainam.desk import Client, Desk
from jainam.domain.closing import CloseOutcome, CloseResult
from jainam.domain.errors import UnknownInstrument
from jainam.domain.instruments import Exchange, Instrument, InstrumentKind, OptionRight
from jainam.domain.orders import Product
from jainam.domain.smart_orders import SmartOrderResult

_EQUITY = "NSE:RELIANCE"
_INDEX = "NIFTY"
_ALL_OF_THEM = 10_000


@frozen
class Wish:
    """One target of the story, under a caller's key."""

    client: str
    instrument: Instrument
    target: int
    product: Product
    key: str


@define
class Story:
    """
    Trades two clients of a dealer and closes everything, telling each step as it happens.

    *desk* is one on a simulated venue with an empty book; *say* is told each line, *lay_out* each table but the last,
    *progress* gives what is told while instruments come.
    """

    desk: Desk
    say: Callable[[str], None]
    lay_out: Callable[[Table], None]
    progress: Callable[[], AbstractContextManager[Progress | None]]
    document: dict[str, object] = field(factory=dict, init=False)
    _step: int = field(default=0, init=False)

    def tell(self) -> tuple[CloseResult, Table]:
        """Tell all of it; return how close-all ended and the table that shows it."""
        self._venue()
        self._log_in()
        wishes = self._load()
        self._dry_run(wishes[0])
        self._first_targets(wishes)
        self._cross_zero(wishes[1])
        self._repeat(wishes[0])
        self._positions()
        return self._close()

    @staticmethod
    def is_flat(result: CloseResult) -> bool:
        """Whether every position that the story opened is closed."""
        opened = [one for one in result.positions if one.net_before]
        return result.is_flat and len(opened) >= 3 and all(one.outcome is CloseOutcome.FLAT for one in result.positions)

    def _next(self, text: str) -> None:
        self._step += 1
        self.say(f"{self._step}. {text}")

    def _venue(self) -> None:
        self._next("A stand-in for the broker runs on this machine, rate limits on. No real market, no real money.")

    def _log_in(self) -> None:
        account = self.desk.account()
        orders, _ = account.log_in()
        clients = ", ".join(orders.client_codes)
        self._next(f"The dealer logs in, once for orders and once for market data. It trades for {clients}.")
        self.document["clients"] = orders.client_codes

    def _load(self) -> tuple[Wish, Wish, Wish]:
        with self.progress() as progress:
            stored = self.desk.load_instruments(progress=progress)
        total = sum(stored.counts.values())
        self._next(
            f"Today's {total:,} instruments are loaded: lots, ticks and limits are known before anything is sent."
        )
        self.document["instruments"] = total
        equity, future, option = self.desk.instrument(_EQUITY), self._future(), self._option()
        above = (option.rules.max_order_qty or option.lot_size) + 3 * option.lot_size
        return (
            Wish("CL001", equity, 250, Product.MIS, "demo-equity"),
            Wish("CL002", future, -2 * future.lot_size, Product.NRML, "demo-future"),
            Wish("CL001", option, above, Product.NRML, "demo-option"),
        )

    def _dry_run(self, wish: Wish) -> None:
        plan = self._client(wish).plan_smart_order(wish.instrument, target=wish.target, product=wish.product)
        legs = " + ".join(f"{leg.side.value} {leg.quantity:,}" for leg in plan.legs) or "nothing"
        self._next(
            f"A dry run: {wish.client} holds {plan.net:,} {wish.instrument.symbol} and wants {wish.target:,}. "
            f"It would send {legs}; nothing has left yet."
        )
        self.document["dry_run"] = plan_document(plan)

    def _first_targets(self, wishes: Sequence[Wish]) -> None:
        self._next("A smart order says where a position shall be, not what to buy. Three at once, for two clients:")
        with ThreadPoolExecutor(len(wishes), thread_name_prefix="jainam-demo") as pool:
            results = list(pool.map(self._place, wishes))
        self.lay_out(_targets(wishes, results))
        for wish, result in zip(wishes, results, strict=True):
            largest = wish.instrument.rules.max_order_qty
            if len(result.orders) > 1 and largest is not None:
                self.say(
                    f"   {wish.target:,} is above the exchange's largest order of {largest:,}: "
                    f"it went as {len(result.orders)} orders under one parent."
                )
        self.document["targets"] = [smart_document(one) for one in results]

    def _cross_zero(self, wish: Wish) -> None:
        turned = evolve(wish, target=-wish.target, key=f"{wish.key}-turned")
        self._next(
            f"A second target crosses zero: {wish.client} turns from {wish.target:,} to {turned.target:,} "
            f"{wish.instrument.symbol}."
        )
        result = self._place(turned)
        sent = " + ".join(f"{one.side.value} {one.order_qty:,}" for one in result.orders)
        where = "unknown" if result.final_net is None else f"{result.final_net:,}"
        self.say(f"   It sent {sent}, exactly the difference; the position is {where}.")
        self.document["crossing"] = smart_document(result)

    def _repeat(self, wish: Wish) -> None:
        before = len(self.desk.account().orders())
        result = self._place(wish)
        sent = len(self.desk.account().orders()) - before
        self._next(
            f"A signal arrives twice: the first order comes again with its key {wish.key!r}. "
            f"It was carried out before, so {sent or 'no'} new orders left."
        )
        self.document["repeated"] = {"key": wish.key, "new_orders": sent, "outcome": result.outcome}

    def _positions(self) -> None:
        self._next("What the broker says each client holds now, with profit and loss:")
        rows = self.desk.account().positions()
        self.lay_out(positions_table(self.desk, rows, "Positions"))
        self.document["positions"] = [position_document(self.desk, row) for row in rows]

    def _close(self) -> tuple[CloseResult, Table]:
        self._next("Close everything of all clients. Flat counts only when the broker's own positions say so.")
        result = self.desk.account().close_all()
        self.document["closed"] = close_document(self.desk, result)
        self.document["is_flat"] = self.is_flat(result)
        return result, closes_table(result, "Closed")

    # what it trades

    def _place(self, wish: Wish) -> SmartOrderResult:
        return self._client(wish).place_smart_order(
            wish.instrument, target=wish.target, product=wish.product, key=wish.key
        )

    def _client(self, wish: Wish) -> Client:
        return self.desk.account().client(wish.client)

    def _future(self) -> Instrument:
        """Return the index future that ends first."""
        return min(self._of_index(InstrumentKind.FUTURE), key=lambda one: str(one.expiry))

    def _option(self) -> Instrument:
        """Return a call of the first expiry from the middle of its strikes, where the money is."""
        calls = [one for one in self._of_index(InstrumentKind.OPTION) if one.right is OptionRight.CALL]
        first = min(str(one.expiry) for one in calls)
        strikes = sorted((one for one in calls if str(one.expiry) == first), key=lambda one: one.strike or 0)
        return strikes[len(strikes) // 2]

    def _of_index(self, kind: InstrumentKind) -> list[Instrument]:
        found = [
            one
            for one in self.desk.find_instruments(_INDEX, Exchange.NFO, _ALL_OF_THEM)
            if one.kind is kind and one.name == _INDEX
        ]
        if not found:
            raise UnknownInstrument(f"the simulator lists no {_INDEX} {kind.name.lower()}", symbol=_INDEX)
        return found


def _targets(wishes: Sequence[Wish], results: Sequence[SmartOrderResult]) -> Table:
    """Return what was wanted and what came of it."""
    columns = (
        Column("client"),
        Column("symbol", is_whole=True),
        Column("target", is_number=True),
        Column("sent"),
        Column("position", is_number=True),
        Column("outcome"),
    )
    rows = [
        (
            wish.client,
            str(wish.instrument),
            wish.target,
            " + ".join(f"{one.side.value} {one.order_qty:,}" for one in result.orders),
            result.final_net,
            result.outcome,
        )
        for wish, result in zip(wishes, results, strict=True)
    ]
    return Table("Targets", columns, rows)
