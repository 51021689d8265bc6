"""Close-all end to end: every position of its scope, whatever happens to any one of them."""

import threading

import pytest

import jainam
from jainam.domain.closing import CloseOutcome, ClosingMark, Scope
from jainam.domain.intents import ProcessMark
from tests.integration.desk.venue_facts import net_at_venue, orders_at_venue, resting_price

RELIANCE, TCS = "NSE:RELIANCE", "NSE:TCS"


@pytest.fixture
def positions(virtual):
    virtual.client("CL001").place_smart_order(RELIANCE, target=100, product="MIS")
    virtual.client("CL001").place_smart_order(TCS, target=-40, product="NRML")
    virtual.client("CL002").place_smart_order(RELIANCE, target=-70, product="MIS")
    return virtual


def open_at_venue(virtual):
    return [one for one in virtual.state()["positions"] if one["net_qty"]]


def test_everything_of_a_dealer_is_closed_and_said_so(positions):
    result = positions.account.close_all()

    assert result.is_flat
    assert [one.outcome for one in result.positions] == [CloseOutcome.FLAT] * 3
    assert open_at_venue(positions) == []


def test_one_clients_close_all_leaves_the_others_alone(positions):
    result = positions.client("CL001").close_all()

    assert result.is_flat
    assert [one["client"] for one in open_at_venue(positions)] == ["CL002"]


def test_closing_again_sends_nothing(positions):
    positions.account.close_all()
    before = len(orders_at_venue(positions))

    again = positions.account.close_all()

    assert again.is_flat
    assert len(orders_at_venue(positions)) == before


def test_a_dry_run_shows_the_plan_and_sends_nothing(positions):
    before = len(orders_at_venue(positions))

    result = positions.account.close_all(dry_run=True)

    assert result.dry_run
    assert not result.is_flat
    assert sorted(one.plan.delta for one in result.positions) == [-100, 40, 70]
    assert len(orders_at_venue(positions)) == before
    assert positions.desk.status().closing == ()


def test_working_orders_are_cancelled_first(virtual):
    client = virtual.client()
    client.place_smart_order(RELIANCE, target=100, product="MIS")
    stop = resting_price(virtual, RELIANCE)
    client.place_order(RELIANCE, side="SELL", quantity=100, product="MIS", order_type="SL-M", stop_price=stop)

    result = client.close_all()

    assert result.is_flat
    assert [one["status"] for one in orders_at_venue(virtual)] == ["Filled", "Cancelled", "Filled"]
    assert net_at_venue(virtual) == 0


def test_orders_that_are_kept_are_named_and_not_flat(virtual):
    client = virtual.client()
    client.place_order(
        RELIANCE,
        side="BUY",
        quantity=10,
        product="MIS",
        order_type="LIMIT",
        limit_price=resting_price(virtual, RELIANCE),
    )

    result = client.close_all(cancel_working=False)

    assert not result.is_flat
    assert [one.outcome for one in result.positions] == [CloseOutcome.WORKING]


def test_one_failure_stops_nothing_else(positions):
    positions.fault({"endpoint": "orders.place", "action": "drop", "when": "before", "nth": 1})

    result = positions.account.close_all()

    assert not result.is_flat
    assert sorted(one.outcome.value for one in result.positions) == ["flat", "flat", "in doubt"]
    assert len(result.unsettled) == 1
    assert len(open_at_venue(positions)) == 1


def test_the_next_run_closes_only_the_rest(positions):
    positions.fault({"endpoint": "orders.place", "action": "drop", "when": "after", "nth": 1})
    positions.account.close_all()

    again = positions.account.close_all()

    assert again.is_flat
    assert open_at_venue(positions) == []


def test_a_refused_order_leaves_its_position_open_and_listed(virtual):
    virtual.client("CL001").place_smart_order(RELIANCE, target=10, product="MIS")
    virtual.fault({"endpoint": "orders.place", "action": "expired-token", "status": 401})

    result = virtual.client("CL001").close_all()

    assert not result.is_flat
    assert [one.outcome for one in result.still_open] == [CloseOutcome.OPEN]
    assert net_at_venue(virtual) == 10


def test_two_at_once_do_not_flip_a_position(positions):
    second = positions.open()
    results = []
    threads = [
        threading.Thread(target=lambda account=account: results.append(account.close_all()))
        for account in (positions.account, second.account())
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(results) == 2
    assert open_at_venue(positions) == []
    assert positions.account.close_all().is_flat


def test_a_mark_that_stands_denies_other_orders_of_the_scope(virtual):
    journal = virtual.desk.parts.journal
    account = virtual.account.id
    me = ProcessMark(*virtual.desk.parts.processes.me())
    journal.begin_closing(ClosingMark("run", Scope(account, "CL001"), me, virtual.desk.parts.clock.now()))

    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client("CL001").place_smart_order(RELIANCE, target=1, product="MIS")
    other = virtual.client("CL002").place_smart_order(RELIANCE, target=1, product="MIS")

    assert denied.value.code == "closing"
    assert other.outcome is jainam.SmartOutcome.DONE


def test_a_dead_runs_mark_stays_until_the_next_run_ends_it(virtual):
    journal = virtual.desk.parts.journal
    dead = ProcessMark(2**22 + 1, 1)
    mark = ClosingMark("dead-run", Scope(virtual.account.id, everyone=True), dead, virtual.desk.parts.clock.now())
    journal.begin_closing(mark)

    with pytest.raises(jainam.OrderDenied, match=str(dead.pid)):
        virtual.client().place_order(RELIANCE, side="BUY", quantity=1, product="MIS")
    result = virtual.account.close_all()

    assert result.abandoned == (mark,)
    assert virtual.client().place_order(RELIANCE, side="BUY", quantity=1, product="MIS").accepted


def test_dead_marks_can_be_abandoned_without_closing(virtual):
    journal = virtual.desk.parts.journal
    mark = ClosingMark(
        "dead-run", Scope(virtual.account.id, "CL001"), ProcessMark(2**22 + 1, 1), virtual.desk.parts.clock.now()
    )
    journal.begin_closing(mark)

    assert virtual.account.abandon_close_all() == (mark,)
    assert virtual.desk.status().closing == ()


def test_an_order_recorded_before_a_close_all_is_denied_after_it(virtual, monkeypatch):
    """A process that stopped between recording and sending wakes up after somebody closed everything."""
    other = virtual.open()
    limits = virtual.desk.parts.rate_limits
    reserve = limits.reserve

    def stopped(account, endpoint, **options):
        if endpoint.value == "orders.place" and not closed:
            closed.append(other.account().close_all())
        return reserve(account, endpoint, **options)

    closed = []
    monkeypatch.setattr(limits, "reserve", stopped)

    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().place_order(RELIANCE, side="BUY", quantity=1, product="MIS")

    assert denied.value.code == "closed-meanwhile"
    assert orders_at_venue(virtual) == []


def test_the_kill_switch_lets_close_all_and_cancels_through(positions):
    client = positions.client("CL001")
    resting = client.place_order(
        "NSE:INFY",
        side="BUY",
        quantity=1,
        product="MIS",
        order_type="LIMIT",
        limit_price=resting_price(positions, "NSE:INFY"),
    )
    positions.desk.set_kill_switch(on=True, reason="drill")

    with pytest.raises(jainam.OrderDenied, match="drill"):
        client.place_order(RELIANCE, side="BUY", quantity=1, product="MIS")
    cancelled = client.cancel_order(resting.accepted[0].app_order_id)

    assert cancelled.is_over
    assert positions.account.close_all().is_flat


def test_the_kill_switch_survives_a_restart(virtual):
    virtual.desk.set_kill_switch(on=True)

    again = virtual.open()

    assert again.kill_switch().is_on
    with pytest.raises(jainam.OrderDenied) as denied:
        again.account().client("CL001").place_smart_order(RELIANCE, target=1, product="MIS")
    assert denied.value.code == "kill-switch"
    again.set_kill_switch(on=False)
    assert virtual.client().place_smart_order(RELIANCE, target=1, product="MIS").outcome is jainam.SmartOutcome.DONE


def test_a_held_key_is_listed_as_busy_with_its_holder(positions):
    name = positions.account.close_all(dry_run=True).positions[0].key
    release, inside = threading.Event(), threading.Event()

    def hold():
        with positions.desk.parts.locks.hold(str(name), bound_s=5):
            inside.set()
            release.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    other = positions.open()
    try:
        result = other.account().close_all()
    finally:
        release.set()
        thread.join()

    busy = [one for one in result.positions if one.outcome is CloseOutcome.BUSY]
    assert [one.key for one in busy] == [name]
    assert "process" in busy[0].message or "thread" in busy[0].message
    assert not result.is_flat
