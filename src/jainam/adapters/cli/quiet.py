"""Logs and warnings of a run: silent unless asked for, and never with a secret in them."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from jainam.adapters.cli.reports import put
from jainam.domain.sessions import Secret

_SHORTEST_SECRET = 6
"""A shorter one would black out half of every text, and is nobody's real key."""


class _OnlyForDebug(logging.Handler):
    """Writes records to stderr in a run with ``--debug``, and drops them otherwise."""

    def __init__(self, is_debug: Callable[[], bool], scrub: Callable[[str], str]) -> None:
        super().__init__(logging.DEBUG)
        self._is_debug = is_debug
        self._scrub = scrub
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_debug():
            put(sys.stderr, self._scrub(self.format(record)) + "\n")


@contextmanager
def quiet(is_debug: Callable[[], bool], notice: Callable[[str], None], scrub: Callable[[str], str]) -> Iterator[None]:
    """Take logs and warnings in hand for as long as a run lasts, and put everything back."""
    ours, everybody = logging.getLogger("jainam"), logging.getLogger()
    before = ours.level
    handler, nobody = _OnlyForDebug(is_debug, scrub), logging.NullHandler()
    ours.addHandler(handler)
    everybody.addHandler(nobody)  # else other libraries' warnings reach stderr by logging's last resort
    if is_debug():
        ours.setLevel(logging.DEBUG)
    told: set[str] = set()

    def tell(message: Warning | str, *_: object, **__: object) -> None:
        if str(message) not in told:
            told.add(str(message))
            notice(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = tell
        try:
            yield
        finally:
            ours.setLevel(before)
            ours.removeHandler(handler)
            everybody.removeHandler(nobody)


def without_secrets(text: str, secrets: Iterable[Secret]) -> str:
    """Return a text with every one of these secrets masked."""
    for secret in sorted((one.reveal() for one in secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "****")
    return text
