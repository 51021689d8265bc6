"""
Every plug-in hook: the contract between `jainam` and packages that replace or add a part.

A package names a module under the entry-point group ``jainam``; the module's functions marked with `hookimpl` are
called once for each desk. They register factories and must neither do I/O nor import anything heavy themselves.
"""

from typing import Protocol

import pluggy

from jainam.ports.broker import BrokerFactory
from jainam.ports.parts import Part, PartFactory, TokenRepositoryFactory

PROJECT = "jainam"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RegisterBroker(Protocol):
    """Registers a broker under the name that ``JAINAM_BROKER`` chooses it by."""

    def __call__(self, name: str, factory: BrokerFactory, *, is_simulated: bool = False) -> None: ...


class RegisterTokenRepository(Protocol):
    """Registers a token repository under the name that ``JAINAM_TOKEN_REPOSITORY`` chooses it by."""

    def __call__(self, name: str, factory: TokenRepositoryFactory) -> None: ...


class RegisterPart(Protocol):
    """Registers a part of a desk under a name."""

    def __call__(self, part: Part, name: str, factory: PartFactory) -> None: ...


class RegisterCommand(Protocol):
    """Registers a command of the ``jainam`` command line: a click command, or a function that returns one."""

    def __call__(self, name: str, command: object) -> None: ...


class Hooks:
    """The hooks, each with one sentence."""

    @hookspec
    def jainam_register_brokers(self, register: RegisterBroker) -> None:
        """Register brokers: ``register(name, factory, is_simulated=False)``."""

    @hookspec
    def jainam_register_token_repositories(self, register: RegisterTokenRepository) -> None:
        """Register token repositories: ``register(name, factory)``."""

    @hookspec
    def jainam_register_commands(self, register: RegisterCommand) -> None:
        """Register commands of the ``jainam`` command line: ``register(name, command)``."""

    @hookspec
    def jainam_register_parts(self, register: RegisterPart) -> None:
        """Register the other parts of a desk, journal and locks among them: ``register(part, name, factory)``."""
