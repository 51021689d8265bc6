"""Settings of a process whose environment and working directory hold nothing but what a test puts there."""

import os

import pytest

from jainam.settings import read_settings


@pytest.fixture(autouse=True)
def _bare(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith("JAINAM_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read settings from a `.env` of these lines, this environment and these arguments."""

    def read_them(*lines, environment=None, **arguments):
        for name, text in (environment or {}).items():
            monkeypatch.setenv(name, text)
        if lines:
            (tmp_path / "work" / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_settings(**arguments)

    return read_them
