from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.simulator.price_walk import Stretch, Walk

# nothing here is about speed
calm = settings(deadline=None)
PRICES = st.floats(1.0, 1e5)


@st.composite
def walks(draw):
    low, start, close, high = sorted(draw(st.tuples(PRICES, PRICES, PRICES, PRICES)))
    if draw(st.booleans()):
        start, close = close, start
    return Walk(draw(st.integers(0, 2**64 - 1)), draw(st.integers(1, 70_000)), Stretch(start, high, low, close))


@st.composite
def walks_with_cuts(draw):
    walk = draw(walks())
    cuts = draw(st.lists(st.integers(0, walk.steps), min_size=2, max_size=12, unique=True))
    return walk, sorted(cuts)


@calm
@given(walks())
def test_whole_walk_has_its_four_prices(walk):
    assert walk.over(0, walk.steps) == walk.whole
    assert walk.at(walk.steps - 1) == walk.whole.close


@calm
@given(walks_with_cuts())
def test_range_is_what_its_parts_make(case):
    walk, cuts = case
    made = walk.over(cuts[0], cuts[1])
    for first, stop in pairwise(cuts[1:]):
        made = made.then(walk.over(first, stop))

    assert made == walk.over(cuts[0], cuts[-1])


@calm
@given(walks_with_cuts())
def test_stretch_holds_its_ends_and_stays_inside_the_whole(case):
    walk, cuts = case
    part = walk.over(cuts[0], cuts[-1])

    assert walk.whole.low <= part.low <= min(part.open, part.close)
    assert max(part.open, part.close) <= part.high <= walk.whole.high


@calm
@given(walks(), st.data())
def test_step_is_the_close_of_its_own_range(walk, data):
    step = data.draw(st.integers(0, walk.steps - 1))

    assert walk.at(step) == walk.over(step, step + 1).close


@calm
@given(walks(), st.data())
def test_part_is_a_walk_that_agrees_with_the_whole(walk, data):
    step = data.draw(st.integers(0, walk.steps - 1))
    begin, part = walk.part(step, 64)
    inside = data.draw(st.integers(0, part.steps - 1))

    assert begin <= step < begin + part.steps <= walk.steps
    assert part.steps <= 64
    assert part.at(inside) == walk.at(begin + inside)
    assert part.whole == walk.over(begin, begin + part.steps)


@calm
@given(walks_with_cuts())
def test_prices_join_at_every_cut(case):
    walk, cuts = case

    for cut in cuts[1:-1]:
        assert walk.over(cuts[0], cut).close == walk.over(cut, cuts[-1]).open
