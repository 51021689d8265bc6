"""A reader that remembers rows says what one without a memory says."""

from hypothesis import given
from hypothesis import strategies as st

from jainam.adapters.xts_wire.positions import PositionsReader
from jainam.adapters.xts_wire.scalars import WireError
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.accounts import AccountId, AccountKind
from jainam.domain.portfolio import PositionView

NORMAL = AccountId("xts", "B", AccountKind.NORMAL)
CLIENTS = ClientWords(NORMAL, None)

rows = st.fixed_dictionaries(
    {
        "AccountID": st.sampled_from(["CL001", "CL002", ""]),
        "ExchangeSegment": st.just("NSECM"),
        "ExchangeInstrumentId": st.sampled_from(["2885", 11536]),
        "ProductType": st.sampled_from(["MIS", "CNC"]),
        "Quantity": st.sampled_from(["0", "10", -5, "ten"]),
        "UnrealizedMTM": st.sampled_from(["0.00", "1,250.50", "NaN"]),
        "statisticsLevel": st.sampled_from(["ParentLevel", "ChildLevel"]),
    }
)
reads = st.tuples(st.lists(rows, max_size=5), st.sampled_from(PositionView), st.sampled_from([None, "CL001"]))


def outcome(reader, read):
    found, view, asked = read
    try:
        return reader.read({"positionList": found}, view, asked)
    except WireError as error:
        return str(error)


@given(st.lists(reads, max_size=6))
def test_what_was_read_before_changes_no_answer(history):
    reader = PositionsReader(NORMAL, CLIENTS)

    remembered = [outcome(reader, read) for read in history]

    assert remembered == [outcome(PositionsReader(NORMAL, CLIENTS), read) for read in history]
