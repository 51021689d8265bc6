"""Any sequence of journal calls, run on an adapter and on the kit's model side by side."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jainam.conformance.journal_model import JournalModel
from jainam.conformance.journal_steps import OpenJournal
from jainam.conformance.sample_orders import (
    DAY,
    DEALER,
    INVESTOR,
    KIT_TAG,
    ME,
    NOON,
    SOMEBODY_ELSE,
    app_order_id_of,
    foreign_row,
    sample_order,
    sample_row,
)
from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.errors import OrderDenied
from jainam.domain.intents import SETTLED, IntentState, Order, ProcessMark
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderRow, OrderSide, OrderStatus, PositionKey, Purpose
from jainam.domain.positions import agreed_from
from jainam.domain.settlement import Verdict

_WHO: list[tuple[AccountId, str | None]] = [(DEALER, "CL01"), (DEALER, "CL02"), (INVESTOR, None)]
_SCOPES = [Scope(DEALER, "CL01"), Scope(DEALER, everyone=True), Scope(INVESTOR)]
_EXPECTED = [
    frozenset({IntentState.SENDING}),
    frozenset({IntentState.SENDING, IntentState.IN_DOUBT}),
    frozenset({IntentState.RECORDED}),
]
_PICKS = st.integers(0, 40)
_SENDERS = st.sampled_from([ME, SOMEBODY_ELSE])


class JournalMachine(RuleBasedStateMachine):
    """Runs calls on a fresh journal and compares what it says with the model after each."""

    def __init__(self, open_journal: OpenJournal) -> None:
        super().__init__()
        self._open = open_journal
        self._journal = open_journal()
        self._model = JournalModel(KIT_TAG)
        self._now = NOON
        self._last = 0

    def teardown(self) -> None:
        self._journal.close()

    # intents

    @rule(
        who=st.sampled_from(_WHO),
        side=st.sampled_from(OrderSide),
        purpose=st.sampled_from(Purpose),
        key=st.sampled_from([None, None, "webhook-1", "webhook-2"]),
        children=st.integers(1, 2),
        first=st.sampled_from([0, 0, 1]),
        is_of_yesterday=st.booleans(),
    )
    def record(
        self,
        who: tuple[AccountId, str | None],
        side: OrderSide,
        purpose: Purpose,
        key: str | None,
        children: int,
        first: int,
        *,
        is_of_yesterday: bool,
    ) -> None:
        account, client = who
        day = DAY - timedelta(days=1) if is_of_yesterday else DAY
        orders = [
            sample_order(
                self._number(),
                account=account,
                client=client,
                side=side,
                purpose=purpose,
                caller_key=key,
                child=first + place,
                epoch=self._journal.epoch(account, client),
                trading_day=day,
                recorded_at=self._tick(),
            )
            for place in range(children)
        ]

        recorded = self._journal.record(orders)

        assert self._plain(recorded) == self._plain(self._model.record(orders))

    @precondition(lambda self: self._model.orders)
    @rule(pick=_PICKS, sender=_SENDERS, is_past=st.sampled_from([False, False, True]))
    def mark_sending(self, pick: int, sender: ProcessMark, *, is_past: bool) -> None:
        order, at = self._pick(pick), self._tick()
        codes = self._model.denials(order, sender, is_past=is_past)

        def mark() -> Order:
            return self._journal.mark_sending(
                order.client_order_id,
                attempt=order.attempts + 1,
                sender=sender,
                at=at,
                is_past_deadline=lambda: is_past,
            )

        if not codes:
            assert self._same(mark(), self._model.sent(order, sender, order.attempts + 1, at))
            return
        with pytest.raises(OrderDenied) as caught:
            mark()
        assert {violation.code for violation in caught.value.violations} == codes
        if order.state is IntentState.RECORDED:
            self._model.denied(order)

    @precondition(lambda self: self._model.orders)
    @rule(
        pick=_PICKS,
        state=st.sampled_from([IntentState.PLACED, *sorted(SETTLED, key=str), IntentState.IN_DOUBT]),
        expected=st.sampled_from(_EXPECTED),
    )
    def settle(self, pick: int, state: IntentState, expected: frozenset[IntentState]) -> None:
        order = self._pick(pick)
        verdict = Verdict(state, app_order_id_of(order) if state is IntentState.PLACED else None)

        after = self._journal.settle(order.client_order_id, verdict, expected=expected, at=self._tick())

        assert self._same(after, self._model.settle(order, verdict, expected))

    @precondition(lambda self: self._model.orders)
    @rule(pick=_PICKS, sender=_SENDERS)
    def reopen(self, pick: int, sender: ProcessMark) -> None:
        order, at = self._pick(pick), self._tick()
        epoch = self._journal.epoch(order.account, order.client)

        after = self._journal.reopen(order.client_order_id, sender=sender, epoch=epoch, at=at)

        assert self._same(after, self._model.reopen(order, sender, at))

    # what the venue tells

    @precondition(lambda self: self._model.orders)
    @rule(
        seen=st.lists(
            st.tuples(
                _PICKS,
                st.sampled_from(OrderStatus),
                st.sampled_from([0, 0, 75, 150]),
                st.booleans(),
                st.sampled_from([None, 0, 60]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def observe(self, seen: list[tuple[int, OrderStatus, int, bool, int | None]]) -> None:
        rows = [self._row(one) for one in seen]

        self._observe(rows)

    @rule(filled=st.sampled_from([0, 75]), strangers=st.integers(0, 60))
    def observe_orders_of_a_lost_journal(self, filled: int, strangers: int) -> None:
        lost = sample_order(self._number())
        book = [foreign_row(number) for number in range(strangers)]
        row = sample_row(lost, cum_qty=filled, placed_at=self._now, updated_at=self._now)

        self._observe([*book, row])

    # positions

    @precondition(lambda self: self._model.orders)
    @rule(pick=_PICKS, net=st.integers(-3, 3))
    def keep_agreed(self, pick: int, net: int) -> None:
        key = self._pick(pick).key
        orders = self._journal.of_key(key, DAY)
        agreed = agreed_from(net, orders, self._tick(), last=self._journal.agreed_net(key, DAY))

        self._journal.keep_agreed(key, agreed)

        self._model.agreed[key] = agreed
        self._model.unsure.discard(key)

    # what closes the desk

    @rule(is_on=st.booleans())
    def set_kill_switch(self, *, is_on: bool) -> None:
        self._model.switch = KillSwitch(is_on, "a drill" if is_on else "", self._tick())

        self._journal.set_kill_switch(self._model.switch)

    @rule(scope=st.sampled_from(_SCOPES))
    def begin_closing(self, scope: Scope) -> None:
        mark = ClosingMark(f"run-{self._number()}", scope, ME, self._tick())
        clients = [who for who in _WHO if scope.covers(*who)]
        before = [self._journal.epoch(*who) for who in clients]

        self._journal.begin_closing(mark)

        self._model.begin_closing(mark)
        assert [self._journal.epoch(*who) for who in clients] == [epoch + 1 for epoch in before]

    @precondition(lambda self: self._model.marks)
    @rule()
    def end_closing(self) -> None:
        run_id, _ = self._model.marks.popitem()

        self._journal.end_closing([run_id])

    # another process

    @rule()
    def go_on_in_another_process(self) -> None:
        self._journal.close()
        self._journal = self._open()

    # what must hold

    @invariant()
    def every_order_stands_as_the_model_has_it(self) -> None:
        for identifier, order in self._model.orders.items():
            assert self._same(self._journal.get(identifier), order)

    @invariant()
    def keys_and_scopes_have_their_orders(self) -> None:
        for key in self._keys():
            assert self._plain(self._journal.of_key(key, DAY)) == self._plain(self._model.of_key(key, DAY))
        for scope in _SCOPES:
            assert self._plain(self._journal.of_scope(scope, DAY)) == self._plain(self._model.of_scope(scope, DAY))

    @invariant()
    def agreed_nets_stand_unless_voided(self) -> None:
        for key in self._keys():
            found, wanted = self._journal.agreed_net(key, DAY), self._model.agreed.get(key)
            if key in self._model.unsure:
                assert found is None or found == wanted
            else:
                assert found == wanted

    @invariant()
    def the_desk_is_as_open_as_the_model(self) -> None:
        assert self._journal.kill_switch() == self._model.switch
        assert {mark.run_id: mark for mark in self._journal.closing_marks()} == self._model.marks
        for account, client in _WHO:
            assert self._journal.epoch(account, client) == self._model.epoch(account, client)

    # inside

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _tick(self) -> datetime:
        self._now += timedelta(seconds=1, microseconds=1)
        return self._now

    def _pick(self, number: int) -> Order:
        orders = list(self._model.orders.values())
        return orders[number % len(orders)]

    def _keys(self) -> set[PositionKey]:
        return {order.key for order in self._model.orders.values()}

    def _row(self, seen: tuple[int, OrderStatus, int, bool, int | None]) -> OrderRow:
        pick, status, cum_qty, is_named, filled_later_s = seen
        order = self._pick(pick)
        updated_at = None if filled_later_s is None else NOON + timedelta(seconds=filled_later_s)
        row = sample_row(order, status=status, cum_qty=cum_qty, updated_at=updated_at)
        row = evolve(row, placed_at=NOON if order.trading_day == DAY else NOON - timedelta(days=1))
        return row if is_named else evolve(row, client_order_id="")

    def _observe(self, rows: list[OrderRow]) -> None:
        seen_at = self._tick()

        changed = self._journal.observe(rows, seen_at=seen_at)

        assert {order.client_order_id for order in changed} == self._model.observe(rows, seen_at)
        for order in changed:
            assert self._same(order, self._model.orders[order.client_order_id])

    def _same(self, found: Order | None, wanted: Order | None) -> bool:
        if found is None or wanted is None:
            return found is wanted
        return self._plain((found,)) == self._plain((wanted,))

    def _plain(self, orders: tuple[Order, ...]) -> list[Order]:
        """Return orders without what the port leaves to the adapter: words of reasons, who adopted."""
        return [
            evolve(order, reason="", sender=ME, symbol="")
            if order.client_order_id in self._model.adopted
            else evolve(order, reason="")
            for order in orders
        ]
