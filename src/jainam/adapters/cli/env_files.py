"""The `.env` file of a fresh install: the bundled simulator, and nothing else by accident."""

import os
import secrets
from pathlib import Path

from jainam.domain.errors import ConfigurationError
from jainam.settings import SIMULATOR_PORT
from jainam.simulator.accounts import ACCOUNTS

_MODE = 0o600


def simulator_settings(port: int = SIMULATOR_PORT) -> dict[str, str]:
    """Return the settings of a desk on the bundled simulator, by name."""
    settings = {
        "JAINAM_BROKER": "simulator",
        "JAINAM_BASE_URL": f"http://127.0.0.1:{port}",
        "JAINAM_HOME": ".jainam",
        "JAINAM_LOGIN": "auto",
        "JAINAM_ACTIVE_SYMPHONY_SERVER": "B",
        "JAINAM_ACTIVE_ACCOUNT_TYPE": "NORMAL",
    }
    for account in ACCOUNTS:
        stem = f"JAINAM_SYMPHONY_{account.server}_{account.kind.value}"
        settings[f"{stem}_INTERACTIVE_API_KEY"] = account.interactive.app_key
        settings[f"{stem}_INTERACTIVE_API_SECRET"] = account.interactive.secret_key
        settings[f"{stem}_MARKET_API_KEY"] = account.market.app_key
        settings[f"{stem}_MARKET_API_SECRET"] = account.market.secret_key
    return settings


def env_text(settings: dict[str, str]) -> str:
    """Return a `.env` file: single quotes, so that a secret with $ or # arrives unchanged."""
    lines = [
        "# The bundled simulator: no real market, no real money. The keys below are the simulator's own.",
        "# For the real servers set JAINAM_BROKER=jainam, leave JAINAM_BASE_URL out, and put your own keys here.",
        "# Single quotes keep $ and # in a secret as they are. 'jainam config show' lists every setting.",
    ]
    lines += [f"{name}='{text}'" if _needs_quotes(text) else f"{name}={text}" for name, text in settings.items()]
    return "\n".join(lines) + "\n"


def write_env_file(path: Path, text: str, *, force: bool) -> None:
    """
    Write a file that only its owner may read, whole or not at all.

    Raises:
        ConfigurationError: It exists and *force* is not given, or it can't be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "w", encoding="utf-8") as file:
            file.write(text)
        try:
            if force:
                beside.replace(path)
            else:
                os.link(beside, path)  # fails where it exists, whoever was quicker
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise ConfigurationError(
            f"{path} exists already", hint="keep it, or overwrite it with: jainam init --force", code="exists"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path} can't be written: {error.strerror}", code="not-written") from error


def _needs_quotes(text: str) -> bool:
    return any(not (letter.isalnum() or letter in "._-/:") for letter in text)
