"""Which of several sources wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ConfigurationError
from jainam.domain.sessions import Secret
from jainam.settings import GENERAL, Origin, Setting, Settings

SOURCE = next(one for one in GENERAL if one.name == "JAINAM_SOURCE")
DEALER = AccountId("simulator", "B", AccountKind.NORMAL)

TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(TEXTS, TEXTS, TEXTS)
def test_the_first_source_that_says_anything_wins(argument, environment, env_file):
    said = [(argument, Origin.ARGUMENT), (environment, Origin.ENVIRONMENT), (env_file, Origin.ENV_FILE)]
    sources = [{} if text is None else {SOURCE.name: text} for text, _ in said]

    value = Settings(*sources).value(SOURCE)

    text, origin = next(((text, origin) for text, origin in said if text is not None), (None, Origin.DEFAULT))
    if text is None or not text.strip():
        assert (value.text, value.origin) == ("WEBAPI", Origin.DEFAULT)
    else:
        assert (value.text, value.origin) == (text.strip(), origin)


def test_an_argument_wins_over_the_environment(read):
    settings = read("JAINAM_SOURCE=FILE", environment={"JAINAM_SOURCE": "ENV"}, source="ARG")

    assert settings.text("JAINAM_SOURCE") == "ARG"


def test_the_environment_wins_over_the_file(read):
    settings = read("JAINAM_SOURCE=FILE", environment={"JAINAM_SOURCE": "ENV"})

    assert settings.text("JAINAM_SOURCE") == "ENV"


def test_the_file_wins_over_the_default(read):
    assert read("JAINAM_SOURCE=FILE").text("JAINAM_SOURCE") == "FILE"


def test_nothing_said_leaves_the_default_or_nothing(read):
    settings = read()

    assert settings.text("JAINAM_SOURCE") == "WEBAPI"
    assert settings.text("JAINAM_BROKER") is None
    assert settings.value(Setting("JAINAM_BROKER", "")).origin is Origin.UNSET


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_hides_those_below_and_is_none_itself(read, empty):
    settings = read(
        "JAINAM_HTTP_TIMEOUT=7",
        "JAINAM_BROKER=simulator",
        environment={
            "JAINAM_HTTP_TIMEOUT": empty,
            "JAINAM_BROKER": empty,
        },
    )

    assert settings.number("JAINAM_HTTP_TIMEOUT") == 10
    assert settings.text("JAINAM_BROKER") is None


@pytest.mark.parametrize("name", ["JAINAM_LOAD_PLUGINS", "JAINAM_INTERACTIVE_PREFIX", "JAINAM_MARKET_PREFIX"])
def test_an_empty_value_counts_where_it_means_something(read, name):
    assert read(f"{name}=").text(name) == ""


def test_an_argument_of_none_is_no_argument(read):
    assert read("JAINAM_SOURCE=FILE", source=None).text("JAINAM_SOURCE") == "FILE"


@pytest.mark.parametrize("name", ["broker", "BROKER", "jainam_broker", "JAINAM_BROKER"])
def test_an_argument_is_named_with_or_without_the_prefix(read, name):
    assert read(**{name: "simulator"}).broker() == "simulator"


def test_arguments_may_be_numbers_flags_and_secrets(read):
    settings = read(http_timeout=3, disable_ssl=True, interactive_api_key=Secret("k3y"))

    assert settings.number("JAINAM_HTTP_TIMEOUT") == 3
    assert settings.flag("JAINAM_DISABLE_SSL")
    assert settings.text("JAINAM_INTERACTIVE_API_KEY") == "k3y"


@pytest.mark.parametrize("name", ["brokr", "symphony_b_normal_api_key", "JAINAM_SYMPHONY_D_PRO_CLIENT_ID"])
def test_an_argument_that_is_no_setting_is_refused(read, name):
    with pytest.raises(ConfigurationError, match=name):
        read(**{name: "x"})


# of one account


@pytest.mark.parametrize("name", ["INTERACTIVE_API_KEY", "MARKET_API_SECRET", "CLIENT_ID"])
def test_the_specific_name_wins_over_the_general_one(read, name):
    settings = read(
        f"JAINAM_SYMPHONY_B_NORMAL_{name}=specific",
        environment={f"JAINAM_{name}": "general"},
        active_account_type="NORMAL",
    )

    assert settings.of_account(DEALER, name) == "specific"


def test_the_general_name_serves_the_active_account(read):
    settings = read("JAINAM_INTERACTIVE_API_KEY=general", "JAINAM_ACTIVE_ACCOUNT_TYPE=normal")

    assert settings.of_account(DEALER, "INTERACTIVE_API_KEY") == "general"


@pytest.mark.parametrize(
    "other", [AccountId("simulator", "B", AccountKind.PRO), AccountId("simulator", "A", AccountKind.NORMAL)]
)
def test_the_general_name_serves_no_other_account(read, other):
    settings = read("JAINAM_INTERACTIVE_API_KEY=general", "JAINAM_ACTIVE_ACCOUNT_TYPE=NORMAL")

    assert settings.of_account(other, "INTERACTIVE_API_KEY") is None


def test_an_empty_specific_value_leaves_the_general_one(read):
    settings = read("JAINAM_SYMPHONY_B_NORMAL_CLIENT_ID=", "JAINAM_CLIENT_ID=OWN01", active_account_type="NORMAL")

    assert settings.of_account(DEALER, "CLIENT_ID") == "OWN01"
