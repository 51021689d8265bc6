"""The operating system's randomness."""

import secrets


class SystemEntropy:
    """Unpredictable numbers of the operating system; forked processes do not repeat each other's."""

    def bits(self, count: int) -> int:
        """Return *count* random bits as a number."""
        return secrets.randbits(count)
