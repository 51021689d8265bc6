"""A store's address and its file, readable by its owner alone."""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from jainam.domain.errors import ConfigurationError

_FILE_MODE = 0o600
_DIRECTORY_MODE = 0o700
_OTHERS = 0o077


def sqlite_address(url: str) -> URL:
    """
    Return a store's address.

    Raises:
        ConfigurationError: It is no URL, or of another database than SQLite. It is not shown: it may hold a password.
    """
    hint = "name a file like sqlite:////var/lib/desk/desk.db"
    try:
        address = make_url(url)
    except ArgumentError:
        raise ConfigurationError("the store's address is no database URL", hint=hint) from None
    if address.get_backend_name() != "sqlite":
        raise ConfigurationError(f"a store in {address.get_backend_name()} is not supported", hint=hint)
    if address.query:
        raise ConfigurationError("the store's address has options, and a store has none", hint=hint)
    return address


def secure_file(path: Path) -> None:
    """
    Make sure that the file exists and nobody but its owner may read it; SQLite gives its helper files the same mode.

    Directories that are missing are created for the owner alone; those that exist stay as they are.
    """
    missing = [directory for directory in path.absolute().parents if not directory.exists()]
    for directory in reversed(missing):
        with suppress(FileExistsError):  # another process was quicker
            directory.mkdir(mode=_DIRECTORY_MODE)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _FILE_MODE))
    mode = path.stat().st_mode
    if mode & _OTHERS:
        path.chmod(mode & ~_OTHERS)
