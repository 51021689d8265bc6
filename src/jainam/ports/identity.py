"""The desk's own secret: what its identifiers are made of."""

from datetime import datetime
from typing import Protocol


class DeskIdentity(Protocol):
    """Identifiers that only this desk can make, and makes again for the same caller's key."""

    @property
    def tag(self) -> str:
        """The desk's three letters in every identifier."""
        ...

    @property
    def created_at(self) -> datetime:
        """When the desk got its identity: a store that is younger was lost, or restored."""
        ...

    def store_key(self) -> bytes:
        """Return the key that encrypts what the desk stores: 32 bytes in urlsafe base64."""
        ...

    def keyed_number(self, text: str) -> int:
        """Return a keyed hash of *text*: the same for the same desk, even when the store was lost."""
        ...


class ProcessTable(Protocol):
    """Which processes of this machine are alive."""

    def me(self) -> "tuple[int, int]":
        """Return pid and start time of this process."""
        ...

    def is_alive(self, pid: int, started: int) -> bool:
        """Whether that very process still runs (a stopped one does)."""
        ...
