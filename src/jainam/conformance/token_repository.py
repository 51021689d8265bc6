"""The token repository's conformance kit."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.sessions import LoginAttempts, Secret, Session, SessionState, Side
from jainam.ports.token_repository import TokenRepository

OpenRepository = Callable[[], TokenRepository]
"""Joins one store, which is empty at the test's beginning, as another process would."""

TOKEN = "a-token-that-must-never-be-seen"  # noqa: S105  # it opens nothing
_DAWN = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
_EVENING = datetime(2026, 9, 1, 18, 30, tzinfo=UTC)
_ACCOUNTS = [
    AccountId("xts", "prop-b", AccountKind.NORMAL),
    AccountId("xts", "prop-b", AccountKind.PRO),
    AccountId("xts", "prop-a", AccountKind.NORMAL),
    AccountId("other", "prop-b", AccountKind.NORMAL),
]
_DEALER = _ACCOUNTS[0]
_PLACES = [(account, side) for account in _ACCOUNTS for side in Side]

_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive
_MAYBE_INSTANTS = st.none() | _INSTANTS
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def sample_session(account: AccountId = _DEALER, side: Side = Side.INTERACTIVE, **changes: Any) -> Session:
    """Return a session of a morning's login."""
    session = Session(
        account=account,
        side=side,
        token=Secret(TOKEN),
        user_id="DEALER1",
        client_codes=("CL01", "CL02"),
        is_investor=False,
        connection_base="https://host-1.invalid/interactive",
        expires_at=_EVENING,
        created_at=_DAWN,
        updated_at=_DAWN,
    )
    return evolve(session, **changes)


_SESSIONS = st.builds(
    sample_session,
    st.sampled_from(_ACCOUNTS),
    st.sampled_from(Side),
    token=st.builds(Secret, _TEXTS.filter(bool)),
    user_id=_TEXTS,
    client_codes=st.lists(_TEXTS, max_size=5).map(tuple),
    is_investor=st.booleans(),
    connection_base=st.none() | _TEXTS.filter(bool),
    expires_at=_INSTANTS,
    created_at=_INSTANTS,
    updated_at=_INSTANTS,
)
_ATTEMPTS = st.builds(
    LoginAttempts,
    pending_since=_MAYBE_INSTANTS,
    failed_at=_MAYBE_INSTANTS,
    failure=_TEXTS,
    lost_at=st.lists(_INSTANTS, max_size=4).map(tuple),
    stopped_at=_MAYBE_INSTANTS,
    planned_on=st.sampled_from(["", "2026-09-01"]),
)


class TokenRepositoryContract:
    """
    Every fact of the `TokenRepository` port. Subclass it with one fixture:

    ``join_store``: a callable that opens a repository on the test's store, empty at first, as often as it is called.
    The kit closes what it opened through `open_repository`.
    """

    @pytest.fixture
    def open_repository(self, join_store: OpenRepository) -> Iterator[OpenRepository]:
        """Opens a repository, and closes it behind the test."""
        opened: list[TokenRepository] = []

        def open_one() -> TokenRepository:
            opened.append(join_store())
            return opened[-1]

        yield open_one
        for one in opened:
            one.close()

    @pytest.fixture
    def repository(self, open_repository: OpenRepository) -> TokenRepository:
        """One repository on an empty store."""
        return open_repository()

    # sessions

    def test_nothing_is_stored_at_first(self, repository: TokenRepository) -> None:
        assert repository.get(_DEALER, Side.INTERACTIVE) is None
        assert repository.states() == ()

    def test_a_saved_session_reads_back_as_it_was_written(self, repository: TokenRepository) -> None:
        @settings(deadline=None)
        @given(_SESSIONS)
        def check(session: Session) -> None:
            repository.save(session)

            assert repository.get(session.account, session.side) == session

        check()

    def test_another_process_reads_it_at_once(self, open_repository: OpenRepository) -> None:
        mine, theirs = open_repository(), open_repository()
        assert theirs.get(_DEALER, Side.MARKET) is None

        mine.save(sample_session(side=Side.MARKET))

        assert theirs.get(_DEALER, Side.MARKET) == sample_session(side=Side.MARKET)

    def test_another_process_sees_every_new_login_at_once(self, open_repository: OpenRepository) -> None:
        mine, theirs = open_repository(), open_repository()
        tokens = [Secret(f"token-{number}") for number in range(20)]

        for writer, reader in [(mine, theirs), (theirs, mine)]:
            for token in tokens:
                writer.save(sample_session(token=token))
                found = reader.get(_DEALER, Side.INTERACTIVE)

                assert found is not None
                assert found.token == token

    def test_a_session_outlives_its_process(self, join_store: OpenRepository) -> None:
        first = join_store()
        first.save(sample_session())
        second = join_store()
        first.close()

        found = second.get(_DEALER, Side.INTERACTIVE)
        second.close()

        assert found == sample_session()

    @pytest.mark.parametrize(("account", "side"), _PLACES)
    def test_sessions_of_other_accounts_and_sides_are_apart(
        self, repository: TokenRepository, account: AccountId, side: Side
    ) -> None:
        repository.save(sample_session(account, side))

        assert [place for place in _PLACES if repository.get(*place) is not None] == [(account, side)]

    def test_an_expired_session_is_still_returned(self, repository: TokenRepository) -> None:
        old = sample_session(expires_at=_DAWN - timedelta(days=30))

        repository.save(old)

        assert repository.get(_DEALER, Side.INTERACTIVE) == old

    def test_a_session_takes_the_place_of_the_last(self, repository: TokenRepository) -> None:
        repository.save(sample_session())
        newer = sample_session(token=Secret("newer"), client_codes=(), connection_base=None, updated_at=_EVENING)

        repository.save(newer)

        assert repository.get(_DEALER, Side.INTERACTIVE) == newer

    # logout

    def test_a_removed_session_is_gone_for_every_process(self, open_repository: OpenRepository) -> None:
        mine, theirs = open_repository(), open_repository()
        mine.save(sample_session())
        assert theirs.get(_DEALER, Side.INTERACTIVE) is not None

        mine.remove(_DEALER, Side.INTERACTIVE, logged_out_at=_EVENING)

        assert mine.get(_DEALER, Side.INTERACTIVE) is None
        assert theirs.get(_DEALER, Side.INTERACTIVE) is None

    def test_the_moment_of_a_logout_stays(self, repository: TokenRepository) -> None:
        repository.save(sample_session())

        repository.remove(_DEALER, Side.INTERACTIVE, logged_out_at=_EVENING)

        state = repository.state(_DEALER, Side.INTERACTIVE)
        assert state.logged_out_at == _EVENING
        assert state.expires_at is None
        assert state.word(_DAWN) == "logged out"

    def test_the_other_side_stays_logged_in(self, repository: TokenRepository) -> None:
        repository.save(sample_session(side=Side.INTERACTIVE))
        repository.save(sample_session(side=Side.MARKET))

        repository.remove(_DEALER, Side.INTERACTIVE, logged_out_at=_EVENING)

        assert repository.get(_DEALER, Side.MARKET) == sample_session(side=Side.MARKET)

    def test_a_login_after_a_logout_counts(self, repository: TokenRepository) -> None:
        repository.save(sample_session())
        repository.remove(_DEALER, Side.INTERACTIVE, logged_out_at=_DAWN)

        repository.save(sample_session())

        assert repository.get(_DEALER, Side.INTERACTIVE) == sample_session()
        assert repository.state(_DEALER, Side.INTERACTIVE).word(_DAWN) == "valid"

    # what may be shown

    def test_a_state_tells_of_the_session_without_its_token(self, repository: TokenRepository) -> None:
        session = sample_session()

        repository.save(session)

        state = repository.state(_DEALER, Side.INTERACTIVE)
        assert state == SessionState(
            _DEALER,
            Side.INTERACTIVE,
            user_id=session.user_id,
            client_codes=session.client_codes,
            expires_at=session.expires_at,
            updated_at=session.updated_at,
        )
        assert TOKEN not in repr(state)

    def test_a_side_that_never_logged_in_has_an_empty_state(self, repository: TokenRepository) -> None:
        assert repository.state(_DEALER, Side.MARKET) == SessionState(_DEALER, Side.MARKET)

    def test_states_have_every_side_that_ever_logged_in(self, repository: TokenRepository) -> None:
        for account, side in _PLACES:
            repository.save(sample_session(account, side))
        repository.remove(_DEALER, Side.MARKET, logged_out_at=_EVENING)

        states = repository.states()

        assert {(state.account, state.side) for state in states} == set(_PLACES)
        assert all(state == repository.state(state.account, state.side) for state in states)

    # attempts

    def test_attempts_read_back_as_they_were_written(self, repository: TokenRepository) -> None:
        @settings(deadline=None)
        @given(_ATTEMPTS)
        def check(attempts: LoginAttempts) -> None:
            repository.note_attempts(_DEALER, Side.INTERACTIVE, attempts)

            assert repository.state(_DEALER, Side.INTERACTIVE).attempts == attempts

        check()

    def test_an_attempt_is_noted_before_the_first_login(self, open_repository: OpenRepository) -> None:
        mine, theirs = open_repository(), open_repository()
        attempts = LoginAttempts(pending_since=_DAWN)

        mine.note_attempts(_DEALER, Side.INTERACTIVE, attempts)

        assert theirs.state(_DEALER, Side.INTERACTIVE).attempts == attempts
        assert theirs.get(_DEALER, Side.INTERACTIVE) is None

    def test_a_saved_session_ends_a_failed_or_pending_attempt(self, repository: TokenRepository) -> None:
        attempts = LoginAttempts(
            pending_since=_DAWN, failed_at=_DAWN, failure="wrong key", lost_at=(_DAWN,), planned_on="2026-09-01"
        )
        repository.note_attempts(_DEALER, Side.INTERACTIVE, attempts)

        repository.save(sample_session())

        left = repository.state(_DEALER, Side.INTERACTIVE).attempts
        assert left == LoginAttempts(lost_at=(_DAWN,), planned_on="2026-09-01")

    def test_a_logout_keeps_what_is_remembered_of_logins(self, repository: TokenRepository) -> None:
        attempts = LoginAttempts(lost_at=(_DAWN, _EVENING), stopped_at=_EVENING)
        repository.save(sample_session())
        repository.note_attempts(_DEALER, Side.INTERACTIVE, attempts)

        repository.remove(_DEALER, Side.INTERACTIVE, logged_out_at=_EVENING)

        assert repository.state(_DEALER, Side.INTERACTIVE).attempts == attempts

    def test_attempts_leave_the_session_alone(self, repository: TokenRepository) -> None:
        repository.save(sample_session())

        repository.note_attempts(_DEALER, Side.INTERACTIVE, LoginAttempts(pending_since=_DAWN))

        assert repository.get(_DEALER, Side.INTERACTIVE) == sample_session()

    def test_attempts_of_the_other_side_are_apart(self, repository: TokenRepository) -> None:
        repository.note_attempts(_DEALER, Side.INTERACTIVE, LoginAttempts(pending_since=_DAWN))

        assert repository.state(_DEALER, Side.MARKET).attempts == LoginAttempts()


class TokenAtRestContract:
    """
    Tokens are encrypted at rest. For a repository whose bytes can be looked at; one fixture beside ``join_store``:

    ``raw_bytes``: a callable that returns everything that the store has written so far, wherever it lies.
    """

    def test_a_token_never_stands_in_the_clear(
        self, join_store: OpenRepository, raw_bytes: Callable[[], bytes]
    ) -> None:
        repository = join_store()

        repository.save(sample_session())
        while_open = raw_bytes()
        repository.close()

        assert b"DEALER1" in while_open + raw_bytes(), "the bytes are the store's"
        assert TOKEN.encode() not in while_open + raw_bytes()
