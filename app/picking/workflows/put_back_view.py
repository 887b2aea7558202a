"""How the way back looks: the bin in giant letters, the item below, the walk beside it."""

from __future__ import annotations

import itertools

from app.picking import queries
from app.picking.rules.distance import Point, metres
from app.picking.workflows.pick_view import rack_of
from app.picking.workflows.put_back_state import BackState, start_point
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    Action,
    CodeDatum,
    Header,
    Hero,
    ItemPanel,
    Listing,
    ListingRow,
    MapStop,
    NameDatum,
    Panel,
    Progress,
    RouteMap,
    StepMark,
    ThenPanel,
    Tone,
    View,
    Wanted,
)
from app.work.queries import Place, code_of, order_card, place, sku_card, tote_card
from app.workflow import Desk

UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
DAMAGED = Action("DAMAGED", "package-x", say("Damaged"), say("set it apart"))
DONE = Action("DONE", "package-open", say("Done"), say("tote is empty"))
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))


def target_of(state: BackState, desk: Desk) -> Place | None:
    """The bin to which the screen leads now, None where any will do."""
    if state.begun is None or not state.open_lines:
        return None
    sku_id, lot, place_id, _ = state.begun.lines[state.open_lines[0]]
    hand = state.hand
    if hand is not None and hand.damaged:
        place_id = desk.read(
            queries.bin_for, sku_id, lot, hand.units, "damaged", desk.clock.now().date()
        ) or place_id  # fmt: skip
    return desk.read(place, place_id) if place_id else None


def view(state: BackState, desk: Desk, step: str) -> View:
    """The whole screen of this step (tote, item, bin)."""
    if state.begun is None:
        return _start_view(desk)
    target = target_of(state, desk)
    number = _number(state, desk)
    return View(
        kind=f"put-back.{step}",
        hero=_hero(state, target, step),
        header=Header(task=say("Put back order {number}", number=number)),
        progress=_progress(state),
        object=(_item(state, desk, step),),
        context=_context(state, desk, target),
        actions=(UNDO, DAMAGED, DONE, HELP),
        wanted=_wanted(state, desk, target, step),
    )


def _number(state: BackState, desk: Desk) -> str:
    assert state.begun is not None
    card = desk.read(order_card, state.begun.order_id)
    return card.number if card else "?"


def _start_view(desk: Desk) -> View:
    totes = desk.read(queries.totes_to_put_back, 6)
    hero = Hero(imperative=say("Scan the tote that goes back"), icon="undo-2",
                second=say("The tote of a cancelled order"))  # fmt: skip
    if not totes:
        hero = Hero(
            imperative=say("Nothing goes back"), icon="circle-check", second=say("No cancelled order was picked")
        )
    wanted = tuple(
        Wanted("tote", say("Tote {name}, order {number}", name=t.tote, number=t.number),
               desk.read(code_of, t.tote_id, "tote"))
        for t in totes
    )  # fmt: skip
    rows = tuple(
        ListingRow("shopping-cart", say("Tote {name}", name=t.tote), say("Order {number}", number=t.number),
                   count(t.units, "{n} unit", "{n} units"))
        for t in totes
    )  # fmt: skip
    context = (Listing(say("What goes back"), rows),) if rows else ()
    return View(
        kind="put-back.tote", hero=hero, header=Header(task=say("Put back")), context=context, actions=(HELP,),
        wanted=wanted,
    )  # fmt: skip


def _hero(state: BackState, target: Place | None, step: str) -> Hero:
    imperative = say("Scan the bin label") if step == "bin" else say("Scan the item")
    damaged = state.hand is not None and state.hand.damaged
    second = say("Damaged: it is set apart") if damaged else NOTHING
    if target is None:
        datum: CodeDatum | NameDatum = NameDatum(say("Any free bin"))
    else:
        datum = CodeDatum(target.parts) if len(target.parts) > 1 else NameDatum(verbatim(target.name))
    return Hero(
        imperative=imperative,
        icon="undo-2",
        datum=datum,
        aside=rack_of(state.floor, target) if target is not None else None,
        steps=(StepMark(_item_times(state), "now" if step == "item" else "done"),
               StepMark(say("Bin label"), "now" if step == "bin" else "todo")),
        tone=Tone.WARN if damaged else Tone.NORMAL,
        second=second,
    )  # fmt: skip


def _item_times(state: BackState) -> Text:
    left = state.left(state.open_lines[0])
    return say("Item") if left == 1 else say("Item, {n} times", n=left)


def _progress(state: BackState) -> Progress:
    assert state.begun is not None
    total, left = len(state.begun.lines), len(state.open_lines)
    return Progress(
        done=total - left,
        total=total,
        label=say("Stop {n} of {total}", n=min(total - left + 1, total), total=total),
        right=say("{done} of {total} units", done=state.units_done, total=state.units),
    )


def _item(state: BackState, desk: Desk, step: str) -> ItemPanel:
    assert state.begun is not None
    line = state.open_lines[0]
    sku_id, lot, _, _ = state.begun.lines[line]
    card = desk.read(sku_card, sku_id)
    in_hand = state.hand.units if state.hand is not None else 0
    tote = desk.read(tote_card, state.begun.tote_id).name
    return ItemPanel(
        picture=card.picture,
        name=card.title,
        variant=verbatim(card.variant),
        sku=card.sku,
        code_tail=card.code_tail,
        verb=say("Put") if step == "bin" else say("Take"),
        quantity=in_hand if step == "bin" else state.left(line) - in_hand,
        under=say("from tote {name}", name=tote) if step == "item" else NOTHING,
        note=say("Lot {lot}", lot=lot) if lot else NOTHING,
    )


# ---- the walk -------------------------------------------------------------------------------------------------------


def _context(state: BackState, desk: Desk, target: Place | None) -> tuple[Panel, ...]:
    then = _then(state, desk)
    panels: tuple[Panel, ...] = (then,) if then else ()
    return (_route(state, desk, target), *panels)


def _then(state: BackState, desk: Desk) -> ThenPanel | None:
    assert state.begun is not None
    if len(state.open_lines) < 2:
        tote = desk.read(tote_card, state.begun.tote_id).name
        return ThenPanel(tote, say("The tote is free then"))
    following = state.open_lines[1]
    sku_id, _, place_id, _ = state.begun.lines[following]
    where = desk.read(place, place_id).name if place_id else "–"
    name = desk.read(sku_card, sku_id).name
    return ThenPanel(where, say("{name} × {n}", name=name, n=state.left(following)))


def _route(state: BackState, desk: Desk, target: Place | None) -> RouteMap:
    ways = state.floor.ways
    walked = [start_point(state), *(_point(desk.read(place, p)) for p in state.places)]
    here = walked[-1]
    to = _point(target) if target is not None else here
    ahead = _points_ahead(state, desk)
    name = (target.aisle or target.name) if target else ""
    distance = say("{m} m to {aisle}", m=metres(ways.distance(here, to)), aisle=name)
    return RouteMap(
        plan=state.floor.plan,
        title=say("Route"),
        distance=distance if here != to else say("You are there"),
        walked=_polyline(state, walked),
        leg=ways.path(here, to),
        later=_polyline(state, [to, *ahead[1:], start_point(state)]),
        stops=_stops(state, walked[1:], ahead),
        target=state.floor.shape_of(target) if target else None,
        here=here,
        aisle=target.aisle if target else "",
        start=say("Start"),
    )


def _points_ahead(state: BackState, desk: Desk) -> list[Point]:
    assert state.begun is not None
    places = [state.begun.lines[i][2] for i in state.open_lines]
    return list(dict.fromkeys(_point(desk.read(place, p)) for p in places if p))


def _stops(state: BackState, visited: list[Point], ahead: list[Point]) -> tuple[MapStop, ...]:
    been = [p for p in dict.fromkeys(visited) if p not in ahead]
    pins = [MapStop(*p, i, "done") for i, p in enumerate(been, 1)]
    pins += [MapStop(*p, i, "now" if i == len(been) + 1 else "later") for i, p in enumerate(ahead, len(been) + 1)]
    return tuple(pins)


def _point(where: Place) -> Point:
    return (where.x_mm, where.y_mm)


def _polyline(state: BackState, points: list[Point]) -> tuple[Point, ...]:
    """The corners of the walk through these points."""
    line: list[Point] = points[:1]
    for a, b in itertools.pairwise(points):
        line.extend(state.floor.ways.path(a, b)[1:])
    return tuple(line)


# ---- what can be scanned --------------------------------------------------------------------------------------------


def _wanted(state: BackState, desk: Desk, target: Place | None, step: str) -> tuple[Wanted, ...]:
    if step == "bin":
        code = desk.read(code_of, target.id, "bin") if target is not None else ""
        return (Wanted("bin", say("Bin {name}", name=target.name), code),) if target is not None else ()
    assert state.begun is not None
    found = []
    for line in state.open_lines[:4]:
        card = desk.read(sku_card, state.begun.lines[line][0])
        in_hand = state.hand.units if state.hand is not None and state.hand.line == line else 0
        found.append(Wanted("item", card.title, card.code, state.left(line) - in_hand, card.picture))
    return tuple(found)
