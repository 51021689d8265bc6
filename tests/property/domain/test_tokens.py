"""Whatever stands where a token should: reading it gives claims or nothing, and never an error."""

import base64
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from jainam.domain.sessions import TokenClaims, expiry_of, read_claims
from tests.builders import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
SECONDS = st.integers(1, 32_503_680_000 - 1)


def encoded(payload):
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def token(claims):
    return f"e30.{encoded(json.dumps(claims).encode())}.sig"


@given(user=st.text(st.characters(exclude_characters="_", codec="utf-8")), key=st.text("abc123"), seconds=SECONDS)
def test_claims_are_read_back(user, key, seconds):
    claims = read_claims(token({"userID": f"{user}_{key}", "exp": seconds}))

    assert claims == TokenClaims(user or f"_{key}", datetime.fromtimestamp(seconds, UTC))


@given(text=st.text())
def test_any_text_gives_claims_or_nothing(text):
    assert isinstance(read_claims(text), TokenClaims)


@given(payload=st.binary(max_size=60))
def test_any_payload_gives_claims_or_nothing(payload):
    assert isinstance(read_claims(f"e30.{encoded(payload)}.sig"), TokenClaims)


@given(claims=JSON, user=JSON, expiry=JSON)
def test_any_json_gives_claims_or_nothing(claims, user, expiry):
    assert read_claims(token(claims)).expires_at is None
    assert isinstance(read_claims(token({"userID": user, "exp": expiry})), TokenClaims)


@given(seconds=SECONDS, data=st.data())
def test_a_token_cut_anywhere_still_ends_at_a_time(seconds, data):
    whole = token({"userID": "D1_key", "exp": seconds})

    ends = expiry_of(whole[: data.draw(st.integers(0, len(whole)))], NOW)

    assert ends.tzinfo is not None
