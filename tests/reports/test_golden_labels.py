"""A dozen labels as bytes in the repository, drawn by a renderer that is not ours, and read by scanners' eyes.

A changed drawing changes these files: look at the pictures, then `PACKBAY_GOLDEN=write` rewrites them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.documents import Address, Document
from reports.discovery import ZPL, report_for
from reports.labels import bin_label_zpl, shipping_label_zpl
from tests.reports.hostile import SCRIPTS
from tests.reports.reading import Counted, codes, drawn
from tests.reports.samples import bin_label, shipping_label, tote_label

GOLDEN = Path(__file__).parent / "golden"
_WRITE = os.environ.get("PACKBAY_GOLDEN") == "write"  # read before the guards take our variables away
_WORLD = Address(
    "محمد علي · 山田太郎",
    company="Ромашка и партнёры ^XZ~JR",
    line1=SCRIPTS["hebrew"],
    line2=SCRIPTS["thai"],
    postcode="04524",
    city="서울특별시",
    country="KR",
)
_LONG = Address(
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenverein Linz an der Donau e. V.",
    company="Abteilung für außerordentlich lange Namen und Anschriften " * 3,
    line1="Am Ende der sehr langen Straße 1234, Gebäude 5, Aufgang C, 17. Stock " * 3,
    postcode="4020",
    city="Linz",
    country="AT",
)
LABELS: dict[str, tuple[Document, int]] = {
    "shipping-plain": (shipping_label(), 203),
    "shipping-300dpi": (shipping_label(), 300),
    "shipping-duplicate": (shipping_label(duplicate=True), 203),
    "shipping-leading-99": (shipping_label(tracking="9912345678901234567890", routing="99"), 203),
    "shipping-odd-digits": (shipping_label(tracking="1234567", routing="12345A"), 203),
    "shipping-signs": (shipping_label(tracking="A>b~c^d_E\\9", routing=">:>;^~_"), 203),
    "shipping-world": (shipping_label(ship_to=_WORLD, carrier="Österreichische Post"), 203),
    "shipping-world-300dpi": (shipping_label(ship_to=_WORLD, duplicate=True), 300),
    "shipping-long": (shipping_label(ship_to=_LONG, ship_from=_LONG, service="Nachnahme " * 9), 203),
    "bin-up": (bin_label(), 203),
    "bin-down-300dpi": (bin_label(arrow="down", parts=("Z01", "12", "A")), 300),
    "bin-no-arrow": (bin_label(arrow="", parts=("Приёмка",)), 203),
    "tote": (tote_label(), 203),
    "tote-300dpi": (tote_label(name="Kiste Ω 12"), 300),
}


def rendered(name: str) -> bytes:
    document, dpi = LABELS[name]
    module = report_for(document, ZPL).render
    return module(document, dpi)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", LABELS)
def test_a_label_is_the_bytes_that_were_looked_at(name: str) -> None:
    path = GOLDEN / f"{name}.zpl"
    if _WRITE:
        path.write_bytes(rendered(name))
    assert rendered(name) == path.read_bytes()


def test_no_golden_label_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.zpl")} == set(LABELS)


def test_every_code_of_the_golden_labels_reads_from_their_picture(tmp_path: Path, counted: Counted) -> None:
    jobs = []
    for name, (_, dpi) in LABELS.items():
        wide, high = (101.6, 152.4) if name.startswith("shipping") else (100.0, 50.0)
        jobs.append((GOLDEN / f"{name}.zpl", wide, high, {203: 8, 300: 12}[dpi]))
    pictures = drawn(jobs, tmp_path)
    for (document, _), picture in zip(LABELS.values(), pictures, strict=True):
        expected = report_for(document, ZPL).barcodes(document)
        assert tuple(value for _, value in codes(picture)) == expected
        counted("golden ZPL labels", len(expected))


def test_both_densities_place_the_same_fields() -> None:
    label, place = shipping_label(), bin_label()
    for data, dense in (
        (shipping_label_zpl.render(label, 203), shipping_label_zpl.render(label, 300)),
        (bin_label_zpl.render(place, 203), bin_label_zpl.render(place, 300)),
    ):
        assert data.count(b"^FD") == dense.count(b"^FD")
