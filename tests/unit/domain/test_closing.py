"""The scope of a close-all, and what its result says."""

import pytest

from jainam.domain.closing import CloseOutcome, CloseResult, ClosingMark, PositionClose, Scope, certainly_open
from jainam.domain.orders import OrderSide
from tests.builders import INVESTOR, KEY, ME, NORMAL, NOW, PRO, live_order, order


def test_a_clients_scope_covers_that_client_only():
    scope = Scope(NORMAL, "CL001")

    assert scope.covers(NORMAL, "CL001")
    assert not scope.covers(NORMAL, "CL002")
    assert not scope.covers(NORMAL, None)
    assert not scope.covers(PRO, "CL001")


def test_the_own_accounts_scope_covers_no_client():
    scope = Scope(PRO)

    assert scope.covers(PRO, None)
    assert not scope.covers(PRO, "CL001")
    assert not scope.covers(INVESTOR, None)


@pytest.mark.parametrize("client", [None, "CL001", "CL002"])
def test_everyones_scope_covers_all_of_its_account_and_no_other(client):
    scope = Scope(NORMAL, everyone=True)

    assert scope.covers(NORMAL, client)
    assert not scope.covers(PRO, client)


def test_a_scope_is_written_with_whom_it_concerns():
    assert str(Scope(NORMAL, "CL001")) == "B/NORMAL CL001"
    assert str(Scope(PRO)) == "B/PRO own account"
    assert str(Scope(NORMAL, everyone=True)) == "B/NORMAL everyone"


def test_a_mark_says_which_run_of_which_process_closes_what_since_when():
    mark = ClosingMark("r1", Scope(PRO), ME, NOW)

    assert (mark.run_id, mark.scope, mark.process, mark.started_at) == ("r1", Scope(PRO), ME, NOW)


def test_whatever_is_not_flat_is_still_open():
    parts = {
        outcome: PositionClose(KEY, "X", 65, None if outcome is CloseOutcome.BUSY else 0, outcome)
        for outcome in CloseOutcome
    }
    result = CloseResult(Scope(PRO), tuple(parts.values()), is_flat=False)

    assert result.still_open == tuple(part for outcome, part in parts.items() if outcome is not CloseOutcome.FLAT)


def test_a_plain_result_closed_for_real_and_found_nothing_beside_the_positions():
    result = CloseResult(Scope(PRO), (), is_flat=True)

    assert not result.dry_run
    assert (result.unsettled, result.foreign, result.beyond, result.abandoned) == ((), (), (), ())
    assert result.still_open == ()


def test_a_plain_part_sent_and_cancelled_nothing():
    part = PositionClose(KEY, "X", 0, 0, CloseOutcome.FLAT)

    assert (part.orders, part.plan, part.cancelled, part.message) == ((), None, (), "")


def test_outcomes_have_words():
    assert {outcome.name: outcome.value for outcome in CloseOutcome} == {
        "FLAT": "flat",
        "OPEN": "open",
        "WORKING": "working",
        "BUSY": "busy",
        "IN_DOUBT": "in doubt",
        "FAILED": "failed",
        "PLANNED": "planned",
    }


def test_without_unsettled_orders_all_of_it_is_open():
    assert certainly_open(65, []) == 65
    assert certainly_open(-65, []) == -65
    assert certainly_open(0, []) == 0


def test_what_an_unsettled_order_has_executed_is_in_the_net_already():
    assert certainly_open(100, [live_order(-65, done=25)]) == 60
    assert certainly_open(-100, [live_order(65, done=25)]) == -60


def test_an_order_that_may_flatten_the_position_leaves_nothing_to_close():
    assert certainly_open(65, [live_order(-65)]) == 0
    assert certainly_open(65, [live_order(-66)]) == 0
    assert certainly_open(65, [live_order(-64)]) == 1
    assert certainly_open(-65, [live_order(65)]) == 0
    assert certainly_open(-65, [live_order(64)]) == -1


def test_an_order_that_may_add_to_the_position_changes_nothing():
    assert certainly_open(65, [live_order(65)]) == 65
    assert certainly_open(-65, [live_order(-65)]) == -65


def test_an_order_is_counted_whatever_is_known_of_it():
    assert certainly_open(65, [order(side=OrderSide.SELL, order_qty=5)]) == 60
