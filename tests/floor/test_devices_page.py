"""The device page: how everything is, what to do, and a test for each thing that changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.barcodes import command_code, own_code
from app.equipment import DeviceCall, DeviceState
from app.floor import queries
from app.floor.workflows.devices import TEST_CODE, Devices
from app.floor.workflows.devices_screen import EARCONS
from app.models import Outbox, ScanLog
from app.text import NOTHING, count, say
from app.view import CardOutline, CommandCards, Hero, Listing, Note, ScalePanel, Sound, Tone
from tests.floor.entrance import Entrance, tote_id


@pytest.fixture
def desk(entrance: Entrance) -> Entrance:
    """A station with one device of each kind; the label printer has no paper."""
    entrance.sign_in("packer")
    now = entrance.clock.now()
    entrance.devices = (
        DeviceState("gun", "scanner", "ok", NOTHING, now),
        DeviceState("scale", "scale", "ok", NOTHING),
        DeviceState("labels", "printer", "attention", say("no paper"), now, "label"),
        DeviceState("sound", "sound", "ok", say("{n} %", n=100)),
        DeviceState("screen", "screen", "ok", say("day")),
    )
    entrance.at(Devices())
    return entrance


def rows(desk: Entrance) -> list[tuple[str, str, str, str]]:
    [listing] = [p for p in (*desk.view.object, *desk.view.context) if isinstance(p, Listing)]
    return [(str(row.title), str(row.second), str(row.right), row.tone.value) for row in listing.rows]


def open_page(desk: Entrance, n: int) -> None:
    assert desk.scan(own_code(f"OPT{n}")).accepted


def test_every_device_tells_its_health_its_last_sign_and_what_to_do(desk: Entrance) -> None:
    at = desk.clock.now().astimezone().strftime("%H:%M")

    assert rows(desk) == [
        ("gun", f"Last heard at {at}", "Fine", "normal"),
        ("scale", "Not used yet today", "Fine", "normal"),
        ("labels", "no paper: load paper and close it; what waits is printed", "Needs a hand", "warn"),
        ("Sound", "100 %", "", "normal"),
        ("Screen", "day", "", "normal"),
        ("Central", "Everything is sent", "", "normal"),
    ]
    hero = desk.view.hero
    assert isinstance(hero, Hero)
    assert (hero.imperative, hero.tone) == (say("Look at {name}", name="labels"), Tone.WARN)


def test_the_list_goes_on_on_the_next_page(desk: Entrance) -> None:
    desk.scan(command_code("SKIP"))

    assert rows(desk) == [("Unknown codes of today", "Every code was known", "", "normal")]
    open_page(desk, 1)
    assert desk.view.kind == "devices.codes"
    desk.scan(command_code("DONE"))
    assert rows(desk)[0][0] == "Unknown codes of today"


def test_a_scanner_test_reads_back_what_came_and_by_which_scanner(desk: Entrance) -> None:
    desk.tote("T1")
    open_page(desk, 1)
    [cards] = [p for p in desk.view.context if isinstance(p, CommandCards)]
    assert cards.cards[0][0] == TEST_CODE

    right = desk.scan(TEST_CODE)
    other = desk.scan("TOTE-T1")

    assert right.echo is not None
    assert right.echo.words == say("Right: read by {device}", device="gun")
    assert (right.facts, other.facts, desk.view.kind) == ((), (), "devices.scanner")
    title, second, _, _ = rows(desk)[0]
    assert (title, second) == ("TOTE-T1", "That is tote T1")


@pytest.mark.parametrize(
    ("page", "call"), [(1, DeviceCall("gun", "test_beep")), (3, DeviceCall("labels", "test_print"))]
)
def test_choice_one_runs_the_test_of_a_device(page: int, call: DeviceCall, desk: Entrance) -> None:
    open_page(desk, page)

    assert desk.scan(own_code("OPT1")).calls == (call,)


def test_a_printer_that_needs_a_hand_says_so_above_its_test(desk: Entrance) -> None:
    open_page(desk, 3)

    note = desk.view.context[0]
    assert isinstance(note, Note)
    assert (note.title, note.tone) == (say("no paper"), Tone.WARN)


def test_every_earcon_can_be_heard(desk: Entrance) -> None:
    open_page(desk, 4)

    heard = [desk.scan(own_code(f"OPT{n}")).sound for n in range(1, 7)]

    assert heard == [sound for sound, _ in EARCONS]
    assert {Sound.ACCEPTED, Sound.STEP, Sound.ORDER, Sound.WRONG, Sound.ATTENTION} <= set(heard)
    assert desk.scan(own_code("OPT7")).refused == "NotHere"


@pytest.mark.parametrize(
    ("grams", "stable", "imperative"),
    [
        (None, False, say("Switch the scale on")),
        (0, True, say("Put a known weight on")),
        (12, True, say("Press ZERO on the scale")),
        (12, False, say("Put a known weight on")),
        (1284, True, say("Put a known weight on")),
    ],
)
def test_the_scale_page_shows_the_reading_and_when_it_needs_zero(
    grams: int | None, stable: bool, imperative: object, desk: Entrance
) -> None:
    desk.scale_grams, desk.scale_stable = grams, stable
    open_page(desk, 2)

    view = desk.view

    assert isinstance(view.hero, Hero)
    assert view.hero.imperative == imperative
    assert view.context == (ScalePanel(grams, stable, None, None),)


def test_the_screen_is_set_right_by_a_card(desk: Entrance) -> None:
    open_page(desk, 5)
    assert any(isinstance(panel, CardOutline) for panel in desk.view.context)

    calls = [desk.scan(own_code(f"OPT{n}")).calls for n in (1, 2, 3, 1, 2)]
    motion = desk.scan(command_code("CHANGE")).calls

    screen = [call.act for each in (*calls, motion) for call in each]
    assert screen == ["wider", "narrower", "much_wider", "much_narrower", "motion"]


def test_codes_that_nobody_knew_are_listed_with_their_number(desk: Entrance) -> None:
    now = desk.clock.now()
    for n, (text, meaning, at) in enumerate(
        [
            ("WHAT", "unknown", now), ("WHAT", "unknown", now), ("OLD", "unknown", now - timedelta(days=2)),
            ("T1", "tote", now), (TEST_CODE, "unknown", now), ("ELSE", "unknown", now),
        ]
    ):  # fmt: skip
        desk.add(ScanLog(at=at, device="gun", number=n, text=text, meaning=meaning, outcome="refused"))
    desk.scan(command_code("SKIP"))
    open_page(desk, 1)

    [listing] = desk.view.context
    assert isinstance(listing, Listing)
    assert [(str(row.title), row.right) for row in listing.rows] == [
        ("ELSE", count(1, "once", "{n} times")), ("WHAT", count(2, "once", "{n} times")),
    ]  # fmt: skip


def test_acts_that_central_has_not_heard_of_are_counted(desk: Entrance) -> None:
    from app.work.facts import ToteEmptied

    desk.tote("T1")
    desk.recorded(b"t" * 16, ToteEmptied(tote_id("T1")))
    open_page(desk, 6)

    assert [(title, right) for title, _, right, _ in rows(desk)] == [
        ("Acts that wait", "1"), ("The oldest", desk.clock.now().astimezone().strftime("%H:%M")),
        ("Questions without an answer", "0"),
    ]  # fmt: skip
    with desk.write() as session:
        session.execute(Outbox.__table__.update().values(acked_at=desk.clock.now()))  # type: ignore[attr-defined]
    assert desk.read(queries.backlog) == queries.Backlog(0, None, 0)
