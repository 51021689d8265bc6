"""Every deviation of xts-api.md, 2.1 becomes one of three values."""

import pytest

from jainam.adapters.xts_wire.envelope import Failure, Success, Unreadable, read_envelope


def test_success_keeps_its_result(body_of):
    envelope = read_envelope(body_of("orders.place.response.json"))

    assert isinstance(envelope, Success)
    assert envelope.code == "s-orders-0001"
    assert envelope.result["AppOrderID"] == 1240092665


def test_success_with_an_error_code_is_a_success(body_of):
    assert isinstance(read_envelope(body_of("auth.market.login.response.oldcode.json")), Success)


def test_boolean_type_is_read(body_of):
    assert isinstance(read_envelope(body_of("hostlookup.response.json")), Success)
    assert isinstance(read_envelope(b'{"type":false,"description":"no"}'), Failure)


def test_wrapped_error_is_unwrapped(body_of):
    envelope = read_envelope(body_of("orders.response.rate-limit.wrapped.json"))

    assert envelope == Failure("e-apirl-0004", "Rate limit exceeded for user DLR01")


def test_wrapped_error_without_a_type_is_still_an_error():
    assert read_envelope(b'{"err":true,"data":{"code":"e-x"}}') == Failure("e-x", "")


def test_wrapped_success_must_say_so_itself():
    assert isinstance(read_envelope(b'{"err":false,"data":{"type":"success","result":1}}'), Success)
    assert isinstance(read_envelope(b'{"err":false,"data":{"code":"s-x"}}'), Unreadable)


def test_wrapper_that_says_error_beats_a_success_inside():
    assert isinstance(read_envelope(b'{"err":true,"data":{"type":"success"}}'), Failure)


def test_envelope_inside_a_list_of_one_is_read():
    assert read_envelope(b'[{"type":"success","code":"s","result":[]}]') == Success("s", "", [])


def test_reasons_of_the_validator_are_listed(body_of):
    envelope = read_envelope(body_of("orders.place.response.validation.json"))

    assert isinstance(envelope, Failure)
    assert envelope.words == 'Bad Request; "orderSide" must be one of [BUY, SELL]'


def test_failure_without_words_says_so():
    assert Failure("e", "").words == "no reason given"


@pytest.mark.parametrize("name", ["gateway.404.html", "gateway.404.nginx.html", "gateway.502.html"])
def test_html_is_named_as_such(body_of, name):
    envelope = read_envelope(body_of(name))

    assert isinstance(envelope, Unreadable)
    assert envelope.what.startswith("an HTML page")


def test_title_of_an_html_page_is_quoted(body_of):
    assert read_envelope(body_of("gateway.502.html")) == Unreadable("an HTML page (502 Bad Gateway)")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (b'{"type":"succ', "broken JSON of 13 bytes"),
        (b"oops", "4 bytes that are no JSON"),
        (b"null", "JSON without an envelope (nothing)"),
        (b"[1,2]", "JSON without an envelope (a list of 2)"),
        (b'"success"', "JSON without an envelope (a text)"),
        (b"{}", "JSON without a readable type"),
        (b'{"type":"maybe"}', "JSON without a readable type"),
        (b'{"type":1,"code":"s-orders-0001"}', "JSON without a readable type"),
        (b'{"type":null}', "JSON without a readable type"),
    ],
)
def test_everything_else_is_unreadable(body, what):
    assert read_envelope(body) == Unreadable(what)


def test_bare_nan_and_byte_order_mark_are_tolerated():
    envelope = read_envelope(b'\xef\xbb\xbf{"type":"success","result":{"price":NaN}}')

    assert isinstance(envelope, Success)
    assert envelope.result["price"] != envelope.result["price"]


def test_old_encoding_is_tolerated():
    assert read_envelope(b'{"type":"error","description":"caf\xe9"}') == Failure("", "caf\N{REPLACEMENT CHARACTER}")


def test_depth_beyond_reason_is_unreadable():
    assert isinstance(read_envelope(b"[" * 100_000), Unreadable)
