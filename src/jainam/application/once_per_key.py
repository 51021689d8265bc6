"""A smart order named by a caller's key is carried out once, however often it is asked for."""

import json
from collections.abc import Sequence

from attrs import evolve, frozen

from jainam.application.bounds import Bounds
from jainam.application.place_smart_order import PlaceSmartOrder, SmartOrder
from jainam.application.read_books import ReadBooks
from jainam.domain.errors import KeyReused, OutcomeInDoubt, Violation
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, Order, ProcessMark
from jainam.domain.orders import OrderSide
from jainam.domain.smart_orders import Leg, SmartOrderPlan, SmartOrderResult, SmartOutcome
from jainam.ports.clock import Clock
from jainam.ports.identity import ProcessTable
from jainam.ports.intent_journal import IntentJournal, KeyClaim

_MAY_GO_AGAIN = '{"open": true}'
"""The outcome of a call that raised: what its orders became decides whether the key may be used again."""


@frozen
class OncePerKey:
    """
    Runs a keyed smart order once: the key is claimed in the journal before anything is planned.

    A second call waits, bounded, for the first and is told the same. Where the first ended without any effect (denied,
    refused, never left, or its process died before sending), the key may go again.
    """

    place: PlaceSmartOrder
    journal: IntentJournal
    books: ReadBooks
    processes: ProcessTable
    clock: Clock
    bounds: Bounds

    def run(self, client: str | None, order: SmartOrder, caller_key: str) -> SmartOrderResult:
        """
        Carry out a smart order under a caller's key, or return its first outcome.

        Raises:
            KeyReused: The key names something else.
            OutcomeInDoubt: The first call is still running after the bound, or left an order in doubt.
        """
        claim = KeyClaim(
            caller_key=caller_key,
            content=self.place.content(client, order),
            sender=ProcessMark(*self.processes.me()),
            claimed_at=self.clock.now(),
        )
        stored = self.journal.claim_key(claim)
        if stored != claim:
            told = self._told(claim, stored, order)
            if told is not None:
                return told
        return self._carry_out(client, order, claim)

    def _carry_out(self, client: str | None, order: SmartOrder, claim: KeyClaim) -> SmartOrderResult:
        try:
            result = self.place.run(client, order, claim.caller_key)
        except BaseException:
            self.journal.end_key(claim.caller_key, _MAY_GO_AGAIN)
            raise
        self.journal.end_key(claim.caller_key, _dump(result))
        return result

    def _told(self, claim: KeyClaim, stored: KeyClaim, order: SmartOrder) -> SmartOrderResult | None:
        """Return what the first call was told; ``None`` when the key is now this call's to use."""
        if stored.content != claim.content:
            raise KeyReused(
                (Violation("key", f"key {claim.caller_key!r} was used for another smart order", "key-reused"),),
                what="smart order",
                hint="use a new key for a new smart order",
            )
        stored = self._wait(stored)
        if stored.outcome is not None and stored.outcome != _MAY_GO_AGAIN:
            return _load(stored.outcome, self._orders(claim.caller_key))
        orders = self._orders(claim.caller_key)
        if any(one.is_unsettled for one in orders):
            self.books.order_book()
            orders = self._orders(claim.caller_key)
        doubtful = [one.client_order_id for one in orders if one.is_unsettled]
        if doubtful:
            raise OutcomeInDoubt(
                f"the first call with key {claim.caller_key!r} left an order in doubt: {', '.join(doubtful)}",
                client_order_ids=doubtful,
            )
        if any(one.state not in WITHOUT_EFFECT and one.state is not IntentState.RECORDED for one in orders):
            return _from_orders(order.target, orders)
        if not self.journal.take_over_key(claim, last=stored):
            return self._told(claim, self.journal.claim_key(claim), order)
        return None

    def _wait(self, stored: KeyClaim) -> KeyClaim:
        """Wait, bounded, until the first call has ended or its process is dead."""
        end = self.clock.elapsed_s() + self.bounds.twin_s
        while stored.outcome is None and self.processes.is_alive(stored.sender.pid, stored.sender.started):
            if self.clock.elapsed_s() >= end:
                raise OutcomeInDoubt(
                    f"the first call with key {stored.caller_key!r} is still running in {stored.sender}",
                    client_order_ids=[one.client_order_id for one in self._orders(stored.caller_key)],
                    hint="call again with the same key",
                )
            self.clock.sleep(0.01)
            stored = self.journal.claim_key(stored)
        return stored

    def _orders(self, caller_key: str) -> tuple[Order, ...]:
        return tuple(self.journal.by_caller_key(caller_key))


def _dump(result: SmartOrderResult) -> str:
    plan = result.plan
    return json.dumps(
        {
            "outcome": result.outcome.value,
            "target": plan.target,
            "net": plan.net,
            "working": plan.working_qty,
            "legs": [[leg.side.value, leg.quantity] for leg in plan.legs],
            "orders": [one.client_order_id for one in result.orders],
            "final_net": result.final_net,
            "notes": list(result.notes),
        }
    )


def _load(text: str, orders: Sequence[Order]) -> SmartOrderResult:
    """Return a first outcome with the orders as they stand now."""
    told = json.loads(text)
    legs = tuple(Leg(OrderSide(side), quantity) for side, quantity in told["legs"])
    plan = SmartOrderPlan(told["target"], told["net"], told["working"], legs=legs)
    mine = tuple(one for one in orders if one.client_order_id in told["orders"])
    return _with_quantities(
        SmartOrderResult(
            outcome=SmartOutcome(told["outcome"]),
            plan=plan,
            order_qty=abs(plan.delta),
            sent_qty=0,
            cum_qty=0,
            leaves_qty=0,
            orders=mine,
            final_net=told["final_net"],
            notes=(*told["notes"], "this key was carried out before; its first outcome is told again"),
        )
    )


def _from_orders(target: int, orders: Sequence[Order]) -> SmartOrderResult:
    """Return the outcome of a first call whose process died after sending, as far as its orders tell it."""
    sent = tuple(one for one in orders if one.state is IntentState.PLACED)
    legs = tuple(Leg(one.side, one.order_qty) for one in sent)
    delta = sum(leg.signed_qty for leg in legs)
    result = _with_quantities(
        SmartOrderResult(
            outcome=SmartOutcome.ACCEPTED,
            plan=SmartOrderPlan(target, target - delta, 0, legs=legs),
            order_qty=abs(delta),
            sent_qty=0,
            cum_qty=0,
            leaves_qty=0,
            orders=sent,
            notes=("the first call with this key was cut off after sending; this is what its orders tell",),
        )
    )
    return evolve(result, outcome=SmartOutcome.WORKING if result.leaves_qty else SmartOutcome.ACCEPTED)


def _with_quantities(result: SmartOrderResult) -> SmartOrderResult:
    sent = [one for one in result.orders if one.state is IntentState.PLACED]
    return evolve(
        result,
        sent_qty=sum(one.order_qty for one in sent),
        cum_qty=sum(one.cum_qty for one in sent),
        leaves_qty=sum(one.leaves_qty for one in sent),
    )
