"""What the scripted person does besides picking and packing: takes a delivery in, puts it away, takes parcels back."""

from __future__ import annotations

import contextlib
import io
import random
from pathlib import Path
from typing import Any

from app import cli
from app.barcodes import command_code, own_code
from app.settings import Home
from ui.shift.person import Person

DELIVERY = "PO-SHIFT"
GRADES = ("GRD1", "GRD1", "GRD1", "GRD2", "GRD3", "GRD4")
"""How things come back: most as new."""
MOST_ACTS = 40


class Office:
    """The desk behind the floor: commands on the same home while the station works."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def do(self, *words: str) -> bool:
        """Runs a command of the core; whether it did all of what was asked."""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return cli.main([*words, "--home", str(self._home.root), "--json"]) == 0

    def announce_delivery(self, folder: Path, skus: list[str]) -> None:
        """A supplier says what will come."""
        rows = "".join(f"PO1,Supplier,,{sku},{units},{DELIVERY}\n" for sku, units in zip(skus, (12, 24), strict=False))
        file = folder / "receipts.csv"
        file.write_text(f"number,supplier,expected_on,sku,quantity,label_code\n{rows}", encoding="utf-8")
        if not self.do("import", "receipts", str(file)):
            raise RuntimeError("the delivery could not be announced")

    def wait_for_mails(self) -> None:
        """Central sends them by itself; what is due is sent now, so that the shift can end."""
        self.do("mails", "send")


def take_in(person: Person) -> None:
    """Receives the delivery that was announced, and puts it away: whatever the screen wants, with quantity cards."""
    _at_home(person)
    person.station.wait_calm(2.0)  # a fresh station fetches its tables first; the delivery's code is among the last
    person.scan(DELIVERY)
    _follow(person, "receive.", with_quantity=True)
    person.scan(command_code("PUTAWAY"))
    person.station.wait(lambda view: any(wanted["code"] for wanted in view["wanted"]))
    _follow(person, "put-away.", with_quantity=False)
    _at_home(person)


def take_back(person: Person, label: str, chance: random.Random) -> bool:
    """A parcel comes back: its label, one item, how it is, and where that leads. False when the screen refused it."""
    _at_home(person)
    person.scan(label)
    view = person.station.wait_calm(0.3)
    if not view["kind"].startswith("return."):
        return False
    item = next((w for w in view["wanted"] if w["kind"] == "item"), None)
    if item is None:
        return False
    person.scan(item["code"])
    person.scan(own_code(chance.choice(GRADES)))
    view = person.station.wait_calm(0.3)
    place = next((w for w in view["wanted"] if w["kind"] in ("bin", "place")), None)
    if place is None:
        return False
    person.scan(place["code"])
    person.scan(command_code("DONE"))
    _at_home(person)
    return True


def _follow(person: Person, prefix: str, *, with_quantity: bool) -> None:
    """Does what the screen wants until it wants nothing more, or another task has begun."""
    for _ in range(MOST_ACTS):
        view: dict[str, Any] = person.station.wait_calm(0.3)
        if not view["kind"].startswith(prefix):
            return
        wanted = next((w for w in view["wanted"] if w["code"]), None)
        if wanted is None:
            person.scan(command_code("DONE"))
            if person.station.wait_calm(0.3)["kind"] == view["kind"]:
                return
            continue
        person.scan(wanted["code"])
        if with_quantity and wanted["kind"] == "item":
            person.scan(own_code(f"QTY{max(1, int(wanted['units']))}"))
    raise RuntimeError(f"{prefix} does not come to an end")


def _at_home(person: Person) -> None:
    if person.station.view["kind"] != "home":
        person.scan(command_code("HOME"))
