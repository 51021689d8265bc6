"""For whom a call is: every kind of account, with and without a client, and what a mistake is told."""

import pytest

from jainam.domain.accounts import AccountId, AccountKind, DealerContext
from jainam.domain.errors import ClientRequired
from tests.builders import INVESTOR, NORMAL, PRO

CODES = ("CL001", "CL002")


def refused(context, client):
    with pytest.raises(ClientRequired) as caught:
        context.resolve(client)
    return caught.value.message, caught.value.hint


def test_both_dealer_kinds_name_a_client_and_an_investor_does_not():
    assert {kind: kind.is_dealer for kind in AccountKind} == {
        AccountKind.PRO: True,
        AccountKind.NORMAL: True,
        AccountKind.INVESTOR: False,
    }


def test_kinds_have_the_venues_words():
    assert [kind.value for kind in AccountKind] == ["PRO", "NORMAL", "INVESTOR"]


def test_an_account_is_written_by_server_and_kind():
    assert str(NORMAL) == "B/NORMAL"
    assert str(AccountId("xts", "A", AccountKind.PRO)) == "A/PRO"


def test_accounts_sort_by_broker_then_server():
    one, two = AccountId("a", "B", AccountKind.PRO), AccountId("b", "A", AccountKind.PRO)
    three = AccountId("b", "B", AccountKind.PRO)

    assert sorted([three, two, one]) == [one, two, three]


def test_only_a_normal_dealer_has_no_account_of_its_own():
    owns = {kind: DealerContext(AccountId("xts", "B", kind), ()).has_own_account for kind in AccountKind}

    assert owns == {AccountKind.PRO: True, AccountKind.NORMAL: False, AccountKind.INVESTOR: True}


@pytest.mark.parametrize("account", [PRO, INVESTOR])
@pytest.mark.parametrize("codes", [(), CODES])
def test_without_a_client_an_own_account_is_meant(account, codes):
    assert DealerContext(account, codes).resolve(None) is None


@pytest.mark.parametrize("account", [PRO, INVESTOR])
@pytest.mark.parametrize("client", CODES)
def test_an_accounts_own_code_is_the_account_itself(account, client):
    assert DealerContext(account, CODES).resolve(client) is None


@pytest.mark.parametrize("client", CODES)
def test_a_normal_dealer_trades_for_its_clients(client):
    assert DealerContext(NORMAL, CODES).resolve(client) == client


def test_a_dealer_of_clients_whose_login_lists_nobody_is_taken_at_its_word():
    assert DealerContext(NORMAL, ()).resolve("CL009") == "CL009"


def test_a_normal_dealer_must_name_a_client():
    assert refused(DealerContext(NORMAL, CODES), None) == (
        "account B/NORMAL trades for clients only, and no client was named",
        "name one of CL001, CL002 (--client, or account.client(...))",
    )


def test_a_normal_dealer_whose_login_lists_nobody_must_name_a_client_too():
    assert refused(DealerContext(NORMAL, ()), None)[1] == ("name one of its clients (--client, or account.client(...))")


def test_a_dealer_does_not_trade_for_somebody_elses_client():
    assert refused(DealerContext(NORMAL, CODES), "CL009") == (
        "client CL009 does not belong to account B/NORMAL",
        "its clients are CL001, CL002",
    )


@pytest.mark.parametrize(("account", "name"), [(INVESTOR, "B/INVESTOR"), (PRO, "B/PRO")])
@pytest.mark.parametrize(
    ("codes", "hint"), [((), "leave the client out"), (CODES, "leave the client out or name CL001, CL002")]
)
def test_an_account_with_a_book_of_its_own_trades_for_nobody_else(account, name, codes, hint):
    assert refused(DealerContext(account, codes), "CL009") == (
        f"account {name} trades for nobody else than itself",
        hint,
    )


def test_a_code_is_compared_as_it_is_written():
    assert refused(DealerContext(NORMAL, CODES), "cl001")[0] == "client cl001 does not belong to account B/NORMAL"
    assert refused(DealerContext(NORMAL, CODES), "")[0] == "client  does not belong to account B/NORMAL"
