"""Reads that stand for others: a lot that was scanned alone completes the item that was scanned before it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from app import barcodes
from app.events import ItemRead, Read
from app.ids import SkuId
from app.inventory.rules.receiving import typed_date

_COMMON = tuple(f.name for f in fields(Read))


def item_of(
    read: Read, sku_id: bytes, units: int = 1, lot: str = "", expires_on: str = "", serial: str = ""
) -> ItemRead:
    """An item as if it had been scanned by this read, approval included."""
    common = {name: getattr(read, name) for name in _COMMON}
    expiry = date.fromisoformat(expires_on) if expires_on else None
    return ItemRead(**common, sku_id=SkuId(sku_id), units=units, lot=lot, expiry=expiry, serial=serial)


def alone(text: str) -> barcodes.Gs1:
    """What a code says that names no product: lot, date and serial; a plain text is the lot and the serial."""
    found = barcodes.gs1(text)
    if found is not None and not found.gtin and (found.lot or found.expiry or found.serial):
        return found
    word = text.strip()[:64]
    return barcodes.Gs1(lot=word, serial=word)


def day_of(text: str) -> str:
    """The date in a code that was scanned for one: GS1's (an element of 17 and six digits), or six digits; else ""."""
    found, digits = barcodes.gs1(text), text.strip()
    if found is not None and found.expiry is not None:
        return found.expiry.isoformat()
    return typed_date(digits[2:] if len(digits) == 8 and digits.startswith("17") else digits)


def code_value(text: str) -> str:
    """The value under which the code of an item is kept: a GTIN in its 14-digit form, else the text as it is."""
    found = barcodes.gs1(text)
    return found.gtin if found is not None and found.gtin else text
