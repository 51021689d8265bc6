"""What happens at the edges: interrupts, dead twins, own limits, rows without words of ours."""

from datetime import timedelta

import pytest
from attrs import evolve

import jainam
from jainam.application.modify_order import WantedChange
from jainam.domain.closing import CloseOutcome
from jainam.domain.intents import IntentState, ProcessMark
from jainam.domain.portfolio import Reading
from jainam.domain.sessions import Side
from jainam.ports.intent_journal import KeyClaim
from tests.builders import position, row
from tests.integration.desk.venue_facts import net_at_venue, orders_at_venue, resting_price, trade_by_hand

SYMBOL = "NSE:RELIANCE"
DEAD = ProcessMark(2**22 + 1, 1)


def alive_elsewhere(virtual):
    """A process that lives and is not this one: whatever started this one."""
    processes = virtual.desk.parts.processes
    pid, _ = processes.me()
    assert pid > 1
    return ProcessMark(*processes.me())


def place(client, key=None, quantity=10):
    return client.place_order(SYMBOL, side="BUY", quantity=quantity, product="MIS", key=key)


def test_an_interrupt_while_sending_leaves_the_order_in_doubt(virtual, monkeypatch):
    gateway = type(virtual.account.uses.broker.orders)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(gateway, "place", interrupted)

    with pytest.raises(KeyboardInterrupt):
        place(virtual.client(), key="k")

    (order,) = virtual.desk.parts.journal.by_caller_key("k")
    assert order.state is IntentState.IN_DOUBT


def test_our_own_limit_sends_nothing_and_says_when(desks):
    virtual = desks(rate_limits=None, settings={"rate_limits": "on", "rate_limit_wait": "0"})
    client = virtual.client()
    client.who()

    for _ in range(25):
        place(client)

    with pytest.raises(jainam.LimitExceeded) as limited:
        place(client, key="k")

    (order,) = virtual.desk.parts.journal.by_caller_key("k")
    assert limited.value.effect is jainam.Effect.NONE
    assert limited.value.retry_after_s > 0
    assert order.state is IntentState.NEVER_LEFT
    assert virtual.state()["calls"]["orders.place"] == 25


def test_a_login_whose_answer_is_lost_leaves_no_order_in_doubt(virtual):
    client = virtual.client()
    client.orders()
    virtual.control("POST", "/_simulator/end-session", {"user": "SIMDLR1", "side": "interactive"})
    virtual.fault({"endpoint": "user.session", "action": "drop", "when": "after"})

    with pytest.raises(jainam.BrokerError) as failed:
        place(client, key="k")

    (order,) = virtual.desk.parts.journal.by_caller_key("k")
    assert order.state is IntentState.NEVER_LEFT
    assert failed.value.effect is jainam.Effect.NONE
    assert orders_at_venue(virtual) == []


def test_a_modification_goes_again_after_a_refused_token(virtual):
    client = virtual.client()
    price = resting_price(virtual, SYMBOL)
    number = (
        client.place_order(SYMBOL, side="BUY", quantity=10, product="MIS", order_type="LIMIT", limit_price=price)
        .accepted[0]
        .app_order_id
    )
    virtual.fault({"endpoint": "orders.modify", "action": "expired-token", "times": 1})

    assert client.modify_order(number, quantity=20).order_qty == 20


def record_twin(virtual, key, sender):
    """Record what another process recorded under a key and has not sent yet; return its identifier."""
    place(virtual.client(), key="another key")
    journal = virtual.desk.parts.journal
    (done,) = journal.by_caller_key("another key")
    identifier = f"{done.client_order_id[:-1]}{'a' if done.client_order_id[-1] != 'a' else 'b'}"
    twin = evolve(
        done,
        client_order_id=identifier,
        parent_id=identifier,
        caller_key=key,
        state=IntentState.RECORDED,
        sender=sender,
        app_order_id=None,
        status=None,
        cum_qty=0,
        avg_px=None,
        attempts=0,
        sent_at=None,
        row_seen_at=None,
        fill_seen_at=None,
    )
    journal.record((twin,))
    return identifier


def test_a_keyed_call_whose_process_died_before_sending_goes_again(virtual):
    identifier = record_twin(virtual, "k", DEAD)

    submission = place(virtual.client(), key="k")

    assert submission.accepted[0].client_order_id == identifier
    assert len(orders_at_venue(virtual)) == 2


def test_a_keyed_call_that_another_process_is_sending_is_waited_for_and_then_in_doubt(virtual):
    record_twin(virtual, "k", alive_elsewhere(virtual))
    began = virtual.clock.now()

    with pytest.raises(jainam.OutcomeInDoubt, match="still being sent"):
        place(virtual.client(), key="k")

    assert virtual.clock.now() - began >= 15
    assert len(orders_at_venue(virtual)) == 1


def smart(client, key):
    return client.place_smart_order(SYMBOL, target=100, product="MIS", key=key)


def claim_of(virtual, sender, key="k"):
    uses = virtual.account.uses
    order = virtual.client()._smart(SYMBOL, 100, "MIS", "MARKET", None, "DAY", "report", "done")
    return KeyClaim(
        caller_key=key,
        content=uses.smart.content("CL001", order),
        sender=sender,
        claimed_at=virtual.desk.parts.clock.now() - timedelta(seconds=1),
    )


def test_a_smart_key_whose_process_died_before_sending_is_taken_over(virtual):
    virtual.desk.parts.journal.claim_key(claim_of(virtual, DEAD))

    result = smart(virtual.client(), "k")

    assert result.outcome is jainam.SmartOutcome.DONE
    assert net_at_venue(virtual) == 100


def test_a_smart_key_that_another_process_is_carrying_out_is_waited_for(virtual):
    virtual.desk.parts.journal.claim_key(claim_of(virtual, alive_elsewhere(virtual)))

    with pytest.raises(jainam.OutcomeInDoubt, match="still running"):
        smart(virtual.client(), "k")

    assert orders_at_venue(virtual) == []


def test_a_smart_key_that_is_taken_over_by_somebody_quicker_is_told_the_same(virtual, monkeypatch):
    journal = virtual.desk.parts.journal
    journal.claim_key(claim_of(virtual, DEAD))
    other = virtual.open().account().client("CL001")
    take_over = type(journal).take_over_key
    quicker = []

    def beaten(self, claim, *, last):
        if not quicker:
            quicker.append(None)
            quicker[0] = smart(other, "k")
        return take_over(self, claim, last=last)

    monkeypatch.setattr(type(journal), "take_over_key", beaten)

    result = smart(virtual.client(), "k")

    assert result.outcome is jainam.SmartOutcome.DONE
    assert [one.client_order_id for one in result.orders] == [one.client_order_id for one in quicker[0].orders]
    assert len(orders_at_venue(virtual)) == 1


def test_a_leg_that_is_refused_after_an_accepted_one_is_partly_done(virtual, monkeypatch):
    gateway = type(virtual.account.uses.broker.orders)
    send = gateway.place
    sent = []

    def refuse_the_second(self, *given):
        sent.append(given)
        if len(sent) == 2:
            raise jainam.BrokerRefused("the venue says no", endpoint="orders.place", http_status=400)
        return send(self, *given)

    monkeypatch.setattr(gateway, "place", refuse_the_second)
    future = next(
        one
        for one in virtual.desk.find_instruments("NIFTY", jainam.Exchange.NFO, limit=500)
        if one.kind is jainam.InstrumentKind.FUTURE and one.name == "NIFTY"
    )
    largest = future.rules.max_order_qty

    result = virtual.client().place_smart_order(future, target=3 * largest, product="NRML")

    assert result.outcome is jainam.SmartOutcome.PARTLY_DONE
    assert (result.order_qty, result.sent_qty, result.cum_qty, result.final_net) == (
        3 * largest,
        largest,
        largest,
        largest,
    )
    assert [one.state for one in result.orders] == [
        IntentState.PLACED,
        IntentState.REFUSED,
        IntentState.NEVER_LEFT,
    ]
    assert any("not all of it was sent" in note for note in result.notes)


def test_a_smart_order_whose_price_breaks_a_rule_is_denied(virtual):
    with pytest.raises(jainam.OrderDenied) as denied:
        virtual.client().place_smart_order(SYMBOL, target=10, product="MIS", order_type="LIMIT", limit_price="0.01")

    assert {one.code for one in denied.value.violations} == {"tick", "band"}


def test_an_order_with_terms_of_the_venues_own_cannot_be_modified():
    for odd in (row(order_type=None), row(product=None), row(time_in_force=None)):
        with pytest.raises(jainam.OrderDenied, match="venue's own"):
            WantedChange(quantity=10).applied_to(odd)


def test_an_order_in_an_instrument_that_the_master_lacks_cannot_be_modified(virtual, monkeypatch):
    price = resting_price(virtual, SYMBOL)
    client = virtual.client()
    number = (
        client.place_order(SYMBOL, side="BUY", quantity=10, product="MIS", order_type="LIMIT", limit_price=price)
        .accepted[0]
        .app_order_id
    )
    monkeypatch.setattr(type(virtual.desk.parts.instruments), "by_id", lambda *_: None)

    with pytest.raises(jainam.OrderDenied, match="instruments sync"):
        client.modify_order(number, quantity=20)


def test_a_position_beyond_our_words_is_listed_and_never_flat(virtual, monkeypatch):
    books = type(virtual.account.uses.books)
    read = books.positions
    strange = position(75, account=virtual.account.id, product=None, venue_symbol="NIFTY BO")

    def with_a_bracket(self, *given):
        reading = read(self, *given)
        return Reading((*reading.rows, strange), reading.sent_at)

    monkeypatch.setattr(books, "positions", with_a_bracket)

    result = virtual.account.close_all()
    planned = virtual.account.close_all(dry_run=True)

    assert result.beyond == planned.beyond == (strange,)
    assert not result.is_flat
    assert not planned.is_flat


def test_a_failure_of_ours_in_one_key_is_its_outcome_and_stops_nothing_else(virtual, monkeypatch):
    virtual.client("CL001").place_smart_order(SYMBOL, target=10, product="MIS")
    virtual.client("CL002").place_smart_order("NSE:TCS", target=10, product="MIS")
    store = type(virtual.desk.parts.instruments)
    find = store.by_id

    def broken(self, exchange, instrument_id):
        if instrument_id == 2885:
            raise RuntimeError("a bug")
        return find(self, exchange, instrument_id)

    monkeypatch.setattr(store, "by_id", broken)

    result = virtual.account.close_all()

    assert sorted(one.outcome.value for one in result.positions) == ["failed", "flat"]
    assert any("RuntimeError" in one.message for one in result.positions)
    assert not result.is_flat


def test_a_position_that_opens_while_closing_is_listed(virtual, monkeypatch):
    virtual.client("CL001").place_smart_order(SYMBOL, target=10, product="MIS")
    close_all = type(virtual.account.uses.close_all)
    close = close_all._close

    def late(self, closing):
        closed = close(self, closing)
        for instrument_id in (11536, 2885):
            trade_by_hand(virtual, 3, instrument_id=instrument_id)
        return closed

    monkeypatch.setattr(close_all, "_close", late)

    result = virtual.account.close_all()

    assert not result.is_flat
    assert [one.outcome for one in result.positions] == [CloseOutcome.OPEN] * 2
    assert {one.message for one in result.positions} == {"open again at the last look", "opened while closing"}


def test_an_order_that_moves_between_the_reads_is_looked_at_again(virtual, monkeypatch):
    client = virtual.client()
    client.place_smart_order(SYMBOL, target=10, product="MIS")
    books = type(virtual.account.uses.books)
    read, moved = books.positions, []

    def moving(self, *given):
        reading = read(self, *given)
        if not moved:
            moved.append(place(virtual.open().account().client("CL001"), quantity=4))
        return reading

    monkeypatch.setattr(books, "positions", moving)

    result = client.place_smart_order(SYMBOL, target=30, product="MIS")

    assert result.outcome is jainam.SmartOutcome.DONE
    assert net_at_venue(virtual) == 30


def test_a_plain_order_between_a_quick_read_and_its_answer_is_not_overlooked(virtual, monkeypatch):
    client = virtual.client()
    books = type(virtual.account.uses.books)
    read, moved = books.positions, []

    def moving(self, *given):
        reading = read(self, *given)
        if not moved:
            moved.append(None)
            moved[0] = place(virtual.open().account().client("CL001"), quantity=4)
        return reading

    monkeypatch.setattr(books, "positions", moving)

    client.place_smart_order(SYMBOL, target=30, product="MIS")

    assert net_at_venue(virtual) == 30


def test_logging_out_of_a_session_that_the_venue_ended_is_a_logout(virtual):
    virtual.account.log_in()
    virtual.control("POST", "/_simulator/end-session", {"user": "SIMDLR1", "side": "interactive"})

    assert virtual.account.log_out([Side.INTERACTIVE]) == (Side.INTERACTIVE,)
    assert virtual.account.log_out([Side.INTERACTIVE]) == ()


def test_a_planned_refresh_that_somebody_else_has_done_is_not_repeated(virtual):
    virtual.account.log_in()

    assert virtual.account.uses.log_in.planned(Side.INTERACTIVE) is None


def test_accounts_and_clients_show_who_they_are(virtual):
    account = virtual.account

    assert repr(account) == "Account(B/NORMAL)"
    assert repr(account.client("CL001")) == "Client(B/NORMAL, CL001)"
    assert repr(account.client()) == "Client(B/NORMAL, own account)"
    assert [one.code for one in account.clients] == ["CL001", "CL002", "CL003", "CL004"]
    assert [one.code for one in virtual.desk.account("PRO").clients] == [None]
    assert virtual.desk.account("b/normal") is account


def test_everyones_trades_and_positions_are_read_at_once(virtual):
    for client in ("CL001", "CL002"):
        place(virtual.client(client))

    assert {one.client for one in virtual.account.trades()} == {"CL001", "CL002"}
    assert {one.client for one in virtual.account.positions()} == {"CL001", "CL002"}
    assert {one.client for one in virtual.account.orders()} == {"CL001", "CL002"}
