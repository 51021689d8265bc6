"""
Mutation testing of the rule modules: `python -m benchmarks.mutation [--quick] [MODULE ...]`.

Every mutant runs the domain's own tests in a forked process that loads the mutated module from memory; sources and
tests are a copy in a temporary directory, so nothing is written to the tree and nobody's edit changes a run. A mutant
that no test notices survives; those known to mean the same as the original are in `equivalent_mutants.toml`, with
reasons. With `--quick` a mutant runs only the tests that import its module: for those who write them.

Exit status 0: every mutant ran, and every survivor is a known equivalent.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from multiprocessing import connection, get_context
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from benchmarks.mutants import Edit, MutatedModule, enum_members

ROOT = Path(__file__).resolve().parent.parent
_KNOWN = tomllib.loads((ROOT / "benchmarks/equivalent_mutants.toml").read_text(encoding="utf-8"))["mutant"]
EQUIVALENT = frozenset(known["change"] for known in _KNOWN)
RULE_MODULES = (
    "smart_orders",
    "slicing",
    "positions",
    "order_states",
    "order_checks",
    "closing",
    "settlement",
    "limits",
    "intents",
    "accounts",
)
TESTS = ("tests/unit/domain", "tests/property/domain")
COPIED = ("src/jainam", "tests/builders.py", "tests/conftest.py", "pyproject.toml", *TESTS)
LEFT_OUT = "test_planted_bugs.py"
"""It edits the text of a module: any change of that text would fail it and kill mutants that no rule was tested on."""

WORKERS = 2
BOUND_S = 20 * 60.0
MUTANT_BOUND_S = 60.0
PRELOADED = ("attrs", "decimal", "difflib", "hypothesis", "hypothesis.strategies", "json", "pytest", "pytest_timeout")
"""Loaded once, before forking. Nothing of the project: a child imports that with its mutant in place."""

PLUGINS = ("-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin", "-p", "no:unraisableexception")
"""What the tests need of pytest; a child that lives for half a second does not load or tidy up more."""


class _OneMutant(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from given code, and leaves all others to the usual finders."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name = name
        self._path = path
        self._code = code

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # the mutant itself


def main(names: Sequence[str]) -> int:
    """Mutate the named modules, or all; print the figures; return the exit status."""
    quick = "--quick" in names
    names = [name for name in names if name != "--quick"]
    unknown = sorted(set(names) - set(RULE_MODULES))
    if unknown:
        print(f"no rule module: {', '.join(unknown)}; use {', '.join(RULE_MODULES)}")
        return 2
    for name in PRELOADED:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="jainam-mutation-") as directory:
        tree = Path(directory)
        _copy(tree)
        return _run(tree, names or RULE_MODULES, quick=quick)


def _copy(tree: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", LEFT_OUT))
        else:
            shutil.copy(source, target)


def _run(tree: Path, names: Sequence[str], *, quick: bool) -> int:
    started_s = time.monotonic()
    gc.freeze()  # children share what is loaded by now, and never look through it again
    domain = tree / "src/jainam/domain"
    members = enum_members(sorted(domain.glob("*.py")))
    modules = {name: MutatedModule(domain / f"{name}.py", members) for name in names}
    if not _is_clean(tree):
        print("the tests fail without any mutant; nothing was mutated")
        return 1
    jobs = [(name, edit) for name, module in modules.items() for edit in module.edits]
    print(f"{len(jobs)} mutants of {len(names)} modules, {WORKERS} at a time", flush=True)
    survivors, killed, slow = _kill(tree, modules, jobs, started_s + BOUND_S, quick=quick)
    done = killed.total() + len(survivors)
    texts = [(name, modules[name].difference(edit)) for name, edit in survivors]
    known = Counter(name for name, text in texts if text in EQUIVALENT)
    unknown = Counter(name for name, text in texts if text not in EQUIVALENT)
    print(f"\n{'module':<14}{'mutants':>9}{'killed':>9}{'survived':>10}{'equivalent':>12}")
    for name in names:
        total = len(modules[name].edits)
        print(f"{name:<14}{total:>9}{killed[name]:>9}{unknown[name]:>10}{known[name]:>12}")
    print(f"{'all':<14}{len(jobs):>9}{killed.total():>9}{unknown.total():>10}{known.total():>12}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{time.monotonic() - started_s:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time; "
        f"{slow} mutants were killed by running out of time"
    )
    seen = {text for _, text in texts}
    stale = [text for text in EQUIVALENT if text.partition(".")[0].partition(":")[0] in names and text not in seen]
    for text in stale:
        print(f"listed as equivalent, but killed or gone: {text}")
    if done < len(jobs):
        print(f"{len(jobs) - done} mutants did not run within {BOUND_S:.0f} s")
    return int(bool(unknown or stale or done < len(jobs)))


def _is_clean(tree: Path) -> bool:
    """Whether the tests pass as they are; this also fills the caches that every child reads."""
    child = get_context("fork").Process(target=_test, args=(tree, None, None, None), kwargs={"quick": False})
    child.start()
    child.join()
    return child.exitcode == 0


def _kill(
    tree: Path, modules: dict[str, MutatedModule], jobs: Sequence[tuple[str, Edit]], until_s: float, *, quick: bool
) -> tuple[list[tuple[str, Edit]], Counter[str], int]:
    """Run every mutant; return the survivors, the number of killed ones by module, and how many were too slow."""
    context = get_context("fork")
    waiting = list(reversed(jobs))
    running: dict[Any, tuple[Any, str, Edit, float]] = {}
    survivors: list[tuple[str, Edit]] = []
    killed: Counter[str] = Counter()
    slow = ran = 0
    while running or (waiting and time.monotonic() < until_s):
        while waiting and len(running) < WORKERS and time.monotonic() < until_s:
            name, edit = waiting.pop()
            child = context.Process(target=_test, args=(tree, name, modules[name], edit), kwargs={"quick": quick})
            child.start()
            running[child.sentinel] = (child, name, edit, time.monotonic() + MUTANT_BOUND_S)
        ended = set(connection.wait(list(running), timeout=1.0))
        for sentinel, (child, name, edit, bound_s) in list(running.items()):
            if sentinel not in ended and time.monotonic() < bound_s:
                continue
            if sentinel not in ended:
                child.kill()
                slow += 1
            child.join()
            if child.exitcode == 0:
                survivors.append((name, edit))
                text = modules[name].difference(edit)
                word = "equivalent" if text in EQUIVALENT else "survived"
                print(f"{word:<12}line {edit.line:<5}{text}", flush=True)
            else:
                killed[name] += 1
            child.close()
            del running[sentinel]
            ran += 1
            if ran % 100 == 0:
                print(f"{ran} of {len(jobs)}, {len(survivors)} survived", flush=True)
    return survivors, killed, slow


def _test(tree: Path, name: str | None, module: MutatedModule | None, edit: Edit | None, *, quick: bool) -> None:
    """Run the tests in this process, which is a child; exit 0 when all of them pass."""
    silence = os.open(os.devnull, os.O_WRONLY)
    if name is not None:
        os.dup2(silence, 1)
        os.dup2(silence, 2)
    os.chdir(tree)
    tempfile.tempdir = str(tree)  # what a child leaves when it is killed goes with the tree
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = False
    sys.path[:] = [str(tree / "src"), *(entry for entry in sys.path if entry not in {"", str(ROOT)})]
    if name is not None and module is not None and edit is not None:
        code = module.compiled(edit)
        assert isinstance(code, CodeType)
        sys.meta_path.insert(0, _OneMutant(f"jainam.domain.{name}", module.path, code))
    pytest = importlib.import_module("pytest")
    options = ["-x", "-q", "--no-header", "--tb=short", "--assert=plain", *PLUGINS]
    for files in _stages(tree, name)[: 2 if quick else 3]:
        status = int(pytest.main([*options, *files])) if files else 0
        if status:
            sys.exit(status)
    sys.exit(0)


def _stages(tree: Path, name: str | None) -> list[list[str]]:
    """Return all test files in three runs: those about the module first, the quick ones before the properties."""
    stages: list[list[str]] = [[], [], []]
    for place, folder in enumerate(TESTS):
        for path in sorted((tree / folder).glob("test_*.py")):
            about_it = f"jainam.domain.{name} import" in path.read_text(encoding="utf-8")
            stages[place if about_it else -1].append(str(path.relative_to(tree)))
    return stages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
