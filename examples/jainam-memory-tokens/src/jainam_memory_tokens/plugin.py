"""What jainam finds by the entry point. Imports nothing heavy: factories import what they build when called."""

from typing import TYPE_CHECKING

from jainam import hookimpl
from jainam.hookspecs import RegisterCommand, RegisterTokenRepository
from jainam.ports.parts import PartOptions
from jainam.ports.token_repository import TokenRepository

if TYPE_CHECKING:
    import click


@hookimpl
def jainam_register_token_repositories(register: RegisterTokenRepository) -> None:
    """Offer the repository under the name that JAINAM_TOKEN_REPOSITORY chooses it by."""
    register("memory", token_repository)


@hookimpl
def jainam_register_commands(register: RegisterCommand) -> None:
    """Add a command to the command line."""
    register("memory-tokens", command)


def token_repository(options: PartOptions) -> TokenRepository:
    """Return the repository of one desk."""
    from jainam_memory_tokens.folder import memory_folder  # noqa: PLC0415  # loads only when chosen
    from jainam_memory_tokens.repository import MemoryTokens  # noqa: PLC0415  # loads only when chosen

    identity = options.identity
    assert identity is not None
    # the same number in every process of the desk, and in no other desk
    name = f"{identity.keyed_number('memory-tokens'):064x}"
    return MemoryTokens(memory_folder() / f"{name[:32]}.json", identity.store_key(), options.clock)


def command() -> "click.Command":
    """Return the command; called when somebody runs it, not for the list of commands."""
    from jainam_memory_tokens.command import memory_tokens  # noqa: PLC0415  # loads only when run

    return memory_tokens
