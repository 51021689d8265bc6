import pytest

from jainam.adapters.xts_wire.scalars import WireError
from jainam.adapters.xts_wire.sessions import read_host, read_login


def test_dealer_login_is_read(result_of):
    answer = read_login(result_of("auth.interactive.login.response.dealer.json"))

    assert (answer.user_id, answer.client_codes, answer.is_investor) == ("DLR01", ("CL001", "CL002"), False)
    assert answer.token.reveal().startswith("eyJ")


def test_investor_login_is_read(result_of):
    answer = read_login(result_of("auth.interactive.login.response.investor.json"))

    assert (answer.client_codes, answer.is_investor) == (("INV01",), True)


@pytest.mark.parametrize("name", ["auth.market.login.response.json", "auth.market.login.response.oldcode.json"])
def test_market_login_says_nothing_of_clients(result_of, name):
    answer = read_login(result_of(name))

    assert (answer.user_id, answer.client_codes, answer.is_investor) == ("DLR01", (), None)


def test_user_comes_from_the_token_where_the_answer_names_none(result_of):
    result = result_of("auth.market.login.response.json")
    del result["userID"]

    assert read_login(result).user_id == "DLR01"


@pytest.mark.parametrize(
    "result", [None, {}, "token", {"token": ""}, {"token": "a b"}, {"token": "a\r\nx: y"}, {"token": 7}, {"token": "a"}]
)
def test_login_without_usable_token_or_user_is_an_error(result):
    with pytest.raises(WireError) as caught:
        read_login(result)

    assert "a\r\nx" not in str(caught.value)


def test_host_lookup_gives_base_and_key(result_of):
    host = read_host(result_of("hostlookup.response.json"))

    assert host.base == "http://127.0.0.1:8080/interactive-2"
    assert host.unique_key.reveal() == "Zm9vYmFyLXVuaXF1ZS1rZXktMDE="


def test_blanks_and_backquotes_around_the_connection_string_are_dropped():
    host = read_host({"UniqueKey": "k", "connectionString": " `https://venue.invalid:4143/x/` "})

    assert host.base == "https://venue.invalid:4143/x"


@pytest.mark.parametrize(
    "address", [None, "", "venue", "ftp://venue.invalid", "https://", "http://a b", "http://h:99999", "http://h?x=1"]
)
def test_connection_string_that_is_no_address_is_an_error(address):
    with pytest.raises(WireError, match="connectionString"):
        read_host({"uniqueKey": "k", "connectionString": address})


@pytest.mark.parametrize("result", [None, {}, {"uniqueKey": ""}, [1, 2]])
def test_host_lookup_without_a_key_is_an_error(result):
    with pytest.raises(WireError):
        read_host(result)
