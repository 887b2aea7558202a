"""The tariff of a carrier of our own: which zone a destination is in, and what a weight costs to a zone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.inventory.service.master import Read, Register, Write, import_rows
from app.models import TariffBand, Zone
from app.text import say

COLUMNS = Columns(
    ("kind", "carrier", "zone"), ("country", "postcode_prefix", "service", "up_to_g", "price", "currency")
)


def import_tariff(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of a tariff (docs/imports.md): rows of `kind` zone and of `kind` band."""

    def reader(_tally: Tally) -> Read:
        zones, bands = Register(session, Zone), Register(session, TariffBand)

        def read(f: Fields) -> tuple[str, Write]:
            carrier, zone = f.text("carrier", most=32, required=True), f.text("zone", most=16, required=True)
            if f.word("kind", ("zone", "band"), "band") == "zone":
                key = {
                    "carrier": carrier,
                    "country": _country(f),
                    "postcode_prefix": f.text("postcode_prefix", most=16),
                }
                return f"zone {tuple(key.values())}", lambda: zones.put(**key, zone=zone)
            values = _band(f)
            name = f"band {(carrier, values['service'], zone, values['up_to_g'])}"
            return name, lambda: bands.put(carrier=carrier, zone=zone, **values)

        return read

    return import_rows(session, data, file=file, columns=COLUMNS, read=reader, dry_run=dry_run)


def _country(f: Fields) -> str:
    if not f.text("country", most=64):
        f.wrong("country", "", say("a country (ISO 3166 code or English name)"))
    return f.country("country")


def _band(f: Fields) -> dict[str, object]:
    price = f.money("price")
    if price is None or price < 0:
        f.wrong("price", f.text("price"), say("an amount such as 4.90"))
    currency = f.text("currency", most=3).upper()
    if len(currency) != 3 or not currency.isalpha():
        f.wrong("currency", currency, say("a currency such as EUR (ISO 4217)"))
    return {
        "service": f.text("service", most=64, required=True),
        "up_to_g": f.whole("up_to_g", least=1, most=10_000_000),
        "price": price,
        "currency": currency,
    }
