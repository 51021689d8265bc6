"""docs/errors.md tells every error, code, effect and exit code as it is."""

import ast
import inspect
import re

import pytest

import jainam
from jainam.adapters.cli.exit_codes import of_error
from jainam.adapters.cli.main import INTERRUPTED
from jainam.domain import errors
from jainam.domain.errors import BrokerError, Effect, JainamError
from tests.docs.pages import ROOT, blocks, page, rows, section

PAGE = page("docs/errors.md")
CLASSES = {name: one for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, JainamError)}
TOLD = {row[0]: row for row in rows(section(PAGE, "## Each error"))}
CASES = {row[0]: row for row in rows(section(PAGE, "## Codes of single cases"))}
VIOLATIONS = {row[0] for row in rows(section(PAGE, "## Violations"))}
NEEDED = {
    "account": "a",
    "side": "s",
    "symbol": "s",
    "retry_after_s": 1.0,
    "client_order_ids": (),
    "key": "k",
    "holder": "h",
}
USAGE = {"usage", "interrupted"}


def made(kind, **more):
    """Return an error of a class, with whatever it needs."""
    names = inspect.signature(kind.__init__).parameters
    first = [()] if "violations" in names else ["it happened"]
    return kind(*first, **{name: value for name, value in NEEDED.items() if name in names}, **more)


def sources():
    for path in sorted((ROOT / "src" / "jainam").rglob("*.py")):
        if "simulator" not in path.relative_to(ROOT).parts:
            yield ast.parse(path.read_text(encoding="utf-8"))


def called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal_codes():
    """Return codes that are given where an error is raised, and those of violations."""
    given, violations = set(), set()
    for tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            words = {one.arg: one.value for one in node.keywords}
            if called(node) == "Violation":
                code = node.args[2] if len(node.args) > 2 else words["code"]
                assert isinstance(code, ast.Constant), "a violation's code is written where it is made"
                violations.add(code.value)
            elif called(node) in CLASSES and isinstance(words.get("code"), ast.Constant):
                given.add(words["code"].value)
    return given, violations


BROKERS = [
    one
    for one in CLASSES.values()
    if issubclass(one, BrokerError) and "effect" in inspect.signature(one.__init__).parameters
]
GIVEN, BROKEN_RULES = literal_codes()


def test_every_error_is_told():
    assert set(TOLD) == set(CLASSES)


def test_every_error_is_public():
    assert set(CLASSES) <= set(jainam.__all__)


def test_the_tree_is_the_one_in_the_code():
    (tree,) = blocks(section(PAGE, "# Errors"), "")[:1]
    parents, path = {}, []
    for line in tree.splitlines():
        name = re.sub(r"[│├└─ ]+", "", line)
        depth = (len(line) - len(re.sub(r"^[│├└─ ]+", "", line))) // 3
        path[depth:] = [name]
        parents[name] = path[depth - 1] if depth else "Exception"

    assert parents == {name: one.__base__.__name__ for name, one in CLASSES.items()}


@pytest.mark.parametrize("name", CLASSES)
def test_an_errors_code_is_told(name):
    assert TOLD[name][1] == CLASSES[name].code


@pytest.mark.parametrize("name", CLASSES)
def test_an_errors_effect_is_told(name):
    error = CLASSES[name]

    assert TOLD[name][2] == (error.default_effect.value if issubclass(error, BrokerError) else "")


@pytest.mark.parametrize("name", CLASSES)
def test_an_errors_exit_code_is_told(name):
    assert TOLD[name][4] == str(int(of_error(made(CLASSES[name]))))


@pytest.mark.parametrize("kind", BROKERS)
def test_a_possible_effect_decides_the_exit_code_of_a_broker_error(kind):
    assert int(of_error(made(kind, effect=Effect.POSSIBLE))) == 4


@pytest.mark.parametrize("name", CLASSES)
def test_what_an_error_carries_is_told_where_a_caller_needs_it(name):
    own = {one for one in vars(made(CLASSES[name])) if one in NEEDED or one in {"missing", "violations", "nearest"}}
    inherited = set().union(*(vars(made(base)) for base in CLASSES[name].__mro__[1:] if base in CLASSES.values()))

    for attribute in own - inherited:
        assert f"`{attribute}`" in TOLD[name][3]


def test_codes_are_unique():
    codes = [one.code for one in CLASSES.values()]

    assert len(set(codes)) == len(codes)


def test_every_code_of_a_single_case_is_told():
    assert set(CASES) == GIVEN | USAGE


@pytest.mark.parametrize("code", sorted(set(CASES) - USAGE))
def test_a_single_cases_exit_code_is_told(code):
    _, name, _, exit_code = CASES[code]

    assert exit_code == str(int(of_error(made(CLASSES[name], code=code))))


def test_the_exit_codes_of_the_command_line_itself_are_told():
    assert CASES["interrupted"][3] == str(INTERRUPTED)
    assert CASES["usage"][3] == "2"


def test_every_violation_is_told():
    assert VIOLATIONS == BROKEN_RULES


@pytest.mark.parametrize("number", range(len(blocks(PAGE, "python"))))
def test_every_python_block_runs(number):
    exec(compile(blocks(PAGE, "python")[number], "docs/errors.md", "exec"), {})
