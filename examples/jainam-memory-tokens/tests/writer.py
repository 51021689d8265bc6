"""A process that writes one side again and again: python writer.py FILE KEY KIND ROUNDS."""

import sys
from pathlib import Path

from jainam_memory_tokens.repository import MemoryTokens

from jainam import AccountId, AccountKind
from jainam.adapters.local.clock import SystemClock
from jainam.domain.sessions import LoginAttempts, Side

path, key, kind, rounds = sys.argv[1:]
tokens = MemoryTokens(Path(path), key.encode(), SystemClock())
for number in range(int(rounds)):
    tokens.note_attempts(AccountId("xts", "B", AccountKind(kind)), Side.MARKET, LoginAttempts(failure=str(number)))
