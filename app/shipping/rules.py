"""What may still be done to a parcel on its way out, and how manifests are numbered."""

from __future__ import annotations

from app.barcodes import own_code

WITH_THE_CARRIER = frozenset(
    "accepted in_transit out_for_delivery delivered failed_attempt exception returning returned".split()
)
"""What a carrier says of a parcel that it has: from then on its label is in use."""


def may_void(state: str, *, on_manifest: bool, tracking_state: str = "") -> bool:
    """Whether the own label of a parcel may still be voided: it has one, and nobody has told the carrier of it.

    `state` and `tracking_state` are those of the parcel's row. A parcel on a manifest is handed over and billed.
    """
    return state in ("labelled", "closed") and not on_manifest and tracking_state not in WITH_THE_CARRIER


def manifest_number(count: int) -> str:
    """The number of the `count`-th manifest of the site (1, 2, 3 … without a gap): "M000042"."""
    return f"M{count:06d}"


def manifest_code(number: str) -> str:
    """What the bars on a manifest say: its number with our check character."""
    return own_code(number)
