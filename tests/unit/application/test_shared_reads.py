"""One read serves every caller that was already waiting when it was sent, and none that came later."""

import threading

import pytest

from jainam.application.shared_reads import SharedRead
from jainam.domain.errors import AnswerLost, JainamError, LimitExceeded

BOUND_S = 20.0


class Venue:
    """Answers with the number of the read, and holds each read back until the test lets it go."""

    def __init__(self):
        self.reads = 0
        self.at_the_limit = threading.Semaphore(0)
        self.may_be_sent = threading.Semaphore(0)
        self.sent = threading.Semaphore(0)
        self.may_answer = threading.Semaphore(0)
        self.error = None

    def read(self, before_send):
        self.at_the_limit.release()
        assert self.may_be_sent.acquire(timeout=BOUND_S)
        before_send()
        self.reads += 1
        number = self.reads
        self.sent.release()
        assert self.may_answer.acquire(timeout=BOUND_S)
        if self.error is not None:
            raise self.error
        return number


class Caller(threading.Thread):
    def __init__(self, shared):
        super().__init__(daemon=True)
        self.shared, self.answer, self.error = shared, None, None
        self.start()

    def run(self):
        try:
            self.answer = self.shared.get()
        except JainamError as error:
            self.error = error

    def ended(self):
        self.join(BOUND_S)
        assert not self.is_alive()
        return self


def waiting(shared):
    """How many callers a batch that is not sent yet has, its leader left out."""
    batch = shared._waiting
    return 0 if batch is None else len(batch.over._cond._waiters)


def until(condition):
    ended = threading.Event()
    for _ in range(20_000):
        if condition():
            return
        ended.wait(0.001)
    raise AssertionError("the condition never came true")


def test_callers_that_wait_when_a_read_is_sent_share_it():
    venue = Venue()
    shared = SharedRead(venue.read, bound_s=BOUND_S)
    callers = [Caller(shared)]
    assert venue.at_the_limit.acquire(timeout=BOUND_S)
    callers += [Caller(shared) for _ in range(7)]
    until(lambda: waiting(shared) == 7)

    venue.may_be_sent.release()
    venue.may_answer.release()

    assert [caller.ended().answer for caller in callers] == [1] * 8
    assert venue.reads == 1


def test_a_caller_that_comes_after_the_send_gets_the_next_read():
    venue = Venue()
    shared = SharedRead(venue.read, bound_s=BOUND_S)
    early = Caller(shared)
    assert venue.at_the_limit.acquire(timeout=BOUND_S)
    venue.may_be_sent.release()
    assert venue.sent.acquire(timeout=BOUND_S)

    late = Caller(shared)
    assert venue.at_the_limit.acquire(timeout=BOUND_S)
    venue.may_be_sent.release()
    assert venue.sent.acquire(timeout=BOUND_S)
    venue.may_answer.release(2)

    assert {early.ended().answer, late.ended().answer} == {1, 2}


def test_every_caller_of_a_failed_read_is_told_of_it():
    venue = Venue()
    venue.error = AnswerLost("no answer")
    shared = SharedRead(venue.read, bound_s=BOUND_S)
    callers = [Caller(shared)]
    assert venue.at_the_limit.acquire(timeout=BOUND_S)
    callers.append(Caller(shared))
    until(lambda: waiting(shared) == 1)

    venue.may_be_sent.release()
    venue.may_answer.release()

    assert [caller.ended().error for caller in callers] == [venue.error] * 2


def test_after_a_failure_the_next_caller_reads_anew():
    answers = iter([AnswerLost("no answer"), 7])

    def read(before_send):
        before_send()
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = SharedRead(read, bound_s=BOUND_S)
    with pytest.raises(AnswerLost):
        shared.get()

    assert shared.get() == 7


def test_a_caller_waits_for_a_shared_read_no_longer_than_its_bound():
    venue = Venue()
    shared = SharedRead(venue.read, bound_s=0.01)
    leader = Caller(shared)
    assert venue.at_the_limit.acquire(timeout=BOUND_S)

    with pytest.raises(LimitExceeded):
        shared.get()

    venue.may_be_sent.release()
    venue.may_answer.release()
    assert leader.ended().answer == 1


def test_a_read_that_fails_before_it_is_sent_leaves_no_batch_open():
    def read(_):
        raise LimitExceeded("too many", retry_after_s=1)

    shared = SharedRead(read, bound_s=BOUND_S)

    for _ in range(2):
        with pytest.raises(LimitExceeded):
            shared.get()
