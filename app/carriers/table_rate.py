"""The built-in carrier: zones × weight bands out of the site's own tariff, and label numbers out of a leased range.

Zone: the country and the longest beginning of the postcode that the tariff knows (blanks and hyphens do not count).
Price: the band with the smallest `up_to_g` that is not below the weight; a band includes its own limit.

Numbers, all made of one `serial` of the range `parcel` that central leased to the station:

* SSCC (GS1 General Specifications, 2.2.1): extension digit 3, company prefix, serial, check digit: 18 digits.
* Tracking number: `PB`, the serial in ten digits, a check character by ISO 7064 MOD 37,36: `PB0000000042` + check.
* Routing code: country, postcode, `Z`, zone ("DE10115ZDE1"). It is the same for all parcels to that place, so it
  proves nothing about a parcel and must never close one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from app.barcodes import ALPHABET, own_code, sscc
from app.carriers.base import Band, Destination, LabelNumbers, Rate, Tariff, ZoneRule
from app.errors import Problem, Refused
from app.text import say

EXTENSION_DIGIT = 3
"""Parcels; the other nine are free for pallets and whatever comes."""
DEMO_PREFIX = "9521234"
"""The company prefix of a site that has none: GS1 keeps 952 for demonstrations, it belongs to nobody."""


def plain(code: str) -> str:
    """A postcode or zone as it is compared and encoded: upper case, only A–Z and 0–9."""
    return "".join(c for c in code.upper() if c in ALPHABET)


def zones_of(rules: Collection[ZoneRule], destination: Destination) -> dict[str, str]:
    """carrier → zone for a destination; the longest matching prefix wins. A carrier that goes nowhere is absent."""
    postcode = plain(destination.postcode)
    fitting = [
        rule
        for rule in rules
        if rule.country == destination.country.upper() and postcode.startswith(plain(rule.postcode_prefix))
    ]
    fitting.sort(key=lambda rule: len(plain(rule.postcode_prefix)))  # the longest comes last and wins
    return {rule.carrier: rule.zone for rule in fitting}


def band_for(bands: Collection[Band], carrier: str, zone: str, weight_g: int) -> tuple[Band, ...]:
    """The band of each service of a carrier into a zone that holds this weight, by service."""
    holding = [b for b in bands if b.carrier == carrier and b.zone == zone and weight_g <= b.up_to_g]
    holding.sort(key=lambda b: (b.service, b.up_to_g))
    return tuple(next(group) for _, group in groupby(holding, key=lambda b: b.service))


def cheapest(rates: Collection[Rate], allowed: Collection[str] = ()) -> Rate | None:
    """The cheapest rate among the allowed services (any when none is named); ties go by name. None when none is left.

    Prices are compared within one currency only: of several, that of the cheapest-named one would be a guess, so the
    offers of the first rate's currency count.
    """
    names = {name.casefold() for name in allowed}
    left = [r for r in rates if not names or r.service.casefold() in names]
    left = [r for r in left if r.currency == left[0].currency]
    return min(left, key=lambda r: (r.price, r.carrier, r.service), default=None)


def _kilograms(weight_g: int) -> Decimal:
    return (Decimal(weight_g) / 1000).normalize() + Decimal(0)


@dataclass(frozen=True, slots=True)
class TableRate:
    """See the module's docstring."""

    code: str = "table"

    def rates(self, tariff: Tariff, destination: Destination, weight_g: int) -> tuple[Rate, ...]:
        zones = zones_of(tariff.zones, destination)
        if not zones:
            raise Refused(
                Problem(
                    name="NoZone",
                    what=say("The tariff has no zone for {country} {postcode}", country=destination.country or "?",
                             postcode=destination.postcode),
                    why=say("No carrier of this site is known to go there."),
                    do=(say("Set the box aside: scan a problem shelf"), say("Ask the office for a zone")),
                    unchanged=say("No label was made."),
                )
            )  # fmt: skip
        offers = [
            Rate(b.carrier, b.service, b.zone, b.price, b.currency)
            for carrier, zone in sorted(zones.items())
            for b in band_for(tariff.bands, carrier, zone, weight_g)
        ]
        if not offers:
            raise Refused(_too_heavy(tariff, zones, weight_g))
        return tuple(sorted(offers, key=lambda r: (r.currency, r.price, r.carrier, r.service)))

    def numbers(self, serial: int, company_prefix: str, destination: Destination, zone: str) -> LabelNumbers:
        try:
            logistic_unit = sscc(EXTENSION_DIGIT, company_prefix or DEMO_PREFIX, serial)
        except ValueError as error:
            raise Refused(_no_sscc(company_prefix, serial)) from error
        return LabelNumbers(
            serial=serial,
            tracking=own_code(f"PB{serial:010d}"),
            sscc=logistic_unit,
            routing=routing(destination, zone),
        )


def routing(destination: Destination, zone: str) -> str:
    """The routing code of a place: not unique to a parcel."""
    return f"{plain(destination.country)}{plain(destination.postcode)}Z{plain(zone)}"


def _no_sscc(company_prefix: str, serial: int) -> Problem:
    return Problem(
        name="NoSscc",
        what=say("No SSCC can be made of prefix {prefix} and number {serial}", prefix=company_prefix, serial=serial),
        why=say("Both together must be digits, and 16 of them at most."),
        do=(say("Set the box aside: scan a problem shelf"), say("Ask the office for the company prefix")),
        unchanged=say("No label was made."),
    )


def _too_heavy(tariff: Tariff, zones: dict[str, str], weight_g: int) -> Problem:
    limits = [b.up_to_g for b in tariff.bands if zones.get(b.carrier) == b.zone]
    if not limits:
        return Problem(
            name="NoTariff",
            what=say("The tariff has no price for this zone"),
            why=say("A zone is known, but no weight band."),
            do=(say("Set the box aside: scan a problem shelf"), say("Ask the office for the prices")),
            unchanged=say("No label was made."),
        )
    return Problem(
        name="TooHeavy",
        what=say("Too heavy: {weight} kg", weight=_kilograms(weight_g)),
        why=say("The tariff ends at {limit} kg.", limit=_kilograms(max(limits))),
        do=(say("Take units out: scan UNDO, then NEWBOX"), say("Or set the box aside: scan a problem shelf")),
        unchanged=say("No label was made."),
    )


CARRIER = TableRate()
