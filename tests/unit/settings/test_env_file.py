"""What a `.env` file says arrives as it was written."""

import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.cli.env_files import env_text, simulator_settings
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ConfigurationError
from jainam.settings import Origin, read_settings
from jainam.simulator.accounts import ACCOUNTS

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\\"), min_size=1, max_size=24)


@given(secret=SECRETS)
def test_a_secret_in_single_quotes_arrives_unchanged(tmp_path_factory, secret):
    path = tmp_path_factory.mktemp("env") / "desk.env"
    path.write_text(f"JAINAM_MARKET_API_SECRET='{secret}'\n", encoding="utf-8")

    assert read_settings(path).env_file["JAINAM_MARKET_API_SECRET"] == secret


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("secret", ["Sim101$pA", "$HOME", "${HOME}", "a$$b", "$", "Sim102#pB", "a=b"])
def test_a_dollar_is_never_expanded(read, quote, secret):
    assert read(f"JAINAM_MARKET_API_SECRET={quote}{secret}{quote}").text("JAINAM_MARKET_API_SECRET") == secret


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_an_escaped_dollar_is_accepted_with_a_warning_that_names_the_variable(read, quote):
    with pytest.warns(UserWarning, match="JAINAM_MARKET_API_SECRET") as warned:
        settings = read(f"JAINAM_MARKET_API_SECRET={quote}Qx\\$w7{quote}")

    assert settings.text("JAINAM_MARKET_API_SECRET") == "Qx$w7"
    assert "w7" not in str(warned[0].message)


def test_an_escaped_dollar_in_the_environment_is_left_alone(read):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings = read(environment={"JAINAM_MARKET_API_SECRET": "Qx\\$w7"})

    assert settings.text("JAINAM_MARKET_API_SECRET") == "Qx\\$w7"


def test_the_file_that_init_writes_reads_back(tmp_path):
    path = tmp_path / ".env"
    path.write_text(env_text(simulator_settings(18650)), encoding="utf-8")

    settings = read_settings(path)

    assert settings.unknown_names() == ()
    for known in ACCOUNTS:
        interactive, market = settings.credentials(AccountId("simulator", known.server, AccountKind[known.kind.value]))
        assert interactive.app_key.reveal() == known.interactive.app_key
        assert interactive.secret_key.reveal() == known.interactive.secret_key
        assert market.app_key.reveal() == known.market.app_key
        assert market.secret_key.reveal() == known.market.secret_key


def test_a_line_may_begin_with_export(read):
    assert read("export JAINAM_SOURCE=MOBILE").text("JAINAM_SOURCE") == "MOBILE"


def test_a_byte_order_mark_does_not_hide_the_first_name(tmp_path):
    path = tmp_path / "desk.env"
    path.write_bytes(b"\xef\xbb\xbfJAINAM_BROKER=simulator\r\nJAINAM_SOURCE=MOBILE\r\n")

    settings = read_settings(path)

    assert settings.broker() == "simulator"
    assert settings.text("JAINAM_SOURCE") == "MOBILE"


def test_names_of_others_are_none_of_ours(read):
    settings = read("PATH=/nowhere", "OTHER_SECRET=x", "JAINAM_SOURCE=MOBILE")

    assert dict(settings.env_file) == {"JAINAM_SOURCE": "MOBILE"}


def test_unknown_names_in_the_file_are_listed(read):
    settings = read("JAINAM_BROKR=simulator", "JAINAM_SYMPHONY_B_NORML_CLIENT_ID=x", "JAINAM_SOURCE=MOBILE")

    assert settings.unknown_names() == ("JAINAM_BROKR", "JAINAM_SYMPHONY_B_NORML_CLIENT_ID")


def test_the_file_in_the_working_directory_is_read_when_it_is_there(read):
    settings = read("JAINAM_BROKER=simulator")

    broker = next(value for value in settings.all_values() if value.setting.name == "JAINAM_BROKER")
    assert (broker.text, broker.origin) == ("simulator", Origin.ENV_FILE)
    assert settings.env_path == Path(".env").absolute()


def test_no_file_is_fine(read):
    settings = read()

    assert settings.env_path is None
    assert settings.env_file == {}


def test_a_named_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"other\.env") as raised:
        read_settings(tmp_path / "other.env")

    assert "jainam init" in raised.value.hint


def test_a_named_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigurationError, match="there is no file"):
        read_settings(tmp_path)


def test_a_file_that_is_no_text_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "desk.env"
    path.write_bytes(b"JAINAM_BROKER=\xff\xfe\n")

    with pytest.raises(ConfigurationError, match=r"desk\.env can't be read: it is no UTF-8 text"):
        read_settings(path)
