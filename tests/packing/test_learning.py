"""Weights that are learnt: boxes of one SKU teach what master data lacks or has wrong, and block nobody for ever."""

from __future__ import annotations

import json
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import main
from app.db import Database, central_write, reading
from app.models import Sku, SkuWeight
from app.packing.queries import learnt_weight, learnt_weights
from app.packing.rules.learning import ENOUGH, MEMORY, STRAYS, Learnt, learn, unit_mg, weight_of
from app.packing.service import forget_weight
from app.packing.workflows.pack_desk import band_of
from app.sync.central import SqlCentral
from app.sync.mirror import apply_feed
from app.sync.wire import Cursor
from tests.engines import stranger
from tests.packing.kit import HERE, PackBench, sku, tote_code
from tests.packing.test_pack_central import central, push

__all__ = ["central"]
GRAMS = st.integers(1, 100_000)


def taught(*boxes_g: int, units: int = 1) -> Learnt:
    """What is known after boxes in which a unit weighed so much."""
    found = reduce(lambda known, grams: learn(known, grams * 1000, units), boxes_g, None)
    assert found is not None
    return found


# ---- the rule -------------------------------------------------------------------------------------------------------


def test_a_weight_that_nobody_knows_is_used_after_three_boxes_that_agree() -> None:
    assert [weight_of(None, taught(*[212] * n)) for n in range(1, 5)] == [None, None, 212, 212]


def test_of_what_varies_no_weight_is_believed() -> None:
    assert weight_of(None, taught(150, 260, 180, 240)) is None


def test_the_master_data_is_overruled_after_five_boxes_that_contradict_it() -> None:
    assert [weight_of(350, taught(*[410] * n)) for n in (1, 4, 5, 9)] == [350, 350, 410, 410]


def test_master_data_that_is_nearly_right_stays() -> None:
    assert weight_of(350, taught(*[362] * 20)) == 350


def test_one_box_with_a_missing_unit_moves_little_and_three_in_a_row_begin_anew() -> None:
    known = taught(*[200] * 10)

    once = learn(known, 100_000, 1)
    anew = reduce(lambda before, _: learn(before, 300_000, 1), range(STRAYS), known)

    assert (once.mean_mg, once.strays) == (200_000, 1)
    assert learn(once, 201_000, 1).strays == 0
    assert (anew.parcels, anew.grams) == (1, 300)


def test_a_product_that_grew_slowly_is_followed() -> None:
    known = reduce(lambda before, grams: learn(before, grams * 1000, 1), range(200, 400, 2), taught(200, 200, 200))

    assert known.is_steady
    assert known.grams > 380


@given(st.lists(GRAMS, min_size=1, max_size=60))
def test_whatever_was_weighed_the_mean_lies_between_the_boxes_and_in_bounds(boxes: list[int]) -> None:
    known = taught(*boxes)

    assert min(boxes) * 1000 <= known.mean_mg + 1
    assert known.mean_mg <= max(boxes) * 1000
    assert known.low_mg <= known.mean_mg <= known.high_mg
    assert 1 <= known.parcels <= len(boxes)


@given(st.lists(GRAMS, max_size=20), GRAMS)
def test_a_wrong_weight_never_blocks_for_ever(before: list[int], right: int) -> None:
    known = reduce(lambda learnt, grams: learn(learnt, grams * 1000, 1), before, None)
    wrong = 2 * right + 11

    after = reduce(lambda learnt, _: learn(learnt, right * 1000, 1), range(2 * MEMORY * ENOUGH), known)

    found = weight_of(wrong, after)
    assert found is not None
    assert abs(found - right) <= 1 + right // 1000  # what was weighed before fades box by box
    settled = reduce(lambda learnt, _: learn(learnt, right * 1000, 1), range(10 * MEMORY), after)
    assert weight_of(wrong, settled) == right


@pytest.mark.parametrize(
    ("box_g", "tare_g", "units", "each"),
    [(1000, 160, 4, 210_000), (160, 160, 1, None), (150, 160, 1, None), (1000, 0, 0, None), (200_000, 0, 1, None)],
)
def test_what_is_no_weight_teaches_nothing(box_g: int, tare_g: int, units: int, each: int | None) -> None:
    assert unit_mg(box_g, tare_g, units) == each


# ---- at the bench and at central ------------------------------------------------------------------------------------


def pack_one(bench: PackBench, number: str, name: str, units: int, grams: int, *, accept: bool = False) -> None:
    """An order of one SKU is packed and weighed; `accept` by a lead where the scale says something else."""
    bench.open_task()
    bench.order(number, (name, units), tote=number)
    bench.scan(tote_code(number))
    bench.item(name, units)
    bench.load(grams)
    if accept:
        bench.scan("OPT1Y", allowed=True)
    bench.label()
    assert bench.bench.state.closed


def back(bench: PackBench, central: Database) -> None:
    """What central decided comes to the station."""
    pulled = SqlCentral(central, bench.clock).pull(HERE.station_id, Cursor(0, b""), ())
    with bench.write() as session:
        apply_feed(session, pulled.rows)


def test_samples_become_a_gate_at_the_station(bench: PackBench, central: Database) -> None:
    # given three boxes with vases, of which nobody knows the weight
    for number in ("2001", "2002", "2003"):
        pack_one(bench, number, "VASE", 2, 1400)
    push(bench, central)
    with reading(central) as session:
        [line] = learnt_weights(session)
    back(bench, central)

    # when the fourth is packed
    bench.open_task()
    bench.order("2004", ("VASE", 1), tote="2004")
    bench.scan(tote_code("2004"))
    bench.item("VASE")
    band = band_of(bench.bench.state, bench)

    # then it has a band, by what was learnt of the others
    assert (line.sku, line.learnt.parcels, line.learnt.units, line.used_g) == ("VASE", 3, 6, line.learnt.grams)
    assert band is not None
    assert band.holds(1400 - line.learnt.grams)


def test_a_weight_that_is_wrong_asks_a_lead_five_times_and_no_more(bench: PackBench, central: Database) -> None:
    # given mugs that weigh 500 g, and 350 g by the master data
    for number in ("2001", "2002", "2003", "2004", "2005"):
        pack_one(bench, number, "MUG", 1, 620, accept=True)
    push(bench, central)
    back(bench, central)

    # then the next one closes by itself
    pack_one(bench, "2006", "MUG", 1, 620)


def test_a_box_of_two_products_and_one_without_a_scale_teach_nothing(bench: PackBench, central: Database) -> None:
    bench.order("2001", ("MUG", 1), ("TEA", 1), tote="2001")
    bench.scan(tote_code("2001"))
    bench.item("MUG")
    bench.item("TEA")
    bench.fill()
    bench.label()
    bench.open_task()
    bench.scale_grams = None
    bench.order("2002", ("MUG", 1), tote="2002")
    bench.scan(tote_code("2002"))
    bench.item("MUG")
    bench.card("DONE")
    bench.label()
    push(bench, central)

    with reading(central) as session:
        assert learnt_weights(session) == ()


def test_what_was_learnt_is_listed_and_can_be_forgotten(central: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with central_write(central) as session:
        session.merge(Sku(id=sku("VASE"), sku="VASE", name="Vase"))
        row = {"parcels": 14, "units": 20, "mean_mg": 212_400, "low_mg": 208_000, "high_mg": 216_000, "strays": 0}
        session.add(SkuWeight(sku_id=sku("VASE"), **row))

    home = str(stranger(central).parent)
    assert main(["stock", "weights", "--home", home, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"] == [
        {
            "sku": "VASE", "name": "Vase", "weight_g": None, "learnt_g": 212, "parcels": 14, "units": 20, "low_g": 208,
            "high_g": 216, "steady": True, "used_g": 212,
        }
    ]  # fmt: skip
    main(["stock", "weights", "--home", home])
    assert "learnt 212 g from 14 parcels, no weight in the master data; used: 212 g" in capsys.readouterr().out
    assert main(["stock", "weights", "--sku", "VASE", "--forget", "--home", home]) == 0
    with central_write(central) as session:
        assert learnt_weight(session, sku("VASE")) is None
        assert not forget_weight(session, sku_id=sku("VASE"))
    assert main(["stock", "weights", "--sku", "VASE", "--forget", "--home", home]) == 2
