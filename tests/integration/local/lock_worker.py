"""
A process that uses locks, told what to do by its arguments; it says each step on its output.

hold DIRECTORY NAME                 hold the lock until the input ends
count DIRECTORY FILE NAME THREADS TURNS   add one to the file's number, so many times in so many threads
identity FILE                       open a desk's identity and say its tag and whether it was made here
"""

import sys
import threading
from pathlib import Path

from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.entropy import SystemEntropy
from jainam.adapters.local.identity import FileDeskIdentity
from jainam.adapters.local.position_locks import FilePositionLocks
from jainam.adapters.local.processes import LocalProcessTable


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def locks_in(directory):
    return FilePositionLocks(Path(directory), SystemClock(), LocalProcessTable())


def hold(directory, name):
    with locks_in(directory).hold(name, bound_s=30):
        say("held")
        sys.stdin.read()
    say("released")


def count(directory, file, name, threads, turns):
    locks = locks_in(directory)
    counter = Path(file)
    sys.stdin.readline()

    def add():
        for _ in range(int(turns)):
            with locks.hold(name, bound_s=60):
                number = int(counter.read_text())
                counter.write_text(str(number + 1))  # truncates first: a second writer would see nothing

    workers = [threading.Thread(target=add) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    say("done")


def identity(file):
    say("ready")
    sys.stdin.readline()
    opened = FileDeskIdentity(Path(file), SystemEntropy(), SystemClock())
    say(f"{opened.tag} {opened.was_created} {opened.keyed_number('a')}")


{"hold": hold, "count": count, "identity": identity}[sys.argv[1]](*sys.argv[2:])
