import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from jainam.adapters.sql import order_rows
from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.statements import Statement
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import (
    DAY,
    DEALER,
    KIT_TAG,
    ME,
    NOON,
    YESTERDAY,
    foreign_row,
    sample_order,
    sample_row,
)
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.errors import OrderDenied, StoreError
from jainam.domain.intents import IntentState
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderStatus
from jainam.domain.positions import AgreedNet
from jainam.domain.settlement import Verdict, placed
from jainam.ports.intent_journal import KeyClaim
from tests.integration.sql.stopped_clock import StoppedClock

OPEN = frozenset({IntentState.RECORDED, IntentState.SENDING, IntentState.IN_DOUBT})


def mark(journal, order, attempt=1):
    return journal.mark_sending(
        order.client_order_id, attempt=attempt, sender=ME, at=NOON, is_past_deadline=lambda: False
    )


def place(journal, order, number="9001"):
    journal.record([order])
    mark(journal, order)
    return journal.settle(order.client_order_id, placed(number), expected=OPEN, at=NOON)


def kinds(journal):
    return [entry.kind for entry in journal.entries()]


# entries


def test_a_life_leaves_an_entry_for_each_step(journal):
    order = place(journal, sample_order())
    journal.observe([sample_row(order, status=OrderStatus.FILLED, cum_qty=150)], seen_at=NOON)

    entries = list(journal.entries())

    assert [entry.kind for entry in entries] == ["recorded", "sending", "settled", "observed"]
    assert {entry.client_order_id for entry in entries} == {order.client_order_id}
    assert entries[0].payload["order_qty"] == 150
    assert entries[1].payload == {
        "state": "sending",
        "attempts": 1,
        "sent_at": 1_788_244_200_000_000,
        "is_unsettled": True,
    }
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]


def test_what_concerns_the_whole_desk_is_in_the_journal(journal):
    journal.set_kill_switch(KillSwitch(is_on=True, reason="a drill", changed_at=NOON))
    journal.begin_closing(ClosingMark("run-1", Scope(DEALER), ME, NOON))
    journal.end_closing(["run-1"])
    journal.claim_key(KeyClaim("hook", "content", ME, NOON))
    journal.end_key("hook", "{}")

    assert kinds(journal) == ["kill-switch", "closing-begun", "closing-ended", "key-claimed", "key-ended"]


def test_an_export_goes_on_where_the_last_one_ended(journal):
    for number in range(1, 1_203):
        journal.claim_key(KeyClaim(f"hook-{number}", "content", ME, NOON))

    assert [entry.seq for entry in journal.entries(after_seq=2)] == list(range(3, 1_203))


@pytest.mark.parametrize("sql", ["UPDATE journal_entries SET at = 0", "DELETE FROM journal_entries"])
def test_entries_are_final(store, journal, sql):
    journal.record([sample_order()])

    with pytest.raises(StoreError, match="journal entries are final"), store.writing() as transaction:
        transaction.write(Statement(text(sql)))

    assert kinds(journal) == ["recorded"]


_STEPS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["record", "mark", "doubt", "refuse", "place", "reopen", "see", "fill", "twin"]),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(_STEPS)
def test_the_present_state_is_a_fold_over_the_entries(steps):
    store = SqlStore("sqlite://", clock=StoppedClock())
    journal = SqlIntentJournal(store, tag=KIT_TAG)
    for number, step in steps:
        live(journal, sample_order(number, content=str(number)), step)

    folded = {}
    for entry in journal.entries():
        folded.setdefault(entry.client_order_id, {}).update(entry.payload)
    with store.reading() as opened:
        rows = opened.rows(Statement(text("SELECT * FROM orders")))
    journal.close()

    names = [column.name for column in order_rows.COLUMNS]
    assert {row[1]: dict(zip(names, row[1:], strict=True)) for row in rows} == folded


def live(journal, order, step):
    """Take one step with an order, where it is possible."""
    identifier = order.client_order_id
    if step == "record" or journal.get(identifier) is None:
        if journal.get(identifier) is None:
            journal.record([order])
    elif step == "mark":
        try:
            mark(journal, order, attempt=journal.get(identifier).attempts + 1)
        except OrderDenied as denial:
            assert denial.code == "settled"  # noqa: PT017  # one of two outcomes of this step
    elif step in {"doubt", "refuse", "place"}:
        verdict = {
            "doubt": Verdict(IntentState.IN_DOUBT, reason="no answer"),
            "refuse": Verdict(IntentState.REFUSED, reason="margin"),
            "place": placed(f"9{order.content}"),
        }[step]
        journal.settle(identifier, verdict, expected=OPEN, at=NOON)
    elif step == "reopen":
        journal.reopen(identifier, sender=ME, epoch=1, at=NOON + timedelta(days=1))
    else:
        number = f"{8 if step == 'twin' else 9}{order.content}"
        filled = 75 if step == "fill" else 0
        journal.observe([sample_row(order, app_order_id=number, cum_qty=filled)], seen_at=NOON)


# conditions


@pytest.mark.parametrize(
    "call",
    [
        lambda journal: mark(journal, sample_order()),
        lambda journal: journal.settle(sample_order().client_order_id, placed("1"), expected=OPEN, at=NOON),
        lambda journal: journal.reopen(sample_order().client_order_id, sender=ME, epoch=0, at=NOON),
    ],
)
def test_an_order_that_the_store_lost_is_an_error(journal, call):
    with pytest.raises(StoreError, match="knows no order"):
        call(journal)


def test_an_attempt_of_one_process_is_marked_once(journal):
    journal.record([sample_order()])
    mark(journal, sample_order())
    mark(journal, sample_order(), attempt=2)

    with pytest.raises(OrderDenied) as caught:
        mark(journal, sample_order(), attempt=2)  # another thread of the same process

    assert caught.value.code == "settled"


def test_a_first_mark_may_follow_attempts_that_never_got_so_far(journal):
    journal.record([sample_order()])

    assert mark(journal, sample_order(), attempt=3).attempts == 3


def test_an_intent_that_goes_again_is_of_the_day_on_which_it_goes(journal):
    order = sample_order(trading_day=YESTERDAY, recorded_at=NOON - timedelta(days=1))
    journal.record([order])
    journal.settle(order.client_order_id, Verdict(IntentState.NEVER_LEFT), expected=OPEN, at=NOON)

    again = journal.reopen(order.client_order_id, sender=ME, epoch=0, at=NOON)

    assert again.trading_day == DAY
    assert journal.of_key(order.key, DAY) == (again,)


def test_a_deadline_that_raises_leaves_the_order_unsent(journal):
    journal.record([sample_order()])

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        journal.mark_sending(sample_order().client_order_id, attempt=1, sender=ME, at=NOON, is_past_deadline=broken)

    assert journal.get(sample_order().client_order_id) == sample_order()
    assert kinds(journal) == ["recorded"]


def test_a_key_that_nobody_claimed_does_not_end(journal):
    with pytest.raises(StoreError, match="no claim on key 'hook'"):
        journal.end_key("hook", "{}")


# the venue's book


def test_a_book_of_strangers_needs_no_lock_and_writes_nothing(store, journal, tmp_path):
    order = place(journal, sample_order())
    journal.observe([sample_row(order)], seen_at=NOON)
    book = [*map(foreign_row, range(200)), sample_row(order)]
    writer = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    changed = journal.observe(book, seen_at=NOON)

    writer.close()
    assert changed == ()
    assert kinds(journal) == ["recorded", "sending", "settled", "observed"]


def test_a_second_order_with_one_identifier_is_an_anomaly_once(journal):
    order = place(journal, sample_order())
    twins = [sample_row(order), sample_row(order, app_order_id="9002"), sample_row(order, app_order_id="9003")]

    for _ in range(3):
        journal.observe(twins, seen_at=NOON)

    after = journal.get(order.client_order_id)
    assert after.reason == (f"the venue has several orders with identifier {order.client_order_id}: 9001, 9002, 9003")
    assert kinds(journal)[3:] == ["observed", "anomaly", "anomaly"]


def test_evidence_against_a_verdict_is_an_anomaly(journal):
    journal.record([sample_order()])
    mark(journal, sample_order())
    journal.settle(
        sample_order().client_order_id, Verdict(IntentState.REFUSED, reason="margin"), expected=OPEN, at=NOON
    )

    (after,) = journal.observe([sample_row(sample_order())], seen_at=NOON)

    assert after.reason == "the venue has the order although it was refused"
    assert kinds(journal)[-1] == "anomaly"


def test_a_fill_of_an_order_that_counted_as_refused_voids_the_agreed_net(journal):
    order = sample_order()
    journal.record([order])
    journal.settle(order.client_order_id, Verdict(IntentState.REFUSED), expected=OPEN, at=NOON)
    journal.keep_agreed(order.key, AgreedNet(75, {order.client_order_id: 0}, frozenset(), NOON))

    journal.observe([sample_row(order, cum_qty=75)], seen_at=NOON)

    assert journal.agreed_net(order.key, DAY) is None


def test_a_fill_of_an_adopted_order_voids_the_agreed_net(journal):
    journal.keep_agreed(sample_order().key, AgreedNet(75, {}, frozenset(), NOON))

    journal.observe([sample_row(sample_order(), cum_qty=75)], seen_at=NOON)

    assert journal.agreed_net(sample_order().key, DAY) is None


def test_a_net_is_not_kept_when_a_fill_was_learned_meanwhile(journal):
    order = place(journal, sample_order())
    read_before_the_fill = AgreedNet(75, {order.client_order_id: 0}, frozenset({order.client_order_id}), NOON)
    journal.observe([sample_row(order, cum_qty=75)], seen_at=NOON)

    journal.keep_agreed(order.key, read_before_the_fill)

    assert journal.agreed_net(order.key, DAY) is None


def test_more_orders_than_one_statement_looks_for_are_folded(journal):
    orders = [place(journal, sample_order(number), f"9{number:04}") for number in range(1, 251)]
    rows = [sample_row(order, client_order_id="" if place % 2 else order.client_order_id, cum_qty=75)
            for place, order in enumerate(orders)]  # fmt: skip

    changed = journal.observe(rows, seen_at=NOON)

    assert [order.client_order_id for order in changed] == [order.client_order_id for order in orders]


def test_a_damaged_row_is_told(store, journal):
    journal.record([sample_order()])
    with store.writing() as transaction:
        transaction.write(Statement(text("UPDATE orders SET state = 'lost'")))

    with pytest.raises(StoreError, match="is damaged"):
        journal.get(sample_order().client_order_id)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (order_rows.OF_KEY, "orders_of_day"),
        (order_rows.OF_ACCOUNT, "orders_of_day"),
        (order_rows.OF_VENUE, "orders_of_venue"),
        (order_rows.KNOWN_IDS, "orders_of_day"),
    ],
)
def test_orders_are_found_by_an_index(store, statement, index):
    sql, _ = statement._prepare(store._dialect)
    with store.reading() as opened:
        plan = opened.rows(Statement(text(f"EXPLAIN QUERY PLAN {sql.replace('?', 'NULL')}")))

    told = " ".join(row[3] for row in plan)
    assert index in told
    assert "SCAN" not in told
