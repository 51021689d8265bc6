"""
A process that stores or reads sets, told what to do by its arguments.

store DIRECTORY ROUNDS SIZE   store so many sets of so many instruments, each with the process's number in every symbol
stall DIRECTORY               begin to store a set, say so, and wait for the end of the input in the middle
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from jainam.adapters.instrument_files.store import FileInstrumentStore
from jainam.adapters.local.clock import SystemClock
from tests.integration.instrument_files.shares import share


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def store(directory, rounds, size):
    kept = FileInstrumentStore(Path(directory), SystemClock())
    sys.stdin.readline()
    for turn in range(int(rounds)):
        names = (share(number, f"S{number}", name=f"{os.getpid()}-{turn}") for number in range(int(size)))
        kept.replace(names, loaded_at=datetime.now(UTC), skipped=lambda: 0)
    say("done")


def stall(directory):
    def instruments():
        yield share(1, "HALF")
        say("stalled")
        sys.stdin.read()

    FileInstrumentStore(Path(directory), SystemClock()).replace(
        instruments(), loaded_at=datetime.now(UTC), skipped=lambda: 0
    )


{"store": store, "stall": stall}[sys.argv[1]](*sys.argv[2:])
