"""Accounts, their credentials and their servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ConfigurationError
from jainam.settings import SERVERS, SIMULATOR_URL, Settings, account_settings, account_stem

DEALER = AccountId("simulator", "B", AccountKind.NORMAL)
NAMES = ("INTERACTIVE_API_KEY", "INTERACTIVE_API_SECRET", "MARKET_API_KEY", "MARKET_API_SECRET")
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=5, max_size=20).filter(
    lambda text: not text.startswith("<") and text.lower().strip("x.") not in {"", "changeme"}
)


def keys(stem="JAINAM_SYMPHONY_B_NORMAL"):
    return {f"{stem}_{name}": f"k3y-{number}" for number, name in enumerate(NAMES)}


# names


@pytest.mark.parametrize(
    ("name", "server", "kind"),
    [
        ("NORMAL", "B", AccountKind.NORMAL),
        ("normal", "B", AccountKind.NORMAL),
        ("A/PRO", "A", AccountKind.PRO),
        ("c/investor", "C", AccountKind.INVESTOR),
        (" B/NORMAL ", "B", AccountKind.NORMAL),
    ],
)
def test_an_account_is_named_by_its_kind_or_with_its_server(read, name, server, kind):
    assert read().account(name, "simulator") == AccountId("simulator", server, kind)


def test_every_account_is_found_under_the_name_that_it_shows(read):
    for server in SERVERS:
        for kind in AccountKind:
            account = AccountId("simulator", server, kind)

            assert read().account(str(account), "simulator") == account


def test_a_kind_alone_is_on_the_active_server(read):
    assert read(active_symphony_server="c").account("PRO", "simulator").server == "C"


@pytest.mark.parametrize("name", ["", "DEALER", "B/", "/", "B/NORMAL/CL001"])
def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(read, name):
    with pytest.raises(ConfigurationError, match=r"account type .* is not known; use one of PRO, NORMAL, INVESTOR"):
        read().account(name, "simulator")


@pytest.mark.parametrize("given", [{"name": "D/PRO"}, {"name": "PRO", "active_symphony_server": "D"}])
def test_a_server_that_there_is_not_is_refused_with_those_that_there_are(read, given):
    settings = read(active_symphony_server=given.get("active_symphony_server"))

    with pytest.raises(ConfigurationError, match="symphony server 'D' is not known; use one of A, B, C"):
        settings.account(given["name"], "simulator")


# the active one


def test_the_active_account_is_one_setting(read):
    settings = read("JAINAM_ACTIVE_ACCOUNT_TYPE=pro", "JAINAM_ACTIVE_SYMPHONY_SERVER=a")

    assert settings.account(None, "simulator") == AccountId("simulator", "A", AccountKind.PRO)


def test_a_single_account_with_keys_needs_no_further_word(read):
    assert read(**keys("JAINAM_SYMPHONY_B_INVESTOR")).account(None, "simulator").kind is AccountKind.INVESTOR


def test_two_accounts_with_keys_need_one(read):
    settings = read(**keys("JAINAM_SYMPHONY_B_INVESTOR"), **keys("JAINAM_SYMPHONY_B_PRO"))

    with pytest.raises(ConfigurationError, match="no account is active") as raised:
        settings.account(None, "simulator")

    assert raised.value.missing == ("JAINAM_ACTIVE_ACCOUNT_TYPE",)


def test_keys_on_another_server_make_no_account_active(read):
    with pytest.raises(ConfigurationError, match="no account is active"):
        read(**keys("JAINAM_SYMPHONY_A_PRO")).account(None, "simulator")


# credentials


def test_credentials_are_those_of_the_account(read):
    interactive, market = read(**keys()).credentials(DEALER)

    assert (interactive.app_key.reveal(), interactive.secret_key.reveal()) == ("k3y-0", "k3y-1")
    assert (market.app_key.reveal(), market.secret_key.reveal()) == ("k3y-2", "k3y-3")


@given(st.sets(st.sampled_from(NAMES), min_size=1))
def test_every_missing_credential_is_named_at_once(missing):
    stem = account_stem("B", AccountKind.NORMAL)
    present = {name: text for name, text in keys().items() if name.removeprefix(f"{stem}_") not in missing}

    with pytest.raises(ConfigurationError) as raised:
        Settings(present).credentials(DEALER)

    assert set(raised.value.missing) == {f"{stem}_{name}" for name in missing}
    assert all(f"{stem}_{name}" in raised.value.message for name in missing)
    assert not any(f"{stem}_{name} " in raised.value.message for name in set(NAMES) - missing)
    assert "k3y" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "has space",
        "has\ttab",
        "has\nline",
        "ünïcode",
        "zero\u200bwidth",
        "<your key>",
        "<YOUR_KEY>",
        "...",
        "xxxx",
        "changeme",
    ],
)
def test_a_malformed_credential_is_named_and_never_shown(read, text):
    settings = read(**{**keys(), "JAINAM_SYMPHONY_B_NORMAL_MARKET_API_SECRET": text})

    with pytest.raises(ConfigurationError, match="JAINAM_SYMPHONY_B_NORMAL_MARKET_API_SECRET malformed") as raised:
        settings.credentials(DEALER)

    assert raised.value.missing == ("JAINAM_SYMPHONY_B_NORMAL_MARKET_API_SECRET",)
    assert text not in str(raised.value)


@given(st.lists(VISIBLE, min_size=4, max_size=4))
def test_any_visible_text_is_taken_as_it_is(texts):
    settings = Settings(dict(zip(keys(), texts, strict=True)))

    interactive, market = settings.credentials(DEALER)

    found = [interactive.app_key, interactive.secret_key, market.app_key, market.secret_key]
    assert [one.reveal() for one in found] == texts


def test_missing_and_malformed_ones_are_named_together(read):
    given = keys()
    del given["JAINAM_SYMPHONY_B_NORMAL_MARKET_API_KEY"]
    given["JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_KEY"] = "<your key>"

    with pytest.raises(ConfigurationError) as raised:
        read(**given, hostlookup_url="http://127.0.0.1:1/hostlookup").credentials(DEALER)

    assert set(raised.value.missing) == {
        "JAINAM_SYMPHONY_B_NORMAL_MARKET_API_KEY",
        "JAINAM_SYMPHONY_B_NORMAL_INTERACTIVE_API_KEY",
        "JAINAM_HOSTLOOKUP_PASSWORD",
    }


def test_general_names_serve_the_active_account(read):
    settings = read(**keys("JAINAM"), active_account_type="NORMAL")

    assert settings.credentials(DEALER)[0].app_key.reveal() == "k3y-0"


# servers


@pytest.mark.parametrize("server", SERVERS)
def test_a_real_account_is_at_the_server_of_its_letter(read, server):
    account = AccountId("jainam", server, AccountKind.NORMAL)

    assert read().base_url(account, is_simulated=False) == SERVERS[server]


def test_a_simulated_account_is_at_the_simulator(read):
    assert read().base_url(DEALER, is_simulated=True) == SIMULATOR_URL


def test_a_url_is_taken_without_its_last_slash(read):
    settings = read(base_url="https://xts.invalid:4143/")

    assert settings.base_url(DEALER, is_simulated=False) == "https://xts.invalid:4143"


def test_an_account_may_have_a_server_of_its_own(read):
    settings = read(base_url="http://127.0.0.1:1", JAINAM_SYMPHONY_B_PRO_BASE_URL="http://127.0.0.1:2")

    assert settings.base_url(AccountId("s", "B", AccountKind.PRO), is_simulated=True) == "http://127.0.0.1:2"
    assert settings.base_url(DEALER, is_simulated=True) == "http://127.0.0.1:1"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://LOCALHOST", "http://[::1]:1"])
def test_a_simulator_is_on_this_machine(read, url):
    assert read(base_url=url).base_url(DEALER, is_simulated=True) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://smpb.jainam.in:4143",
        "http://10.0.0.1",
        "http://127.0.0.1.example",
        "http://127.0.0.1@xts.invalid",
        "http://localhost.invalid",
    ],
)
def test_a_simulator_elsewhere_is_refused(read, url):
    with pytest.raises(ConfigurationError, match="is a simulator, but JAINAM_BASE_URL names") as raised:
        read(base_url=url).base_url(DEALER, is_simulated=True)

    assert "JAINAM_BROKER=jainam" in raised.value.hint


def test_a_real_server_over_plain_http_is_refused_unless_asked_for(read):
    with pytest.raises(ConfigurationError, match="in the clear"):
        read(base_url="http://10.0.0.1").base_url(DEALER, is_simulated=False)

    asked = read(base_url="http://10.0.0.1", disable_ssl=True)
    assert asked.base_url(DEALER, is_simulated=False) == "http://10.0.0.1"
    assert read(base_url="http://127.0.0.1:1").base_url(DEALER, is_simulated=False) == "http://127.0.0.1:1"


def test_a_refused_url_is_told_under_the_name_that_it_has(read):
    settings = read(JAINAM_SYMPHONY_B_NORMAL_BASE_URL="http://10.0.0.1")

    with pytest.raises(ConfigurationError, match=r"JAINAM_SYMPHONY_B_NORMAL_BASE_URL names 10\.0\.0\.1"):
        settings.base_url(DEALER, is_simulated=True)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:18650", "ftp://127.0.0.1", "http://", "here", "http://[::1", "http://127.0.0.1:port"]
)
def test_what_is_no_web_address_is_refused(read, url):
    with pytest.raises(ConfigurationError, match=r"JAINAM_BASE_URL is .*; use a URL such as"):
        read(base_url=url).base_url(DEALER, is_simulated=True)


def test_a_refused_url_is_shown_without_its_password(read):
    with pytest.raises(ConfigurationError) as raised:
        read(base_url="ftp://desk:s3cret@127.0.0.1").base_url(DEALER, is_simulated=True)

    assert "s3cret" not in str(raised.value)


# the settings of an account


def test_the_settings_of_an_account_carry_its_server_and_kind():
    assert [one.name.removeprefix("JAINAM_SYMPHONY_B_NORMAL_") for one in account_settings(DEALER)] == [
        *NAMES,
        "CLIENT_ID",
        "BASE_URL",
    ]
