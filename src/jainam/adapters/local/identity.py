"""The desk's secret, kept in a file of its own so that it outlives a lost store."""

import base64
import hashlib
import hmac
import os
import stat
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from jainam.domain.errors import ConfigurationError
from jainam.domain.intents import TAG_LENGTH, text_of
from jainam.ports.clock import Clock
from jainam.ports.entropy import Entropy

_HEADER = "jainam desk 1"
_SECRET_BYTES = 32
_RESTORE = (
    "restore it from a backup; if there is none, look at today's order book, then move the file away: "
    "the desk gets a new identity, and no longer knows its earlier orders as its own"
)


@frozen
class _Kept:
    """What the file holds."""

    secret: bytes = field(repr=False)
    created_at: datetime


class FileDeskIdentity:
    """
    The desk's identity from a file that only its owner may read; made when there is none.

    The file comes into being whole: of several processes that open a new desk at once, one makes it and all read the
    same. Everything is derived from its secret, each use under a label of its own.

    Args:
        path: The file. Missing directories before it are made, for the owner alone.
        entropy: Where a new secret comes from.
        clock: What time a new one bears.

    Raises:
        ConfigurationError: The file is damaged, readable for others, or can be neither read nor made.
    """

    def __init__(self, path: Path, entropy: Entropy, clock: Clock) -> None:
        self._path = path
        self._was_created = False
        kept = self._read()
        if kept is None:
            self._was_created = self._create(entropy, clock)
            kept = self._read()
        if kept is None:
            raise self._wrong("vanished while it was being opened", "keep other programs away from the desk's files")
        self._created_at = kept.created_at
        self._identifier_key = _derived(kept.secret, "identifiers")
        self._store_key = _derived(kept.secret, "store")
        self._tag = text_of(int.from_bytes(_derived(kept.secret, "tag")), TAG_LENGTH)

    @property
    def tag(self) -> str:
        """The desk's three letters in every identifier."""
        return self._tag

    @property
    def created_at(self) -> datetime:
        """When the desk got its identity; a restored copy keeps it."""
        return self._created_at

    @property
    def was_created(self) -> bool:
        """Whether this very opening made the identity."""
        return self._was_created

    def keyed_number(self, text: str) -> int:
        """Return the HMAC-SHA256 of *text* under the desk's secret, as a number of 256 bits."""
        return int.from_bytes(_mac(self._identifier_key, text))

    def store_key(self) -> bytes:
        """Return the key that tokens are encrypted with: 32 bytes in urlsafe base64, as Fernet takes it."""
        return base64.urlsafe_b64encode(self._store_key)

    def _create(self, entropy: Entropy, clock: Clock) -> bool:
        """Make the file unless somebody else was quicker; say whether it was us."""
        draft = self._path.with_name(f".{self._path.name}.{entropy.bits(64):016x}")
        secret = entropy.bits(8 * _SECRET_BYTES).to_bytes(_SECRET_BYTES)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(_text_of_file(secret, clock.now()))
                    file.flush()
                    os.fsync(file.fileno())
                os.link(draft, self._path)  # fails where somebody else's is there; never shows half a file
            finally:
                draft.unlink(missing_ok=True)
            _sync_directory(self._path.parent)
        except FileExistsError:
            return False
        except OSError as exc:
            raise self._wrong(
                f"can't be made ({exc.strerror or exc})", "it needs a local directory that you may write to"
            ) from exc
        return True

    def _read(self) -> _Kept | None:
        try:
            with self._path.open(encoding="ascii") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(4096)
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as exc:
            raise self._wrong("is damaged", _RESTORE) from exc
        except OSError as exc:
            raise self._wrong(f"can't be read ({exc.strerror or exc})", "it belongs to the desk's user") from exc
        if stat.S_IMODE(mode) & 0o077:
            raise self._wrong("may be read by other users", f"take that away: chmod 600 {self._path}")
        kept = _kept_in(text)
        if kept is None:
            raise self._wrong("is damaged", _RESTORE)
        return kept

    def _wrong(self, what: str, hint: str) -> ConfigurationError:
        return ConfigurationError(f"the desk's identity file {self._path} {what}", hint=hint, code="desk-identity")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")


def _derived(secret: bytes, label: str) -> bytes:
    """Return a key for one use; who learns one learns none of the others."""
    return _mac(secret, f"jainam/{label}")


def _check_of(secret: bytes, created_at: str) -> str:
    return hashlib.sha256(secret + created_at.encode("ascii")).hexdigest()[:16]


def _text_of_file(secret: bytes, created_at: datetime) -> str:
    made = created_at.isoformat()
    return f"{_HEADER}\nsecret {secret.hex()}\ncreated {made}\ncheck {_check_of(secret, made)}\n"


def _kept_in(text: str) -> _Kept | None:
    """Return what a file's text says; ``None`` where its own check, or anything else, is wrong."""
    header, *lines = text.splitlines() or [""]
    words = dict(line.split(" ", 1) for line in lines if " " in line)
    try:
        secret = bytes.fromhex(words["secret"])
        created_at = datetime.fromisoformat(words["created"])
        is_whole = words["check"] == _check_of(secret, words["created"])
    except (KeyError, ValueError):
        return None
    if header != _HEADER or len(secret) != _SECRET_BYTES or created_at.tzinfo is None or not is_whole:
        return None
    return _Kept(secret, created_at)


def _sync_directory(directory: Path) -> None:
    """Make a new name survive a power cut: an identity that is lost makes yesterday's identifiers foreign."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
