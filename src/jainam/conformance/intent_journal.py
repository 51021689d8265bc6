"""The intent journal's conformance kit."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from jainam.conformance.journal_desk import DeskFacts
from jainam.conformance.journal_evidence import EvidenceFacts
from jainam.conformance.journal_intents import IntentFacts
from jainam.conformance.journal_machine import JournalMachine
from jainam.conformance.journal_steps import NewStore, OpenJournal
from jainam.ports.intent_journal import IntentJournal


class IntentJournalContract(IntentFacts, EvidenceFacts, DeskFacts):
    """
    Every fact of the `IntentJournal` port. Subclass it with one fixture:

    ``new_store``: a callable that makes an empty store and returns a callable that joins it, with `KIT_TAG` as the
    desk's tag. The kit closes every journal that it opened.
    """

    @pytest.fixture
    def open_journal(self, new_store: NewStore) -> Iterator[OpenJournal]:
        """Joins one store as often as it is called."""
        join = new_store()
        opened: list[IntentJournal] = []

        def open_one() -> IntentJournal:
            opened.append(join())
            return opened[-1]

        yield open_one
        for one in opened:
            one.close()

    @pytest.fixture
    def journal(self, open_journal: OpenJournal) -> IntentJournal:
        """One journal on an empty store."""
        return open_journal()

    def test_any_sequence_of_calls_ends_where_the_model_does(self, new_store: NewStore) -> None:
        run_state_machine_as_test(
            lambda: JournalMachine(new_store()),  # type: ignore[arg-type]  # it only calls it
            settings=settings(max_examples=self.examples, stateful_step_count=25, deadline=None),
        )
