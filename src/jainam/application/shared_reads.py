"""One read serves every caller that was already waiting when it was sent."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import define, field

from jainam.domain.errors import LimitExceeded
from jainam.ports.broker import BeforeSend

_Answer = TypeVar("_Answer")


@define(eq=False)
class _Batch(Generic[_Answer]):
    """Callers that share one read, and its answer."""

    over: threading.Event = field(factory=threading.Event)
    answer: _Answer | None = None
    error: BaseException | None = None


class SharedRead(Generic[_Answer]):
    """
    A read that callers share.

    A caller is never given an answer that was sent before it asked: it joins the read that waits to be sent (at the
    rate limit, usually), or starts the next one. So forty keys do not queue for one read a second, and the answer's
    moment is never older than the question.
    """

    def __init__(self, read: Callable[[BeforeSend], _Answer], *, bound_s: float) -> None:
        self._read = read
        self._bound_s = bound_s
        self._lock = threading.Lock()
        self._waiting: _Batch[_Answer] | None = None

    def get(self) -> _Answer:
        """
        Return the answer of a read that is sent after this call.

        Raises:
            LimitExceeded: The read that this caller joined did not end within the bound.
            BrokerError: As the read; every caller of the batch gets the same error.
        """
        with self._lock:
            batch = self._waiting
            leads = batch is None
            if batch is None:
                batch = self._waiting = _Batch()
        if leads:
            return self._lead(batch)
        if not batch.over.wait(self._bound_s):
            raise LimitExceeded(f"a shared read took longer than {self._bound_s:.0f} s", retry_after_s=1.0)
        if batch.error is not None:
            raise batch.error
        return batch.answer  # type: ignore[return-value]  # set before the event, as there was no error

    def _lead(self, batch: _Batch[_Answer]) -> _Answer:
        def close() -> None:
            with self._lock:
                if self._waiting is batch:
                    self._waiting = None

        try:
            batch.answer = self._read(close)
        except BaseException as error:
            batch.error = error
            raise
        finally:
            close()
            batch.over.set()
        return batch.answer
