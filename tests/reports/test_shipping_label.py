"""The label that travels: the same content on PDF and ZPL, codes that read, text that fits."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import Address, ShippingLabel
from reports.drawings.shipping_label import kilograms
from reports.labels import shipping_label_pdf, shipping_label_zpl
from reports.lettering import one_line
from reports.zpl_fields import Field
from reports.zpl_fields import fields as fields_of
from tests.reports.hostile import PAYLOADS
from tests.reports.reading import Counted, codes, pictures, texts
from tests.reports.samples import shipping_label

TEXTS = ("carrier", "service", "order_number", "parcel", "date", "reference", "billing")
ADDRESS = tuple(field.name for field in fields(Address))
CODES = [("Code 128", "DE10119-A4"), ("GS1-128", "00340123450000012041"), ("Code 128", "NP004211893DE")]


def hostile_label(turn: int) -> tuple[ShippingLabel, list[str]]:
    """A label with a hostile text in every field; over all turns every text stands in every field once."""
    names = [*TEXTS, *(f"{side}.{name}" for side in ("ship_from", "ship_to") for name in ADDRESS)]
    chosen = {name: PAYLOADS[(turn + 7 * i) % len(PAYLOADS)] for i, name in enumerate(names)}
    sides = {side: Address(**{name: chosen[f"{side}.{name}"] for name in ADDRESS}) for side in ("ship_from", "ship_to")}
    label = shipping_label(**{name: chosen[name] for name in TEXTS}, **sides, duplicate=turn % 2 == 0)
    return label, list(chosen.values())


def test_a_label_reads_from_top_to_bottom(counted: Counted) -> None:
    for dpi in (203, 300):
        picture = pictures(shipping_label_pdf.render(shipping_label(), dpi))[0]
        assert codes(picture) == CODES
        counted("shipping label PDF", 3)


def test_a_label_is_four_by_six_inches() -> None:
    assert pictures(shipping_label_pdf.render(shipping_label()), dpi=100)[0].size == (400, 600)


def test_both_printers_say_the_same() -> None:
    label = shipping_label(duplicate=True)
    page = texts(shipping_label_pdf.render(label))[0]
    for dpi in (203, 300):
        printed = [field.data for field in fields_of(shipping_label_zpl.render(label, dpi)) if field.kind == "text"]
        assert sorted(" ".join(page.split()).split(" ")) == sorted(" ".join(printed).split(" "))
    for words in (
        "Nordpost",
        "Parcel",
        "Standard",
        "Fernlight Goods",
        "Lena Hoffmann",
        "Lindenallee 7",
        "10119 Berlin",
        "10482",
        "1 of 1",
        "1.284 kg",
        "2 March 2026",
        "DE10119-A4",
        "(00) 3 4012345 000001204 1",
        "NP004211893DE",
        "Ref PO 7731",
        "Bill Sender",
        "DUPLICATE",
    ):
        assert words in page, words


def test_only_a_second_print_is_marked() -> None:
    assert "DUPLICATE" not in texts(shipping_label_pdf.render(shipping_label()))[0]
    assert b"DUPLICATE" not in shipping_label_zpl.render(shipping_label())


def test_the_tracking_code_is_the_lowest_and_the_tallest() -> None:
    found = [field for field in fields_of(shipping_label_zpl.render(shipping_label())) if "128" in field.kind]
    assert [field.data for field in found] == [value for _, value in CODES]
    assert [field.y for field in found] == sorted(field.y for field in found)


def test_the_sscc_has_modules_of_half_a_millimetre() -> None:
    assert b"^BY4,3," in shipping_label_zpl.render(shipping_label())
    assert b"^BY6,3," in shipping_label_zpl.render(shipping_label(), 300)


@pytest.mark.parametrize("absent", ["routing", "sscc", "tracking"])
def test_a_missing_code_leaves_the_others_where_they_are(absent: str) -> None:
    label = replace(shipping_label(), **{absent: ""})
    place = ("routing", "sscc", "tracking").index(absent)
    expected = CODES[:place] + CODES[place + 1 :]
    assert codes(pictures(shipping_label_pdf.render(label))[0]) == expected
    assert shipping_label_pdf.barcodes(label) == tuple(value for _, value in expected)


def test_weights_read_as_kilograms() -> None:
    assert [kilograms(g) for g in (0, 7, 999, 1284, 31500)] == [
        "0.000 kg",
        "0.007 kg",
        "0.999 kg",
        "1.284 kg",
        "31.500 kg",
    ]


@pytest.mark.parametrize("turn", range(len(PAYLOADS)))
def test_a_hostile_text_stays_a_text_in_every_field(turn: int) -> None:
    label, sent = hostile_label(turn)
    zpl = shipping_label_zpl.render(label)
    found = fields_of(zpl)
    own = {"FROM", "SHIP TO", "ROUTING", "SSCC", "TRACKING", "DUPLICATE", "Order", "Parcel", "Weight", "Date"}
    own |= {kilograms(label.weight_g), "(00) 3 4012345 000001204 1", label.routing, label.tracking}
    given_texts = squeezed("\0".join(one_line(text) for text in sent) + f"Ref {one_line(label.reference)}\0")
    given_texts += squeezed(f"Bill {one_line(label.billing)}\0{place(label.ship_from)}\0{place(label.ship_to)}")
    for field in found:
        if field.kind == "text" and field.data not in own:
            assert squeezed(shown(field)) in given_texts, field
    assert [(field.kind, field.data) for field in found if "128" in field.kind] == [
        ("code128", label.routing),
        ("gs1-128", "00" + label.sscc),
        ("code128", label.tracking),
    ]
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == 1
    assert b"~" not in zpl


@pytest.mark.parametrize("turn", range(0, len(PAYLOADS), 23))
def test_a_hostile_text_never_covers_a_code(turn: int, counted: Counted) -> None:
    label, _ = hostile_label(turn)
    assert codes(pictures(shipping_label_pdf.render(label))[0]) == CODES
    counted("shipping label PDF", 3)


PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24)


@settings(max_examples=100)
@given(PRINTABLE, PRINTABLE)
def test_any_printable_tracking_reaches_the_printer_whole(tracking: str, routing: str) -> None:
    label = shipping_label(tracking=tracking, routing=routing)
    found = [field.data for field in fields_of(shipping_label_zpl.render(label)) if field.kind == "code128"]
    assert found == [routing, tracking]


def test_a_code_too_long_for_the_label_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="too long for a field of 99 mm"):
        shipping_label_pdf.render(shipping_label(tracking="x" * 60))


def place(address: Address) -> str:
    return " ".join(filter(None, map(one_line, (address.postcode, address.city, address.region))))


def shown(field: Field) -> str:
    """The text of a field without the mark that counts what is missing; a wrapped mark may begin anywhere."""
    text = field.data.partition("…")[0] if "(+" in field.data else field.data
    return "" if text.endswith("characters)") else text


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_long_street_never_hides_the_town() -> None:
    long = replace(shipping_label().ship_to, line1="Am Ende der sehr langen Straße 1234 " * 40)
    page = texts(shipping_label_pdf.render(shipping_label(ship_to=long, ship_from=long)))[0]
    assert page.count("10119 Berlin") == 2
    assert page.count("characters)") == 2
