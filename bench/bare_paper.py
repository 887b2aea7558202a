"""The papers as somebody would write them who only wants them printed: peers for `bench.paper`.

`label` draws straight on reportlab's canvas, `slip` pours paragraphs and tables into platypus. Both print what ours
print (same texts, same faces embedded, same codes by the same encoder, same page), and nothing is checked, fitted,
cleaned or shaped. Places are written down once, by hand, as one does.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

import reports
from app.documents import Address, PackingSlip, ShippingLabel, SlipLine
from reports.barcodes import Bars, code128, sscc128

_FACES = ("Next-Regular", "Next-SemiBold", "Next-Bold", "Next-ExtraBold", "Mono-Medium", "Mono-Bold")
_HIGH, _WIDE = 152.4, 101.6


@cache
def load_faces() -> None:
    """Reads the house's Latin faces, once a process."""
    for name in _FACES:
        path = Path(reports.__file__).parent / "fonts" / f"AtkinsonHyperlegible{name}.ttf"
        pdfmetrics.registerFont(TTFont(name, str(path)))


def _bars(canvas: Canvas, bars: Bars, left: float, bottom: float, height: float, module: float) -> None:
    """The bars of a code as rectangles; all in points."""
    modules, start = bars.modules, 0
    while (start := modules.find("1", start)) >= 0:
        end = modules.find("0", start)
        end = len(modules) if end < 0 else end
        canvas.rect(left + start * module, bottom, (end - start) * module, height, stroke=0, fill=1)
        start = end


# ---- the label ------------------------------------------------------------------------------------------------------


def label(of: ShippingLabel) -> bytes:
    """The shipping label, 4×6 in."""
    load_faces()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(_WIDE * mm, _HIGH * mm), invariant=1, pageCompression=1)
    canvas.setTitle("Shipping label")

    def text(x: float, y: float, words: str, face: str, size: float) -> None:
        canvas.setFont(face, size)
        canvas.drawString(x * mm, (_HIGH - y) * mm, words)

    def rule(y: float, thickness: float = 0.375) -> None:
        canvas.rect(3.5 * mm, (_HIGH - y - thickness) * mm, 94.6 * mm, thickness * mm, stroke=0, fill=1)

    def bars(code: Bars, y: float, height: float, module: float) -> None:
        _bars(canvas, code, 6.5 * mm, (_HIGH - y - height) * mm, height * mm, module * mm)

    _label_heads(of, text, rule)
    _label_codes(of, text, rule, bars)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _label_heads(of: ShippingLabel, text: Callable[..., None], rule: Callable[..., None]) -> None:
    text(3.5, 12, of.carrier, "Next-ExtraBold", 30)
    text(61.5, 9, of.service, "Next-Bold", 13)
    rule(18.2)
    text(3.5, 21, "FROM", "Next-SemiBold", 6.5)
    for row, words in enumerate((of.ship_from.name, *_lines(of.ship_from))):
        text(3.5, 25 + 3.3 * row, words, "Next-Regular", 8)
    facts = (
        ("Order", of.order_number), ("Parcel", of.parcel), ("Weight", f"{of.weight_g / 1000:.3f} kg"), ("Date", of.date)
    )  # fmt: skip
    for row, (word, value) in enumerate(facts):
        text(61.5, 22.5 + 4.4 * row, word, "Next-Regular", 7.5)
        text(72, 22.5 + 4.4 * row, value, "Next-SemiBold", 9)
    rule(38)
    text(3.5, 41, "SHIP TO", "Next-SemiBold", 6.5)
    text(6.5, 48, of.ship_to.name, "Next-Bold", 17)
    for row, words in enumerate(_lines(of.ship_to)):
        text(6.5, 55 + 6 * row, words, "Next-SemiBold", 15)
    rule(73.6)


def _label_codes(
    of: ShippingLabel, text: Callable[..., None], rule: Callable[..., None], bars: Callable[..., None]
) -> None:
    routing, logistic, tracking = code128(of.routing), sscc128(of.sscc), code128(of.tracking)
    text(3.5, 77, "ROUTING", "Next-SemiBold", 6.5)
    text(20, 77, routing.human, "Mono-Medium", 8)
    bars(routing, 78.6, 10.4, 0.375)
    rule(90.6)
    text(3.5, 94, "SSCC", "Next-SemiBold", 6.5)
    text(20, 94, logistic.human, "Mono-Bold", 10)
    bars(logistic, 96.2, 15, 0.5)
    rule(113.4, 1.25)
    text(3.5, 118, "TRACKING", "Next-SemiBold", 6.5)
    bars(tracking, 119.4, 20, 0.5)
    text(6.5, 145, tracking.human, "Mono-Bold", 14)
    rule(147)
    text(3.5, 150, f"Ref {of.reference}", "Next-Regular", 7)
    text(67, 150, f"Bill {of.billing}", "Next-Regular", 7)


def _lines(of: Address) -> tuple[str, ...]:
    return tuple(filter(None, (of.company, of.line1, of.line2, f"{of.postcode} {of.city}", of.country)))


# ---- the slip -------------------------------------------------------------------------------------------------------

_WIDTH = A4[0] - 36 * mm
_COLUMNS = (34 * mm, _WIDTH - 116 * mm, 16 * mm, 18 * mm, 24 * mm, 24 * mm)
_GREY = colors.Color(0.38, 0.38, 0.38)
_TABLE = [
    ("FONT", (0, 0), (-1, 0), "Next-SemiBold", 8.5), ("TEXTCOLOR", (0, 0), (-1, 0), _GREY),
    ("FONT", (0, 1), (0, -1), "Mono-Medium", 9), ("FONT", (2, 1), (-1, -1), "Next-Regular", 10.5),
    ("FONT", (3, 1), (3, -1), "Next-SemiBold", 10.5), ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, colors.lightgrey), ("LEFTPADDING", (0, 0), (-1, -1), 0),
]  # fmt: skip
_ADDRESSES = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
_SUMS = [("FONT", (0, 0), (-1, -2), "Next-Regular", 10.5), ("FONT", (0, -1), (-1, -1), "Next-Bold", 12.5)]
_RIGHTS = [("ALIGN", (1, 0), (1, -1), "RIGHT"), ("LINEABOVE", (0, -1), (-1, -1), 1, colors.black)]


class _Numbered(Canvas):  # type: ignore[misc]
    """Keeps the pages back until their number is known, the way reportlab's users do it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._kept, start=1):
            self.__dict__.update(state)
            self.setFont("Next-Regular", 9)
            self.drawRightString(A4[0] - 18 * mm, 11 * mm, f"Page {number} of {len(self._kept)}")
            super().showPage()
        super().save()


@cache
def _style(face: str, size: float, right: bool = False, grey: bool = False) -> ParagraphStyle:
    name = f"{face} {size} {right} {grey}"
    colour = _GREY if grey else colors.black
    align = {"alignment": TA_RIGHT} if right else {}
    return ParagraphStyle(name, fontName=face, fontSize=size, leading=size * 1.3, textColor=colour, **align)


def slip(of: PackingSlip) -> bytes:
    """The packing slip, A4, with prices."""
    load_faces()
    buffer = io.BytesIO()
    paper = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=40 * mm, bottomMargin=20 * mm,
        title="Packing slip", invariant=1, pageCompression=1,
    )  # fmt: skip
    code = code128(of.order_code)

    def each(canvas: Canvas, _template: object) -> None:
        _bars(canvas, code, A4[0] - 90 * mm, A4[1] - 31 * mm, 14 * mm, 0.33 * mm)
        canvas.setFont("Mono-Medium", 9)
        canvas.drawString(A4[0] - 90 * mm, A4[1] - 35 * mm, code.human)
        canvas.setFont("Next-Regular", 9)
        canvas.drawString(18 * mm, 11 * mm, f"{of.shop}   ·   {of.ship_from.email}   ·   {of.ship_from.phone}")

    def later(canvas: Canvas, template: object) -> None:
        each(canvas, template)
        canvas.setFont("Next-Bold", 15)
        canvas.drawString(18 * mm, A4[1] - 22 * mm, f"Order {of.order_number}")
        canvas.setFont("Next-Regular", 10)
        canvas.drawString(18 * mm, A4[1] - 29 * mm, of.shop)

    paper.build(_story(of), onFirstPage=each, onLaterPages=later, canvasmaker=_Numbered)
    return buffer.getvalue()


def _story(of: PackingSlip) -> list[Flowable]:
    sums = [[total.label, f"{total.amount:,.2f}"] for total in of.totals]
    sums[-1][1] += f" {of.currency}"
    caption = _style("Next-SemiBold", 8.5, grey=True)
    sender = (*_lines(of.ship_from), of.ship_from.phone, of.ship_from.email)
    places = [
        [
            Paragraph("Ship to", caption),
            Paragraph(of.ship_to.name, _style("Next-Bold", 13)),
            Paragraph("<br/>".join(_lines(of.ship_to)), _style("Next-Regular", 11.5)),
        ],
        [
            Paragraph("From", caption),
            Paragraph(of.ship_from.name, _style("Next-SemiBold", 10.5)),
            Paragraph("<br/>".join(sender), _style("Next-Regular", 10)),
        ],
    ]
    return [
        Paragraph(of.shop, _style("Next-Bold", 19)),
        Paragraph("Packing slip", _style("Next-Regular", 10.5, grey=True)),
        Paragraph(f"Order {of.order_number}", _style("Next-ExtraBold", 27)),
        Paragraph(f"{of.date}   ·   Parcel {of.parcel}   ·   {of.box}", _style("Next-Regular", 10.5)),
        Spacer(1, 8 * mm),
        Table([places], colWidths=[_WIDTH / 2] * 2, style=_ADDRESSES),
        Spacer(1, 9 * mm),
        Table(_rows(of), colWidths=_COLUMNS, repeatRows=1, style=_TABLE),
        Spacer(1, 4 * mm),
        Table(sums, colWidths=[38 * mm, 41 * mm], hAlign="RIGHT", style=_SUMS + _RIGHTS),
        Spacer(1, 6 * mm),
        Paragraph("Note", caption),
        Paragraph(of.note, _style("Next-Regular", 10.5)),
    ]


def _rows(of: PackingSlip) -> list[list[Any]]:
    head = ["SKU", "Item", "Ordered", "Shipped", f"Price\n{of.currency}", f"Total\n{of.currency}"]
    return [head, *map(_row, of.lines)]


def _row(line: SlipLine) -> list[Any]:
    item = [
        Paragraph(line.name, _style("Next-SemiBold", 10.5)),
        Paragraph(line.variant, _style("Next-Regular", 9.5, grey=True)),
    ]
    return [line.sku, item, str(line.ordered), str(line.shipped), f"{line.unit_price:,.2f}", f"{line.total:,.2f}"]
