"""The demo's story on a venue in virtual time, so that every step can be looked at."""

from contextlib import nullcontext

import pytest

from jainam.adapters.cli.demo_story import Story
from tests.desks import virtual_desk


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The story, told once with both rate charts on: its lines, its document, its end, and the venue."""
    with virtual_desk(tmp_path_factory.mktemp("home")) as virtual:
        lines, tables = [], []
        story = Story(virtual.desk, lines.append, tables.append, lambda: nullcontext(None))
        result, table = story.tell()
        yield story, result, table, lines, virtual


def test_it_ends_flat_and_shows_every_position_that_it_opened(told):
    story, result, table, _, _ = told

    assert story.is_flat(result)
    assert {row[0] for row in table.rows} == {"CL001", "CL002"}
    assert len(table.rows) == 3


def test_the_three_targets_are_reached_one_long_one_short_one_sliced(told):
    equity, future, option = told[0].document["targets"]

    assert [one["outcome"].value for one in (equity, future, option)] == ["done"] * 3
    assert equity["final_net"] > 0 > future["final_net"]
    assert len(option["orders"]) > 1


def test_the_second_target_crosses_zero(told):
    crossing = told[0].document["crossing"]

    assert crossing["final_net"] == -told[0].document["targets"][1]["final_net"] > 0


def test_the_repeated_key_sends_nothing(told):
    assert told[0].document["repeated"]["new_orders"] == 0


def test_the_steps_are_numbered_without_a_gap(told):
    numbers = [line.partition(".")[0] for line in told[3] if not line.startswith(" ")]

    assert numbers == [str(number) for number in range(1, 10)]
