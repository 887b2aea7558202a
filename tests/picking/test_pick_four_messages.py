"""A wrong kind, a wrong one of its kind, something of somebody else and something unknown: four different answers."""

from __future__ import annotations

import pytest

from tests.picking.floor import CODES, DROP, bin_code, floor, tote_code

ORDERS = ([("MUG", "A-01-A", 2), ("TEA", "A-03-B", 1)], [("SOAP", "B-02-A", 1)])
WRONG_AT = {
    "bin": (DROP, bin_code("A-03-B"), tote_code("T-0002"), "9999999"),
    "item": (bin_code("B-02-A"), CODES["TEA"], tote_code("T-0002"), "9999999"),
}


@pytest.mark.parametrize("step", WRONG_AT)
def test_wrong_kind_wrong_one_known_elsewhere_and_unknown_say_four_things(step: str) -> None:
    # given a walk at this step
    made = floor(list(ORDERS), proof="bin_and_product")
    made.scan(tote_code("T-0001"), *([bin_code("A-01-A")] if step == "item" else []))
    assert made.step == step

    # when each wrong thing is scanned, then each has its own words and an act, and nothing is counted
    said = set()
    before = made.lines()
    for code in WRONG_AT[step]:
        made.scan(code)
        assert made.problem
        said.add(made.words()[:3])
    assert (len(said), made.lines()) == (4, before)
