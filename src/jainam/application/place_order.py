"""Place an order as it is: checked, sliced, journalled and sent."""

from attrs import frozen

from jainam.application.submit_order import Submission, SubmitOrder, Ticket
from jainam.domain.accounts import AccountId
from jainam.domain.errors import OrderDenied, Violation
from jainam.domain.intents import content_of
from jainam.domain.kill_switch import KillSwitch
from jainam.domain.order_checks import check_order
from jainam.domain.orders import OrderRequest, Purpose
from jainam.domain.slicing import slice_order
from jainam.ports.intent_journal import IntentJournal


@frozen
class PlaceOrder:
    """Places plain orders. A quantity above the exchange's limit goes as several orders under one parent."""

    account: AccountId
    submit: SubmitOrder
    journal: IntentJournal

    def check(self, request: OrderRequest) -> tuple[OrderRequest, ...]:
        """
        Return the children that would be sent.

        Raises:
            OrderDenied: With every violation of the order.
        """
        violations = check_order(request)
        if violations:
            raise OrderDenied(violations)
        return tuple(request.with_quantity(part) for part in slice_order(request.quantity, request.instrument.rules))

    def run(self, client: str | None, request: OrderRequest, caller_key: str | None = None) -> Submission:
        """
        Place an order for a client, or for the own account (``None``).

        Raises:
            OrderDenied: A rule is broken, or the kill switch is on, or the scope is being closed.
            KeyReused, OutcomeInDoubt, StoreError: As `SubmitOrder`.
        """
        children = self.check(request)
        if caller_key is None:
            deny_if_killed(self.journal.kill_switch())
        return self.submit.run(
            Ticket(
                client=client,
                children=children,
                purpose=Purpose.PLAIN,
                content=content_of(self.account, client, (request,), Purpose.PLAIN),
                epoch=self.journal.epoch(self.account, client),
                caller_key=caller_key,
            )
        )


def deny_if_killed(switch: KillSwitch) -> None:
    """
    Deny before anything is recorded; the SENDING mark looks again.

    Raises:
        OrderDenied: The kill switch is on.
    """
    if switch.is_on:
        reason = f" ({switch.reason})" if switch.reason else ""
        raise OrderDenied(
            (Violation("kill_switch", f"the desk's kill switch is on{reason}", "kill-switch"),),
            hint="lift it with: jainam kill-switch off",
        )
