"""The .env file that `jainam init` writes."""

import stat

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.cli.demo import own_settings
from jainam.adapters.cli.env_files import env_text, simulator_settings, write_env_file
from jainam.domain.errors import ConfigurationError
from jainam.settings import SIMULATOR_PORT, read_settings

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\\"), min_size=1)


def test_what_is_written_is_what_a_desk_reads(tmp_path, monkeypatch):
    monkeypatch.setattr("os.environ", {})
    path = tmp_path / ".env"
    write_env_file(path, env_text(simulator_settings()), force=False)

    settings = read_settings(path)

    assert settings.broker() == "simulator"
    account = settings.account(None, "simulator")
    assert str(account) == "B/NORMAL"
    assert settings.base_url(account, is_simulated=True) == f"http://127.0.0.1:{SIMULATOR_PORT}"
    assert settings.home() == tmp_path / ".jainam"
    assert settings.logs_in()
    assert settings.unknown_names() == ()
    for kind in ("PRO", "NORMAL", "INVESTOR"):
        interactive, market = settings.credentials(settings.account(kind, "simulator"))
        assert interactive.secret_key
        assert market.secret_key


@given(st.dictionaries(st.from_regex(r"JAINAM_[A-Z]{1,8}", fullmatch=True), PRINTABLE, min_size=1))
def test_any_printable_value_arrives_unchanged(tmp_path_factory, settings):
    path = tmp_path_factory.mktemp("env") / ".env"
    path.write_text(env_text(settings))

    assert dict(dotenv_values(path, interpolate=False)) == settings


def test_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / ".env"

    write_env_file(path, "A=1\n", force=False)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_kept(tmp_path):
    path = tmp_path / ".env"
    path.write_text("MINE=1\n")

    with pytest.raises(ConfigurationError, match="exists"):
        write_env_file(path, "A=1\n", force=False)

    assert path.read_text() == "MINE=1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_force_overwrites_it_and_tightens_its_mode(tmp_path):
    path = tmp_path / ".env"
    path.write_text("MINE=1\n")
    path.chmod(0o644)

    write_env_file(path, "A=1\n", force=True)

    assert path.read_text() == "A=1\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="can't be written"):
        write_env_file(tmp_path / "nowhere" / ".env", "A=1\n", force=False)


def test_the_demos_settings_leave_nothing_to_the_environment(tmp_path, monkeypatch):
    poison = {
        "JAINAM_BROKER": "jainam",
        "JAINAM_STORE_URL": "sqlite:////somewhere/else.db",
        "JAINAM_SYMPHONY_B_NORMAL_BASE_URL": "https://real.invalid",
        "JAINAM_HOSTLOOKUP_URL": "https://real.invalid",
        "JAINAM_RATE_LIMITS": "off",
    }
    monkeypatch.setattr("os.environ", poison)
    monkeypatch.chdir(tmp_path)

    settings = read_settings(None, **own_settings("http://127.0.0.1:9", tmp_path / "home"))

    account = settings.account(None, settings.broker())
    assert settings.broker() == "simulator"
    assert settings.base_url(account, is_simulated=True) == "http://127.0.0.1:9"
    assert settings.store_url() == f"sqlite:///{tmp_path / 'home' / 'desk.db'}"
    assert settings.text("JAINAM_HOSTLOOKUP_URL") is None
    assert settings.text("JAINAM_RATE_LIMITS") == "on"
