"""The token repository: one JSON document for each desk, tokens in it encrypted, replaced whole at each write."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from jainam import AccountId, AccountKind, StoreError
from jainam.domain.sessions import LoginAttempts, Secret, Session, SessionState, Side
from jainam.ports.clock import Clock

_LOCK_BOUND_S = 10.0
_POLL_S = 0.002

Document = dict[str, Any]
"""By the name of each side: its ``session``, when it was ``logged_out_at``, and its login ``attempts``."""


class MemoryTokens:
    """The `TokenRepository` port of jainam on one file of a memory file system."""

    def __init__(self, path: Path, key: bytes, clock: Clock) -> None:
        """
        Take the desk's file, which comes into being with the first write.

        Args:
            path: Where it is; its folder exists and belongs to the user alone.
            key: 32 bytes in URL-safe base64; tokens are encrypted with it.
            clock: What a wait for another process is measured by.
        """
        self.path = path
        self._lock_path = path.with_suffix(".lock")
        self._fernet = Fernet(key)
        self._clock = clock

    # the port

    def get(self, account: AccountId, side: Side) -> Session | None:
        """Return the stored session, whatever its age; ``None`` when there is none or it was logged out."""
        kept = self._read().get(_name(account, side), {}).get("session")
        return None if kept is None else self._session(account, side, kept)

    def save(self, session: Session) -> None:
        """Store a session in place of the last one; a failed or pending attempt of that side is forgotten."""
        name = _name(session.account, session.side)
        kept = {
            "token": self._seal(name, session.token),
            "user_id": session.user_id,
            "client_codes": session.client_codes,
            "is_investor": session.is_investor,
            "connection_base": session.connection_base,
            "expires_at": session.expires_at.isoformat(),
            "created_at": session.created_at.isoformat(),
            "updated_at": session.updated_at.isoformat(),
        }
        with self._writing() as document:
            entry = document.setdefault(name, {})
            attempts = {**entry.get("attempts", {}), "pending_since": None, "failed_at": None, "failure": ""}
            entry.update(session=kept, logged_out_at=None, attempts=attempts)

    def remove(self, account: AccountId, side: Side, *, logged_out_at: datetime) -> None:
        """Forget a session for good; the moment stays. Without a session nothing changes."""
        with self._writing() as document:
            entry = document.get(_name(account, side), {})
            if entry.get("session") is not None:
                entry.update(session=None, logged_out_at=logged_out_at.isoformat())

    def state(self, account: AccountId, side: Side) -> SessionState:
        """Return what may be shown of one side."""
        return self._state(account, side, self._read().get(_name(account, side), {}))

    def states(self) -> tuple[SessionState, ...]:
        """Return what may be shown of every side that was ever logged in."""
        return tuple(
            self._state(*_place(name), entry)
            for name, entry in sorted(self._read().items())
            if entry.get("session") is not None or entry.get("logged_out_at") is not None
        )

    def note_attempts(self, account: AccountId, side: Side, attempts: LoginAttempts) -> None:
        """Store what is remembered of logins to one side."""
        kept = {
            "pending_since": _text(attempts.pending_since),
            "failed_at": _text(attempts.failed_at),
            "failure": attempts.failure,
            "lost_at": [moment.isoformat() for moment in attempts.lost_at],
            "stopped_at": _text(attempts.stopped_at),
            "planned_on": attempts.planned_on,
        }
        with self._writing() as document:
            document.setdefault(_name(account, side), {})["attempts"] = kept

    def close(self) -> None:
        """Let go of nothing: no file stays open between two calls."""

    # beyond the port, for the command

    def wipe(self) -> int:
        """Forget every session and return how many there were; like after a logout, nothing logs in by itself."""
        now = self._clock.now().isoformat()
        with self._writing() as document:
            held = [entry for entry in document.values() if entry.get("session") is not None]
            for entry in held:
                entry.update(session=None, logged_out_at=now)
        return len(held)

    # the file

    def _read(self) -> Document:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"the sessions in {self.path} can't be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise self._damaged() from error
        try:
            document = json.loads(text)
        except ValueError as error:
            raise self._damaged() from error
        if not isinstance(document, dict) or not all(isinstance(entry, dict) for entry in document.values()):
            raise self._damaged()
        return document

    @contextmanager
    def _writing(self) -> Iterator[Document]:
        """Give the document to be changed, alone among all processes, and put it in place as a whole."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        with self._locked():
            document = self._read()
            yield document
            try:
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                draft.replace(self.path)
            except OSError as error:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                # the rename did not happen: readers still see the old document
                raise StoreError(f"the sessions in {self.path} can't be written: {error.strerror}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock; polls with a bound, as a wait in the kernel would freeze green threads of the host."""
        try:
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"the lock {self._lock_path} can't be opened: {error.strerror}") from error
        try:
            until_s = self._clock.elapsed_s() + _LOCK_BOUND_S
            while not _tries(descriptor):
                if self._clock.elapsed_s() >= until_s:
                    raise StoreError(
                        f"another process has held {self._lock_path} for {_LOCK_BOUND_S:g} s",
                        hint="see which one: it writes within milliseconds, unless it was stopped",
                    )
                self._clock.sleep(_POLL_S)
            try:
                yield
            finally:
                # not left to closing: a child forked meanwhile would keep the lock with its copy
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            os.close(descriptor)

    # what is in it

    def _session(self, account: AccountId, side: Side, kept: Document) -> Session:
        try:
            return Session(
                account=account,
                side=side,
                token=self._open(_name(account, side), kept["token"]),
                user_id=kept["user_id"],
                client_codes=tuple(kept["client_codes"]),
                is_investor=kept["is_investor"],
                connection_base=kept["connection_base"],
                expires_at=datetime.fromisoformat(kept["expires_at"]),
                created_at=datetime.fromisoformat(kept["created_at"]),
                updated_at=datetime.fromisoformat(kept["updated_at"]),
            )
        except (InvalidToken, AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._damaged() from error

    def _state(self, account: AccountId, side: Side, entry: Document) -> SessionState:
        session, attempts = entry.get("session") or {}, entry.get("attempts") or {}
        try:
            return SessionState(
                account=account,
                side=side,
                user_id=session.get("user_id", ""),
                client_codes=tuple(session.get("client_codes", ())),
                expires_at=_moment(session.get("expires_at")),
                updated_at=_moment(session.get("updated_at")),
                logged_out_at=_moment(entry.get("logged_out_at")),
                attempts=LoginAttempts(
                    pending_since=_moment(attempts.get("pending_since")),
                    failed_at=_moment(attempts.get("failed_at")),
                    failure=attempts.get("failure", ""),
                    lost_at=tuple(map(datetime.fromisoformat, attempts.get("lost_at", ()))),
                    stopped_at=_moment(attempts.get("stopped_at")),
                    planned_on=attempts.get("planned_on", ""),
                ),
            )
        except (AttributeError, TypeError, ValueError) as error:
            raise self._damaged() from error

    def _seal(self, name: str, token: Secret) -> str:
        """Encrypt a token together with the side it belongs to, so that it can't be put in another's place."""
        return self._fernet.encrypt(json.dumps([name, token.reveal()]).encode()).decode()

    def _open(self, name: str, sealed: str) -> Secret:
        owner, token = json.loads(self._fernet.decrypt(sealed.encode()))
        if owner != name:
            raise InvalidToken
        return Secret(token)

    def _damaged(self) -> StoreError:
        return StoreError(
            f"the sessions in {self.path} are damaged, or were written under another key",
            hint=f"remove the file and log in again: rm {self.path}; jainam login",
        )


def _name(account: AccountId, side: Side) -> str:
    return json.dumps([account.broker, account.server, account.kind.value, side.value])


def _place(name: str) -> tuple[AccountId, Side]:
    broker, server, kind, side = json.loads(name)
    return AccountId(broker, server, AccountKind(kind)), Side(side)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _tries(descriptor: int) -> bool:
    """Lock if nobody else does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StoreError(f"the file system has no locks: {error.strerror}") from error
    return True
