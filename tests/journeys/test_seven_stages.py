"""One order through all seven stages by the scanner alone, judged by a stranger's SQL on the documented views."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import looking
from tests.journeys.playing import SCANS

FILE = SCANS / "seven-stages.scan"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file, played by the console script on an empty demo warehouse: its home, and what it said."""
    home = tmp_path_factory.mktemp("seven") / "home"
    build = "import sys; from pathlib import Path; from app.settings import Home; from ui.demo import build; "
    subprocess.run([sys.executable, "-c", f"{build}build(Home(Path(sys.argv[1])), orders=0)", str(home)], check=True)
    command = [sys.executable, "-m", "ui.main", "play", str(FILE), "--home", str(home), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return home, json.loads(ended.stdout)


def test_every_scan_is_accepted_and_nothing_is_touched(played: tuple[Path, dict[str, Any]]) -> None:
    home, said = played

    assert (said["touches"], [a for a in said["answers"] if a["tone"] == "wrong"]) == (0, [])
    assert looking.one(looking.station(home), "SELECT count(*) FROM v_scan WHERE outcome <> 'accepted'") == 0


def test_receipt_and_processing_hold_it_for_stock_and_release_it_by_themselves(
    played: tuple[Path, dict[str, Any]],
) -> None:
    home, _ = played

    story = looking.rows(
        looking.central(home),
        "SELECT kind FROM timeline t JOIN v_order o ON lower(hex(t.order_id)) = o.order_id "
        "WHERE o.number = 'SEVEN' ORDER BY t.at, t.id",
    )
    kinds = [kind for (kind,) in story]
    for first, then in (
        ("OrderReceived", "TourStarted"), ("TourStarted", "Dropped"), ("Dropped", "pack_opened"),
        ("pack_opened", "label_made"), ("label_made", "parcel_closed"), ("parcel_closed", "manifest"),
    ):  # fmt: skip
        assert kinds.index(first) < kinds.index(then), kinds


def test_inventory_came_in_was_put_away_and_is_counted(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played
    central = looking.central(home)

    moved = looking.rows(
        central,
        "SELECT reason, sum(quantity) FROM v_movement WHERE sku = 'LAMP-OAK' AND quantity > 0 GROUP BY reason "
        "ORDER BY min(at)",
    )
    assert ("return", 1) in moved
    assert looking.rows(
        central, "SELECT place, on_hand, reserved FROM v_stock WHERE sku = 'LAMP-OAK' AND on_hand <> 0 ORDER BY place"
    ) == [("B14-01-A", 3, 0), ("parcel PB0000000001J", 2, 0)]
    assert looking.rows(central, "SELECT state FROM count_task") in ([], [("done",)])


def test_picking_and_packing_put_two_units_into_one_closed_parcel(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played

    assert looking.rows(
        looking.central(home),
        "SELECT order_number, state, units, weight_g, closed_by_code, manifest, tracking_state FROM v_parcel",
    ) == [("SEVEN", "closed", 2, 2230, "PB0000000001J", "M000001", "delivered")]


def test_shipping_closed_its_day_and_tracking_heard_the_carrier(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played
    central = looking.central(home)

    assert looking.rows(central, "SELECT number, parcels, weight_g FROM v_manifest") == [("M000001", 1, 2230)]
    assert looking.rows(central, "SELECT status, place FROM v_tracking ORDER BY at") == [
        ("in_transit", "Leipzig"), ("delivered", "Dresden"),
    ]  # fmt: skip


def test_communication_is_one_mail_with_the_number_of_the_parcel(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played

    assert looking.rows(looking.central(home), "SELECT order_number, event, state FROM v_mail") == [
        ("SEVEN", "shipped", "confirmed")
    ]
    (file,) = home.rglob("*.eml")
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = letter.get_body(("plain",))
    assert body is not None
    assert letter["To"].addresses[0].addr_spec == "eva@example.org"
    assert "PB0000000001J" in body.get_content()


def test_the_return_goes_back_to_its_bin_and_its_money_to_the_customer(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played
    central = looking.central(home)

    assert looking.rows(
        central, "SELECT order_number, state, sku, quantity, grade, disposition, place FROM v_return"
    ) == [("SEVEN", "closed", "LAMP-OAK", 1, 1, "restock", "B14-01-A")]
    assert looking.rows(central, "SELECT order_number, amount, currency, state FROM v_refund") == [
        ("SEVEN", "49.90", "EUR", "pending")
    ]


def test_on_hand_is_the_sum_of_every_movement(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played

    assert (
        looking.rows(
            looking.central(home),
            "SELECT s.sku, s.place, s.on_hand, sum(m.quantity) FROM v_stock s LEFT JOIN v_movement m USING "
            "(sku_id, place_id, lot, status) GROUP BY s.sku_id, s.place_id, s.lot, s.status "
            "HAVING s.on_hand <> coalesce(sum(m.quantity), 0)",
        )
        == []
    )
