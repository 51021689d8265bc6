"""
The algebra of smart orders finds the bugs that matter: they are planted in a copy of the module, one at a time (D7).

A copy is built from the module's own text; the checks are those of `test_smart_order_algebra.py`, loaded afresh.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from unittest import SkipTest

import pytest
from hypothesis import Phase, settings

from jainam.domain import smart_orders
from jainam.domain.errors import JainamError

ALGEBRA = Path(__file__).with_name("test_smart_order_algebra.py")
SOURCE = Path(smart_orders.__file__).read_text(encoding="utf-8")
FOUND = (AssertionError, JainamError, BaseExceptionGroup, pytest.fail.Exception)

SIGN = {
    "sides swapped": (
        "OrderSide.BUY if delta > 0 else OrderSide.SELL",
        "OrderSide.SELL if delta > 0 else OrderSide.BUY",
    ),
    "need reversed": ("need = target - net", "need = net - target"),
    "always a buy": ("OrderSide.BUY if delta > 0 else OrderSide.SELL", "OrderSide.BUY"),
    "legs without sign": ("return self.side.sign * self.quantity", "return self.quantity"),
    "children of the wrong side fit": ("child.side.sign * need > 0", "child.side.sign * need < 0"),
    "children of either side fit": ("child.side.sign * need > 0 and ", ""),
}
LOT_RULE = {
    "not asked": ("    _check_lots(delta, target, net + working_qty, rules.lot_size)\n", ""),
    "nothing is odd": ("if delta % lot == 0:", "if delta % 1 == 0:"),
    "an odd remainder can't be closed": ("closes = base * delta < 0 and target % lot == 0", "closes = False"),
    "any odd leg closes": ("closes = base * delta < 0 and target % lot == 0", "closes = True"),
    "closing to an odd target": ("base * delta < 0 and target % lot == 0", "base * delta < 0"),
    "opening odd lots": ("base * delta < 0 and target % lot == 0", "target % lot == 0"),
}
WORKING_QUANTITY = {
    "forgotten": ("delta = need - working_qty", "delta = need"),
    "counted twice": ("delta = need - working_qty", "delta = need - 2 * working_qty"),
    "added": ("delta = need - working_qty", "delta = need + working_qty"),
    "without sign": ("sum(child.working_qty for child in working)", "sum(child.leaves_qty for child in working)"),
    "whole orders instead of what is open": (
        "sum(child.working_qty for child in working)",
        "sum(child.side.sign * child.order_qty for child in working)",
    ),
    "forgotten in the base of the lot rule": ("target, net + working_qty, rules", "target, net, rules"),
    "more of it than is needed": ("            room -= leaves\n", "            pass\n"),
}


def copy_with(old: str, new: str) -> ModuleType:
    """The module with one text replaced, which must stand there exactly once."""
    assert SOURCE.count(old) == 1
    broken = ModuleType("broken_smart_orders")
    exec(compile(SOURCE.replace(old, new), broken.__name__, "exec"), broken.__dict__)
    return broken


def checks_around(module: ModuleType, *phases: Phase):
    """The properties of the algebra, asked of this module; no example is made smaller, nobody reads it."""
    spec = spec_from_file_location("algebra_of_a_copy", ALGEBRA)
    algebra = module_from_spec(spec)
    spec.loader.exec_module(algebra)
    algebra.plan_smart_order = module.plan_smart_order
    quick = settings(settings.get_profile("mutation"), phases=phases)
    return [quick(check) for name, check in vars(algebra).items() if name.startswith("test_")]


def is_found(module: ModuleType) -> bool:
    """Whether any check fails: the examples that stand in the file are tried before others are made."""
    for check in (*checks_around(module, Phase.explicit), *checks_around(module, Phase.generate)):
        try:
            check()
        except FOUND:
            return True
        except SkipTest:
            continue  # how Hypothesis says that this one has no example in the file
    return False


def test_a_copy_with_nothing_broken_passes_every_check():
    assert not is_found(copy_with("need = target - net", "need = -(net - target)"))


def test_the_checks_are_all_there():
    assert len(checks_around(smart_orders, Phase.generate)) >= 11


@pytest.mark.parametrize("bug", SIGN)
def test_a_broken_sign_is_found(bug):
    assert is_found(copy_with(*SIGN[bug]))


@pytest.mark.parametrize("bug", LOT_RULE)
def test_a_broken_lot_rule_is_found(bug):
    assert is_found(copy_with(*LOT_RULE[bug]))


@pytest.mark.parametrize("bug", WORKING_QUANTITY)
def test_a_broken_working_quantity_is_found(bug):
    assert is_found(copy_with(*WORKING_QUANTITY[bug]))
