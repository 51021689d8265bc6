"""The real command against the real simulator, in folders of the test's own."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen

from jainam.adapters.cli.main import cli

JAINAM = str(Path(sys.executable).with_name("jainam"))


@frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@frozen
class Simulator:
    """A running `jainam simulate`."""

    listing: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.listing["url"])

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_simulator/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def state(self) -> Any:
        return self.control("GET", "state")


@frozen
class Folder:
    """A folder with a .env file, which is also the home of whoever runs commands there."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        path = f"{Path(JAINAM).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: text for name, text in os.environ.items() if not name.startswith("JAINAM_")}
        return {**kept, "HOME": str(self.path), "TMPDIR": str(self.temporary), "COLUMNS": "110", "PATH": path}

    @property
    def temporary(self) -> Path:
        folder = self.path / "tmp"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def secrets(self) -> list[str]:
        lines = (self.path / ".env").read_text().splitlines()
        return [line.partition("=")[2].strip("'") for line in lines if "_API_" in line.partition("=")[0]]

    def run(self, *args: str) -> Ended:
        """Run the command as a process of its own, its output piped and nobody at its stdin."""
        return self._process(JAINAM, *args)

    def shell(self, script: str) -> Ended:
        """Run a shell script that calls the command by its name."""
        return self._process("bash", "-c", script)

    def _process(self, *line: str) -> Ended:
        done = subprocess.run(
            line,
            cwd=self.path,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def run_here(self, *args: str) -> Ended:
        """Run the command in this process: the same code without the start-up."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            cli.main(["--env-file", str(self.path / ".env"), *args])
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator without a rate chart, so that no test waits for it."""
    folder = Folder(tmp_path_factory.mktemp("simulator"))
    with subprocess.Popen(
        [JAINAM, "simulate", "--port", "0", "--rate-limits", "off", "--json"],
        cwd=folder.path,
        env=folder.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        listing = json.loads(process.stdout.readline())
        yield Simulator(listing)
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.fixture(scope="module")
def desk(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A folder whose desk is logged in at the simulator and knows the day's instruments."""
    folder = Folder(tmp_path_factory.mktemp("desk"))
    path = folder.path / ".env"
    assert folder.run_here("init", "--port", simulator.port).code == 0
    quick = "JAINAM_RATE_LIMITS=off\nJAINAM_HTTP_BACKOFF_BASE=0.01\nJAINAM_LAG_BOUND=0.2\n"
    path.write_text(path.read_text() + quick)
    assert folder.run_here("login").code == 0
    assert folder.run_here("instruments", "sync").code == 0
    return folder


@pytest.fixture
def faults(simulator: Simulator) -> Iterator[Any]:
    """Make the simulator misbehave for the length of a test."""
    yield lambda *rules: simulator.control("POST", "faults", list(rules))
    simulator.control("DELETE", "faults")
