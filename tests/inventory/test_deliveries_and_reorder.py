"""Tables of deliveries and reorder points, the list of what is to be bought, and the proof that the books are right."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import update

from app.channels.base import ImportResult
from app.cli import base, main
from app.db import Database, central_write, reading
from app.inventory.queries import expired_stock, free_units, totals
from app.inventory.queries.oddities import oddities
from app.inventory.queries.reorder import reorder_list
from app.inventory.service import import_receipts, import_reorder, reserve_units
from app.inventory.workflows.receive import Receive
from app.models import Lot, Stock
from tests.central_home import NOW, dump, rows, stocked
from tests.inventory.dock import CODES, Hand, Site, asn, bin_code, bin_id, card, sku_id

HEADER = "number,supplier,expected_on,sku,quantity,label_code"
DELIVERY = "5512,Brandt,2026-03-02,MUG,20,PO-5512\n5512,Brandt,2026-03-02,TEA,6,\n5513,,,CHOC,1,"
LINES = "SELECT number, state, supplier, expected_on, sku, quantity, received FROM v_receipt ORDER BY number, sku"


def receipts(database: Database, text: str, *, dry_run: bool = False) -> ImportResult:
    with central_write(database) as session:
        return import_receipts(session, f"{HEADER}\n{text}".encode(), file="r.csv", dry_run=dry_run)


def reorder(database: Database, *lines: str) -> ImportResult:
    with central_write(database) as session:
        return import_reorder(session, "\n".join(["sku,minimum,maximum,pack,supplier", *lines]).encode(), file="o.csv")


def wrong(result: ImportResult) -> list[str]:
    return [f"{e.row} {e.field}: {e.expected}" for e in result.errors]


# ---- deliveries -----------------------------------------------------------------------------------------------------


def test_a_delivery_goes_in_with_its_own_code_and_the_suppliers(shop: Database) -> None:
    result = receipts(shop, DELIVERY)

    assert (result.created, wrong(result)) == (3, [])
    assert rows(shop, LINES) == [
        ("5512", "expected", "Brandt", "2026-03-02", "MUG", 20, 0),
        ("5512", "expected", "Brandt", "2026-03-02", "TEA", 6, 0),
        ("5513", "expected", "", "", "CHOC", 1, 0),
    ]
    assert rows(shop, "SELECT value, printed FROM code WHERE kind = 'receipt' ORDER BY value") == [
        (asn("5512"), 1), (asn("5513"), 1), ("PO-5512", 0),
    ]  # fmt: skip


def test_twice_is_once_and_a_dry_run_changes_nothing(shop: Database) -> None:
    before = dump(shop)
    assert receipts(shop, DELIVERY, dry_run=True).created == 3
    assert dump(shop) == before

    receipts(shop, DELIVERY)
    before = dump(shop)
    assert receipts(shop, DELIVERY).unchanged == 3
    assert dump(shop) == before


def test_another_quantity_is_a_change_and_bad_rows_are_named(shop: Database) -> None:
    receipts(shop, DELIVERY)
    result = receipts(
        shop,
        "5512,,,MUG,24,\n5512,,,NOPE,1,\n5512,,,TEA,0,\n5514,,02.03.2026,TEA,1,\n---,,,TEA,1,\n55-12,,,TEA,1,\n"
        "5520,,,TEA,1,PO-5512\n5512,,,MUG,25,",
    )
    assert (result.updated, result.created, result.refused) == (1, 0, 7)
    assert wrong(result) == [
        "3 sku: the SKU of a product that was imported",
        "4 quantity: a whole number from 1 to 1000000",
        "5 expected_on: a date such as 2026-12-31",
        "6 number: a number with a letter or a digit",
        "7 number: a code of its own: another receipt has it already",
        "8 label_code: a code of its own: another receipt has it already",
        "9 number: a record of its own: row 2 has it already",
    ]
    assert rows(shop, LINES)[0] == ("5512", "expected", "Brandt", "2026-03-02", "MUG", 24, 0)


def test_a_closed_delivery_stays_as_it_is(site: Site, hand: Hand) -> None:
    site.expected("1", "MUG,1")
    hand.open(Receive())
    hand.begin(asn("1"))
    hand.scan(CODES["MUG"], card("DONE"))
    hand.sync()
    with central_write(site.central) as session:
        same = import_receipts(session, b"number,sku,quantity\n1,MUG,1", file="r.csv")
        other = import_receipts(session, b"number,sku,quantity\n1,MUG,2\n1,TEA,1", file="r.csv")
    assert (same.unchanged, wrong(same)) == (1, [])
    assert wrong(other) == [
        "2 number: a delivery that is not closed yet", "3 number: a delivery that is not closed yet",
    ]  # fmt: skip


def test_the_command_imports_and_says_what_is_wrong(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.csv"
    file.write_text("number,sku,quantity\n7,MUG,5\n7,NOPE,1\n")
    assert main(["import", "receipts", str(file), "--home", str(site.folder), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["created"], said["refused"], said["errors"][0]["field"]) == (1, 1, "sku")


# ---- what is to be bought -------------------------------------------------------------------------------------------


def test_what_is_free_or_on_the_way_counts_and_what_is_promised_or_expired_does_not(site: Site, hand: Hand) -> None:
    # given 10 mugs of which 4 are promised, 5 more at the dock, 12 that have not come; old chocolate; broken tea
    site.stocked("MUG,A-01-A,10", "CHOC,A-02-A,9,OLD,2026-03-01", "CHOC,A-03-A,2,NEW,2027-01-01")
    with central_write(site.central) as session:
        reserve_units(session, line_id=b"\x01" * 16, sku_id=sku_id("MUG"), quantity=4, now=NOW)
    site.expected("1", "MUG,17")
    hand.open(Receive())
    hand.begin(asn("1"))
    hand.scan(CODES["MUG"], card("QTY5"))
    hand.sync()
    assert reorder(site.central, "MUG,30,60,12,Brandt", "CHOC,5,20,10,Nordkap", "TEA,2,9,4,Nordkap").created == 3

    with reading(site.central) as session:
        found = reorder_list(session, "2026-03-02")

    assert [(r.supplier, r.sku, r.on_hand, r.promised, r.on_the_way, r.available, r.order) for r in found] == [
        ("Brandt", "MUG", 15, 4, 12, 23, 36), ("Nordkap", "CHOC", 2, 0, 0, 2, 10), ("Nordkap", "TEA", 0, 0, 0, 0, 8),
    ]  # fmt: skip


def test_bad_reorder_rows_are_named_and_twice_is_once(shop: Database) -> None:
    result = reorder(shop, "MUG,5,4,1,", "NOPE,1,2,1,", "TEA,1,2,0,", "CHOC,1,2,,")
    assert wrong(result) == [
        "2 maximum: at least the minimum (5)", "3 sku: the SKU of a product that was imported",
        "4 pack: a whole number from 1 to 1000000",
    ]  # fmt: skip
    assert reorder(shop, "CHOC,1,2,,").unchanged == 1


def test_the_list_is_written_for_spreadsheets_and_on_paper(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a supplier whose name is a formula
    reorder(site.central, "MUG,5,20,6,=HYPERLINK(1)")
    printers = list(base._printers)
    base.print_with(lambda document: repr(document).encode())
    try:
        table, paper = tmp_path / "o.csv", tmp_path / "o.pdf"
        home = ["--home", str(site.folder)]
        assert main(["reorder", "list", "--csv", str(table), "--pdf", str(paper), *home, "--json"]) == 0
    finally:
        base._printers[:] = printers

    assert json.loads(capsys.readouterr().out)["reorder"][0]["order"] == 18
    [row] = list(csv.DictReader(table.read_text().splitlines()))
    assert (row["supplier"], row["sku"], row["order"]) == ("'=HYPERLINK(1)", "MUG", "18")
    assert b"ReorderRow(sku='MUG'" in paper.read_bytes()
    assert main(["reorder", "list", *home]) == 0
    assert "1 products to order" in capsys.readouterr().out


# ---- dates, lots, serial numbers ------------------------------------------------------------------------------------


def test_what_expires_first_goes_first_even_from_a_reserve_place(shop: Database) -> None:
    stocked(shop, "CHOC,A-near,5,LATE,2027-01-01", "CHOC,B-top,2,SOON,2026-06-01")
    with central_write(shop) as session:
        reserve_units(session, line_id=b"\x01" * 16, sku_id=sku_id("CHOC"), quantity=3, now=NOW)
    assert rows(shop, "SELECT place, reserved FROM v_stock WHERE reserved > 0 ORDER BY place") == [
        ("A-near", 1), ("B-top", 2),
    ]  # fmt: skip


def test_what_is_past_its_date_is_listed_and_promised_to_nobody(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.stocked("CHOC,A-01-A,9,OLD,2020-03-01", "CHOC,A-02-A,2,NEW,2999-01-01")
    with reading(site.central) as session:
        assert free_units(session, sku_id("CHOC"), "2026-03-02") == 2
        assert [(e.lot, e.on_hand) for e in expired_stock(session, "2026-03-02")] == [("OLD", 9)]
    with central_write(site.central) as session:
        assert reserve_units(session, line_id=b"\x01" * 16, sku_id=sku_id("CHOC"), quantity=3, now=NOW) == ()
    home = ["--home", str(site.folder)]
    assert main(["stock", "list", "--expired", *home, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stock"] == [
        {"sku": "CHOC", "place": "A-01-A", "lot": "OLD", "status": "good", "on_hand": 9, "expires_on": "2020-03-01"}
    ]
    assert main(["stock", "list", "--expired", "--sku", "MUG", *home]) == 0
    assert capsys.readouterr().out == "Nothing is past its date.\n"


def test_verify_says_totals_and_what_is_odd(site: Site, hand: Hand, capsys: pytest.CaptureFixture[str]) -> None:
    # given a lamp whose serial number came in two deliveries, and a lot that nobody knows the date of
    site.expected("1", "LAMP,1")
    site.expected("2", "LAMP,1")
    for number in ("1", "2"):
        hand.open(Receive())
        hand.begin(asn(number))
        hand.scan(f"010{CODES['LAMP']}21S1", card("DONE"))
    hand.sync()
    site.stocked("CHOC,A-01-A,3,L1,2027-01-01")
    with central_write(site.central) as session:
        session.execute(update(Lot).values(expires_on=""))

    with reading(site.central) as session:
        assert [(o.what, o.sku, o.detail, o.units) for o in oddities(session)] == [
            ("date_missing", "CHOC", "L1", 3), ("serial_twice", "LAMP", "S1", 2),
        ]  # fmt: skip
        assert totals(session).on_hand == totals(session).moved == 5
    home = ["--home", str(site.folder)]
    assert main(["stock", "verify", *home, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["balanced"], said["totals"]["on_hand"], said["differences"]) == (True, 5, [])

    # and a balance that somebody wrote by hand is found
    with central_write(site.central) as session:
        session.execute(update(Stock).where(Stock.place_id == bin_id("A-01-A")).values(on_hand=4, reserved=9))
    assert main(["stock", "verify", *home]) == 1
    out = capsys.readouterr().out
    assert "odd: over promised: CHOC A-01-A L1 (5)" in out
    assert "2 differences" in out
    assert bin_code("A-01-A")
