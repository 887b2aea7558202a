"""Demo orders as two shops would export them: Shopify and WooCommerce JSON, the same for the same seed.

Names and addresses are invented; the streets are common ones, the mail addresses end in `.example`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

REFERENCE = "10482"
"""The order of the pictures: three lines, five units (2, 1, 2); the most urgent one, so it is picked first."""
FIRST_NUMBER = 10470
FIRST_MOMENT = datetime(2026, 3, 2, 6, 12, tzinfo=UTC)
CENT = Decimal("0.01")
TAX = Decimal("0.19")

PRICES = {
    "MUG-350-SG": ("Ceramic mug 350 ml - Speckled grey", "14.90"),
    "MUG-350-SB": ("Ceramic mug 350 ml - Sea blue", "14.90"),
    "MUG-350-RU": ("Ceramic mug 350 ml - Rust", "14.90"),
    "TEA-RH-100": ("Tea tin 100 g - Rosehip", "8.50"),
    "TEA-GR-100": ("Tea tin 100 g - Green sencha", "9.20"),
    "SOAP-90-RC": ("Soap bar 90 g - Rose clay", "5.40"),
    "SOAP-90-LV": ("Soap bar 90 g - Lavender", "5.40"),
    "CANDLE-AM": ("Scented candle 180 g - Amber", "19.00"),
    "CANDLE-SG": ("Scented candle 180 g - Sage", "19.00"),
    "NOTE-A5-GN": ("Notebook A5 dotted - Forest green", "11.50"),
    "NOTE-A5-RD": ("Notebook A5 dotted - Brick red", "11.50"),
    "BOTTLE-BL": ("Steel bottle 500 ml - Sky blue", "24.90"),
    "BOTTLE-SG": ("Steel bottle 500 ml - Sage", "24.90"),
    "BOWL-WH": ("Porcelain bowl - White", "16.50"),
    "APRON-GN": ("Linen apron - Olive green", "34.00"),
    "BEANIE-MU": ("Merino beanie - Mustard", "27.00"),
    "BEANIE-NV": ("Merino beanie - Navy", "27.00"),
    "GLOVES-PL": ("Wool gloves - Plum", "29.00"),
    "SCARF-WO": ("Wool scarf - Oatmeal", "45.00"),
    "SHIRT-NV": ("Organic T-shirt - Navy", "25.00"),
    "SOCKS-ST": ("Striped socks", "9.90"),
    "TOWEL-LI": ("Linen towel - Natural", "22.00"),
    "TOTE-CV": ("Canvas tote bag", "12.00"),
    "BOOK-AT": ("Walking atlas of the Alps", "39.00"),
    "BOOK-GA": ("The small kitchen garden", "18.00"),
    "BRUSH-SET": ("Bamboo brush set", "13.50"),
    "BOARD-OAK": ("Oak cutting board", "42.00"),
    "KNIFE-CH": ("Chef’s knife", "69.00"),
    "POWER-10": ("Power bank 10,000 mAh", "39.90"),
    "CABLE-USB": ("USB-C cable 1.5 m", "14.50"),
    "COFFEE-250": ("Coffee beans 250 g", "9.80"),
    "PUZZLE-1K": ("Jigsaw puzzle 1,000 pieces", "21.00"),
    "PENS-5": ("Drawing pen set", "16.90"),
    "POT-TC": ("Plant pot - Terracotta", "12.90"),
    "CHOC-70": ("Dark chocolate 70 %", "4.20"),
    "CHOC-MK": ("Milk chocolate 38 %", "3.90"),
    "VASE-WH": ("Bud vase - Matt white", "23.00"),
    "PAPER-SET": ("Handgeschöpftes Briefpapier-Geschenkset mit Umschlägen und Siegelwachs", "32.00"),
}
"""What the demo shop sells, as it calls it. The other products of the table are never ordered."""

PEOPLE = (
    ("Lena", "Hoffmann", "Lindenstraße 27", "Berlin", "", "10969", "DE"),
    ("Paul", "Schröder", "Eppendorfer Weg 112", "Hamburg", "", "20259", "DE"),
    ("Katharina", "Vogel", "Sendlinger Straße 8", "München", "", "80331", "DE"),
    ("Jan-Ole", "Petersen", "Holtenauer Straße 61a", "Kiel", "", "24105", "DE"),
    ("Aylin", "Öztürk", "Venloer Straße 240", "Köln", "", "50823", "DE"),
    ("Maximilian", "Gruber", "Neubaugasse 14/9", "Wien", "", "1070", "AT"),
    ("Céline", "Dubois", "12 Rue des Martyrs", "Paris", "", "75009", "FR"),
    ("Mathieu", "Lefèvre", "48 Cours Lafayette", "Lyon", "", "69003", "FR"),
    ("Sanne", "de Vries", "Prinsengracht 301", "Amsterdam", "", "1016 HX", "NL"),
    ("Agnieszka", "Wójcik", "ul. Długa 44", "Kraków", "", "31-147", "PL"),
    ("Marta", "García López", "Calle de Alcalá 85", "Madrid", "Madrid", "28009", "ES"),
    ("Giulia", "Ferrari", "Via Garibaldi 17", "Torino", "TO", "10122", "IT"),
    ("Nils", "Lindqvist", "Drottninggatan 33", "Göteborg", "", "411 14", "SE"),
    ("Søren", "Kjær", "Vesterbrogade 76", "København", "", "1620", "DK"),
    ("Eva", "Nováková", "Vinohradská 52", "Praha", "", "120 00", "CZ"),
    ("Sibylle", "Brunner", "Langstrasse 135", "Zürich", "", "8004", "CH"),
    ("Oliver", "Whitfield", "14 Marlborough Road", "Bristol", "", "BS6 5NA", "GB"),
    ("Emily", "Carter", "2210 Maple Avenue", "Portland", "OR", "97214", "US"),
)
"""First name, last name, street, city, region, postcode, country."""
MESSAGES = (
    "Happy birthday, Lena!",
    "Alles Liebe zum Einzug, eure Nachbarn",
    "Thank you for the lovely weekend. See you in spring!",
    "Für die beste Oma der Welt",
    "Joyeux anniversaire, Camille",
)


@dataclass(slots=True)
class Draft:
    """A demo order before a shop wrote it down."""

    number: str
    person: tuple[str, str, str, str, str, str, str]
    placed_at: datetime
    lines: list[tuple[str, int]]
    express: bool = False
    message: str = ""
    hide_prices: bool = False
    paid: bool = True
    note: str = ""
    prices: dict[str, tuple[str, str]] = field(default_factory=lambda: PRICES)

    @property
    def key(self) -> int:
        """The shop's own id."""
        return 6_100_000_000_000 + int(self.number) * 4_099


def drafts(orders: int, seed: int) -> list[Draft]:
    """`orders` demo orders, among them the reference order and, from six on, one of each that can't be released.

    The held ones: a missing postcode, a missing house number, an unknown product, one that is not paid.
    """
    chance = random.Random(seed)
    numbers = [n for n in range(FIRST_NUMBER, FIRST_NUMBER + orders) if str(n) != REFERENCE]
    made = [_draft(chance, n, i) for i, n in enumerate(numbers[: max(orders - 1, 0)])]
    if orders >= 6:
        _spoil(made)
    if orders:
        made.append(_reference())
    return sorted(made, key=lambda d: int(d.number))


def _draft(chance: random.Random, number: int, index: int) -> Draft:
    count = chance.choices((1, 2, 3, 4), (3, 4, 4, 2))[0]
    lines = [(sku, chance.choices((1, 2, 3), (7, 3, 1))[0]) for sku in chance.sample(sorted(PRICES), count)]
    draft = Draft(
        str(number), chance.choice(PEOPLE), FIRST_MOMENT + timedelta(minutes=9 * index + chance.randrange(9)), lines,
        express=chance.random() < 0.15,
    )  # fmt: skip
    if index % 5 == 2:
        draft.message = MESSAGES[index // 5 % len(MESSAGES)]
        draft.hide_prices = index % 10 == 7
    if index % 7 == 3:
        draft.note = "Please leave it with the neighbours at number 29."
    return draft


def _reference() -> Draft:
    lines = [("MUG-350-SG", 2), ("TEA-RH-100", 1), ("SOAP-90-RC", 2)]
    moment = FIRST_MOMENT - timedelta(minutes=5)
    return Draft(REFERENCE, PEOPLE[0], moment, lines, express=True, message=MESSAGES[0], hide_prices=True)


def _spoil(made: list[Draft]) -> None:
    no_postcode, no_number, unknown, unpaid = made[-1], made[-2], made[-3], made[-4]
    first, last, street, city, region, _, _ = PEOPLE[1]
    no_postcode.person = (first, last, street, city, region, "", "DE")
    first, last, _, city, region, postcode, _ = PEOPLE[2]
    no_number.person = (first, last, "Sendlinger Straße", city, region, postcode, "DE")
    unknown.prices = {**PRICES, "HAMMOCK-XL": ("Hammock - XL", "79.00")}
    unknown.lines = [*unknown.lines, ("HAMMOCK-XL", 1)]
    unpaid.paid = False


# ---- as the shops write it ------------------------------------------------------------------------------------------


def shop_files(made: list[Draft]) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes): even numbers come out of a Shopify shop, odd ones out of a WooCommerce shop."""
    shopify = [_shopify(d) for d in made if int(d.number) % 2 == 0]
    woo = [_woo(d) for d in made if int(d.number) % 2]
    if shopify:
        yield "orders-shopify.json", json.dumps({"orders": shopify}, ensure_ascii=False, indent=1).encode()
    if woo:
        yield "orders-woocommerce.json", json.dumps(woo, ensure_ascii=False, indent=1).encode()


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _mail(draft: Draft) -> str:
    plain = f"{draft.person[0]}.{draft.person[1]}".casefold().encode("ascii", "ignore").decode()
    return f"{''.join(c for c in plain if c.isalnum() or c == '.')}@mail.example"


def _shipping(draft: Draft) -> Decimal:
    return Decimal("9.90") if draft.express else Decimal("4.90")


def _shopify(draft: Draft) -> dict[str, object]:
    """Prices contain the tax, as a shop in the European Union shows them."""
    priced = [(sku, units, *draft.prices[sku]) for sku, units in draft.lines]
    goods = sum((units * Decimal(price) for _, units, _, price in priced), Decimal(0))
    total = goods + _shipping(draft)
    first, last, street, city, region, postcode, country = draft.person
    address = {
        "first_name": first, "last_name": last, "name": f"{first} {last}", "company": None, "address1": street,
        "address2": "", "city": city, "zip": postcode, "province_code": region or None, "country_code": country,
        "phone": None,
    }  # fmt: skip
    attributes = [{"name": "Gift message", "value": draft.message}] if draft.message else []
    attributes += [{"name": "Hide prices", "value": "yes"}] if draft.hide_prices else []
    moment = draft.placed_at.isoformat()
    return {
        "id": draft.key, "name": f"#{draft.number}", "order_number": int(draft.number), "email": _mail(draft),
        "created_at": moment, "processed_at": moment, "updated_at": moment, "cancelled_at": None, "currency": "EUR",
        "taxes_included": True, "financial_status": "paid" if draft.paid else "pending", "fulfillment_status": None,
        "note": draft.note or None, "note_attributes": attributes, "tags": "",
        "subtotal_price": _money(goods), "total_discounts": "0.00", "total_price": _money(total),
        "total_tax": _money(total - total / (1 + TAX)), "gateway": "bank", "payment_gateway_names": ["bank"],
        "customer": {"id": 7_000_000_000_000 + draft.key % 97, "first_name": first, "last_name": last},
        "billing_address": address, "shipping_address": address,
        "shipping_lines": [{"title": _service(draft), "code": _service(draft), "price": _money(_shipping(draft))}],
        "fulfillments": [], "refunds": [],
        "line_items": [
            {
                "id": draft.key * 10 + i, "sku": sku, "name": name, "title": name, "quantity": units, "price": price,
                "total_discount": "0.00", "requires_shipping": True, "gift_card": False,
                "fulfillable_quantity": units, "fulfillment_status": None, "properties": [],
            }
            for i, (sku, units, name, price) in enumerate(priced, 1)
        ],
    }  # fmt: skip


def _service(draft: Draft) -> str:
    return "Express" if draft.express else "Standard"


def _woo(draft: Draft) -> dict[str, object]:
    """Line figures are net: that is how this shop's interface gives them."""
    priced = [(sku, units, *draft.prices[sku]) for sku, units in draft.lines]
    nets = [(units * Decimal(price) / (1 + TAX)).quantize(CENT, ROUND_HALF_UP) for _, units, _, price in priced]
    taxes = [(net * TAX).quantize(CENT, ROUND_HALF_UP) for net in nets]
    shipping = (_shipping(draft) / (1 + TAX)).quantize(CENT, ROUND_HALF_UP)
    shipping_tax = (shipping * TAX).quantize(CENT, ROUND_HALF_UP)
    tax = sum(taxes, shipping_tax)
    first, last, street, city, region, postcode, country = draft.person
    address = {
        "first_name": first, "last_name": last, "company": "", "address_1": street, "address_2": "", "city": city,
        "state": region, "postcode": postcode, "country": country,
    }  # fmt: skip
    meta = [{"id": 1, "key": "gift_message", "value": draft.message}] if draft.message else []
    meta += [{"id": 2, "key": "hide_prices", "value": "yes"}] if draft.hide_prices else []
    moment = draft.placed_at.strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "id": int(draft.number), "number": draft.number, "order_key": f"wc_order_{draft.key:x}",
        "status": "processing" if draft.paid else "pending", "currency": "EUR", "date_created": moment,
        "date_created_gmt": moment, "date_modified_gmt": moment, "date_paid_gmt": moment if draft.paid else None,
        "discount_total": "0.00", "shipping_total": _money(shipping), "shipping_tax": _money(shipping_tax),
        "total": _money(sum(nets, Decimal(0)) + shipping + tax), "total_tax": _money(tax),
        "prices_include_tax": True, "customer_id": 0, "customer_note": draft.note, "payment_method": "bacs",
        "billing": {**address, "email": _mail(draft), "phone": ""}, "shipping": address, "meta_data": meta,
        "line_items": [
            {
                "id": int(draft.number) * 10 + i, "name": name, "sku": sku, "quantity": units, "subtotal": _money(net),
                "total": _money(net), "total_tax": _money(line_tax), "meta_data": [],
            }
            for i, ((sku, units, name, _), net, line_tax) in enumerate(zip(priced, nets, taxes, strict=True), 1)
        ],
        "shipping_lines": [{"id": 1, "method_title": _service(draft), "total": _money(shipping)}],
        "fee_lines": [], "coupon_lines": [], "refunds": [],
    }  # fmt: skip
