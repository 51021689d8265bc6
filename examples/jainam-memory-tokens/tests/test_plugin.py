"""The package as jainam sees it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jainam_memory_tokens.folder import memory_folder
from jainam_memory_tokens.repository import MemoryTokens

from jainam.adapters.cli.main import cli
from jainam.conformance.token_repository import sample_session
from jainam.desk import Desk
from jainam.plugins import load_plugins


def test_the_installed_package_is_found() -> None:
    plugins = load_plugins(only=["memory-tokens"])

    assert plugins.failures == []
    assert plugins.token_repository("memory").package == "jainam-memory-tokens"
    assert plugins.commands["memory-tokens"][0].package == "jainam-memory-tokens"


def test_processes_of_a_desk_share_what_they_keep(join_desk: Callable[..., Desk]) -> None:
    mine, theirs = join_desk(), join_desk()
    session = sample_session()

    mine.parts.tokens.save(session)

    assert isinstance(mine.parts.tokens, MemoryTokens)
    assert theirs.parts.tokens.get(session.account, session.side) == session


def test_two_desks_share_nothing(join_desk: Callable[..., Desk]) -> None:
    session = sample_session()

    join_desk("one").parts.tokens.save(session)

    assert join_desk("other").parts.tokens.get(session.account, session.side) is None


def test_sessions_are_in_memory_and_not_in_the_desks_home(join_desk: Callable[..., Desk], tmp_path: Path) -> None:
    join_desk().parts.tokens.save(sample_session())

    assert list(memory_folder().glob("*.json"))
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file() and b"DEALER1" in path.read_bytes()]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose the package by the environment, as an operator would."""
    monkeypatch.setenv("JAINAM_BROKER", "simulator")
    monkeypatch.setenv("JAINAM_TOKEN_REPOSITORY", "memory")
    monkeypatch.setenv("JAINAM_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("chosen")
def test_the_command_tells_and_wipes(join_desk: Callable[..., Desk], capsys: pytest.CaptureFixture[str]) -> None:
    join_desk().parts.tokens.save(sample_session())

    code, told = run(capsys, "memory-tokens", "--json")
    assert code == 0
    assert [one["side"] for one in json.loads(told)["sessions"]] == ["interactive"]

    code, told = run(capsys, "memory-tokens", "--wipe", "--json")
    assert code == 0
    assert json.loads(told)["wiped"] == 1
    assert [one["state"] for one in json.loads(told)["sessions"]] == ["logged out"]


@pytest.mark.usefixtures("chosen")
def test_the_command_says_when_another_repository_is_chosen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAINAM_TOKEN_REPOSITORY", "sql")

    code, told = run(capsys, "memory-tokens", "--json")

    assert code == 5
    assert "JAINAM_TOKEN_REPOSITORY=memory" in json.loads(told)["error"]["hint"]
