"""docs/plug-ins.md tells every hook with its current arguments, and its examples are the example's."""

import inspect
import re

import pytest

from jainam import hookspecs
from jainam.desk.opening import _BUILT_IN_PARTS
from jainam.ports.parts import Part
from tests.docs.pages import ROOT, blocks, headings, page, rows, section

PAGE = page("docs/plug-ins.md")
HOOKS = [one for name, one in vars(hookspecs.Hooks).items() if name.startswith("jainam_")]
EXAMPLE = ROOT / "examples" / "jainam-memory-tokens"


def arguments(function):
    """Return a function's arguments as a caller reads them: no self, no annotations."""
    signature = inspect.signature(function)
    parameters = [one.replace(annotation=one.empty) for name, one in signature.parameters.items() if name != "self"]
    return str(signature.replace(parameters=parameters, return_annotation=signature.empty))


def registrar(hook):
    """Return the protocol of what a hook is handed."""
    return inspect.signature(hook).parameters["register"].annotation


def test_every_hook_has_a_section_with_its_arguments_and_no_section_is_left_over():
    told = re.findall(r"^### (jainam_\w+\(.*\))$", PAGE, re.MULTILINE)

    assert sorted(told) == sorted(f"{hook.__name__}{arguments(hook)}" for hook in HOOKS)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_what_a_hook_is_handed_is_told_with_its_arguments(hook):
    told = section(PAGE, f"### {hook.__name__}{arguments(hook)}")

    assert f"`register{arguments(registrar(hook).__call__)}`" in told


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_says_in_a_sentence_what_it_registers(hook):
    assert re.match(r"Register .*: ``register\(.*\)``\.$", inspect.getdoc(hook) or "")


def test_the_table_of_parts_is_the_one_in_force():
    told = section(PAGE, "### jainam_register_parts(register)")

    assert rows(told) == [(f"Part.{part.name}", _BUILT_IN_PARTS[part]) for part in Part]


def test_every_kit_is_told():
    kits = rows(section(PAGE, "## Testing a plug-in"))

    for name, _ in kits:
        module, _, kit = name.rpartition(".")
        assert inspect.isclass(getattr(__import__(module, fromlist=[kit]), kit))
    from jainam import conformance

    shipped = set(re.findall(r"`jainam\.conformance\.(\w+)\.", conformance.__doc__ or ""))
    assert shipped == {name.split(".")[2] for name, _ in kits}


def test_what_is_quoted_from_the_example_stands_in_it():
    quoted = section(PAGE, "## Tutorial: the example package") + section(PAGE, "## Testing a plug-in")
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*") if path.suffix in {".py", ".toml"}
    )
    lines = [line.strip() for block in blocks(quoted, "toml") for line in block.splitlines() if line.strip()]
    lines += [
        line.strip() for block in blocks(quoted, "python") for line in block.splitlines() if "MemoryTokens" in line
    ]

    assert len(lines) > 8
    assert [line for line in lines if line.partition("  #")[0] not in source] == []


@pytest.mark.parametrize("number", range(len(blocks(PAGE, "python"))))
def test_every_python_block_is_whole(number):
    compile(blocks(PAGE, "python")[number], f"docs/plug-ins.md, block {number}", "exec")


@pytest.mark.parametrize("name", ["plug-ins", "settings", "errors"])
def test_links_lead_somewhere(name):
    text = page(f"docs/{name}.md")

    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        linked = (ROOT / "docs" / path) if path else ROOT / "docs" / f"{name}.md"
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked.read_text(encoding="utf-8")), target
