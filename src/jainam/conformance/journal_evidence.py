"""The intent journal's kit: what the venue's book tells, and what is known of orders and positions."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from jainam.conformance.journal_steps import LATER, OpenJournal, codes, denied, known, place, put
from jainam.conformance.sample_orders import (
    DAY,
    DEALER,
    INVESTOR,
    NOON,
    YESTERDAY,
    foreign_row,
    sample_order,
    sample_row,
)
from jainam.domain.closing import Scope
from jainam.domain.instruments import Exchange
from jainam.domain.intents import WITHOUT_EFFECT, IntentState, client_order_id
from jainam.domain.orders import OrderStatus, PositionKey, Product, Purpose
from jainam.domain.positions import AgreedNet
from jainam.ports.intent_journal import IntentJournal


class EvidenceFacts:
    """Rows of the book, lookups, agreed nets."""

    # observe

    def test_a_row_advances_the_order_with_its_identifier(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        order = place(mine, sample_order())

        changed = mine.observe([sample_row(order, cum_qty=75, status=OrderStatus.PARTIALLY_FILLED)], seen_at=LATER)

        (after,) = changed
        assert (after.cum_qty, after.leaves_qty, after.status) == (75, 75, OrderStatus.PARTIALLY_FILLED)
        assert after.fill_seen_at == LATER
        assert theirs.get(order.client_order_id) == after

    def test_a_row_without_identifier_belongs_by_its_number(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())

        changed = journal.observe([sample_row(order, client_order_id="", cum_qty=150)], seen_at=LATER)

        assert [one.cum_qty for one in changed] == [150]

    def test_a_number_of_another_day_is_another_order(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order(trading_day=YESTERDAY))

        changed = journal.observe([sample_row(order, client_order_id="", cum_qty=150)], seen_at=LATER)

        assert changed == ()

    @pytest.mark.parametrize("state", [IntentState.SENDING, IntentState.IN_DOUBT])
    def test_an_unsettled_order_with_a_row_is_placed(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), state)

        (after,) = journal.observe([sample_row(order, app_order_id="9002")], seen_at=LATER)

        assert (after.state, after.app_order_id) == (IntentState.PLACED, "9002")
        assert codes(denied(journal, order, attempt=2)) == {"settled"}

    def test_a_row_is_stronger_than_a_verdict_without_effect(self, journal: IntentJournal) -> None:
        order = put(journal, sample_order(), IntentState.REFUSED)

        (after,) = journal.observe([sample_row(order)], seen_at=LATER)

        assert after.state is IntentState.PLACED

    def test_rows_of_others_change_nothing(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order(), "9001")
        rows = [
            foreign_row(1),
            foreign_row(2, client_order_id=""),
            foreign_row(3, account=INVESTOR, client_order_id="", app_order_id="9001"),
            foreign_row(4, client_order_id=client_order_id("oth", 4)),
        ]

        changed = journal.observe(rows, seen_at=LATER)

        assert changed == ()
        assert known(journal, order) == order

    def test_a_row_of_ours_in_another_accounts_book_changes_nothing(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())

        changed = journal.observe([sample_row(order, account=INVESTOR, client=None, cum_qty=150)], seen_at=LATER)

        assert changed == ()
        assert known(journal, order) == order

    def test_an_unknown_row_with_our_tag_is_adopted(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        lost = sample_order(77)

        (adopted,) = mine.observe([sample_row(lost, cum_qty=75)], seen_at=LATER)

        assert (adopted.state, adopted.purpose, adopted.cum_qty) == (IntentState.PLACED, Purpose.PLAIN, 75)
        assert adopted.key == lost.key
        assert theirs.get(lost.client_order_id) == adopted

    def test_an_unknown_row_without_words_of_ours_is_left_alone(self, journal: IntentJournal) -> None:
        changed = journal.observe([sample_row(sample_order(77), product=None)], seen_at=LATER)

        assert changed == ()

    def test_rows_that_say_nothing_new_change_nothing(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())
        row = sample_row(order, cum_qty=75)
        (after,) = journal.observe([row], seen_at=LATER)

        changed = journal.observe([row, row], seen_at=LATER + timedelta(seconds=9))

        assert changed == ()
        assert known(journal, order) == after

    def test_a_long_book_is_folded_like_a_short_one(self, journal: IntentJournal) -> None:
        named, unnamed = place(journal, sample_order(1), "9001"), place(journal, sample_order(2), "9002")
        book = [foreign_row(number) for number in range(500)]
        book[100:100] = [sample_row(named, cum_qty=75)]
        book[300:300] = [sample_row(unnamed, client_order_id="", cum_qty=150)]
        book[400:400] = [sample_row(sample_order(3))]

        changed = journal.observe(book, seen_at=LATER)

        assert [order.cum_qty for order in changed] == [75, 150, 0]

    def test_states_of_one_order_are_folded_in_their_order(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())
        history = [
            sample_row(order, status=OrderStatus.PENDING_NEW),
            sample_row(order, status=OrderStatus.PARTIALLY_FILLED, cum_qty=75),
            sample_row(order, status=OrderStatus.FILLED, cum_qty=150),
        ]

        (after,) = journal.observe(history, seen_at=LATER)

        assert (after.status, after.cum_qty) == (OrderStatus.FILLED, 150)

    def test_two_rows_with_one_identifier_are_named_in_the_reason(self, journal: IntentJournal) -> None:
        order = put(journal, sample_order(), IntentState.IN_DOUBT)
        twins = [sample_row(order, app_order_id="9001"), sample_row(order, app_order_id="9002", cum_qty=150)]

        journal.observe(twins, seen_at=LATER)

        after = known(journal, order)
        assert "9001" in after.reason
        assert "9002" in after.reason
        assert after.cum_qty == 0, "the second order's fill is not the first one's"

    def test_a_row_cannot_hide_that_there_are_two(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order(), "9001")
        journal.observe([sample_row(order, app_order_id="9002")], seen_at=LATER)

        journal.observe([sample_row(order, status=OrderStatus.REJECTED, reason="margin")], seen_at=LATER)

        assert "9002" in known(journal, order).reason
        assert "margin" in known(journal, order).reason

    # lookups

    def test_an_order_is_found_by_the_venues_number_of_its_day(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order(), "9001")

        assert journal.by_app_order_id(DEALER, "9001", DAY) == order
        assert journal.by_app_order_id(DEALER, "9001", YESTERDAY) is None
        assert journal.by_app_order_id(INVESTOR, "9001", DAY) is None

    def test_a_key_has_the_days_orders_whatever_became_of_them(self, journal: IntentJournal) -> None:
        orders = [put(journal, sample_order(number), state) for number, state in enumerate(IntentState, 1)]

        assert journal.of_key(sample_order().key, DAY) == tuple(orders)

    @pytest.mark.parametrize("state", IntentState)
    def test_of_another_day_a_key_has_the_unsettled(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(trading_day=YESTERDAY), state)

        assert journal.of_key(order.key, DAY) == ((order,) if order.is_unsettled else ())

    @pytest.mark.parametrize(
        "change",
        [
            {"account": INVESTOR},
            {"client": "CL02"},
            {"client": None},
            {"exchange": Exchange.BFO},
            {"instrument_id": 35_002},
            {"product": Product.NRML},
        ],
    )
    def test_a_key_has_no_orders_of_another(self, journal: IntentJournal, change: dict[str, Any]) -> None:
        other = put(journal, sample_order(**change), IntentState.SENDING)

        assert journal.of_key(sample_order().key, DAY) == ()
        assert journal.of_key(other.key, DAY) == (other,)

    @pytest.mark.parametrize("state", IntentState)
    def test_a_scope_has_what_is_recorded_live_or_unsettled(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(), state)

        found = journal.of_scope(Scope(DEALER, "CL01"), DAY)

        assert found == ((order,) if state not in WITHOUT_EFFECT else ())

    @pytest.mark.parametrize("state", IntentState)
    def test_of_another_day_a_scope_has_the_unsettled(self, journal: IntentJournal, state: IntentState) -> None:
        order = put(journal, sample_order(trading_day=YESTERDAY), state)

        assert journal.of_scope(Scope(DEALER, "CL01"), DAY) == ((order,) if order.is_unsettled else ())

    def test_a_scope_has_no_terminal_orders(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())

        journal.observe([sample_row(order, status=OrderStatus.CANCELLED)], seen_at=LATER)

        assert journal.of_scope(Scope(DEALER, "CL01"), DAY) == ()

    def test_a_scope_has_no_orders_of_other_clients(self, journal: IntentJournal) -> None:
        mine = put(journal, sample_order(1), IntentState.RECORDED)
        other = put(journal, sample_order(2, client="CL02"), IntentState.RECORDED)
        own = put(journal, sample_order(3, client=None), IntentState.RECORDED)

        assert journal.of_scope(Scope(DEALER, "CL01"), DAY) == (mine,)
        assert journal.of_scope(Scope(DEALER), DAY) == (own,)
        assert journal.of_scope(Scope(DEALER, everyone=True), DAY) == (mine, other, own)
        assert journal.of_scope(Scope(INVESTOR, everyone=True), DAY) == ()

    # agreed nets

    def test_no_net_is_agreed_at_first(self, journal: IntentJournal) -> None:
        assert journal.agreed_net(sample_order().key, DAY) is None

    def test_an_agreed_net_is_kept_whole(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        agreed = AgreedNet(-75, {"jmkit1": 75, "jmkit2": 0}, frozenset({"jmkit2"}), NOON, unexplained=3)

        mine.keep_agreed(sample_order().key, agreed)

        assert theirs.agreed_net(sample_order().key, DAY) == agreed

    def test_a_new_agreed_net_takes_the_place_of_the_last(self, journal: IntentJournal) -> None:
        key = sample_order().key
        journal.keep_agreed(key, AgreedNet(75, {}, frozenset(), NOON))

        journal.keep_agreed(key, AgreedNet(0, {}, frozenset(), LATER))

        assert journal.agreed_net(key, DAY) == AgreedNet(0, {}, frozenset(), LATER)

    def test_yesterdays_agreed_net_is_not_todays(self, journal: IntentJournal) -> None:
        key = sample_order().key

        journal.keep_agreed(key, AgreedNet(75, {}, frozenset(), NOON - timedelta(days=1)))

        assert journal.agreed_net(key, DAY) is None

    def test_agreed_nets_of_two_keys_are_apart(self, journal: IntentJournal) -> None:
        own = PositionKey(DEALER, None, Exchange.NFO, 35_001, Product.MIS)

        journal.keep_agreed(own, AgreedNet(75, {}, frozenset(), NOON))

        assert journal.agreed_net(sample_order().key, DAY) is None

    @pytest.mark.parametrize("filled_at", [None, NOON, NOON + timedelta(seconds=1)])
    def test_a_fill_that_the_net_may_hold_voids_it(self, journal: IntentJournal, filled_at: datetime | None) -> None:
        order = place(journal, sample_order())
        journal.keep_agreed(
            order.key, AgreedNet(0, {order.client_order_id: 0}, frozenset({order.client_order_id}), NOON)
        )

        journal.observe([sample_row(order, cum_qty=75, updated_at=filled_at)], seen_at=LATER)

        assert journal.agreed_net(order.key, DAY) is None

    def test_a_fill_clearly_after_the_read_voids_nothing(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())
        agreed = AgreedNet(0, {order.client_order_id: 0}, frozenset({order.client_order_id}), NOON)
        journal.keep_agreed(order.key, agreed)

        journal.observe([sample_row(order, cum_qty=75, updated_at=LATER)], seen_at=LATER)

        assert journal.agreed_net(order.key, DAY) == agreed

    def test_a_row_without_a_new_fill_voids_nothing(self, journal: IntentJournal) -> None:
        order = place(journal, sample_order())
        agreed = AgreedNet(0, {order.client_order_id: 0}, frozenset({order.client_order_id}), NOON)
        journal.keep_agreed(order.key, agreed)

        journal.observe([sample_row(order, status=OrderStatus.CANCELLED, updated_at=None)], seen_at=LATER)

        assert journal.agreed_net(order.key, DAY) == agreed
