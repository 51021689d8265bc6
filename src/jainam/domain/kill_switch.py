"""The kill switch: one flag that denies every new order of the desk but those of close-all."""

from datetime import datetime

from attrs import frozen


@frozen
class KillSwitch:
    """The desk's kill switch as the store keeps it; survives restarts."""

    is_on: bool = False
    reason: str = ""
    changed_at: datetime | None = None
