"""Who works in the background lets hands go first, and is never held up for long."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from queue import Empty

import pytest

from app.events import Scan, Weight
from ui.inbox import Inbox
from ui.parcels import Parcelled
from ui.quiet import Quiet

AT = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)


def scan(number: int = 1) -> Scan:
    return Scan("U7", "gun", AT, number, number)


def waits(quiet: Quiet) -> bool:
    """Whether somebody in the background would have to wait now."""
    kept: list[str] = []
    quiet.when_calm(lambda: kept.append("now"))
    return not kept


def test_nobody_waits_while_nothing_happens() -> None:
    assert not waits(Quiet())


def test_a_hand_is_answered_first() -> None:
    # given a scan that is under way
    quiet = Quiet()
    quiet.begin()
    busy = waits(quiet)

    # when it is answered
    quiet.handled()

    # then the others may
    assert (busy, waits(quiet)) == (True, False)


def test_what_was_put_off_is_done_once_when_all_hands_are_answered() -> None:
    # given two scans and somebody who wants to work, and says so twice
    quiet, done = Quiet(), []
    quiet.begin()
    quiet.begin()

    def act() -> None:
        done.append("courier")

    quiet.when_calm(act)
    quiet.when_calm(act)

    # when the first is answered, and then the second
    quiet.handled()
    after_one = list(done)
    quiet.handled()

    assert (after_one, done) == ([], ["courier"])


def test_a_view_is_painted_first() -> None:
    # given an answered scan whose View is not on the screen yet
    quiet = Quiet()
    quiet.begin()
    quiet.given(7)
    quiet.handled()
    before = waits(quiet)

    # when an older View is painted, and then this one
    quiet.painted(6)
    older = waits(quiet)
    quiet.painted(7)

    assert (before, older, waits(quiet)) == (True, True, False)


def test_who_waited_long_goes_on_and_so_do_all_others() -> None:
    # given a screen that paints nothing
    quiet = Quiet()
    quiet.given(1)

    # when somebody waits in vain
    waiting = threading.Thread(target=quiet.wait)
    waiting.start()
    waiting.join(20)

    # then nobody waits any more, until a hand acts
    calm = waits(quiet)
    quiet.begin()
    assert (waiting.is_alive(), calm, waits(quiet)) == (False, False, True)


def test_hands_go_before_what_central_sent() -> None:
    # given a parcel from central before two scans and a weight
    inbox = Inbox(Quiet())
    parcel = Parcelled(None, (), None)
    weight = Weight(12, True, "scale", AT, 5)
    for item in (parcel, scan(1), weight, scan(2)):
        inbox.put(item)

    # when all of it is taken out
    taken = [inbox.get(0.0) for _ in range(4)]

    # then the parcel comes last, and the rest as it came in
    assert taken == [scan(1), weight, scan(2), parcel]
    assert inbox.empty()
    with pytest.raises(Empty):
        inbox.get(0.0)


def test_only_what_a_hand_did_makes_others_wait() -> None:
    # given an inbox with a weight on the scale
    quiet = Quiet()
    inbox = Inbox(quiet)
    inbox.put(Weight(12, True, "scale", AT, 5))
    weight = waits(quiet)

    # when a scan comes and is done
    inbox.put(scan())
    under_way = waits(quiet)
    inbox.done(inbox.get(0.0))
    still = waits(quiet)
    inbox.done(inbox.get(0.0))

    assert (weight, under_way, still, waits(quiet)) == (False, True, True, False)
