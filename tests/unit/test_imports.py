"""Importing the package costs little: what a desk stands on loads when it is used."""

import json
import subprocess
import sys

import pytest

HEAVY = ("httpx", "sqlalchemy", "socketio", "cattrs", "stamina", "rich", "click", "orjson", "cryptography", "dotenv")

LOADED = """
import json, sys
{statements}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}}
                        | {{name for name in sys.modules if name.startswith("jainam.")}})))
"""


def loaded_by(*statements):
    """Return what a fresh interpreter has loaded after these statements, from whose start coverage stays away."""
    script = LOADED.format(statements="\n".join(statements))
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(told.stdout))


@pytest.fixture(scope="module")
def bare():
    return loaded_by()


@pytest.fixture(scope="module")
def imported():
    return loaded_by("import jainam", "dir(jainam)")


def test_importing_the_package_loads_nothing_heavy(bare, imported):
    assert imported & set(HEAVY) <= bare


def test_importing_the_package_loads_no_module_of_its_own(bare, imported):
    assert {name for name in imported - bare if name.startswith("jainam.")} == set()


@pytest.mark.parametrize("name", ["JainamError", "OrderDenied", "OrderSide", "Instrument", "plan_smart_order"])
def test_a_name_of_the_domain_loads_the_domain_alone(bare, name):
    new = loaded_by(f"from jainam import {name}") - bare

    assert new & set(HEAVY) == set()
    assert all(one.startswith("jainam.domain") for one in new if one.startswith("jainam."))


def test_the_way_to_a_desk_loads_no_adapter(bare):
    new = loaded_by("from jainam import open_desk, hookimpl") - bare

    assert new & set(HEAVY) == set()
    assert not [one for one in new if one.startswith("jainam.adapters")]


def test_opening_a_desk_loads_nothing_that_only_requests_need(bare, tmp_path):
    new = (
        loaded_by(
            "import jainam",
            f"desk = jainam.open_desk(broker='simulator', home={str(tmp_path)!r}, load_plugins='')",
            "desk.close()",
        )
        - bare
    )

    assert new & {"httpx", "stamina", "cattrs", "socketio", "rich", "click"} == set()
