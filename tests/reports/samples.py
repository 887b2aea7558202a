"""Documents as the floor makes them, one of each kind, with defaults that a test changes where it matters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.barcodes import command_code, own_code, sscc
from app.documents import (
    Address,
    BadgeLabel,
    BinLabel,
    CommandCard,
    CommandEntry,
    Document,
    Manifest,
    ManifestRow,
    PackingSlip,
    ReorderList,
    ReorderRow,
    ReorderSupplier,
    ReturnForm,
    ReturnFormLine,
    ShippingLabel,
    SlipLine,
    SlipTotal,
    ToteLabel,
)

SHOP = Address(
    "Fernlight Goods",
    line1="Hafenstraße 12",
    postcode="20457",
    city="Hamburg",
    country="DE",
    phone="+49 40 5550100",
    email="hello@fernlight.example",
)
LENA = Address(
    "Lena Hoffmann", line1="Lindenallee 7", line2="Hinterhaus", postcode="10119", city="Berlin", country="DE"
)
_GOODS = (
    ("MUG-350-SG", "Ceramic mug 350 ml", "Speckled grey", 2, "14.50"),
    ("TEA-100-RH", "Tea tin 100 g", "Rosehip", 1, "9.90"),
    ("SOAP-090-RC", "Soap bar 90 g", "Rose clay", 2, "6.25"),
    ("NOTE-A5-GR", "Notebook A5, dotted, 160 pages, thread-bound with ribbon", "Moss green", 1, "18.00"),
    ("CNDL-200-AM", "Candle 200 g", "Amber", 1, "22.00"),
)


def slip_line(index: int) -> SlipLine:
    sku, name, variant, quantity, price = _GOODS[index % len(_GOODS)]
    unit = Decimal(price)
    return SlipLine(sku, name, variant, quantity, quantity, unit, unit * quantity)


def slip(lines: int = 5, **changes: object) -> PackingSlip:
    rows = tuple(slip_line(i) for i in range(lines))
    goods = sum((row.total for row in rows if row.total is not None), Decimal(0))
    document = PackingSlip(
        order_number="10482",
        order_code=own_code("O10482"),
        date="2 March 2026",
        shop="Fernlight Goods",
        ship_from=SHOP,
        ship_to=LENA,
        lines=rows,
        totals=(
            SlipTotal("Subtotal", goods),
            SlipTotal("Shipping", Decimal("4.90")),
            SlipTotal("Total", goods + Decimal("4.90"), strong=True),
        ),
        currency="EUR",
        note="Please leave the parcel with the neighbours at number 9.",
        parcel="1 of 1",
        box="Box M",
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def shipping_label(**changes: object) -> ShippingLabel:
    document = ShippingLabel(
        carrier="Nordpost",
        service="Parcel Standard",
        ship_from=SHOP,
        ship_to=LENA,
        tracking="NP004211893DE",
        sscc=sscc(3, "4012345", 1204),
        routing="DE10119-A4",
        weight_g=1284,
        order_number="10482",
        parcel="1 of 1",
        date="2 March 2026",
        reference="PO 7731",
        billing="Sender",
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def bin_label(**changes: object) -> BinLabel:
    return replace(BinLabel(own_code("LB1204C"), ("B12", "04", "C"), "up"), **changes)  # type: ignore[arg-type]


def tote_label(**changes: object) -> ToteLabel:
    return replace(ToteLabel(own_code("T0417"), "Tote 417"), **changes)  # type: ignore[arg-type]


def badge(**changes: object) -> BadgeLabel:
    return replace(BadgeLabel(own_code("U7Q2MXK4T9RBW3ZC6D"), "Jonas Weber", "Packer"), **changes)  # type: ignore[arg-type]


_COMMANDS = (
    ("UNDO", "Take the last accepted scan back"),
    ("CLEAR", "Leave an error message"),
    ("SKIP", "Aisle blocked: come back to this stop later"),
    ("SHORT", "Fewer here than wanted; then scan how many"),
    ("DAMAGED", "The item in your hand is damaged"),
    ("DONE", "Finish this step"),
    ("REPRINT", "Print the same label again"),
    ("NEWTOTE", "This tote is full, use one more"),
    ("PARK", "Send the tote to the problem shelf"),
    ("HELP", "Call the shift lead"),
    ("HOME", "Back to the first screen"),
    ("OUT", "Sign out"),
)


def command_card(entries: int = 12, **changes: object) -> CommandCard:
    rows = []
    for i in range(entries):
        if i < len(_COMMANDS):
            word, meaning = _COMMANDS[i]
            rows.append(CommandEntry(command_code(word), word.capitalize(), meaning))
        else:
            rows.append(CommandEntry(own_code(f"QTY{i}"), str(i), f"Sets the count to {i}"))
    return replace(CommandCard("Packer", tuple(rows)), **changes)  # type: ignore[arg-type]


_PLACES = (("DE", "10119"), ("AT", "1010"), ("PL", "00-001"), ("GB", "SW1A 1AA"), ("DE", "04109"))


def manifest_row(index: int) -> ManifestRow:
    country, postcode = _PLACES[index % len(_PLACES)]
    return ManifestRow(
        tracking=own_code(f"PB{index + 1:010d}"),
        sscc=sscc(3, "4012345", index + 1),
        service=("Parcel", "Parcel", "Express")[index % 3],
        weight_g=412 + 37 * index,
        country=country,
        postcode=postcode,
        reference=str(10480 + index),
    )


def manifest(parcels: int = 7, **changes: object) -> Manifest:
    document = Manifest(
        number="M000042",
        code=own_code("M000042"),
        carrier="Nordpost",
        day="2026-03-02",
        closed_at="2026-03-02 16:05",
        ship_from=SHOP,
        rows=tuple(manifest_row(i) for i in range(parcels)),
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def reorder_row(index: int) -> ReorderRow:
    sku, name, _, _, _ = _GOODS[index % len(_GOODS)]
    return ReorderRow(f"{sku}-{index}", name, 12 + index, 9, 6 * (index % 3), 40, 120 + index, 12, 96 + 12 * index)


def reorder_list(products: int = 5, **changes: object) -> ReorderList:
    rows = tuple(reorder_row(i) for i in range(products))
    suppliers = (ReorderSupplier("Töpferei Brandt", rows[::2]), ReorderSupplier("", rows[1::2]))
    document = ReorderList("Fernlight Goods", "2026-03-02", own_code("REORDER20260302"), suppliers)
    return replace(document, **changes)  # type: ignore[arg-type]


def return_form(lines: int = 3, **changes: object) -> ReturnForm:
    reasons = ("too small", "damaged", "", "wrong colour")
    rows = (slip_line(i) for i in range(lines))
    document = ReturnForm(
        number="4711",
        code=own_code("RMA4711"),
        order_number="10482",
        date="2026-03-09",
        shop="Fernlight Goods",
        send_to=SHOP,
        customer=LENA,
        lines=tuple(
            ReturnFormLine(r.sku, r.name, r.variant, r.ordered, reasons[i % len(reasons)]) for i, r in enumerate(rows)
        ),
        wish="Refund",
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def every_kind() -> tuple[Document, ...]:
    """One document of each kind, and the variants that are drawn differently."""
    return (
        slip(),
        slip(lines=42),
        slip(gift=True, gift_message="Happy birthday, Lena!\nSee you on Sunday.", duplicate=True),
        shipping_label(),
        shipping_label(duplicate=True, tracking="991234567890123456", routing=""),
        bin_label(),
        bin_label(arrow="down", parts=("Z01",)),
        bin_label(arrow="", parts=()),
        tote_label(),
        badge(),
        command_card(),
        command_card(entries=30),
        manifest(),
        manifest(parcels=90),
        return_form(),
        return_form(lines=40, wish=""),
        return_form(language="es"),
        slip(language="de"),
        slip(language="pl", duplicate=True),
        reorder_list(),
        reorder_list(products=70),
        reorder_list(suppliers=()),
    )
