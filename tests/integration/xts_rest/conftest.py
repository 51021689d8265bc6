import pytest

from tests.integration.xts_rest.desk_tools import OPENED


@pytest.fixture(autouse=True)
def _closed_brokers():
    yield
    while OPENED:
        OPENED.pop().close()
