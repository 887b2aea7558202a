"""The mirror is the last central state that was read and own facts that it does not contain, for any interleaving."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from app.clock import FakeClock
from app.facts import Fact
from app.inventory.facts import StockSet
from app.picking.facts import Picked, ToteBound
from app.work.facts import PrintMoved, ToteEmptied
from tests.sync.sides import (
    B1,
    B2,
    FENCE,
    MUG,
    ORDER,
    PICK_MUG,
    PICK_TEA,
    SLIP,
    T1,
    T3,
    TEA,
    WORK,
    StationSide,
    balances,
    even_sides,
    ledger,
    mirrored,
)

Place = tuple[bytes, bytes]
"""(SKU, place): a balance that units come from or go to."""


@dataclass
class Hand:
    """What the test knows that a station did: which of its facts moved how much, and which of them still hold."""

    side: StationSide
    moved: list[tuple[int, Place, int]]
    alive: list[tuple[bytes, Picked]]
    seen: dict[Place, int]
    """The oldest state of central that each balance on the screen can have come from: it only ever grows."""


@dataclass
class State:
    """Central as one group of the feed left it: the group's last number, what is on hand, whose facts it contains."""

    number: int
    stock: dict[Place, int]
    applied: dict[bytes, int]


class Floor:
    """Two stations and an office that work side by side; everything between them comes late, twice, or in slices.

    The oracle knows the feed of central (each group is one state of it) and what each hand did. Units are sums, so a
    mirror is right if some state of central, not older than the last one seen, plus the own movements that this state
    does not contain, is what it shows.
    """

    def __init__(self, folder: Path) -> None:
        self.central, sides = even_sides(folder, FakeClock(), "PICK01", "PICK02")
        self.hands = [Hand(side, [], [], {}) for side in sides]
        self.states: list[State] = [State(0, {}, {})]

    def close(self) -> None:
        for hand in self.hands:
            hand.side.close()
        self.central.close()

    # -- what hands do ------------------------------------------------------------------------------------------------

    def take(self, who: int, fact: Picked) -> None:
        hand = self.hands[who]
        [kept] = hand.side.record(fact)
        hand.alive.append((kept.fact_id, fact))
        self._moved(hand, fact)

    def undo(self, who: int, which: int) -> None:
        hand = self.hands[who]
        if hand.alive:
            fact_id, fact = hand.alive.pop(which % len(hand.alive))
            hand.side.record(voids=[fact_id])
            self._moved(hand, fact, -1)

    def _moved(self, hand: Hand, fact: Picked, sign: int = 1) -> None:
        seq = int(hand.side.query("SELECT seq FROM itself")[0][0])
        for place, units in ((fact.place_id, -fact.quantity), (fact.tote_id, fact.quantity)):
            hand.moved.append((seq, (fact.sku_id, place), sign * units))
        self._shows_no_older_state(hand)

    def do(self, who: int, fact: Fact) -> None:
        self.hands[who].side.record(fact)

    def count_in_the_office(self, fact: StockSet) -> None:
        self.central.office(fact)

    # -- what the courier and central do ------------------------------------------------------------------------------

    def push(self, who: int, lost: bool) -> None:
        self.hands[who].side.push(answer_is_lost=lost)

    def apply(self) -> None:
        self.central.work()
        assert ledger(self.central.path) == balances(self.central.path)

    def fetch(self, who: int) -> None:
        self.hands[who].side.fetch()

    def deliver(self, who: int) -> None:
        """Takes in what was fetched, maybe before the last scans; rows of own facts that are on their way stay."""
        hand = self.hands[who]
        if hand.side.held is None:
            hand.side.fetch()
        assert hand.side.held is not None
        before = _rows(hand.side, _own_rows(hand.side))
        hand.side.deliver()
        still = _own_rows(hand.side)
        assert _rows(hand.side, still) == {key: row for key, row in before.items() if key in still}
        self._shows_no_older_state(hand)

    def connect_again(self, who: int) -> None:
        assert self.hands[who].side.hello() in ("same", "ack_lost")

    def start_again(self, who: int) -> None:
        side = self.hands[who].side
        side.held = None
        side.close()
        side.open()

    # -- what must hold -----------------------------------------------------------------------------------------------

    def _shows_no_older_state(self, hand: Hand) -> None:
        here = {(sku, place): units for (sku, place, _, _), units in balances(hand.side.path).items()}
        cursor = hand.side.query("SELECT feed_seq FROM itself")[0][0]
        self._listen()
        for place in {p for _, p, _ in hand.moved} | here.keys():
            possible = {
                state.number: state.stock.get(place, 0)
                + sum(n for seq, p, n in hand.moved if p == place and seq > state.applied.get(hand.side.id, 0))
                for state in self.states
                if hand.seen.get(place, 0) <= state.number <= cursor
            }
            shown = here.get(place, 0)
            assert shown in possible.values(), f"{hand.side.code} shows {shown}, which is none of {possible}"
            hand.seen[place] = min(number for number, units in possible.items() if units == shown)

    def _listen(self) -> None:
        """Takes in what central has told since: each group of the feed is one more state of it."""
        rows = self.central.query(
            "SELECT seq, event_id, topic, key, body FROM feed WHERE seq > ? ORDER BY seq", self.states[-1].number
        )
        for _, group in groupby(rows, key=lambda row: row[1]):
            last = self.states[-1]
            state = State(0, dict(last.stock), dict(last.applied))
            for seq, _, topic, key, body in group:
                state.number = seq
                if topic == "stock" and body:
                    row = json.loads(body)
                    state.stock[bytes.fromhex(row["sku_id"]), bytes.fromhex(row["place_id"])] = row["on_hand"]
                elif topic == "applied":
                    state.applied[bytes.fromhex(key)] = json.loads(body)["seq"]
            self.states.append(state)

    def settle(self) -> None:
        """All is brought over; then everybody sees the same, and that is what central has."""
        for hand in (*self.hands, *self.hands):
            hand.side.settle()
        central = mirrored(self.central.path)
        for hand in self.hands:
            assert mirrored(hand.side.path) == central
            assert hand.side.query("SELECT count(*) FROM own_touch") == [(0,)]
        assert self.central.query("SELECT reason FROM fact_status WHERE status <> 'stale_lease'") == []
        assert ledger(self.central.path) == balances(self.central.path)


OTHERS: tuple[Fact, ...] = (
    ToteEmptied(T1),
    ToteEmptied(T3),
    ToteBound(T3, WORK, ORDER),
    PrintMoved(SLIP, "failed", "no paper"),
    PrintMoved(SLIP, "sent"),
)
WEIGHTS = {
    "take": 8, "undo": 2, "do": 2, "count_in_the_office": 2, "push": 6, "apply": 6, "fetch": 3, "deliver": 8,
    "connect_again": 1, "start_again": 1, "settle": 1,
}  # fmt: skip
Step = tuple[Any, ...]


def mugs(units: int) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def random_step(dice: Random) -> Step:
    """One thing that happens; few rows and two stations, so that they meet at the same rows all the time."""
    [name] = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
    who = dice.choice((0, 0, 1))
    line, sku = dice.choice(((PICK_MUG, MUG), (PICK_MUG, MUG), (PICK_TEA, TEA)))
    place, units, fence = dice.choice((B1, B1, B2)), dice.choice((-2, -1, 1, 2, 3)), dice.choice((FENCE, FENCE, 0))
    match name:
        case "take":
            return (name, who, Picked(line, WORK, fence, sku, place, "", units, T1))
        case "undo":
            return (name, who, dice.randrange(5))
        case "do":
            return (name, who, dice.choice(OTHERS))
        case "count_in_the_office":
            return (name, StockSet(MUG, B1, dice.randrange(20)))
        case "push":
            return (name, who, dice.random() < 0.2)
        case "apply" | "settle":
            return (name,)
        case _:
            return (name, who)


def play(steps: Iterable[Step]) -> None:
    """Does one thing after the other, and lets all come to rest; a failure tells how it came to it."""
    done: list[Step] = []
    with TemporaryDirectory(prefix="packbay-test-") as folder:
        floor = Floor(Path(folder))
        try:
            for step in (*steps, ("settle",)):
                done.append(step)
                getattr(floor, step[0])(*step[1:])
        except BaseException as error:
            error.add_note("after\n" + "\n".join(map(repr, done)))
            raise
        finally:
            floor.close()


HARD: dict[str, list[Step]] = {
    "central changes the row between acknowledgement and applying": [
        ("take", 0, mugs(1)), ("push", 0, False), ("count_in_the_office", StockSet(MUG, B1, 20)), ("deliver", 0),
    ],
    "the next unit is taken while the first one comes back": [
        ("take", 0, mugs(1)), ("push", 0, False), ("apply",), ("take", 0, mugs(1)), ("deliver", 0),
    ],
    "an older slice arrives after a newer fact": [
        ("count_in_the_office", StockSet(MUG, B1, 20)), ("fetch", 0), ("take", 0, mugs(1)), ("push", 0, False),
        ("deliver", 0),
    ],
    "a unit is taken and put back while the first one comes back": [
        ("take", 0, mugs(2)), ("push", 0, False), ("apply",), ("undo", 0, 0), ("deliver", 0), ("push", 0, True),
        ("apply",), ("deliver", 0),
    ],
    "another station takes from the same bin and is first": [
        ("take", 0, mugs(1)), ("take", 1, mugs(2)), ("push", 1, False), ("apply",), ("deliver", 0), ("push", 0, False),
        ("deliver", 0), ("apply",), ("deliver", 1),
    ],
    "an acknowledgement is lost and the row comes first": [
        ("take", 0, mugs(1)), ("push", 0, True), ("apply",), ("fetch", 0), ("take", 0, mugs(2)), ("push", 0, True),
        ("deliver", 0), ("apply",), ("start_again", 0), ("deliver", 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_own_facts_stay_when(name: str) -> None:
    play(HARD[name])


@pytest.mark.parametrize("seed", range(12))
def test_own_facts_stay_and_everybody_agrees_in_the_end(seed: int) -> None:
    dice = Random(seed)

    play(random_step(dice) for _ in range(100))


def _own_rows(side: StationSide) -> set[tuple[str, str]]:
    """Rows that hold a fact of ours that central had not applied in what we read."""
    return set(side.query("SELECT topic, key FROM own_touch"))


def _rows(side: StationSide, keys: set[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    tables = {"tote": "id", "pick_line": "id", "print_job": "id", "work": "id"}
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for topic, key in keys:
        if topic in tables:
            found[topic, key] = side.query(f"SELECT * FROM {topic} WHERE id = ?", bytes.fromhex(key))
        elif topic == "stock":
            sku, place = (bytes.fromhex(part) for part in key.split("/")[:2])
            found[topic, key] = side.query("SELECT * FROM stock WHERE sku_id = ? AND place_id = ?", sku, place)
    return found
