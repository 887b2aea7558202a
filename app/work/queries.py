"""What a code means here, and the things it names: one SELECT on the table `code` decides."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from app import barcodes, events
from app.db import Prepared, one_of, remembered
from app.events import Read, Scan
from app.ids import ParcelId
from app.models import (
    Bin,
    BoxType,
    Cart,
    Code,
    Dossier,
    FactRow,
    OrderBrief,
    Parcel,
    Person,
    PersonPin,
    PinGuard,
    Receipt,
    ReturnCase,
    SiteSetting,
    Sku,
    StationRow,
    Tote,
    Voiding,
    Work,
)
from app.text import Text, say, verbatim
from app.view import Wanted
from app.work.rules import language_for, roles_of

# ---- what a scan means ----------------------------------------------------------------------------------------------


_KNOWN = Prepared(
    select(Code.kind, Code.subject, Code.units)
    .where(Code.value.in_([bindparam("text"), bindparam("gtin"), bindparam("sscc")]))
    .order_by(Code.kind, Code.subject, Code.units)
)
_TRACKED = Prepared(select(Parcel.id).where(Parcel.tracking == bindparam("text")).limit(1))
_NUMBERED = Prepared(select(Parcel.id).where(Parcel.sscc == bindparam("sscc")).limit(1))


def meaning(session: Session, scan: Scan) -> Read:
    """What this scan says here: a command by its form, else whatever the table `code` knows.

    A code of one of our classes is of that class only if it exists there; else it is tried as an item; two real
    meanings come back as `AmbiguousRead` and are asked, never guessed. A badge outranks its namesakes. Only what nobody
    knows is called damaged: a site may have a code that looks like a card of ours.
    """
    seen: dict[str, Any] = {
        "text": scan.text, "at": scan.at, "mono_ns": scan.mono_ns, "device": scan.device, "number": scan.number,
    }  # fmt: skip
    form = barcodes.form(scan.text)
    if form is not None and form.sound:
        return _by_form(form, seen)
    gs1 = barcodes.gs1(scan.text, scan.symbology)
    gtin, sscc = (gs1.gtin or scan.text, gs1.sscc or scan.text) if gs1 is not None else (scan.text, scan.text)
    rows = _KNOWN.all(session, text=scan.text, gtin=gtin, sscc=sscc)
    found = [_by_row(kind, subject, units, gs1, seen) for kind, subject, units in rows]
    badges: list[Read] = [read for read in found if isinstance(read, events.BadgeRead)]
    found = badges or list(dict.fromkeys(found))
    if not found:
        parcel = _parcel_of(session, scan.text, sscc) if scan.text else None
        if parcel is None:
            damaged = form is not None or _is_damaged(session, scan.text)
            return events.UnknownRead(reason="check" if damaged else "", **seen)
        return events.ParcelRead(parcel_id=ParcelId(parcel), **seen)
    return found[0] if len(found) == 1 else events.AmbiguousRead(meanings=tuple(found), **seen)


def _parcel_of(session: Session, text: str, sscc: str) -> bytes | None:
    found: bytes | None = _TRACKED.scalar(session, text=text) or _NUMBERED.scalar(session, sscc=sscc)
    return found


def _is_damaged(session: Session, text: str) -> bool:
    """Whether only the last character keeps this from being a code that we printed."""
    right = barcodes.mended(text)
    return right != "" and session.scalar(select(Code.kind).where(Code.value == right).limit(1)) is not None


def _by_form(form: barcodes.Form, seen: dict[str, Any]) -> Read:
    match form.kind:
        case "command":
            return events.CommandRead(word=form.value, **seen)
        case "quantity":
            return events.QuantityRead(units=int(form.value), **seen)
        case "choice":
            return events.ChoiceRead(choice=int(form.value), **seen)
        case "reason":
            return events.ReasonRead(reason=int(form.value), **seen)
        case _:
            return events.GradeRead(grade=int(form.value), **seen)


def _by_row(kind: str, subject: Any, units: int, gs1: barcodes.Gs1 | None, seen: dict[str, Any]) -> Read:
    match kind:
        case "item":
            g = gs1 or barcodes.Gs1()
            units *= max(g.count, 1)
            return events.ItemRead(sku_id=subject, units=units, lot=g.lot, expiry=g.expiry, serial=g.serial, **seen)
        case "bin":
            return events.BinRead(bin_id=subject, **seen)
        case "tote":
            return events.ToteRead(tote_id=subject, **seen)
        case "cart":
            return events.CartRead(cart_id=subject, **seen)
        case "badge":
            return events.BadgeRead(person_id=subject, **seen)
        case "box":
            return events.BoxTypeRead(box_type_id=subject, **seen)
        case "order":
            return events.OrderRead(order_id=subject, **seen)
        case "parcel":
            return events.ParcelRead(parcel_id=subject, **seen)
        case "receipt":
            return events.ReceiptRead(receipt_id=subject, **seen)
        case "return":
            return events.ReturnRead(return_id=subject, **seen)
        case _:
            return events.StationRead(station_id=subject, tray=kind == "tray", **seen)


# ---- the things themselves ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A bin or another fixed place; see `models.layout.Bin`. (x, y) in mm on the aisle's centre line."""

    id: bytes
    name: str
    type: str
    aisle: str
    bay: str
    level: str
    level_no: int
    side: str
    x_mm: int
    y_mm: int
    blocked: bool

    @property
    def parts(self) -> tuple[tuple[str, Text], ...]:
        """The name as people read it, cut in its parts."""
        if not (self.aisle and self.bay and self.level):
            return ((self.name, Text("")),)
        return ((self.aisle, say("Aisle")), (self.bay, say("Bay")), (self.level, say("Level")))


@dataclass(frozen=True, slots=True)
class SkuCard:
    """A product as a screen needs it. `code_tail`: the last four characters of its barcode, "" without one."""

    id: bytes
    sku: str
    name: str
    variant: str
    picture: str
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    lot_tracked: bool
    serial_tracked: bool
    hazard: str
    item_class: str
    code: str

    @property
    def code_tail(self) -> str:
        return self.code[-4:]

    @property
    def title(self) -> Text:
        return verbatim(self.name)


@dataclass(frozen=True, slots=True)
class ToteCard:
    id: bytes
    name: str
    state: str
    order_id: bytes | None
    work_id: bytes | None
    place_id: bytes | None


@dataclass(frozen=True, slots=True)
class OrderCard:
    """What every station knows of an order."""

    id: bytes
    number: str
    state: str
    gift: bool
    station: str
    ship_by: Any


_PLACE = Prepared(select(*(getattr(Bin, f.name) for f in fields(Place))).where(Bin.id == bindparam("place_id")))


@remembered
def place(session: Session, place_id: bytes) -> Place:
    """A place by id; KeyError when this mirror does not know it."""
    row = _PLACE.first(session, place_id=place_id)
    if row is None:
        raise KeyError(f"no place {place_id.hex()}")
    return Place(*row)


def _place(row: Bin) -> Place:
    return Place(*(getattr(row, f.name) for f in fields(Place)))


def places_of_type(session: Session, *types: str) -> tuple[Place, ...]:
    """All places of these types, by name."""
    rows = session.scalars(select(Bin).where(Bin.type.in_(types)).order_by(Bin.name))
    return tuple(_place(row) for row in rows)


_CODE = Prepared(
    select(Code.value)
    .where(Code.subject == bindparam("subject"), Code.kind == bindparam("kind"))
    .order_by(Code.units, Code.printed.desc(), Code.value)
)


@remembered
def code_of(session: Session, subject: bytes, kind: str) -> str:
    """The code to scan for a thing: ours where we printed one, else the site's; single units first; "" if none."""
    value: str = _CODE.scalar(session, subject=subject, kind=kind) or ""
    return value[1:] if kind == "item" and len(value) == 14 and value.startswith("0") else value


_SKU = Prepared(
    select(
        Sku.id, Sku.sku, Sku.name, Sku.variant, Sku.picture, Sku.weight_g, Sku.length_mm, Sku.width_mm, Sku.height_mm,
        Sku.lot_tracked, Sku.serial_tracked, Sku.hazard, Sku.item_class,
    ).where(Sku.id == bindparam("sku_id"))
)  # fmt: skip


@remembered
def sku_card(session: Session, sku_id: bytes) -> SkuCard:
    """A product by id; KeyError when this mirror does not know it."""
    row = _SKU.first(session, sku_id=sku_id)
    if row is None:
        raise KeyError(f"no SKU {sku_id.hex()}")
    return SkuCard(*(*row, code_of(session, sku_id, "item")))


_TOTE = Prepared(select(*(getattr(Tote, f.name) for f in fields(ToteCard))).where(Tote.id == bindparam("tote_id")))


def tote_card(session: Session, tote_id: bytes) -> ToteCard:
    """A tote by id; KeyError when this mirror does not know it."""
    row = _TOTE.first(session, tote_id=tote_id)
    if row is None:
        raise KeyError(f"no tote {tote_id.hex()}")
    return ToteCard(*row)


_ORDER = Prepared(
    select(
        OrderBrief.order_id, OrderBrief.number, OrderBrief.state, OrderBrief.gift, OrderBrief.station,
        OrderBrief.ship_by,
    ).where(OrderBrief.order_id == bindparam("order_id"))
)  # fmt: skip


def order_card(session: Session, order_id: bytes) -> OrderCard | None:
    """What this mirror knows of an order, None when nothing."""
    row = _ORDER.first(session, order_id=order_id)
    return None if row is None else OrderCard(*row)


_DOSSIER = Prepared(select(Dossier.body).where(Dossier.order_id == bindparam("order_id")))
_SETTING = Prepared(select(SiteSetting.value).where(SiteSetting.name == bindparam("name")))


def dossier(session: Session, order_id: bytes) -> dict[str, Any] | None:
    """What a claim brought along for an order (see `work.service.dossier_of`), None when it is not here."""
    body = _DOSSIER.scalar(session, order_id=order_id)
    return None if body is None else dict(json.loads(body))


def setting(session: Session, name: str, default: str = "") -> str:
    """A word of the site."""
    return _SETTING.scalar(session, name=name) or default


def settings_table(session: Session, name: str) -> dict[str, str]:
    """A setting that is a JSON object of texts; {} when it is something else."""
    try:
        said = json.loads(setting(session, name, "{}"))
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}


def customer_language(session: Session, country: str) -> str:
    """In which language people of a country are written to: by the site's settings and ours (`rules.language_for`)."""
    own = settings_table(session, "mail_languages")
    return language_for(country, setting(session, "mail_language", "en"), own=own)


def describe(session: Session, event: Read) -> tuple[Text, Text]:
    """What a read is, in words: ("That is bin B12-05-C", detail). Classify first, then answer what it is."""
    match event:
        case events.ItemRead():
            card = sku_card(session, event.sku_id)
            what = say("That is {name}", name=card.name)
            return what, verbatim(" · ".join(p for p in (card.variant, card.sku) if p))
        case events.BinRead():
            there = place(session, event.bin_id)
            return (say("That is bin {name}", name=there.name) if there.aisle else _that_is(there.name)), Text("")
        case events.ToteRead():
            tote = tote_card(session, event.tote_id)
            order = order_card(session, tote.order_id) if tote.order_id else None
            detail = say("It holds order {number}", number=order.number) if order else say("It is free")
            return say("That is tote {name}", name=tote.name), detail
        case events.CartRead():
            return _that_is(_name(session, Cart, event.cart_id)), Text("")
        case events.BadgeRead():
            return say("That is the badge of {name}", name=_name(session, Person, event.person_id)), Text("")
        case events.BoxTypeRead():
            return _that_is(_name(session, BoxType, event.box_type_id)), Text("")
        case events.OrderRead():
            card_ = order_card(session, event.order_id)
            return say("That is order {number}", number=card_.number if card_ else "?"), Text("")
        case events.StationRead():
            name = _name(session, StationRow, event.station_id)
            return (say("That is the rework tray of {name}", name=name) if event.tray else _that_is(name)), Text("")
        case events.ParcelRead():
            return say("That is a shipping label"), verbatim(event.text)
        case events.ReceiptRead():
            number = session.scalar(select(Receipt.number).where(Receipt.id == event.receipt_id)) or "?"
            return say("That is delivery {number}", number=number), Text("")
        case events.ReturnRead():
            number = session.scalar(select(ReturnCase.number).where(ReturnCase.id == event.return_id)) or "?"
            return say("That is return {number}", number=number), Text("")
        case events.CommandRead():
            return say("{word} does nothing here", word=event.word), Text("")
        case events.QuantityRead():
            return say("A quantity card follows an item"), Text("")
        case events.ReasonRead() | events.GradeRead() | events.ChoiceRead():
            return say("That card is not asked for here"), Text("")
        case events.UnknownRead(reason="check"):
            return say("That label is damaged"), say("Its check character is wrong: {code}", code=event.text)
        case _:
            return say("Nobody here knows this code"), verbatim(event.text)


def _that_is(name: str) -> Text:
    """For things whose names say already what they are ("Cart 08", "Problem shelf")."""
    return say("That is {name}", name=name)


def _name(session: Session, model: type[Any], key: bytes) -> str:
    return session.scalar(select(model.name).where(model.id == key)) or "?"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A thing that has a label of its own: the code to print, its name, and for people their role."""

    subject: bytes
    code: str
    name: str
    role: str = ""


def labelled(session: Session, kind: str) -> tuple[Labelled, ...]:
    """Every bin, tote, cart or badge with the code that stands on its label (ours where we printed one), by name."""
    model: Any = {"bin": Bin, "tote": Tote, "cart": Cart, "badge": Person}[kind]
    found = []
    for row in session.scalars(select(model).order_by(model.name)):
        code = code_of(session, row.id, kind)
        if code:
            found.append(Labelled(row.id, code, row.name, getattr(row, "role", "")))
    return tuple(found)


_TO_PICK = (Work.kind == "pick", Work.state.in_(one_of("ready", "leased")), Work.started.is_(False))
_ONE_TO_PICK = Prepared(select(Work.id).where(*_TO_PICK).limit(1))
_FREE_TOTE = Prepared(select(Tote.id, Tote.name).where(Tote.state == "free").order_by(Tote.name).limit(1))


def tote_to_pick(session: Session) -> tuple[Wanted, ...]:
    """A free tote to name as the next thing to scan, while orders wait to be picked; empty when none wait."""
    if _ONE_TO_PICK.first(session) is None or (row := _FREE_TOTE.first(session)) is None:
        return ()
    tote_id, name = row
    return (Wanted("tote", say("Free tote {name}", name=name), code_of(session, tote_id, "tote")),)


# ---- what was begun here --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """A fact of this station with which a task began and that nobody took back; `body` as in the fact."""

    kind: str
    task_id: bytes
    at: datetime
    body: dict[str, Any]


_KEPT = ~select(Voiding.fact_id).where(Voiding.fact_id == FactRow.fact_id).exists()
_BEGUN = Prepared(
    select(FactRow.kind, FactRow.task_id, FactRow.at, FactRow.data)
    .where(FactRow.kind.in_([bindparam("kind"), bindparam("other")]), FactRow.task_id.is_not(None), _KEPT)
    .order_by(FactRow.seq.desc())
    .limit(bindparam("most"))
)
_LAST_OF = Prepared(
    select(FactRow.kind)
    .where(FactRow.task_id == bindparam("task_id"), FactRow.kind != "Voided", _KEPT)
    .order_by(FactRow.seq.desc())
    .limit(1)
)


def begun(session: Session, kind: str, other: str = "", most: int = 20) -> tuple[Begun, ...]:
    """The last facts of one or two kinds that were recorded in tasks of this station, newest first; at most so many."""
    rows = _BEGUN.all(session, kind=kind, other=other or kind, most=most)
    return tuple(Begun(is_, task, at, dict(json.loads(data)["body"])) for is_, task, at, data in rows)


def last_kind(session: Session, task_id: bytes) -> str:
    """What was recorded last in a task of this station, "" when nothing was (or all of it was taken back)."""
    return _LAST_OF.scalar(session, task_id=task_id) or ""


# ---- who may approve ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff with what is kept of the PIN ("" without one)."""

    person_id: bytes
    name: str
    role: str
    pin: str


@dataclass(frozen=True, slots=True)
class WrongPins:
    """Wrong PINs in a row of a person or a station, and when the last one was typed by the time of which boot."""

    subject: bytes
    failures: int
    boot: bytes
    mono_ns: int


def staff(session: Session, person_id: bytes) -> Staff | None:
    """A member of staff, None when unknown or no longer active."""
    row = session.get(Person, person_id, populate_existing=True)
    if row is None or not row.active:
        return None
    pin = session.scalar(select(PersonPin.hash).where(PersonPin.person_id == person_id)) or ""
    return Staff(row.id, row.name, row.role, pin)


def holds(session: Session, person_id: bytes, right: str) -> bool:
    """Whether this person's role holds the right now: what central asks before it believes an approval."""
    person = staff(session, person_id)
    return person is not None and person.role in roles_of(right)


def wrong_pins(session: Session, *subjects: bytes) -> tuple[WrongPins, ...]:
    """The counters of these persons and stations, of all without any named; those at zero are left out."""
    rows = select(PinGuard.subject, PinGuard.failures, PinGuard.boot, PinGuard.mono_ns).where(PinGuard.failures > 0)
    found = session.execute(rows.where(PinGuard.subject.in_(subjects)) if subjects else rows)
    return tuple(WrongPins(r.subject, r.failures, r.boot or b"", r.mono_ns) for r in found)


def products_named(session: Session, words: str, limit: int = 6) -> tuple[SkuCard, ...]:
    """Active products whose SKU begins with the words, or whose name or variant has all of them; by SKU."""
    parts = words.split()
    if not parts:
        return ()
    both = Sku.name + " " + Sku.variant
    named = and_(*(both.icontains(part, autoescape=True) for part in parts))
    begins = Sku.sku.istartswith(words.strip(), autoescape=True)
    wanted = select(Sku.id).where(Sku.active, begins | named).order_by(~begins, Sku.sku).limit(limit)
    return tuple(sku_card(session, sku_id) for sku_id in session.scalars(wanted).all())


_ORDERS_TO_PICK = Prepared(select(func.count()).select_from(Work).where(*_TO_PICK))
_TOTES_TO_PACK = Prepared(select(func.count()).select_from(Tote).where(Tote.state.in_(one_of("dropped", "packing"))))


def orders_to_pick(session: Session) -> int:
    """Orders whose pick work nobody has begun: what the tile of picking counts."""
    return int(_ORDERS_TO_PICK.scalar(session))


def totes_to_pack(session: Session) -> int:
    """Totes that wait at a pack lane or stand on a bench: what the tile of packing counts."""
    return int(_TOTES_TO_PACK.scalar(session))


def languages_spoken(session: Session) -> tuple[str, ...]:
    """The languages of everybody who works here, by name."""
    rows = session.scalars(select(Person.language).where(Person.active.is_(True)).distinct())
    return tuple(sorted(language for language in rows if language))
