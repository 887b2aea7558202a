"""What goes into a letter: the parcels, what lies in them, what the order still lacks, who writes to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_time
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Address, Customer, Order, OrderLine, Parcel, ParcelLine, Sku
from app.notifiers.base import Goods, Letter, ParcelNews, postal, tidy
from app.packing.queries.papers import carrier_name, ship_from
from app.shipping.queries.site import site_zone
from app.tracking.queries.events import events_of_parcel
from app.work.queries import customer_language, setting, settings_table


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told about an order. `address` is as `postal` gives it, "" when there is none to write to."""

    address: str
    name: str
    country: str


def recipient_of(session: Session, order_id: bytes) -> Recipient:
    """Who bought. The address on the parcel only where the customer gave none, and never for a gift: it would tell."""
    order = session.get_one(Order, order_id)
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    to = session.get(Address, order.ship_to_id) if order.ship_to_id else None
    bill = session.get(Address, order.bill_to_id) if order.bill_to_id else None
    country = bill.country if order.gift and bill is not None else to.country if to is not None else ""
    if customer is not None and postal(customer.email):
        return Recipient(postal(customer.email), tidy(customer.name), country)
    for address in (bill, None if order.gift else to):
        if address is not None and postal(address.email):
            return Recipient(postal(address.email), tidy(address.name), address.country)
    return Recipient("", "", country)


def letter_for(
    session: Session, *, order_id: bytes, event: str, parcels: Sequence[bytes], recipient: Recipient, contact: str
) -> Letter:
    """The letter that tells of these parcels of an order. Names are tidied; a template can't be misled by them."""
    order = session.get_one(Order, order_id)
    language = customer_language(session, recipient.country)
    rows = [p for p in (session.get(Parcel, i, populate_existing=True) for i in parcels) if p is not None]
    news = partial(_news, session, language=language, scanned=event != "shipped")
    return Letter(
        event=event,
        language=language,
        shop=tidy(order.shop or setting(session, "shop_name")),
        order_number=tidy(order.number),
        recipient=recipient.name,
        parcels=tuple(news(parcel) for parcel in sorted(rows, key=lambda p: (p.number, p.id))),
        missing=_missing(session, order_id) if event == "shipped" else (),
        sender=_sender(session, language),
        contact=contact,
    )


def tracking_url(session: Session, carrier: str, tracking: str) -> str:
    """Where a parcel can be followed: the setting `tracking_url`, one address for all or a JSON object by carrier.

    `{tracking}` in it stands for the number. "" without one, or when it is no web address.
    """
    said = setting(session, "tracking_url")
    template = settings_table(session, "tracking_url").get(carrier, "") if said.lstrip().startswith("{") else said
    if not template.startswith(("https://", "http://")) or not tracking:
        return ""
    return template.replace("{tracking}", quote(tracking, safe=""))


def _news(session: Session, parcel: Parcel, *, language: str, scanned: bool) -> ParcelNews:
    last = next((e for e in reversed(events_of_parcel(session, parcel.id)) if scanned), None)
    local = last.at.astimezone(site_zone(session)) if last else None
    day = f"{format_date(local, 'long', language)}, {format_time(local, 'HH:mm', locale=language)}" if local else ""
    return ParcelNews(
        number=parcel.number,
        carrier=tidy(carrier_name(session, parcel.carrier)),
        service=tidy(parcel.service),
        tracking=tidy(parcel.tracking),
        url=tracking_url(session, parcel.carrier, parcel.tracking),
        goods=_goods(session, parcel.id),
        day=day,
        place=tidy(last.place) if last else "",
        words=tidy(last.words) if last else "",
    )


def _goods(session: Session, parcel_id: bytes) -> tuple[Goods, ...]:
    """What lies in a parcel, by line of the order; lots are nobody's business."""
    rows = session.execute(
        select(func.sum(ParcelLine.quantity), OrderLine.name, Sku.name, Sku.variant)
        .join(OrderLine, OrderLine.id == ParcelLine.order_line_id)
        .outerjoin(Sku, Sku.id == OrderLine.sku_id)
        .where(ParcelLine.parcel_id == parcel_id)
        .group_by(OrderLine.id, Sku.id)
        .having(func.sum(ParcelLine.quantity) > 0)
        .order_by(OrderLine.position)
    )
    return tuple(_named(units, title, name, variant) for units, title, name, variant in rows)


def _missing(session: Session, order_id: bytes) -> tuple[Goods, ...]:
    """What was ordered, not cancelled, and lies in no closed parcel."""
    gone = (
        select(func.coalesce(func.sum(ParcelLine.quantity), 0))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(ParcelLine.order_line_id == OrderLine.id, Parcel.state == "closed")
        .scalar_subquery()
    )
    left = OrderLine.quantity - OrderLine.cancelled - gone
    rows = session.execute(
        select(left, OrderLine.name, Sku.name, Sku.variant)
        .outerjoin(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id, OrderLine.ships, left > 0)
        .order_by(OrderLine.position)
    )
    return tuple(_named(units, title, name, variant) for units, title, name, variant in rows)


def _named(units: int, title: str, name: str | None, variant: str | None) -> Goods:
    """As the shop called it when it was sold; our own name where the shop gave none."""
    return Goods(units, tidy(title)) if title.strip() else Goods(units, tidy(name or "?"), tidy(variant or ""))


def _sender(session: Session, language: str) -> tuple[str, ...]:
    us = ship_from(session)
    country = Locale.parse(language).territories.get(us.country, us.country)
    lines = (us.company or us.name, us.line1, us.line2, f"{us.postcode} {us.city}".strip(), country, us.phone)
    return tuple(tidy(line) for line in lines if line.strip())


def sample_letter(session: Session, event: str, language: str) -> Letter:
    """A letter of this site to nobody, with everything in it that a letter may have: for looking at the words."""
    goods = (Goods(2, "Ceramic mug 350 ml", "Speckled grey"), Goods(1, "Tea tin 100 g", "Rosehip"))
    code = next(iter(settings_table(session, "tracking_url")), "table")
    scanned = event != "shipped"
    parcels = tuple(
        ParcelNews(
            number=n,
            carrier=tidy(carrier_name(session, code)),
            service="Parcel",
            tracking=f"PB000000004{n}X",
            url=tracking_url(session, code, f"PB000000004{n}X"),
            goods=goods[n - 1 : n],
            day="2026-03-02, 14:05" if scanned else "",
            place="Berlin" if scanned else "",
        )
        for n in ((1,) if scanned else (1, 2))
    )
    return Letter(
        event=event,
        language=language,
        shop=tidy(setting(session, "shop_name") or "Shop"),
        order_number="10482",
        recipient="Lena Hoffmann",
        parcels=parcels,
        missing=() if scanned else (Goods(1, "Candle 200 g", "Amber"),),
        sender=_sender(session, language),
        contact="hello@example.org",
    )
