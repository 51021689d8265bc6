"""Each kind of value: read as meant, or refused with its name and what to write instead."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.errors import ConfigurationError
from jainam.domain.instruments import Exchange
from jainam.domain.limits import PROP_B_CHART, Limit
from jainam.settings import DEFAULT_HOME, Settings

TEXTS = st.text(max_size=12)


# numbers


@pytest.mark.parametrize(("text", "number"), [("0.25", 0.25), (" 3 ", 3.0), ("1e1", 10.0), ("0", 0.0)])
def test_a_number_is_read(read, text, number):
    assert read(http_backoff_base=text).number("JAINAM_HTTP_BACKOFF_BASE") == number


@pytest.mark.parametrize("text", ["soon", "1,5", "-1", "nan", "inf", "1_0", "٣", "0x10", "3 s"])
def test_a_malformed_number_is_refused_with_its_name(read, text):
    with pytest.raises(ConfigurationError, match=r"JAINAM_HTTP_TIMEOUT is .*; use a number of at least 0.1"):
        read(http_timeout=text).number("JAINAM_HTTP_TIMEOUT", at_least=0.1)


@pytest.mark.parametrize("text", ["3.5", "three", "0", "-1", "1_0", "1e3", "nan"])
def test_a_malformed_whole_number_is_refused_with_its_name(read, text):
    with pytest.raises(ConfigurationError, match=r"JAINAM_HTTP_RETRIES is .*; use a whole number of at least 1"):
        read(http_retries=text).whole("JAINAM_HTTP_RETRIES", at_least=1)


@given(TEXTS)
def test_any_text_is_a_number_within_bounds_or_a_typed_error(text):
    settings = Settings({"JAINAM_LAG_BOUND": text})

    try:
        number = settings.number("JAINAM_LAG_BOUND")
    except ConfigurationError as error:
        assert "JAINAM_LAG_BOUND" in error.message  # noqa: PT017  # either end is right; both are checked
    else:
        assert 0 <= number < float("inf")


# flags and words


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "yes", "on", " On "])
def test_yes_is_read(read, text):
    assert read(disable_ssl=text).flag("JAINAM_DISABLE_SSL") is True


@pytest.mark.parametrize("text", ["false", "False", "0", "no", "off", ""])
def test_no_is_read(read, text):
    assert read(disable_ssl=text).flag("JAINAM_DISABLE_SSL") is False


@pytest.mark.parametrize("text", ["maybe", "2", "tru", "yes please"])
def test_a_malformed_flag_is_refused_with_its_name(read, text):
    with pytest.raises(ConfigurationError, match=r"JAINAM_DISABLE_SSL is .*; use true or false"):
        read(disable_ssl=text).flag("JAINAM_DISABLE_SSL")


def test_certificates_are_checked_unless_told_otherwise(read):
    assert read().flag("JAINAM_DISABLE_SSL") is False


@pytest.mark.parametrize(("text", "logs_in"), [("auto", True), ("AUTO", True), ("explicit", False), ("", False)])
def test_who_logs_in_is_read(read, text, logs_in):
    assert read(login=text).logs_in() is logs_in


def test_another_word_for_who_logs_in_is_refused(read):
    with pytest.raises(ConfigurationError, match="JAINAM_LOGIN is 'always'; use auto or explicit"):
        read(login="always").logs_in()


# rate limits


@pytest.mark.parametrize("text", ["on", "ON", "", "1", "1.0"])
def test_the_chart_is_in_force(read, text):
    assert read(rate_limits=text).chart() == PROP_B_CHART


def test_the_chart_can_be_switched_off(read):
    assert read(rate_limits="off").chart() == {}


@given(st.floats(0.01, 100))
def test_a_factor_scales_every_allowance_and_leaves_at_least_one_call(factor):
    chart = Settings({"JAINAM_RATE_LIMITS": str(factor)}).chart()

    assert chart == {
        endpoint: Limit(max(1, int(limit.calls * factor)), limit.per_s) for endpoint, limit in PROP_B_CHART.items()
    }


def test_a_changed_chart_leaves_the_next_desk_alone(read):
    read().chart().clear()

    assert read().chart() == PROP_B_CHART


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "half", "0.001"])
def test_a_malformed_chart_is_refused_with_what_to_write(read, text):
    with pytest.raises(ConfigurationError, match=r"JAINAM_RATE_LIMITS is .*; use on, off, or a factor"):
        read(rate_limits=text).chart()


# exchanges


def test_exchanges_without_market_orders_are_listed(read):
    assert read(no_market_orders=" mcx , NFO,").market_barred() == {Exchange.MCX, Exchange.NFO}


def test_no_exchange_is_barred_by_default(read):
    assert read().market_barred() == frozenset()


def test_unknown_exchanges_are_refused_all_at_once(read):
    with pytest.raises(ConfigurationError, match="JAINAM_NO_MARKET_ORDERS names NYSE, LSE"):
        read(no_market_orders="NYSE,MCX,LSE").market_barred()


# the desk's directory


def test_a_relative_home_is_below_the_folder_of_the_file_that_names_it(read, tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "trading.env").write_text("JAINAM_HOME=.jainam\n")

    settings = read(env_file=tmp_path / "desk" / "trading.env")
    monkeypatch.chdir(tmp_path)

    assert settings.home() == tmp_path / "desk" / ".jainam"
    assert settings.store_url() == f"sqlite:///{tmp_path / 'desk' / '.jainam' / 'desk.db'}"


def test_a_file_named_from_its_parent_gives_the_same_home(read, tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / ".env").write_text("JAINAM_HOME=state\n")
    monkeypatch.chdir(tmp_path)

    assert read(env_file="desk/.env").home() == tmp_path / "desk" / "state"


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_relative_home_from_elsewhere_is_below_the_working_directory(read, how):
    given = {"environment": {"JAINAM_HOME": "state"}} if how == "environment" else {"home": "state"}

    assert read("JAINAM_SOURCE=MOBILE", **given).home() == Path.cwd() / "state"


def test_an_absolute_home_stays(read, tmp_path):
    assert read(f"JAINAM_HOME={tmp_path}").home() == tmp_path


def test_a_tilde_is_the_users_home(read, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert read("JAINAM_HOME=~/desk").home() == tmp_path / "desk"
    assert read("JAINAM_SOURCE=MOBILE").home() == Path(DEFAULT_HOME).expanduser()


def test_the_home_of_nobody_is_a_typed_error(read):
    with pytest.raises(ConfigurationError, match="JAINAM_HOME is '~nobody-of-this-name/desk'"):
        read(home="~nobody-of-this-name/desk").home()


def test_a_store_of_its_own_wins_over_the_one_in_the_home(read):
    assert read(store_url="sqlite:////srv/desk.db").store_url() == "sqlite:////srv/desk.db"


# the broker


def test_no_broker_is_chosen_silently(read):
    with pytest.raises(ConfigurationError, match="no broker is configured") as raised:
        read().broker()

    assert raised.value.missing == ("JAINAM_BROKER",)
    assert "jainam init" in raised.value.hint
