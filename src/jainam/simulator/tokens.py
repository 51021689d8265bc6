"""Sessions of the venue and their tokens: one live session per app key, real HS256 JWTs (xts-api.md, 3)."""

import base64
import hashlib
import hmac
from collections import Counter
from enum import StrEnum

import orjson
from attrs import define, field

from jainam.simulator.accounts import Account, AppKey


class Side(StrEnum):
    """The two halves of the API, each with keys, tokens and sessions of its own."""

    INTERACTIVE = "interactive"
    MARKET = "market"


@define(eq=False)
class Session:
    """One login, until it is ended by a logout, by another login on its app key, or by time."""

    number: int
    account: Account
    side: Side
    app_key: str
    token: str = field(repr=False)
    began_at: float
    expires_at: float
    # the connection base that opened it: a session from a host lookup should keep to its own
    base: str
    strayed_calls: int = 0
    ended_by: str | None = None
    ended_at: float | None = None
    subscriptions: set[tuple[int, int, int]] = field(factory=set)


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def sign(claims: dict[str, object], secret: bytes) -> str:
    """A JWT of *claims*, HS256."""
    signed = _part(b'{"alg":"HS256","typ":"JWT"}') + b"." + _part(orjson.dumps(claims))
    return (signed + b"." + _part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()


class Sessions:
    """Every session of the venue's life; at most one live per app key."""

    def __init__(self, accounts: tuple[Account, ...], life_s: float) -> None:
        self._keys: dict[tuple[Side, str], tuple[Account, AppKey]] = {
            (side, keys.app_key): (account, keys)
            for account in accounts
            for side, keys in ((Side.INTERACTIVE, account.interactive), (Side.MARKET, account.market))
        }
        self._life_s = life_s
        self._by_token: dict[str, Session] = {}
        self._live: dict[str, Session] = {}
        self.logins: Counter[str] = Counter()
        self.refused_logins: Counter[str] = Counter()

    def account_of_key(self, side: Side, app_key: object) -> Account | None:
        """Whose *app_key* it is; None when nobody's on that side."""
        found = self._keys.get((side, app_key)) if isinstance(app_key, str) else None
        return found[0] if found else None

    def log_in(self, side: Side, app_key: str, secret_key: str, base: str, now: float) -> Session | None:
        """
        A new session, which ends the older one of the key at once; None for a wrong key or secret.

        Two logins within one second carry equal claims, as they must; each session signs with a key of its own, so
        that their tokens still differ.
        """
        found = self._keys.get((side, app_key))
        if found is None or not hmac.compare_digest(found[1].secret_key.encode(), secret_key.encode()):
            self.refused_logins[app_key] += 1
            return None
        account = found[0]
        self.end(app_key, "login", now)
        self.logins[app_key] += 1
        number = len(self._by_token) + 1
        shown_key = app_key.upper() if side is Side.INTERACTIVE else app_key
        claims: dict[str, object] = {"userID": f"{account.user_id}_{shown_key}", "publicKey": app_key}
        if side is Side.INTERACTIVE:
            claims["isInteractive"] = True
        claims |= {"iat": int(now), "exp": int(now + self._life_s)}
        token = sign(claims, f"simulated venue, session {number}".encode())
        session = Session(number, account, side, app_key, token, now, now + self._life_s, base)
        self._by_token[token] = self._live[app_key] = session
        return session

    def find(self, token: str, side: Side, now: float) -> Session | None:
        """The live session of *token* on that side; None for a wrong, ended or expired one."""
        session = self._by_token.get(token)
        if session is None or session.side is not side or session.ended_by is not None:
            return None
        if now >= session.expires_at:
            self.end(session.app_key, "expiry", session.expires_at)
            return None
        return session

    def owner_of(self, token: str) -> Account | None:
        """Whom *token* was issued to, live or not."""
        session = self._by_token.get(token)
        return session.account if session else None

    def end(self, app_key: str, reason: str, now: float) -> Session | None:
        """End the live session of *app_key*; None when it has none."""
        session = self._live.pop(app_key, None)
        if session is not None:
            expired = now >= session.expires_at
            session.ended_by = "expiry" if expired else reason
            session.ended_at = session.expires_at if expired else now
        return session

    def every(self) -> list[Session]:
        """All sessions in the order of their logins."""
        return list(self._by_token.values())
