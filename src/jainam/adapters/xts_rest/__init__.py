"""XTS over HTTP: the one importer of httpx, behind the broker port."""

from jainam.adapters.xts_rest.broker import XtsBroker, xts_broker, xts_broker_factory

__all__ = ["XtsBroker", "xts_broker", "xts_broker_factory"]
