"""Positions, holdings, balance and profile."""

import json
from decimal import Decimal

import pytest

from jainam.adapters.xts_wire.balance import read_funds, read_profile
from jainam.adapters.xts_wire.holdings import read_holdings
from jainam.adapters.xts_wire.positions import PositionsReader
from jainam.adapters.xts_wire.rows import RowError
from jainam.adapters.xts_wire.scalars import WireError
from jainam.adapters.xts_wire.words import ClientWords
from jainam.domain.instruments import Exchange
from jainam.domain.orders import Product
from jainam.domain.portfolio import PositionView


def test_positions_with_thousands_separators_are_read(result_of, normal, clients):
    rows = {
        row.instrument_id: row
        for row in PositionsReader(normal, clients).read(result_of("positions.netwise.response.json"))
    }

    future = rows[61093]
    assert (future.exchange, future.product, future.client) == (Exchange.NFO, Product.NRML, "CL001")
    assert (future.net_qty, future.buy_qty, future.sell_qty) == (-650, 0, 650)
    assert (future.sell_amount, future.unrealised) == (Decimal("15802410.00"), Decimal("162500.00"))
    assert rows[57351].net_qty == 0


def test_money_identity_of_the_reference_holds(result_of, normal, clients):
    result = result_of("positions.netwise.response.json")
    net_amounts = [Decimal(row["NetAmount"].replace(",", "")) for row in result["positionList"]]

    rows = PositionsReader(normal, clients).read(result)

    assert [row.sell_amount - row.buy_amount for row in rows] == net_amounts


def test_carried_positions_are_missing_from_the_day_view(result_of, normal, clients):
    rows = PositionsReader(normal, clients).read(result_of("positions.daywise.response.json"))

    assert {row.instrument_id for row in rows} == {57350, 57351, 2885}


def test_newer_row_with_children_counts_once(result_of, normal, clients):
    (row,) = PositionsReader(normal, clients).read(result_of("positions.netwise.response.2026.json"))

    assert row.net_qty == 195


def test_child_rows_in_the_list_are_parts_of_their_parent(result_of, normal, clients):
    result = result_of("positions.netwise.response.2026.json")
    child = {**result["positionList"][0], "statisticsLevel": "ChildLevel"}

    rows = PositionsReader(normal, clients).read({"positionList": [*result["positionList"], child]})

    assert len(rows) == 1


def test_a_row_that_came_unchanged_is_the_same_position(result_of, normal, clients):
    result = result_of("positions.netwise.response.json")
    moved = json.loads(json.dumps(result))
    moved["positionList"][1]["UnrealizedMTM"] = "1.25"
    reader = PositionsReader(normal, clients)

    first, second = reader.read(result), reader.read(moved)

    assert [one is other for one, other in zip(first, second, strict=True)] == [
        place != 1 for place in range(len(first))
    ]
    assert second[1].unrealised == Decimal("1.25")


def test_views_and_clients_are_remembered_apart(result_of, normal, clients):
    net, day = result_of("positions.netwise.response.json"), result_of("positions.daywise.response.json")
    reader = PositionsReader(normal, clients)
    first = reader.read(net)

    reader.read(day, PositionView.DAY)
    reader.read(day, asked="CL002")

    assert all(one is other for one, other in zip(first, reader.read(net), strict=True))


def test_bare_array_with_numbers_is_read(result_of, normal, clients):
    (row,) = PositionsReader(normal, clients).read(result_of("positions.response.bare-array.json"))

    assert (row.instrument_id, row.net_qty, row.buy_avg_px, row.product) == (22, 10, Decimal("41.78"), Product.CNC)


def test_unreadable_money_is_none_and_unreadable_quantity_an_error(result_of, normal, clients):
    result = result_of("positions.response.bare-array.json")

    result[0]["RealizedMTM"] = "NaN"
    (row,) = PositionsReader(normal, clients).read(result)
    result[0]["Quantity"] = "NaN"

    assert row.realised is None
    with pytest.raises(RowError, match="row 1: field Quantity has value 'NaN', allowed: a whole number"):
        PositionsReader(normal, clients).read(result)


def test_positions_of_a_pro_dealer_are_its_own(result_of, pro):
    rows = PositionsReader(pro, ClientWords(pro, None)).read(result_of("positions.netwise.response.json"))

    assert {row.client for row in rows} == {None}


@pytest.mark.parametrize("result", [None, {}, "", {"positionList": None}, {"positionList": {}}])
def test_positions_without_a_list_are_an_error(normal, clients, result):
    with pytest.raises(WireError):
        PositionsReader(normal, clients).read(result)


@pytest.mark.parametrize("name", ["holdings.response.json", "holdings.response.list.json"])
def test_holdings_of_both_shapes_are_the_same(result_of, normal, clients, name):
    first, second = read_holdings(result_of(name), normal, clients)

    assert (first.isin, first.nse_instrument_id, first.bse_instrument_id) == ("INE002A01018", 2885, 500325)
    assert (first.quantity, first.used_qty, first.buy_avg_px) == (120, 20, Decimal("1190.4"))
    assert (second.quantity, second.buy_avg_px) == (10, None)


def test_holdings_as_a_plain_list_are_read(result_of, normal, clients):
    held = result_of("holdings.response.json")["RMSHoldings"]["Holdings"]

    plain = read_holdings({"RMSHoldingList": list(held.values())}, normal, clients)
    inner = read_holdings({"RMSHoldings": {"Holdings": list(held.values())}}, normal, clients)

    assert plain == inner
    assert len(plain) == 2


def test_isin_may_stand_in_the_key_alone(result_of, normal, clients):
    held = result_of("holdings.response.json")["RMSHoldings"]["Holdings"]
    for entry in held.values():
        del entry["ISIN"]

    rows = read_holdings({"RMSHoldings": {"Holdings": held}}, normal, clients)

    assert [row.isin for row in rows] == ["INE002A01018", "INE467B01029"]


def test_no_holdings_in_a_granted_answer_are_no_rows(normal, clients):
    assert read_holdings({"RMSHoldingList": []}, normal, clients) == ()
    assert read_holdings({"RMSHoldings": {}}, normal, clients) == ()


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        {"RMSHoldingList": ["x"]},
        {"RMSHoldingList": [{"Other": 1}]},
        {"RMSHoldings": {"Holdings": {"INE": 3}}},
        {"RMSHoldings": {"Holdings": [3]}},
        {"RMSHoldings": {"Holdings": {"INE1": {"ClientId": "CL001", "HoldingQuantity": 1}}}},
    ],
)
def test_holdings_of_no_known_shape_are_an_error(normal, clients, result):
    with pytest.raises(WireError):
        read_holdings(result, normal, clients)


def test_balance_lines_are_read_and_nan_is_none(result_of, normal, clients):
    result = result_of("user.balance.response.json")
    result["BalanceList"][1]["limitObject"]["RMSSubLimits"]["cashAvailable"] = "NaN"

    total, other = read_funds(result, normal, clients)

    assert total.is_total
    assert (total.cash_available, total.margin_used) == (Decimal(500000), Decimal("128450.5"))
    assert (total.margin_available, total.realised, total.unrealised) == (
        Decimal(370406),
        Decimal("-1143.75"),
        Decimal(1485),
    )
    assert total.collateral == 0
    assert (other.is_total, other.cash_available) == (False, None)


@pytest.mark.parametrize(
    "result", [None, {}, {"BalanceList": [1]}, {"BalanceList": [{"limitHeader": "A", "limitObject": {}}]}]
)
def test_balance_of_no_known_shape_is_an_error(normal, clients, result):
    with pytest.raises(WireError):
        read_funds(result, normal, clients)


def test_profile_names_the_client_and_its_exchanges(result_of, normal, clients):
    profile = read_profile(result_of("user.profile.response.json"), normal, clients)

    assert (profile.client, profile.name) == ("CL001", "SAMPLE CLIENT")
    assert profile.exchanges == (Exchange.NSE, Exchange.NFO)


def test_disabled_and_unknown_segments_are_left_out(result_of, normal, clients):
    result = result_of("user.profile.response.json")
    result["ClientExchangeDetailsList"]["NSEFO"]["Enabled"] = False
    result["ClientExchangeDetailsList"]["SLBM"] = {"Enabled": True}

    assert read_profile([result], normal, clients).exchanges == (Exchange.NSE,)


def test_profile_of_nobody_is_an_error(normal, clients):
    with pytest.raises(WireError):
        read_profile({"ClientName": "x"}, normal, clients)
