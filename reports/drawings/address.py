"""An address as lines of text."""

from __future__ import annotations

from app.documents import Address
from reports.countries import country
from reports.lettering import one_line


def street(address: Address) -> tuple[str, ...]:
    """Company and street, empty lines left out."""
    return tuple(filter(None, map(one_line, (address.company, address.line1, address.line2))))


def place(address: Address, language: str = "en") -> tuple[str, ...]:
    """Postcode, city and region in one line, and the country by name."""
    town = " ".join(filter(None, map(one_line, (address.postcode, address.city, address.region))))
    return tuple(filter(None, (town, country(one_line(address.country), language))))


def lines(address: Address, language: str = "en", contact: bool = False) -> tuple[str, ...]:
    """The lines under the name in reading order; with `contact` also telephone and e-mail."""
    found = (*street(address), *place(address, language))
    if contact:
        found += tuple(filter(None, map(one_line, (address.phone, address.email))))
    return found
