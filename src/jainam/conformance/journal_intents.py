"""The intent journal's kit: an intent from its record to its verdict."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.conformance.journal_steps import (
    LATER,
    OPEN,
    WITH_EFFECT,
    OpenJournal,
    closing,
    codes,
    denied,
    known,
    mark,
    put,
)
from jainam.conformance.sample_orders import (
    DAY,
    DEALER,
    INVESTOR,
    KIT_TAG,
    ME,
    NOON,
    SOMEBODY_ELSE,
    YESTERDAY,
    sample_order,
)
from jainam.domain.closing import Scope
from jainam.domain.instruments import Exchange
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, Order, client_order_id
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderSide, OrderType, Product, Purpose, TimeInForce
from jainam.domain.settlement import Verdict, placed
from jainam.ports.intent_journal import IntentJournal

_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive
_PRICES = st.none() | st.decimals(Decimal(0), Decimal(10**7), places=4)
_ORDERS = st.builds(
    sample_order,
    st.integers(1, 62**8),
    account=st.sampled_from([DEALER, INVESTOR]),
    client=st.none() | st.text("ABC0123456789", min_size=1, max_size=12),
    exchange=st.sampled_from(Exchange),
    instrument_id=st.integers(0, 2**53),
    symbol=st.text(max_size=30).filter(lambda text: text.isprintable()),
    side=st.sampled_from(OrderSide),
    order_qty=st.integers(1, 10**9),
    product=st.sampled_from(Product),
    order_type=st.sampled_from(OrderType),
    limit_price=_PRICES,
    stop_price=_PRICES,
    time_in_force=st.sampled_from(TimeInForce),
    disclosed_qty=st.integers(0, 10**9),
    purpose=st.sampled_from(Purpose),
    epoch=st.integers(0, 10**6),
    trading_day=st.dates(YESTERDAY, DAY),
    recorded_at=_INSTANTS,
    content=st.text("0123456789abcdef", max_size=32),
)


class IntentFacts:
    """Recording, going again, sending, settling."""

    examples: ClassVar[int] = 40
    """How many orders and sequences of calls are tried, each sequence on a store of its own."""

    # record

    def test_record_returns_what_was_given(self, journal: IntentJournal) -> None:
        children = [sample_order(1), sample_order(2, child=1)]

        recorded = journal.record(children)

        assert recorded == tuple(children)

    def test_a_recorded_order_reads_back_as_it_was_written(self, journal: IntentJournal) -> None:
        @settings(max_examples=self.examples, deadline=None)
        @given(_ORDERS)
        def check(order: Order) -> None:
            if journal.get(order.client_order_id) is not None:  # the examples share one store
                return

            journal.record([order])

            assert journal.get(order.client_order_id) == order

        check()

    def test_another_process_reads_what_was_recorded(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()

        mine.record([sample_order()])

        assert theirs.get(sample_order().client_order_id) == sample_order()

    def test_an_unknown_order_is_none(self, journal: IntentJournal) -> None:
        assert journal.get(client_order_id(KIT_TAG, 404)) is None

    def test_a_known_callers_key_returns_the_known_orders(self, journal: IntentJournal) -> None:
        first = journal.record([sample_order(1, caller_key="hook", content="a")])

        second = journal.record([sample_order(2, caller_key="hook", content="b")])

        assert second == first

    def test_a_known_callers_key_writes_nothing(self, journal: IntentJournal) -> None:
        journal.record([sample_order(1, caller_key="hook")])

        journal.record([sample_order(2, caller_key="hook")])

        assert journal.get(sample_order(2).client_order_id) is None
        assert len(journal.by_caller_key("hook")) == 1

    def test_later_children_of_a_key_are_written(self, journal: IntentJournal) -> None:
        journal.record([sample_order(1, caller_key="hook")])
        later = sample_order(2, caller_key="hook", child=1)

        recorded = journal.record([later])

        assert recorded == (later,)
        assert len(journal.by_caller_key("hook")) == 2

    def test_a_callers_key_is_known_to_other_processes(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        first = mine.record([sample_order(1, caller_key="hook")])

        assert theirs.record([sample_order(2, caller_key="hook")]) == first

    def test_orders_of_a_key_come_in_slicing_order(self, journal: IntentJournal) -> None:
        children = [sample_order(9 - child, caller_key="hook", child=child) for child in range(3)]

        journal.record(children[::-1])

        assert journal.by_caller_key("hook") == tuple(children)

    # reopen

    @pytest.mark.parametrize("state", sorted(WITHOUT_EFFECT, key=str))
    def test_an_intent_without_effect_goes_again(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), state)

        again = journal.reopen(order.client_order_id, sender=SOMEBODY_ELSE, epoch=7, at=LATER)

        assert again is not None
        assert (again.state, again.sender, again.epoch) == (IntentState.RECORDED, SOMEBODY_ELSE, 7)
        assert journal.get(order.client_order_id) == again

    @pytest.mark.parametrize("state", WITH_EFFECT)
    def test_no_other_intent_goes_again(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), state)

        again = journal.reopen(order.client_order_id, sender=SOMEBODY_ELSE, epoch=7, at=LATER)

        assert again is None
        assert known(journal, order) == order

    def test_a_reopened_intent_may_be_sent(self, journal: IntentJournal) -> None:
        order = put(journal, sample_order(), IntentState.REFUSED)
        journal.reopen(order.client_order_id, sender=ME, epoch=0, at=LATER)

        assert mark(journal, order).state is IntentState.SENDING

    def test_only_one_reopens(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        order = put(mine, sample_order(), IntentState.NEVER_LEFT)

        mine.reopen(order.client_order_id, sender=ME, epoch=0, at=LATER)

        assert theirs.reopen(order.client_order_id, sender=SOMEBODY_ELSE, epoch=0, at=LATER) is None

    # mark_sending

    def test_a_marked_order_is_sending(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        mine.record([sample_order()])

        marked = mark(mine, sample_order(), sender=SOMEBODY_ELSE)

        assert marked == evolve(
            sample_order(), state=IntentState.SENDING, attempts=1, sender=SOMEBODY_ELSE, sent_at=LATER
        )
        assert theirs.get(marked.client_order_id) == marked

    def test_a_first_attempt_is_made_once(self, journal: IntentJournal) -> None:
        put(journal, sample_order(), IntentState.SENDING)

        assert codes(denied(journal, sample_order())) == {"settled"}

    def test_the_same_sender_may_repeat(self, journal: IntentJournal) -> None:
        put(journal, sample_order(), IntentState.SENDING)

        assert mark(journal, sample_order(), attempt=2).attempts == 2

    def test_another_sender_may_not_repeat(self, journal: IntentJournal) -> None:
        put(journal, sample_order(), IntentState.SENDING)

        denial = denied(journal, sample_order(), attempt=2, sender=SOMEBODY_ELSE)

        assert codes(denial) == {"settled"}
        assert known(journal, sample_order()).attempts == 1

    @pytest.mark.parametrize("state", sorted(frozenset(IntentState) - OPEN | {IntentState.IN_DOUBT}, key=str))
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_nothing_is_sent_after_a_verdict(self, journal: IntentJournal, state: IntentState, attempt: int) -> None:
        order = put(journal, sample_order(), state)

        denial = denied(journal, order, attempt=attempt)

        assert codes(denial) == {"settled"}
        assert known(journal, order) == order

    def test_the_kill_switch_denies(self, journal: IntentJournal) -> None:
        journal.record([sample_order()])
        journal.set_kill_switch(KillSwitch(is_on=True, reason="a drill", changed_at=NOON))

        denial = denied(journal, sample_order())

        assert codes(denial) == {"kill-switch"}
        assert denial.code == "kill-switch"

    def test_a_closing_mark_denies_and_names_its_process(self, journal: IntentJournal) -> None:
        journal.begin_closing(closing(Scope(DEALER, "CL01")))
        journal.record([sample_order(epoch=journal.epoch(DEALER, "CL01"))])

        denial = denied(journal, sample_order())

        assert codes(denial) == {"closing"}
        assert str(SOMEBODY_ELSE.pid) in denial.message
        assert "12:00:00 IST" in denial.message

    @pytest.mark.parametrize("scope", [Scope(DEALER, "CL02"), Scope(DEALER), Scope(INVESTOR, everyone=True)])
    def test_a_closing_mark_of_another_scope_does_not_deny(self, journal: IntentJournal, scope: Scope) -> None:
        journal.record([sample_order()])

        journal.begin_closing(closing(scope))

        assert mark(journal, sample_order()).state is IntentState.SENDING

    def test_a_closing_mark_for_everyone_denies_every_client(self, journal: IntentJournal) -> None:
        journal.record([sample_order()])

        journal.begin_closing(closing(Scope(DEALER, everyone=True)))

        assert "closing" in codes(denied(journal, sample_order()))

    @pytest.mark.parametrize("scope", [Scope(DEALER, "CL01"), Scope(DEALER, everyone=True)])
    def test_an_order_from_before_a_close_all_is_denied_after_it(self, journal: IntentJournal, scope: Scope) -> None:
        journal.record([sample_order()])
        journal.begin_closing(closing(scope))
        journal.end_closing(["run-1"])

        assert codes(denied(journal, sample_order())) == {"closed-meanwhile"}

    def test_an_order_from_after_a_close_all_passes(self, journal: IntentJournal) -> None:
        journal.begin_closing(closing(Scope(DEALER, "CL01")))
        journal.end_closing(["run-1"])
        journal.record([sample_order(epoch=journal.epoch(DEALER, "CL01"))])

        assert mark(journal, sample_order()).state is IntentState.SENDING

    def test_close_orders_pass_kill_switch_marks_and_epoch(self, journal: IntentJournal) -> None:
        journal.record([sample_order(purpose=Purpose.CLOSE)])
        journal.set_kill_switch(KillSwitch(is_on=True, changed_at=NOON))
        journal.begin_closing(closing(Scope(DEALER, "CL01")))

        assert mark(journal, sample_order()).state is IntentState.SENDING

    @pytest.mark.parametrize("purpose", Purpose)
    def test_a_past_deadline_denies(self, journal: IntentJournal, purpose: Purpose) -> None:
        journal.record([sample_order(purpose=purpose)])

        assert codes(denied(journal, sample_order(), is_past_deadline=lambda: True)) == {"deadline"}

    def test_a_denied_first_attempt_is_settled_as_denied(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        mine.record([sample_order()])

        denial = denied(mine, sample_order(), is_past_deadline=lambda: True)

        found = known(theirs, sample_order())
        assert found.state is IntentState.DENIED
        assert denial.violations[0].message in found.reason

    def test_a_denied_repeat_stays_sending(self, journal: IntentJournal) -> None:
        order = put(journal, sample_order(), IntentState.SENDING)

        denial = denied(journal, order, attempt=2, is_past_deadline=lambda: True)

        assert codes(denial) == {"deadline"}
        assert known(journal, order) == order

    def test_every_reason_is_told_at_once(self, journal: IntentJournal) -> None:
        journal.record([sample_order()])
        journal.set_kill_switch(KillSwitch(is_on=True, changed_at=NOON))

        denial = denied(journal, sample_order(), is_past_deadline=lambda: True)

        assert codes(denial) == {"kill-switch", "deadline"}

    # settle

    @pytest.mark.parametrize("state", [IntentState.REFUSED, IntentState.NEVER_LEFT, IntentState.IN_DOUBT])
    def test_a_verdict_is_written(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), IntentState.SENDING)

        after = journal.settle(order.client_order_id, Verdict(state, reason="so"), expected=OPEN, at=LATER)

        assert after == evolve(order, state=state, reason="so")
        assert known(journal, order) == after

    def test_an_acceptance_brings_the_venues_number(self, journal: IntentJournal) -> None:
        order = put(journal, sample_order(), IntentState.IN_DOUBT)

        after = journal.settle(order.client_order_id, placed("9007"), expected=OPEN, at=LATER)

        assert after is not None
        assert (after.state, after.app_order_id) == (IntentState.PLACED, "9007")

    @pytest.mark.parametrize("state", IntentState)
    def test_a_verdict_for_another_state_is_not_written(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), state)
        others = frozenset(IntentState) - {state}

        after = journal.settle(order.client_order_id, Verdict(IntentState.NEVER_LEFT), expected=others, at=LATER)

        assert after is None
        assert known(journal, order) == order
