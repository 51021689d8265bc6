"""Set the kill switch: deny every new order of the desk but close-all's, until it is lifted."""

from attrs import frozen

from jainam.domain.kill_switch import KillSwitch
from jainam.ports.clock import Clock
from jainam.ports.intent_journal import IntentJournal
from jainam.ports.telemetry import Telemetry


@frozen
class SetKillSwitch:
    """Turns the desk's kill switch on or off, for every process and until somebody turns it back."""

    journal: IntentJournal
    clock: Clock
    telemetry: Telemetry

    def run(self, *, on: bool, reason: str = "") -> KillSwitch:
        """Store the switch and return it. *reason* is shown with every denial."""
        switch = KillSwitch(is_on=on, reason=reason if on else "", changed_at=self.clock.now())
        self.journal.set_kill_switch(switch)
        self.telemetry.note("kill-switch", on=on, reason=reason)
        return switch
