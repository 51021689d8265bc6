"""What holds for every test: how Hypothesis looks for counterexamples, and that it leaves nothing behind."""

import os
import shutil
from tempfile import mkdtemp

from hypothesis import HealthCheck, Phase, settings
from hypothesis.configuration import set_hypothesis_home_dir

_PLAIN = settings(
    database=None,  # no run depends on what an earlier one found
    deadline=None,  # speed is never asserted
    suppress_health_check=[HealthCheck.too_slow],  # a loaded machine is no failure
)

settings.register_profile("ci", _PLAIN, derandomize=True, max_examples=100)
settings.register_profile("long", _PLAIN, derandomize=False, max_examples=2_000, print_blob=True)
settings.register_profile(
    "mutation",  # a mutant is killed by any failure: nobody reads the smallest example
    _PLAIN,
    derandomize=True,
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Without a database Hypothesis still caches its tables; they go where the run ends, not into the tree.
_HYPOTHESIS_HOME = mkdtemp(prefix="jainam-hypothesis-")
set_hypothesis_home_dir(_HYPOTHESIS_HOME)


def pytest_unconfigure() -> None:
    """Remove what Hypothesis cached for this run."""
    shutil.rmtree(_HYPOTHESIS_HOME, ignore_errors=True)
