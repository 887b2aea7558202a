"""The shipping label, 4×6 in (101.6 × 152.4 mm): one drawing for PDF and ZPL, so that both say the same.

From top to bottom: who carries it, who sent it, where it goes, the routing code (not unique), the SSCC as GS1-128 and,
lowest and tallest, the tracking code. The SSCC is drawn with 0.5 mm modules (GS1 General Specifications, 5.4.6.4: at
least 0.495 mm); its bars are 15 mm high where that table wants 31.75 mm, for three codes share this label.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import Address, ShippingLabel
from reports.barcodes import code128, sscc128
from reports.drawings import address
from reports.faces import Weight
from reports.lettering import Style, fits, one_line
from reports.surface import Box, Caption, Ladder, Surface

WIDTH, HEIGHT = 101.6, 152.4
_LEFT, _WIDE = 3.5, 94.6
_CAPTION = Style(Weight.SEMIBOLD, 6.5, 6.5)
_CODES = Ladder(0.375, 0.165)
_MAIN = Ladder(0.5, 0.165)
_LOGISTIC = Ladder(0.51, 0.33)


@dataclass(frozen=True, slots=True)
class _Field:
    """Where a text stands and how it is set."""

    box: Box
    style: Style


def _caption(y: float, words: str) -> Caption:
    return Caption(Box(_LEFT, y, 20, 3), words, _CAPTION)


def _rule(y: float, thickness: float = 0.375) -> Box:
    return Box(_LEFT, y, _WIDE, thickness)


_CARRIER = _Field(Box(_LEFT, 3.2, 55, 14), Style(Weight.EXTRABOLD, 30, 8, 1.15))
_SERVICE = _Field(Box(61.5, 3.2, 36.6, 14), Style(Weight.BOLD, 20, 7, 1.15))
_UNDER_HEAD = _rule(18.2)

_FROM = _caption(19.2, "FROM")
_SENDER = _Field(Box(_LEFT, 22.2, 54, 15.2), Style(Weight.REGULAR, 8, 5.5, 1.15))
_FACT_WORD, _FACT = Style(Weight.REGULAR, 7.5, 7.5), Style(Weight.SEMIBOLD, 9, 5.5, 1.15)
_FACTS = tuple(
    (
        Caption(Box(61.5, 19.9 + row * 4.4, 10.5, 3.8), word, _FACT_WORD),
        _Field(Box(72, 19.6 + row * 4.4, 26.1, 4.2), _FACT),
    )
    for row, word in enumerate(("Order", "Parcel", "Weight", "Date"))
)
_UNDER_SENDER = _rule(38)

_SHIP_TO = _caption(39, "SHIP TO")
_DUPLICATE_FRAME = Box(61.5, 39.6, 36.6, 7.6)
_DUPLICATE = Caption(Box(65.5, 40.2, 30, 6.4), "DUPLICATE", Style(Weight.EXTRABOLD, 14, 14))
_NAME = _Field(Box(6.5, 42.2, 91.6, 8.2), Style(Weight.BOLD, 17, 7, 1.15))
_NAME_BESIDE = _Field(Box(6.5, 42.2, 56.0, 8.2), _NAME.style)
_RECIPIENT = _Field(Box(6.5, 50.4, 91.6, 22.4), Style(Weight.SEMIBOLD, 15, 6, 1.15))
_UNDER_RECIPIENT = _rule(73.6)

_ROUTING = _caption(75, "ROUTING")
_ROUTING_WORDS = _Field(Box(20, 74.1, 78, 3.9), Style(Weight.MONO, 8, 5.5))
_ROUTING_BARS = Box(1.5, 78.6, 98.6, 10.4)
_UNDER_ROUTING = _rule(90.6)

_SSCC = _caption(92.1, "SSCC")
_SSCC_WORDS = _Field(Box(20, 91.3, 78, 4.2), Style(Weight.MONO_BOLD, 10, 8))
_SSCC_BARS = Box(1.5, 96.2, 98.6, 15)

_ABOVE_TRACKING = _rule(113.4, 1.25)
_TRACKING = _caption(115.8, "TRACKING")
_TRACKING_BARS = Box(1.5, 119.4, 98.6, 20)
_TRACKING_WORDS = _Field(Box(_LEFT + 3, 140.4, 91, 6), Style(Weight.MONO_BOLD, 14, 7))
_UNDER_TRACKING = _rule(147)
_REFERENCE = _Field(Box(_LEFT, 147.7, 62, 3.4), Style(Weight.REGULAR, 7, 5.5))
_BILLING = _Field(Box(67, 147.7, 31, 3.4), _REFERENCE.style)
_INDENT = 5


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


def _write(sheet: Surface, field: _Field, text: str) -> None:
    sheet.text(field.box, text, field.style)


def _head(label: ShippingLabel, sheet: Surface) -> None:
    _write(sheet, _CARRIER, one_line(label.carrier))
    _write(sheet, _SERVICE, one_line(label.service))
    sheet.fill(_UNDER_HEAD)


def _sender(label: ShippingLabel, sheet: Surface) -> None:
    sheet.caption(_FROM)
    sender = label.ship_from
    _address(sheet, _SENDER, (one_line(sender.name), *address.street(sender)), sender)
    values = (label.order_number, label.parcel, kilograms(label.weight_g), label.date)
    for (word, field), value in zip(_FACTS, values, strict=True):
        sheet.caption(word)
        _write(sheet, field, one_line(value))
    sheet.fill(_UNDER_SENDER)


def _recipient(label: ShippingLabel, sheet: Surface) -> None:
    sheet.caption(_SHIP_TO)
    if label.duplicate:
        sheet.frame(_DUPLICATE_FRAME, 0.75)
        sheet.caption(_DUPLICATE)
    _write(sheet, _NAME_BESIDE if label.duplicate else _NAME, one_line(label.ship_to.name))
    _address(sheet, _RECIPIENT, address.street(label.ship_to), label.ship_to)
    sheet.fill(_UNDER_RECIPIENT)


def _address(sheet: Surface, field: _Field, above: tuple[str, ...], of: Address) -> None:
    """An address in its box. When it does not fit, the street is cut and marked, never the town."""
    box, style = field.box, field.style
    town = "\n".join(address.place(of))
    whole = "\n".join(filter(None, (*above, town)))
    if fits(whole, style, box.width, box.height):
        sheet.text(box, whole, style)
        return
    share = box.height * 0.35
    sheet.text(Box(box.x, box.y, box.width, box.height - share), "\n".join(above), style)
    sheet.text(Box(box.x, box.y + box.height - share, box.width, share), town, style)


def _routing(label: ShippingLabel, sheet: Surface) -> None:
    if not label.routing:
        return
    bars = code128(label.routing)
    sheet.caption(_ROUTING)
    _write(sheet, _ROUTING_WORDS, bars.human)
    sheet.bars(_ROUTING_BARS, bars, _CODES, _INDENT)
    sheet.fill(_UNDER_ROUTING)


def _sscc(label: ShippingLabel, sheet: Surface) -> None:
    if not label.sscc:
        return
    bars = sscc128(label.sscc)
    sheet.caption(_SSCC)
    _write(sheet, _SSCC_WORDS, bars.human)
    sheet.bars(_SSCC_BARS, bars, _LOGISTIC, _INDENT)


def _tracking(label: ShippingLabel, sheet: Surface) -> None:
    sheet.fill(_ABOVE_TRACKING)
    if label.tracking:
        bars = code128(label.tracking)
        sheet.caption(_TRACKING)
        sheet.bars(_TRACKING_BARS, bars, _MAIN, _INDENT)
        _write(sheet, _TRACKING_WORDS, bars.human)
    sheet.fill(_UNDER_TRACKING)
    _write(sheet, _REFERENCE, _tagged("Ref", label.reference))
    _write(sheet, _BILLING, _tagged("Bill", label.billing))


def _tagged(word: str, value: str) -> str:
    value = one_line(value)
    return f"{word} {value}" if value else ""
