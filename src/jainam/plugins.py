"""Plug-ins: found, loaded under control, and asked for what they register; one plug-in manager for each desk."""

import importlib
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

import pluggy
from attrs import define, field, frozen

from jainam.domain.errors import PluginError
from jainam.hookspecs import PROJECT, Hooks
from jainam.ports.broker import BrokerFactory
from jainam.ports.parts import Part, PartFactory, TokenRepositoryFactory

BUILT_IN = (
    "jainam.adapters.xts_rest.plugin",
    "jainam.adapters.sql.plugin",
    "jainam.adapters.local.plugin",
    "jainam.adapters.instrument_files.plugin",
)
"""Our own parts come through the same door as anybody's."""

_log = logging.getLogger("jainam.plugins")
_Thing = TypeVar("_Thing")


@frozen
class Registered(Generic[_Thing]):
    """Something that a plug-in registered, and the package that it came from."""

    thing: _Thing
    package: str
    is_simulated: bool = False


@frozen
class PluginFailure:
    """A plug-in that could not be loaded or failed while it registered."""

    package: str
    reason: str


@define
class Plugins:
    """What the loaded plug-ins offer, by name."""

    brokers: dict[str, list[Registered[BrokerFactory]]] = field(factory=dict)
    token_repositories: dict[str, list[Registered[TokenRepositoryFactory]]] = field(factory=dict)
    parts: dict[tuple[Part, str], list[Registered[PartFactory]]] = field(factory=dict)
    commands: dict[str, list[Registered[object]]] = field(factory=dict)
    failures: list[PluginFailure] = field(factory=list)

    def broker(self, name: str) -> Registered[BrokerFactory]:
        """Return the chosen broker, or raise ``PluginError`` with what there is."""
        return self._chosen("broker", "JAINAM_BROKER", name, self.brokers)

    def token_repository(self, name: str) -> Registered[TokenRepositoryFactory]:
        """Return the chosen token repository, or raise ``PluginError`` with what there is."""
        return self._chosen("token repository", "JAINAM_TOKEN_REPOSITORY", name, self.token_repositories)

    def part(self, part: Part, name: str) -> Registered[PartFactory]:
        """Return a part by name, or raise ``PluginError`` with what there is."""
        offered = {known: found for (kind, known), found in self.parts.items() if kind is part}
        return self._chosen(part.value, None, name, offered)

    def _chosen(
        self, what: str, setting: str | None, name: str, offered: Mapping[str, list[Registered[_Thing]]]
    ) -> Registered[_Thing]:
        found = offered.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            packages = " and ".join(one.package for one in found)
            raise PluginError(f"{what} {name!r} is registered by {packages}", hint="uninstall one of them")
        names = ", ".join(sorted(offered)) or "none"
        failed = "; ".join(f"{failure.package}: {failure.reason}" for failure in self.failures)
        choose = f"choose one with {setting}" if setting is not None else ""  # no setting chooses the other parts yet
        hint = f"plug-ins that failed to load: {failed}" if failed else choose
        raise PluginError(f"there is no {what} {name!r}; there are: {names}", hint=hint)


def load_plugins(extra: Iterable[object] = (), *, only: Iterable[str] | None = None) -> Plugins:
    """
    Return what the built-in plug-ins, those of installed packages and *extra* ones register.

    Args:
        extra: Modules or objects with hook implementations, for a host that brings its own parts.
        only: Names of entry points to load, instead of all; empty loads none but the built-in ones.

    A plug-in that fails is noted with its package and leaves the others alone.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    plugins = Plugins()
    sources: list[tuple[str, object]] = [("jainam", name) for name in BUILT_IN]
    wanted = None if only is None else set(only)
    for point in entry_points(group=PROJECT):
        if wanted is None or point.name in wanted:
            package = point.dist.name if point.dist is not None else point.name
            sources.append((package, point))
    sources += [(getattr(one, "__name__", type(one).__name__), one) for one in extra]
    for package, source in sources:
        _load_one(manager, plugins, package, source)
    return plugins


def _load_one(manager: pluggy.PluginManager, plugins: Plugins, package: str, source: object) -> None:
    """Load one plug-in and collect what it registers."""
    try:
        module = _loaded(source)
        manager.register(module)
        unknown = _unknown_hooks(manager, module)
        if unknown:
            raise PluginError(f"there is no hook {', '.join(unknown)}")
        for hook, register in _registrars(plugins, package).items():
            # only this plug-in's implementation, so that a failing one can't abort another's
            others = [one for one in manager.get_plugins() if one is not module]
            manager.subset_hook_caller(hook, others)(register=register)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a plug-in may raise anything; fatal only when chosen
        reason = f"{type(error).__name__}: {error}"
        plugins.failures.append(PluginFailure(package, reason))
        _log.warning("plug-in of package %s failed to load: %s", package, reason)


def _loaded(source: object) -> object:
    """Return a plug-in: imported by its name, as its entry point says, or as it was handed in."""
    if isinstance(source, EntryPoint):
        return source.load()
    return importlib.import_module(source) if isinstance(source, str) else source


def _unknown_hooks(manager: pluggy.PluginManager, module: object) -> list[str]:
    """Return hooks that a plug-in implements and nobody calls: misspelt, or of another version."""
    return [
        caller.name
        for caller in manager.get_hookcallers(module) or ()
        if not caller.has_spec()
        and any(one.plugin is module and not one.optionalhook for one in caller.get_hookimpls())
    ]


def _registrars(plugins: Plugins, package: str) -> dict[str, Any]:
    """Return the register callback for each hook."""

    def broker(name: str, factory: BrokerFactory, *, is_simulated: bool = False) -> None:
        plugins.brokers.setdefault(name, []).append(Registered(factory, package, is_simulated))

    def token_repository(name: str, factory: TokenRepositoryFactory) -> None:
        plugins.token_repositories.setdefault(name, []).append(Registered(factory, package))

    def part(kind: Part, name: str, factory: PartFactory) -> None:
        plugins.parts.setdefault((kind, name), []).append(Registered(factory, package))

    def command(name: str, command: object) -> None:
        plugins.commands.setdefault(name, []).append(Registered(command, package))

    return {
        "jainam_register_brokers": broker,
        "jainam_register_token_repositories": token_repository,
        "jainam_register_parts": part,
        "jainam_register_commands": command,
    }
