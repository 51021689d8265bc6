"""The public surface: one list, told three times, that never comes apart."""

import ast
import inspect
import pydoc
from pathlib import Path

import pytest

import jainam

SOURCE = ast.parse(Path(jainam.__file__).read_text(encoding="utf-8"))
HOMES = jainam._HOMES


def type_checking_imports():
    """The names that type checkers see, by module."""
    block = next(one for one in SOURCE.body if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING")
    return {one.module: tuple(name.name for name in one.names) for one in block.body if isinstance(one, ast.ImportFrom)}


def public_methods(thing):
    return [
        (name, one)
        for name, one in vars(thing).items()
        if not name.startswith("_") and (inspect.isfunction(one) or isinstance(one, property))
    ]


METHODS = [
    pytest.param(one, id=f"{name}.{method}")
    for name in jainam.__all__
    if inspect.isclass(getattr(jainam, name))
    for method, one in public_methods(getattr(jainam, name))
]


def test_the_list_is_sorted_and_names_nothing_twice():
    assert list(jainam.__all__) == sorted(set(jainam.__all__))


def test_the_list_has_every_name_that_is_loaded_lazily():
    assert set(jainam.__all__) == {name for names in HOMES.values() for name in names}


def test_type_checkers_see_what_is_loaded_lazily():
    assert type_checking_imports() == HOMES


@pytest.mark.parametrize("name", jainam.__all__)
def test_a_public_name_is_what_its_home_has(name):
    home = next(home for home, names in HOMES.items() if name in names)

    assert getattr(jainam, name) is getattr(__import__(home, fromlist=[name]), name)


@pytest.mark.parametrize("name", jainam.__all__)
def test_a_public_name_has_a_docstring_of_its_own(name):
    thing = getattr(jainam, name)

    told = (inspect.getdoc(thing) or "").strip()
    inherited = {inspect.getdoc(base) for base in getattr(thing, "__mro__", ())[1:]}
    assert told
    assert told not in inherited, "it says what a base says"
    assert not told.startswith(f"{name}("), "it is generated"


@pytest.mark.parametrize("method", METHODS)
def test_a_public_method_has_a_docstring(method):
    assert (inspect.getdoc(method) or "").strip()


def test_the_package_lists_its_names():
    assert set(jainam.__all__) <= set(dir(jainam))
    assert dir(jainam) == sorted(dir(jainam))


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="module 'jainam' has no attribute 'place_order'"):
        jainam.place_order  # noqa: B018  # reading it is the act


def test_everything_can_be_imported_at_once():
    found = {}

    exec("from jainam import *", found)

    assert set(jainam.__all__) <= set(found)


def test_every_public_error_is_a_jainam_error():
    errors = [getattr(jainam, name) for name in HOMES["jainam.domain.errors"]]

    exceptions = [one for one in errors if issubclass(one, BaseException)]
    assert len(exceptions) > 10
    assert all(issubclass(one, jainam.JainamError) for one in exceptions)


def test_the_package_can_be_read_about():
    assert "open_desk" in pydoc.render_doc(jainam)
