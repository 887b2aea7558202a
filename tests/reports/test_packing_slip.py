"""The paper in the box: complete, calm, and silent about money when it is a gift."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from app.documents import Address, PackingSlip, SlipLine, SlipTotal
from reports.faces import Weight
from reports.lettering import clean, readable
from reports.slips.packing_slip import render
from reports.words import SLIP_WORDS, Numbers, SlipWords, money
from tests.reports.hostile import PAYLOADS
from tests.reports.reading import Counted, codes, pictures, texts
from tests.reports.samples import slip, slip_line


def test_every_page_carries_its_order_its_code_and_its_number(counted: Counted) -> None:
    document = slip(lines=42)
    pdf = render(document)
    pages = texts(pdf)
    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 4" in page
        assert "Order 10482" in page
        assert "Fernlight Goods" in page
        assert page.count("Shipped") == 1
    found = [codes(picture) for picture in pictures(pdf)]
    assert found == [[("Code 128", document.order_code)]] * 4
    counted("packing slip", 4)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_slip_is_as_large_as_its_paper(paper: str) -> None:
    width, height = pictures(render(slip(), paper), dpi=72)[0].size
    assert (width, height) == {"A4": (596, 842), "Letter": (612, 792)}[paper]


def test_a_slip_names_goods_numbers_and_prices() -> None:
    page = texts(render(slip()))[0]
    for words in (
        "Lena Hoffmann",
        "10119 Berlin",
        "Hafenstraße 12",
        "MUG-350-SG",
        "Ceramic mug 350 ml",
        "Speckled grey",
        "14.50",
        "29.00",
        "Subtotal",
        "91.40",
        "Shipping",
        "4.90",
        "96.30 EUR",
        "Parcel 1 of 1",
        "2 March 2026",
        "neighbours at number 9",
    ):
        assert words in page, words


def test_a_gift_says_nothing_of_money() -> None:
    document = slip(gift=True, gift_message="Happy birthday, Lena!")
    page = texts(render(document))[0]
    assert "Happy birthday, Lena!" in page
    assert "A gift for you" in page
    goods = {line.unit_price for line in document.lines} | {line.total for line in document.lines}
    figures = [money(amount, "EUR") for amount in goods if amount is not None] + ["96.30", "91.40", "4.90"]
    for word in (*figures, "EUR", "Price", "Total", "Subtotal", "Shipping", "Paid", "Payment", "Tax", "Discount"):
        assert word not in page, word


def test_a_gift_is_the_same_paper_whatever_it_cost() -> None:
    dear = tuple(replace(slip_line(i), unit_price=Decimal(999), total=Decimal(999)) for i in range(5))
    assert render(slip(gift=True)) == render(replace(slip(gift=True, totals=(), currency="USD"), lines=dear))


def test_a_second_print_is_marked() -> None:
    assert "DUPLICATE" not in "".join(texts(render(slip(lines=42))))
    assert [page.count("DUPLICATE") for page in texts(render(slip(lines=42, duplicate=True)))] == [1, 1, 1, 1]


def test_a_slip_speaks_its_customers_language() -> None:
    page = texts(render(slip(language="de")))[0]
    for words in (
        "Lieferschein",
        "Bestellung 10482",
        "Lieferadresse",
        "DEUTSCHLAND",
        "Zwischensumme",
        "96,30 EUR",
        "Seite 1 von 1",
        "Ceramic mug 350 ml",
    ):
        assert words in page, words
    for word in ("Packing", "Order", "Ship to", "GERMANY", "Subtotal", "96.30", "Page"):
        assert word not in page, word


def test_a_language_that_nobody_wrote_is_english() -> None:
    assert render(slip(language="tlh")) == render(slip())


@pytest.mark.parametrize("words", SLIP_WORDS.values(), ids=list(SLIP_WORDS))
def test_every_language_has_all_words_and_room_for_them(words: SlipWords) -> None:
    english = SLIP_WORDS["en"]
    totals = tuple(SlipTotal(label, Decimal(1)) for label in ("Subtotal", "Discount", "Shipping", "Tax", "Total"))
    page = texts(render(slip(totals=totals, duplicate=True, language=words.language)))[0]
    for name in (
        "title",
        "order",
        "ship_to",
        "sender",
        "parcel",
        "item",
        "sku",
        "ordered",
        "shipped",
        "price",
        "total",
    ):
        assert getattr(words, name) in page, name
    for total in totals:
        assert words.totals.get(total.label, total.label) in page
    assert words.duplicate in page
    if words is not english:
        assert words.totals.keys() == {total.label for total in totals}
        assert all(getattr(words, name) != getattr(english, name) for name in ("title", "order", "page", "gift"))


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12.5", "EUR", "12.50"),
        ("1234567.891", "USD", "1,234,567.891"),
        ("1200", "JPY", "1,200"),
        ("1.5", "KWD", "1.500"),
        ("-3", "EUR", "-3.00"),
        ("0", "", "0.00"),
        ("NaN", "EUR", "NaN"),
        ("1E+40", "EUR", "1E+40"),
        ("100", "EUR", "100.00"),
    ],
)
def test_money_has_its_currencys_digits(amount: str, currency: str, shown: str) -> None:
    assert money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("amount", "numbers", "shown"),
    [
        ("1234.5", Numbers(",", "."), "1.234,50"),
        ("1234.5", Numbers(",", ".", 5), "1234,50"),
        ("-1234567.5", Numbers(",", "\xa0", 5), "-1\xa0234\xa0567,50"),
        ("12345", Numbers(",", ".", 5), "12.345,00"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount: str, numbers: Numbers, shown: str) -> None:
    assert money(Decimal(amount), "EUR", numbers) == shown


def hostile_slip() -> tuple[PackingSlip, tuple[SlipLine, ...]]:
    """Each hostile text as a name, a variant and a SKU; four of them as address, note, message and totals."""
    rows = tuple(SlipLine(text, text, text, 1, 1, Decimal(1), Decimal(1)) for text in PAYLOADS)
    return slip(lines=0, totals=tuple(SlipTotal(text, Decimal(1)) for text in PAYLOADS[::9])), rows


def test_everything_that_was_written_is_printed() -> None:
    base, rows = hostile_slip()
    pages = "".join(texts(render(replace(base, lines=rows))))
    wanted: Counter[str] = Counter()
    for text in PAYLOADS:
        for weight in (Weight.SEMIBOLD, Weight.REGULAR, Weight.MONO):
            wanted.update(folded(readable(clean(text), weight)))
    missing = wanted - Counter(folded(pages))
    assert sorted(missing.elements()) == []


def folded(text: str) -> str:
    """Text as the reading library can give it back: it opens ligatures, turns brackets, drops joiners and hyphens."""
    text = unicodedata.normalize("NFKC", text.translate(str.maketrans(")]}>⟩", "([{<⟨", "-\u200c\u200d")))
    return "".join(text.split())


@pytest.mark.parametrize("field", [field.name for field in fields(PackingSlip) if field.type == "str"])
def test_a_long_text_anywhere_never_loses_the_code(field: str) -> None:
    if field == "order_code":
        return
    document = slip(lines=2, **{field: "Überlänge & <b>mehr</b> " * 300}, duplicate=True, gift=field == "gift_message")
    pdf = render(document)
    first = pictures(pdf, dpi=200)[0]
    assert codes(first) == [("Code 128", document.order_code)]


def test_a_long_address_goes_on_over_pages() -> None:
    long = Address(*("Wörtlich " * 400,) * 10)
    pages = texts(render(slip(ship_to=long, ship_from=long)))
    assert "".join(pages).count("Wörtlich") >= 10 * 400
