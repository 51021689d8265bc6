"""Secrets that never show, what a token says of itself, and a session's state in one word."""

import base64
import copy
import json
import logging
import pickle
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from jainam.domain.sessions import (
    Credentials,
    LoginAttempts,
    Secret,
    Session,
    SessionState,
    Side,
    TokenClaims,
    expiry_of,
    read_claims,
)
from tests.builders import NORMAL, NOW

HIDDEN = "hush-hush-hush"
SECRET = Secret(HIDDEN)
DAY_END = datetime(2026, 9, 15, 18, 29, 59, tzinfo=UTC)


def encoded(payload):
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def token(**claims):
    return f"{encoded(b'{}')}.{encoded(json.dumps(claims).encode())}.signature"


def session(**given):
    values = {
        "account": NORMAL,
        "side": Side.INTERACTIVE,
        "token": SECRET,
        "user_id": "U1",
        "client_codes": ("CL001",),
        "is_investor": False,
        "connection_base": None,
        "expires_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
        **given,
    }
    return Session(**values)


def test_a_secret_is_shown_by_name_only():
    assert SECRET.reveal() == HIDDEN


@pytest.mark.parametrize(
    "shown",
    [
        repr,
        str,
        ascii,
        "{}".format,
        "{!r}".format,
        "{!s:>40}".format,
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031  # the old way is one of the ways
        lambda secret: f"{[secret]} {(secret,)} { {secret: secret} }",
        lambda secret: repr(Credentials(app_key=secret, secret_key=secret)),
        lambda secret: str(session(token=secret)),
    ],
)
def test_a_secret_never_shows(shown):
    text = shown(SECRET)

    assert HIDDEN not in text
    assert "****" in text


def test_a_secret_does_not_show_in_a_log_line(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger("desk").info("token %s of %r", SECRET, session())

    assert HIDDEN not in caplog.text
    assert "Secret(****)" in caplog.text


def test_a_secret_does_not_show_in_an_exception():
    error = ValueError("refused", SECRET)

    assert HIDDEN not in "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol):
    with pytest.raises(TypeError, match=r"^a Secret is not pickled$") as caught:
        pickle.dumps(SECRET, protocol)

    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize("act", [copy.copy, copy.deepcopy, json.dumps, vars])
def test_a_secret_is_neither_copied_nor_laid_open(act):
    with pytest.raises(TypeError) as caught:
        act(SECRET)

    assert HIDDEN not in str(caught.value)


def test_a_secret_takes_no_other_attribute():
    with pytest.raises(AttributeError):
        SECRET.other = 1


def test_secrets_are_equal_by_what_they_hide():
    same = Secret(HIDDEN)

    assert same == SECRET
    assert hash(same) == hash(SECRET)
    assert Secret("other") != SECRET
    assert SECRET != HIDDEN
    assert len({SECRET, same, Secret("other")}) == 2


def test_an_empty_secret_is_false():
    assert SECRET
    assert not Secret("")


def test_the_user_is_what_stands_before_the_last_underscore():
    assert read_claims(token(userID="D1_key")).user_id == "D1"
    assert read_claims(token(userID="D_1_key")).user_id == "D_1"
    assert read_claims(token(userID="D1")).user_id == "D1"


@pytest.mark.parametrize("user", [None, 7, ["D1_key"], {"D1": 1}, True])
def test_a_user_that_is_no_text_is_none(user):
    assert read_claims(token(userID=user)) == TokenClaims()


def test_the_expiry_is_an_instant():
    at = datetime(2026, 9, 15, 18, 29, 59, tzinfo=UTC)

    assert read_claims(token(exp=int(at.timestamp()))) == TokenClaims("", at)


@pytest.mark.parametrize("expiry", [0, -1, 32_503_680_000, 10**30, True, "1789459199", 1789459199.0, None, [1]])
def test_an_expiry_that_is_no_time_is_none(expiry):
    assert read_claims(token(exp=expiry)) == TokenClaims()


@pytest.mark.parametrize("expiry", [1, 32_503_679_999])
def test_the_first_and_the_last_second_that_count_as_a_time(expiry):
    assert read_claims(token(exp=expiry)).expires_at == datetime.fromtimestamp(expiry, UTC)


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "no-token",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "a.!!!.c",
        "a.\u20b9.c",
        f"a.{encoded(b'no json')}.c",
        f"a.{encoded(b'[1]')}.c",
        f"a.{encoded(b'null')}.c",
        f"a.{encoded(b'7')}.c",
        f"a.{encoded(bytes([0xFF, 0xFE, 0x00]))}.c",
        token(userID="D1_key", exp=1)[:-20],
        token(userID="D1_key", exp=1) + ".more",
    ],
)
def test_a_damaged_token_says_nothing(damaged):
    assert read_claims(damaged) == TokenClaims()


@pytest.mark.parametrize(("mark", "times"), [(b"9", 5_000), (b"[", 100_000), (b'{"a":', 100_000)])
def test_a_payload_that_no_reader_can_take_says_nothing(mark, times):
    assert read_claims(f"a.{encoded(mark * times)}.c") == TokenClaims()


@pytest.mark.parametrize("user", ["a_k", "ab_k", "abc_k", "abcd_k"])
def test_a_payload_of_any_length_is_read(user):
    assert read_claims(token(userID=user)).user_id == user[:-2]


def test_a_token_ends_when_it_says():
    assert expiry_of(token(exp=int(NOW.timestamp()) + 60), NOW) == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("silent", ["", "no-token", "a.b.c"])
def test_a_token_that_says_nothing_ends_with_the_trading_day(silent):
    assert expiry_of(silent, NOW) == DAY_END


def test_a_session_is_over_at_its_expiry():
    assert not session().is_expired(NOW - timedelta(microseconds=1))
    assert session().is_expired(NOW)
    assert session().is_expired(NOW + timedelta(microseconds=1))


def test_the_two_sides_are_told_apart():
    assert [side.value for side in Side] == ["interactive", "market"]


def test_a_state_that_nobody_logged_in_to_is_none():
    state = SessionState(NORMAL, Side.MARKET)

    assert state.word(NOW) == "none"
    assert (state.user_id, state.client_codes, state.attempts) == ("", (), LoginAttempts())


def test_a_state_is_valid_until_its_expiry():
    state = SessionState(NORMAL, Side.MARKET, expires_at=NOW)

    assert state.word(NOW - timedelta(microseconds=1)) == "valid"
    assert state.word(NOW) == "expired"


def test_a_logout_is_told_before_expiry_and_a_stop_before_all():
    valid = SessionState(NORMAL, Side.MARKET, expires_at=NOW + timedelta(hours=1))
    out = evolve(valid, logged_out_at=NOW)
    stopped = evolve(out, attempts=LoginAttempts(stopped_at=NOW))

    assert [state.word(NOW) for state in (valid, out, stopped)] == ["valid", "logged out", "stopped"]
    assert evolve(stopped, logged_out_at=None).word(NOW) == "stopped"
    assert evolve(out, expires_at=None).word(NOW) == "logged out"


def test_no_login_was_tried_yet():
    fresh = LoginAttempts()

    assert (fresh.pending_since, fresh.failed_at, fresh.failure, fresh.lost_at) == (None, None, "", ())
    assert (fresh.stopped_at, fresh.planned_on) == (None, "")
