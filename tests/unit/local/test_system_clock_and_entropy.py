import time
from datetime import UTC

from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.entropy import SystemEntropy


def test_now_is_aware_and_in_utc():
    now = SystemClock().now()

    assert now.tzinfo is UTC


def test_elapsed_never_goes_back():
    clock = SystemClock()

    readings = [clock.elapsed_s() for _ in range(1000)]

    assert readings == sorted(readings)


def test_elapsed_is_the_machines_clock_and_not_one_of_the_process():
    clock = time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) / 1e9

    assert abs(SystemClock().elapsed_s() - clock) < 60


def test_a_negative_sleep_is_none():
    SystemClock().sleep(-1)


def test_bits_stay_within_their_count():
    entropy = SystemEntropy()

    assert all(entropy.bits(5) < 32 for _ in range(200))
    assert entropy.bits(256).bit_length() > 128
