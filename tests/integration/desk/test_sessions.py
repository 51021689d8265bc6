"""Sessions: one login for the desk, reused, refreshed, never a war."""

import threading

import pytest

import jainam
from jainam.domain.sessions import Side
from tests.desks import credentials


def logins(virtual):
    return sum(virtual.state()["logins"].values())


def end_session(virtual, side="interactive"):
    virtual.control("POST", "/_simulator/end-session", {"user": user_of(virtual), "side": side})


def user_of(virtual):
    return virtual.desk.parts.tokens.get(virtual.account.id, Side.INTERACTIVE).user_id


def test_a_second_process_reuses_the_stored_session(virtual):
    virtual.account.log_in()
    before = logins(virtual)

    virtual.open().account().client("CL001").orders()

    assert logins(virtual) == before


def test_without_a_login_an_explicit_desk_says_how(desks):
    virtual = desks(settings={"login": "explicit", "rate_limits": "off"}, rate_limits=None)

    with pytest.raises(jainam.NotLoggedIn, match="jainam login"):
        virtual.client().orders()

    assert logins(virtual) == 0


def test_a_login_makes_an_explicit_desk_work(desks):
    virtual = desks(settings={"login": "explicit", "rate_limits": "off"}, rate_limits=None)

    sessions = virtual.account.log_in()

    assert [one.side for one in sessions] == [Side.INTERACTIVE, Side.MARKET]
    assert virtual.client().orders() == ()


def test_after_a_logout_the_session_is_unusable_and_says_so(virtual):
    virtual.client().orders()

    ended = virtual.account.log_out()

    assert Side.INTERACTIVE in ended
    with pytest.raises(jainam.NotLoggedIn, match="logged out"):
        virtual.client().orders()
    virtual.account.log_in()
    assert virtual.client().orders() == ()


def test_one_side_alone_can_be_logged_out(virtual):
    virtual.account.log_in()

    virtual.account.log_out([Side.MARKET])

    assert virtual.client().orders() == ()
    words = {state.side: state.word(virtual.desk.parts.clock.now()) for state in virtual.account.sessions()}
    assert words == {Side.INTERACTIVE: "valid", Side.MARKET: "logged out"}


def test_logging_in_twice_makes_one_login(virtual):
    virtual.account.log_in()
    before = logins(virtual)

    virtual.account.log_in()

    assert logins(virtual) == before


def test_a_session_that_somebody_ended_is_replaced_by_one_login(virtual):
    client = virtual.client()
    client.orders()
    end_session(virtual)
    before = logins(virtual)

    client.orders()

    assert logins(virtual) == before + 1


def test_many_callers_with_a_dead_token_make_one_login(virtual):
    client = virtual.client()
    client.orders()
    end_session(virtual)
    before = logins(virtual)
    failures = []

    def call():
        try:
            client.trades()
        except jainam.JainamError as error:
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert logins(virtual) == before + 1


def test_a_session_that_is_ended_again_and_again_stops_the_desk(virtual):
    client = virtual.client()
    client.orders()
    end_session(virtual)
    client.orders()
    end_session(virtual)
    before = logins(virtual)

    for _ in range(3):
        with pytest.raises(jainam.SessionRefused, match="another program"):
            client.orders()

    assert logins(virtual) == before
    assert virtual.account.sessions()[0].word(virtual.desk.parts.clock.now()) == "stopped"


def test_the_stop_ends_by_a_refresh(virtual):
    client = virtual.client()
    for _ in range(2):
        client.orders()
        end_session(virtual)
    with pytest.raises(jainam.SessionRefused):
        client.orders()

    virtual.account.refresh()

    assert client.orders() == ()


def test_the_stop_ends_by_one_login_after_ten_quiet_minutes(virtual):
    client = virtual.client()
    for _ in range(2):
        client.orders()
        end_session(virtual)
    with pytest.raises(jainam.SessionRefused):
        client.orders()

    virtual.advance(601)

    assert client.orders() == ()


def test_losses_further_apart_than_ten_minutes_do_not_stop(virtual):
    client = virtual.client()
    for _ in range(4):
        client.orders()
        end_session(virtual)
        virtual.advance(601)

    assert client.orders() == ()


def test_a_failed_login_is_shared_and_backs_off(virtual):
    client = virtual.client()
    client.orders()
    end_session(virtual)
    virtual.fault({"endpoint": "user.session", "action": "status", "status": 503})
    with pytest.raises(jainam.BrokerError):
        client.orders()
    calls = virtual.state()["calls"]["user.session"]

    with pytest.raises(jainam.SessionRefused, match="just failed"):
        client.orders()

    assert virtual.state()["calls"]["user.session"] == calls
    virtual.fault()
    virtual.advance(11)
    assert client.orders() == ()


def test_a_token_past_its_life_is_replaced_before_it_is_used(desks):
    virtual = desks(settings={"rate_limits": "off"}, rate_limits=None, token_life_s=300)
    client = virtual.client()
    client.orders()
    before = virtual.state()["calls"]["user.session"]
    virtual.advance(301)

    assert client.orders() == ()

    assert virtual.state()["calls"]["user.session"] == before + 1


def test_tokens_that_simply_expire_never_stop_the_desk(desks):
    virtual = desks(settings={"rate_limits": "off"}, rate_limits=None, token_life_s=120)
    client = virtual.client()

    for _ in range(5):
        client.orders()
        virtual.advance(121)

    assert client.orders() == ()


def test_the_planned_refresh_happens_once_a_day(virtual):
    virtual.account.log_in()
    virtual.advance(20 * 3600)  # 06:30 IST of the next day
    before = logins(virtual)
    assert {one.value for one in virtual.account.refresh().values()} == {"not due"}

    virtual.advance(2 * 3600)
    first = virtual.account.refresh()
    second = virtual.open().account().refresh()

    assert {one.value for one in first.values()} == {"refreshed"}
    assert {one.value for one in second.values()} == {"not due"}
    assert logins(virtual) == before + 2


def test_a_refresh_of_a_side_that_never_logged_in_leaves_it_so(virtual):
    before = logins(virtual)

    refreshed = virtual.account.refresh()

    assert refreshed[Side.INTERACTIVE].value == "not logged in"
    assert logins(virtual) == before


def test_wrong_keys_are_refused_and_named_without_their_value(desks):
    virtual = desks(settings={"JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_SECRET": "wr0ng$ecret"}, rate_limits=None)

    with pytest.raises(jainam.SessionRefused) as refused:
        virtual.account.log_in()

    assert "wr0ng" not in str(refused.value)


@pytest.mark.parametrize("feed_first", [True, False])
def test_a_feed_token_of_another_user_is_refused(desks, feed_first):
    keys = credentials()
    virtual = desks(
        settings={
            "JAINAM_SYMPHONY_B_NORMAL_MARKET_API_KEY": keys["JAINAM_SYMPHONY_B_PRO_MARKET_API_KEY"],
            "JAINAM_SYMPHONY_B_NORMAL_MARKET_API_SECRET": keys["JAINAM_SYMPHONY_B_PRO_MARKET_API_SECRET"],
        },
        rate_limits=None,
    )
    if feed_first:
        virtual.desk.load_instruments(exchanges=[jainam.Exchange.NFO])

    with pytest.raises(jainam.SessionRefused, match="another user"):
        virtual.account.log_in()

    assert virtual.desk.parts.tokens.get(virtual.account.id, Side.MARKET) is None


def test_host_lookup_keeps_to_its_connection_string(desks):
    virtual = desks(
        settings={
            "hostlookup_url": "http://127.0.0.1:1/hostlookup",
            "hostlookup_password": "look-me-up",
            "rate_limits": "off",
        },
        rate_limits=None,
    )

    session = virtual.account.log_in()[0]

    assert session.connection_base is not None
    assert virtual.client().place_smart_order("NSE:TCS", target=3, product="MIS").outcome.value == "done"
