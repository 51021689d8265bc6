"""Randomness, the only way in."""

from typing import Protocol


class Entropy(Protocol):
    """Unpredictable numbers, unique across processes and machines."""

    def bits(self, count: int) -> int:
        """Return *count* random bits as a number."""
        ...
