"""A caller's key: the same call is carried out once (C9)."""

import threading

import pytest

import jainam
from tests.integration.desk.venue_facts import LOST_AND_HIDDEN, net_at_venue, orders_at_venue

SYMBOL = "NSE:RELIANCE"


def place(client, key, quantity=10):
    return client.place_order(SYMBOL, side="BUY", quantity=quantity, product="MIS", key=key)


def test_the_same_call_twice_places_one_order_and_returns_its_first_outcome(virtual):
    first = place(virtual.client(), "webhook-1")

    second = place(virtual.client(), "webhook-1")

    assert second.orders[0].app_order_id == first.orders[0].app_order_id
    assert len(orders_at_venue(virtual)) == 1


def test_another_process_is_told_the_same(virtual):
    first = place(virtual.client(), "webhook-1")

    second = place(virtual.open().account().client("CL001"), "webhook-1")

    assert second.orders[0].client_order_id == first.orders[0].client_order_id
    assert len(orders_at_venue(virtual)) == 1


def test_other_content_under_a_used_key_is_refused(virtual):
    place(virtual.client(), "webhook-1")

    for again in (
        lambda: place(virtual.client(), "webhook-1", quantity=11),
        lambda: place(virtual.client("CL002"), "webhook-1"),
    ):
        with pytest.raises(jainam.KeyReused):
            again()

    assert len(orders_at_venue(virtual)) == 1


def test_a_call_that_never_left_may_go_again_under_its_identifier(virtual):
    client = virtual.client()
    client.orders()
    virtual.transport.reachable = False
    with pytest.raises(jainam.BrokerUnavailable):
        place(client, "webhook-1")
    virtual.transport.reachable = True

    submission = place(client, "webhook-1")

    (known,) = virtual.desk.parts.journal.by_caller_key("webhook-1")
    assert submission.accepted == (known,)
    assert len(orders_at_venue(virtual)) == 1


def test_a_call_that_was_denied_may_go_again(virtual):
    virtual.desk.set_kill_switch(on=True)
    with pytest.raises(jainam.OrderDenied):
        place(virtual.client(), "webhook-1")
    virtual.desk.set_kill_switch(on=False)

    assert place(virtual.client(), "webhook-1").accepted


def test_a_call_in_doubt_is_never_repeated_and_settles_by_the_book(virtual):
    virtual.fault(*LOST_AND_HIDDEN)
    with pytest.raises(jainam.OutcomeInDoubt):
        place(virtual.client(), "webhook-1")

    again = place(virtual.client(), "webhook-1")

    assert again.accepted
    assert len(orders_at_venue(virtual)) == 1


def test_a_call_whose_request_was_lost_stays_in_doubt(virtual):
    virtual.fault({"endpoint": "orders.place", "action": "drop", "when": "before", "times": 1})

    for _ in range(3):
        with pytest.raises(jainam.OutcomeInDoubt):
            place(virtual.client(), "webhook-1")

    assert virtual.state()["calls"]["orders.place"] == 1


def test_many_callers_with_one_key_place_one_order(virtual):
    outcomes = []

    def call():
        outcomes.append(place(virtual.client(), "webhook-1").orders[0].client_order_id)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(outcomes) == 8
    assert len(set(outcomes)) == 1
    assert len(orders_at_venue(virtual)) == 1


def smart(client, key, target=100):
    return client.place_smart_order(SYMBOL, target=target, product="MIS", key=key)


def test_a_keyed_smart_order_is_carried_out_once(virtual):
    first = smart(virtual.client(), "webhook-1")

    second = smart(virtual.client(), "webhook-1")

    assert (second.outcome, second.final_net, second.cum_qty) == (first.outcome, 100, 100)
    assert [one.client_order_id for one in second.orders] == [one.client_order_id for one in first.orders]
    assert len(orders_at_venue(virtual)) == 1


def test_a_redelivered_smart_order_does_not_trade_after_another_target(virtual):
    client = virtual.client()
    smart(client, "webhook-1", target=100)
    smart(client, "webhook-2", target=0)

    again = smart(client, "webhook-1", target=100)

    assert again.outcome is jainam.SmartOutcome.DONE
    assert net_at_venue(virtual) == 0


def test_a_key_that_had_nothing_to_do_stays_used(virtual):
    client = virtual.client()
    smart(client, "webhook-1", target=0)
    smart(client, "webhook-2", target=50)

    again = smart(client, "webhook-1", target=0)

    assert again.outcome is jainam.SmartOutcome.NOTHING_TO_DO
    assert net_at_venue(virtual) == 50


def test_a_smart_key_with_another_target_is_refused(virtual):
    smart(virtual.client(), "webhook-1")

    with pytest.raises(jainam.KeyReused):
        smart(virtual.client(), "webhook-1", target=101)


def test_a_smart_order_that_was_denied_may_go_again(virtual):
    virtual.desk.set_kill_switch(on=True)
    with pytest.raises(jainam.OrderDenied):
        smart(virtual.client(), "webhook-1")
    virtual.desk.set_kill_switch(on=False)

    result = smart(virtual.client(), "webhook-1")

    assert result.outcome is jainam.SmartOutcome.DONE
    assert net_at_venue(virtual) == 100


def test_a_smart_order_in_doubt_is_told_from_its_orders_once_the_book_shows_them(virtual):
    virtual.fault(*LOST_AND_HIDDEN)
    with pytest.raises(jainam.OutcomeInDoubt):
        smart(virtual.client(), "webhook-1")

    again = smart(virtual.client(), "webhook-1")

    assert again.cum_qty == 100
    assert len(orders_at_venue(virtual)) == 1
    assert any("cut off" in note for note in again.notes)


def test_a_smart_order_that_lost_its_answer_for_good_stays_in_doubt(virtual):
    virtual.fault({"endpoint": "orders.place", "action": "drop", "when": "before", "times": 1})

    for _ in range(2):
        with pytest.raises(jainam.OutcomeInDoubt):
            smart(virtual.client(), "webhook-1")

    assert orders_at_venue(virtual) == []


def lose_the_store(virtual):
    for desk in virtual.desks:
        desk.close()
    virtual.desks.clear()
    for path in virtual.home.glob("desk.db*"):
        path.unlink()


def test_a_lost_store_finds_the_order_of_a_key_in_todays_book(virtual):
    place(virtual.client(), "webhook-1")
    virtual.advance(120)
    lose_the_store(virtual)

    with pytest.raises(jainam.OutcomeInDoubt, match="before the store was lost"):
        place(virtual.client(), "webhook-1")

    assert len(orders_at_venue(virtual)) == 1


def test_a_new_store_of_an_old_desk_keeps_keyed_orders_back_until_two_looks_found_nothing(virtual):
    virtual.client().orders()
    virtual.advance(120)
    lose_the_store(virtual)
    client = virtual.client()

    with pytest.raises(jainam.OutcomeInDoubt, match="not known yet"):
        place(client, "webhook-9")
    virtual.advance(30)
    with pytest.raises(jainam.OutcomeInDoubt):
        place(client, "webhook-9")
    assert orders_at_venue(virtual) == []

    virtual.advance(31)
    assert place(client, "webhook-9").accepted


def test_a_new_desk_does_not_wait(virtual):
    assert place(virtual.client(), "webhook-1").accepted
