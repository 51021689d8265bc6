"""docs/simulator.md says what the simulator can do, no less and no more."""

import json
import re
from pathlib import Path

from jainam.adapters.cli.simulate import simulate
from jainam.simulator.accounts import ACCESS_PASSWORD, ACCOUNTS
from jainam.simulator.faults import Action, read_rules
from jainam.simulator.router import ENDPOINTS

TEXT = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
COMMON = {"--debug", "--account", "--env-file", "--json"}


def test_every_action_has_an_example_that_the_venue_takes():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| .* \| `(\{.*\})` \|$", TEXT, re.MULTILINE))

    rules = read_rules([json.loads(example) for example in rows.values()], ENDPOINTS)

    assert [rule.action for rule in rules] == list(rows)
    assert set(rows) == {action.value for action in Action}


def test_every_option_is_in_the_table():
    options = {name for parameter in simulate.params for name in parameter.opts if name.startswith("--")} - COMMON

    assert {name for name in options if f"`{name}" not in TEXT} == set()


def test_every_account_is_listed_with_its_keys():
    told = {ACCESS_PASSWORD}
    for account in ACCOUNTS:
        told |= {account.user_id, account.kind.value, account.interactive.app_key, account.interactive.secret_key}
        told |= {account.market.app_key, account.market.secret_key}

    assert {one for one in told if f"`{one}`" not in TEXT and one not in TEXT} == set()
