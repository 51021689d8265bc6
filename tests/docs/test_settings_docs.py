"""docs/settings.md tells every setting as it is; the example files hold what the desk reads, and no credential."""

import pytest

from jainam.adapters.cli.env_files import simulator_settings
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.errors import ConfigurationError
from jainam.settings import GENERAL, SERVERS, SIMULATOR_URL, account_settings, read_settings
from tests.docs.pages import ROOT, page, rows, section

PAGE = page("docs/settings.md")
FILES = sorted((ROOT / "examples" / "env").glob("*.env"))
DEALER = AccountId("jainam", "B", AccountKind.NORMAL)


def told_default(setting):
    if setting.default is None:
        return "not set"
    return setting.default or "empty"


def test_every_setting_is_told_with_its_meaning_and_default():
    told = {name: (meaning, default) for name, meaning, default in (row for row in rows(PAGE) if len(row) == 3)}

    assert told == {one.name: (one.meaning, told_default(one)) for one in GENERAL}


def test_every_setting_of_an_account_is_told():
    told = dict(rows(section(PAGE, "### Of one account")))
    stem = "JAINAM_SYMPHONY_<SERVER>_<KIND>"

    wanted = {}
    for one in account_settings(DEALER):
        meaning = one.meaning.replace(" of B/NORMAL", "").replace(" for B/NORMAL", "")
        wanted[one.name.replace("JAINAM_SYMPHONY_B_NORMAL", stem)] = meaning
    assert told == wanted


def test_servers_kinds_and_the_simulators_address_are_told():
    for word in [*SERVERS, *AccountKind.__members__]:
        assert f"`{word}`" in PAGE
    assert SIMULATOR_URL in PAGE


def test_settings_that_may_be_empty_are_told():
    told = section(PAGE, "# Settings").partition("**Empty is not set.**")[2].partition("\n\n")[0]

    for one in GENERAL:
        if one.may_be_empty:
            assert one.name in told or (one.name.endswith("_PREFIX") and "the two prefixes" in told)


# the example files


def test_there_is_a_file_for_each_kind_of_desk():
    assert [path.stem for path in FILES] == ["production", "simulator", "staging"]
    assert all(f"examples/env/{path.name}" in PAGE for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_file_holds_settings_that_mean_something(path, monkeypatch):
    clear(monkeypatch)

    settings = read_settings(path)

    assert settings.unknown_names() == ()
    settings.chart()
    settings.logs_in()
    settings.market_barred()
    assert settings.broker() == ("simulator" if path.stem == "simulator" else "jainam")
    assert str(settings.account(None, settings.broker())) == "B/NORMAL"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_file_holds_no_credential_and_says_so_loudly(path, monkeypatch):
    clear(monkeypatch)
    settings = read_settings(path)

    assert all(secret.reveal().startswith("<") for secret in settings.secrets())
    with pytest.raises(ConfigurationError, match="malformed") as raised:
        settings.credentials(DEALER)
    assert len(raised.value.missing) == 4


def test_the_staging_file_names_no_server_and_says_so(monkeypatch):
    clear(monkeypatch)

    with pytest.raises(ConfigurationError, match="JAINAM_BASE_URL is"):
        read_settings(ROOT / "examples" / "env" / "staging.env").base_url(DEALER, is_simulated=False)


def test_the_simulator_file_is_what_init_writes(monkeypatch):
    clear(monkeypatch)
    written = {name: text for name, text in simulator_settings().items() if "_SYMPHONY_B_" not in name}

    told = read_settings(ROOT / "examples" / "env" / "simulator.env").env_file

    assert {name: text for name, text in told.items() if "_SYMPHONY_B_" not in name} == written


def test_production_and_staging_share_no_home(monkeypatch):
    clear(monkeypatch)
    homes = {read_settings(path).home() for path in FILES}

    assert len(homes) == len(FILES)


def clear(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("JAINAM_")]:
        monkeypatch.delenv(name)
