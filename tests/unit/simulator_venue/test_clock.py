from datetime import UTC, datetime

import pytest

from jainam.simulator.clock import RealClock, VirtualClock, day_start
from jainam.simulator.in_process import VenueTransport
from jainam.simulator.venue import Venue, VenueOptions
from tests.unit.simulator_venue.desk import START


def test_virtual_clock_stands_still_until_advanced():
    clock = VirtualClock(START)

    assert clock.now() == clock.now() == START.timestamp()
    assert clock.advance(1.5) == clock.now() == START.timestamp() + 1.5


@pytest.mark.parametrize("seconds", [-0.1, float("nan")])
def test_virtual_clock_never_goes_back(seconds):
    with pytest.raises(ValueError, match="cannot go back"):
        VirtualClock(START).advance(seconds)


def test_virtual_clock_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2026, 9, 15))  # noqa: DTZ001  (the point of the test)


def test_day_begins_at_midnight_in_ist():
    midnight = datetime(2026, 9, 14, 18, 30, tzinfo=UTC).timestamp()

    assert day_start(midnight) == day_start(midnight + 86_399.5) == midnight
    assert day_start(midnight - 0.5) == midnight - 86_400


def test_in_process_face_asks_for_a_virtual_clock():
    venue = Venue(VenueOptions(clock=RealClock()))

    with pytest.raises(TypeError, match="virtual clock"):
        VenueTransport(venue)


@pytest.mark.parametrize("fields", [{"speed": 0}, {"token_life_s": -1}, {"fill_delay_s": -0.1}, {"book_lag_s": -1}])
def test_options_out_of_range_are_refused(fields):
    with pytest.raises(ValueError, match=next(iter(fields))):
        VenueOptions(**fields)
