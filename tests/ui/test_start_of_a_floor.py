"""All stations of a floor are switched on at six o'clock, and central is not asked by all of them at six o'clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from app.clock import FakeClock
from app.errors import Outage, Unavailable
from app.sync.central import SqlCentral
from app.sync.pace import START_S, first_wait
from app.sync.parcel import Parcelled
from app.sync.talk import Talk
from app.sync.wire import Greeting, Welcome
from app.text import say
from tests.sync.sides import CentralSide, StationSide, even_sides
from ui.courier import POLL_S, REST_S, Courier

STATIONS = 50


@dataclass
class VirtualTime:
    """Threads that wait here go on when the test says so, in the order of their time; no second passes."""

    now_s: float = 0.0
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _waiting: list[tuple[float, int]] = field(default_factory=list)
    _let: set[int] = field(default_factory=set)

    def pause(self, wake: threading.Event, seconds: float) -> None:
        with self._turn:
            me = threading.get_ident()
            if not wake.is_set():
                self._waiting.append((self.now_s + seconds, me))
                self._turn.notify_all()
                while me not in self._let:
                    self._turn.wait(0.01)
                    if wake.is_set() and me not in self._let:
                        self._waiting = [one for one in self._waiting if one[1] != me]
                        self._let.add(me)
                self._let.discard(me)

    def until_all_wait(self, count: int) -> None:
        with self._turn:
            assert self._turn.wait_for(lambda: len(self._waiting) >= count, 20)

    def next(self) -> None:
        """The one that waits the shortest goes on."""
        with self._turn:
            self._waiting.sort()
            self.now_s, who = self._waiting.pop(0)
            self._let.add(who)
            self._turn.notify_all()


class Door(SqlCentral):
    """Central that notes when it is greeted, and answers nobody: each station waits for its next try."""

    def __init__(self, central: CentralSide, time: VirtualTime) -> None:
        super().__init__(central.database, central.clock)
        self.time, self.greeted, self.listeners = time, list[float](), list[Callable[[], None]]()

    def hello(self, greeting: Greeting) -> Welcome:
        self.greeted.append(self.time.now_s)
        raise Unavailable(Outage("central", say("not today")))

    def on_hint(self, hint: Callable[[], None]) -> None:
        """As the ear does: it calls once when it has begun to listen."""
        self.listeners.append(hint)
        hint()


@pytest.fixture
def side(tmp_path: Path) -> Iterator[tuple[CentralSide, StationSide]]:
    central, (station,) = even_sides(tmp_path, FakeClock(), "PACK01")
    yield central, station
    station.close()
    central.close()


def test_fifty_stations_that_start_at_once_greet_central_spread_over_ten_seconds(
    side: tuple[CentralSide, StationSide],
) -> None:
    # given fifty couriers of stations whose central is a server
    time = VirtualTime()
    door = Door(side[0], time)
    couriers = [
        Courier(
            Talk(side[1].keeper, door, FakeClock()), lambda job: None, first_wait_s=first_wait(Random(n)),
            listen=door.on_hint, pause=time.pause,
        )
        for n in range(STATIONS)
    ]  # fmt: skip

    # when all are started in the same moment
    for courier in couriers:
        courier.start()
    time.until_all_wait(STATIONS)
    at_once = (len(door.greeted), len(door.listeners))
    firsts: list[float] = []
    while len(door.listeners) < STATIONS:
        before = len(door.listeners)
        time.next()
        time.until_all_wait(STATIONS)
        if len(door.listeners) > before:
            firsts.append(time.now_s)
    for courier in couriers:
        courier.stop()

    # then nobody came at once, and in no second of the ten more than a third of them
    assert at_once == (0, 0)
    assert 0 <= firsts[0] < firsts[-1] <= START_S
    assert max(sum(second <= at < second + 1 for at in firsts) for second in range(int(START_S))) <= STATIONS // 3
    assert all(later >= sooner for sooner, later in pairwise(firsts))


def test_a_hand_that_does_something_first_waits_for_nobody(side: tuple[CentralSide, StationSide]) -> None:
    time = VirtualTime()
    door = Door(side[0], time)
    courier = Courier(
        Talk(side[1].keeper, door, FakeClock()), lambda job: None, first_wait_s=9.0, listen=door.on_hint,
        pause=time.pause,
    )  # fmt: skip
    courier.start()
    time.until_all_wait(1)

    courier.kick()

    _until(lambda: bool(door.greeted))
    assert door.greeted[0] == 0.0
    courier.stop()


def test_a_kiosk_that_is_its_own_central_starts_at_once(side: tuple[CentralSide, StationSide]) -> None:
    time = VirtualTime()
    door = Door(side[0], time)
    courier = Courier(Talk(side[1].keeper, door, FakeClock()), lambda job: None, pause=_no_pause_of(0.0, time))
    courier.start()

    _until(lambda: bool(door.greeted))
    assert door.greeted[0] == 0.0
    courier.stop()


@pytest.mark.parametrize(("asks", "rests"), [(False, True), (True, False)])
def test_who_waits_for_nothing_rests_between_hints(
    asks: bool, rests: bool, side: tuple[CentralSide, StationSide]
) -> None:
    # given a station that central does not answer just now
    if asks:
        side[1].ask("claim", {"kind": "pick"})
    waits: list[float] = []

    def pause(wake: threading.Event, wait_s: float) -> None:
        waits.append(wait_s)
        if wait_s == POLL_S:
            wake.wait()

    def deliver(job: object) -> None:
        if isinstance(job, Parcelled):
            side[1].keeper.take_in(job)
            courier.taken()

    courier = Courier(Talk(side[1].keeper, side[0].port, FakeClock()), deliver, pause=pause)

    # when it has met central and has nothing more to carry
    courier.start()
    _until(lambda: POLL_S in waits)
    courier.stop()

    # then it rests before it hears the next hint, unless somebody waits for an answer
    assert (REST_S in waits[waits.index(POLL_S) - 1 : waits.index(POLL_S)]) == rests


def _no_pause_of(seconds: float, time: VirtualTime) -> Callable[[threading.Event, float], object]:
    """Waits of so many seconds are none; the others are the virtual time's."""

    def pause(wake: threading.Event, wait_s: float) -> None:
        if wait_s != seconds:
            time.pause(wake, wait_s)

    return pause


def _until(done: Callable[[], bool]) -> None:
    gate = threading.Event()
    for _ in range(2_000):
        if done():
            return
        gate.wait(0.005)
    raise AssertionError("it did not come")
