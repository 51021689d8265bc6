"""
A token from the repository, as every call takes it, against sqlite3 alone reading the same row of the same file.

Another process may have logged in a moment ago, so that each read looks at the row; what is left is the port, the
connection that is taken and given back, and the check that the row is still the one that was decrypted.
"""

import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from benchmarks.pairs import Figure, compare
from jainam.adapters.local.clock import SystemClock
from jainam.adapters.sql.cipher import TokenCipher
from jainam.adapters.sql.store import SqlStore
from jainam.adapters.sql.token_repository import SqlTokenRepository
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.sessions import Secret, Session, Side

_ACCOUNT = AccountId("jainam", "B", AccountKind.NORMAL)
_SELECT = """
SELECT token, user_id, client_codes, is_investor, connection_base, expires_at, created_at, updated_at FROM sessions
WHERE broker = ? AND server = ? AND kind = ? AND side = ?
"""


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="jainam-bench-") as home:
        file = Path(home) / "desk.db"
        repository = SqlTokenRepository(
            SqlStore(f"sqlite:///{file}", clock=SystemClock()), TokenCipher(Fernet.generate_key())
        )
        repository.save(_session())
        bare = sqlite3.connect(file, isolation_level=None)
        key = ("jainam", "B", "NORMAL", "interactive")
        assert bare.execute(_SELECT, key).fetchone() is not None
        try:
            return [
                compare(
                    "token-read",
                    subject=("token from the repository", lambda: repository.get(_ACCOUNT, Side.INTERACTIVE)),
                    floor=("sqlite3 SELECT of its row", lambda: bare.execute(_SELECT, key).fetchone()),
                    rounds=9,
                    turns=40,
                    loops=50,
                    remark=lambda taken_s: f"aim: under 100 us ({'met' if taken_s < 100e-6 else 'missed'})",
                )
            ]
        finally:
            bare.close()
            repository.close()


def _session() -> Session:
    now = datetime.now(UTC)
    return Session(
        account=_ACCOUNT,
        side=Side.INTERACTIVE,
        token=Secret("a.token." + "x" * 240),
        user_id="DLR",
        client_codes=("CL001", "CL002", "CL003", "CL004"),
        is_investor=False,
        connection_base="",
        expires_at=now + timedelta(hours=20),
        created_at=now,
        updated_at=now,
    )
