"""The order can be a real one: an export of a shop, from its file to a closed box."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from app.settings import Home
from tests.journeys import looking
from tests.journeys.playing import SCANS, at_work
from tests.journeys.site import TABLES, site

SAMPLES = Path(__file__).parents[1] / "data" / "channels"
NO_ORDERS = {
    "amazon-getOrderAddress.json": "Amazon", "amazon-getOrderItems.json": "Amazon", "amazon-getOrders.json": "Amazon",
    "shopify-fulfillment.json": "Shopify fulfilment", "shopify-inventory_level.json": "Shopify inventory level",
    "shopify-location.json": "Shopify location", "shopify-refund.json": "Shopify refund",
}  # fmt: skip


def packbay(home: Home, *words: str) -> tuple[int, dict[str, Any]]:
    """Runs the console script in a process of its own: (exit status, what it printed as JSON)."""
    command = [sys.executable, "-m", "ui.main", *words, "--home", str(home.root), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout)


def shown(home: Home, number: str) -> dict[str, Any]:
    status, said = packbay(home, "order", "show", number)
    assert status == 0
    found: dict[str, Any] = said["orders"][0]
    return found


def texts_of(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_an_export_goes_in_and_each_file_that_is_no_order_is_named_for_what_it_is(tmp_path: Path) -> None:
    home = site(tmp_path / "home")
    files = [str(file) for file in sorted(SAMPLES.glob("*.json"))]
    status, said = packbay(home, "import", "orders", *files)
    counts = {name: said[name] for name in ("created", "updated", "unchanged", "refused", "released", "held")}
    assert status == 1
    assert counts == {"created": 5, "updated": 2, "unchanged": 4, "refused": 8, "released": 0, "held": 3}
    problems = {file["file"]: file["problem"] for file in said["files"] if file["problem"]}
    assert set(problems) == set(NO_ORDERS)
    assert {file for file, word in NO_ORDERS.items() if word in problems[file]} == set(NO_ORDERS)
    assert [(e["file"], e["order"], e["field"]) for e in said["errors"]] == [
        ("shopify-orders.json", "#1001", "line_items")
    ]
    assert looking.one(looking.central(home.root), "SELECT count(*) FROM v_order") == 5
    # importing the same files again changes nothing
    status, again = packbay(home, "import", "orders", *files)
    assert (status, again["created"], again["updated"]) == (1, 0, 0)


def test_a_real_order_is_held_with_its_reason_then_picked_packed_and_shipped(tmp_path: Path) -> None:
    home = site(tmp_path / "home")
    # given a real export whose products nobody here knows yet
    assert packbay(home, "import", "orders", str(SAMPLES / "shopify-order.json"))[0] == 0
    held = shown(home, "1001")
    assert (held["state"], held["holds"]) == ("held", ["sku", "total"])
    assert held["stuck"]["act"] == "Import the product, then release the order"
    # when the products and what lies where come in, and the office lets it go
    for kind in ("products", "stock"):
        assert packbay(home, "import", kind, str(TABLES / f"real-{kind}.csv"))[0] == 0
    status, said = packbay(home, "order", "release", "1001")
    assert (status, said) == (0, {"number": "1001", "state": "released", "holds": []})
    with at_work(home) as work:
        played = work.play((SCANS / "real-order.scan").read_text(encoding="utf-8").splitlines())
    # then it is shipped, and its story says so
    assert [a for a in played.answers if a["tone"] == "wrong"] == []
    assert looking.order_state(home.root, "1001") == "shipped"
    assert looking.parcels(home.root, "1001") == [("closed", 3)]
    story = shown(home, "1001")
    assert story["state"] == "shipped"
    assert story["stuck"] is None
    assert story["timeline"][0]["kind"] == "OrderReceived"
    # the paper is for the customer of the export
    (slip,) = (home.root / "devices" / "paper").glob("*.pdf")
    assert "Bob Norman" in texts_of(slip)
    assert "Chestnut Street 92" in texts_of(slip)
    label = (home.root / "devices" / "labels" / "0001.zpl").read_text(encoding="utf-8")
    assert "Bob Norman" in label
    (tracking,) = looking.rows(looking.central(home.root), "SELECT tracking FROM v_parcel")[0]
    assert tracking in label


def test_an_order_with_a_line_that_has_no_sku_says_which_one_and_does_not_move(tmp_path: Path) -> None:
    home = site(tmp_path / "home")
    packbay(home, "import", "orders", str(SAMPLES / "woocommerce-5-batch-update-orders.json"))
    packbay(home, "import", "products", str(TABLES / "real-products.csv"))
    packbay(home, "import", "stock", str(TABLES / "real-stock.csv"))
    status, said = packbay(home, "order", "release", "729")
    assert status == 2
    assert "Color: Green" in said["error"]
    story = shown(home, "729")
    assert (story["state"], story["holds"]) == ("held", ["sku"])
    assert [line["sku"] for line in story["order_lines"]] == ["Bar3", ""]
    assert "Color: Green" in story["stuck"]["cause"]
