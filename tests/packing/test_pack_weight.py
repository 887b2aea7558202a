"""The weight gate at the bench, and what happens when no label can be made."""

from __future__ import annotations

import json

from sqlalchemy import delete, insert

from app.barcodes import own_code
from app.db import reading, station_write
from app.documents import ToteLabel
from app.events import Answered
from app.models import Dossier, NumberRange, OrderBrief, Parcel, PrintJob, SiteSetting, TariffBand, Tote, Zone
from app.packing import queries
from app.text import say
from app.view import CountDatum, Hero, ScalePanel, Sound, Tone
from tests.packing.kit import HERE, PackBench, dossier_body, order_id, tote_code


def full(bench: PackBench, *lines: tuple[str, int], **how: object) -> None:
    """An order with all its units in the box, before weighing."""
    bench.order("10482", *lines, tote="0412", **how)  # type: ignore[arg-type]
    bench.scan(tote_code("0412"))
    for name, units in lines:
        bench.item(name, units)


def test_a_missing_soap_is_found_by_its_weight(bench: PackBench) -> None:
    # given a box that should weigh 60 + 2×350 + 90
    full(bench, ("MUG", 2), ("SOAP", 1))

    # when it weighs a soap less
    outcome = bench.load(60 + 700)

    # then nothing is bought, and the screen says what to look for
    assert (outcome.sound, bench.rows(Parcel)[0]["tracking"]) == (Sound.ATTENTION, "")
    view = bench.view
    assert isinstance(view.hero, Hero)
    assert (view.kind, view.hero.tone) == ("pack.weight-off", Tone.WARN)
    assert (str(view.hero.imperative), str(view.hero.second)) == ("Check the box", "1 Soap bar 90 g missing? (90 g)")
    assert view.hero.datum == CountDatum("90 g", say("too light"))

    # and the right weight goes on by itself
    bench.load(60 + 700 + 90)
    assert bench.view.kind == "pack.label"


def test_an_extra_mug_is_found_by_its_weight(bench: PackBench) -> None:
    full(bench, ("MUG", 1), ("SOAP", 1))

    bench.load(60 + 350 + 90 + 350)

    hero = bench.view.hero
    assert isinstance(hero, Hero)
    assert str(hero.second) == "1 Ceramic mug 350 ml too many? (350 g)"


def test_a_weight_outside_can_be_called_right_and_that_is_recorded(bench: PackBench) -> None:
    full(bench, ("MUG", 1))
    bench.load(900)

    bench.scan(own_code("OPT1"), allowed=True)

    assert bench.view.kind == "pack.label"
    assert bench.kinds()[-3:] == ["WeightAccepted", "ParcelWeighed", "LabelMade"]
    assert bench.rows(Parcel)[0]["weight_g"] == 900


def test_the_edges_of_the_band_belong_to_it(bench: PackBench) -> None:
    # given 410 g expected, 15 g either way
    full(bench, ("MUG", 1))

    bench.load(394)
    assert bench.view.kind == "pack.weight-off"
    bench.load(426)
    assert bench.view.kind == "pack.weight-off"
    bench.load(425)
    assert bench.view.kind == "pack.label"


def test_an_unknown_weight_makes_the_box_a_sample(bench: PackBench) -> None:
    full(bench, ("MUG", 1), ("VASE", 1))
    panel = next(p for p in bench.view.object if isinstance(p, ScalePanel))
    assert (panel.low_g, panel.high_g, str(panel.words)) == (None, None, "Weight unknown: this box is the sample")

    bench.load(1777)

    assert bench.view.kind == "pack.label"
    assert bench.rows(Parcel)[0]["weight_g"] == 1777


def test_an_empty_scale_says_nothing(bench: PackBench) -> None:
    full(bench, ("MUG", 1))

    assert bench.load(3).sound is Sound.NONE
    assert bench.view.kind == "pack.weigh"


def test_done_takes_what_the_scale_shows_or_the_computed_weight(bench: PackBench) -> None:
    full(bench, ("MUG", 1))
    bench.scale_grams, bench.scale_stable = 400, False
    assert bench.card("DONE").refused == "ScaleRestless"

    bench.scale_grams = None
    assert bench.card("DONE").accepted
    assert bench.rows(Parcel)[0]["weight_g"] == 410


def test_undo_of_the_last_item_is_possible_at_the_scale(bench: PackBench) -> None:
    full(bench, ("MUG", 1), ("SOAP", 1))
    bench.load(900)

    bench.card("UNDO")

    assert (bench.view.kind, bench.bench.state.open) == ("pack.items", 1)


# ---- no label -------------------------------------------------------------------------------------------------------


def test_without_numbers_the_box_waits_and_goes_on_when_they_come(bench: PackBench) -> None:
    # given a station without numbers
    with station_write(bench.database) as session:
        session.execute(delete(NumberRange))
    full(bench, ("MUG", 1))

    # when the box is weighed, then numbers are asked for and the reason is on the screen
    bench.fill()
    assert [r.kind for r in bench.asked] == ["numbers"]
    hero = bench.view.hero
    assert isinstance(hero, Hero)
    assert (bench.view.kind, str(getattr(hero.datum, "name", ""))) == (
        "pack.await", "This station has no label numbers left",
    )  # fmt: skip

    # when they come, the label is made by itself
    with station_write(bench.database) as session:
        session.execute(insert(NumberRange).values(kind="parcel", first=7, last=9, station_id=HERE.station_id))
    bench.send(Answered(b"", "numbers", {"kind": "parcel", "first": 7, "last": 9}))
    assert bench.view.kind == "pack.label"
    assert bench.rows(Parcel)[0]["serial"] == 7


def test_a_box_without_a_tariff_leaves_the_bench_and_is_labelled_later(bench: PackBench) -> None:
    # given a country to which nobody goes
    full(bench, ("MUG", 1), ship_to={"country": "FR", "postcode": "75001"})
    bench.fill()
    assert bench.view.kind == "pack.await"

    # when the box is set aside
    gone = bench.scan(own_code("LPROBLEM1"))

    # then it has a paper with its order's code, and its tote is free
    assert gone.ends
    job = next(j for j in bench.rows(PrintJob) if j["kind"] == "awaiting")
    with reading(bench.database) as session:
        assert queries.document_for(session, job["id"]) == ToteLabel(own_code("O10482"), "Awaiting label 10482")
    assert bench.rows(Tote)[0]["state"] == "free"

    # when the tariff is there and that code is scanned
    with station_write(bench.database) as session:
        session.add(Zone(carrier="DHL", country="FR", postcode_prefix="", zone="D1"))
    bench.open_task()
    bench.scan(own_code("O10482"))

    # then the label is made at once, and closes it
    assert bench.view.kind == "pack.label"
    assert bench.label().sound is Sound.ORDER
    assert (bench.rows(OrderBrief)[0]["state"], len(bench.rows(Parcel))) == ("shipped", 1)


def test_too_heavy_is_said_with_its_limit(bench: PackBench) -> None:
    full(bench, ("VASE", 1))

    outcome = bench.load(40_000)

    assert str(outcome.echo.words if outcome.echo else "") == "Too heavy: 40 kg"
    assert bench.view.kind == "pack.await"


def test_a_service_without_a_price_offers_the_others(bench: PackBench) -> None:
    # given an order that asks for a service whose table has no band for it
    with station_write(bench.database) as session:
        session.execute(delete(TariffBand).where(TariffBand.service == "Express"))
        session.add(TariffBand(carrier="DHL", service="Express", zone="E1", up_to_g=100, price=1, currency="EUR"))
    full(bench, ("MUG", 1), service="Express")
    bench.fill()
    assert bench.view.kind == "pack.await"

    # when another one is chosen, then the label is made
    bench.card("CHANGE")
    bench.scan(own_code("OPT1"))
    label = bench.bench.state.label
    assert label is not None
    assert label.service == "Parcel"


# ---- put aside ------------------------------------------------------------------------------------------------------


def test_a_shorted_order_is_parked(bench: PackBench) -> None:
    # given an order of which one tea will not come
    bench.order("10482", ("MUG", 1), ("TEA", 2, 1), tote="0412")

    # when its tote is scanned, then the shelf is asked for, and what is missing is on the screen
    asked = bench.scan(tote_code("0412"))
    assert (asked.sound, bench.view.kind) == (Sound.ATTENTION, "pack.shelf")
    [lines] = bench.view.context
    assert [(str(r.name), r.short) for r in getattr(lines, "rows", ())] == [
        ("Tea tin 100 g", 1), ("Ceramic mug 350 ml", 0),
    ]  # fmt: skip
    assert bench.scan(own_code("LB1204C")).refused == "NotAProblemShelf"

    # when the shelf is scanned, then the tote stands there, still bound
    parked = bench.scan(own_code("LPROBLEM1"))
    assert parked.ends
    [tote] = bench.rows(Tote)
    assert (tote["state"], tote["order_id"] is not None, bench.kinds()) == ("parked", True, ["Parked"])
    assert bench.rows(OrderBrief)[0]["state"] == "picked"


def test_a_shorted_order_goes_on_where_the_site_ships_partly(bench: PackBench) -> None:
    with station_write(bench.database) as session:
        session.add(SiteSetting(name="partial_shipping", value="yes"))
    full(bench, ("MUG", 1))
    bench.fill()
    bench.label()
    bench.order("10483", ("MUG", 1), ("TEA", 2, 1), tote="0413")
    bench.open_task()

    bench.scan(tote_code("0413"))
    assert bench.view.kind == "pack.items"
    bench.item("MUG")
    bench.item("TEA")
    bench.fill()
    bench.label()
    assert {b["number"]: b["state"] for b in bench.rows(OrderBrief)} == {"10482": "shipped", "10483": "shipped"}


def test_a_parked_order_comes_back_with_what_is_in_its_box(bench: PackBench) -> None:
    # given an order with a mug in its box that is parked
    bench.order("10482", ("MUG", 2), tote="0412")
    bench.scan(tote_code("0412"))
    bench.item("MUG")
    bench.card("PARK")
    bench.scan(own_code("LPROBLEM1"))

    # when its tote is scanned again, then one mug is left, in the same box, and no second slip is printed
    bench.open_task()
    bench.scan(tote_code("0412"))
    assert (bench.bench.state.done, bench.bench.state.open) == (1, 1)
    assert [j["kind"] for j in bench.rows(PrintJob)] == ["slip"]
    bench.item("MUG")
    bench.fill()
    bench.label()
    assert [(p["number"], p["state"]) for p in bench.rows(Parcel)] == [(1, "closed")]


def test_hold_and_a_reason_card_hold_the_order(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), tote="0412")
    bench.scan(tote_code("0412"))

    bench.card("HOLD")
    assert bench.scan(own_code("RSN2")).ends

    assert (bench.rows(OrderBrief)[0]["state"], bench.rows(Tote)[0]["state"]) == ("held", "parked")
    assert bench.kinds()[-1] == "Parked"


def test_the_own_tote_leads_back_from_the_shelf(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 2), tote="0412")
    bench.scan(tote_code("0412"))
    bench.card("PARK")

    assert bench.scan(tote_code("0412")).accepted
    assert bench.view.kind == "pack.items"


def test_an_order_that_is_not_here_is_fetched_and_opens_by_the_answer(bench: PackBench) -> None:
    # given a station without the order's dossier
    bench.order("10482", ("MUG", 1), tote="0412", dossier=False)

    # when its tote is scanned, then central is asked and scans wait
    bench.scan(tote_code("0412"))
    [request] = bench.asked
    assert (request.kind, request.waits, bench.kinds()) == ("pack", True, [])

    # when the answer brought the dossier, then the order opens
    with station_write(bench.database) as session:
        body = json.dumps(dossier_body("10482", (("MUG", 1),)))
        session.add(Dossier(order_id=order_id("10482"), body=body, received_at=bench.clock.now()))
    bench.send(Answered(b"", "pack", {}))
    assert (bench.view.kind, bench.kinds()) == ("pack.items", ["PackOpened"])


def test_an_answer_without_the_order_is_said(bench: PackBench) -> None:
    bench.order("10482", ("MUG", 1), tote="0412", dossier=False)
    bench.scan(tote_code("0412"))

    outcome = bench.send(Answered(b"", "pack", {"dossiers": {}}))

    assert str(outcome.echo.words if outcome.echo else "") == "Central does not know what is in order 10482"
