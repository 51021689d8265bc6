from datetime import timedelta

import pytest
from attrs import frozen
from cryptography.fernet import Fernet

from jainam.adapters.sql import plugin
from jainam.conformance.sample_orders import KIT_TAG, NOON
from jainam.conformance.token_repository import sample_session
from jainam.domain.kill_switch import KillSwitch
from jainam.ports.parts import PartOptions
from tests.integration.sql.stopped_clock import StoppedClock


@frozen
class Identity:
    created_at: object
    tag: str = KIT_TAG
    key: bytes = Fernet.generate_key()

    def store_key(self):
        return self.key


@pytest.fixture
def options_for(url, tmp_path):
    def make(identity):
        return PartOptions(
            home=tmp_path,
            store_url=url,
            chart={},
            rate_limit_wait_s=1,
            settings={},
            clock=StoppedClock(),
            entropy=None,
            telemetry=None,
            identity=identity,
        )

    return make


@pytest.fixture
def registered():
    found = {}
    plugin.jainam_register_parts(lambda part, name, factory: found.update({(part.value, name): factory}))
    plugin.jainam_register_token_repositories(lambda name, factory: found.update({("tokens", name): factory}))
    return found


def test_journal_and_repository_of_a_desk_share_its_store(registered, options_for):
    options = options_for(Identity(NOON))
    journal = registered["journal", "sql"](options)
    repository = registered["tokens", "sql"](options)

    repository.save(sample_session())
    repository.close()

    assert journal.kill_switch() == KillSwitch()
    journal.close()
    again = registered["tokens", "sql"](options)
    assert again.get(sample_session().account, sample_session().side) == sample_session()
    again.close()


@pytest.mark.parametrize(("age", "is_younger"), [(timedelta(0), False), (timedelta(hours=1), True)])
def test_a_store_that_is_younger_than_its_desk_says_so(registered, options_for, age, is_younger):
    journal = registered["journal", "sql"](options_for(Identity(StoppedClock().at - age)))

    assert journal.age().is_younger_than_desk is is_younger
    journal.close()
