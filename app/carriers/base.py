"""What every carrier must answer, and the values it is asked with: no names, no streets, only where and how heavy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a parcel goes, as far as a tariff cares. `country` is ISO 3166-1 alpha-2."""

    country: str
    postcode: str


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """Postcodes of a country that begin with `postcode_prefix` ("" = all of them) are in `zone` of `carrier`."""

    carrier: str
    country: str
    postcode_prefix: str
    zone: str


@dataclass(frozen=True, slots=True)
class Band:
    """What a service to a zone costs up to and including a weight."""

    carrier: str
    service: str
    zone: str
    up_to_g: int
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """A site's contract prices, of one carrier or several."""

    zones: tuple[ZoneRule, ...] = ()
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """One offer: this service would carry the parcel for this price."""

    carrier: str
    service: str
    zone: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class LabelNumbers:
    """The codes of one label. `tracking` and `sscc` are unique to the parcel; `routing` is the place's, not its own."""

    serial: int
    tracking: str
    sscc: str
    routing: str


class Carrier(Protocol):
    """A carrier that can be used without a network: its prices and numbers are known here."""

    code: str

    def rates(self, tariff: Tariff, destination: Destination, weight_g: int) -> tuple[Rate, ...]:
        """All offers, the cheapest first. `Refused` when it does not go there or does not carry that weight."""

    def numbers(self, serial: int, company_prefix: str, destination: Destination, zone: str) -> LabelNumbers:
        """The codes of the label that is made with this serial number. `Refused` when they cannot be made."""
