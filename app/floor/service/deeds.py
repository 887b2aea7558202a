"""What a hand did, in its own words: "2 × MUG picked from A-01-02". For a person who judges a record that central could
not apply, so whatever its bytes are, something is said, and nothing here may fail."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Bin, FactRow, OrderBrief, Parcel, PickLine, Sku, Tote, Work
from app.text import NOTHING, Text, say, verbatim

log = logging.getLogger(__name__)
Body = Mapping[str, Any]


class Things:
    """Names of what the ids in a body mean, "?" where nobody knows."""

    def __init__(self, session: Session, body: Body) -> None:
        self._session, self.body = session, body

    def _id(self, name: str) -> bytes:
        return bytes.fromhex(str(self.body.get(name, "")))

    def sku(self) -> str:
        sku_id = self._id("sku_id")
        if not sku_id:
            line = select(PickLine.sku_id).where(PickLine.id == self._id("pick_line_id"))
            sku_id = self._session.scalar(line) or b""
        return self._session.scalar(select(Sku.sku).where(Sku.id == sku_id)) or "?"

    def place(self, name: str = "place_id") -> str:
        place_id = self._id(name)
        found = self._session.scalar(select(Bin.name).where(Bin.id == place_id))
        return found or self._session.scalar(select(Tote.name).where(Tote.id == place_id)) or "?"

    def order(self) -> str:
        order_id = self._id("order_id")
        if not order_id and self.body.get("work_id"):
            order_id = self._session.scalar(select(Work.order_id).where(Work.id == self._id("work_id"))) or b""
        if not order_id and self.body.get("parcel_id"):
            order_id = self._session.scalar(select(Parcel.order_id).where(Parcel.id == self._id("parcel_id"))) or b""
        return self._session.scalar(select(OrderBrief.number).where(OrderBrief.order_id == order_id)) or "?"

    def units(self, name: str = "quantity") -> int:
        return int(self.body.get(name, 0))


Deed = Callable[[Things], Text]
_DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "Picked": lambda t: say("{n} × {sku} picked from {place}", n=t.units(), sku=t.sku(), place=t.place()),
        "Shorted": lambda t: say("{n} × {sku} said to be missing", n=t.units("short"), sku=t.sku()),
        "DamagedAtPick": lambda t: say("{n} × {sku} said to be damaged in {place}", n=t.units(), sku=t.sku(),
                                       place=t.place()),
        "Packed": lambda t: say("{n} × {sku} packed for order {number}", n=t.units(), sku=t.sku(), number=t.order()),
        "PutBack": lambda t: say("{n} × {sku} put back into {place}", n=t.units(), sku=t.sku(), place=t.place()),
        "Moved": lambda t: say("{n} × {sku} moved from {a} to {b}", n=t.units(), sku=t.sku(), a=t.place(),
                               b=t.place("to_place_id")),
        "Counted": lambda t: say("{place} was counted", place=t.place()),
        "StockSet": lambda t: say("{sku} set to {n} in {place}", sku=t.sku(), place=t.place(), n=t.units()),
        "TourStarted": lambda t: say("A walk was begun"),
        "Dropped": lambda t: say("A walk was put down at {place}", place=t.place()),
        "PackOpened": lambda t: say("Packing of order {number} was begun", number=t.order()),
        "LabelMade": lambda t: say("The label of order {number} was made", number=t.order()),
        "ParcelClosed": lambda t: say("A box of order {number} was closed", number=t.order()),
        "ParcelWeighed": lambda t: say("A box of order {number} was weighed", number=t.order()),
    }
)  # fmt: skip


def deed(session: Session, fact: FactRow) -> Text:
    """What was done, as far as its bytes can be read; else the kind of the record."""
    try:
        body = json.loads(fact.data)["body"]
        act = _DEEDS.get(fact.kind)
        things = Things(session, body)
        if act is not None:
            return act(things)
        if (number := things.order()) != "?":
            return say("{kind}, order {number}", kind=_words(fact.kind), number=number)
        if (sku := things.sku()) != "?":
            return say("{kind}, {sku}", kind=_words(fact.kind), sku=sku)
    except Exception as error:  # its bytes may be anything, and a person looks at it for just that reason
        log.info("fact %s can't be said: %s", fact.fact_id.hex(), error)
    return verbatim(_words(fact.kind))


def _words(kind: str) -> str:
    """`ReturnReceived` as it is read: "Return received"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind)[:40]
    return spaced[:1] + spaced[1:].lower()


# ---- why, and what to do --------------------------------------------------------------------------------------------

_CAUSES = (
    (("IntegrityError",), say("It contradicts what central has already")),
    (("KeyError", "ValueError", "TypeError", "JSONDecodeError", "UnicodeDecodeError"),
     say("Something in it is missing or can't be read")),
    (("OverflowError", "DataError"), say("A number in it is too large")),
    (("OperationalError",), say("Central's database could not write it")),
)  # fmt: skip
_DO_FACT = say("Look at the place. Right there? Put the record aside. Else try it again")
_DO_UNKNOWN = say("Bring central up to date; then it is applied by itself")
_NOTES: Mapping[str, tuple[Text, Text]] = MappingProxyType(
    {
        "fork": (say("Its records go to central once more; none is lost"),
                 say("Was its disk copied? Then sign one of the two off")),
        "central_lost": (say("Its records go to central once more; none is lost"),
                         say("Ask who restored central, or why its server was changed")),
        "central_moved": (say("It speaks to another server than before"), say("Nothing, if that was meant")),
        "clock_jump": (say("No lease ends by a clock that was set"), say("Look at the clock of central, then note it")),
        "fact_twice": (say("Both are kept, the first one counts"), say("Tell support, and name this number")),
        "file_damaged": (say("What could be saved goes on"), say("Change the disk of this station soon")),
    }
)  # fmt: skip


def cause(status: str, reason: str) -> Text:
    """Why central could not apply a record, without a word of its database's."""
    if status == "unknown":
        return say("Central must be updated to read it")
    kind = reason.partition(":")[0].strip()
    return next((words for names, words in _CAUSES if kind in names), say("Something in it can't be applied"))


def advice(status: str) -> Text:
    """What a lead does about a record that was set aside."""
    return _DO_UNKNOWN if status == "unknown" else _DO_FACT


def note_words(kind: str) -> tuple[Text, Text]:
    """What an incident of the protocol means, and what to do."""
    return _NOTES.get(kind, (NOTHING, say("Tell support")))


def for_support(reason: str) -> str:
    """The technical reason in one short line: the first, without statements and values of the database."""
    first = reason.partition("[SQL")[0].strip().splitlines()
    return re.sub(r"\b[0-9a-f]{16,}\b", "…", first[0])[:100] if first else ""
