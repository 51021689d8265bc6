"""The folder in memory that belongs to this user alone."""

import os
import stat
from pathlib import Path

from jainam import ConfigurationError

VARIABLE = "MEMORY_TOKENS_DIR"
USUAL = "/dev/shm"  # noqa: S108  # the check below is against what makes shared folders dangerous


def memory_folder() -> Path:
    """
    Return the user's folder in a memory file system, made when it is not there.

    Raises:
        ConfigurationError: There is no such file system, or somebody else got there first.
    """
    root = Path(os.environ.get(VARIABLE) or USUAL)
    folder = root / f"jainam-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()  # not stat: a link may lead anywhere
    except OSError as error:
        raise ConfigurationError(
            f"sessions can't be kept in memory below {root}: {error.strerror}",
            hint=f"name a folder of a memory file system with {VARIABLE}",
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ConfigurationError(
            f"{folder} is not a folder of yours alone",
            hint=f"find out who made it; then remove it, or name another place with {VARIABLE}",
        )
    return folder
