"""Refresh tokens: what a scheduler calls, once a minute or once a day."""

from enum import Enum

from attrs import frozen

from jainam.application.log_in import LogIn
from jainam.application.use_session import UseSession
from jainam.domain.sessions import Side
from jainam.ports.clock import Clock
from jainam.ports.token_repository import TokenRepository


class Refreshed(Enum):
    """What a refresh did for one side."""

    NOT_DUE = "not due"
    REFRESHED = "refreshed"
    NOT_LOGGED_IN = "not logged in"


@frozen
class RefreshTokens:
    """Does the day's planned refresh when it is due, and replaces sessions that have ended."""

    sessions: UseSession
    log_in: LogIn
    repository: TokenRepository
    clock: Clock

    def run(self, side: Side, *, anew: bool = False) -> Refreshed:
        """
        Refresh one side if that is due; *anew* does so regardless, and ends a stop of the desk's logins.

        A side that was never logged in, or was logged out, stays so.

        Raises:
            SessionRefused, BrokerUnavailable, AnswerLost: As `LogIn`.
        """
        account = self.sessions.account
        stored = self.repository.get(account, side)
        if stored is None:
            return Refreshed.NOT_LOGGED_IN
        state = self.repository.state(account, side)
        if anew or state.attempts.stopped_at is not None or stored.is_expired(self.clock.now()):
            with self.sessions.holding(side):
                self.log_in.start(side, anew=True)
            return Refreshed.REFRESHED
        if not self.log_in.is_due(stored, state.attempts, self.clock.now()):
            return Refreshed.NOT_DUE
        with self.sessions.holding(side):
            return Refreshed.REFRESHED if self.log_in.planned(side) is not None else Refreshed.NOT_DUE
