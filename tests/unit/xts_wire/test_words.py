import pytest

from jainam.adapters.xts_wire import words
from jainam.adapters.xts_wire.scalars import FieldError
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.errors import ClientRequired
from jainam.domain.instruments import Exchange
from jainam.domain.orders import WORKING, OrderSide, OrderStatus, OrderType, Product, TimeInForce


def test_segments_have_name_and_number():
    assert words.segment_of(Exchange.NFO) == "NSEFO"
    assert words.segment_number(Exchange.MCX) == 51
    assert words.exchange_of("nsefo") is Exchange.NFO
    assert words.exchange_of("51") is Exchange.MCX


def test_index_values_carry_the_segment_of_their_exchange():
    assert words.segment_of(Exchange.NSE_INDEX) == "NSECM"
    assert words.segment_number(Exchange.BSE_INDEX) == 11


@pytest.mark.parametrize("word", ["SLBM", "MSECM", "", "NIFSC"])
def test_segment_without_a_word_of_ours_is_none(word):
    assert words.exchange_of(word) is None


@pytest.mark.parametrize("word", ["CO", "BO", ""])
def test_products_of_the_venues_own_are_none(word):
    assert words.product_of(word) is None


def test_words_are_read_without_regard_to_case():
    assert words.side_of("Buy") is OrderSide.BUY
    assert words.side_of("SELL") is OrderSide.SELL
    assert words.product_of("mis") is Product.MIS
    assert words.order_type_of("StopLimit") is OrderType.STOP_LIMIT
    assert words.time_in_force_of("day") is TimeInForce.DAY


@pytest.mark.parametrize("word", ["", None, 49, "B"])
def test_unreadable_side_is_an_error(word):
    with pytest.raises(FieldError):
        words.side_of(word)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("New", OrderStatus.NEW),
        ("Open", OrderStatus.NEW),
        ("PartiallyFilled", OrderStatus.PARTIALLY_FILLED),
        ("Replaced", OrderStatus.REPLACED),
        ("PendingReplace", OrderStatus.PENDING_REPLACE),
        ("PendingCancel", OrderStatus.PENDING_CANCEL),
        ("PendingNew", OrderStatus.PENDING_NEW),
        ("Filled", OrderStatus.FILLED),
        ("Cancelled", OrderStatus.CANCELLED),
        ("Rejected", OrderStatus.REJECTED),
        ("Expired", OrderStatus.EXPIRED),
    ],
)
def test_states_of_the_reference_are_known(word, status):
    assert words.status_of(word) is status


def test_unknown_state_counts_as_working():
    assert words.status_of("TriggerPending") is OrderStatus.OTHER
    assert OrderStatus.OTHER in WORKING


def test_pro_dealer_sends_its_code_and_owns_every_row(pro):
    clients = ClientWords(pro, None)

    assert clients.on_request(None) == "*****"
    assert ClientWords(pro, "PRO77").on_request(None) == "PRO77"
    assert [clients.of_row(word, None) for word in ("Pro", "PRO77", "*****", "")] == [None] * 4


def test_normal_dealer_names_its_client_and_reads_it_from_rows(normal):
    clients = ClientWords(normal, "CL009")

    assert clients.on_request("CL001") == "CL001"
    assert clients.on_request(None) is None
    assert clients.of_row("CL002", "CL001") == "CL002"
    assert clients.of_row("", "CL001") == "CL001"


def test_row_of_nobody_is_an_error_for_a_normal_dealer(normal):
    with pytest.raises(FieldError):
        ClientWords(normal, None).of_row("", None)


def test_investor_sends_no_client_and_owns_every_row(investor):
    clients = ClientWords(investor, "INV01")

    assert clients.on_request(None) is None
    assert clients.of_row("INV01", None) is None


def test_account_that_trades_for_itself_sends_for_nobody_else(pro, investor):
    for account in (pro, investor):
        with pytest.raises(ClientRequired):
            ClientWords(account, None).on_request("CL001")
