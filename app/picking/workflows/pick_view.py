"""How a tour looks: the bin in giant letters, the item below, the walk beside it."""

from __future__ import annotations

import itertools
from dataclasses import replace

from app.barcodes import command_code, gtin14, own_code
from app.errors import Problem
from app.inventory.rules.racks import bays_from_left, levels_from_top, window
from app.picking import queries
from app.picking.rules.distance import Point, metres
from app.picking.workflows.pick_acts import act_of_gone, cancelled_totes
from app.picking.workflows.pick_state import (
    PickState,
    Stop,
    StopLine,
    all_stops,
    all_works,
    cancelled_works,
    end_place,
    end_point,
    open_stops,
    position_of,
    stand,
    start_point,
    tote_of,
    works_of,
)
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    Action,
    CodeDatum,
    CountDatum,
    Header,
    Hero,
    ItemPanel,
    MapStop,
    NameDatum,
    Note,
    Panel,
    Progress,
    Put,
    Rack,
    RouteMap,
    StepMark,
    ThenPanel,
    Tone,
    TotePlace,
    ToteWall,
    View,
    Wanted,
)
from app.work.queries import Place, code_of, place, tote_card
from app.workflow import Desk

UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
SHORT = Action("SHORT", "package-x", say("Short"), say("not enough"))
SKIP = Action("SKIP", "skip-forward", say("Skip"), say("do it later"))
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
HOME = Action("HOME", "house", say("Home"), say("other task"))
EMPTY = Action("EMPTY", "package-open", say("Empty"), say("free a tote"))


def view(state: PickState, desk: Desk, step: str) -> View:
    """The whole screen of a tour at this step (start, wait, bin, item, tote, drop)."""
    if state.tour is None:
        return _start_view(state, desk, step)
    if step == "gone":
        return _gone_view(state, desk)
    stops, every = open_stops(state), all_stops(state)
    shown = View(
        kind=f"pick.{step}",
        hero=_drop_hero(state, desk) if not stops else Hero(NOTHING),
        header=Header(task=_task(state)),
        progress=_progress(every, len(stops)),
        context=(*_context(state, desk, step, stops, every), *_cancelled_notes(state, desk)),
        actions=(UNDO, SHORT, SKIP, HELP) if stops else (UNDO, HELP),
        wanted=_wanted(state, desk, step, stops),
    )
    if not stops:
        return shown
    hero = _put_hero(state, desk, stops[0]) if step == "tote" else _stop_hero(state, stops[0], step)
    if state.changing:
        hero = _new_tote_hero(state, desk)
        shown = replace(shown, wanted=_free_tote_wanted(desk))
    return replace(shown, hero=hero, object=(_item(state, desk, stops[0], step),))


def marked(whole: View, problem: Problem, state: PickState, desk: Desk) -> View:
    """A wrong bin is marked on the map beside the right one."""
    if not problem.subject:
        return whole
    wrong = state.floor.shape_of(desk.read(place, problem.subject))
    panels = tuple(replace(p, wrong=wrong) if isinstance(p, RouteMap) else p for p in whole.context)
    return replace(whole, context=panels)


def stop_done(state: PickState, stop: Stop) -> Text:
    """What is said when a stop is finished: "Stop 7 done, 2 × Candle"."""
    every = all_stops(state)
    finished = next((s for s in every if s.key == stop.key), stop)
    number = sum(1 for s in every if not s.open)
    return say("Stop {n} done, {units} × {name}", n=number, units=finished.picked, name=stop.card.name)


# ---- the frame ------------------------------------------------------------------------------------------------------


def _start_view(state: PickState, desk: Desk, step: str) -> View:
    if step == "wait":
        hero = Hero(imperative=say("Fetching work"), icon="hourglass", second=say("Your scan is kept"))
    elif state.emptying:
        hero = Hero(say("Scan the empty tote"), "package-open", second=say("It is set free for a new order"))
    else:
        hero = Hero(say("Scan a free tote or a cart"), "shopping-cart")
    free = desk.read(queries.free_totes) if step == "start" and not state.emptying else ()
    return View(
        kind=f"pick.{step}",
        hero=hero,
        header=Header(task=say("Pick")),
        actions=(EMPTY, HELP),
        wanted=tuple(Wanted("tote", say("Free tote {name}", name=t.name), t.code) for t in free),
    )


def _gone_view(state: PickState, desk: Desk) -> View:
    """Nothing of the walk is left: its orders were cancelled, or somebody else has them."""
    return View(
        kind="pick.gone",
        hero=_gone_hero(state, desk),
        header=Header(task=say("Pick")),
        context=(),
        actions=(HOME, HELP),
        wanted=_gone_wanted(state, desk),
    )


def _gone_hero(state: PickState, desk: Desk) -> Hero:
    gone = cancelled_works(state)
    if not gone:
        works = all_works(state)
        where = desk.read(queries.station_of_work, works[0].id) if works else ""
        return Hero(
            imperative=say("Scan HOME"),
            icon="route",
            datum=NameDatum(say("This walk goes on at {station}", station=where or "?")),
            second=say("It was taken over: nothing more is to be done here"),
            tone=Tone.WARN,
        )
    bound = cancelled_totes(state)
    numbers = ", ".join(work.number for work in gone)
    words = count(
        len(gone), "Order {numbers} was cancelled, put back", "Orders {numbers} were cancelled, put back",
        numbers=numbers,
    )  # fmt: skip
    units = sum(desk.read(queries.units_in, b.tote_id) for b in bound)
    second = count(units, "{n} unit goes back to its bin", "{n} units go back to their bins")
    return Hero(
        imperative=act_of_gone(state, desk),
        icon="undo-2",
        datum=NameDatum(words),
        second=second if units else say("Nothing of it was picked yet"),
        tone=Tone.WARN,
    )


def _gone_wanted(state: PickState, desk: Desk) -> tuple[Wanted, ...]:
    bound = cancelled_totes(state)
    if not bound:
        return (Wanted("command", say("Home"), command_code("HOME")),)
    return tuple(
        Wanted("tote", say("Tote {name}", name=desk.read(tote_card, b.tote_id).name),
               desk.read(code_of, b.tote_id, "tote"))
        for b in bound
    )  # fmt: skip


def _cancelled_notes(state: PickState, desk: Desk) -> tuple[Panel, ...]:
    """On a cart the other orders go on; whose order was cancelled stays as it is until the walk is over."""
    found: list[Panel] = []
    for bound in cancelled_totes(state):
        number = next(work.number for work in cancelled_works(state) if work.id == bound.work_id)
        title = say("Order {number} was cancelled", number=number)
        tote = desk.read(tote_card, bound.tote_id).name
        body = say("Leave tote {tote} at {position}. It is put back after the walk", tote=tote, position=bound.position)
        found.append(Note("ban", title, body))
    return tuple(found[:1])


def _new_tote_hero(state: PickState, desk: Desk) -> Hero:
    position = position_of(state, state.changing)
    number = next((work.number for work in works_of(state) if work.id == state.changing), "?")
    full = desk.read(tote_card, tote_of(state, state.changing)).name
    where = say("Scan a free tote for {position}", position=position) if position else say("Scan a free tote")
    return Hero(
        imperative=where,
        icon="package-plus",
        datum=NameDatum(say("Tote {name} is full", name=full)),
        second=say("The next units of order {number} go into the new one", number=number),
    )


def _free_tote_wanted(desk: Desk) -> tuple[Wanted, ...]:
    return tuple(
        Wanted("tote", say("Free tote {name}", name=t.name), t.code) for t in desk.read(queries.free_totes)
    )  # fmt: skip


def _task(state: PickState) -> Text:
    works = works_of(state)
    if len(works) == 1:
        return say("Order {number}", number=works[0].number)
    return count(len(works), "{n} order", "{n} orders")


def _progress(every: tuple[Stop, ...], left: int) -> Progress:
    total = len(every)
    units, all_units = sum(s.picked for s in every), sum(s.wanted - s.short for s in every)
    label = say("Stop {n} of {total}", n=total - left + 1, total=total) if left else say("All stops done")
    right = say("{done} of {total} units", done=units, total=all_units)
    return Progress(done=total - left, total=total, label=label, right=right)


# ---- the hero -------------------------------------------------------------------------------------------------------


def _stop_hero(state: PickState, stop: Stop, step: str) -> Hero:
    return Hero(
        imperative=say("Scan the bin label") if step == "bin" else say("Scan the item"),
        datum=CodeDatum(stop.place.parts),
        aside=rack_of(state.floor, stop.place),
        steps=_steps(state, stop, step),
        second=NOTHING,
    )


def _steps(state: PickState, stop: Stop, step: str) -> tuple[StepMark, ...]:
    marks = [("bin", say("Bin label"))] if stop.proof.bin else []
    marks.append(("item", _item_times(stop)))
    if state.on_cart:
        totes = len({line.work.id for line in stop.lines if line.open})
        marks.append(("tote", count(totes, "Tote label", "Tote labels")))
    now = [name for name, _ in marks].index(step)
    return tuple(
        StepMark(words, "done" if i < now else "now" if i == now else "todo") for i, (_, words) in enumerate(marks)
    )


def _item_times(stop: Stop) -> Text:
    wanted = stop.wanted - stop.short
    if wanted == 1:
        return say("Item")
    if stop.proof.each:
        return say("Item, {n} times", n=wanted)
    return say("Item, then card {n}", n=wanted)


def rack_of(floor: queries.Floor, where: Place) -> Rack | None:
    """Three bays of the rack around the target, as one sees them who faces it."""
    slots, side = floor.slots_of(where.aisle), where.side or "R"
    if not (where.aisle and where.bay and where.level):
        return None
    bays = window(bays_from_left(slots, where.aisle, side), where.bay)
    return Rack(levels_from_top(slots, where.aisle, side, bays), bays, where.level, where.bay)


def _put_hero(state: PickState, desk: Desk, stop: Stop) -> Hero:
    line = next(x for x in stop.lines if x.open)
    units = sum(x.open for x in stop.lines if x.work.id == line.work.id)
    tote = tote_of(state, line.work.id)
    if tote:
        second = say("Tote {name}", name=desk.read(tote_card, tote).name)
        imperative = say("Scan the tote at {position}", position=line.position)
    else:
        second = say("The tote is bound by this scan")
        imperative = say("Scan a free tote at {position}", position=line.position)
    return Hero(
        imperative=imperative,
        icon="package-plus",
        datum=CountDatum(
            str(units), count(units, "unit into {position}", "units into {position}", position=line.position)
        ),
        steps=_steps(state, stop, "tote"),
        second=second,
    )


def _drop_hero(state: PickState, desk: Desk) -> Hero:
    where = end_place(state)
    too_many = _too_many(state, desk)
    if too_many is not None:
        return too_many
    if where is None:
        return Hero(imperative=say("Scan the drop place"), icon="arrow-down-to-dot")
    return Hero(
        imperative=say("Scan the drop place"),
        icon="arrow-down-to-dot",
        datum=CodeDatum(where.parts) if len(where.parts) > 1 else NameDatum(verbatim(where.name)),
        second=say("Or any other drop place or pack lane"),
    )


def _too_many(state: PickState, desk: Desk) -> Hero | None:
    """An order that wants fewer by now than lie in its tote: the tote is scanned, and the rest goes back."""
    today = desk.clock.now().date()
    for bound in state.totes:
        plan = desk.read(queries.return_plan, bound.tote_id, today)
        if plan is not None and plan.units and not plan.over:
            return Hero(
                imperative=say("Scan tote {name}", name=plan.tote.name),
                icon="undo-2",
                datum=CountDatum(str(plan.units), count(plan.units, "unit goes back", "units go back")),
                second=say("Order {number} wants fewer now. Or scan the drop place", number=plan.number),
                tone=Tone.WARN,
            )
    return None


# ---- the item -------------------------------------------------------------------------------------------------------


def _item(state: PickState, desk: Desk, stop: Stop, step: str) -> ItemPanel:
    card, held = stop.card, state.hand.units if state.hand and state.focus == stop.key else 0
    quantity = stop.open if state.on_cart and held >= stop.open else stop.open - held
    return ItemPanel(
        picture=card.picture,
        name=card.title,
        variant=verbatim(card.variant),
        sku=card.sku,
        code_tail=card.code_tail,
        verb=say("Put") if step == "tote" else say("Pick"),
        quantity=quantity,
        under=_under(stop, quantity),
        puts=_puts(stop) if state.on_cart else (),
        note=_item_note(stop, desk),
    )


def _under(stop: Stop, quantity: int) -> Text:
    case = stop.lines[0].line.case_units
    if quantity != stop.wanted:
        return say("of {n}", n=stop.wanted)
    if case > 1 and quantity % case == 0:
        return count(quantity // case, "{units} ({n} case)", "{units} ({n} cases)", units=quantity)
    return NOTHING


def _puts(stop: Stop) -> tuple[Put, ...]:
    units: dict[str, int] = {}
    for line in stop.lines:
        if line.open:
            units[line.position] = units.get(line.position, 0) + line.open
    return tuple(Put(n, position) for position, n in units.items())


def _item_note(stop: Stop, desk: Desk) -> Text:
    if stop.card.lot_tracked and stop.lot:
        return say("Lot {lot}", lot=stop.lot)
    others = ", ".join(desk.read(queries.lookalikes, stop.card.id, stop.place.id))
    return say("Not {variant}", variant=others) if others else NOTHING


# ---- the walk -------------------------------------------------------------------------------------------------------


def _context(
    state: PickState, desk: Desk, step: str, stops: tuple[Stop, ...], every: tuple[Stop, ...]
) -> tuple[Panel, ...]:
    then = _then(state, stops)
    panels: tuple[Panel, ...] = (then,) if then else ()
    if step == "tote":
        return (_wall(state, desk, stops[0], every), *panels)
    return (_route(state, stops, every), *panels)


def _then(state: PickState, stops: tuple[Stop, ...]) -> ThenPanel | None:
    if len(stops) > 1:
        following = stops[1]
        words = say("{name} × {n}", name=following.card.name, n=following.open)
        return ThenPanel(following.place.name, words)
    end = end_place(state)
    return ThenPanel(end.name, say("Drop place")) if stops and end else None


def _route(state: PickState, stops: tuple[Stop, ...], every: tuple[Stop, ...]) -> RouteMap:
    ways, here, end = state.floor.ways, stand(state), end_place(state)
    target = stops[0].place if stops else end
    to = stops[0].point if stops else end_point(state)
    leg = ways.path(here, to)
    ahead = [*dict.fromkeys(s.point for s in stops), end_point(state)] if stops else [to]
    name = (target.aisle or target.name) if target else ""
    distance = say("{m} m to {aisle}", m=metres(ways.distance(here, to)), aisle=name)
    return RouteMap(
        plan=state.floor.plan,
        title=say("Route"),
        distance=distance if here != to else say("You are there"),
        walked=_polyline(state, [start_point(state), *state.here]),
        leg=leg,
        later=_polyline(state, ahead),
        stops=_map_stops(state, stops, every),
        target=state.floor.shape_of(target) if target else None,
        here=here,
        aisle=target.aisle if target else "",
        start=say("Start"),
        end=verbatim(end.name) if end else NOTHING,
    )


def _polyline(state: PickState, points: list[Point]) -> tuple[Point, ...]:
    """The corners of the walk through these points."""
    line: list[Point] = points[:1]
    for a, b in itertools.pairwise(points):
        line.extend(state.floor.ways.path(a, b)[1:])
    return tuple(line)


def _map_stops(state: PickState, stops: tuple[Stop, ...], every: tuple[Stop, ...]) -> tuple[MapStop, ...]:
    """Pins: what is done, where to go now, what comes later, numbered as in "Stop 8 of 23"."""
    done = len(every) - len(stops)
    open_points = {s.point for s in stops}
    visited = [p for p in dict.fromkeys(state.here) if p not in open_points]
    pins = [MapStop(*p, i, "done") for i, p in enumerate(visited, 1)]
    for number, stop in enumerate(stops, done + 1):
        if stop.point not in {(p.x_mm, p.y_mm) for p in pins}:
            pins.append(MapStop(*stop.point, number, "now" if number == done + 1 else "later"))
    return tuple(pins)


def _wall(state: PickState, desk: Desk, stop: Stop, every: tuple[Stop, ...]) -> ToteWall:
    """The cart: what each position holds, what it gets now, whether its order is complete."""
    places = []
    for work in works_of(state):
        lines = [line for s in every for line in s.lines if line.work.id == work.id]
        tote = tote_of(state, work.id)
        places.append(
            TotePlace(
                position=lines[0].position if lines else "",
                tote=desk.read(tote_card, tote).name if tote else "",
                units=sum(line.picked for line in lines),
                lit=sum(line.open for line in stop.lines if line.work.id == work.id),
                done=not any(line.open for line in lines),
            )
        )
    return ToteWall(say("Cart"), tuple(places))


# ---- what can be scanned --------------------------------------------------------------------------------------------


def _wanted(state: PickState, desk: Desk, step: str, stops: tuple[Stop, ...]) -> tuple[Wanted, ...]:
    if step == "drop":
        end = end_place(state)
        drops = sorted(state.floor.drops, key=lambda d: end is None or d.place.id != end.id)
        return tuple(
            Wanted("place", verbatim(d.place.name), d.code) for d in drops if d.place.type != "problem"
        )  # fmt: skip
    stop = stops[0]
    if step == "bin":
        return (Wanted("bin", say("Bin {name}", name=stop.place.name), stop.bin_code),)
    if step == "tote":
        return _wanted_totes(state, desk, stop)
    held = state.hand.units if state.hand and state.focus == stop.key else 0
    return _wanted_item(state, stop, stop.open - held)


def _wanted_item(state: PickState, stop: Stop, units: int) -> tuple[Wanted, ...]:
    item = Wanted("item", stop.card.title, item_code(stop), units if stop.proof.each else 1, stop.card.picture)
    if stop.proof.each or stop.wanted == 1:
        return (item,)
    total = stop.wanted - stop.short
    card = Wanted("command", say("Quantity {n}", n=total), own_code(f"QTY{total}"))
    return (card, item) if state.focus == stop.key else (item, card)


def item_code(stop: Stop) -> str:
    """A code of one unit; with its lot in GS1 form where the lot must be read."""
    code, gtin = stop.card.code, gtin14(stop.card.code)
    return f"01{gtin}10{stop.lot}" if stop.card.lot_tracked and stop.lot and gtin else code


def _wanted_totes(state: PickState, desk: Desk, stop: Stop) -> tuple[Wanted, ...]:
    wanted: list[Wanted] = []
    free = list(desk.read(queries.free_totes, 6))
    first: dict[bytes, StopLine] = {}
    for line in stop.lines:
        if line.open:
            first.setdefault(line.work.id, line)
    for work_id, line in first.items():
        tote = tote_of(state, work_id)
        if tote:
            words = say("Tote at {position}", position=line.position)
            wanted.append(Wanted("tote", words, desk.read(code_of, tote, "tote")))
        elif free:
            one = free.pop(0)
            words = say("Free tote {name} for {position}", name=one.name, position=line.position)
            wanted.append(Wanted("tote", words, one.code))
    return tuple(wanted)
