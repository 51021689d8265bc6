"""The intent journal's kit: what a desk shares beside its orders."""

from attrs import evolve

from jainam.conformance.journal_steps import LATER, OpenJournal, closing, mark
from jainam.conformance.sample_orders import (
    DEALER,
    INVESTOR,
    ME,
    NOON,
    SOMEBODY_ELSE,
    sample_order,
)
from jainam.domain.closing import Scope
from jainam.domain.intents import IntentState
from jainam.domain.kill_switch import KillSwitch
from jainam.ports.intent_journal import IntentJournal, KeyClaim


class DeskFacts:
    """Kill switch, close-all, callers' keys, facts."""

    # kill switch, close-all

    def test_the_kill_switch_is_off_at_first(self, journal: IntentJournal) -> None:
        assert journal.kill_switch() == KillSwitch()

    def test_the_kill_switch_is_the_desks(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        switch = KillSwitch(is_on=True, reason="a drill", changed_at=NOON)

        mine.set_kill_switch(switch)

        assert theirs.kill_switch() == switch

    def test_the_kill_switch_can_be_lifted(self, journal: IntentJournal) -> None:
        journal.set_kill_switch(KillSwitch(is_on=True, changed_at=NOON))
        journal.set_kill_switch(KillSwitch(changed_at=LATER))
        journal.record([sample_order()])

        assert mark(journal, sample_order()).state is IntentState.SENDING

    def test_every_run_has_its_own_mark(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        marks = [closing(Scope(DEALER, "CL01"), "run-1"), closing(Scope(DEALER, everyone=True), "run-2")]

        for one in marks:
            mine.begin_closing(one)

        assert set(theirs.closing_marks()) == set(marks)

    def test_marks_end_by_their_runs(self, journal: IntentJournal) -> None:
        last = closing(Scope(INVESTOR), "run-2")
        journal.begin_closing(closing(Scope(INVESTOR), "run-1"))
        journal.begin_closing(last)

        journal.end_closing(["run-1", "run-of-nobody"])

        assert journal.closing_marks() == (last,)

    def test_begin_closing_returns_the_scopes_epoch(self, journal: IntentJournal) -> None:
        epochs = [journal.begin_closing(closing(Scope(DEALER, "CL01"), f"run-{number}")) for number in range(3)]

        assert epochs == sorted(set(epochs))
        assert epochs[-1] == journal.epoch(DEALER, "CL01")

    def test_an_epoch_grows_with_the_close_alls_that_concern_it(self, journal: IntentJournal) -> None:
        before = [journal.epoch(DEALER, "CL01"), journal.epoch(DEALER, "CL02"), journal.epoch(INVESTOR, None)]

        journal.begin_closing(closing(Scope(DEALER, "CL01"), "run-1"))
        journal.begin_closing(closing(Scope(DEALER, everyone=True), "run-2"))

        after = [journal.epoch(DEALER, "CL01"), journal.epoch(DEALER, "CL02"), journal.epoch(INVESTOR, None)]
        assert [new - old for old, new in zip(before, after, strict=True)] == [2, 1, 0]

    def test_an_epoch_stays_when_a_mark_ends(self, journal: IntentJournal) -> None:
        epoch = journal.begin_closing(closing(Scope(INVESTOR)))

        journal.end_closing(["run-1"])

        assert journal.epoch(INVESTOR, None) == epoch

    # callers' keys

    def test_the_first_claim_on_a_key_stands(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        first = KeyClaim("hook", "content-a", ME, NOON)

        assert mine.claim_key(first) == first
        assert theirs.claim_key(KeyClaim("hook", "content-b", SOMEBODY_ELSE, LATER)) == first

    def test_a_key_keeps_what_its_caller_was_told(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        claim = mine.claim_key(KeyClaim("hook", "content", ME, NOON))

        mine.end_key("hook", '{"told": 1}')

        assert theirs.claim_key(claim) == evolve(claim, outcome='{"told": 1}')

    def test_a_claim_is_taken_over(self, journal: IntentJournal) -> None:
        dead = journal.claim_key(KeyClaim("hook", "content", ME, NOON))
        mine = KeyClaim("hook", "content", SOMEBODY_ELSE, LATER)

        assert journal.take_over_key(mine, last=dead)
        assert journal.claim_key(dead) == mine

    def test_a_claim_that_moved_is_not_taken_over(self, journal: IntentJournal) -> None:
        read = journal.claim_key(KeyClaim("hook", "content", ME, NOON))
        journal.end_key("hook", "{}")

        assert not journal.take_over_key(KeyClaim("hook", "content", SOMEBODY_ELSE, LATER), last=read)
        assert journal.claim_key(read).outcome == "{}"

    # the store

    def test_facts_are_remembered_for_every_process(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()
        mine.remember("first-look", "10:00")
        mine.remember("first-look", "10:01")
        mine.remember("other", "")

        assert dict(theirs.facts()) == {"first-look": "10:01", "other": ""}

    def test_a_store_keeps_its_age(self, open_journal: OpenJournal) -> None:
        mine, theirs = open_journal(), open_journal()

        assert mine.age().created_at == theirs.age().created_at
        assert mine.age().created_at.tzinfo is not None
