"""The interaction budget: how many scans and touches each act may cost, counted at the wire.

One scan is one pull of the trigger, one touch one tap; sign-in is left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Home
from tests.journeys import looking
from tests.journeys.playing import at_work, sections
from tests.journeys.site import BY_BIN, BY_PRODUCT, site
from ui.play import BadLine, Player
from ui.simulated import SimulatedStation


def counted(root: Path) -> tuple[int, int]:
    """(scans, touches) after the sign-in, as the flight recorder has them."""
    found = looking.rows(looking.station(root), "SELECT touched FROM v_scan ORDER BY id")[1:]
    return sum(not touched for (touched,) in found), sum(touched for (touched,) in found)


@pytest.mark.parametrize(("file", "policy", "pick"), [("three.scan", BY_BIN, 8), ("three-product.scan", BY_PRODUCT, 5)])
def test_a_three_line_order_is_picked_in_8_or_5_scans_and_packed_in_4_and_1(
    tmp_path: Path, file: str, policy: str, pick: int
) -> None:
    home = site(tmp_path / "home", "THREE", policy=policy)
    with at_work(home) as work:
        cost = work.count(file)
    assert cost == {"pick": (pick, 0), "pack": (4, 0), "close": (1, 0)}
    assert counted(home.root) == (pick + 5, 0)
    assert looking.order_state(home.root, "THREE") == "shipped"
    assert looking.parcels(home.root, "THREE") == [("closed", 3)]


@pytest.mark.parametrize(
    ("file", "policy", "scans"), [("short-empty.scan", BY_BIN, 2), ("short-empty-product.scan", BY_PRODUCT, 1)]
)
def test_nothing_there_costs_the_bin_and_one_card(tmp_path: Path, file: str, policy: str, scans: int) -> None:
    home = site(tmp_path / "home", "SHORT", policy=policy)
    with at_work(home) as work:
        cost = work.count(file)
    assert cost["short"] == (scans, 0)
    assert looking.facts(home.root, "Shorted", "found", "short", "reason") == [(0, 3, 1)]
    assert looking.facts(home.root, "Picked", "quantity") == [(1,)]


def test_two_of_three_there_costs_both_and_one_card(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "SHORT", policy=BY_PRODUCT)
    with at_work(home) as work:
        cost = work.count("short-some.scan")
    assert cost["short"] == (3, 0)
    assert looking.facts(home.root, "Shorted", "found", "short", "reason") == [(2, 1, 1)]
    assert looking.facts(home.root, "Picked", "quantity") == [(1,), (1,), (1,)]


@pytest.mark.parametrize(
    ("file", "policy", "scans"), [("reference.scan", BY_BIN, 17), ("reference-product.scan", BY_PRODUCT, 14)]
)
def test_the_reference_order_costs_17_or_14_scans_and_no_touch(
    tmp_path: Path, file: str, policy: str, scans: int
) -> None:
    home = site(tmp_path / "home", "REF", policy=policy)
    with at_work(home) as work:
        cost = work.count(file)
    assert sum(scan for scan, _ in cost.values()) == scans
    assert counted(home.root) == (scans, 0)
    assert looking.order_state(home.root, "REF") == "shipped"
    assert looking.parcels(home.root, "REF") == [("closed", 5)]
    assert looking.prints(home.root) == [("slip", "sent", 1), ("label", "confirmed", 1)]
    assert (looking.units(home.root, "Picked"), looking.units(home.root, "Packed")) == (5, 5)
    assert {outcome for _, outcome in looking.scans(home.root)} == {"accepted"}


# ---- a shorter file does not finish the job -------------------------------------------------------------------------

REFERENCE = [line for lines in sections("reference.scan").values() for line in lines if line and line[0] != "#"]
NEEDED = [number for number, line in enumerate(REFERENCE) if line != "!empty"]


def play_quickly(home: Home, lines: list[str]) -> None:
    """Plays lines without waiting for central between scans; an act that can't be done is left out, as a hand would."""
    with SimulatedStation(home) as station:
        station.scan("BADGE-MARA")
        station.settle()
        player = Player(station)
        for line in lines:
            if not line.startswith("!"):
                station.scan(line)
                continue
            station.settle()
            try:
                player.play([line])
            except BadLine:
                continue
        station.settle()


def test_the_whole_file_finishes_the_job_played_quickly(tmp_path: Path) -> None:
    home = site(tmp_path / "home", "REF")
    play_quickly(home, REFERENCE)
    assert looking.order_state(home.root, "REF") == "shipped"


@pytest.mark.parametrize("left_out", NEEDED, ids=[f"{n + 1}-{REFERENCE[n].strip('!')}" for n in NEEDED])
def test_without_any_one_line_the_job_is_not_done(tmp_path: Path, left_out: int) -> None:
    home = site(tmp_path / "home", "REF")
    play_quickly(home, [line for number, line in enumerate(REFERENCE) if number != left_out])
    assert looking.order_state(home.root, "REF") != "shipped"
    assert [state for state, _ in looking.parcels(home.root, "REF")] != ["closed"]
