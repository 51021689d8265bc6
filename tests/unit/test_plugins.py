"""Plug-ins: found by entry point, loaded under control, and no danger to each other."""

import sys

import pytest

from jainam.domain.errors import PluginError
from jainam.hookspecs import Hooks, hookimpl
from jainam.plugins import BUILT_IN, load_plugins
from jainam.ports.parts import Part

TOKENS = """
from jainam import hookimpl

@hookimpl
def jainam_register_token_repositories(register):
    register("{name}", lambda options: None)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package with one entry point on the path, as an installer leaves it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    made = []

    def put(package, source, *, point="", target=""):
        module = package.replace("-", "_")
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[jainam]\n{point or package} = {target or module}\n")
        (site / f"{module}.py").write_text(source)
        made.append(module)

    yield put
    for module in made:
        sys.modules.pop(module, None)


def told(plugins):
    return [(one.package, one.reason) for one in plugins.failures]


class Registers:
    def __init__(self, **hooks):
        for hook, things in hooks.items():
            setattr(self, hook, self._implementation(things))

    @staticmethod
    def _implementation(things):
        @hookimpl
        def implementation(register):
            for thing in things:
                register(*thing)

        return implementation


def factory(*_):
    return None


# our own


def test_our_own_parts_come_through_the_hooks():
    plugins = load_plugins(only=())

    assert told(plugins) == []
    assert set(plugins.brokers) == {"jainam", "simulator"}
    assert plugins.broker("simulator").is_simulated
    assert not plugins.broker("jainam").is_simulated
    assert {kind for kind, _ in plugins.parts} == set(Part)
    assert plugins.token_repository("sql").package == "jainam"


@pytest.mark.parametrize("module", BUILT_IN)
def test_each_of_ours_registers_something(module):
    __import__(module)
    names = [name for name in dir(Hooks) if name.startswith("jainam_")]

    assert any(hasattr(sys.modules[module], name) for name in names)


# every hook


CASES = [
    ("jainam_register_brokers", ("mine", factory), lambda plugins: plugins.broker("mine")),
    ("jainam_register_token_repositories", ("mine", factory), lambda plugins: plugins.token_repository("mine")),
    ("jainam_register_parts", (Part.JOURNAL, "mine", factory), lambda plugins: plugins.part(Part.JOURNAL, "mine")),
    ("jainam_register_commands", ("mine", factory), lambda plugins: plugins.commands["mine"][0]),
]


@pytest.mark.parametrize(("hook", "things", "found"), CASES)
def test_what_a_hook_registers_is_found_with_its_package(hook, things, found):
    plugins = load_plugins([Registers(**{hook: [things]})], only=())

    registered = found(plugins)
    assert registered.thing is factory
    assert registered.package == "Registers"


def test_a_test_exists_for_every_hook():
    assert {hook for hook, _, _ in CASES} == {name for name in vars(Hooks) if name.startswith("jainam_")}


def test_a_simulated_broker_says_so():
    class Simulated:
        @hookimpl
        def jainam_register_brokers(self, register):
            register("paper", factory, is_simulated=True)

    assert load_plugins([Simulated()], only=()).broker("paper").is_simulated


def test_an_implementation_may_leave_the_argument_out():
    class Silent:
        @hookimpl
        def jainam_register_brokers(self):
            """Registers nothing, today."""

    assert told(load_plugins([Silent()], only=())) == []


# installed packages


def test_an_installed_package_is_found_by_its_entry_point(install):
    install("some-tokens", TOKENS.format(name="some"))

    assert load_plugins().token_repository("some").package == "some-tokens"


def test_an_entry_point_may_name_an_object_of_its_module(install):
    source = "class Plugin:\n" + "\n".join(f"    {line}" for line in TOKENS.format(name="some").splitlines())
    source = source.replace("(register)", "(self, register)") + "\n\nplugin = Plugin()\n"
    install("some-tokens", source, target="some_tokens:plugin")

    assert load_plugins().token_repository("some").package == "some-tokens"


def test_only_named_entry_points_are_loaded(install):
    install("first-tokens", TOKENS.format(name="first"), point="first")
    install("second-tokens", TOKENS.format(name="second"), point="second")

    plugins = load_plugins(only=["second"])

    assert set(plugins.token_repositories) == {"sql", "second"}
    assert "first_tokens" not in sys.modules


def test_an_empty_selection_loads_ours_alone(install):
    install("some-tokens", TOKENS.format(name="some"))

    plugins = load_plugins(only=())

    assert set(plugins.token_repositories) == {"sql"}
    assert "some_tokens" not in sys.modules


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("import a_module_that_is_not_there", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("syntax error", "SyntaxError"),
    ],
)
def test_a_package_that_breaks_at_import_is_named_and_leaves_the_others_alone(install, source, reason):
    install("broken-tokens", source)
    install("whole-tokens", TOKENS.format(name="whole"))

    plugins = load_plugins()

    assert [package for package, _ in told(plugins)] == ["broken-tokens"]
    assert reason in told(plugins)[0][1]
    assert plugins.token_repository("whole").package == "whole-tokens"


def test_a_hook_that_raises_is_named_and_leaves_the_others_alone():
    class Raises:
        @hookimpl
        def jainam_register_brokers(self, register):
            raise ValueError("not today")

    mine = Registers(jainam_register_brokers=[("mine", factory)])

    plugins = load_plugins([Raises(), mine], only=())

    assert told(plugins) == [("Raises", "ValueError: not today")]
    assert plugins.broker("mine").thing is factory


@pytest.mark.parametrize("hook", ["jainam_register_broker", "jainam_register_sessions"])
def test_a_hook_that_there_is_not_is_named(hook):
    plugins = load_plugins([Registers(**{hook: []})], only=())

    assert told(plugins) == [("Registers", f"PluginError: there is no hook {hook}")]


def test_a_hook_of_a_later_version_may_be_marked_as_optional():
    class Ahead:
        @hookimpl(optionalhook=True)
        def jainam_register_dashboards(self, register):
            """Called by a version that has dashboards."""

    assert told(load_plugins([Ahead()], only=())) == []


def test_an_argument_that_there_is_not_is_named():
    class Wrong:
        @hookimpl
        def jainam_register_brokers(self, registry):
            """The argument is called register."""

    ((package, reason),) = told(load_plugins([Wrong()], only=()))

    assert package == "Wrong"
    assert "registry" in reason


# choosing


def test_a_name_that_nobody_registered_is_told_with_those_that_there_are():
    with pytest.raises(PluginError, match="there is no broker 'other'; there are: jainam, simulator") as raised:
        load_plugins(only=()).broker("other")

    assert "JAINAM_BROKER" in raised.value.hint


def test_a_name_that_a_broken_package_may_have_had_is_told_with_its_failure(install):
    install("broken-tokens", "raise RuntimeError('no luck')")

    with pytest.raises(PluginError) as raised:
        load_plugins().token_repository("broken")

    assert "broken-tokens: RuntimeError: no luck" in raised.value.hint


def test_a_name_of_two_packages_is_an_error_only_when_it_is_chosen(install):
    install("first-tokens", TOKENS.format(name="some"))
    install("second-tokens", TOKENS.format(name="some"))
    plugins = load_plugins()
    assert told(plugins) == []

    with pytest.raises(PluginError, match="registered by first-tokens and second-tokens"):
        plugins.token_repository("some")


def test_two_desks_share_no_plug_ins():
    one = load_plugins([Registers(jainam_register_brokers=[("mine", factory)])], only=())
    other = load_plugins(only=())

    assert "mine" in one.brokers
    assert "mine" not in other.brokers
