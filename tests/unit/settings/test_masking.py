"""No secret is shown, whichever way somebody looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.settings import GENERAL, Origin, Settings, Value, known_settings

SECRETS = [one for one in known_settings().values() if one.is_secret]
URLS = [one for one in known_settings().values() if one.name.endswith("_URL")]
LETTERS = st.characters(min_codepoint=33, max_codepoint=126)


@given(
    setting=st.sampled_from(SECRETS), text=st.text(LETTERS, min_size=6, max_size=20).map(lambda text: f"s3cret{text}")
)
def test_a_secret_is_only_said_to_be_set(setting, text):
    settings = Settings(environment={setting.name: text})
    value = settings.value(setting)

    assert value.text == text
    assert value.shown == "****"
    assert "s3cret" not in repr(value)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("origin", ["arguments", "environment", "env_file"])
def test_settings_show_no_value_of_any_source(origin):
    assert "s3cret" not in repr(Settings(**{origin: {"JAINAM_MARKET_API_SECRET": "s3cret"}}))


def test_a_secret_that_is_not_set_shows_nothing():
    value = Settings().value(SECRETS[0])

    assert value.shown == ""
    assert value.origin is Origin.UNSET


@given(setting=st.sampled_from(URLS), password=st.text(LETTERS.filter(lambda letter: letter not in "?&#"), max_size=12))
def test_a_password_in_a_url_is_masked(setting, password):
    value = Value(setting, f"postgresql://desk:s3cret{password}@db.invalid:5432/desk", Origin.ENV_FILE)

    assert value.shown == "postgresql://desk:****@db.invalid:5432/desk"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:s3cret@db.invalid", "redis://:****@db.invalid"),
        ("postgresql://desk:s3/cr@et@db.invalid/desk", "postgresql://desk:****@db.invalid/desk"),
        ("postgresql://desk:s3?cr#et@db.invalid/desk", "postgresql://desk:****@db.invalid/desk"),
        (
            "postgresql://db.invalid/desk?password=s3cret&user=desk",
            "postgresql://db.invalid/desk?password=****&user=desk",
        ),
        ("https://xts.invalid/?accessToken=s3cret", "https://xts.invalid/?accessToken=****"),
        ("postgresql://desk@db.invalid:5432/desk", "postgresql://desk@db.invalid:5432/desk"),
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
        ("https://xts.invalid:4143", "https://xts.invalid:4143"),
    ],
)
def test_only_passwords_are_masked(url, shown):
    assert Value(URLS[0], url, Origin.ARGUMENT).shown == shown


@pytest.mark.parametrize("text", ["on", "MCX,NFO", "/interactive", "a:b@c"])
def test_other_texts_are_shown_as_they_are(text):
    assert Value(next(one for one in GENERAL if one.name == "JAINAM_RATE_LIMITS"), text, Origin.ARGUMENT).shown == text


# the list of all


def test_every_general_setting_is_listed_and_accounts_only_with_a_value(read):
    listed = [one.setting.name for one in read("JAINAM_SYMPHONY_A_PRO_CLIENT_ID=OWN01").all_values()]

    assert listed == [*(one.name for one in GENERAL), "JAINAM_SYMPHONY_A_PRO_CLIENT_ID"]


def test_the_list_says_where_each_value_came_from(read):
    settings = read("JAINAM_SOURCE=FILE", environment={"JAINAM_BROKER": "simulator"}, login="auto")

    origins = {one.setting.name: one.origin for one in settings.all_values()}
    assert origins["JAINAM_SOURCE"] is Origin.ENV_FILE
    assert origins["JAINAM_BROKER"] is Origin.ENVIRONMENT
    assert origins["JAINAM_LOGIN"] is Origin.ARGUMENT
    assert origins["JAINAM_HTTP_TIMEOUT"] is Origin.DEFAULT
    assert origins["JAINAM_STORE_URL"] is Origin.UNSET


def test_every_secret_can_be_scrubbed_as_it_is_used(read):
    settings = read("JAINAM_MARKET_API_SECRET=' padded '", "JAINAM_SYMPHONY_A_PRO_INTERACTIVE_API_KEY=k3y")

    assert {one.reveal() for one in settings.secrets()} == {"padded", "k3y"}


def test_names_of_settings_are_unique_and_told():
    names = [one.name for one in GENERAL]

    assert len(set(names)) == len(names)
    assert all(one.name.startswith("JAINAM_") and one.meaning for one in known_settings().values())
