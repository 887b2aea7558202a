"""The manifest: what a carrier takes away at the end of a day, A4 or Letter, to be signed by both.

Every parcel is a row with the numbers that the carrier bills by; each page carries the manifest's number and code, the
totals stand at the end and again in words a driver reads at a glance at the top.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from app.documents import Manifest, ManifestRow
from reports import page
from reports.drawings import address
from reports.faces import Weight
from reports.flow import Cell
from reports.lettering import one_line
from reports.slips.base import GREY, LEFT, Column, Sheet, caption, cell, joined

DOCUMENT = Manifest
MEDIA_TYPE = page.MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Words:
    """The manifest's own words; another language is another set of them."""

    title: str = "Manifest"
    sender: str = "From"
    parcels: str = "Parcels"
    weight: str = "Weight"
    closed: str = "Closed"
    row: str = "No."
    tracking: str = "Tracking number"
    sscc: str = "SSCC"
    service: str = "Service"
    to: str = "To"
    kilograms: str = "kg"
    reference: str = "Reference"
    total: str = "Total"
    unweighed: str = "not weighed: {n}"
    handed: str = "Handed over: name, signature"
    taken: str = "Taken by the carrier: name, date and time, signature"
    page: str = "Page {number} of {pages}"


ENGLISH = Words()


def barcodes(document: Manifest) -> tuple[str, ...]:
    """What scanners report of each page of this manifest."""
    return (document.code,)


def render(document: Manifest, paper: str = "A4", words: Words = ENGLISH) -> bytes:
    """The pages of a manifest. `paper` is "A4" or "Letter". ValueError only for a code that can't be encoded."""
    return _Manifest(document, paper, words).finished()


def kilograms(weight_g: int) -> str:
    """Grams as kilograms to the gram: carriers bill by it.

    >>> kilograms(12840)
    '12.840'
    """
    return f"{weight_g // 1000:,}.{weight_g % 1000:03d}"


class _Manifest:
    """One manifest being laid out."""

    def __init__(self, manifest: Manifest, paper: str, words: Words) -> None:
        self.manifest, self.words = manifest, words
        self.sheet = Sheet(words.title, paper, manifest.code)
        self.flow, self.wide = self.sheet.flow, self.sheet.wide
        self.weight_g = sum(row.weight_g or 0 for row in manifest.rows)

    def finished(self) -> bytes:
        self._opening()
        self._parties()
        self._table()
        self._totals()
        self._signatures()
        return self.flow.finished(self._running_head, self._foot)

    # ---- parts that run with the text -------------------------------------------------------------------------------

    def _opening(self) -> None:
        """Carrier and day, large, beside the code."""
        flow, left = self.flow, self.sheet.beside
        flow.y = 17.0
        flow.row([cell(one_line(self.manifest.carrier), Weight.BOLD, 19, LEFT, left)])
        flow.space(1)
        flow.row([cell(self.words.title, Weight.REGULAR, 10.5, LEFT, left, GREY)])
        flow.space(5.5)
        flow.row([cell(one_line(self.manifest.number), Weight.EXTRABOLD, 27, LEFT, left)])
        flow.space(1)
        flow.row([cell(one_line(self.manifest.day), Weight.REGULAR, 10.5, LEFT, left, 0.2)])
        flow.space(8)

    def _parties(self) -> None:
        """Who hands over, and how much: the two figures a driver compares with the truck."""
        flow, w = self.flow, self.words
        half = self.wide / 2 - 4
        middle = LEFT + self.wide / 2 + 4
        third = half / 3
        flow.keep(26)
        facts = ((w.parcels, f"{len(self.manifest.rows)}"), (w.weight, f"{kilograms(self.weight_g)} {w.kilograms}"))
        columns = [(middle, third), (middle + third, 2 * third)]
        heads = [caption(word, x, width) for (word, _), (x, width) in zip(facts, columns, strict=True)]
        flow.row([caption(w.sender, LEFT, half), *heads])
        flow.space(1)
        shown = [cell(v, Weight.BOLD, 19, x, width) for (_, v), (x, width) in zip(facts, columns, strict=True)]
        sender = self.manifest.ship_from
        flow.row([cell(one_line(sender.name), Weight.BOLD, 13, LEFT, half), *shown])
        closed = f"{w.closed} {one_line(self.manifest.closed_at)}"
        lines = "\n".join(address.lines(sender, contact=True))
        flow.row(
            [
                cell(lines, Weight.REGULAR, 10, LEFT, half, 0.2),
                cell(closed, Weight.REGULAR, 10, middle, half, 0.2),
            ]
        )
        flow.space(9)

    def _columns(self) -> tuple[Column, ...]:
        w, wide = self.words, self.wide
        return (
            Column(w.row, LEFT, 9, True),
            Column(w.tracking, LEFT + 13, 38),
            Column(w.sscc, LEFT + 53, 38),
            Column(w.service, LEFT + 93, wide - 155),
            Column(w.to, LEFT + wide - 60, 22),
            Column(w.kilograms, LEFT + wide - 37, 14, True),
            Column(w.reference, LEFT + wide - 20, 20, True),
        )

    def _table(self) -> None:
        self.flow.keep(22)
        rows = (self._row_cells(number, row) for number, row in enumerate(self.manifest.rows, start=1))
        self.sheet.table(self._columns(), rows, keep=7, air=1.3)
        self.flow.space(4)

    def _row_cells(self, number: int, row: ManifestRow) -> list[Cell]:
        place = " ".join(filter(None, (one_line(row.country), one_line(row.postcode))))
        weight = "–" if row.weight_g is None else kilograms(row.weight_g)
        texts = (str(number), row.tracking, row.sscc, row.service, place, weight, row.reference)
        faces = (Weight.REGULAR, Weight.MONO, Weight.MONO, *(Weight.REGULAR,) * 4)
        greys = (GREY, 0.0, 0.2, 0.2, 0.0, 0.0, 0.2)
        return [
            cell(one_line(text), face, 9, c.x, c.width, grey, c.number)
            for text, face, grey, c in zip(texts, faces, greys, self._columns(), strict=True)
        ]

    def _totals(self) -> None:
        """One row a service, and the sum; what was never weighed is said."""
        parcels: Counter[str] = Counter()
        grams: Counter[str] = Counter()
        for row in self.manifest.rows:
            parcels[one_line(row.service)] += 1
            grams[one_line(row.service)] += row.weight_g or 0
        if len(parcels) > 1:
            for service in sorted(parcels):
                self._total(service, parcels[service], grams[service], Weight.REGULAR)
        self.flow.rule(LEFT + self.wide - 90, 90, 0.4)
        self.flow.space(1.5)
        self._total(self.words.total, len(self.manifest.rows), self.weight_g, Weight.BOLD)
        unweighed = sum(row.weight_g is None for row in self.manifest.rows)
        if unweighed:
            words = self.words.unweighed.format(n=unweighed)
            self.flow.row([cell(words, Weight.REGULAR, 9, LEFT + self.wide - 90, 90, 0.2, True)])
        self.flow.space(6)

    def _total(self, word: str, parcels: int, grams: int, weight: Weight) -> None:
        left = LEFT + self.wide - 90
        self.flow.keep(9)
        self.flow.row(
            [
                cell(word, weight, 10.5, left, 40),
                cell(str(parcels), weight, 10.5, left + 42, 14, number=True),
                cell(f"{kilograms(grams)} {self.words.kilograms}", weight, 10.5, left + 58, 32, number=True),
            ]
        )
        self.flow.space(1)

    def _signatures(self) -> None:
        flow, half = self.flow, self.wide / 2 - 6
        flow.keep(34)
        flow.space(20)
        y = flow.y
        flow.rule(LEFT, half, 0.3)
        flow.y = y
        flow.rule(LEFT + self.wide - half, half, 0.3)
        flow.space(1)
        taken = LEFT + self.wide - half
        flow.row([caption(self.words.handed, LEFT, half), caption(self.words.taken, taken, half)])

    # ---- parts of each page -----------------------------------------------------------------------------------------

    def _running_head(self, number: int) -> None:
        """The manifest's code on every page; its number, carrier and day again from the second on."""
        manifest = self.manifest
        self.sheet.running_head(number, one_line(manifest.number), joined(manifest.carrier, manifest.day))

    def _foot(self, number: int, pages: int) -> None:
        sender = self.manifest.ship_from
        words = joined(sender.name, sender.phone, sender.email)
        self.sheet.foot(words, self.words.page.format(number=number, pages=pages))
