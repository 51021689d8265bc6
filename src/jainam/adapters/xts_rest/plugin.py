"""The plug-in that registers the XTS broker: for the real servers, and for the bundled simulator."""

from attrs import evolve

from jainam.hookspecs import RegisterBroker, hookimpl
from jainam.ports.broker import Broker, BrokerOptions, BrokerTools


@hookimpl
def jainam_register_brokers(register: RegisterBroker) -> None:
    """Register the broker under two names, so that a simulated desk is one by choice and never by accident."""
    register("jainam", servers)
    register("simulator", simulator, is_simulated=True)


def servers(options: BrokerOptions, tools: BrokerTools) -> Broker:
    """Return the broker of a real server."""
    from jainam.adapters.xts_rest.broker import xts_broker  # noqa: PLC0415  # httpx loads with the first account

    return xts_broker(options, tools)


def simulator(options: BrokerOptions, tools: BrokerTools) -> Broker:
    """Return the broker of a simulator on this machine; where it does not run, errors say how to start it."""
    hint = f"the simulator does not run at {options.base_url}; start it with: jainam simulate"
    return servers(evolve(options, extra={**options.extra, "unavailable_hint": hint}), tools)
