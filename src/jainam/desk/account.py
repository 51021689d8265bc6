"""An account of a desk: its sessions, its clients, and what concerns all of them."""

from collections.abc import Sequence

from jainam.application.cancel_order import Cancelled
from jainam.application.close_all import Closing
from jainam.application.refresh_tokens import Refreshed
from jainam.desk.client import Client, FindSymbol
from jainam.desk.wiring import UseCases
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.closing import CloseResult, ClosingMark, Scope
from jainam.domain.instruments import Instrument
from jainam.domain.orders import OrderRow, Trade
from jainam.domain.portfolio import Position
from jainam.domain.sessions import Session, SessionState, Side

BOTH_SIDES = (Side.INTERACTIVE, Side.MARKET)


class Account:
    """One login of the desk. `client` gives whom it trades for; the methods here concern everyone."""

    def __init__(self, account: AccountId, uses: UseCases, find: FindSymbol) -> None:
        self._id = account
        self._uses = uses
        self._find = find

    @property
    def id(self) -> AccountId:
        """Broker, server and kind."""
        return self._id

    @property
    def uses(self) -> UseCases:
        """The use cases behind the methods."""
        return self._uses

    def __repr__(self) -> str:
        return f"Account({self._id})"

    def client(self, code: str | None = None) -> Client:
        """Return a client by its code; without one the account itself (an investor's, or a PRO dealer's own code)."""
        return Client(self._id, self._uses, self._find, code)

    @property
    def clients(self) -> tuple[Client, ...]:
        """The clients that the login may name; the account itself where it has a book of its own."""
        if self._id.kind is not AccountKind.NORMAL:
            return (self.client(),)
        session = self._uses.sessions.current(Side.INTERACTIVE)
        return tuple(self.client(code) for code in session.client_codes)

    # sessions

    def log_in(self, *, anew: bool = False) -> tuple[Session, ...]:
        """
        Log in on both sides, or take the stored sessions where they still work; *anew* logs in regardless.

        Raises:
            SessionRefused: The venue refused the keys, or the feed token belongs to another user.
        """
        return tuple(self._uses.log_in.start(side, anew=anew) for side in BOTH_SIDES)

    def log_out(self, sides: Sequence[Side] = BOTH_SIDES) -> tuple[Side, ...]:
        """End the sessions and return the sides that had one."""
        return self._uses.log_out.run(sides)

    def refresh(self, *, anew: bool = False) -> dict[Side, Refreshed]:
        """Do today's planned refresh where it is due, and replace sessions that have ended."""
        return {side: self._uses.refresh.run(side, anew=anew) for side in BOTH_SIDES}

    def sessions(self) -> tuple[SessionState, ...]:
        """Return the state of both sides; no token is in it."""
        return tuple(self._uses.sessions.repository.state(self._id, side) for side in BOTH_SIDES)

    # everyone

    def orders(self) -> tuple[OrderRow, ...]:
        """Return today's orders of everyone the account trades for."""
        return self._uses.books.order_book().rows

    def trades(self) -> tuple[Trade, ...]:
        """Return today's fills of everyone the account trades for."""
        return self._uses.sessions.call(
            Side.INTERACTIVE,
            lambda session: self._uses.broker.books.trades(session, None, everyone=self._trades_for_many).rows,
        )

    def positions(self) -> tuple[Position, ...]:
        """Return the net positions of everyone the account trades for."""
        return self._uses.books.positions().rows

    def cancel_all(self, symbol: str | Instrument | None = None) -> tuple[Cancelled, ...]:
        """Cancel everyone's working orders and return what became of each."""
        instrument = None if symbol is None else self._find(symbol)
        return self._uses.cancel_all.run(self.scope(), instrument)

    def close_all(self, *, dry_run: bool = False, cancel_working: bool = True, force: bool = False) -> CloseResult:
        """Close every position of everyone the account trades for."""
        return self._uses.close_all.run(
            Closing(self.scope(), dry_run=dry_run, cancel_working=cancel_working, force=force)
        )

    def abandon_close_all(self, client: str | None = None) -> tuple[ClosingMark, ...]:
        """End the marks that dead runs of close-all left, and return them."""
        return self._uses.close_all.abandon(self.scope() if client is None else Scope(self._id, client))

    def scope(self) -> Scope:
        """Return the scope of everyone the account trades for."""
        return Scope(self._id, everyone=True) if self._trades_for_many else Scope(self._id)

    @property
    def _trades_for_many(self) -> bool:
        return self._id.kind is AccountKind.NORMAL
