"""Logs and warnings of a run: silent unless asked for, and never with a secret in them."""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from jainam.adapters.cli.running import Running

_SHORTEST_SECRET = 6


class _Scrubbing(logging.Formatter):
    """Formats records without secrets."""

    def __init__(self, running: Running) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._running = running

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(self._running, super().format(record))


class _OnlyForDebug(logging.Handler):
    """Writes records to stderr in a run with ``--debug``, and drops them otherwise."""

    def __init__(self, running: Running) -> None:
        super().__init__(logging.DEBUG)
        self._running = running
        self.setFormatter(_Scrubbing(running))

    def emit(self, record: logging.LogRecord) -> None:
        if self._running.is_debug:
            sys.stderr.write(self.format(record) + "\n")


@contextmanager
def quiet(running: Running) -> Iterator[None]:
    """Take logs and warnings in hand for as long as a run lasts, and put everything back."""
    ours, everybody = logging.getLogger("jainam"), logging.getLogger()
    before = ours.level
    handler, nobody = _OnlyForDebug(running), logging.NullHandler()
    ours.addHandler(handler)
    everybody.addHandler(nobody)  # else other libraries' warnings reach stderr by logging's last resort
    if running.is_debug:
        ours.setLevel(logging.DEBUG)
    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = lambda message, *_, **__: running.notice(f"warning: {message}")
        try:
            yield
        finally:
            ours.setLevel(before)
            ours.removeHandler(handler)
            everybody.removeHandler(nobody)


def scrubbed(running: Running, text: str) -> str:
    """Return a text without any secret of the settings in force."""
    from jainam.domain.errors import JainamError  # noqa: PLC0415  # only --debug needs it

    try:
        secrets = [secret.reveal() for secret in running.settings().secrets()]
    except JainamError:
        return text
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "****")
    return text
