"""What objects do in a forked child, where none of the parent's other threads lives on."""

import os
from collections.abc import Callable
from weakref import WeakMethod

_calls: list[WeakMethod[Callable[[], None]]] = []


def in_forked_child(method: Callable[[], None]) -> None:
    """Call a bound method first thing in every forked child, for as long as its object lives."""
    _calls[:] = [call for call in _calls if call() is not None]
    _calls.append(WeakMethod(method))


def _after_fork() -> None:
    for call in _calls:
        method = call()
        if method is not None:
            method()


os.register_at_fork(after_in_child=_after_fork)
