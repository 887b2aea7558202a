"""Whatever is scanned, at whatever step: it is taken or refused in words, and what is refused changes nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest

from app.inventory.workflows.count import Count
from app.inventory.workflows.found import FindIt
from app.inventory.workflows.move import Move
from app.inventory.workflows.put_away import PutAway
from app.inventory.workflows.receive import Receive
from app.workflow import Workflow
from tests.inventory.dock import CASE, CODES, MIA, Hand, Site, asn, bin_code, card, tote_code

SCANS = (
    *CODES.values(), CASE, asn("1"), asn("2"), bin_code("Dock"), bin_code("A-01-A"), bin_code("A-02-A"),
    bin_code("B-01-C"), bin_code("Quarantine"), bin_code("Drop"), tote_code("T-01"), tote_code("T-02"), "NOBODYS", "L7",
    "270131", f"010{CODES['CHOC']}1727013110L7", f"010{CODES['LAMP']}21S1", card("OPT1"), card("OPT2"), card("QTY0"),
    card("QTY2"), card("QTY500"), card("RSN2"), card("GRD1"),
    *(card(w) for w in ("DONE", "DONE", "UNDO", "UNDO", "DAMAGED", "SKIP", "CHANGE", "CLEAR", "SHORT", "EMPTY")),
)  # fmt: skip


@pytest.mark.parametrize("workflow", [Receive(), PutAway(), Move(), Count(), FindIt()], ids=lambda w: w.kind)
def test_any_scan_at_any_step(site: Site, hand: Hand, workflow: Workflow[Any]) -> None:
    """The kit asserts after each scan: a refusal changed nothing, a restart stands at the same line, a good screen."""
    site.stocked("MUG,A-01-A,30", "TEA,A-01-A,4", "CHOC,A-02-A,3,L7,2027-01-31", "CHOC,A-02-A,3,L8,2027-02-28")
    site.expected("1", "MUG,3", "CHOC,2")
    site.expected("2", "TEA,1", "LAMP,2")
    chance = random.Random(workflow.kind)
    hand.approver = MIA.person_id
    hand.open(Receive()).scan(asn("1"), tote_code("T-01"), CODES["MUG"], CODES["SOAP"], card("OPT1"))
    hand.sync()
    hand.open(workflow)
    for _ in range(70):
        if hand.ended:
            hand.open(workflow)
        hand.scan(chance.choice(SCANS))
        assert hand.last.refused == "" or (hand.words() and hand.last.facts == ())
    hand.approver = b""
    hand.sync()
    assert site.stock() == hand.stock()
    assert sum(site.stock().values()) == site.rows("SELECT sum(quantity) FROM v_movement")[0][0]
