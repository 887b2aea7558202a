"""The plug is pulled in mid-flow: what was answered with the good beep is there, and the screen stands at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.barcodes import own_code
from tests.journeys import looking
from tests.journeys.floor import TOTE, Floor, picked, unit_codes
from tests.journeys.kills import Stage, begin_long_pick, kill_again_and_again, packed_on, picked_on
from tests.journeys.site import BADGE, site

LONG = 60


@pytest.mark.slow
def test_eight_kills_while_packing_break_no_word_that_was_given_to_the_hand(tmp_path: Path) -> None:
    with Floor(picked(tmp_path / "home"), tmp_path / "devices") as floor:
        floor.start_packing()
        ended = kill_again_and_again(floor, iter(unit_codes()), Stage("Packed", packed_on), kills=8, seed=11)
        floor.wait_even()
    assert ended.is_whole, ended
    assert ended.answered >= 4
    assert len(ended.joined.lost) == ended.unanswered - ended.unanswered_kept
    assert (
        looking.one(looking.central(floor.home.root), "SELECT sum(quantity) FROM v_movement WHERE reason='pack'") == 0
    )


@pytest.mark.slow
def test_four_kills_while_picking_break_no_word_that_was_given_to_the_hand(tmp_path: Path) -> None:
    soaps = (f"010401200000003021P{n:04d}" for n in range(LONG))
    with Floor(site(tmp_path / "home", "LONG"), tmp_path / "devices") as floor:
        begin_long_pick(floor, BADGE, TOTE, own_code("LA0103A"))
        ended = kill_again_and_again(floor, soaps, Stage("Picked", picked_on(LONG)), kills=4, seed=12)
        floor.wait_even()
    assert ended.is_whole, ended
    assert ended.answered >= 2
