"""Products, layout, totes, boxes, stock: rows go in, mistakes are named, twice is once."""

from __future__ import annotations

import pytest

from app.barcodes import own_code
from app.channels.base import BadFile, ImportResult
from app.db import Database, central_write, reading
from app.inventory.queries import differences
from app.inventory.service import (
    import_boxes,
    import_layout,
    import_policies,
    import_products,
    import_stock,
    import_totes,
)
from tests.central_home import LAYOUT, NOW, PRODUCTS, dump, rows, stocked

CODES = "SELECT c.value, c.kind, c.units, c.printed FROM code c"


def products(database: Database, text: str, *, dry_run: bool = False) -> ImportResult:
    with central_write(database) as session:
        return import_products(session, text.encode(), file="p.csv", dry_run=dry_run)


def errors(result: ImportResult) -> list[str]:
    return [str(error) for error in result.errors]


def test_products_go_in_with_their_barcodes(central: Database) -> None:
    # given a product with an EAN, a case of twelve, an alias, and no known weight
    table = "sku,name,weight_g,barcodes,aliases\nTEA,Tea,,4006381333931|12x04006381333948,SUP-77\n"

    # when it is imported
    result = products(central, table)

    # then codes are kept in their 14-digit form with the pack's quantity; unknown stays unknown
    assert (result.created, result.errors) == (1, ())
    assert rows(central, "SELECT sku, name, weight_g, active FROM sku") == [("TEA", "Tea", None, 1)]
    assert sorted(rows(central, CODES)) == [
        ("04006381333931", "item", 1, 0), ("04006381333948", "item", 12, 0), ("SUP-77", "item", 1, 0),
    ]  # fmt: skip


def test_codes_of_a_file_replace_the_old_ones_and_a_file_without_leaves_them(central: Database) -> None:
    products(central, "sku,name,barcodes\nTEA,Tea,4006381333931\n")

    products(central, "sku,name\nTEA,Tea tin\n")
    assert rows(central, CODES) == [("04006381333931", "item", 1, 0)]

    products(central, "sku,name,barcodes\nTEA,Tea tin,ABC\n")
    assert rows(central, CODES) == [("ABC", "item", 1, 0)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("TEA,Tea,0,", "p.csv, row 2, weight_g: '0' is not a whole number from 1 to 1000000"),
        ("TEA,,1,", "p.csv, row 2, name: '' is not a value (it is missing)"),
        (
            "TEA,Tea,1,4006381333932",
            "p.csv, row 2, barcodes: '4006381333932' is not a GTIN: its last digit should be 1",
        ),
        ("TEA,Tea,1,A|A", "p.csv, row 2, barcodes: 'A' is not a code that stands here once"),
    ],
)
def test_a_wrong_cell_is_named(central: Database, row: str, expected: str) -> None:
    result = products(central, f"sku,name,weight_g,barcodes\n{row}\n")
    assert errors(result) == [expected]
    assert rows(central, "SELECT count(*) FROM sku") == [(0,)]


def test_good_rows_go_in_beside_bad_ones_and_a_record_stands_once_in_a_file(central: Database) -> None:
    result = products(central, "sku,name\nA,One\nB,\nA,Two\nC,Three\n")
    assert (result.created, result.refused) == (2, 2)
    assert errors(result)[1] == "p.csv, row 4, sku: 'A' is not a record of its own: row 2 has it already"


def test_two_products_cannot_have_one_code_but_a_tote_may_share_it_with_a_warning(central: Database) -> None:
    products(central, "sku,name,barcodes\nA,One,4006381333931\n")

    clash = products(central, "sku,name,barcodes\nB,Two,4006381333931\n")
    with central_write(central) as session:
        shared = import_totes(session, b"name,label_code\nT-1,4006381333931\n", file="t.csv")

    assert errors(clash) == [
        "p.csv, row 2, barcodes: '04006381333931' is not a code of its own: another item has it already"
    ]
    assert [str(w) for w in shared.warnings] == [
        "Two meanings: 04006381333931 is the code of this tote and also of some item; a scan of it will be asked"
    ]
    assert rows(central, "SELECT kind FROM code WHERE value = '04006381333931' ORDER BY kind") == [("item",), ("tote",)]


def test_a_column_that_is_missing_or_misspelt_is_said(central: Database) -> None:
    with pytest.raises(BadFile, match="The column name is missing"):
        products(central, "sku,nam\nA,One\n")
    result = products(central, "sku,name,wieght_g\nA,One,5\n")
    assert str(result.warnings[0]).startswith("Left out, for the column is not known: wieght_g. Known are sku, name")


def test_a_table_of_something_else_is_refused_before_it_renames_products(central: Database) -> None:
    with pytest.raises(BadFile, match=r"Most columns are not known .order, quantity, city ….: it is another kind of"):
        products(central, "order,sku,quantity,name,city\n1,MUG,2,Lena Hoffmann,Berlin\n")


def test_a_file_with_fewer_columns_leaves_what_is_known(central: Database) -> None:
    products(central, "sku,name,weight_g,hazard\nA,One,5,UN3480\n")
    products(central, "sku,name\nA,Two\n")
    assert rows(central, "SELECT name, weight_g, hazard FROM sku") == [("Two", 5, "UN3480")]
    products(central, "sku,name,weight_g\nA,Two,\n")
    assert rows(central, "SELECT weight_g, hazard FROM sku") == [(None, "UN3480")]


def test_a_dry_run_counts_and_changes_nothing(central: Database) -> None:
    before = dump(central)
    result = products(central, "sku,name\nA,One\nB,\n", dry_run=True)
    assert (result.created, result.refused) == (1, 1)
    assert dump(central) == before


def test_bins_get_our_label_and_keep_the_sites_own(central: Database) -> None:
    # given a floor whose bins have labels already
    layout = (
        "kind,name,aisle,bay,level,level_no,side,x_mm,y_mm,y0_mm,y1_mm,label_code\n"
        "aisle,B12,,,,,,5000,,0,9000,\nbin,B12-04-C,B12,04,C,3,R,,4000,,,R1/77|0815\n"
    )

    # when it is imported
    with central_write(central) as session:
        result = import_layout(session, layout.encode(), file="l.csv")

    # then the bin stands on the line of its aisle and answers to all three codes
    assert (result.created, result.errors) == (2, ())
    assert rows(central, "SELECT name, type, aisle, bay, level, level_no, side, x_mm, y_mm, blocked FROM bin") == [
        ("B12-04-C", "pick", "B12", "04", "C", 3, "R", 5000, 4000, 0)
    ]
    assert sorted(rows(central, CODES)) == [
        ("0815", "bin", 1, 0), (own_code("LB1204C"), "bin", 1, 1), ("R1/77", "bin", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("bin,X,Z,,5,,,", "l.csv, row 3, aisle: 'Z' is not an aisle of this floor (aisles stand before their bins)"),
        ("bin,X,A,,99,,,", "l.csv, row 3, y_mm: '99' is not on its aisle, from 0 to 10"),
        ("bin,X,,,5,,,", "l.csv, row 3, x_mm: '' is not a whole number from 0 to 10000000"),
        ("shelf,X,,,5,,,", "l.csv, row 3, kind: 'shelf' is not one of aisle, cross_aisle, bin"),
    ],
)
def test_a_bin_that_stands_nowhere_is_refused(central: Database, row: str, expected: str) -> None:
    table = f"kind,name,aisle,x_mm,y_mm,y0_mm,y1_mm,label_code\naisle,A,,1,,0,10,\n{row}\n"
    with central_write(central) as session:
        assert expected in errors(import_layout(session, table.encode(), file="l.csv"))


def test_two_bins_whose_labels_would_be_one_are_refused(central: Database) -> None:
    table = "kind,name,x_mm,y_mm\nbin,A-1,1,1\nbin,A1,2,2\n"
    with central_write(central) as session:
        [error] = import_layout(session, table.encode(), file="l.csv").errors
    assert (error.row, error.value) == (3, own_code("LA1"))


def test_totes_and_carts_keep_where_they_are(central: Database) -> None:
    table = b"type,name,positions\ntote,T-0412,\ncart,Cart 07,4\n"
    with central_write(central) as session:
        import_totes(session, table, file="t.csv")
    rows_before = rows(central, "SELECT name, state FROM tote")
    with central_write(central) as session:
        result = import_totes(session, table, file="t.csv")

    assert (result.unchanged, rows_before) == (2, [("T-0412", "free")])
    assert {r[0] for r in rows(central, CODES)} == {own_code("T0412"), own_code("KCART07")}
    assert rows(central, "SELECT name, positions FROM cart") == [("Cart 07", 4)]


def test_boxes_and_policies(central: Database) -> None:
    boxes = b"code,name,length_mm,width_mm,height_mm,tare_g,max_g\nM,Box M,320,240,160,240,10000\n"
    with central_write(central) as session:
        assert import_boxes(session, boxes, file="b.csv").created == 1
        assert import_policies(session, b"item_class,proof\nbulk,product\n", file="x.csv").created == 1
        bad = import_policies(session, b"item_class,proof\nbulk,trust\n", file="x.csv")
    assert errors(bad) == ["x.csv, row 2, proof: 'trust' is not one of bin_and_product, product"]
    assert rows(central, CODES) == [(own_code("BXM"), "box", 1, 1)]


# ---- stock ----------------------------------------------------------------------------------------------------------


def test_stock_is_set_through_the_ledger(shop: Database) -> None:
    # given stock that was said twice, the second time otherwise
    stocked(shop, "MUG,A-near,5", "CHOC,A-far,3,L1,2027-01-31")
    stocked(shop, "MUG,A-near,2")

    # then on hand is what was said last, and the sum of the movements
    assert rows(shop, "SELECT sku, place, lot, on_hand FROM v_stock ORDER BY sku") == [
        ("CHOC", "A-far", "L1", 3), ("MUG", "A-near", "", 2),
    ]  # fmt: skip
    assert rows(shop, "SELECT quantity FROM v_movement WHERE sku = 'MUG' ORDER BY at, quantity DESC") == [(5,), (-3,)]
    assert rows(shop, "SELECT lot, expires_on FROM lot") == [("L1", "2027-01-31")]
    with reading(shop) as session:
        assert differences(session) == ()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("MUX,A-near,1,,", "s.csv, row 2, sku: 'MUX' is not the SKU of a product that was imported"),
        ("MUG,A-nowhere,1,,", "s.csv, row 2, bin: 'A-nowhere' is not the name of a bin that was imported"),
        ("CHOC,A-near,1,,", "s.csv, row 2, lot: '' is not a lot: CHOC is lot-tracked"),
        ("CHOC,A-near,1,L,31.1.27", "s.csv, row 2, expires_on: '31.1.27' is not a date such as 2026-12-31"),
        ("MUG,A-near,-1,,", "s.csv, row 2, quantity: '-1' is not a whole number from 0 to 1000000"),
    ],
)
def test_stock_that_cannot_be_is_refused(shop: Database, row: str, expected: str) -> None:
    with central_write(shop) as session:
        result = import_stock(session, f"sku,bin,quantity,lot,expires_on\n{row}\n".encode(), file="s.csv", now=NOW)
    assert errors(result)[0] == expected


def test_a_balance_that_somebody_bent_is_found(shop: Database) -> None:
    stocked(shop, "MUG,A-near,5")
    with shop.write.begin() as connection:
        connection.exec_driver_sql("UPDATE stock SET on_hand = 7, reserved = 1")
    with reading(shop) as session:
        assert [(d.what, d.booked, d.summed) for d in differences(session)] == [("on_hand", 7, 5), ("reserved", 1, 0)]


def test_importing_everything_twice_changes_not_one_row(shop: Database) -> None:
    # given a full import of each kind
    stocked(shop, "MUG,A-near,5", "CHOC,A-far,3,L1,2027-01-31")
    before = dump(shop)

    # when the same files come again
    with central_write(shop) as session:
        assert import_layout(session, LAYOUT, file="layout.csv").unchanged == 9
        assert import_products(session, PRODUCTS, file="products.csv").unchanged == 3
    stocked(shop, "MUG,A-near,5", "CHOC,A-far,3,L1,2027-01-31")

    # then the database is the same, row for row
    assert dump(shop) == before
