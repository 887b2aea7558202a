"""What papers for customers say by themselves, in each language that customers are written to in.

A paper carries its language; one that is not here is printed in English. The words of strangers (names of goods,
reasons, notes) are theirs and stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, TypeVar

_NO_CENTS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_MILS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are written: the sign before the fraction, between thousands, and from how many digits on."""

    point: str = "."
    thousands: str = ","
    grouped_from: int = 4


@dataclass(frozen=True, slots=True)
class SlipWords:
    """The packing slip's own words. `totals` translates the rows under the lines by their English label."""

    language: str = "en"
    title: str = "Packing slip"
    order: str = "Order"
    ship_to: str = "Ship to"
    sender: str = "From"
    parcel: str = "Parcel"
    box: str = "Box"
    item: str = "Item"
    sku: str = "SKU"
    ordered: str = "Ordered"
    shipped: str = "Shipped"
    price: str = "Price"
    total: str = "Total"
    gift: str = "A gift for you"
    note: str = "Note"
    page: str = "Page {number} of {pages}"
    duplicate: str = "DUPLICATE"
    totals: Mapping[str, str] = field(default_factory=dict)
    numbers: Numbers = Numbers()


@dataclass(frozen=True, slots=True)
class ReturnWords:
    """The return form's own words. `wishes` translates what the customer asked for by its English word."""

    language: str = "en"
    title: str = "Return form"
    order: str = "Order"
    send_to: str = "Send to"
    sender: str = "From"
    lay: str = "Lay this form into the parcel, on top of the goods. We need nothing else to know it again."
    quantity: str = "Units"
    item: str = "Item"
    sku: str = "SKU"
    reason: str = "Reason"
    wish: str = "You asked for"
    page: str = "Page {number} of {pages}"
    wishes: Mapping[str, str] = field(default_factory=dict)


_SLIPS = (
    SlipWords(),
    SlipWords(
        language="de",
        title="Lieferschein",
        order="Bestellung",
        ship_to="Lieferadresse",
        sender="Absender",
        parcel="Paket",
        box="Karton",
        item="Artikel",
        sku="Art.-Nr.",
        ordered="Bestellt",
        shipped="Geliefert",
        price="Preis",
        total="Summe",
        gift="Ein Geschenk für Sie",
        note="Hinweis",
        page="Seite {number} von {pages}",
        duplicate="ZWEITDRUCK",
        totals={
            "Subtotal": "Zwischensumme",
            "Discount": "Rabatt",
            "Shipping": "Versand",
            "Tax": "Steuer",
            "Total": "Gesamt",
        },
        numbers=Numbers(",", "."),
    ),
    SlipWords(
        language="es",
        title="Albarán",
        order="Pedido",
        ship_to="Enviar a",
        sender="Remitente",
        parcel="Bulto",
        box="Caja",
        item="Artículo",
        sku="Ref.",
        ordered="Pedidos",
        shipped="Enviados",
        price="Precio",
        total="Importe",
        gift="Un regalo para usted",
        note="Nota",
        page="Página {number} de {pages}",
        duplicate="DUPLICADO",
        totals={
            "Subtotal": "Subtotal",
            "Discount": "Descuento",
            "Shipping": "Envío",
            "Tax": "Impuestos",
            "Total": "Total",
        },
        numbers=Numbers(",", ".", 5),
    ),
    SlipWords(
        language="pl",
        title="Specyfikacja przesyłki",
        order="Zamówienie",
        ship_to="Adres dostawy",
        sender="Nadawca",
        parcel="Paczka",
        box="Karton",
        item="Artykuł",
        sku="Nr art.",
        ordered="Zamów.",
        shipped="Wysłano",
        price="Cena",
        total="Wartość",
        gift="Prezent dla Państwa",
        note="Uwaga",
        page="Strona {number} z {pages}",
        duplicate="DUPLIKAT",
        totals={
            "Subtotal": "Suma częściowa",
            "Discount": "Rabat",
            "Shipping": "Dostawa",
            "Tax": "Podatek",
            "Total": "Razem",
        },
        numbers=Numbers(",", "\u00a0", 5),
    ),
)
_RETURNS = (
    ReturnWords(),
    ReturnWords(
        language="de",
        title="Rücksendeschein",
        order="Bestellung",
        send_to="Senden an",
        sender="Absender",
        lay="Bitte legen Sie diesen Schein oben auf die Ware ins Paket. Mehr brauchen wir nicht, um es zu erkennen.",
        quantity="Stück",
        item="Artikel",
        sku="Art.-Nr.",
        reason="Grund",
        wish="Ihr Wunsch",
        page="Seite {number} von {pages}",
        wishes={"Refund": "Erstattung", "Replacement": "Ersatz"},
    ),
    ReturnWords(
        language="es",
        title="Hoja de devolución",
        order="Pedido",
        send_to="Enviar a",
        sender="Remitente",
        lay="Ponga esta hoja en el paquete, encima de los artículos. No necesitamos nada más para reconocerlo.",
        quantity="Uds.",
        item="Artículo",
        sku="Ref.",
        reason="Motivo",
        wish="Usted ha pedido",
        page="Página {number} de {pages}",
        wishes={"Refund": "Reembolso", "Replacement": "Cambio"},
    ),
    ReturnWords(
        language="pl",
        title="Formularz zwrotu",
        order="Zamówienie",
        send_to="Adres zwrotu",
        sender="Nadawca",
        lay="Prosimy włożyć ten formularz do paczki, na wierzch. Nic więcej nie jest potrzebne, aby ją rozpoznać.",
        quantity="Szt.",
        item="Artykuł",
        sku="Nr art.",
        reason="Powód",
        wish="Państwa życzenie",
        page="Strona {number} z {pages}",
        wishes={"Refund": "Zwrot pieniędzy", "Replacement": "Wymiana"},
    ),
)


class _Worded(Protocol):
    @property
    def language(self) -> str: ...


_W = TypeVar("_W", bound=_Worded)


def _by_language(words: tuple[_W, ...]) -> Mapping[str, _W]:
    return {some.language: some for some in words}


SLIP_WORDS: Mapping[str, SlipWords] = _by_language(_SLIPS)
RETURN_WORDS: Mapping[str, ReturnWords] = _by_language(_RETURNS)


def money(amount: Decimal, currency: str, numbers: Numbers = Numbers()) -> str:
    """An amount with the currency's digits (ISO 4217), thousands apart; digits beyond are shown, never rounded away.

    >>> money(Decimal("1234.5"), "EUR")
    '1,234.50'
    """
    if not amount.is_finite():
        return str(amount)
    digits = 0 if currency in _NO_CENTS else 3 if currency in _MILS else 2
    given = -int(amount.normalize().as_tuple().exponent)
    if amount.adjusted() > 30 or given > 12:
        return str(amount)
    grouped = "," if amount.adjusted() + 1 >= numbers.grouped_from else ""
    shown = f"{amount:{grouped}.{max(digits, given)}f}"
    return shown.translate({ord(","): numbers.thousands, ord("."): numbers.point})
