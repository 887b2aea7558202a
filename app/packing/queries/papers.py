"""What is printed: a job names its order and parcel, and the document is put together when the paper is due.

The one place where a dossier becomes paper. Names, addresses and prices stay out of facts and print jobs.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.barcodes import ALPHABET, own_code
from app.carriers.table_rate import CARRIER
from app.documents import Address, PackingSlip, ShippingLabel, SlipLine, SlipTotal, ToteLabel
from app.models import BoxType, BriefLine, OrderBrief, Parcel, ParcelLine, PrintJob
from app.packing.queries.tariffs import routing_code
from app.work.queries import code_of, customer_language, dossier, setting


def document_for(session: Session, job_id: bytes) -> PackingSlip | ShippingLabel | ToteLabel:
    """The document of a print job (slip, label, reprint, awaiting). KeyError without the job or the order's dossier."""
    job = session.get(PrintJob, job_id, populate_existing=True)
    if job is None or job.order_id is None:
        raise KeyError(f"no print job {job_id.hex()}")
    if job.kind == "slip":
        return slip_document(session, job_id)
    if job.kind == "awaiting":
        return ToteLabel(_order_code(session, job.order_id), f"Awaiting label {_number(session, job.order_id)}")
    return label_document(session, job_id)


def _job(session: Session, job_id: bytes) -> tuple[PrintJob, dict[str, Any]]:
    job = session.get(PrintJob, job_id, populate_existing=True)
    if job is None or job.order_id is None:
        raise KeyError(f"no print job {job_id.hex()}")
    body = dossier(session, job.order_id)
    if body is None:
        raise KeyError(f"no dossier of order {job.order_id.hex()} at this station")
    return job, body


def _was_printed(session: Session, job: PrintJob, *kinds: str) -> bool:
    """Whether paper of these kinds came out for this parcel by another job: then this one is a duplicate."""
    return bool(
        session.scalar(
            select(func.count())
            .select_from(PrintJob)
            .where(
                PrintJob.parcel_id == job.parcel_id,
                PrintJob.kind.in_(kinds),
                PrintJob.id != job.id,
                PrintJob.state != "void",
                PrintJob.copies > 0,
            )
        )
    )


# ---- the slip -------------------------------------------------------------------------------------------------------


def slip_document(session: Session, job_id: bytes) -> PackingSlip:
    """The packing slip of a job. With `gift` or `hide_prices` no amount is in the document at all."""
    job, body = _job(session, job_id)
    assert job.order_id is not None
    bare = bool(body["gift"]) or bool(body["hide_prices"])
    parcel = session.get(Parcel, job.parcel_id, populate_existing=True) if job.parcel_id else None
    box = session.get(BoxType, parcel.box_type_id) if parcel is not None and parcel.box_type_id else None
    ship_to = _address(body["ship_to"])
    return PackingSlip(
        order_number=str(body["number"]),
        order_code=_order_code(session, job.order_id),
        date=job.queued_at.astimezone().date().isoformat(),
        shop=str(body["shop"]) or setting(session, "shop_name"),
        ship_from=ship_from(session),
        ship_to=ship_to,
        lines=_slip_lines(session, job.order_id, body, bare),
        totals=() if bare else _totals(body),
        currency="" if bare else str(body["currency"]),
        gift=bool(body["gift"]),
        gift_message=str(body["gift_message"]),
        note=str(body["note"]),
        parcel=str(parcel.number) if parcel is not None and parcel.number > 1 else "",
        box=box.name if box is not None else "",
        duplicate=_was_printed(session, job, "slip"),
        language=customer_language(session, ship_to.country),
    )


def _slip_lines(session: Session, order_id: bytes, body: dict[str, Any], bare: bool) -> tuple[SlipLine, ...]:
    short = {
        line_id.hex(): units
        for line_id, units in session.execute(
            select(BriefLine.line_id, BriefLine.short).where(BriefLine.order_id == order_id)
        )
    }
    found = []
    for line in body["lines"]:
        if not line["ships"] and bare:
            continue  # a fee or a gift card is an amount and nothing else
        ordered = int(line["quantity"])
        price = None if bare or line["unit_price"] is None else Decimal(line["unit_price"])
        total = None if price is None else price * ordered - Decimal(line["discount"] or 0)
        shipped = ordered - short.get(line["line_id"], 0)
        found.append(SlipLine(line["sku"], line["name"], line["variant"], ordered, shipped, price, total))
    return tuple(found)


def _totals(body: dict[str, Any]) -> tuple[SlipTotal, ...]:
    rows = []
    for name, label in (("subtotal", "Subtotal"), ("discount", "Discount"), ("shipping", "Shipping"), ("tax", "Tax")):
        amount = None if body[name] is None else Decimal(body[name])
        if amount:
            rows.append(SlipTotal(label, -amount if name == "discount" else amount))
    if body["total"] is not None:
        rows.append(SlipTotal("Total", Decimal(body["total"]), strong=True))
    return tuple(rows)


# ---- the label ------------------------------------------------------------------------------------------------------


def label_document(session: Session, job_id: bytes) -> ShippingLabel:
    """The shipping label of a job (label or reprint): what the parcel's row says, addressed out of the dossier."""
    job, body = _job(session, job_id)
    assert job.order_id is not None
    parcel = session.get(Parcel, job.parcel_id, populate_existing=True) if job.parcel_id else None
    if parcel is None or not parcel.tracking:
        raise KeyError(f"print job {job_id.hex()} has no parcel with a label")
    return ShippingLabel(
        carrier=carrier_name(session, parcel.carrier),
        service=parcel.service,
        ship_from=ship_from(session),
        ship_to=_address(body["ship_to"]),
        tracking=parcel.tracking,
        sscc=parcel.sscc,
        routing=routing_code(session, job.order_id, parcel.carrier),
        weight_g=parcel.weight_g or 0,
        order_number=str(body["number"]),
        parcel=_of_all(session, job.order_id, parcel.number),
        date=job.queued_at.astimezone().date().isoformat(),
        reference=str(body["number"]),
        duplicate=job.kind == "reprint" and _was_printed(session, job, "label", "reprint"),
    )


def carrier_name(session: Session, carrier: str) -> str:
    """The carrier as people know it: the setting `carrier_name`, the shop for the built-in one, else its code."""
    own = setting(session, "carrier_name") or setting(session, "shop_name")
    return own or carrier if carrier == CARRIER.code else carrier


def _of_all(session: Session, order_id: bytes, number: int) -> str:
    """ "2 of 2" once nothing is left to pack; only "1" while nobody knows how many there will be."""
    wanted = session.scalar(
        select(func.coalesce(func.sum(BriefLine.quantity - BriefLine.short), 0)).where(BriefLine.order_id == order_id)
    )
    boxed = session.execute(
        select(func.coalesce(func.sum(ParcelLine.quantity), 0), func.count(Parcel.number.distinct()))
        .join(Parcel, Parcel.id == ParcelLine.parcel_id)
        .where(Parcel.order_id == order_id, Parcel.state != "void")
    ).one()
    return f"{number} of {max(boxed[1], number)}" if boxed[0] >= (wanted or 0) else str(number)


# ---- parts ----------------------------------------------------------------------------------------------------------


def ship_from(session: Session) -> Address:
    """The site's own address: the setting `ship_from` (JSON with the fields of `documents.Address`)."""
    try:
        said = json.loads(setting(session, "ship_from", "{}"))
    except ValueError:
        said = {}
    return _address({"name": setting(session, "shop_name"), **(said if isinstance(said, dict) else {})})


def _address(said: dict[str, Any]) -> Address:
    known = ("name", "company", "line1", "line2", "city", "region", "postcode", "country", "phone", "email")
    return Address(**{name: str(said.get(name) or "") for name in known})


def _number(session: Session, order_id: bytes) -> str:
    return session.scalar(select(OrderBrief.number).where(OrderBrief.order_id == order_id)) or "?"


def _order_code(session: Session, order_id: bytes) -> str:
    """The code that opens the order here; made of its number where the table has none."""
    plain = "".join(c for c in _number(session, order_id).upper() if c in ALPHABET)
    return code_of(session, order_id, "order") or own_code("O" + plain)
