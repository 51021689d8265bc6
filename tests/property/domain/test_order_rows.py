"""An order ends where the book says, in whatever order, however often and with whatever losses its rows arrive (C7)."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.intents import IntentState
from jainam.domain.order_states import adopt, advance, belongs
from jainam.domain.orders import TERMINAL, WORKING, OrderSide, OrderStatus, OrderType, TimeInForce
from tests.builders import DAY, ME, NORMAL, NOW, PRO, order, row

QUANTITY = 100
LATER = NOW + timedelta(seconds=1)


@st.composite
def lives(draw: st.DrawFn):
    """Rows of one order's life, oldest first, ending in a terminal row."""
    rows = [row(status=OrderStatus.PENDING_NEW, order_qty=QUANTITY, leaves_qty=QUANTITY)]
    done = 0
    for _ in range(draw(st.integers(0, 4))):
        done = draw(st.integers(done, QUANTITY - 1))
        status = draw(st.sampled_from([OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.REPLACED]))
        rows.append(row(status=status, order_qty=QUANTITY, cum_qty=done, leaves_qty=QUANTITY - done))
    last = draw(st.sampled_from(sorted(TERMINAL, key=lambda status: status.value)))
    final = QUANTITY if last is OrderStatus.FILLED else done
    rows.append(row(status=last, order_qty=QUANTITY, cum_qty=final, leaves_qty=0, reason="as it ended"))
    return rows


@given(life=lives(), data=st.data())
def test_any_interleaving_that_contains_the_last_row_ends_at_it(life, data):
    kept = [one for one in life[:-1] for _ in range(data.draw(st.integers(0, 2)))]
    seen = data.draw(st.permutations([*kept, life[-1]]))
    subject = order(order_qty=QUANTITY, state=IntentState.SENDING)

    for place, one in enumerate(seen):
        subject = advance(subject, one, NOW + timedelta(seconds=place))

    assert (subject.status, subject.cum_qty, subject.leaves_qty) == (life[-1].status, life[-1].cum_qty, 0)
    assert subject.state is IntentState.PLACED
    assert not subject.is_live


@given(life=lives(), data=st.data())
def test_cum_qty_never_shrinks(life, data):
    subject = order(order_qty=QUANTITY, state=IntentState.PLACED)
    for one in data.draw(st.lists(st.sampled_from(life), max_size=8)):
        before = subject.cum_qty

        subject = advance(subject, one, NOW)

        assert subject.cum_qty >= before


@given(status=st.sampled_from(sorted(WORKING, key=lambda status: status.value)), done=st.integers(0, 99))
def test_while_it_works_order_qty_is_cum_plus_leaves(status, done):
    subject = advance(order(order_qty=QUANTITY), row(status=status, order_qty=QUANTITY, cum_qty=done), NOW)

    assert subject.is_live
    assert subject.order_qty == subject.cum_qty + subject.leaves_qty


def test_a_row_is_evidence_against_any_other_verdict():
    for state in IntentState:
        assert advance(order(state=state), row(), NOW).state is IntentState.PLACED


def test_a_row_gives_the_number_that_a_lost_answer_kept_back():
    assert advance(order(state=IntentState.IN_DOUBT), row(app_order_id="77"), NOW).app_order_id == "77"


def test_the_first_number_stays():
    assert advance(order(app_order_id="5"), row(app_order_id="77"), NOW).app_order_id == "5"


def test_a_row_that_says_nothing_new_changes_nothing():
    once = advance(order(), row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), NOW)

    again = advance(once, row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), NOW + timedelta(seconds=9))

    assert again is once


def test_the_moment_of_the_latest_fill_is_when_the_desk_first_saw_it():
    later = NOW + timedelta(seconds=3)
    first = advance(order(), row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), NOW)

    second = advance(first, row(cum_qty=10, status=OrderStatus.CANCELLED), later)

    assert first.fill_seen_at == NOW
    assert second.fill_seen_at == NOW
    assert advance(first, row(cum_qty=20, status=OrderStatus.FILLED), later).fill_seen_at == later


def test_a_modified_order_takes_the_books_quantity_and_price():
    changed = advance(
        order(limit_price=Decimal(1)),
        row(status=OrderStatus.REPLACED, order_qty=130, limit_price=Decimal(2)),
        NOW,
    )

    assert (changed.order_qty, changed.limit_price) == (130, Decimal(2))


def test_an_old_row_does_not_undo_a_fill_but_still_proves_the_order():
    subject = order(state=IntentState.IN_DOUBT, cum_qty=50, status=OrderStatus.PARTIALLY_FILLED)

    after = advance(subject, row(cum_qty=10, status=OrderStatus.NEW), NOW)

    assert (after.cum_qty, after.status, after.state) == (50, OrderStatus.PARTIALLY_FILLED, IntentState.PLACED)


def test_an_old_row_leaves_a_placed_order_as_it_is():
    over = order(state=IntentState.PLACED, cum_qty=65, status=OrderStatus.FILLED, row_seen_at=NOW)
    ahead = order(state=IntentState.PLACED, cum_qty=50, status=OrderStatus.PARTIALLY_FILLED, row_seen_at=NOW)

    assert advance(over, row(), LATER) is over
    assert advance(ahead, row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), LATER) is ahead


def test_an_ended_order_is_left_as_it_is_by_rows_that_tell_of_no_further_fill():
    over = order(state=IntentState.PLACED, cum_qty=10, status=OrderStatus.CANCELLED, row_seen_at=NOW)

    assert advance(over, row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), LATER) is over
    assert advance(over, row(cum_qty=10, status=OrderStatus.REJECTED), LATER) is over


def test_a_fill_that_shows_after_the_end_counts_and_only_another_end_replaces_the_end():
    over = order(state=IntentState.PLACED, cum_qty=10, status=OrderStatus.CANCELLED, row_seen_at=NOW)

    late = advance(over, row(cum_qty=30, status=OrderStatus.PARTIALLY_FILLED), LATER)
    whole = advance(over, row(cum_qty=65, status=OrderStatus.FILLED), LATER)

    assert (late.cum_qty, late.status, late.fill_seen_at) == (30, OrderStatus.CANCELLED, LATER)
    assert (whole.cum_qty, whole.status, whole.fill_seen_at) == (65, OrderStatus.FILLED, LATER)


def test_a_row_like_the_last_one_still_settles_a_doubt():
    subject = order(state=IntentState.IN_DOUBT, status=OrderStatus.NEW, row_seen_at=NOW)

    assert advance(subject, row(), LATER).state is IntentState.PLACED


def test_a_second_fill_counts_although_the_state_is_the_same():
    once = advance(order(), row(cum_qty=10, status=OrderStatus.PARTIALLY_FILLED), NOW)

    after = advance(once, row(cum_qty=20, status=OrderStatus.PARTIALLY_FILLED), LATER)

    assert (after.cum_qty, after.fill_seen_at, after.row_seen_at) == (20, LATER, LATER)


def test_a_second_modification_counts_although_the_state_is_the_same():
    once = advance(order(), row(order_qty=130, status=OrderStatus.REPLACED), NOW)

    after = advance(once, row(order_qty=195, status=OrderStatus.REPLACED), LATER)

    assert (after.order_qty, after.row_seen_at, after.fill_seen_at) == (195, LATER, None)


def test_the_first_row_is_remembered_even_when_it_says_what_was_known():
    subject = order(state=IntentState.PLACED, status=OrderStatus.NEW)

    assert advance(subject, row(), NOW).row_seen_at == NOW


def test_a_row_changes_the_limit_price_only_when_it_tells_of_a_modification():
    mine = order(limit_price=Decimal(5))

    assert advance(mine, row(status=OrderStatus.NEW, limit_price=Decimal(7)), NOW).limit_price == Decimal(5)
    assert advance(mine, row(status=OrderStatus.REPLACED, limit_price=Decimal(7)), NOW).limit_price == Decimal(7)


def test_average_price_and_reason_are_kept_where_a_row_has_none():
    filled = advance(order(), row(cum_qty=5, avg_px=Decimal("1.5"), reason="why", status=OrderStatus.NEW), NOW)

    after = advance(filled, row(cum_qty=6, avg_px=None, reason="", status=OrderStatus.NEW), NOW)

    assert (after.avg_px, after.reason) == (Decimal("1.5"), "why")


def test_a_row_belongs_by_identifier_before_number():
    mine = order(app_order_id="901")

    assert belongs(mine, row())
    assert belongs(mine, row(client_order_id=""))
    assert belongs(mine, row(client_order_id="somebody")) is False
    assert belongs(mine, row(client_order_id="", app_order_id="902")) is False
    assert belongs(order(), row(client_order_id="")) is False
    assert belongs(mine, row(account=PRO)) is False


def test_an_adopted_row_is_a_plain_placed_order_with_the_rows_words():
    seen = row(cum_qty=5, status=OrderStatus.PARTIALLY_FILLED, placed_at=None)

    adopted = adopt(seen, sender=ME, symbol="X", seen_at=NOW)

    assert adopted is not None
    assert (adopted.state, adopted.cum_qty, adopted.purpose.value, adopted.symbol) == (
        IntentState.PLACED,
        5,
        "plain",
        "X",
    )
    assert adopted.account == NORMAL


def test_an_adopted_row_keeps_every_word_that_the_row_has():
    seen = row(
        app_order_id="77",
        side=OrderSide.SELL,
        order_type=OrderType.STOP_LIMIT,
        time_in_force=TimeInForce.IOC,
        limit_price=Decimal(5),
        stop_price=Decimal(6),
        order_qty=130,
        cum_qty=65,
        disclosed_qty=13,
        avg_px=Decimal("5.5"),
        status=OrderStatus.PARTIALLY_FILLED,
        placed_at=NOW - timedelta(days=1),
    )

    assert adopt(seen, sender=ME, symbol="X", seen_at=NOW) == order(
        app_order_id="77",
        symbol="X",
        side=OrderSide.SELL,
        order_type=OrderType.STOP_LIMIT,
        time_in_force=TimeInForce.IOC,
        limit_price=Decimal(5),
        stop_price=Decimal(6),
        order_qty=130,
        cum_qty=65,
        disclosed_qty=13,
        avg_px=Decimal("5.5"),
        status=OrderStatus.PARTIALLY_FILLED,
        state=IntentState.PLACED,
        trading_day=DAY - timedelta(days=1),
        recorded_at=NOW,
        row_seen_at=NOW,
        fill_seen_at=NOW,
        reason="adopted from the order book",
    )


def test_an_adopted_row_with_gaps_is_a_market_order_of_the_day_on_which_it_was_seen():
    adopted = adopt(row(order_type=None, time_in_force=None, placed_at=None), sender=ME, symbol="X", seen_at=NOW)

    assert adopted is not None
    assert (adopted.order_type, adopted.time_in_force) == (OrderType.MARKET, TimeInForce.DAY)
    assert adopted.trading_day == DAY


def test_a_row_without_words_of_ours_is_not_adopted():
    assert adopt(row(product=None), sender=ME, symbol="X", seen_at=NOW) is None
    assert adopt(row(exchange=None), sender=ME, symbol="X", seen_at=NOW) is None


def test_why_an_order_was_in_doubt_is_forgotten_when_a_row_shows_it():
    doubtful = order(state=IntentState.IN_DOUBT, reason="no answer came")

    assert advance(doubtful, row(), NOW).reason == ""
    assert advance(doubtful, row(reason="RMS says no"), NOW).reason == "RMS says no"


def test_a_fill_that_shows_after_the_end_counts_and_does_not_revive_the_order():
    over = advance(order(), row(status=OrderStatus.CANCELLED, cum_qty=5, leaves_qty=0), NOW)

    after = advance(over, row(status=OrderStatus.PARTIALLY_FILLED, cum_qty=20, leaves_qty=45), NOW)

    assert (after.status, after.cum_qty, after.is_live) == (OrderStatus.CANCELLED, 20, False)
