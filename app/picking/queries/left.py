"""Walks and ways back that were begun at this station and left in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.models import Cart, OrderBrief, Tote, Work
from app.picking.queries.put_back import running_put_back
from app.work.queries import Begun, begun, code_of


@dataclass(frozen=True, slots=True)
class WalkLeft:
    """A walk that is not over. `holder` is its cart, else its totes, by name; `code` the scan of that cart or tote.

    `orders` are the numbers of what is picked. `counted` is False while the totes of a walk that was taken over are
    still to be counted.
    """

    task_id: bytes
    since: datetime
    holder: str
    code: str
    orders: tuple[str, ...]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class WayBackLeft:
    """A tote that is being put back: its name, its code and whose it was."""

    task_id: bytes
    since: datetime
    tote: str
    code: str
    number: str


_HELD = Prepared(
    select(Work.id).where(
        Work.kind == "pick", Work.state == "leased", Work.started.is_(True),
        Work.station_id == bindparam("station_id"),
    )
)  # fmt: skip
_GOING_BACK = Prepared(
    select(Tote.id, Tote.name, OrderBrief.number)
    .outerjoin(OrderBrief, OrderBrief.order_id == Tote.order_id)
    .where(Tote.state == "putback")
)


def walks_left(session: Session, station_id: bytes) -> tuple[WalkLeft, ...]:
    """Walks whose work this station holds and that set out from here, or were taken over here; the oldest first."""
    held = {work_id for (work_id,) in _HELD.all(session, station_id=station_id)}
    found: list[WalkLeft] = []
    for one in begun(session, "TourStarted", "TakeOverBegun") if held else ():
        works = held & {bytes.fromhex(work) for work in one.body["works"]}
        if works:
            found.append(_walk(session, one, works))
            held -= works
    return tuple(sorted(found, key=lambda walk: walk.since))


def _walk(session: Session, one: Begun, works: set[bytes]) -> WalkLeft:
    cart_id = bytes.fromhex(one.body["cart_id"])
    totes = session.execute(select(Tote.id, Tote.name).where(Tote.work_id.in_(works)).order_by(Tote.name)).all()
    numbers = session.scalars(
        select(OrderBrief.number)
        .join(Work, Work.order_id == OrderBrief.order_id)
        .where(Work.id.in_(works))
        .order_by(OrderBrief.number)
    )
    if cart_id:
        name = session.scalar(select(Cart.name).where(Cart.id == cart_id)) or "?"
        code = code_of(session, cart_id, "cart")
    else:
        name = ", ".join(tote.name for tote in totes)
        code = code_of(session, totes[0].id, "tote") if totes else ""
    return WalkLeft(one.task_id, one.at, name, code, tuple(numbers), one.kind == "TourStarted")


def running_take_over(session: Session, station_id: bytes, subject: bytes) -> bytes | None:
    """The task here in which this tote or cart was taken over and is still to be counted, None without one."""
    waiting = {walk.task_id for walk in walks_left(session, station_id) if not walk.counted}
    for one in begun(session, "TakeOverBegun") if waiting else ():
        if one.task_id in waiting and subject.hex() in (one.body["cart_id"], *one.body["totes"]):
            return one.task_id
    return None


def ways_back_left(session: Session) -> tuple[WayBackLeft, ...]:
    """Totes whose way back was begun here and is not over; the oldest first."""
    rows = _GOING_BACK.all(session)
    since = {one.task_id: one.at for one in begun(session, "PutBackBegun")} if rows else {}
    found = []
    for tote_id, name, number in rows:
        task = running_put_back(session, tote_id)
        if task is not None and task in since:
            found.append(WayBackLeft(task, since[task], name, code_of(session, tote_id, "tote"), number or "?"))
    return tuple(sorted(found, key=lambda way: way.since))
