"""Where a position is kept, and which balance line is the total."""

from jainam.domain.kill_switch import KillSwitch
from jainam.domain.portfolio import Funds, PositionView, Reading
from tests.builders import KEY, NORMAL, NOW, position


def funds(header):
    return Funds(NORMAL, "CL001", header, None, None, None, None, None, None)


def test_a_position_has_a_key_where_the_desk_has_words_for_it():
    assert position(65).key == KEY
    assert position(65, exchange=None).key is None
    assert position(65, product=None).key is None


def test_one_balance_line_is_the_total():
    assert funds("ALL|ALL|ALL").is_total
    assert not funds("NSE|EQ|ALL").is_total


def test_a_reading_had_rows_unless_it_says_otherwise():
    assert not Reading((), NOW).was_empty_answer


def test_positions_are_seen_net_or_by_day():
    assert [view.value for view in PositionView] == ["net", "day"]


def test_a_kill_switch_is_off_until_somebody_turns_it_on():
    assert KillSwitch() == KillSwitch(is_on=False, reason="", changed_at=None)
