"""Secrets that are looked for wherever a desk writes: as they are, and in the disguises that software puts them in."""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from attrs import define, field

from jainam.simulator.accounts import ACCOUNTS

_LONG_ENOUGH = 10
"""Letters of a token's part that prove a leak although the rest was cut off."""


def disguises(secret: str) -> set[str]:
    """Return the texts as which a secret may turn up."""
    raw = secret.encode()
    found = {
        secret,
        secret.upper(),
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        raw.hex(),
    }
    found.update(_encoded(raw))
    return found


def _encoded(raw: bytes) -> Iterator[str]:
    """Yield the part of a longer base64 text that depends on these bytes alone, wherever in it they begin."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode()
        whole = text[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield whole
        yield whole.translate(str.maketrans("+/", "-_"))


def token_parts(token: str) -> set[str]:
    """Return what betrays a token: its payload or its signature, or their first letters where it was cut."""
    _, payload, signature = token.split(".")
    # the first letters of a payload are the same for all sessions of a user: they end where the key begins
    return {token, payload, signature, payload[24 : 24 + 2 * _LONG_ENOUGH], signature[:_LONG_ENOUGH]}


@define
class Canaries:
    """Everything that nobody may see, by a name for people."""

    forms: dict[str, str] = field(factory=dict)

    def add(self, name: str, secret: str) -> None:
        """Watch a secret, in all its disguises."""
        self.forms.update(dict.fromkeys(disguises(secret), name))

    def add_token(self, name: str, token: str) -> None:
        """Watch a token, its parts, and both in all their disguises."""
        for part in token_parts(token):
            self.add(name, part)

    def in_text(self, text: str) -> set[str]:
        """Return the names of the secrets in a text."""
        return {f"{name} ({form[:6]}…)" for form, name in self.forms.items() if form in text}

    def in_texts(self, texts: Iterable[str]) -> set[str]:
        """Return the names of the secrets in any of these texts."""
        return self.in_text("\0".join(texts))

    def in_files(self, folder: Path, *, but: Iterable[Path] = ()) -> dict[str, set[str]]:
        """Return the names of the secrets in each file below a folder that holds one, in its raw bytes."""
        excepted = set(but)
        found = {}
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file not in excepted:
                names = self.in_text(file.read_bytes().decode("latin-1"))
                if names:
                    found[str(file.relative_to(folder))] = names
        return found


def simulator_keys() -> Canaries:
    """Return the keys and secrets of the simulator's accounts, which stand for a desk's own."""
    canaries = Canaries()
    for account in ACCOUNTS:
        for side, keys in (("interactive", account.interactive), ("market", account.market)):
            canaries.add(f"{account.kind} {side} app key", keys.app_key)
            canaries.add(f"{account.kind} {side} secret", keys.secret_key)
    return canaries
