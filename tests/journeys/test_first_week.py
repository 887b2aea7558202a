"""The first week on a real floor: one scan file for each thing that goes wrong there, and what it must lead to."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from app.view import ItemPanel, ProblemHero, ScalePanel
from tests.journeys import looking
from tests.journeys.floor import wait_for
from tests.journeys.playing import SCANS, at_work
from tests.journeys.site import site


def lines(name: str) -> list[str]:
    return (SCANS / f"week-{name}.scan").read_text(encoding="utf-8").splitlines()


def last(played: Any) -> dict[str, Any]:
    """The last answer: its line, tone, screen and problem."""
    found: dict[str, Any] = played.answers[-1]
    return found


def test_the_sites_own_codes_work_for_badge_tote_bin_item_and_box(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    with at_work(home) as work:
        played = work.play(lines("aliases"))
    assert [a for a in played.answers if a["tone"] == "wrong"] == []
    assert looking.order_state(home.root, "REF") == "shipped"
    assert looking.rows(looking.central(home.root), "SELECT box, units FROM v_parcel") == [("L", 5)]


def test_scans_queued_behind_a_refusal_are_done_in_order_and_leave_it_on_the_screen_with_their_count(
    tmp_path: Path,
) -> None:
    home = site(tmp_path / "home", "REF")
    from ui.simulated import SimulatedStation

    # given a screen that has not been painted yet when the burst comes
    with at_work(home) as work:
        station: SimulatedStation = work.station
        work.play(lines("queue")[:-1])
        station.runner._paints = True  # a painted screen tells when it was seen; this one tells nothing
        work.play(lines("queue")[-1:])
        hero = station.view.hero
        # then the refusal stands, and both later scans were done
        assert isinstance(hero, ProblemHero)
        assert hero.queued == 2
        assert looking.facts(home.root, "Picked", "quantity") == [(1,), (1,), (1,)]
        assert looking.scans(home.root)[-3:] == [
            ("4012000000061", "refused"), ("4012000000023", "accepted"), ("LA0103AS", "accepted"),
        ]  # fmt: skip
        # when it has been seen, the next right scan clears it
        station.runner.seen(station.view.serial, time.monotonic_ns())
        station.settle()
        work.play(["4012000000030"])
        assert not isinstance(station.view.hero, ProblemHero)


def test_one_pull_that_is_read_twice_is_one_unit_and_is_echoed(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    with at_work(home) as work:
        played = work.play(lines("double"))
    assert looking.facts(home.root, "Picked", "quantity") == [(1,)]
    assert [outcome for _, outcome in looking.scans(home.root)][-2:] == ["accepted", "ignored"]
    assert last(played)["echo"] == "Read twice, counted once"


def test_six_soaps_at_four_a_second_are_six(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "SIX")
    with at_work(home) as work:
        work.play(lines("six"))
    assert looking.units(home.root, "Picked") == 6
    assert [outcome for _, outcome in looking.scans(home.root)] == ["accepted"] * 9


def test_a_case_code_counts_its_units(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "CASE")
    with at_work(home) as work:
        played = work.play(lines("case"))
    assert looking.facts(home.root, "Picked", "quantity") == [(12,)]
    assert played.answers[2]["tone"] == "step"
    assert "12 (1 case)" in played.answers[2]["echo"]


def test_the_paper_for_the_box_is_printed_before_anything_is_weighed(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE")
    with at_work(home) as work:
        work.play(lines("restart")[:10])
        slips = looking.prints(home.root)
        view = work.station.view
    assert slips == [("slip", "sent", 1)]
    assert view.kind == "pack.items"
    assert len(list((home.root / "devices" / "paper").glob("*.pdf"))) == 1


def test_a_routing_code_does_not_close_the_box_and_says_which_one_does(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE")
    with at_work(home) as work:
        played = work.play(lines("routing"))
        hero = work.station.view.hero
        assert last(played)["tone"] == "wrong"
        assert isinstance(hero, ProblemHero)
        assert any("lower code" in str(text).lower() for text in hero.do), hero.do
        assert looking.parcels(home.root, "THREE") == [("labelled", 3)]
        work.play(["!label"])
    assert looking.parcels(home.root, "THREE") == [("closed", 3)]


def test_the_sscc_on_the_label_closes_the_box_too(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE")
    with at_work(home) as work:
        work.play(lines("routing")[:-1])
        (sscc,) = looking.rows(looking.station(home.root), "SELECT sscc FROM v_parcel")[0]
        work.play(["00" + sscc])
    assert looking.order_state(home.root, "THREE") == "shipped"


def test_empty_frees_a_tote_that_is_still_bound_to_an_old_order(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "SIX")
    with at_work(home) as work:
        played = work.play(lines("empty"))
    assert last(played)["tone"] == "accepted"
    assert looking.facts(home.root, "ToteEmptied", "tote_id") != []


def test_a_partly_shorted_tote_is_parked_on_the_problem_shelf(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "SHORT")
    with at_work(home) as work:
        played = work.play(lines("park"))
    assert [a["tone"] for a in played.answers][-2:] == ["attention", "step"]
    assert looking.facts(home.root, "Parked", "held") == [(0,)]
    assert looking.parcels(home.root, "SHORT") == []
    assert looking.order_state(home.root, "SHORT") != "shipped"


def test_holes_in_the_master_data_stop_nobody(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "HOLES")
    with at_work(home) as work:
        station = work.station
        work.play(lines("holes"))
        # a unit without a readable code is proven by its bin, and that is logged
        assert len(looking.facts(home.root, "ManualProof", "digits")) == 1
        assert looking.units(home.root, "Picked") == 2
        # no picture has a designed state: the key is empty, and the screen is there all the same
        played = work.play(["T01P", "4012000000054"])
        assert [a["tone"] for a in played.answers] == ["step", "step"]
        assert looking.units(home.root, "Packed") == 1
        # no weight means no gate
        panels = [p for p in station.view.object if isinstance(p, ScalePanel)]
        assert [(p.low_g, p.high_g) for p in panels] == [(None, None)]


def test_a_skipped_stop_comes_last(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    with at_work(home) as work:
        played = work.play(lines("skip"))
    assert [a for a in played.answers if a["tone"] == "wrong"] == []
    assert len(looking.facts(home.root, "Skipped", "walk")) == 1
    assert looking.units(home.root, "Picked") == 5


def test_undo_takes_back_scan_by_scan_to_the_very_beginning(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    with at_work(home) as work:
        played = work.play(lines("undo"))
        shown = work.station.view
    assert [a for a in played.answers if a["tone"] == "wrong"] == []
    assert looking.units(home.root, "Picked") == 0
    assert looking.facts(home.root, "BinProved", "place_id") == []
    assert shown.kind == "pick.bin"
    assert looking.on_hand(home.root, "MUG-G") == {"A01-01-A": 40}


def test_a_scanner_that_comes_back_in_mid_tour_goes_on_at_the_same_line(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    with at_work(home) as work:
        played = work.play(lines("unplug"))
    assert [a["tone"] for a in played.answers if not a["line"].startswith("!")] == [
        "accepted", "accepted", "accepted", "step", "accepted", "step",
    ]  # fmt: skip
    assert looking.units(home.root, "Picked") == 3


def test_without_paper_the_label_waits_and_comes_out_once(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE")
    with at_work(home) as work:
        station = work.station
        work.play(lines("no-paper"))
        station.wait(lambda view: any("no paper" in str(chip.words) for chip in view.header.chips))
        assert station.printer.printed() == ()
        before = [job for job in looking.prints(home.root) if job[0] == "label"]
        assert before == [("label", "failed", 0)]
        work.play(["!paper_in"])
        station.wait(lambda _: len(station.printer.printed()) == 1)
        station.wait(lambda view: not any("no paper" in str(chip.words) for chip in view.header.chips))
        work.play(["!label", "!empty"])
        assert len(station.printer.printed()) == 1
        wait_for(lambda: ("label", "confirmed", 1) in looking.prints(home.root))  # the printer is asked once more
    assert looking.order_state(home.root, "THREE") == "shipped"
    assert [job for job in looking.prints(home.root) if job[0] == "label"] == [("label", "confirmed", 1)]


def test_after_a_restart_in_mid_pack_the_screen_stands_at_the_same_line(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "THREE")
    with at_work(home) as work:
        work.play(lines("restart"))
        shown = work.station.view
        assert shown.kind == "pack.items"
        assert shown.progress is not None
        assert (shown.progress.done, shown.progress.total) == (2, 3)
        work.play(["4012000000030", "!weigh", "!label", "!empty"])
    assert looking.parcels(home.root, "THREE") == [("closed", 3)]
    assert looking.prints(home.root) == [("slip", "sent", 1), ("label", "confirmed", 1)]


def test_after_a_restart_in_mid_pick_the_item_panel_wants_what_is_left(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "SIX")
    with at_work(home) as work:
        work.play(["T01P", "LA0103AS", "4012000000030", "4012000000030", "!restart"])
        (panel,) = [p for p in work.station.view.object if isinstance(p, ItemPanel)]
    assert panel.quantity == 4
