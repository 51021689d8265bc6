"""The token repository's conformance kit on our SQL repository, on disk and in memory."""

import pytest
from cryptography.fernet import Fernet

from jainam.adapters.sql.cipher import TokenCipher
from jainam.adapters.sql.store import SqlStore
from jainam.adapters.sql.token_repository import SqlTokenRepository
from jainam.conformance.token_repository import TokenAtRestContract, TokenRepositoryContract
from tests.integration.sql.stopped_clock import StoppedClock

KEY = Fernet.generate_key()


class TestOnDisk(TokenRepositoryContract, TokenAtRestContract):
    @pytest.fixture
    def join_store(self, tmp_path):
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        return lambda: SqlTokenRepository(SqlStore(url, clock=StoppedClock()), TokenCipher(KEY))

    @pytest.fixture
    def raw_bytes(self, tmp_path):
        return lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir())


class TestInMemory(TokenRepositoryContract):
    @pytest.fixture
    def join_store(self):
        store = SqlStore("sqlite://", clock=StoppedClock())
        return lambda: SqlTokenRepository(store, TokenCipher(KEY))
