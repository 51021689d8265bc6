"""Log out: end a session at the venue and forget it here."""

from collections.abc import Sequence

from attrs import frozen

from jainam.domain.accounts import AccountId
from jainam.domain.errors import SessionRefused
from jainam.domain.sessions import Side
from jainam.ports.broker import SessionGateway
from jainam.ports.clock import Clock
from jainam.ports.token_repository import TokenRepository


@frozen
class LogOut:
    """Ends sessions. Afterwards the desk has none and says so until somebody logs in again."""

    account: AccountId
    gateway: SessionGateway
    repository: TokenRepository
    clock: Clock

    def run(self, sides: Sequence[Side]) -> tuple[Side, ...]:
        """
        Log out of these sides and return those that had a session.

        The stored session goes first: a logout whose answer is lost leaves nothing usable behind.
        """
        ended = []
        for side in sides:
            session = self.repository.get(self.account, side)
            self.repository.remove(self.account, side, logged_out_at=self.clock.now())
            if session is None:
                continue
            ended.append(side)
            try:
                self.gateway.log_out(session)
            except SessionRefused:
                continue  # the venue has ended it already, which is what was wanted
        return tuple(ended)
