"""Layouts as values and as files: what goes in comes out again, what is wrong is named, what is lost is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import main
from app.picking.rules.graph import Net, check
from app.picking.rules.layout import Aisle, Bin, Closure, CrossAisle, Door, Finding, Layout, Node
from app.picking.rules.layout import Path as Way
from app.picking.rules.layout_text import Read, read_csv, read_json, to_csv, to_json

SMALL = Layout(
    aisles=(Aisle("A1", 0, 0, 10_000), Aisle("A2", 3000, 0, 10_000, way="up")),
    cross_aisles=(CrossAisle("C1", 0, 0, 3000), CrossAisle("C2", 10_000, 0, 3000)),
    closures=(Closure("K", "A1", 8000, 9000),),
    doors=(Door("D", 3000, 10_000, 0, 0, to_zone="hall", length_mm=4000, seconds=5, way="forth"),),
    nodes=(Node("n1", 0, 0, "hall"), Node("n2", 3000, 4000, "hall")),
    paths=(Way("p1", "n1", "n2", way="forth"), Way("p2", "n2", "n1", 9000)),
    bins=(
        Bin("S", 0, 0, type="start"), Bin("shelf", 1500, -800),
        Bin("b1", 0, 4000, aisle="A1", bay="04", level="B", level_no=2, side="L", code="X1"),
        Bin("far", 1500, 2000, zone="hall", blocked=True),
    ),
)  # fmt: skip


@pytest.mark.parametrize(("write", "read"), [(to_json, read_json), (to_csv, read_csv)])
def test_a_layout_comes_back_from_a_file_as_it_went_in(write: object, read: object) -> None:
    assert callable(write)
    assert callable(read)
    assert read(write(SMALL)) == Read(SMALL, ())


names = st.text("abcXYZ019-, ;\"'é\n", min_size=1, max_size=6).map(str.strip).filter(bool)
mm = st.integers(-50_000, 50_000)


@given(
    aisles=st.lists(
        st.builds(Aisle, names, mm, st.integers(-50, 0), st.integers(1, 50), names), unique_by=lambda a: a.name
    ),
    bins=st.lists(st.builds(Bin, names, mm, mm, names, code=names), max_size=4, unique_by=lambda b: b.name),
)
def test_any_names_and_places_come_back(aisles: list[Aisle], bins: list[Bin]) -> None:
    layout = Layout(aisles=tuple(aisles), bins=tuple(bins))

    assert read_json(to_json(layout)) == Read(layout, ())
    assert read_csv(to_csv(layout)) == Read(layout, ())


TABLE = """kind;name;zone;x_mm;y_mm;y0_mm;y1_mm;x0_mm;x1_mm;aisle;side;way;label_code
bin;b1;;;500;;;;;A1;L;;L1
aisle;A1;;0;;0;1000;;;;;;
aisle;A2;;1.5;;0;1000;;;;;;
aisle;A3;;900;;0;1000;;;;;sideways;
cross_aisle;C1;;;0;;;0;900;;;;
bin;b2;;;1500;;;;;A1;;;
bin;b3;;;500;;;;;A7;;;
bin;b1;;;500;;;;;A1;;;
bin;b4;;;500;;;;;A1;up;;
bin;;;0;0;;;;;;;;
pit;P;;0;0;;;;;;;;
bin;b5;;77;;;;;;;;;
"""
SAID = [
    "row 4: aisle A2: x_mm is '1.5', expected a whole number of millimetres",
    "row 5: aisle A3: way is 'sideways', expected both | up | down",
    "row 7: bin b2: y_mm is '1500', expected 0 to 1000, as its aisle",
    "row 8: bin b3: aisle is 'A7', expected the name of an aisle",
    "row 9: bin b1: name is 'b1', expected a name that no other has",
    "row 10: bin b4: side is 'up', expected L | R",
    "row 11: bin : name is '', expected a name",
    "row 12: pit P: kind is 'pit', expected aisle, cross_aisle, closure, door, node, path, bin",
    "row 13: bin b5: y_mm is '', expected a whole number of millimetres",
]


def test_good_rows_go_in_and_each_bad_one_is_named() -> None:
    found = read_csv(TABLE)

    assert found.layout == Layout(
        (Aisle("A1", 0, 0, 1000),), (CrossAisle("C1", 0, 0, 900),),
        bins=(Bin("b1", 0, 500, aisle="A1", side="L", code="L1"),),
    )  # fmt: skip
    assert [str(fault) for fault in found.faults] == SAID


@pytest.mark.parametrize("text", ["[1]", '{"bins": 3}', "{"])
def test_what_is_no_layout_is_refused_whole(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
    with pytest.raises(ValueError, match="no columns kind and name"):
        read_csv(text)


def test_bins_out_of_reach_and_names_that_are_there_twice_are_found() -> None:
    layout = Layout(
        (
            Aisle("A1", 0, 0, 10_000), Aisle("A2", 3000, 0, 10_000, blocked=True),
            Aisle("A3", 6000, 3000, 10_000, zone="attic"), Aisle("A4", 6000, 0, 9_000, way="up"),
        ),
        (CrossAisle("C1", 0, 0, 6000),), (Closure("K", "A1", 4000, 5000),),
        bins=(
            Bin("S", 0, 0, type="start"), Bin("near", 0, 2000, aisle="A1", code="1"),
            Bin("closed", 0, 4500, aisle="A1"),
            Bin("behind", 0, 8000, aisle="A1", code="1"), Bin("blocked", 3000, 10, aisle="A2"),
            Bin("above", 6000, 4000, "attic", aisle="A3"), Bin("trap", 6000, 2000, aisle="A4"), Bin("near", 0, 2500),
        ),
    )  # fmt: skip

    assert set(check(layout)) == {
        Finding("same_name", "bin", "near"), Finding("same_code", "bin", "behind", "near"),
        Finding("unreachable", "bin", "closed"), Finding("unreachable", "bin", "behind"),
        Finding("unreachable", "bin", "blocked"), Finding("unreachable", "bin", "above"),
        Finding("no_way_out", "bin", "trap"),
    }  # fmt: skip


def test_a_layout_in_order_has_no_findings() -> None:
    layout = Layout(
        (Aisle("A1", 0, 0, 10_000),), (CrossAisle("C1", 0, 0, 6000),),
        bins=(Bin("b", 0, 500, aisle="A1"), Bin("c", 9, 9)),
    )  # fmt: skip

    assert check(layout) == ()


def big(aisles: int, bays: int) -> Layout:
    """A hall of so many aisles with bins on both sides."""
    lines = [Aisle(f"A{n:03}", n * 3000, 0, bays * 1000) for n in range(aisles)]
    crosses = [CrossAisle(f"C{n}", y, 0, (aisles - 1) * 3000) for n, y in enumerate((0, bays * 500, bays * 1000))]
    bins = [
        Bin(f"{a.name}-{bay:02}-{side}", a.x_mm, bay * 1000 + 500, aisle=a.name, bay=f"{bay:02}", side=side)
        for a in lines for bay in range(bays) for side in "LR"
    ]  # fmt: skip
    return Layout(tuple(lines), tuple(crosses), bins=tuple(bins))


def test_the_net_of_a_large_hall_holds_junctions_and_no_bins() -> None:
    layout = big(100, 50)

    found = read_csv(to_csv(layout))
    net = Net(found.layout)

    assert found.faults == ()
    assert len(found.layout.bins) == 10_000
    assert len(net.nodes) == 300
    assert check(found.layout) == ()


# ---- on the command line --------------------------------------------------------------------------------------------


def test_check_and_convert_say_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text(TABLE, encoding="utf-8")

    assert main(["layout", "check", str(tmp_path / "a.csv")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        *SAID,
        "1 bins, 1 aisles, 1 cross-aisles, 0 paths, 0 doors: 9 things wrong",
    ]
    assert main(["layout", "convert", str(tmp_path / "a.csv"), str(tmp_path / "b.json")]) == 1
    assert main(["layout", "check", str(tmp_path / "b.json"), "--json"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == '{"bins": 1, "faults": [], "findings": []}'
    (tmp_path / "c.csv").write_text("hello", encoding="utf-8")
    assert main(["layout", "check", str(tmp_path / "c.csv")]) == 2


def test_route_prints_length_and_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "l.json").write_text(to_json(SMALL), encoding="utf-8")
    (tmp_path / "p.csv").write_text("bin,rank\nb1,2\nshelf,1\nnowhere\n", encoding="utf-8")
    words = ["route", "--layout", str(tmp_path / "l.json"), "--picks", str(tmp_path / "p.csv")]

    assert main([*words, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {k: told[k] for k in ("length_mm", "exact", "order", "unreached", "unknown")} == {
        "length_mm": 2300 + 6300 + 4000, "exact": True, "order": ["shelf", "b1"],
        "unreached": [], "unknown": ["nowhere"],
    }  # fmt: skip
    assert main([*words, "--from", "b1"]) == 1
    assert capsys.readouterr().out.splitlines()[0].split() == ["1", "shelf", "6", "m"]
    assert main([*words, "--from", "b9"]) == 2
    assert main([*words, "--png", str(tmp_path / "x.png")]) == 2
    assert main(["route"]) == 2
