"""Which plug-ins are loaded, and what a broken one does to the others."""

import json

import pytest

CHOSEN = {"JAINAM_TOKEN_REPOSITORY": "memory"}
FAILURES = """
import json, jainam
with jainam.open_desk() as desk:
    print(json.dumps([[one.package, one.reason] for one in desk.status().plugin_failures]))
"""
BROKEN = ["hasty-tokens", "RuntimeError: it was written in a hurry"]


def test_a_broken_package_is_reported_and_the_desk_works(example, broken_site, operator):
    operator.jainam("login", sites=[broken_site, example.site], **CHOSEN)

    status = operator.told("status", sites=[broken_site, example.site], **CHOSEN)

    assert status["plugin_failures"] == [dict(zip(("package", "reason"), BROKEN, strict=True))]
    assert {one["state"] for one in status["sessions"]} == {"valid"}


def test_a_broken_package_is_in_the_status_of_a_desk(broken_site, operator):
    assert json.loads(operator.python(FAILURES, sites=[broken_site])) == [BROKEN]


def test_people_see_a_broken_package_in_the_status(broken_site, operator):
    shown = operator.jainam("status", sites=[broken_site]).stdout

    line = next(line for line in shown.splitlines() if "hasty-tokens" in line)
    assert "failed" in line
    assert "it was written in a hurry" in line


def test_help_comes_all_the_same(broken_site, operator):
    assert "smart-order" in operator.jainam("--help", sites=[broken_site]).stdout


def test_a_broken_package_that_was_chosen_ends_the_opening_and_is_named(broken_site, operator):
    ended = operator.jainam("status", "--json", sites=[broken_site], check=False, JAINAM_TOKEN_REPOSITORY="hasty")

    assert ended.returncode == 5
    error = json.loads(ended.stdout)["error"]
    assert error["code"] == "plug-in"
    assert ": ".join(BROKEN) in error["hint"]


@pytest.mark.parametrize("selection", ["memory-tokens", " memory-tokens , other"])
def test_only_the_named_ones_are_loaded(example, broken_site, operator, selection):
    sites = [broken_site, example.site]

    status = operator.told("status", sites=sites, JAINAM_LOAD_PLUGINS=selection, **CHOSEN)

    assert status["plugin_failures"] == []


def test_an_empty_selection_loads_none(example, broken_site, operator):
    sites = [broken_site, example.site]

    status = operator.told("status", sites=sites, JAINAM_LOAD_PLUGINS="")
    chosen = operator.jainam("status", "--json", sites=sites, check=False, JAINAM_LOAD_PLUGINS="", **CHOSEN)

    assert status["plugin_failures"] == []
    assert chosen.returncode == 5
    assert "memory-tokens" not in operator.jainam("--help", sites=sites, JAINAM_LOAD_PLUGINS="").stdout


def test_the_env_file_may_select_too(example, broken_site, operator):
    with (operator.folder / ".env").open("a") as file:
        file.write("JAINAM_LOAD_PLUGINS=memory-tokens\nJAINAM_TOKEN_REPOSITORY=memory\n")

    status = operator.told("status", sites=[broken_site, example.site])

    assert status["plugin_failures"] == []
