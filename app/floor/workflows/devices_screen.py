"""The screens of the device page: a list of everything that is plugged in, and one page with tests for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.equipment import DeviceState
from app.floor import queries
from app.floor.workflows.devices_state import TEST_CODE, DevicesState
from app.text import NOTHING, Text, count, moment, say, verbatim
from app.view import (
    Action,
    CardOutline,
    CommandCards,
    Header,
    Hero,
    Listing,
    ListingRow,
    NameDatum,
    Note,
    Offer,
    Offers,
    Panel,
    ScalePanel,
    Sound,
    Tone,
    View,
)
from app.workflow import Desk

A_PAGE, A_COLUMN = 6, 5
"""Rows of the list on the whole width of the smallest screen, and of a list in its right column."""
ICONS = {
    "scanner": "scan-line", "printer": "printer", "scale": "scale", "sound": "volume-2", "screen": "monitor",
}  # fmt: skip
TONES = {"ok": Tone.NORMAL, "attention": Tone.WARN, "away": Tone.ERROR}
EARCONS = (
    (Sound.ACCEPTED, say("Accepted")),
    (Sound.STEP, say("Step done")),
    (Sound.ORDER, say("Order done")),
    (Sound.WRONG, say("Wrong")),
    (Sound.ATTENTION, say("Attention")),
    (Sound.DEVICE_LOST, say("Device lost")),
)
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
DONE = Action("DONE", "list", say("Done"), say("all devices"))
MORE = Action("SKIP", "list", say("More"), say("next rows"))
TASK = Header(task=say("Devices"))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list, and which page it opens."""

    page: str
    name: str
    icon: str
    title: Text
    second: Text
    right: Text = NOTHING
    tone: Tone = Tone.NORMAL


def view(step: str, state: DevicesState, desk: Desk) -> View:
    """The whole screen of a page."""
    found = next((d for d in desk.devices if d.name == state.name), None)
    match step:
        case "scanner":
            return _scanner(state, found)
        case "printer":
            return _printer(state, found)
        case "scale":
            return _scale(state, found, desk)
        case "sound":
            return _sound(found)
        case "screen":
            return _screen(state, found)
        case "codes":
            return _codes(state, desk)
        case "backlog":
            return _backlog(desk)
        case _:
            return _list(state, desk)


# ---- the list -------------------------------------------------------------------------------------------------------


def rows(desk: Desk) -> tuple[Row, ...]:
    """Everything that has a page: devices, sound, screen, what waits for central, codes that nobody knew."""
    now = desk.clock.now()
    return (*(_device(d, now) for d in desk.devices), _waiting(desk, now), _unknown(desk))


def shown(page: int, desk: Desk) -> tuple[Row, ...]:
    """The rows of one page of the list."""
    return rows(desk)[page * A_PAGE : (page + 1) * A_PAGE]


def pages(step: str, desk: Desk) -> int:
    """How many pages the open listing has."""
    if step == "list":
        return -(-len(rows(desk)) // A_PAGE) or 1
    if step == "codes":
        return -(-len(_codes_of_today(desk)) // A_COLUMN) or 1
    return 1


def _device(state: DeviceState, now: datetime) -> Row:
    names = {"sound": say("Sound"), "screen": say("Screen")}
    title = names.get(state.kind, verbatim(state.name))
    if state.kind in names:
        return Row(state.kind, state.name, ICONS[state.kind], title, state.detail or say("Fine"))
    words = {"ok": say("Fine"), "attention": say("Needs a hand"), "away": say("Away")}
    right = words.get(state.health, verbatim(state.health))
    return Row(
        state.kind, state.name, ICONS.get(state.kind, "plug"), title, _health(state, now), right,
        TONES.get(state.health, Tone.NORMAL),
    )  # fmt: skip


def _health(state: DeviceState, now: datetime) -> Text:
    """The last word of a device and what to do about it; while it is well, when it was last heard of."""
    if state.health == "ok":
        if state.last_at is None:
            return state.detail or say("Not used yet today")
        return say("Last heard at {at}", at=moment(state.last_at, now))
    act = act_for(state)
    return say("{what}: {act}", what=state.detail, act=act) if state.detail else act


def act_for(state: DeviceState) -> Text:
    """What a hand does about a device that is not well."""
    match state.kind, state.health:
        case "scanner", _:
            return say("plug it in; it comes back by itself")
        case "scale", "away":
            return say("plug it in and switch it on")
        case "scale", _:
            return say("take everything off and press ZERO")
        case "printer", "attention":
            return say("load paper and close it; what waits is printed")
        case "printer", _:
            return say("switch it on and look at its cable")
        case _:
            return say("look at its cable")


def _waiting(desk: Desk, now: datetime) -> Row:
    found = desk.read(queries.backlog)
    second = say("Everything is sent")
    tone = Tone.NORMAL
    if found.acts and found.oldest is not None:
        second, tone = say("The oldest of {at}", at=moment(found.oldest, now)), Tone.WARN
    right = count(found.acts, "{n} act waits", "{n} acts wait") if found.acts else NOTHING
    return Row("backlog", "", "cloud-check" if not found.acts else "cloud-off", say("Central"), second, right, tone)


def _unknown(desk: Desk) -> Row:
    codes = _codes_of_today(desk)
    second = say("Every code was known") if not codes else verbatim(", ".join(c.text for c in codes[:3]))
    right = count(len(codes), "{n} code", "{n} codes") if codes else NOTHING
    return Row("codes", "", "barcode", say("Unknown codes of today"), second, right)


def _codes_of_today(desk: Desk) -> tuple[queries.UnknownCode, ...]:
    here = desk.clock.now().astimezone()
    return desk.read(queries.unknown_codes, here.replace(hour=0, minute=0, second=0, microsecond=0), TEST_CODE)


def _list(state: DevicesState, desk: Desk) -> View:
    every, page = rows(desk), shown(state.page, desk)
    listed = tuple(
        ListingRow(row.icon, row.title, row.second, row.right, row.tone, f"OPT{n}") for n, row in enumerate(page, 1)
    )
    ill = [d for d in desk.devices if d.health != "ok"]
    hero = Hero(
        imperative=say("Scan the card of a choice"), icon="stethoscope", second=say("Each device has a test of its own")
    )
    if ill:
        hero = Hero(
            imperative=say("Look at {name}", name=ill[0].name),
            icon="stethoscope",
            second=_health(ill[0], desk.clock.now()),
            tone=Tone.WARN,
        )
    right = NOTHING
    if len(every) > A_PAGE:
        first = state.page * A_PAGE
        right = say("{a} to {b} of {n}", a=first + 1, b=first + len(page), n=len(every))
    turn = (MORE,) if len(every) > A_PAGE else ()
    return View(
        kind="devices", header=TASK, hero=hero, object=(Listing(say("This station"), listed, right),),
        actions=(*turn, HELP),
    )  # fmt: skip


# ---- pages ----------------------------------------------------------------------------------------------------------


def _page(kind: str, hero: Hero, context: Sequence[Panel], actions: tuple[Action, ...] = (DONE, HELP)) -> View:
    return View(kind=f"devices.{kind}", header=TASK, hero=hero, context=tuple(context), actions=actions)


def _note(found: DeviceState | None) -> tuple[Panel, ...]:
    """What is wrong, above the test; nothing while all is well."""
    if found is None or found.health == "ok":
        return ()
    return (Note("triangle-alert", found.detail or say("Away"), act_for(found), TONES[found.health]),)


def _scanner(state: DevicesState, found: DeviceState | None) -> View:
    read = tuple(
        ListingRow(
            "check",
            verbatim(r.text),
            r.meaning or say("The test code"),
            say("{device}, {time}", device=r.device, time=r.time),
        )
        for r in state.reads
    )
    hero = Hero(
        imperative=say("Scan this code"),
        datum=NameDatum(verbatim(state.name), say("Or any other: it is only read back")),
    )
    panels: tuple[Panel, ...] = (
        CommandCards(say("Test"), ((TEST_CODE, say("Scan this")),)),
        Listing(say("What was read"), read[:1], empty=say("Nothing yet")),
        Offers(say("In the hand"), (Offer(1, say("Beep")),)),
    )
    return _page("scanner", hero, (*_note(found), *panels) if found and found.health != "ok" else panels)


def _printer(state: DevicesState, found: DeviceState | None) -> View:
    media = {"label": say("Prints labels"), "paper": say("Prints slips and lists")}
    hero = Hero(
        imperative=say("Scan choice card 1"),
        icon="printer",
        datum=NameDatum(verbatim(state.name), media.get(found.media, NOTHING) if found else NOTHING),
    )
    test = Offers(say("Test"), (Offer(1, say("Print a test page"), say("It counts for nothing")),))
    return _page("printer", hero, (*_note(found), test))


def _scale(state: DevicesState, found: DeviceState | None, desk: Desk) -> View:
    grams, stable = desk.scale_grams, desk.scale_stable
    imperative, tone = say("Put a known weight on"), Tone.NORMAL
    second = say("Empty it must read 0 g")
    if grams is not None and stable and abs(grams) in range(1, 30):
        imperative, tone = say("Press ZERO on the scale"), Tone.WARN
        second = say("When nothing lies on it: it reads {n} g", n=grams)
    elif grams is None:
        imperative, tone, second = say("Switch the scale on"), Tone.WARN, say("It says nothing")
    hero = Hero(imperative=imperative, icon="scale", datum=NameDatum(verbatim(state.name)), tone=tone, second=second)
    return _page("scale", hero, (*_note(found), ScalePanel(grams, stable, None, None)))


def _sound(found: DeviceState | None) -> View:
    words = found.detail if found else NOTHING
    hero = Hero(
        imperative=say("Scan the card of a choice"), icon="volume-2", second=say("The sound is at {n}", n=words)
    )
    listed = tuple(ListingRow("volume-1", words, command=f"OPT{n}") for n, (_, words) in enumerate(EARCONS, 1))
    softer = Action("MUTE", "volume-1", say("Softer"), say("never silent"))
    whole = _page("sound", hero, (), (DONE, softer, HELP))
    return View(
        kind=whole.kind, header=TASK, hero=hero, object=(Listing(say("Sounds"), listed),), actions=whole.actions
    )


def _screen(state: DevicesState, found: DeviceState | None) -> View:
    hero = Hero(
        imperative=say("Lay a card on the outline"),
        icon="credit-card",
        second=say("Make it wider or narrower until it fits"),
    )
    step = say("Large steps now") if state.coarse else say("Small steps now")
    offers = Offers(
        say("The outline"),
        (Offer(1, say("Wider")), Offer(2, say("Narrower")), Offer(3, say("Other steps"), step)),
    )
    outline = CardOutline(say("A bank card or a badge"), say("Buttons and letters get their true size by it"))
    actions = (
        DONE,
        Action("THEME", "contrast", say("Theme"), say("day, dark")),
        Action("CHANGE", "activity", say("Motion"), say("on or off")),
        HELP,
    )
    return View(kind="devices.screen", header=TASK, hero=hero, object=(offers,), context=(outline,), actions=actions)


def _codes(state: DevicesState, desk: Desk) -> View:
    codes, now = _codes_of_today(desk), desk.clock.now()
    page = codes[state.page * A_COLUMN : (state.page + 1) * A_COLUMN]
    listed = tuple(
        ListingRow(
            "barcode", verbatim(c.text), say("{device}, last {at}", device=c.device or "?", at=moment(c.last_at, now)),
            count(c.times, "once", "{n} times"),
        )
        for c in page
    )  # fmt: skip
    hero = Hero(
        imperative=say("Give this list to a lead") if codes else say("Every code was known"),
        icon="barcode",
        second=say("A lead imports them with their product, and they are known") if codes else NOTHING,
    )
    number = count(len(codes), "{n} code", "{n} codes") if codes else NOTHING
    listing = Listing(say("Unknown codes of today"), listed, number, say("There was none"))
    turn = (MORE,) if len(codes) > A_COLUMN else ()
    return _page("codes", hero, (listing,), (*turn, DONE, HELP))


def _backlog(desk: Desk) -> View:
    found, now = desk.read(queries.backlog), desk.clock.now()
    listed = [ListingRow("list", say("Acts that wait"), NOTHING, verbatim(str(found.acts)))]
    if found.oldest is not None:
        listed.append(ListingRow("clock", say("The oldest"), NOTHING, moment(found.oldest, now)))
    listed.append(ListingRow("message-square", say("Questions without an answer"), NOTHING, verbatim(str(found.asks))))
    if found.acts:
        hero = Hero(
            imperative=say("Go on working"),
            icon="cloud-off",
            second=say("What is scanned is kept here and goes to central by itself"),
        )
    else:
        hero = Hero(imperative=say("Nothing to do"), icon="cloud-check", second=say("Everything is sent"))
    return _page("backlog", hero, (Listing(say("On its way to central"), tuple(listed)),))
