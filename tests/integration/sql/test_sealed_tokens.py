import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from jainam.adapters.sql.cipher import TokenCipher
from jainam.adapters.sql.statements import Statement
from jainam.adapters.sql.token_repository import SqlTokenRepository
from jainam.conformance.token_repository import TOKEN, sample_session
from jainam.domain.errors import ConfigurationError, StoreError
from jainam.domain.sessions import Secret, Side

SESSION = sample_session()


@pytest.fixture
def key():
    return Fernet.generate_key()


@pytest.fixture
def repository(store, key):
    return SqlTokenRepository(store, TokenCipher(key))


def write(store, sql):
    with store.writing() as transaction:
        transaction.write(Statement(text(sql)))


def read(repository, side=Side.INTERACTIVE):
    with pytest.raises(StoreError) as caught:
        repository.get(SESSION.account, side)
    assert caught.value.hint == "log in again with: jainam login"
    assert TOKEN not in f"{caught.value} {caught.value.__cause__!r}"
    return caught.value.message


def test_a_session_of_another_key_asks_for_a_login(store, repository):
    repository.save(SESSION)
    other = SqlTokenRepository(store, TokenCipher(Fernet.generate_key()))

    assert "encrypted with another key" in read(other)
    assert other.state(SESSION.account, SESSION.side).user_id == SESSION.user_id


def test_a_login_under_the_new_key_replaces_it(store, repository):
    repository.save(SESSION)
    other = SqlTokenRepository(store, TokenCipher(Fernet.generate_key()))

    other.save(SESSION)

    assert other.get(SESSION.account, SESSION.side) == SESSION


def test_a_session_of_another_key_can_be_removed(store, repository):
    repository.save(SESSION)
    other = SqlTokenRepository(store, TokenCipher(Fernet.generate_key()))

    other.remove(SESSION.account, SESSION.side, logged_out_at=SESSION.created_at)

    assert other.get(SESSION.account, SESSION.side) is None


@pytest.mark.parametrize(
    "damage",
    [
        "token = substr(token, 1, 40)",
        "token = 'not sealed at all'",
        "token = 'ünsealed'",
        "token = x'00ff'",
        "client_codes = '{'",
        "expires_at = NULL",
        "created_at = 'noon'",
        "updated_at = 99999999999999999999",
    ],
)
def test_a_damaged_row_asks_for_a_login(store, repository, damage):
    repository.save(SESSION)
    write(store, f"UPDATE sessions SET {damage}")

    assert "damaged" in read(repository)


def test_a_token_of_the_other_side_is_not_taken(store, repository):
    repository.save(SESSION)
    repository.save(sample_session(side=Side.MARKET, token=Secret("another")))
    write(store, "UPDATE sessions SET token = (SELECT token FROM sessions WHERE side = 'market')")

    read(repository, Side.INTERACTIVE)


def test_damage_is_seen_after_a_good_read(store, repository):
    repository.save(SESSION)
    assert repository.get(SESSION.account, SESSION.side) == SESSION
    write(store, "UPDATE sessions SET token = 'x'")

    read(repository)


def test_an_unchanged_session_is_not_decrypted_again(repository):
    repository.save(SESSION)

    first = repository.get(SESSION.account, SESSION.side)

    assert repository.get(SESSION.account, SESSION.side) is first


@pytest.mark.parametrize("malformed", [b"", b"short", b"\xff" * 44, Secret("short"), Secret("é" * 44)])
def test_a_malformed_key_is_a_setting_to_mend(malformed):
    with pytest.raises(ConfigurationError) as caught:
        TokenCipher(malformed)

    assert "short" not in str(caught.value)


def test_a_key_may_be_a_secret(key):
    sealed = TokenCipher(key).seal("text", "label")

    assert TokenCipher(Secret(key.decode())).open(sealed, "label") == "text"
    assert "text" not in sealed


def test_a_damaged_state_is_a_store_error_that_names_the_side(store, repository):
    repository.save(SESSION)
    write(store, "UPDATE sessions SET client_codes = '['")

    for look in (repository.states, lambda: repository.state(SESSION.account, SESSION.side)):
        with pytest.raises(StoreError, match="interactive side can't be read"):
            look()
