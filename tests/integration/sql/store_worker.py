"""A process that works on a store and tells on its standard output what was acknowledged, a line each."""

import os
import sys

from jainam.adapters.sql.journal import SqlIntentJournal
from jainam.adapters.sql.store import SqlStore
from jainam.conformance.sample_orders import KIT_TAG, NOON, sample_order
from jainam.domain.errors import OrderDenied
from jainam.domain.intents import IntentState, ProcessMark
from jainam.domain.settlement import placed
from tests.integration.sql.stopped_clock import StoppedClock

ME = ProcessMark(os.getpid(), 1)


def tell(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def wait_for_the_start():
    tell("ready")
    sys.stdin.readline()


def record_keys(journal, count, seed):
    """Record an order for each key; tell whose order the key has."""
    wait_for_the_start()
    for number in range(count):
        (order,) = journal.record([sample_order(seed + number, caller_key=f"key-{number}", sender=ME)])
        tell(number, order.client_order_id)


def mark_orders(journal, count, _seed):
    """Mark every order as sending; tell whether this process may send it."""
    wait_for_the_start()
    for number in range(1, count + 1):
        try:
            journal.mark_sending(
                sample_order(number).client_order_id,
                attempt=1,
                sender=ME,
                at=NOON,
                is_past_deadline=lambda: False,
            )
        except OrderDenied as denial:
            tell(number, denial.code)
        else:
            tell(number, "won")


def send_for_ever(journal, _count, seed):
    """Take one order after the other through its life, telling each step behind its commit."""
    wait_for_the_start()
    number = seed
    while True:
        number += 1
        order = sample_order(number, sender=ME)
        journal.record([order])
        tell(number, "recorded")
        journal.mark_sending(order.client_order_id, attempt=1, sender=ME, at=NOON, is_past_deadline=lambda: False)
        tell(number, "sending")
        journal.settle(order.client_order_id, placed(str(number)), expected=frozenset({IntentState.SENDING}), at=NOON)
        tell(number, "placed")


def main():
    job, url, count, seed = sys.argv[1:]
    if job == "open":
        wait_for_the_start()
        store = SqlStore(url, clock=StoppedClock())
        tell("opened", store.created_at.isoformat())
        store.close()
        return
    journal = SqlIntentJournal(SqlStore(url, clock=StoppedClock(), busy_timeout_s=60), tag=KIT_TAG)
    jobs = {"record": record_keys, "mark": mark_orders, "send": send_for_ever}
    jobs[job](journal, int(count), int(seed))
    journal.close()


if __name__ == "__main__":
    main()
