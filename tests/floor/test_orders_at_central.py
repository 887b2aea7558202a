"""What central answers a station about orders: their story, which stand still, and acts that need a lead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import Database, central_write
from app.facts import Stamp
from app.floor.facts import OrderRecalled
from app.floor.service import ANSWERS, CONSEQUENCES
from app.ids import new_id, stable_id
from app.models import BriefLine, Effect, Order, OrderBrief, Parcel, Person, Tote
from app.processing.service import check_order, release_order
from app.work.service.timeline import unpacked_words
from tests.central_home import NOW, line, stocked, table, take_in

LEAD, PICKER = stable_id("person", "Mia"), stable_id("person", "Ana")
STATION = b"s" * 16


@pytest.fixture
def session(shop: Database) -> Iterator[Session]:
    """A shop with 20 mugs, orders 1 (good), 2 (unpaid), 12 (good), a lead and a picker."""
    stocked(shop, "MUG,A-near,20")
    take_in(shop, table(line("1"), line("2", payment="unpaid"), line("12")))
    with central_write(shop) as made:
        for person, role in ((LEAD, "lead"), (PICKER, "picker")):
            made.add(Person(id=person, staff_number=role, name=role.title(), role=role, language="en", active=True))
        for order in made.scalars(select(Order.id)).all():
            check_order(made, order_id=order, now=NOW)
        made.flush()
        yield made


def order(session: Session, number: str) -> Order:
    found = session.scalars(select(Order).where(Order.number == number)).one()
    session.refresh(found)
    return found


def ask(session: Session, kind: str, **body: Any) -> dict[str, Any]:
    """The answer as it travels: JSON and nothing else."""
    body = {name: value.hex() if isinstance(value, bytes) else value for name, value in body.items()}
    answer: dict[str, Any] = json.loads(json.dumps(ANSWERS[kind](session, station_id=STATION, body=body, now=NOW)))
    return answer


def act(session: Session, kind: str, number: str, by: bytes = LEAD) -> str:
    """What came of an act, in words: done, or the name of the refusal."""
    answer = ask(session, kind, order_id=order(session, number).id, by=by)
    return str(unpacked_words(answer["done"])) if "done" in answer else answer["refused"]["name"]


def test_the_story_has_who_where_when_and_no_customer(session: Session) -> None:
    answer = ask(session, "story", order_id=order(session, "2").id)

    assert (answer["number"], answer["state"], answer["holds"]) == ("2", "received", ["payment"])
    assert str(unpacked_words(answer["stuck"]["cause"])) == "The order is not paid"
    assert [str(unpacked_words(m["words"])) for m in answer["moments"]][-1].startswith("Received from")
    assert not {"Lena", "Hoffmann", "Lindenstraße", "10969"} & set(json.dumps(answer, ensure_ascii=False).split('"'))


def test_an_order_that_central_does_not_know_has_no_story(session: Session) -> None:
    assert ask(session, "story", order_id=b"n" * 16) == {"order_id": (b"n" * 16).hex(), "moments": []}


def test_what_stands_still_is_listed_with_its_cause_and_what_only_waits_is_not(session: Session) -> None:
    for number in ("1", "12"):
        release_order(session, order_id=order(session, number).id, now=NOW)

    answer = ask(session, "stuck")

    assert [(row["number"], str(unpacked_words(row["who"]))) for row in answer["orders"]] == [("2", "Office")]
    assert answer["unseen"] == 0


def test_an_order_that_was_put_aside_stands_still_too(session: Session) -> None:
    release_order(session, order_id=order(session, "1").id, now=NOW)
    session.execute(update(Order).where(Order.number == "1").values(state="picked"))
    session.add(Tote(id=b"t" * 16, name="T1", state="parked", order_id=order(session, "1").id))
    session.flush()

    numbers = {row["number"] for row in ask(session, "stuck")["orders"]}

    assert numbers == {"1", "2", "12"}  # 12 was never released


@pytest.mark.parametrize(
    ("typed", "found"), [("1", ["1"]), ("2", ["2"]), ("12", ["12"]), ("#12", ["12"]), ("99", []), ("", [])]
)
def test_orders_are_found_by_their_number(typed: str, found: list[str], session: Session) -> None:
    assert [o["number"] for o in ask(session, "find-order", typed=typed)["orders"]] == found


def test_the_end_of_a_number_finds_it_when_nothing_else_does(session: Session) -> None:
    session.execute(update(Order).where(Order.number == "12").values(number="DE-4711"))

    assert [o["number"] for o in ask(session, "find-order", typed="711")["orders"]] == ["DE-4711"]


def test_a_lead_holds_releases_and_cancels(session: Session) -> None:
    assert act(session, "hold-order", "1") == "Order 1 is held"
    assert order(session, "1").state == "held"
    assert act(session, "release-order", "1") == "Order 1 is released"
    assert order(session, "1").state == "released"
    assert act(session, "release-order", "2") == "Order 2 is released"  # unpaid: a lead's word is enough
    assert act(session, "cancel-order", "1") == "Order 1 is cancelled"
    assert order(session, "1").state == "cancelled"


@pytest.mark.parametrize("kind", ["hold-order", "release-order", "cancel-order", "resend-mail"])
@pytest.mark.parametrize("by", [PICKER, b"n" * 16])
def test_who_may_not_is_refused_whatever_the_station_says(kind: str, by: bytes, session: Session) -> None:
    before = order(session, "1").state

    assert act(session, kind, "1", by) == "MayNot"
    assert order(session, "1").state == before


def test_what_only_data_can_clear_is_refused_with_its_cause(session: Session, shop: Database) -> None:
    session.execute(update(Order).where(Order.number == "1").values(state="shipped"))

    assert act(session, "cancel-order", "1") == "BoxClosed"
    answer = ask(session, "hold-order", order_id=b"n" * 16, by=LEAD)
    assert answer["refused"]["name"] == "NoOrder"


def test_the_last_mail_goes_out_once_more(session: Session) -> None:
    subject = order(session, "1").id
    assert act(session, "resend-mail", "1") == "NoMail"

    def mail(state: str) -> None:
        session.add(
            Effect(
                id=new_id(), kind="mail", subject_id=subject, request_id="shipped:1", order_id=subject, state=state,
                request=json.dumps({"event": "shipped", "parcels": [["aa", "PB1"]], "to": "l***@example.org"}),
                made_at=NOW,
            )
        )  # fmt: skip
        session.flush()

    mail("confirmed")
    assert act(session, "resend-mail", "1") == "The mail of order 1 goes out again"
    again = session.scalars(select(Effect).where(Effect.request_id.startswith("again:"))).one()
    assert (again.state, json.loads(again.request)) == ("intent", {"event": "shipped", "parcels": [["aa", "PB1"]]})
    session.execute(update(Effect).where(Effect.id == again.id).values(made_at=NOW.replace(hour=23)))
    assert act(session, "resend-mail", "1") == "MailWaits"


def test_a_recalled_order_is_at_packing_again_and_stations_know_its_lines(session: Session) -> None:
    # given an order that was shipped: stations have forgotten its lines
    found = order(session, "1")
    session.execute(update(Order).where(Order.id == found.id).values(state="shipped"))
    session.execute(update(OrderBrief).where(OrderBrief.order_id == found.id).values(state="shipped"))
    session.execute(BriefLine.__table__.delete().where(BriefLine.order_id == found.id))  # type: ignore[attr-defined]
    session.add(Parcel(id=b"p" * 16, order_id=found.id, state="closed"))
    session.flush()
    session.expire_all()

    # when its box is recalled
    fact = OrderRecalled(found.id, b"p" * 16)
    stamp = Stamp(
        fact_id=new_id(), station_id=STATION, incarnation=b"i" * 16, seq=1, group=1, at=NOW, tz_offset_min=0,
        actor_id=LEAD, task_id=b"", work_id=b"", lease_id=b"", fence=0, device="", scan_number=0, scan_text="",
    )  # fmt: skip
    fact.apply(session, stamp)
    CONSEQUENCES["OrderRecalled"](session, fact, stamp)

    # then it is packed again, with its lines
    assert order(session, "1").state == "packing"
    assert session.get_one(OrderBrief, found.id).state == "packing"
    assert len(session.scalars(select(BriefLine).where(BriefLine.order_id == found.id)).all()) == 1
