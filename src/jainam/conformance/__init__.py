"""
Conformance kits: what an adapter must do, as pytest classes that its author runs.

A kit is a class of tests. Subclass it in a test module of your own, give it the fixtures that its docstring names, and
every fact that the port's docstring states is checked on your adapter::

    from jainam.conformance.intent_journal import IntentJournalContract

    class TestMyJournal(IntentJournalContract):
        @pytest.fixture
        def new_store(self, tmp_path):
            numbers = itertools.count()

            def fresh():
                path = tmp_path / f"{next(numbers)}.db"
                return lambda: MyJournal(path, tag=KIT_TAG)

            return fresh

Kits:

- `jainam.conformance.intent_journal.IntentJournalContract`: the intent journal, with a state machine that runs any
  sequence of calls beside a model.
- `jainam.conformance.token_repository.TokenRepositoryContract`: the token repository, and `TokenAtRestContract` for one
  whose bytes can be looked at.

They need the extra ``conformance``. What they don't check needs processes of its own: that two processes exclude each
other, and that what was acknowledged is still there after a kill. The tests of our SQL adapter show how to.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"jainam.conformance.{module}"
        for module in ("journal_desk", "journal_evidence", "journal_intents", "journal_machine", "journal_steps")
    ),
    "jainam.conformance.token_repository",
)
