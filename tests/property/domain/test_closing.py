"""What is certainly open: whichever of the unsettled orders came to be, closing it never flips the position."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.closing import certainly_open
from tests.builders import live_order

NETS = st.integers(-300, 300)


@st.composite
def doubtful(draw):
    found = []
    for place in range(draw(st.integers(0, 4))):
        size = draw(st.integers(1, 120))
        signed = size * draw(st.sampled_from([1, -1]))
        found.append(live_order(signed, name=str(place), done=draw(st.integers(0, size))))
    return found


def nets_that_may_be(net, orders):
    """The net for every combination of orders that came to be, each of them not, in half, or whole."""
    shares = [{0, one.working_qty, one.working_qty // 2} for one in orders]
    return {net + sum(done) for done in product(*shares)}


@given(net=NETS, orders=doubtful())
def test_it_is_open_in_every_case_and_never_flips_the_position(net, orders):
    found = certainly_open(net, orders)

    for case in nets_that_may_be(net, orders):
        assert found * case >= 0
        assert abs(found) <= abs(case)
        assert (case - found) * case >= 0


@given(net=NETS, orders=doubtful())
def test_it_is_all_that_is_open_in_every_case(net, orders):
    found = certainly_open(net, orders)

    cases = nets_that_may_be(net, orders)
    low, high = min(cases), max(cases)
    assert found == (0 if low <= 0 <= high else min((low, high), key=abs))


@given(net=NETS, orders=doubtful())
def test_it_is_symmetric_under_sign(net, orders):
    mirrored = [
        live_order(-one.side.sign * one.order_qty, name=str(place), done=one.cum_qty)
        for place, one in enumerate(orders)
    ]

    assert certainly_open(-net, mirrored) == -certainly_open(net, orders)


@given(net=NETS, orders=doubtful(), data=st.data())
def test_the_order_of_the_orders_does_not_matter(net, orders, data):
    assert certainly_open(net, data.draw(st.permutations(orders))) == certainly_open(net, orders)
