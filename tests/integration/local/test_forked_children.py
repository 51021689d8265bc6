import os
import threading

from jainam.adapters.local.rate_limits import LocalRateLimits
from jainam.adapters.local.telemetry import LogTelemetry
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.limits import Endpoint, Limit
from jainam.ports.telemetry import RequestEvent
from tests.unit.local.virtual_clocks import SoloClock

DEALER = AccountId("xts", "B", AccountKind.NORMAL)


def exit_code_of(job):
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = job()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class HeldClock(SoloClock):
    """Keeps a thread asleep until the test lets it go."""

    def __init__(self):
        super().__init__()
        self.sleeps = threading.Event()
        self.go_on = threading.Event()

    def sleep(self, seconds):
        if threading.current_thread() is not threading.main_thread():
            self.sleeps.set()
            self.go_on.wait(30)
        self.elapsed += seconds


def test_waiters_of_the_parent_do_not_hold_up_a_forked_child():
    clock = HeldClock()
    limits = LocalRateLimits({Endpoint.POSITIONS: Limit(1, 1)}, clock, bound_s=5)
    limits.reserve(DEALER, Endpoint.POSITIONS)
    waiter = threading.Thread(target=limits.reserve, args=(DEALER, Endpoint.POSITIONS))
    waiter.start()
    assert clock.sleeps.wait(30)

    def child():
        limits.reserve(DEALER, Endpoint.POSITIONS)
        return 7 if 1 <= clock.elapsed < 1.1 else 1

    code = exit_code_of(child)
    clock.go_on.set()
    waiter.join(30)

    assert code == 7


def test_locks_that_a_parents_thread_holds_are_free_in_a_forked_child():
    limits = LocalRateLimits({}, SoloClock(), bound_s=1)
    telemetry = LogTelemetry()

    def child():
        limits.pushed_back(DEALER, Endpoint.QUOTES, 0)
        telemetry.request(RequestEvent("user.profile", "GET", 200, 1, 1.0, "c", "ok"))
        return 7

    with limits._lock, telemetry._lock:
        code = exit_code_of(child)

    assert code == 7
