"""Left, right, up and down, as somebody sees them who faces the rack."""

from __future__ import annotations

import pytest

from app.inventory.rules.racks import Slot, bays_from_left, levels_from_top, whereabouts, window
from app.picking.rules.proof import Proof, proof

SLOTS = tuple(
    Slot("B12", side, f"{bay:02d}", level, number, bay * 1000)
    for side in ("L", "R")
    for bay in range(1, 6)
    for number, level in enumerate("ABC", 1)
)


def slot(side: str, bay: str, level: str = "A") -> Slot:
    return next(s for s in SLOTS if (s.side, s.bay, s.level) == (side, bay, level))


def test_on_the_right_side_north_is_at_the_left_hand() -> None:
    assert bays_from_left(SLOTS, "B12", "R") == ("05", "04", "03", "02", "01")
    assert bays_from_left(SLOTS, "B12", "L") == ("01", "02", "03", "04", "05")
    assert levels_from_top(SLOTS, "B12", "R", ("04",)) == ("C", "B", "A")


@pytest.mark.parametrize(
    ("bay", "shown"),
    [("03", ("02", "03", "04")), ("01", ("01", "02", "03")), ("05", ("03", "04", "05")), ("09", ("09",))],
)
def test_three_bays_are_shown_around_the_target(bay: str, shown: tuple[str, ...]) -> None:
    assert window(("01", "02", "03", "04", "05"), bay) == shown


@pytest.mark.parametrize(
    ("scanned", "right", "words"),
    [
        (slot("L", "05"), slot("L", "04"), "Yours is one bay left"),
        (slot("R", "05"), slot("R", "04"), "Yours is one bay right"),
        (slot("L", "01"), slot("L", "04"), "Yours is 3 bays right"),
        (slot("L", "04", "A"), slot("L", "04", "C"), "Yours is 2 levels up"),
        (slot("L", "04", "C"), slot("L", "04", "B"), "Yours is one level down"),
        (slot("R", "04"), slot("L", "04"), "Yours is on the other side of the aisle, bay 04"),
        (Slot("B13", "L", "04", "A", 1, 0), slot("L", "04"), "Yours is in aisle B12"),
        (Slot("", "", "", "", 1, 0), slot("L", "04"), ""),
    ],
)
def test_where_the_right_bin_is_seen_from_the_scanned_one(scanned: Slot, right: Slot, words: str) -> None:
    assert str(whereabouts(SLOTS, scanned, right)) == words


def test_an_unknown_policy_is_the_strict_one() -> None:
    assert (proof("product", "once"), proof("?", "?")) == (Proof(False, False), Proof(True, True))
