"""Boxes, weights and lines: what packing decides by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.packing.rules import weights
from app.packing.rules.boxes import UNKNOWN_MM, Box, Goods, Proposal, fill_of, fits, propose
from app.packing.rules.lines import PackLine, open_units, spread
from app.packing.rules.weights import Deviation, Heap, WeightBand, band, explain, tolerance

A, B, C = b"a", b"b", b"c"


def cube(code: str, side: int, max_g: int = 0) -> Box:
    return Box(code.encode(), code, code, side, side, side, 50, max_g)


SMALL, MEDIUM, LARGE = cube("S", 100), cube("M", 200), cube("L", 400)
BOXES = (LARGE, SMALL, MEDIUM)


# ---- boxes ----------------------------------------------------------------------------------------------------------


def test_the_smallest_box_that_holds_the_volume_is_proposed() -> None:
    assert propose(BOXES, [Goods(1, 80, 80, 80)]) == Proposal(SMALL, 51)
    assert propose(BOXES, [Goods(2, 80, 80, 80)]) == Proposal(MEDIUM, 13)


def test_the_fill_limit_belongs_to_the_box() -> None:
    # 850 cm³ are 85 % of the small box
    assert fits(SMALL, [Goods(850, 10, 10, 10)])
    assert not fits(SMALL, [Goods(851, 10, 10, 10)])


def test_a_long_thing_needs_a_box_as_long() -> None:
    assert propose(BOXES, [Goods(1, 390, 5, 5)]) == Proposal(LARGE, 0)


def test_a_box_that_does_not_bear_the_weight_is_not_proposed() -> None:
    weak = cube("W", 100, max_g=500)
    assert propose((weak, MEDIUM), [Goods(1, 50, 50, 50, weight_g=450)]) == Proposal(weak, 13)
    assert propose((weak, MEDIUM), [Goods(1, 50, 50, 50, weight_g=451)]) == Proposal(MEDIUM, 2)


def test_too_much_for_every_box_gets_the_largest_and_says_so() -> None:
    assert propose(BOXES, [Goods(64, 100, 100, 100)]) == Proposal(LARGE, 100, fits=False)


def test_an_unknown_size_is_assumed_and_counted() -> None:
    a, b, c = UNKNOWN_MM
    assert Goods(2).volume == 2 * a * b * c
    assert propose(BOXES, [Goods(2), Goods(1, 10, 10, 10)]) == Proposal(MEDIUM, fill_of(MEDIUM, [Goods(2)]), True, 2)


def test_a_site_without_boxes_gets_no_proposal() -> None:
    assert propose((), [Goods(1)]) is None


@given(st.lists(st.builds(Goods, st.integers(1, 9), *(st.integers(1, 300) for _ in range(3))), min_size=1, max_size=5))
def test_what_is_proposed_fits_and_nothing_smaller_does(goods: list[Goods]) -> None:
    proposal = propose(BOXES, goods)

    assert proposal is not None
    smaller = [b for b in BOXES if b.volume < proposal.box.volume]
    assert proposal.fits == fits(proposal.box, goods)
    assert not any(fits(b, goods) for b in smaller)


# ---- weights --------------------------------------------------------------------------------------------------------


def test_the_tolerance_is_grams_for_light_and_percent_for_heavy() -> None:
    assert [tolerance(g) for g in (0, 410, 500, 516, 517, 2110)] == [15, 15, 15, 15, 16, 63]


def test_the_band_is_the_sum_with_the_tare() -> None:
    assert band([Heap(A, 2, 350), Heap(B, 1, 90)], 120) == WeightBand(883, 910, 937)


def test_one_unknown_weight_opens_the_gate() -> None:
    assert band([Heap(A, 2, 350), Heap(B, 1, None)], 120) is None


def test_the_likeliest_mistake_is_the_smallest() -> None:
    heaps = [Heap(A, 2, 350), Heap(B, 3, 90), Heap(C, 1, 180)]
    expected = band(heaps, 100)
    assert expected is not None
    full = expected.expected_g

    assert explain(heaps, expected, full - 90) == Deviation(((B, -1),), -90)
    assert explain(heaps, expected, full + 350) == Deviation(((A, 1),), 350)
    # one of 180 g before two of 90 g
    assert explain(heaps, expected, full - 180) == Deviation(((C, -1),), -180)
    assert explain(heaps, expected, full - 700) == Deviation(((A, -2),), -700)
    # a mug instead of a soap
    assert explain(heaps, expected, full + 260) == Deviation(((A, 1), (B, -1)), 260)
    assert explain(heaps, expected, full + 5000) is None


def test_what_is_not_in_the_box_is_not_missing() -> None:
    heaps = [Heap(A, 1, 350), Heap(B, 1, 90)]
    expected = band(heaps, 0)
    assert expected is not None

    found = explain(heaps, expected, expected.expected_g - 180)

    assert found is None


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(20, 900)), min_size=1, max_size=5),
    st.data(),
)
def test_a_single_missing_unit_is_always_explained(content: list[tuple[int, int]], data: st.DataObject) -> None:
    # given a box and one unit that is missing, heavier than the tolerance
    heaps = [Heap(bytes([i]), units, weight) for i, (units, weight) in enumerate(content)]
    expected = band(heaps, 100)
    assert expected is not None
    gone = data.draw(st.sampled_from(heaps))
    grams = expected.expected_g - (gone.weight_g or 0)
    if expected.holds(grams):
        return

    # then a single unit is named whose weight comes as near as the tolerance
    found = explain(heaps, expected, grams)
    assert found is not None
    assert found.size == 1
    assert abs(found.grams + (gone.weight_g or 0)) <= tolerance(expected.expected_g)


def test_the_defaults_are_stated() -> None:
    assert (weights.TOLERANCE_G, weights.TOLERANCE_PERCENT) == (15, 3)


# ---- lines ----------------------------------------------------------------------------------------------------------


def test_units_fill_the_lines_of_a_sku_in_their_order() -> None:
    first, other, second = PackLine(b"1", A, 2, packed=1), PackLine(b"2", B, 5), PackLine(b"3", A, 3)

    assert spread((first, other, second), A, 3) == ((first, 1), (second, 2))
    assert spread((first, other, second), A, 5) == ()
    assert spread((first, other, second), C, 1) == ()
    assert open_units((first, other, second), A) == 4


@given(
    st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 9), st.integers(0, 9)), max_size=6), st.integers(1, 20)
)
def test_spread_takes_all_or_nothing(drawn: list[tuple[bytes, int, int]], units: int) -> None:
    lines = tuple(
        PackLine(bytes([i]), sku, wanted, min(packed, wanted)) for i, (sku, wanted, packed) in enumerate(drawn)
    )

    shares = spread(lines, A, units)

    if units <= open_units(lines, A):
        assert sum(share for _, share in shares) == units
        assert all(share <= line.open and line.sku_id == A for line, share in shares)
    else:
        assert shares == ()
