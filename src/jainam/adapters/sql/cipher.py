"""Tokens at rest: encrypted and authenticated, each bound to the row that it belongs to."""

from cryptography.fernet import Fernet, InvalidToken

from jainam.domain.errors import ConfigurationError
from jainam.domain.sessions import Secret

_BORDER = "\x1f"


class SealBroken(Exception):
    """A sealed text was sealed with another key, for another row, or is damaged."""


class TokenCipher:
    """
    Seals texts with Fernet (AES-128-CBC and HMAC-SHA256).

    A sealed text is bound to a label, so that the token of one side can't be put in the row of the other.
    """

    def __init__(self, key: bytes | Secret) -> None:
        """
        Take the desk's key.

        Args:
            key: 32 bytes in URL-safe base64.

        Raises:
            ConfigurationError: It is no such key; it is not shown.
        """
        try:
            self._fernet = Fernet(key.reveal() if isinstance(key, Secret) else key)
        except ValueError:
            raise ConfigurationError(
                "the key of the token repository is malformed", hint="it is 32 bytes in URL-safe base64, 44 characters"
            ) from None

    def seal(self, text: str, label: str) -> str:
        """Return a text sealed for a label."""
        return self._fernet.encrypt(f"{label}{_BORDER}{text}".encode()).decode()

    def open(self, sealed: str, label: str) -> str:
        """
        Return the text that was sealed for this label.

        Raises:
            SealBroken: The key or the label is another one, or the sealed text is damaged.
        """
        try:
            found, border, text = self._fernet.decrypt(sealed.encode()).decode().partition(_BORDER)
        except (InvalidToken, ValueError):
            raise SealBroken from None
        if not border or found != label:
            raise SealBroken
        return text
