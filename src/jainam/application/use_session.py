"""Use a session: every call takes its token from the repository, and a refused one is replaced once for all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from attrs import define, field

from jainam.application.bounds import Bounds
from jainam.application.log_in import LogIn
from jainam.domain.accounts import AccountId
from jainam.domain.errors import NotLoggedIn, SessionRefused
from jainam.domain.sessions import Session, Side
from jainam.domain.trading_day import IST
from jainam.ports.clock import Clock
from jainam.ports.token_repository import TokenRepository

_Answer = TypeVar("_Answer")


@define
class UseSession:
    """Gives calls their session. *logs_in* says whether the desk may log in where it never did."""

    account: AccountId
    repository: TokenRepository
    log_in: LogIn
    clock: Clock
    bounds: Bounds
    logs_in: bool = False
    _state: threading.Condition = field(factory=threading.Condition, init=False)
    _in_flight: dict[Side, int] = field(factory=lambda: dict.fromkeys(Side, 0), init=False)
    _held: set[Side] = field(factory=set, init=False)

    def current(self, side: Side) -> Session:
        """
        Return the stored session; one whose known life is over is replaced by a login first.

        Raises:
            NotLoggedIn: There is none; the error says how to get one.
        """
        session = self.repository.get(self.account, side)
        if session is None:
            state = self.repository.state(self.account, side)
            if state.logged_out_at is not None:
                raise NotLoggedIn(
                    f"account {self.account} was logged out of its {side.value} side "
                    f"at {state.logged_out_at.astimezone(IST):%H:%M:%S} IST",
                    account=str(self.account),
                    side=side.value,
                )
            if not self.logs_in:
                raise NotLoggedIn(
                    f"account {self.account} is not logged in on its {side.value} side",
                    account=str(self.account),
                    side=side.value,
                )
            return self.log_in.start(side)
        if session.is_expired(self.clock.now()):
            return self.log_in.after_refusal(side, session)
        return session

    def after_refusal(self, side: Side, refused: Session) -> Session:
        """Return a session other than the one that was refused."""
        return self.log_in.after_refusal(side, refused)

    def call(self, side: Side, call: Callable[[Session], _Answer]) -> _Answer:
        """Make a call; an answer that proves that its token was refused is followed by another token and one replay."""
        with self.sending(side) as session:
            try:
                return call(session)
            except SessionRefused:
                pass
        with self.sending(side, refused=session) as session:
            return call(session)

    @contextmanager
    def sending(self, side: Side, *, refused: Session | None = None) -> Iterator[Session]:
        """Give a call its session and count it as in flight, after any planned refresh that holds new calls back."""
        self._enter(side)
        try:
            yield self.current(side) if refused is None else self.after_refusal(side, refused)
        finally:
            with self._state:
                self._in_flight[side] -= 1
                self._state.notify_all()

    @contextmanager
    def holding(self, side: Side) -> Iterator[bool]:
        """Hold new calls back and wait, bounded, for those in flight; tells whether all of them ended."""
        with self._state:
            self._held.add(side)
        try:
            end = self.clock.elapsed_s() + self.bounds.hold_s
            while self._in_flight[side] and self.clock.elapsed_s() < end:
                self.clock.sleep(0.01)
            yield not self._in_flight[side]
        finally:
            with self._state:
                self._held.discard(side)
                self._state.notify_all()

    def _enter(self, side: Side) -> None:
        """Count a call, once nothing holds it back; the hold ends with its holder or its bound."""
        with self._state:
            self._state.wait_for(lambda: side not in self._held, timeout=self.bounds.hold_s + self.bounds.login_lock_s)
            self._in_flight[side] += 1
