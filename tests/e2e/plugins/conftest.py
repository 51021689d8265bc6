"""The example package, built once and installed beside ours; command lines and scripts that see it, or not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

from jainam.adapters.cli.env_files import env_text, simulator_settings
from jainam.simulator.testing import running_simulator

EXAMPLE = Path(__file__).parents[3] / "examples" / "jainam-memory-tokens"
BOUND_S = 100


def run(words, *, cwd, env=None, check=True):
    """Run a command to its end; its output is the message where it fails."""
    ended = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=env, capture_output=True, text=True, timeout=BOUND_S, check=False
    )
    assert not check or ended.returncode == 0, f"{words}\n{ended.stdout}\n{ended.stderr}"
    return ended


@frozen
class Package:
    """The built and installed example."""

    source: Path
    wheel: Path
    site: Path


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """Build the example from a copy, as its authors would, and install the wheel; nobody is asked for anything."""
    root = tmp_path_factory.mktemp("example")
    source = shutil.copytree(EXAMPLE, root / "source", ignore=shutil.ignore_patterns("__pycache__"))
    run(["-m", "build", "--no-isolation", "--wheel", "--outdir", str(root / "dist")], cwd=source)
    (wheel,) = (root / "dist").glob("*.whl")
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    run([*pip, "--target", str(root / "site"), str(wheel)], cwd=root)
    return Package(source, wheel, root / "site")


@pytest.fixture
def broken_site(tmp_path):
    """A package whose plug-in raises when it is imported, as an installer leaves it."""
    site = tmp_path / "broken-site"
    info = site / "hasty_tokens-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hasty-tokens\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[jainam]\nhasty = hasty_tokens\n")
    (site / "hasty_tokens.py").write_text("raise RuntimeError('it was written in a hurry')\n")
    return site


@pytest.fixture(scope="module")
def simulator():
    with running_simulator() as running:
        yield running


class Operator:
    """Somebody with a folder, a `.env` in it, and a shell."""

    def __init__(self, folder, memory):
        self.folder = folder
        self.memory = memory

    def environment(self, *sites, **settings):
        """The environment in which these packages are installed, and these settings made."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("JAINAM_")}
        paths = [str(site) for site in sites] + [path for path in [kept.get("PYTHONPATH")] if path]
        more = {"PYTHONPATH": os.pathsep.join(paths), "MEMORY_TOKENS_DIR": str(self.memory), "COLUMNS": "100"}
        return {**kept, **more, **settings}

    def jainam(self, *words, sites=(), check=True, **settings):
        """Run a command line and return how it ended."""
        command = ["-c", "from jainam.adapters.cli.main import main; main()", *words]
        return run(command, cwd=self.folder, env=self.environment(*sites, **settings), check=check)

    def told(self, *words, **more):
        """Run a command line and return its JSON document."""
        return json.loads(self.jainam(*words, "--json", **more).stdout)

    def python(self, script, *, sites=(), **settings):
        """Run a script and return what it printed."""
        return run(["-c", script], cwd=self.folder, env=self.environment(*sites, **settings)).stdout


@pytest.fixture
def operator(tmp_path, simulator):
    folder, memory = tmp_path / "desk", tmp_path / "memory"
    folder.mkdir()
    memory.mkdir()
    port = int(simulator.url.rpartition(":")[2])
    settings = {**simulator_settings(port), "JAINAM_HOME": "state"}
    (folder / ".env").write_text(env_text(settings), encoding="utf-8")
    return Operator(folder, memory)
