"""A campaign of kills: the station's process is killed from outside while scans flow, and must know what it said."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.journeys import looking
from tests.journeys.floor import Floor, is_open, wait_for
from tests.journeys.join import GOOD, Joined, join, kept_scans, sent_scans

MOST_IN_FLIGHT = 5
LONGEST_S = 0.05
"""How long after the beep that is waited for the kill comes at the latest."""


@dataclass(frozen=True)
class Stage:
    """Where the campaign runs: the facts that units leave, and how many units a screen says are done."""

    kind: str
    shown: Callable[[dict[str, Any]], int]


def packed_on(view: dict[str, Any]) -> int:
    """Units packed, as the progress bar of packing has them."""
    return int(view["progress"]["done"])


def picked_on(wanted: int) -> Callable[[dict[str, Any]], int]:
    """Units taken at the only stop of a tour, as its item panel has them."""

    def shown(view: dict[str, Any]) -> int:
        panel = next(p for p in view["object"] if p["type"] == "ItemPanel")
        return wanted - int(panel["quantity"])

    return shown


@dataclass(frozen=True)
class Campaign:
    """How it ended: `broken` tells of each kill after which something was not as it was said to the hand."""

    kills: int
    answered: int
    unanswered: int
    unanswered_kept: int
    broken: tuple[str, ...]
    joined: Joined

    @property
    def is_whole(self) -> bool:
        return not (self.broken or self.joined.twice or self.joined.disorder or self.joined.broken_word)


def kill_again_and_again(
    floor: Floor,
    codes: Iterator[str],
    stage: Stage,
    *,
    kills: int,
    seed: int,
    tick: Callable[[int], None] | None = None,
) -> Campaign:
    """Kills the station so often, each time in the midst of a burst, and starts it again; the person goes on.

    The scanner is unplugged and plugged while the station is down, so what stood unread in the wire is gone, as it is
    when a real plug is pulled. A scan without a beep may or may not be kept; the person does not scan it again, so
    that every text stays one pull.
    """
    chance = random.Random(seed)
    first, broken = 0, []
    for kill in range(kills):
        numbers = {}
        for _ in range(chance.randint(1, MOST_IN_FLIGHT)):
            code = next(codes)
            numbers[floor.send(code)] = code
            time.sleep(chance.uniform(0, 0.03))
        first = first or min(numbers)
        if heard := chance.randint(0, len(numbers)):
            floor.answer(sorted(numbers)[heard - 1])
        time.sleep(chance.uniform(0, LONGEST_S))
        floor.station.kill()
        floor.bench.do(unplug="scanner")
        floor.bench.do(plug="scanner")
        floor.station.restart()
        broken += [f"kill {kill + 1}: {what}" for what in _amiss(floor, numbers, stage)]
        if tick:
            tick(kill + 1)
    return _judged(floor, stage, kills, first, broken)


def _amiss(floor: Floor, numbers: dict[int, str], stage: Stage) -> Iterator[str]:
    """What is not as it was said: a scan with a good beep that is not there, a screen that stands elsewhere."""
    file = looking.station(floor.home.root)
    facts = set(kept_scans(file, (stage.kind,)))
    logged = {text for (text,) in looking.rows(file, "SELECT text FROM v_scan WHERE outcome = 'accepted'")}
    answers = dict(sent_scans(floor.bench.scans_log, min(numbers)))
    for code in numbers.values():
        if answers[code] in GOOD and (code not in facts or code not in logged):
            yield f"{code} was answered with {answers[code]} and is not kept"
    view = floor.station.wait(is_open)
    done = looking.units(floor.home.root, stage.kind)
    if stage.shown(view) != done:
        yield f"the screen stands at {stage.shown(view)} units, the facts at {done}"


def _judged(floor: Floor, stage: Stage, kills: int, first: int, broken: list[str]) -> Campaign:
    sent = sent_scans(floor.bench.scans_log, first)
    kept = kept_scans(looking.station(floor.home.root), (stage.kind,))
    joined = join(sent, kept)
    silent = {text for text, answer in sent if answer not in GOOD}
    return Campaign(
        kills=kills,
        answered=len(sent) - len(silent),
        unanswered=len(silent),
        unanswered_kept=len(silent & set(kept)),
        broken=tuple(broken),
        joined=joined,
    )


def begin_long_pick(floor: Floor, badge: str, tote: str, place: str) -> None:
    """Signs in and stands at the only bin of LONG, its label proven."""
    wait_for(lambda: looking.one(looking.station(floor.home.root), "SELECT count(*) FROM v_order") > 0)
    for code in (badge, tote, place):
        assert floor.scan(code) in GOOD
    floor.station.wait(lambda view: view["kind"] == "pick.item")
