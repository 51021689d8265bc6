"""What the kit can't know: several processes, damage, folders of others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from jainam_memory_tokens.folder import memory_folder
from jainam_memory_tokens.repository import MemoryTokens

from jainam import AccountId, AccountKind, ConfigurationError, StoreError
from jainam.conformance.token_repository import TOKEN, sample_session
from jainam.domain.sessions import Side
from jainam.ports.clock import Clock

KEY = Fernet.generate_key()
KINDS = tuple(AccountKind)
ROUNDS = 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.json"


@pytest.fixture
def tokens(path: Path, clock: Clock) -> MemoryTokens:
    return MemoryTokens(path, KEY, clock)


def test_processes_that_write_at_once_lose_nothing(path: Path, tokens: MemoryTokens) -> None:
    words = [sys.executable, str(Path(__file__).with_name("writer.py")), str(path), KEY.decode()]
    writers = [subprocess.Popen([*words, kind.value, str(ROUNDS)]) for kind in KINDS]  # noqa: S603  # a script of ours

    ends = [writer.wait(60) for writer in writers]

    assert ends == [0] * len(KINDS)
    for kind in KINDS:
        state = tokens.state(AccountId("xts", "B", kind), Side.MARKET)
        assert state.attempts.failure == str(ROUNDS - 1)


def test_nothing_is_left_beside_the_document_and_its_lock(path: Path, tokens: MemoryTokens) -> None:
    tokens.save(sample_session())

    assert sorted(one.name for one in path.parent.iterdir() if one.is_file()) == ["desk.json", "desk.lock"]


def test_only_the_owner_may_read_the_document(path: Path, tokens: MemoryTokens) -> None:
    tokens.save(sample_session())

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_session_under_another_key_is_a_typed_error(path: Path, tokens: MemoryTokens, clock: Clock) -> None:
    session = sample_session()
    tokens.save(session)

    with pytest.raises(StoreError, match="another key") as raised:
        MemoryTokens(path, Fernet.generate_key(), clock).get(session.account, session.side)

    assert "jainam login" in raised.value.hint
    assert TOKEN not in str(raised.value)


def test_a_token_in_another_sides_place_is_refused(path: Path, tokens: MemoryTokens) -> None:
    session = sample_session(side=Side.INTERACTIVE)
    tokens.save(session)
    tokens.save(sample_session(side=Side.MARKET))
    document = json.loads(path.read_text())
    first, second = document.values()
    first["session"]["token"], second["session"]["token"] = second["session"]["token"], first["session"]["token"]
    path.write_text(json.dumps(document))

    with pytest.raises(StoreError, match="damaged"):
        tokens.get(session.account, session.side)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"x": 1}', "\udcff"])
def test_a_damaged_document_is_a_typed_error_for_readers_and_writers(
    path: Path, tokens: MemoryTokens, text: str
) -> None:
    path.write_text(text, errors="surrogateescape")
    session = sample_session()

    with pytest.raises(StoreError, match="damaged"):
        tokens.get(session.account, session.side)
    with pytest.raises(StoreError, match="damaged"):
        tokens.save(session)


def test_a_lock_that_stays_taken_is_a_typed_error_after_a_bound(path: Path, tokens: MemoryTokens, clock: Clock) -> None:
    with tokens._locked(), pytest.raises(StoreError, match="another process has held"):  # noqa: SLF001  # as a stopped process would
        MemoryTokens(path, KEY, clock).save(sample_session())

    tokens.save(sample_session())


def test_wiping_forgets_every_session_and_says_so(tokens: MemoryTokens, clock: Clock) -> None:
    tokens.save(sample_session(side=Side.INTERACTIVE))
    tokens.save(sample_session(side=Side.MARKET))

    assert tokens.wipe() == 2

    assert [state.word(clock.now()) for state in tokens.states()] == ["logged out", "logged out"]
    assert tokens.wipe() == 0


# the folder


def test_the_folder_is_the_users_alone(memory: Path) -> None:
    folder = memory_folder()

    assert folder.parent == memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert memory_folder() == folder


def test_a_folder_that_others_may_enter_is_refused() -> None:
    memory_folder().chmod(0o755)

    with pytest.raises(ConfigurationError, match="not a folder of yours alone"):
        memory_folder()


def test_a_link_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    folder = memory_folder()
    folder.rmdir()
    folder.symlink_to(tmp_path)

    with pytest.raises(ConfigurationError, match="not a folder of yours alone"):
        memory_folder()


def test_a_machine_without_a_memory_file_system_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_TOKENS_DIR", "/nowhere/at/all")

    with pytest.raises(ConfigurationError, match="/nowhere/at/all") as raised:
        memory_folder()

    assert "MEMORY_TOKENS_DIR" in raised.value.hint
