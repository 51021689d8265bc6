"""Commands of plug-ins: listed, loaded when run, and no danger to ours."""

import json

import pytest

from jainam.adapters.cli.main import cli

PLUGIN = '''
import click
from jainam import hookimpl


@click.command()
@click.pass_obj
def hello(running):
    """Say hello."""
    click.echo(f"hello, json={running.is_json}")
    return 7


def broken():
    raise RuntimeError("no luck")


@click.command()
@click.pass_obj
def explode(running):
    """Fail in a way that nobody foresaw."""
    secret = running.settings().text("JAINAM_INTERACTIVE_API_SECRET")
    raise RuntimeError(f"it went wrong with {secret}")


@hookimpl
def jainam_register_commands(register):
    register("hello", hello)
    register("later", lambda: hello)
    register("broken", broken)
    register("explode", explode)
    register("number", 5)
    register("status", hello)
'''


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with commands, as an installer leaves it."""
    package = tmp_path / "site"
    info = package / "cheerful-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cheerful\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[jainam]\ncheerful = cheerful_commands\n")
    (package / "cheerful_commands.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(package)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JAINAM_BROKER", raising=False)


@pytest.fixture
def run(capsys):
    def call(*args):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(args))
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return call


@pytest.mark.usefixtures("installed")
def test_help_lists_them_with_their_package(run):
    code, out, _ = run("--help")

    assert code == 0
    assert "Commands of plug-ins" in out
    assert "of cheerful" in out


@pytest.mark.parametrize("name", ["hello", "later"])
@pytest.mark.usefixtures("installed")
def test_they_run_with_the_common_options_before_them(run, name):
    assert run("--json", name) == (0, "hello, json=True\n", "")


@pytest.mark.parametrize("name", ["broken", "number"])
@pytest.mark.usefixtures("installed")
def test_one_that_can_not_be_loaded_names_its_package(run, name):
    code, out, _ = run("--json", name)

    assert code == 5
    error = json.loads(out)["error"]
    assert error["code"] == "plug-in"
    assert "cheerful" in error["message"]


@pytest.mark.usefixtures("installed")
def test_an_unforeseen_error_is_one_line_without_a_traceback(run):
    code, out, err = run("explode")

    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "error: internal error (RuntimeError)",
        "hint: run again with --debug to see where, and report it",
    ]


@pytest.mark.usefixtures("installed")
def test_debug_shows_where_an_unforeseen_error_came_from_without_a_secret(run, monkeypatch):
    monkeypatch.setenv("JAINAM_INTERACTIVE_API_SECRET", "not$for#eyes")

    code, out, err = run("--debug", "--json", "explode")

    assert code == 1
    assert json.loads(out)["error"]["code"] == "internal"
    assert "RuntimeError: it went wrong with ****" in err
    assert "not$for#eyes" not in out + err


@pytest.mark.usefixtures("installed")
def test_ours_wins_over_one_of_the_same_name(run):
    code, out, _ = run("--json", "status")

    assert code == 5
    assert json.loads(out)["error"]["code"] == "not-configured"


def test_without_any_installed_there_is_no_such_section(run):
    _, out, _ = run("--help")

    assert "plug-ins" not in out
