"""What a label costs and which number it gets, from what this station knows alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.carriers.base import Band, Destination, LabelNumbers, Rate, Tariff, ZoneRule
from app.carriers.table_rate import CARRIER, cheapest, routing, zones_of
from app.errors import Problem, Refused
from app.models import NumberRange, Parcel, TariffBand, Zone
from app.text import say
from app.work.queries import dossier, setting

RANGE = "parcel"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The next number that this station may use, None when it has none left; `left` counts it and those behind it."""

    next: int | None
    left: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A label that could be made now: which offer, which codes, how many numbers are left after it."""

    rate: Rate
    numbers: LabelNumbers
    left: int


def tariff(session: Session) -> Tariff:
    """The site's tariff."""
    zones = session.scalars(select(Zone).order_by(Zone.carrier, Zone.country, Zone.postcode_prefix))
    bands = session.scalars(
        select(TariffBand).order_by(TariffBand.carrier, TariffBand.service, TariffBand.zone, TariffBand.up_to_g)
    )
    return Tariff(
        tuple(ZoneRule(z.carrier, z.country, z.postcode_prefix, z.zone) for z in zones),
        tuple(Band(b.carrier, b.service, b.zone, b.up_to_g, b.price, b.currency) for b in bands),
    )


def numbers(session: Session, station_id: bytes) -> Numbers:
    """Counts on in the ranges leased to this station: behind the highest serial of its own parcels in each range."""
    ranges = session.execute(
        select(NumberRange.first, NumberRange.last)
        .where(NumberRange.kind == RANGE, NumberRange.station_id == station_id)
        .order_by(NumberRange.first)
    )
    following: int | None = None
    left = 0
    for first, last in ranges.all():
        used = session.scalar(select(func.max(Parcel.serial)).where(Parcel.serial.between(first, last)))
        free = last - used if used is not None else last - first + 1
        if free and following is None:
            following = last - free + 1
        left += free
    return Numbers(following, left)


def destination_of(session: Session, order_id: bytes) -> Destination:
    """Where the order goes, out of its dossier."""
    to = (dossier(session, order_id) or {}).get("ship_to", {})
    return Destination(str(to.get("country", "")), str(to.get("postcode", "")))


def services_for(session: Session, requested: str) -> tuple[str, ...]:
    """Services that may carry an order: the requested one by its own name, or what the site maps it to.

    The setting `services` is a JSON object `{"requested service": ["tariff service", …]}`; case does not count. A
    request that is mapped nowhere and is no service of the tariff allows every service: the cheapest goes.
    """
    named = {name.casefold(): name for name in session.scalars(select(TariffBand.service).distinct())}
    wish = requested.strip().casefold()
    try:
        mapped = {str(k).casefold(): v for k, v in json.loads(setting(session, "services", "{}")).items()}
    except (ValueError, AttributeError):
        mapped = {}
    found = mapped.get(wish)
    if isinstance(found, list) and found:
        return tuple(str(name) for name in found)
    return (named[wish],) if wish in named else ()


def rates(session: Session, order_id: bytes, weight_g: int) -> tuple[Rate, ...]:
    """All offers for this weight, the cheapest first. `Refused` when the tariff has none."""
    return CARRIER.rates(tariff(session), destination_of(session, order_id), weight_g)


def quote(session: Session, order_id: bytes, station_id: bytes, weight_g: int, service: str = "") -> Quote:
    """The label to make: the cheapest allowed offer (or `service` when one was chosen) and the next number.

    `Refused` with NoZone, NoTariff, TooHeavy, NoAllowedService or NoNumbers.
    """
    offers = rates(session, order_id, weight_g)
    requested = str((dossier(session, order_id) or {}).get("service", ""))
    allowed = (service,) if service else services_for(session, requested)
    rate = cheapest(offers, allowed)
    if rate is None:
        raise Refused(
            Problem(
                name="NoAllowedService",
                what=say("{service} does not carry this parcel", service=requested or service),
                why=say("Its tariff has no price for this zone and weight."),
                do=(say("Scan CHANGE and choose another service"), say("Or set the box aside: scan a problem shelf")),
                unchanged=say("No label was made."),
            )
        )
    counted = numbers(session, station_id)
    if counted.next is None:
        raise Refused(
            Problem(
                name="NoNumbers",
                what=say("This station has no label numbers left"),
                why=say("New ones come from central; it has been asked."),
                do=(say("Wait for the numbers"), say("Or set the box aside: scan a problem shelf")),
                unchanged=say("No label was made."),
            )
        )
    codes = CARRIER.numbers(
        counted.next, setting(session, "company_prefix"), destination_of(session, order_id), rate.zone
    )
    return Quote(rate, codes, counted.left - 1)


def routing_code(session: Session, order_id: bytes, carrier: str) -> str:
    """The routing code on the label of this order: the same for every parcel to that place."""
    to = destination_of(session, order_id)
    return routing(to, zones_of(tariff(session).zones, to).get(carrier, ""))
