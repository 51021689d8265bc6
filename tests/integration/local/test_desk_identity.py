import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from jainam.adapters.local.clock import SystemClock
from jainam.adapters.local.entropy import SystemEntropy
from jainam.adapters.local.identity import FileDeskIdentity
from jainam.domain.errors import ConfigurationError
from jainam.domain.intents import client_order_id, is_ours


@pytest.fixture
def path(tmp_path):
    return tmp_path / "desk" / "identity"


def opened(path):
    return FileDeskIdentity(path, SystemEntropy(), SystemClock())


def test_the_first_opening_makes_the_identity_and_the_next_reads_it(path):
    first = opened(path)

    second = opened(path)

    assert (first.was_created, second.was_created) == (True, False)
    assert first.tag == second.tag
    assert first.created_at == second.created_at
    assert first.keyed_number("key") == second.keyed_number("key")
    assert first.store_key() == second.store_key()


def test_two_desks_differ(path, tmp_path):
    one, other = opened(path), opened(tmp_path / "other")

    assert one.keyed_number("key") != other.keyed_number("key")
    assert one.store_key() != other.store_key()


def test_the_tag_is_three_letters_that_make_identifiers_ours(path):
    identity = opened(path)

    assert len(identity.tag) == 3
    assert identity.tag.isalnum()
    assert is_ours(client_order_id(identity.tag, identity.keyed_number("a")), identity.tag)


def test_keyed_numbers_are_of_256_bits_and_differ_by_text(path):
    identity = opened(path)

    numbers = {identity.keyed_number(f"key {number}") for number in range(100)}

    assert len(numbers) == 100
    assert 240 < max(number.bit_length() for number in numbers) <= 256


def test_the_store_key_is_a_fernet_key_and_no_keyed_number_shows_it(path):
    identity = opened(path)

    key = base64.urlsafe_b64decode(identity.store_key())

    assert len(key) == 32
    shown = {identity.keyed_number(text) for text in ("store", "jainam/store", "identifiers", "tag", "")}
    assert int.from_bytes(key) not in shown


def test_created_at_is_aware_and_now(path):
    created_at = opened(path).created_at

    assert abs(datetime.now(UTC) - created_at) < timedelta(minutes=1)


def test_the_file_and_its_directory_are_for_their_owner_alone(path):
    opened(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_of_processes_that_open_a_new_desk_at_once_one_makes_it(worker, path):
    workers = [worker("identity", path) for _ in range(6)]
    for each in workers:
        assert each.stdout.readline() == "ready\n"

    for each in workers:
        each.stdin.write("go\n")
        each.stdin.flush()
    answers = [each.stdout.readline().split() for each in workers]

    assert len({(tag, number) for tag, _, number in answers}) == 1
    assert sorted(was_created for _, was_created, _ in answers) == ["False"] * 5 + ["True"]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("damage", ["", "jainam desk 1\n", "nonsense", "\x00" * 200])
def test_a_file_of_something_else_is_damaged(path, damage):
    opened(path)
    path.write_text(damage)

    with pytest.raises(ConfigurationError, match="is damaged") as caught:
        opened(path)

    assert "backup" in caught.value.hint
    assert path.read_text() == damage


def test_any_single_changed_character_is_noticed_or_means_nothing(path):
    before = opened(path).keyed_number("key")
    whole = path.read_text()

    for place in range(len(whole)):
        path.write_text(whole[:place] + ("0" if whole[place] != "0" else "1") + whole[place + 1 :])
        with suppress(ConfigurationError):
            assert opened(path).keyed_number("key") == before


def test_any_cut_is_noticed(path):
    opened(path)
    whole = path.read_text()

    for length in range(len(whole) - 1):
        path.write_text(whole[:length])
        with pytest.raises(ConfigurationError, match="is damaged"):
            opened(path)


def test_bytes_that_are_no_text_are_damage(path):
    opened(path)
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigurationError, match="is damaged"):
        opened(path)


def test_a_file_that_others_may_read_is_refused(path):
    opened(path)
    path.chmod(0o644)

    with pytest.raises(ConfigurationError, match="other users") as caught:
        opened(path)

    assert "chmod 600" in caught.value.hint


def test_a_place_that_can_not_be_written_is_an_error_that_says_so(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="identity file"):
        opened(tmp_path / "file" / "identity")


def test_a_directory_in_its_place_is_an_error_that_says_so(path):
    path.mkdir(parents=True)

    with pytest.raises(ConfigurationError, match="can't be read"):
        opened(path)


def test_neither_errors_nor_the_object_show_the_secret(path):
    identity = opened(path)
    secret = path.read_text().split()[4]
    path.write_text(path.read_text().replace("check ", "check x"))

    with pytest.raises(ConfigurationError) as caught:
        opened(path)

    assert secret not in str(caught.value)
    assert secret not in repr(identity)
    assert bytes.fromhex(secret) not in vars(identity).values()
