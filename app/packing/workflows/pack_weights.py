"""Weights of the box in hand: what it should weigh, and the likeliest mistake in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.packing import queries
from app.packing.rules import weights
from app.packing.rules.boxes import Box
from app.packing.rules.standing import PackState
from app.text import NOTHING, Text, say
from app.work.queries import sku_card
from app.workflow import Desk


def box_of(state: PackState, desk: Desk) -> Box | None:
    """The box type that is in hand, None without one."""
    return next((b for b in desk.read(queries.boxes) if b.id == state.box_type_id), None)


def kilograms(grams: int) -> Decimal:
    """Kilograms with three places: the scale's own figure."""
    return (Decimal(grams) / 1000).quantize(Decimal("0.001"))


def band_of(state: PackState, units: Sequence[tuple[bytes, int]], desk: Desk) -> weights.WeightBand | None:
    """The band for these units in the box of this state, None when a weight is unknown."""
    if not units:
        return None
    rules = desk.read(queries.pack_rules)
    heaps = desk.read(queries.heaps_of, units)
    return weights.band(heaps, tare_of(state, desk), rules.tolerance_g, rules.tolerance_percent)


def tare_of(state: PackState, desk: Desk) -> int:
    """The weight of the empty box, grams; 0 without a box."""
    box = box_of(state, desk)
    return box.tare_g if box is not None else 0


def expectation(band: weights.WeightBand | None, *, scale: bool = True) -> Text:
    """The band in words: kilograms from one kilogram on, grams below."""
    if band is None:
        return say("Weight unknown: this box is the sample") if scale else say("No scale: weight estimated")
    if band.high_g < 1000:
        return say("Expect {low} to {high} g", low=band.low_g, high=band.high_g)
    two = Decimal("0.01")
    return say(
        "Expect {low} to {high} kg",
        low=(Decimal(band.low_g) / 1000).quantize(two),
        high=(Decimal(band.high_g) / 1000).quantize(two),
    )


def weight_words(state: PackState, grams: int, band: weights.WeightBand, desk: Desk) -> Text:
    """Why a weight is probably wrong: "Check: 1 Soap bar missing? (90 g)"."""
    guess = weight_guess(state, grams, band, desk)
    off = grams - band.expected_g
    if not guess:
        too = say("{grams} g too heavy", grams=off) if off > 0 else say("{grams} g too light", grams=-off)
        return say("Check the content: {too}", too=too)
    return say("Check: {guess}", guess=guess)


def weight_guess(state: PackState, grams: int, band: weights.WeightBand, desk: Desk) -> Text:
    """The likeliest mistake: "1 Soap bar missing? (90 g)"; NOTHING when none comes near."""
    found = weights.explain(desk.read(queries.heaps_of, state.boxed), band, grams)
    if found is None:
        return NOTHING
    parts = [_part(sku_id, units, desk) for sku_id, units in found.parts]
    what = parts[0] if len(parts) == 1 else say("{one}, {other}", one=parts[0], other=parts[1])
    return say("{what}? ({grams} g)", what=what, grams=abs(found.grams))


def _part(sku_id: bytes, units: int, desk: Desk) -> Text:
    name = desk.read(sku_card, sku_id).name
    if units < 0:
        return say("{n} {name} missing", n=-units, name=name)
    return say("{n} {name} too many", n=units, name=name)
