"""The demo warehouse: built by the importers, the same every time, with one of each special thing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.settings import Home
from ui.demo import BADGES, STRANGERS, TRAYS, build
from ui.demo.orders import PRICES, drafts, shop_files
from ui.pictures import packaged_keys


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = Home(tmp_path_factory.mktemp("demo"))
    build(place)
    return place


def rows(place: Home, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(place.central_file)) as connection:
        return list(connection.execute(sql))


def dump(place: Home) -> list[str]:
    with closing(sqlite3.connect(place.central_file)) as connection:
        return list(connection.iterdump())


def test_building_again_changes_not_one_row(demo: Home) -> None:
    before = dump(demo)
    build(demo)
    assert dump(demo) == before


def test_orders_are_the_same_for_a_seed_and_others_for_another() -> None:
    assert list(shop_files(drafts(40, 7))) == list(shop_files(drafts(40, 7)))
    assert list(shop_files(drafts(40, 7))) != list(shop_files(drafts(40, 8)))
    assert [len(drafts(n, 1)) for n in (0, 1, 5, 24, 200)] == [0, 1, 5, 24, 200]


def test_the_reference_order_is_first_with_three_lines_and_five_units(demo: Home) -> None:
    # the most urgent work in the pool is that of the order of the pictures
    first = (
        "SELECT o.number, l.quantity, s.sku FROM work w JOIN sales_order o ON o.id = w.order_id "
        "JOIN pick_line l ON l.work_id = w.id JOIN sku s ON s.id = l.sku_id "
        "WHERE w.id = (SELECT id FROM work ORDER BY priority, id LIMIT 1) ORDER BY l.id"
    )
    assert rows(demo, first) == [("10482", 2, "MUG-350-SG"), ("10482", 1, "TEA-RH-100"), ("10482", 2, "SOAP-90-RC")]


def test_what_cannot_be_released_is_held_for_one_reason_each(demo: Home) -> None:
    holds = "SELECT kind, field, count(*) FROM hold WHERE released_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    assert rows(demo, holds) == [
        ("address", "house number", 1), ("address", "postcode", 1), ("payment", "payment", 1), ("sku", "HAMMOCK-XL", 1),
    ]  # fmt: skip
    assert rows(demo, "SELECT state, count(*) FROM sales_order GROUP BY 1 ORDER BY 1") == [
        ("held", 4),
        ("released", 20),
    ]
    gifts = "SELECT count(*), sum(hide_prices) > 0 FROM sales_order WHERE gift AND gift_message != ''"
    assert rows(demo, gifts) == [(6, 1)]


def test_one_of_each_special_product_is_there(demo: Home) -> None:
    def count(where: str) -> object:
        return rows(demo, f"SELECT count(*) FROM sku s WHERE {where}")[0][0]

    assert int(str(count("1"))) >= 40
    assert count("weight_g IS NULL") == 1
    assert count("lot_tracked AND expiry_tracked") == 1
    assert count("hazard != ''") == 2
    assert count("length(name) > 60") == 1
    assert count("picture = ''") == 2
    assert count("NOT EXISTS (SELECT 1 FROM code c WHERE c.subject = s.id)") == 1
    assert count("EXISTS (SELECT 1 FROM code c WHERE c.subject = s.id AND c.units = 12)") == 1
    assert rows(demo, "SELECT count(DISTINCT lot), count(DISTINCT place_id) FROM stock WHERE lot != ''") == [(2, 2)]
    known = set(packaged_keys())
    assert {str(key) for (key,) in rows(demo, "SELECT DISTINCT picture FROM sku WHERE picture != ''")} <= known


def test_the_codes_that_scripts_use_are_the_demos_own(demo: Home) -> None:
    def meaning(code: str) -> list[tuple[object, ...]]:
        return rows(demo, f"SELECT kind FROM code WHERE value = '{code}'")

    assert [meaning(code) for code in BADGES.values()] == [[("badge",)]] * len(BADGES)
    assert [meaning(code) for code in TRAYS.values()] == [[("tray",)]] * 2
    known = [meaning(code.zfill(14)) for code in STRANGERS]
    assert known == [[("item",)], [("item",)], []]
    sold = ", ".join(f"'{sku}'" for sku in PRICES)
    wanted = f"SELECT c.value FROM code c JOIN sku s ON s.id = c.subject WHERE s.sku IN ({sold})"
    assert not {code.zfill(14) for code in STRANGERS} & {str(value) for (value,) in rows(demo, wanted)}


def test_everything_the_shop_sells_can_be_scanned_and_is_in_stock(demo: Home) -> None:
    for sku in PRICES:
        codes = f"SELECT count(*) FROM code c JOIN sku s ON s.id = c.subject WHERE s.sku = '{sku}'"
        assert rows(demo, codes) != [(0,)], sku
        assert rows(demo, f"SELECT sum(on_hand) >= 40 FROM v_stock WHERE sku = '{sku}' AND status = 'good'") == [
            (1,)
        ], sku


def test_a_demo_of_two_hundred_orders_finds_enough_stock(tmp_path: Path) -> None:
    place = Home(tmp_path / "large")
    build(place, orders=200, seed=3)
    assert rows(place, "SELECT count(*) FROM sales_order WHERE state = 'released'") == [(196,)]
