"""What the command line takes, and what it says about what it doesn't."""

import json
import subprocess
import sys

import pytest

from jainam.adapters.cli.main import COMMANDS, cli
from jainam.adapters.cli.options import EXCHANGES, KINDS, ORDER_TYPES, PRODUCTS, SIDES, TIMES_IN_FORCE
from jainam.adapters.cli.orders import place
from jainam.adapters.cli.running import Running
from jainam.adapters.cli.smart_orders import OTHER_ORDERS, WAITS, smart_order
from jainam.desk.inputs import Inputs
from jainam.domain.accounts import AccountKind
from jainam.domain.instruments import Exchange
from jainam.domain.orders import OrderSide, OrderType, Product, TimeInForce
from jainam.domain.smart_orders import OtherOrders, Wait


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    """A folder without a .env file, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("JAINAM_BROKER", "JAINAM_HOME", "JAINAM_LOAD_PLUGINS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(capsys):
    """Run a command line in this process: exit code, stdout, stderr."""

    def call(*args):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(args))
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return call


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (EXCHANGES, Exchange),
        (KINDS, AccountKind),
        (PRODUCTS, Product),
        (SIDES, OrderSide),
        (TIMES_IN_FORCE, TimeInForce),
        (OTHER_ORDERS, OtherOrders),
        (WAITS, Wait),
    ],
)
def test_the_words_that_options_take_are_those_of_the_desk(words, kind):
    assert {word.upper() for word in words} == set(kind.__members__)


def test_every_order_type_has_a_word_and_every_word_is_known():
    inputs = Inputs()

    found = {inputs.word("order_type", OrderType, word) for word in ORDER_TYPES}

    assert found == set(OrderType)
    assert inputs.violations == []


@pytest.mark.parametrize("given", [["--target", "-100"], ["--target=-100"]])
def test_a_negative_target_is_a_value_and_no_option(given):
    ctx = smart_order.make_context("smart-order", ["NSE:RELIANCE", *given, "--product", "mis"], obj=Running())

    assert ctx.params["target"] == -100
    assert ctx.params["product"] == "MIS"


def test_words_are_taken_in_any_case():
    given = ["NSE:RELIANCE", "--side", "buy", "--quantity", "1", "--product", "cnc", "--type", "sl-m"]

    ctx = place.make_context("place", given, obj=Running())

    assert (ctx.params["side"], ctx.params["product"], ctx.params["order_type"]) == ("BUY", "CNC", "SL-M")


@pytest.mark.parametrize(
    "given",
    [["--json", "--account", "B/PRO", "status"], ["status", "--json", "--account", "B/PRO"]],
)
def test_common_options_stand_before_or_after_the_command(run, given):
    code, out, _ = run(*given)

    assert code == 5
    assert json.loads(out)["error"]["missing"] == ["JAINAM_BROKER"]


@pytest.mark.parametrize(
    "given",
    [
        ["ordr"],
        ["order", "plce"],
        ["order", "place"],
        ["order", "place", "NSE:RELIANCE", "--side", "up", "--quantity", "1", "--product", "MIS"],
        ["order", "place", "NSE:RELIANCE", "--side", "BUY", "--quantity", "one", "--product", "MIS"],
        ["order", "modify", "17"],
        ["smart-order", "NSE:RELIANCE", "--product", "MIS"],
        ["close-all", "--client", "CL001", "--all-clients", "--yes"],
        ["close-all", "--abandon", "--dry-run"],
        ["positions", "--client", "CL001", "--all-clients"],
        ["instruments", "find", "NIFTY", "--limit", "0"],
        ["simulate", "--rate-limits", "sometimes"],
        ["simulate", "--port", "70000"],
        ["status", "--account", "B/BIG"],
        ["status", "--account", "D/PRO"],
        ["status", "--bogus"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_code_2_in_both_forms(run, given):
    code, out, err = run(*given)

    assert code == 2
    assert out == ""
    assert "error: " in err
    assert "Traceback" not in err
    code, out, err = run(*given, "--json")
    assert code == 2
    assert json.loads(out)["error"]["code"] == "usage"
    assert err == ""


@pytest.mark.parametrize("given", [["close-all", "--all-clients"], ["order", "cancel-all"]])
def test_what_closes_or_cancels_everything_needs_yes_where_nobody_can_be_asked(run, given):
    code, _, err = run(*given)

    assert code == 2
    assert "--yes" in err


def test_a_mistyped_command_names_the_nearest(run):
    _, _, err = run("smartorder")

    assert "smart-order" in err


@pytest.mark.parametrize("given", [[], ["--help"], ["-h"]])
def test_help_lists_every_command_and_ends_well(run, given):
    code, out, err = run(*given)

    assert code == 0
    assert err == ""
    assert all(f"\n  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(run, name):
    code, out, _ = run(name, "--help")

    assert code == 0
    assert "Example: jainam" in out


def test_json_without_a_command_is_an_error_in_json(run):
    code, out, _ = run("--json")

    assert code == 2
    assert json.loads(out)["error"]["code"] == "usage"


def test_an_env_file_that_is_not_there_is_named(run):
    code, _, err = run("status", "--env-file", "elsewhere.env")

    assert code == 5
    assert "elsewhere.env" in err


def test_help_loads_neither_the_desk_nor_rich():
    script = (
        "import sys\n"
        "from jainam.adapters.cli.main import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('attrs', 'rich', 'jainam.desk', 'importlib.metadata') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", ["simulate", "demo"])
def test_a_missing_extra_says_how_to_install_it(run, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for module in [one for one in sys.modules if one.startswith("jainam.simulator.")]:
        monkeypatch.delitem(sys.modules, module)

    code, out, _ = run(name, "--json")

    assert code == 5
    error = json.loads(out)["error"]
    assert error["code"] == "missing-extra"
    assert error["hint"] == "pip install 'jainam[simulator]'"


def test_status_needs_no_credentials(run, tmp_path):
    (tmp_path / ".env").write_text("JAINAM_BROKER=simulator\nJAINAM_ACTIVE_ACCOUNT_TYPE=PRO\nJAINAM_HOME=home\n")

    code, out, _ = run("status", "--json")

    assert code == 0
    document = json.loads(out)
    assert document["account"] == "B/PRO"
    assert document["sessions"] == []
    assert document["simulated"] is True


def test_a_warning_of_the_settings_is_one_line_told_once(run, tmp_path):
    path = tmp_path / ".env"
    path.write_text(
        "JAINAM_BROKER=simulator\nJAINAM_ACTIVE_ACCOUNT_TYPE=PRO\nJAINAM_HOME=home\nJAINAM_INTERACTIVE_API_KEY=a\\$b\n"
    )

    code, _, err = run("status", "--json", "--env-file", str(path))

    assert code == 0
    assert err.count("escaped dollar sign") == 1
    assert err.splitlines() == [line for line in err.splitlines() if "warning: JAINAM_INTERACTIVE_API_KEY" in line]
