"""Announced returns: tables, a shop's refunds, the form, and the office's commands."""

from __future__ import annotations

import csv
import json
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from app.barcodes import own_code
from app.channels import read_orders
from app.channels.base import ImportResult
from app.db import central_write, reading
from app.errors import Refused
from app.inventory.service import import_products
from app.receipt.service import import_orders
from app.returns.queries.papers import return_form
from app.returns.service import announce_return, import_dispositions, import_returns
from app.view import Listing, Sound
from tests.central_home import SAMPLES
from tests.returns.bench import NOW, ReturnBench, Site, order_code, order_id, place_code
from tests.sync.sides import dump, mirrored
from ui.main import main

HEADER = "number,order,sku,quantity,reason,wish\n"


def take_in(site: Site, *rows: str, header: str = HEADER) -> ImportResult:
    with central_write(site.central.database) as session:
        result = import_returns(session, (header + "\n".join(rows)).encode(), file="returns.csv", now=NOW)
    site.station.settle()
    return result


# ---- tables ---------------------------------------------------------------------------------------------------------


def test_a_return_label_opens_its_return_in_one_scan(bench: ReturnBench) -> None:
    # given a return of one mug that was announced
    assert take_in(bench.site, "4711,10482,MUG,1,too small,refund").created == 1
    assert mirrored(bench.station.path) == mirrored(bench.site.central.path)

    # when its label, the item, the grade and the place are scanned
    for code in (own_code("RMA4711"), "4006381333931", own_code("GRD1"), place_code("A-01-A")):
        last = bench.scan(code)

    # then it is closed, for nothing more is expected
    assert last.sound is Sound.ORDER
    assert bench.station.query("SELECT number, kind, state FROM return_case") == [("4711", "announced", "closed")]


def test_the_slip_of_the_order_finds_its_announced_return_too(bench: ReturnBench) -> None:
    take_in(bench.site, "4711,10482,MUG,1,,refund")
    bench.scan(order_code("10482"))
    bench.item("MUG")
    assert bench.station.query("SELECT number, state FROM return_case") == [("4711", "receiving")]


def test_open_returns_stand_on_the_first_screen_and_on_the_tile(bench: ReturnBench) -> None:
    from app.returns.queries import open_returns

    take_in(bench.site, "4711,10482,MUG,1,,refund")
    [listing] = bench.view.context
    assert isinstance(listing, Listing)
    assert [(str(r.title), str(r.second)) for r in listing.rows] == [("Return 4711", "Order 10482")]
    assert bench.desk.read(open_returns) == 1


def test_importing_twice_changes_not_one_row(site: Site) -> None:
    rows = ("4711,10482,MUG,2,too small,refund", "4711,10482,SOAP,1,,refund")
    take_in(site, *rows)
    before = dump(site.central.path)
    assert take_in(site, *rows).unchanged == 2
    assert dump(site.central.path) == before


def test_what_has_begun_is_left_as_it_is(bench: ReturnBench) -> None:
    take_in(bench.site, "4711,10482,MUG,1,,refund")
    bench.scan(order_code("10482"))
    bench.item("MUG")
    again = take_in(bench.site, "4711,10482,MUG,1,,refund", "4711,10482,SOAP,1,,refund")
    assert (again.unchanged, again.refused) == (1, 1)


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        ("1,99,MUG,1,,", "order", "the number of an order that is here"),
        ("1,10482,CAM,1,,", "sku", "a product of this order"),
        ("1,10482,MUG,9,,", "sku", "at most the 2 units of the order"),
        ("1,10482,MUG,0,,", "quantity", "a whole number from 1 to 1000000"),
        ("1,10482,MUG,1,,money", "wish", "one of refund, replacement"),
        (",10482,MUG,1,,", "number", "a value (it is missing)"),
        ("//,10482,MUG,1,,", "number", "a number with letters or digits: they are its barcode"),
    ],
)
def test_a_bad_row_is_named_with_what_was_expected(site: Site, row: str, field: str, expected: str) -> None:
    result = take_in(site, row, "2,10482,SOAP,1,,")
    assert (result.created, result.refused) == (1, 1)
    assert [(e.row, e.field, str(e.expected)) for e in result.errors] == [(2, field, expected)]


def test_two_wishes_and_two_orders_of_one_number_are_refused(site: Site) -> None:
    site.order("7", ("MUG", 1))
    result = take_in(site, "1,10482,MUG,1,,refund", "1,10482,SOAP,1,,replacement", "1,7,MUG,1,,refund")
    assert [e.field for e in result.errors] == ["wish", "number"]


def test_numbers_whose_barcodes_are_the_same_are_told(site: Site) -> None:
    result = take_in(site, "RMA-1,10482,MUG,1,,", "RMA.1,10482,SOAP,1,,")
    assert [str(e.expected) for e in result.errors] == ["a number whose letters and digits no other return has"]


def test_a_dry_run_changes_nothing(site: Site) -> None:
    before = dump(site.central.path)
    with central_write(site.central.database) as session:
        data = (HEADER + "1,10482,MUG,1,,").encode()
        assert import_returns(session, data, file="r.csv", now=NOW, dry_run=True).created == 1
    assert dump(site.central.path) == before


def test_where_grades_lead_is_a_table(site: Site) -> None:
    with central_write(site.central.database) as session:
        good = import_dispositions(session, b"item_class,grade,disposition\nfood,2,scrap\n,1,restock\n", file="d.csv")
        bad = import_dispositions(session, b"grade,disposition\n5,scrap\n1,burn\n", file="d.csv")
    assert (good.created, bad.refused) == (2, 2)


# ---- a shop's refunds -----------------------------------------------------------------------------------------------


def shop_order(site: Site) -> None:
    """The order of the shop's own sample, with its products known here."""
    with central_write(site.central.database) as session:
        skus = b"sku,name\nIPOD2008GREEN,iPod green\nIPOD2008RED,iPod red\nIPOD2008BLACK,iPod black\n"
        assert import_products(session, skus, file="p.csv").errors == ()
        entries = list(read_orders(SAMPLES / "shopify-order.json"))
        assert import_orders(session, entries, source="o.json", now=NOW).errors == ()


def test_a_refund_of_the_shop_announces_items_and_pays_nothing_twice(site: Site) -> None:
    shop_order(site)
    data = (SAMPLES / "shopify-refund.json").read_bytes()
    with central_write(site.central.database) as session:
        result = import_returns(session, data, file="refund.json", now=NOW)
        assert (result.created, result.errors) == (1, ())
        assert import_returns(session, data, file="refund.json", now=NOW).unchanged == 1
    assert site.query(
        "SELECT c.number, c.wish, s.sku, l.announced, l.reason FROM return_case c JOIN return_line l "
        "ON l.return_id = c.id JOIN sku s ON s.id = l.sku_id ORDER BY s.sku"
    ) == [
        ("SHOPIFY-509562969", "none", "IPOD2008BLACK", 1, "it broke during shipping"),
        ("SHOPIFY-509562969", "none", "IPOD2008GREEN", 1, "it broke during shipping"),
    ]


@pytest.mark.parametrize("data", [b"{}", b"[1]", b'{"refunds": []}', b"{", b'{"order": {"id": 1}}', b"[" * 100_000])
def test_other_json_is_named_as_what_it_is_not(site: Site, data: bytes) -> None:
    with central_write(site.central.database) as session, pytest.raises(Refused):
        import_returns(session, data, file="x.json", now=NOW)


def test_a_refund_of_an_order_that_is_not_here_is_one_error(site: Site) -> None:
    data = (SAMPLES / "shopify-refund.json").read_bytes()
    with central_write(site.central.database) as session:
        result = import_returns(session, data, file="refund.json", now=NOW)
    assert [(e.field, str(e.expected)) for e in result.errors] == [("order_id", "an order of this shop that is here")]


# ---- the form -------------------------------------------------------------------------------------------------------


def test_the_form_says_everything_that_was_announced(site: Site) -> None:
    with central_write(site.central.database) as session:
        announce_return(
            session, order_id=order_id("10482"), items=[("MUG", 2), ("SOAP", 1)], reason="too small", number="4711",
            now=NOW,
        )  # fmt: skip
    with reading(site.central.database) as session:
        form = return_form(session, "4711")
        assert return_form(session, "4712") is None
    assert form is not None
    assert (form.code, form.order_number, form.shop, form.wish) == (own_code("RMA4711"), "10482", "Tea & Mug", "Refund")
    assert [(x.sku, x.quantity, x.reason) for x in form.lines] == [("MUG", 2, "too small"), ("SOAP", 1, "too small")]
    assert (form.customer.city, form.language) == ("Berlin", "de")


@pytest.mark.parametrize("items", [[], [("CAM", 1)], [("MUG", 3)]])
def test_what_the_order_does_not_have_is_not_announced(site: Site, items: list[tuple[str, int]]) -> None:
    with central_write(site.central.database) as session, pytest.raises(Refused):
        announce_return(session, order_id=order_id("10482"), items=items, now=NOW)
    assert site.query("SELECT count(*) FROM return_case") == [(0,)]


# ---- the office's commands ------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], site: Site, *words: str, status: int = 0) -> Any:
    """A command with `--json`; what it said."""
    assert main([*words, "--home", str(site.central.path.parent), "--json"]) == status
    return json.loads(capsys.readouterr().out)


def test_the_commands_from_the_announcement_to_the_list(
    bench: ReturnBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = bench.site
    words = ("--sku", "MUG=1", "--sku", "SOAP", "--reason", "too small", "--number", "4711")
    assert run(capsys, site, "return", "announce", "10482", *words) == {
        "number": "4711", "code": own_code("RMA4711"), "order": "10482", "units": 2,
    }  # fmt: skip
    form = tmp_path / "form.pdf"
    run(capsys, site, "return", "form", "4711", "--out", str(form))
    assert form.read_bytes().startswith(b"%PDF")

    bench.station.settle()
    bench.scan(own_code("RMA4711"))
    bench.item("SOAP")
    bench.grade(1)
    bench.put("A-03-A")
    shown = run(capsys, site, "return", "show", "4711")
    assert [(i["sku"], i["grade"], i["place"]) for i in shown["items"]] == [("SOAP", 1, "A-03-A")]
    assert [(r["state"], r["amount"]) for r in shown["refunds"]] == [("pending", "6.25")]
    assert [r["number"] for r in run(capsys, site, "return", "list")["returns"]] == ["4711"]

    file = tmp_path / "refunds.csv"
    first = run(capsys, site, "refunds", "export", "--csv", str(file))
    with file.open(newline="", encoding="utf-8") as stream:
        [row] = csv.DictReader(stream)
    assert (row["order"], row["sku"], row["amount"], row["list"]) == ("10482", "SOAP", "6.25", first["list"])
    assert run(capsys, site, "refunds", "export", "--csv", str(file))["refunds"] == []
    again = run(capsys, site, "refunds", "export", "--csv", str(file), "--again", first["list"])
    assert [D(r["amount"]) for r in again["refunds"]] == [D("6.25")]
    one = again["refunds"][0]["refund"]
    assert len(run(capsys, site, "refunds", "export", "--csv", str(file), "--again", one[:10])["refunds"]) == 1
    assert [p.name for p in tmp_path.glob(".*.part")] == []


def test_a_list_that_can_not_be_written_marks_nothing(
    bench: ReturnBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.scan(order_code("10482"))
    bench.item("SOAP")
    bench.grade(1)
    bench.put("A-03-A")
    missing = tmp_path / "no" / "such" / "folder.csv"
    run(capsys, bench.site, "refunds", "export", "--csv", str(missing), status=2)
    assert bench.site.refunds() == [("pending", "6.25")]


def test_a_list_is_no_formula(bench: ReturnBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take_in(bench.site, '=1+1,10482,SOAP,1,"=cmd|calc!A1",refund')
    bench.scan(order_code("10482"))
    bench.item("SOAP")
    bench.grade(1)
    bench.put("A-03-A")
    file = tmp_path / "r.csv"
    run(capsys, bench.site, "refunds", "export", "--csv", str(file))
    with file.open(newline="", encoding="utf-8") as stream:
        [row] = csv.DictReader(stream)
    assert (row["return"], row["reason"]) == ("'=1+1", "'=cmd|calc!A1")


def test_the_office_decides_on_the_command_line(bench: ReturnBench, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("SOAP", "MUG"):
        bench.scan(order_code("10482"))
        bench.item(name)
        bench.grade(4)
        bench.put("Quarantine")
    held = [r["refund"] for r in run(capsys, bench.site, "refunds", "list", "--state", "held")["refunds"]]
    run(capsys, bench.site, "refunds", "approve", held[0], "--amount", "5.00")
    run(capsys, bench.site, "refunds", "deny", held[1][:12])
    assert bench.site.refunds() == [("pending", "5.00"), ("denied", "14.50")]
    run(capsys, bench.site, "refunds", "approve", held[1], status=2)


@pytest.mark.parametrize(
    "words",
    [
        ("return", "announce", "99", "--sku", "MUG=1"),
        ("return", "announce", "10482", "--sku", "MUG=0"),
        ("return", "show", "nope"),
        ("return", "form", "nope", "--out", "x.pdf"),
        ("refunds", "deny", "nope"),
        ("refunds", "export", "--csv", "x.csv", "--again", "nope"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    site: Site, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert set(run(capsys, site, *words, status=2)) == {"error"}
