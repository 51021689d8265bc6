"""Log in: the one place from which a login leaves, under the desk's login lock."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from attrs import evolve, frozen

from jainam.application.bounds import Bounds
from jainam.domain.accounts import AccountId
from jainam.domain.errors import AnswerLost, BrokerError, SessionRefused
from jainam.domain.sessions import LoginAttempts, Session, Side, read_claims
from jainam.domain.trading_day import planned_refresh_at, trading_day_of
from jainam.ports.broker import SessionGateway
from jainam.ports.clock import Clock
from jainam.ports.position_locks import PositionLocks
from jainam.ports.telemetry import Telemetry
from jainam.ports.token_repository import TokenRepository

WAR_WINDOW = timedelta(minutes=10)
LOSSES_THAT_STOP = 2


@frozen
class LogIn:
    """
    Opens one side's session, or takes the one that somebody else of the desk has just opened.

    XTS keeps one session per app key: a login ends the other at once. So every login happens under the desk's login
    lock with the repository read again inside it, attempts are recorded before they leave, a failed one is shared by
    all who waited, and a session that somebody else keeps ending stops the desk instead of starting a login war
    (safety rules, 7).
    """

    account: AccountId
    gateway: SessionGateway
    repository: TokenRepository
    locks: PositionLocks
    clock: Clock
    telemetry: Telemetry
    bounds: Bounds

    def start(self, side: Side, *, anew: bool = False) -> Session:
        """
        Return the stored session if it still works as far as is known, else log in; *anew* logs in regardless.

        Raises:
            SessionRefused: The venue refused the keys, or the feed token belongs to another user.
            BrokerUnavailable, AnswerLost: The login did not get a definite answer.
        """
        with self._lock(side):
            stored = self.repository.get(self.account, side)
            now = self.clock.now()
            if stored is not None and not anew and not stored.is_expired(now):
                return stored
            return self._log_in(side, now, LoginAttempts(planned_on=self._attempts(side).planned_on))

    def after_refusal(self, side: Side, refused: Session) -> Session:
        """
        Return a session other than *refused*: the stored one if it differs, else one login's.

        Raises:
            SessionRefused: The desk has stopped because another program uses the app key, or the login was refused.
            BrokerUnavailable, AnswerLost: No definite answer to the login, this caller's or one that it waited for.
        """
        with self._lock(side):
            stored = self.repository.get(self.account, side)
            if stored is not None and stored.token != refused.token:
                return stored
            now = self.clock.now()
            attempts = self._attempts(side)
            self._share_failure(side, attempts, now)
            expired = refused.is_expired(now)
            attempts = self._count_loss(side, attempts, now, is_loss=not expired)
            return self._log_in(side, now, attempts)

    def planned(self, side: Side) -> Session | None:
        """
        Do the day's one planned refresh if it is due and not done; ``None`` when there is nothing to do.

        The decision and the login happen inside the lock, so that two schedulers make one login.
        """
        with self._lock(side):
            stored = self.repository.get(self.account, side)
            now = self.clock.now()
            attempts = self._attempts(side)
            if stored is None or not self.is_due(stored, attempts, now):
                return None
            today = trading_day_of(now).isoformat()
            return self._log_in(side, now, evolve(attempts, planned_on=today))

    def is_due(self, stored: Session, attempts: LoginAttempts, now: datetime) -> bool:
        """Whether today's planned refresh of a session is due and not done."""
        today = trading_day_of(now)
        due_at = planned_refresh_at(stored.expires_at, today)
        return now >= due_at and attempts.planned_on != today.isoformat() and stored.created_at < due_at

    def _lock(self, side: Side) -> AbstractContextManager[None]:
        return self.locks.hold(f"login/{self.account}/{side.value}", bound_s=self.bounds.login_lock_s)

    def _attempts(self, side: Side) -> LoginAttempts:
        return self.repository.state(self.account, side).attempts

    def _share_failure(self, side: Side, attempts: LoginAttempts, now: datetime) -> None:
        """Give a login that has just failed to everybody who waited for it."""
        if attempts.failed_at is None:
            return
        back_off = timedelta(seconds=self.bounds.login_back_off_s)
        if now - attempts.failed_at >= back_off:
            return
        wait = (attempts.failed_at + back_off - now).total_seconds()
        raise SessionRefused(
            f"the {side.value} login of account {self.account} has just failed: {attempts.failure}",
            endpoint=f"login.{side.value}",
            hint=f"the next attempt is possible in {wait:.0f} s",
        )

    def _count_loss(self, side: Side, attempts: LoginAttempts, now: datetime, *, is_loss: bool) -> LoginAttempts:
        """Count a session that somebody else ended, once per published token, and stop at the second one."""
        stopped = attempts.stopped_at
        if stopped is not None:
            if now - stopped < WAR_WINDOW:
                raise self._other_program(side)
            attempts = LoginAttempts(planned_on=attempts.planned_on)  # ten quiet minutes: one login is allowed
        ours = attempts.pending_since is not None or attempts.failed_at is not None
        recent = tuple(at for at in attempts.lost_at if now - at < WAR_WINDOW)
        if is_loss and not ours:
            recent = (*recent, now)
        attempts = evolve(attempts, lost_at=recent, stopped_at=None)
        if len(recent) >= LOSSES_THAT_STOP and is_loss and not ours:
            self.repository.note_attempts(self.account, side, evolve(attempts, stopped_at=now))
            self.telemetry.note("session.stopped", account=str(self.account), side=side.value)
            raise self._other_program(side)
        return attempts

    def _other_program(self, side: Side) -> SessionRefused:
        return SessionRefused(
            f"another program uses the {side.value} app key of account {self.account}: "
            f"the session was ended twice within {WAR_WINDOW.seconds // 60} minutes",
            endpoint=f"login.{side.value}",
            hint="stop the other program, then run: jainam sessions refresh",
        )

    def _log_in(self, side: Side, now: datetime, attempts: LoginAttempts) -> Session:
        self.repository.note_attempts(self.account, side, evolve(attempts, pending_since=now, failed_at=None))
        try:
            session = self.gateway.log_in(side)
            self._check_user(session)
        except BrokerError as error:
            failed = evolve(
                attempts,
                pending_since=now if isinstance(error, AnswerLost) else None,
                failed_at=self.clock.now(),
                failure=error.message,
            )
            self.repository.note_attempts(self.account, side, failed)
            self.telemetry.note("session.login-failed", account=str(self.account), side=side.value, code=error.code)
            raise
        self.repository.save(session)
        self.repository.note_attempts(
            self.account, side, evolve(attempts, pending_since=None, failed_at=None, failure="")
        )
        self.telemetry.note("session.login", account=str(self.account), side=side.value)
        return session

    def _check_user(self, session: Session) -> None:
        """
        Refuse a feed token of another user than the interactive session's (A7).

        Where the feed token came first, it is the one that goes: orders decide whose session it is.
        """
        other_side = Side.INTERACTIVE if session.side is Side.MARKET else Side.MARKET
        other = self.repository.get(self.account, other_side)
        named = read_claims(session.token.reveal()).user_id or session.user_id
        if other is None or not named or not other.user_id or named == other.user_id:
            return
        if session.side is Side.INTERACTIVE:
            self.repository.remove(self.account, Side.MARKET, logged_out_at=self.clock.now())
            self.telemetry.note("session.feed-of-another-user", account=str(self.account))
            return
        raise SessionRefused(
            f"the market data keys of account {self.account} belong to another user than its interactive keys",
            endpoint="login.market",
            hint="check the MARKET_API_KEY and MARKET_API_SECRET of this account",
        )
