"""The commands of the core: exit status, words, JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.settings import home
from tests.central_home import LAYOUT, PRODUCTS, SAMPLES, line, table

pytestmark = pytest.mark.usefixtures("packbay_home")


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    """Exit status and the JSON object of a command."""
    status = main([*map(str, words), "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a floor, products, stock and orders as files."""
    (tmp_path / "layout.csv").write_bytes(LAYOUT)
    (tmp_path / "products.csv").write_bytes(PRODUCTS)
    (tmp_path / "stock.csv").write_text("sku,bin,quantity\nMUG,A-near,5\n")
    (tmp_path / "orders.csv").write_bytes(table(line("1", quantity=2), line("2", "NOPE"), line("3", quantity=-1)))
    for name in ("layout", "products", "stock"):
        assert main(["import", name, str(tmp_path / f"{name}.csv")]) == 0
    return tmp_path


def test_orders_are_imported_released_and_what_is_wrong_is_named(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    status, said = run(capsys, "import", "orders", files / "orders.csv")

    assert status == 1
    assert said == {
        "created": 2, "updated": 0, "unchanged": 0, "refused": 1, "late": 0, "released": 1, "held": 1, "dry_run": False,
        "files": [
            {
                "file": "orders.csv", "created": 2, "updated": 0, "unchanged": 0, "refused": 1, "late": 0,
                "problem": None,
            }
        ],
        "errors": [
            {
                "file": "orders.csv", "row": 4, "order": "3", "field": "quantity", "value": "-1",
                "expected": "a whole number from 0 to 1000000",
            }
        ],
        "warnings": [],
    }  # fmt: skip


def test_all_samples_at_once_count_what_they_hold(capsys: pytest.CaptureFixture[str]) -> None:
    samples = sorted(SAMPLES.glob("*.json"))

    first, said = run(capsys, "import", "orders", *samples)
    second, again = run(capsys, "import", "orders", *samples)

    names = ("created", "updated", "unchanged", "refused", "late")
    assert (first, [said[n] for n in names]) == (1, [5, 2, 4, 8, 0])
    assert (second, [again[n] for n in names]) == (1, [0, 0, 11, 8, 0])
    assert [f["problem"] for f in said["files"] if f["file"] == "shopify-refund.json"] == [
        "This is a Shopify refund, not an order"
    ]


def test_all_done_is_0_and_nothing_done_is_2_with_one_line(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # given what went before
    (files / "good.csv").write_bytes(table(line("1")))
    capsys.readouterr()

    # when a good file, a wrong one and a missing one are imported
    assert main(["import", "orders", str(files / "good.csv")]) == 0
    assert capsys.readouterr() == (
        "good.csv: 1 new, 0 changed, 0 as before, 0 refused\nreleased to pick: 1, held: 0\n",
        "",
    )
    assert main(["import", "orders", str(SAMPLES / "shopify-refund.json")]) == 2
    assert capsys.readouterr() == ("", "packbay: shopify-refund.json: This is a Shopify refund, not an order\n")
    assert main(["import", "orders", str(files / "nowhere.json")]) == 2
    assert capsys.readouterr().err == "packbay: nowhere.json: It can't be read: No such file or directory\n"
    assert main(["import", "products", str(files / "orders.csv")]) == 2
    words = capsys.readouterr().err
    assert words.startswith(
        "packbay: Most columns are not known (order, item, quantity …): it is another kind of table."
    )
    assert words.count("\n") == 1


def test_a_dry_run_says_what_would_happen_and_leaves_the_database_alone(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    status, said = run(capsys, "import", "orders", files / "orders.csv", "--dry-run")
    assert (status, said["created"], said["dry_run"]) == (1, 2, True)
    assert run(capsys, "order", "list") == (0, {"orders": []})


def test_a_table_comes_in_by_a_mapping(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "m.json").write_text(
        json.dumps({"channel": "phone", "columns": {"order": "No", "sku": "Item", "quantity": "Qty"}})
    )
    (files / "t.csv").write_text("No,Item,Qty\nP1,MUG,1\n")
    capsys.readouterr()

    status, said = run(capsys, "import", "orders", files / "t.csv", "--mapping", files / "m.json")
    _, listed = run(capsys, "order", "list")

    assert (status, said["created"]) == (0, 1)
    assert [(o["channel"], o["number"], o["holds"]) for o in listed["orders"]] == [("phone", "P1", ["address"])]


def test_one_order_is_shown_with_its_story_and_the_one_reason(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", "orders", str(files / "orders.csv")])
    capsys.readouterr()

    _, shown = run(capsys, "order", "show", "2")
    assert main(["order", "show", "1"]) == 0
    words = capsys.readouterr().out

    [order] = shown["orders"]
    assert order["stuck"] == {
        "cause": "The product NOPE (Thing) is not known here",
        "who": "Office",
        "act": "Import the product, then release the order",
    }
    assert [entry["kind"] for entry in order["timeline"]] == ["OrderReceived", "Held"]
    assert order["order_lines"] == [
        {
            "position": 1, "sku": "NOPE", "name": "Thing", "ordered": 1, "cancelled": 0, "short": 0, "ships": True,
            "known": False,
        }
    ]  # fmt: skip
    assert words.startswith("Order 1 (csv 1): released\n  customer  Lena Hoffmann\n    2 × MUG")


def test_orders_are_held_released_and_cancelled(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", "orders", str(files / "orders.csv")])
    capsys.readouterr()

    assert run(capsys, "order", "hold", "1", "--why", "call first") == (
        0,
        {"number": "1", "state": "held", "holds": []},
    )
    assert run(capsys, "order", "release", "1") == (0, {"number": "1", "state": "released", "holds": []})
    assert run(capsys, "order", "cancel", "1") == (0, {"number": "1", "state": "cancelled", "holds": []})
    status, said = run(capsys, "order", "release", "2")
    assert (status, said) == (2, {
        "error": "Order 2. The product NOPE (Thing) is not known here. Import the product, then release the order. "
        "Nothing was changed."
    })  # fmt: skip
    assert run(capsys, "order", "show", "77") == (2, {"error": "There is no order 77."})


def test_stock_is_listed_and_verified(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", "orders", str(files / "orders.csv")])
    capsys.readouterr()

    assert run(capsys, "stock", "list", "--sku", "M") == (
        0,
        {
            "stock": [
                {
                    "sku": "MUG", "place": "A-near", "lot": "", "status": "good", "on_hand": 5, "reserved": 2,
                    "free": 3,
                }
            ]
        },
    )  # fmt: skip
    status, said = run(capsys, "stock", "verify")
    assert (status, said["differences"], said["balanced"]) == (0, [], True)


def test_the_home_may_be_named(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import", "products", str(files / "products.csv"), "--home", str(tmp_path / "other")])
    assert (tmp_path / "other" / "central.sqlite").exists()
    shutil.rmtree(home().root)
    capsys.readouterr()
    assert run(capsys, "stock", "list") == (0, {"stock": []})
