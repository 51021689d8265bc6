"""The README's Python runs as it stands, on the simulator, with the `.env` that `jainam init` writes."""

import json
import os

import pytest

import jainam
from jainam.adapters.cli.main import cli
from jainam.simulator.messages import Request
from jainam.simulator.testing import running_simulator
from tests.docs.pages import blocks, page, section

EMBEDDING = blocks(section(page("README.md"), "## Embedding"), "python")


@pytest.fixture
def simulator():
    with running_simulator() as running:
        yield running


@pytest.fixture
def working_folder(tmp_path, monkeypatch, simulator):
    """A folder in which somebody did what the README says comes before."""
    for name in [name for name in os.environ if name.startswith("JAINAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    run("init", "--port", simulator.url.rpartition(":")[2])
    run("instruments", "sync")
    return tmp_path


def run(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    assert ended.value.code == 0


def read(simulator):
    reply = simulator.venue.handle(Request("GET", "/_simulator/state", {}, {}, b""))
    return json.loads(reply.body)


def orders_sent(simulator):
    return read(simulator)["calls"].get("orders.place", 0)


@pytest.mark.usefixtures("working_folder")
def test_every_python_block_of_the_readme_runs(simulator):
    for block in blocks(page("README.md"), "python"):
        exec(compile(block, "README.md", "exec"), {})

    assert orders_sent(simulator) == 1


@pytest.mark.usefixtures("working_folder")
def test_the_embedding_example_reaches_its_target_and_is_carried_out_once(simulator, capsys):
    capsys.readouterr()

    for _ in range(2):
        exec(compile(EMBEDDING[0], "README.md", "exec"), {})

    first, second = capsys.readouterr().out.splitlines()
    assert first == "done 100 [100]"
    assert second.startswith("done 100 ")
    assert orders_sent(simulator) == 1
    with jainam.open_desk() as desk:
        (position,) = desk.account().client("CL001").positions()
    assert position.net_qty == 100
