"""jainam's conformance kit: everything that a token repository must do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from jainam_memory_tokens.repository import MemoryTokens

from jainam.conformance.token_repository import TokenAtRestContract, TokenRepositoryContract
from jainam.ports.clock import Clock


class TestMemoryTokens(TokenRepositoryContract, TokenAtRestContract):
    """The kit asks for two fixtures, and does the rest."""

    @pytest.fixture
    def join_store(self, tmp_path: Path, clock: Clock) -> Callable[[], MemoryTokens]:
        """Join one store, empty at first, as another process would."""
        key = Fernet.generate_key()
        return lambda: MemoryTokens(tmp_path / "desk.json", key, clock)

    @pytest.fixture
    def raw_bytes(self, tmp_path: Path) -> Callable[[], bytes]:
        """Return everything that the store has written."""
        return lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
