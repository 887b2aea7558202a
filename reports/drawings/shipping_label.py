"""The shipping label, 4×6 in (101.6 × 152.4 mm): one drawing for PDF and ZPL, so that both say the same.

From top to bottom: who carries it, who sent it, where it goes, the routing code (not unique), the SSCC as GS1-128 and,
lowest and tallest, the tracking code. The SSCC is drawn with 0.5 mm modules (GS1 General Specifications, 5.4.6.4: at
least 0.495 mm); its bars are 15 mm high where that table wants 31.75 mm, for three codes share this label.
"""

from __future__ import annotations

from app.documents import Address, ShippingLabel
from reports.barcodes import code128, sscc128
from reports.drawings import address
from reports.faces import Weight
from reports.lettering import Style, fit, one_line
from reports.surface import Box, Ladder, Surface

WIDTH, HEIGHT = 101.6, 152.4
_LEFT, _WIDE = 3.5, 94.6
_CAPTION = Style(Weight.SEMIBOLD, 6.5, 6.5)
_SMALL = Style(Weight.REGULAR, 8, 5.5, 1.15)
_FACT = Style(Weight.SEMIBOLD, 9, 5.5, 1.15)
_CODES = Ladder(0.375, 0.165)
_MAIN = Ladder(0.5, 0.165)
_LOGISTIC = Ladder(0.51, 0.33)


def barcodes(label: ShippingLabel) -> tuple[str, ...]:
    """What scanners report of this label, from top to bottom."""
    found = [label.routing, "00" + label.sscc if label.sscc else "", label.tracking]
    return tuple(filter(None, found))


def draw(label: ShippingLabel, sheet: Surface) -> None:
    """The whole label. ValueError for a code that can't be encoded or does not fit; text always finds a way."""
    _head(label, sheet)
    _sender(label, sheet)
    _recipient(label, sheet)
    _routing(label, sheet)
    _sscc(label, sheet)
    _tracking(label, sheet)


def kilograms(weight_g: int) -> str:
    """A weight as people read it: 1284 becomes "1.284 kg"."""
    return f"{weight_g // 1000}.{weight_g % 1000:03d} kg"


def _rule(sheet: Surface, y: float, thickness: float = 0.375) -> None:
    sheet.fill(Box(_LEFT, y, _WIDE, thickness))


def _head(label: ShippingLabel, sheet: Surface) -> None:
    sheet.text(Box(_LEFT, 3.2, 55, 14), one_line(label.carrier), Style(Weight.EXTRABOLD, 30, 8, 1.15))
    sheet.text(Box(61.5, 3.2, 36.6, 14), one_line(label.service), Style(Weight.BOLD, 20, 7, 1.15))
    _rule(sheet, 18.2)


def _sender(label: ShippingLabel, sheet: Surface) -> None:
    sheet.text(Box(_LEFT, 19.2, 20, 3), "FROM", _CAPTION)
    sender = label.ship_from
    _address(sheet, Box(_LEFT, 22.2, 54, 15.2), (one_line(sender.name), *address.street(sender)), sender, _SMALL)
    facts = (
        ("Order", label.order_number),
        ("Parcel", label.parcel),
        ("Weight", kilograms(label.weight_g)),
        ("Date", label.date),
    )
    for row, (word, value) in enumerate(facts):
        y = 19.6 + row * 4.4
        sheet.text(Box(61.5, y + 0.3, 10.5, 3.8), word, Style(Weight.REGULAR, 7.5, 7.5))
        sheet.text(Box(72, y, 26.1, 4.2), one_line(value), _FACT)
    _rule(sheet, 38)


def _recipient(label: ShippingLabel, sheet: Surface) -> None:
    sheet.text(Box(_LEFT, 39, 20, 3), "SHIP TO", _CAPTION)
    if label.duplicate:
        sheet.frame(Box(61.5, 39.6, 36.6, 7.6), 0.75)
        sheet.text(Box(65.5, 40.2, 30, 6.4), "DUPLICATE", Style(Weight.EXTRABOLD, 14, 14))
    narrow = 56.0 if label.duplicate else 91.6
    sheet.text(Box(6.5, 42.2, narrow, 8.2), one_line(label.ship_to.name), Style(Weight.BOLD, 17, 7, 1.15))
    style = Style(Weight.SEMIBOLD, 15, 6, 1.15)
    _address(sheet, Box(6.5, 50.4, 91.6, 22.4), address.street(label.ship_to), label.ship_to, style)
    _rule(sheet, 73.6)


def _address(sheet: Surface, box: Box, above: tuple[str, ...], of: Address, style: Style) -> None:
    """An address in its box. When it does not fit, the street is cut and marked, never the town."""
    town = "\n".join(address.place(of))
    whole = "\n".join(filter(None, (*above, town)))
    if not fit(whole, style, box.width, box.height).hidden:
        sheet.text(box, whole, style)
        return
    share = box.height * 0.35
    sheet.text(Box(box.x, box.y, box.width, box.height - share), "\n".join(above), style)
    sheet.text(Box(box.x, box.y + box.height - share, box.width, share), town, style)


def _routing(label: ShippingLabel, sheet: Surface) -> None:
    if not label.routing:
        return
    bars = code128(label.routing)
    sheet.text(Box(_LEFT, 75, 16, 3), "ROUTING", _CAPTION)
    sheet.text(Box(20, 74.1, 78, 3.9), bars.human, Style(Weight.MONO, 8, 5.5))
    sheet.bars(Box(1.5, 78.6, 98.6, 10.4), bars, _CODES, 5)
    _rule(sheet, 90.6)


def _sscc(label: ShippingLabel, sheet: Surface) -> None:
    if not label.sscc:
        return
    bars = sscc128(label.sscc)
    sheet.text(Box(_LEFT, 92.1, 16, 3), "SSCC", _CAPTION)
    sheet.text(Box(20, 91.3, 78, 4.2), bars.human, Style(Weight.MONO_BOLD, 10, 8))
    sheet.bars(Box(1.5, 96.2, 98.6, 15), bars, _LOGISTIC, 5)


def _tracking(label: ShippingLabel, sheet: Surface) -> None:
    sheet.fill(Box(_LEFT, 113.4, _WIDE, 1.25))
    if label.tracking:
        bars = code128(label.tracking)
        sheet.text(Box(_LEFT, 115.8, 20, 3), "TRACKING", _CAPTION)
        sheet.bars(Box(1.5, 119.4, 98.6, 20), bars, _MAIN, 5)
        sheet.text(Box(_LEFT + 3, 140.4, 91, 6), bars.human, Style(Weight.MONO_BOLD, 14, 7))
    _rule(sheet, 147)
    sheet.text(Box(_LEFT, 147.7, 62, 3.4), _tagged("Ref", label.reference), Style(Weight.REGULAR, 7, 5.5))
    sheet.text(Box(67, 147.7, 31, 3.4), _tagged("Bill", label.billing), Style(Weight.REGULAR, 7, 5.5))


def _tagged(word: str, value: str) -> str:
    value = one_line(value)
    return f"{word} {value}" if value else ""
