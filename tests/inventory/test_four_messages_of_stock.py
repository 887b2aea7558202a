"""A wrong kind, a wrong one of its kind, something of somebody else and something unknown: four different answers."""

from __future__ import annotations

from app.inventory.workflows.count import Count
from app.inventory.workflows.move import Move
from app.inventory.workflows.put_away import PutAway
from app.inventory.workflows.receive import Receive
from tests.inventory.dock import CODES, Hand, Site, asn, bin_code, card, tote_code


def answers(hand: Hand, *codes: str) -> list[str]:
    """What the screen says to each; a question ("what becomes of it?") is taken back before the next."""
    said = []
    for code in codes:
        before = hand.step
        hand.scan(code)
        said.append(hand.echo)
        hand.scan(card("CLEAR") if hand.problem else card("UNDO"))
        assert hand.step == before
    return said


def test_at_the_dock(site: Site, hand: Hand) -> None:
    site.expected("1", "MUG,3")
    site.expected("2", "TEA,1")
    hand.open(Receive()).scan(asn("1"))

    said = answers(hand, bin_code("A-01-A"), CODES["SOAP"], asn("2"), "NOBODYS")

    assert len(set(said)) == 4, said


def test_at_the_bin_that_goods_are_brought_to(site: Site, hand: Hand) -> None:
    site.expected("1", "MUG,3")
    hand.open(Receive()).scan(asn("1"), tote_code("T-01"), CODES["MUG"], card("QTY3"), card("DONE"))
    hand.sync()
    hand.open(PutAway()).begin(tote_code("T-01"))

    said = answers(hand, CODES["TEA"], bin_code("Drop"), tote_code("T-02"), "NOBODYS")

    assert len(set(said)) == 4, said


def test_in_a_bin_that_is_counted(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,30", "TEA,A-02-A,4")
    site.expected("2", "TEA,1")
    hand.open(Count()).scan(bin_code("A-01-A"))

    said = answers(hand, card("GRD1"), bin_code("A-02-A"), asn("2"), "NOBODYS")

    assert len(set(said)) == 4, said


def test_with_goods_in_the_hand(site: Site, hand: Hand) -> None:
    site.stocked("MUG,A-01-A,30", "TEA,A-02-A,4")
    hand.open(Move()).scan(bin_code("A-01-A"), CODES["MUG"])

    said = answers(hand, card("GRD1"), CODES["TEA"], tote_code("T-02"), "NOBODYS")

    assert len(set(said)) == 4, said
