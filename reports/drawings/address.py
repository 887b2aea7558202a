"""An address as lines of text."""

from __future__ import annotations

from app.documents import Address
from reports.lettering import one_line


def lines(address: Address, contact: bool = False) -> tuple[str, ...]:
    """The lines under the name in reading order, empty ones left out; with `contact` also telephone and e-mail."""
    place = " ".join(filter(None, map(one_line, (address.postcode, address.city, address.region))))
    found = [address.company, address.line1, address.line2, place, address.country]
    if contact:
        found += [address.phone, address.email]
    return tuple(filter(None, map(one_line, found)))


def text(address: Address, contact: bool = False) -> str:
    """Name and lines as one text, a line end between them."""
    return "\n".join(filter(None, (one_line(address.name), *lines(address, contact))))
