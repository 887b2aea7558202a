"""What follows at central: promises end, shorts are planned anew, orders move on, old leases close nothing."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from app.db import central_write, changed, reading
from app.models import Bin, Hold, Incident, Order, OrderLine, PickLine, Reservation, Sku, Stock, TimelineEntry, Work
from app.work.service.timeline import unpacked_words
from tests.picking.floor import CODES, DROP, Floor, bin_code, bin_id, card, floor, sku_id, tote_code, tote_id

MUG, TEA, SOAP, CANDLE = (CODES[name] for name in ("MUG", "TEA", "SOAP", "CANDLE"))
TOTE = tote_code("T-0001")
ORDER = [("MUG", "A-01-A", 3), ("TEA", "A-03-B", 1)]


def promises(made: Floor) -> dict[tuple[str, str], int]:
    """Promised units by SKU and bin; the reserved balances must say the same."""
    with reading(made.central) as session:
        rows = session.execute(
            select(Sku.sku, Bin.name, Reservation.quantity)
            .join(Sku, Sku.id == Reservation.sku_id)
            .join(Bin, Bin.id == Reservation.place_id)
        ).all()
        found: dict[tuple[str, str], int] = {}
        for sku, where, units in rows:
            found[sku, where] = found.get((sku, where), 0) + units
        reserved = {
            (sku, where): units
            for sku, where, units in session.execute(
                select(Sku.sku, Bin.name, Stock.reserved)
                .join(Sku, Sku.id == Stock.sku_id)
                .join(Bin, Bin.id == Stock.place_id)
                .where(Stock.reserved > 0)
            )
        }
    assert found == reserved
    return found


def story(made: Floor, number: str = "1001") -> list[str]:
    with reading(made.central) as session:
        rows = session.scalars(
            select(TimelineEntry.words)
            .join(Order, Order.id == TimelineEntry.order_id)
            .where(Order.number == number)
            .order_by(TimelineEntry.id)
        )
        return [str(unpacked_words(json.loads(row))) for row in rows]


def incidents(made: Floor) -> list[str]:
    with reading(made.central) as session:
        return sorted(session.scalars(select(Incident.kind).where(Incident.resolved_at.is_(None))))


def holds(made: Floor) -> list[str]:
    with reading(made.central) as session:
        return sorted(session.scalars(select(Hold.kind).where(Hold.released_at.is_(None))))


def started(**more: object) -> Floor:
    made = floor([ORDER], **more)  # type: ignore[arg-type]
    made.scan(TOTE)
    return made


def test_a_picked_order_has_a_story_and_no_promises_left() -> None:
    made = started()
    made.sync()
    assert made.order_state("1001") == "picking"

    made.walk()
    made.sync()

    assert (made.order_state("1001"), promises(made), incidents(made)) == ("picked", {}, [])
    assert story(made) == ["Picking started", "Picked: 4 units in tote T-0001, put down at DROP-1"]
    assert made.on_hand(tote_id("T-0001"), "MUG", side="central") == 3


def test_both_sides_hold_the_same_rows_in_the_end() -> None:
    made = started(stock=[("MUG", "C-04-A", 10, "")])
    made.scan(MUG, card("UNDO"), MUG, card("SHORT"), card("RSN2"))
    made.sync()
    made.walk()
    made.sync()

    tables = ("work", "pick_line", "tote", "stock", "order_brief", "brief_line")
    assert made.rows(*tables) == made.rows(*tables, side="central")


def test_a_short_is_planned_anew_from_another_bin() -> None:
    made = started(stock=[("MUG", "C-04-A", 10, "")])

    made.scan(MUG, card("SHORT"))
    made.sync()

    assert made.lines()[-1] == ("C-04-A", "MUG", 2, 0, 0, 0, "open")
    assert promises(made) == {("MUG", "C-04-A"): 2, ("TEA", "A-03-B"): 1}
    assert "2 units of MUG were missing in A-01-A: empty" in story(made)
    assert holds(made) == []


def test_a_short_that_is_nowhere_holds_the_order() -> None:
    made = started()

    made.scan(MUG, card("SHORT"))
    made.walk()
    made.sync()

    assert (holds(made), made.order_state("1001")) == (["short"], "picked")
    assert "short" in incidents(made)


def test_an_undone_short_takes_its_consequences_back() -> None:
    made = started(stock=[("MUG", "C-04-A", 10, "")])
    before = promises(made)
    made.scan(card("SHORT"))
    made.sync()
    assert promises(made) != before

    made.scan(card("UNDO"))
    made.sync()

    assert promises(made) == before
    assert [line for line in made.lines() if line[0] == "C-04-A"] == []
    assert (made.lines(side="central"), incidents(made)) == (made.lines(), [])


def test_an_undone_short_of_something_nowhere_ends_its_hold() -> None:
    made = started()
    made.scan(card("SHORT"))
    made.sync()
    assert holds(made) == ["short"]

    made.scan(card("UNDO"))
    made.sync()

    assert (holds(made), incidents(made)) == ([], [])
    with reading(made.central) as session:
        assert session.scalars(select(OrderLine.short)).all() == [0, 0]


def test_an_amended_short_gives_back_what_was_found_after_all() -> None:
    made = started(stock=[("MUG", "C-04-A", 10, "")])
    made.scan(card("SHORT"))
    made.sync()

    made.scan(card("QTY2"))
    made.sync()

    assert promises(made) == {("MUG", "A-01-A"): 2, ("MUG", "C-04-A"): 1, ("TEA", "A-03-B"): 1}
    made.walk()
    made.sync()
    assert (promises(made), made.on_hand(tote_id("T-0001"), "MUG", side="central")) == ({}, 3)


def test_undo_of_a_pick_promises_the_unit_again() -> None:
    made = started()
    before = promises(made)
    made.scan(MUG)
    made.sync()
    assert promises(made) != before

    made.scan(card("UNDO"))
    made.sync()

    assert promises(made) == before
    assert made.on_hand(bin_id("A-01-A"), "MUG", side="central") == 20


def test_undo_of_the_start_gives_the_order_back() -> None:
    made = started()
    made.sync()

    made.scan(card("UNDO"))
    made.sync()

    assert (made.ended, made.order_state("1001"), made.tote("T-0001", side="central")) == (
        True, "released", ("free", None),
    )  # fmt: skip


def test_a_line_that_comes_after_the_walk_ended_becomes_work_of_its_own() -> None:
    made = started(stock=[("MUG", "C-04-A", 10, "")])

    made.scan(MUG, card("SHORT"), TEA, DROP)
    assert made.ended
    made.sync()

    assert made.order_state("1001") == "picking"
    with reading(made.central) as session:
        rows = session.execute(
            select(Work.state, PickLine.quantity, PickLine.picked).join(PickLine, PickLine.work_id == Work.id)
        )
        assert sorted(tuple(row) for row in rows) == [("done", 1, 1), ("done", 3, 1), ("leased", 2, 0)]
    # leased already: the station had asked for more work in advance


def test_an_old_lease_closes_nothing_and_somebody_is_told() -> None:
    made = started()
    made.scan(MUG)
    with central_write(made.central) as session:
        session.execute(update(Work).values(fence=Work.fence + 1, station_id=None, state="ready"))
        for work in session.scalars(select(Work.id)):
            changed(session, Work, work)

    made.scan(MUG, MUG, TEA, DROP)
    made.sync()

    assert made.ended
    with reading(made.central) as session:
        assert session.scalars(select(Work.state)).all() == ["leased"]  # by what the station asked in advance
        assert session.scalars(select(PickLine.picked).order_by(PickLine.id)).all() == [0, 0]
    assert incidents(made) == ["stale_lease"]
    assert made.on_hand(tote_id("T-0001"), "MUG", side="central") == 3


def test_a_balance_below_zero_is_kept_and_told() -> None:
    made = started()
    with central_write(made.central) as session:
        session.execute(update(Stock).where(Stock.sku_id == sku_id("MUG")).values(on_hand=1))

    made.scan(MUG, MUG, MUG)
    made.sync()

    assert made.on_hand(bin_id("A-01-A"), "MUG", side="central") == -2
    assert incidents(made) == ["negative_stock"]


def test_a_code_that_nobody_can_read_is_told_once() -> None:
    made = started()

    made.scan(bin_code("A-01-A"), card("MANUAL"), card("MANUAL"))
    made.sync()

    assert incidents(made) == ["no_readable_code"]
