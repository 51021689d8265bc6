"""The venue's texts, made safe to show: bounded, on one line, without secrets."""

import re
from collections.abc import Iterable

from jainam.domain.sessions import Secret

_LONGEST = 200
_MASK = "****"
_SHORTEST_SECRET = 4
"""A shorter text would be found inside innocent words."""

_TOKEN = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){0,2}")
_UNSHOWN = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")


class Scrubber:
    """Takes an account's secrets, and everything that looks like a token, out of a text."""

    def __init__(self, secrets: Iterable[Secret | None]) -> None:
        texts = {secret.reveal() for secret in secrets if secret}
        self._secrets = tuple(sorted((text for text in texts if len(text) >= _SHORTEST_SECRET), key=len, reverse=True))

    def __call__(self, text: str, *more: Secret | None) -> str:
        """Return at most 200 characters of *text*; *more* are secrets of this one call."""
        for secret in (*self._secrets, *(one.reveal() for one in more if one)):
            text = text.replace(secret, _MASK)
        text = _UNSHOWN.sub(" ", _TOKEN.sub(_MASK, text)).strip()
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
