"""The journal: every order intent before it is sent, and everything the desk knows of its orders."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from attrs import frozen

from jainam.domain.accounts import AccountId
from jainam.domain.closing import ClosingMark, Scope
from jainam.domain.intents import IntentState, Order, ProcessMark
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.orders import OrderRow, PositionKey
from jainam.domain.positions import AgreedNet
from jainam.domain.settlement import Verdict


@frozen
class StoreAge:
    """How old the store is, told apart from the desk's secret: a younger store was lost or restored."""

    created_at: datetime
    is_younger_than_desk: bool


@frozen
class KeyClaim:
    """A caller's key as the journal keeps it: what it was used for, by whom, and what the caller was told."""

    caller_key: str
    content: str
    """Digest of what was asked."""
    sender: ProcessMark
    claimed_at: datetime
    outcome: str | None = None
    """What the first call ended with, as a JSON text of the use case's own; ``None`` while it runs."""


class IntentJournal(Protocol):
    """
    Append-only entries with the orders' present state folded in the same transaction.

    Every method is one transaction. *Durable* ones have reached the disk when they return; the others survive a
    killed process, not a power cut. All raise ``StoreError``.
    """

    def record(self, orders: Sequence[Order]) -> tuple[Order, ...]:
        """
        Write one parent's orders, none of them sent yet, and return them.

        Where they carry a caller's key that the journal knows, nothing is written and the known orders are returned
        (compare ``content``).
        """
        ...

    def reopen(self, client_order_id: str, *, sender: ProcessMark, epoch: int, at: datetime) -> Order | None:
        """
        Let an intent without effect go again, back to ``RECORDED``; same identifier, conditional on its state.

        Returns:
            The order as it is now, or ``None`` when it has another state.
        """
        ...

    def mark_sending(
        self,
        client_order_id: str,
        *,
        attempt: int,
        sender: ProcessMark,
        at: datetime,
        is_past_deadline: Callable[[], bool],
    ) -> Order:
        """
        Commit durably that the order is about to be written to the wire.

        The same transaction reads the kill switch, the closing marks and the epoch of the order's scope (which do not
        bind close orders), the deadline by *is_past_deadline* (asked inside the transaction, whose start may have had
        to wait), and that the intent is still open: ``RECORDED`` for the first attempt, ``SENDING`` of the same sender
        for a repeat after an answer that proved no effect.

        Raises:
            OrderDenied: One of them forbids it (codes ``kill-switch``, ``closing``, ``closed-meanwhile``, ``deadline``,
                ``settled``). A first attempt that is denied is settled as ``DENIED`` in the same transaction.
        """
        ...

    def settle(
        self, client_order_id: str, verdict: Verdict, *, expected: frozenset[IntentState], at: datetime
    ) -> Order | None:
        """
        Write a verdict, conditional on the state it was read in.

        Returns:
            The order as it is now, or ``None`` when its state is not among *expected* any more.
        """
        ...

    def observe(self, rows: Sequence[OrderRow], *, seen_at: datetime) -> tuple[Order, ...]:
        """
        Fold rows of the venue's book into the orders they belong to, and return those that changed.

        A row belongs to an order by its identifier, or by its app order id where it carries none (`order_states`). A
        row with our mark and the desk's tag that the journal does not know is adopted as a placed plain order. An
        unsettled order with a row is placed. A newly seen fill may void the agreed net of its key (`is_voided`).
        """
        ...

    def claim_key(self, claim: KeyClaim) -> KeyClaim:
        """Store a claim on a caller's key unless there is one, and return the stored one (equal when it is yours)."""
        ...

    def take_over_key(self, claim: KeyClaim, *, last: KeyClaim) -> bool:
        """Put *claim* in place of *last*, conditional on *last* still standing unchanged."""
        ...

    def end_key(self, caller_key: str, outcome: str) -> None:
        """Store what the caller of this key was told; later calls with it are told the same."""
        ...

    def get(self, client_order_id: str) -> Order | None:
        """Return one order."""
        ...

    def by_app_order_id(self, account: AccountId, app_order_id: str, day: date) -> Order | None:
        """Return the order that the venue knows under this id today."""
        ...

    def by_caller_key(self, caller_key: str) -> tuple[Order, ...]:
        """Return the orders of one keyed intent, in slicing order."""
        ...

    def of_key(self, key: PositionKey, day: date) -> tuple[Order, ...]:
        """Return the day's orders on a position, and those of any day that are unsettled, oldest first."""
        ...

    def of_scope(self, scope: Scope, day: date) -> tuple[Order, ...]:
        """Return the scope's orders of the day that are recorded, live or unsettled, and the unsettled of any day."""
        ...

    def agreed_net(self, key: PositionKey, day: date) -> AgreedNet | None:
        """Return the net that was last agreed today, unless something voided it."""
        ...

    def keep_agreed(self, key: PositionKey, agreed: AgreedNet) -> None:
        """Store an agreed net with the ``cum_qty`` of every own order of the key."""
        ...

    def kill_switch(self) -> KillSwitch:
        """Return the kill switch."""
        ...

    def set_kill_switch(self, switch: KillSwitch) -> None:
        """Store the kill switch, durably."""
        ...

    def begin_closing(self, mark: ClosingMark) -> int:
        """Leave a closing mark, durably, raise the scope's epoch and return it."""
        ...

    def end_closing(self, run_ids: Sequence[str]) -> None:
        """Take closing marks away."""
        ...

    def closing_marks(self) -> tuple[ClosingMark, ...]:
        """Return every closing mark of the desk."""
        ...

    def epoch(self, account: AccountId, client: str | None) -> int:
        """Return the epoch that an order of this client must state; it grows with every close-all that concerns it."""
        ...

    def age(self) -> StoreAge:
        """Return how old the store is."""
        ...

    def facts(self) -> Mapping[str, str]:
        """Return small facts that the desk remembers between processes."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Store one such fact."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
