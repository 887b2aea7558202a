"""The screens of packing: a state and what the mirror knows, made into one whole View."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.barcodes import command_code, own_code
from app.carriers.table_rate import TableRate
from app.errors import Problem, Refused
from app.packing import queries
from app.packing.rules import boxes as box_rules
from app.packing.rules import weights
from app.packing.rules.boxes import Box
from app.packing.rules.lines import PackLine
from app.packing.rules.standing import Label, PackState
from app.packing.rules.voids import VOID_REASONS
from app.packing.workflows.pack_weights import (
    band_of,
    box_of,
    expectation,
    weight_guess,
)
from app.text import NOTHING, Text, count, moment, say, verbatim
from app.view import (
    Action,
    BoxPanel,
    CommandCards,
    CountDatum,
    Header,
    Hero,
    LabelPanel,
    LineRow,
    Lines,
    NameDatum,
    Note,
    Offer,
    Offers,
    Panel,
    Picture,
    Progress,
    ScalePanel,
    StepMark,
    Tone,
    View,
    Wanted,
)
from app.work.queries import (
    OrderCard,
    SkuCard,
    ToteCard,
    code_of,
    dossier,
    order_card,
    places_of_type,
    sku_card,
    tote_card,
    tote_to_pick,
)
from app.workflow import Desk

_OWN_CARRIER = TableRate().code
_UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
_CHANGE = Action("CHANGE", "package", say("Change"), say("box"))
_SHORT = Action("SHORT", "package-x", say("Short"), say("not there"))
_HOLD = Action("HOLD", "circle-pause", say("Hold"), say("order"))
_HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
_HOME = Action("HOME", "house", say("Home"), say("other task"))
_PARK = Action("PARK", "inbox", say("Park"), say("order"))
_EMPTY = Action("EMPTY", "package-open", say("Empty"), say("free the tote"))
_REPRINT = Action("REPRINT", "printer", say("Reprint"), say("label"))
_VOID = Action("VOID", "ban", say("Void"), say("label"))
_SERVICE = Action("CHANGE", "truck", say("Change"), say("service"))
_NEWBOX = Action("NEWBOX", "package-plus", say("One more"), say("box"))
_DONE = Action("DONE", "refresh-cw", say("Try again"), say("make label"))
_WEIGHED = Action("DONE", "scale", say("Weigh"), say("now"))


@dataclass(frozen=True, slots=True)
class Sight:
    """What one screen is drawn of, read once."""

    state: PackState
    desk: Desk
    order: OrderCard | None
    body: dict[str, Any]
    cards: dict[bytes, SkuCard]
    box: Box | None
    band: weights.WeightBand | None

    @property
    def number(self) -> str:
        return self.order.number if self.order else str(self.body.get("number", "?"))


def view(step: str, state: PackState, desk: Desk) -> View:
    """The whole screen of a step."""
    order_id = state.order_id or state.moment.order_id
    sight = Sight(
        state=state,
        desk=desk,
        order=desk.read(order_card, order_id) if order_id else None,
        body=_body(order_id, desk),
        cards={line.sku_id: desk.read(sku_card, line.sku_id) for line in state.lines},
        box=box_of(state, desk),
        band=band_of(state, state.boxed if state.full else state.whole, desk),
    )
    if sight.order is not None and sight.order.state == "cancelled" and step in ("items", "weigh", "label", "await"):
        return _cancelled(sight)
    match step:
        case "items":
            return _items(sight)
        case "weigh":
            return _weight_off(sight) if state.moment.off_g is not None else _weigh(sight)
        case "label":
            return _label(sight)
        case "await":
            return _await(sight)
        case "shelf":
            return _shelf(sight)
        case "closed":
            return _closed(sight)
        case _:
            return _open(sight)


def _body(order_id: bytes, desk: Desk) -> dict[str, Any]:
    found = desk.read(dossier, order_id) if order_id else None
    return {} if found is None else found


def imperative(step: str, state: PackState) -> Text:
    """The one act of a step: what the hero says, and what a refusal leads back to."""
    match step:
        case "items":
            return say("Scan a box or a choice") if state.moment.asking == "box" else say("Scan the next item")
        case "weigh":
            return say("Put the box on the scale")
        case "label":
            return say("Scan a reason card") if state.moment.asking == "void" else say("Scan the label")
        case "await":
            return say("Scan a problem shelf")
        case "shelf":
            return say("Scan the problem shelf")
        case "closed":
            return say("Scan the next tote")
        case _:
            return say("Scan EMPTY") if state.moment.asking == "bound" else say("Scan a tote")


# ---- parts of the screens -------------------------------------------------------------------------------------------


def box_offers(state: PackState, desk: Desk) -> tuple[bytes, ...]:
    """Up to four other boxes: those that fit first, the smallest of them first."""
    goods = desk.read(queries.goods_of, state.whole)
    fill = desk.read(queries.pack_rules).fill_percent
    others = [b for b in desk.read(queries.boxes) if b.id != state.box_type_id]
    others.sort(key=lambda b: (not box_rules.fits(b, goods, fill), b.volume, b.code))
    return tuple(b.id for b in others[:4])


def _header(sight: Sight) -> Header:
    if not sight.state.order_id:
        return Header(task=say("Pack"))
    label = sight.state.label
    service = _service(label) if label else str(sight.body.get("service", ""))
    if not service:
        return Header(task=say("Order {number}", number=sight.number))
    return Header(task=say("Order {number}, {service}", number=sight.number, service=service))


def _service(label: Label) -> str:
    """How the parcel goes, in the words of the site: the built-in carrier has no name that says anything."""
    return label.service if label.carrier == _OWN_CARRIER else f"{label.carrier} {label.service}"


def _progress(sight: Sight) -> Progress:
    state, desk = sight.state, sight.desk
    midnight = desk.clock.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    before = desk.read(queries.closed_by, desk.operator.person_id, midnight) if desk.operator else 0
    nth = before if state.closed else before + 1
    return Progress(
        done=state.done,
        total=state.wanted,
        label=say("{done} of {total} units", done=state.done, total=state.wanted),
        right=say("Order {n} of your shift", n=nth),
    )


def _steps(now: int) -> tuple[StepMark, ...]:
    words = (say("Items"), say("Weigh"), say("Label"))
    return tuple(StepMark(w, "done" if i < now else "now" if i == now else "todo") for i, w in enumerate(words))


def _lines(sight: Sight) -> Lines:
    rows = sorted(sight.state.lines, key=lambda line: line.open == 0)
    right = NOTHING
    if sight.order is not None and sight.order.ship_by is not None:
        right = say("Ship by {time}", time=moment(sight.order.ship_by, sight.desk.clock.now()))
    return Lines(say("Order {number}", number=sight.number), right, tuple(_row(line, sight) for line in rows))


def _row(line: PackLine, sight: Sight) -> LineRow:
    card = sight.cards[line.sku_id]
    return LineRow(
        card.picture, card.title, verbatim(card.variant), card.sku, line.done, line.wanted + line.short, line.short
    )


def _notes(sight: Sight) -> tuple[Panel, ...]:
    found: list[Panel] = []
    if sight.body.get("gift"):
        message = str(sight.body.get("gift_message") or "")
        body = say("“{message}”", message=message) if message else NOTHING
        found.append(Note("gift", say("Gift: add card, no prices"), body))
    elif sight.body.get("hide_prices"):
        found.append(Note("gift", say("No prices in this box")))
    if hazard := next((c.hazard for c in sight.cards.values() if c.hazard), ""):
        found.append(Note("triangle-alert", say("Dangerous goods"), verbatim(hazard)))
    if note := str(sight.body.get("note") or ""):
        found.append(Note("message-square", say("Note on the order"), verbatim(note)))
    if len(sight.state.tote_ids) > 1:
        names = ", ".join(sight.desk.read(tote_card, t).name for t in sight.state.tote_ids)
        found.append(Note("package", say("In {n} totes", n=len(sight.state.tote_ids)), verbatim(names)))
    if short := sum(line.short for line in sight.state.lines):
        found.append(Note("circle-alert", count(short, "{n} unit will not come", "{n} units will not come")))
    return tuple(found[:2])


def _box_panel(sight: Sight) -> BoxPanel | None:
    if sight.box is None:
        return None
    goods = sight.desk.read(queries.goods_of, sight.state.boxed if sight.state.full else sight.state.whole)
    box = sight.box
    guessed = sum(g.units for g in goods if not g.measured)
    material = count(guessed, "Size of {n} unit guessed", "Size of {n} units guessed") if guessed else NOTHING
    return BoxPanel(
        name=box.name,
        length_mm=box.length_mm,
        width_mm=box.width_mm,
        height_mm=box.height_mm,
        fill_percent=box_rules.fill_of(box, goods),
        shelf=verbatim(box.shelf),
        material=material or verbatim(box.material),
    )


def _scale_panel(sight: Sight, tone: Tone = Tone.NORMAL) -> ScalePanel | None:
    if not sight.desk.has("scale"):
        return None
    low, high = (sight.band.low_g, sight.band.high_g) if sight.band else (None, None)
    return ScalePanel(sight.desk.scale_grams, sight.desk.scale_stable, low, high, expectation(sight.band), tone)


def _object(*panels: Panel | None) -> tuple[Panel, ...]:
    return tuple(p for p in panels if p is not None)


def _context(sight: Sight) -> tuple[Panel, ...]:
    """What is offered, alone as long as it is; else the lines of the order and what must be known of it."""
    return _offers(sight) or (_lines(sight), *_notes(sight))


def _offers(sight: Sight) -> tuple[Panel, ...]:
    """What CHANGE offers, above everything else in the right column."""
    moment = sight.state.moment
    if moment.asking == "box":
        by_id = {b.id: b for b in sight.desk.read(queries.boxes)}
        goods = sight.desk.read(queries.goods_of, sight.state.whole)
        boxes = [by_id[o] for o in moment.offers if isinstance(o, bytes)]
        rows = [
            Offer(i, verbatim(b.name), say("{percent}% full", percent=box_rules.fill_of(b, goods)))
            for i, b in enumerate(boxes, 1)
        ]
        return (Offers(say("Which box?"), tuple(rows)),)
    if moment.asking == "service":
        prices = _prices(sight)
        rows = [
            Offer(i, verbatim(service), prices.get(service, NOTHING))
            for i, service in enumerate((o for o in moment.offers if isinstance(o, str)), 1)
        ]
        return (Offers(say("Which service?"), tuple(rows)),)
    return ()


def _prices(sight: Sight) -> dict[str, Text]:
    """service → price now; empty when the tariff is gone meanwhile."""
    try:
        rates = sight.desk.read(queries.rates, sight.state.order_id, sight.state.weight_g or 0)
    except Refused:
        return {}
    return {r.service: say("{price} {currency}", price=r.price, currency=r.currency) for r in reversed(rates)}


def _choices(sight: Sight) -> tuple[Wanted, ...]:
    """The choice cards for what is offered."""
    return tuple(
        Wanted("command", say("Choice {n}", n=i), own_code(f"OPT{i}"))
        for i in range(1, len(sight.state.moment.offers) + 1)
    )


# ---- one function a screen ------------------------------------------------------------------------------------------


def _items(sight: Sight) -> View:
    state = sight.state
    aside = None
    if last := next((line for line in state.lines if line.line_id == state.last_line), None):
        aside = Picture(sight.cards[last.sku_id].picture, say("Just packed"), ticked=True)
    hero = Hero(
        imperative=imperative("items", state),
        datum=CountDatum(str(state.open), count(state.open, "unit to go", "units to go")),
        aside=aside,
        steps=_steps(0),
    )
    return View(
        kind="pack.items",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=_object(_box_panel(sight), _scale_panel(sight)),
        context=_context(sight),
        actions=(_UNDO, _SHORT if state.done and not state.boxed else _CHANGE, _HOLD, _HELP),
        wanted=(*_open_items(sight), *_choices(sight)),
    )


def _cancelled(sight: Sight) -> View:
    """The order was cancelled while it stood here: everything goes back into its tote."""
    totes = [sight.desk.read(tote_card, t) for t in sight.state.tote_ids]
    act = (
        say("Put everything into tote {name}, scan it", name=totes[0].name)
        if totes
        else say("Put all into a free tote, scan it")
    )
    units = sum(line.packed for line in sight.state.lines)
    hero = Hero(
        imperative=act,
        icon="undo-2",
        datum=NameDatum(say("Order {number} was cancelled", number=sight.number)),
        second=count(units, "{n} unit is in the box", "{n} units are in the box"),
        tone=Tone.WARN,
    )
    wanted = tuple(
        Wanted("tote", say("Tote {name}", name=t.name), sight.desk.read(code_of, t.id, "tote")) for t in totes
    )
    return View(
        kind="pack.cancelled", hero=hero, header=_header(sight), context=(_lines(sight),), actions=(_HELP,),
        wanted=wanted,
    )  # fmt: skip


def _open_items(sight: Sight) -> tuple[Wanted, ...]:
    return tuple(
        Wanted("item", card.title, card.code, line.open, card.picture)
        for line, card in ((line, sight.cards[line.sku_id]) for line in sight.state.lines if line.open)
    )


def _weigh(sight: Sight) -> View:
    hero = Hero(
        imperative=imperative("weigh", sight.state),
        icon="scale",
        datum=NameDatum(_box_name(sight)),
        steps=_steps(1),
        second=expectation(sight.band),
    )
    return View(
        kind="pack.weigh",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=_object(_box_panel(sight), _scale_panel(sight)),
        context=_context(sight),
        actions=(_UNDO, _CHANGE, _WEIGHED, _HELP),
        wanted=_choices(sight),
    )


def _box_name(sight: Sight) -> Text:
    """The box in hand: by its number when the order has several, else by its kind."""
    if sight.state.number > 1 or sight.box is None:
        return say("Box {n}", n=sight.state.number)
    return verbatim(sight.box.name)


def _weight_off(sight: Sight) -> View:
    grams, band = sight.state.moment.off_g, sight.band
    assert grams is not None
    off = grams - band.expected_g if band else 0
    guess = weight_guess(sight.state, grams, band, sight.desk) if band else NOTHING
    hero = Hero(
        imperative=say("Check the box"),
        icon="scale",
        datum=CountDatum(f"{abs(off)} g", say("too heavy") if off > 0 else say("too light")),
        steps=_steps(1),
        tone=Tone.WARN,
        second=guess or say("Correct it and put it back on the scale"),
    )
    right = Offers(say("If the box is right"), (Offer(1, say("Weight is right"), say("make the label")),))
    return View(
        kind="pack.weight-off",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=_object(_box_panel(sight), _scale_panel(sight, Tone.WARN)),
        context=(right, _lines(sight), *_notes(sight)),
        actions=(_UNDO, _WEIGHED, _HOLD, _HELP),
        wanted=(Wanted("command", say("Weight is right"), own_code("OPT1")),),
    )


def _label(sight: Sight) -> View:
    label = sight.state.label
    assert label is not None
    voiding = sight.state.moment.asking == "void"
    hero = Hero(
        imperative=imperative("label", sight.state),
        icon="scan-barcode",
        datum=NameDatum(verbatim(label.tracking), NOTHING if voiding else say("The lower code closes the box")),
        steps=_steps(2),
        tone=Tone.WARN if voiding else Tone.NORMAL,
        second=say("Scan it off the screen, or the card") if voiding else NOTHING,
    )
    paper = sight.desk.read(queries.print_state, label.job_id)
    if paper.state == "failed" and not voiding:
        hero = replace(
            hero,
            imperative=say("Load labels into the printer"),
            icon="printer",
            datum=NameDatum(Text(_capital(paper.problem)) or say("Not printed"), say("Then it prints by itself")),
            tone=Tone.WARN,
        )
    return View(
        kind="pack.label",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=(_label_panel(sight, label),),
        context=(_void_cards(),) if voiding else _context(sight),
        actions=(_REPRINT, _SERVICE, _VOID, _HELP),
        wanted=(*_reasons(voiding), Wanted("label", say("The label on the box"), ""), *_choices(sight)),
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _void_cards() -> CommandCards:
    cards = tuple((own_code(f"RSN{n}"), words) for n, words in VOID_REASONS.items())
    return CommandCards(say("Why is it void?"), cards)


def _reasons(asked: bool) -> tuple[Wanted, ...]:
    return tuple(Wanted("command", w, own_code(f"RSN{n}")) for n, w in VOID_REASONS.items()) if asked else ()


def _usual_printer(sight: Sight) -> str:
    """The first label printer of this station; another one only takes over."""
    return next((d.name for d in sight.desk.devices if d.kind == "printer" and d.media == "label"), "")


def _label_panel(sight: Sight, label: Label) -> LabelPanel:
    paper = sight.desk.read(queries.print_state, label.job_id)
    match paper.state:
        case "failed":
            state = say("Not printed: {problem}. Load labels; it prints by itself", problem=Text(paper.problem or "?"))
            tone = Tone.ERROR
        case "queued" if not sight.desk.has("label_printer"):
            state, tone = say("No label printer here: the label waits in the spool"), Tone.WARN
        case "queued":
            state, tone = say("Printing …"), Tone.NORMAL
        case "confirmed":
            state, tone = say("Scanned"), Tone.OK
        case _ if _usual_printer(sight) not in ("", paper.printer):
            state, tone = say("It comes out at {printer}", printer=paper.printer), Tone.WARN
        case _:
            state, tone = say("Printed"), Tone.OK
    return LabelPanel(
        carrier=verbatim(label.service if label.carrier == _OWN_CARRIER else label.carrier),
        service=say("Our own tariff") if label.carrier == _OWN_CARRIER else verbatim(label.service),
        price=say("{price} {currency}", price=Decimal(label.price), currency=label.currency),
        tracking=label.tracking,
        state=state,
        tone=tone,
    )


def _await(sight: Sight) -> View:
    problem = _why_no_label(sight)
    hero = Hero(
        imperative=imperative("await", sight.state),
        icon="printer",
        datum=NameDatum(problem.what if problem else say("The label can be made"), NOTHING),
        steps=_steps(2),
        tone=Tone.WARN,
        second=problem.why if problem else say("Scan DONE"),
    )
    return View(
        kind="pack.await",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=_object(_box_panel(sight), _scale_panel(sight)),
        context=_context(sight),
        actions=(
            _DONE,
            _SERVICE if problem is not None and problem.name == "NoAllowedService" else _UNDO,
            _PARK,
            _HELP,
        ),
        wanted=(Wanted("command", say("Try again"), command_code("DONE")), *_shelves(sight), *_choices(sight)),
    )


def _why_no_label(sight: Sight) -> Problem | None:
    try:
        sight.desk.read(queries.quote, sight.state.order_id, sight.desk.station.station_id, sight.state.weight_g or 0)
    except Refused as refusal:
        return refusal.problem
    return None


def _shelves(sight: Sight) -> tuple[Wanted, ...]:
    return tuple(
        Wanted("place", verbatim(p.name), sight.desk.read(code_of, p.id, "bin"))
        for p in sight.desk.read(places_of_type, "problem")[:4]
    )


def _shelf(sight: Sight) -> View:
    held = sight.state.moment.asking == "hold"
    shelves = _shelves(sight)
    name = shelves[0].words if shelves else say("a problem shelf")
    missing = _missing(sight)
    second = (
        say("Or scan a reason card: it stays here") if held else say("The tote keeps its order until EMPTY is scanned")
    )
    hero = Hero(
        imperative=imperative("shelf", sight.state),
        icon="inbox",
        datum=NameDatum(name),
        tone=Tone.WARN,
        second=second,
    )
    order = say("Order {number} is not complete", number=sight.number)
    if sight.state.order_id:
        order = say("Order {number} is put aside", number=sight.number)
    return View(
        kind="pack.shelf",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight) if sight.state.order_id else None,
        object=(Note("circle-alert", order),),
        context=(missing, *_notes(sight)),
        actions=(_PARK, _HOLD, _HOME, _HELP),
        wanted=shelves,
    )


def _missing(sight: Sight) -> Lines:
    """The lines of an order that is put aside, those that are short on top."""
    plan = sight.desk.read(queries.order_plan, sight.order.id) if sight.order else None
    lines = sorted(plan.lines if plan else (), key=lambda line: -line.short)
    cards = {line.sku_id: sight.desk.read(sku_card, line.sku_id) for line in lines}
    rows = tuple(
        LineRow(
            cards[p.sku_id].picture, cards[p.sku_id].title, verbatim(cards[p.sku_id].variant), cards[p.sku_id].sku,
            p.packed, p.wanted + p.short, p.short,
        )
        for p in lines
    )  # fmt: skip
    short = plan.short if plan else 0
    right = count(short, "{n} unit missing", "{n} units missing") if short else NOTHING
    return Lines(say("Order {number}", number=sight.number), right, rows)


def _closed(sight: Sight) -> View:
    left = [c for t in sight.state.tote_ids if (c := sight.desk.read(tote_card, t)).order_id == sight.state.order_id]
    label = sight.state.label
    hero = Hero(
        imperative=imperative("closed", sight.state),
        icon="circle-check",
        datum=NameDatum(say("Order {number} is closed", number=sight.number), _leftover(left)),
        steps=tuple(StepMark(s.label, "done") for s in _steps(2)),
        tone=Tone.OK,
    )
    return View(
        kind="pack.closed",
        hero=hero,
        header=_header(sight),
        progress=_progress(sight),
        object=_object(_label_panel(sight, label) if label else None),
        context=(_lines(sight), *_notes(sight)),
        actions=(*((_EMPTY,) if left else ()), _REPRINT, _HOME, _HELP),
        wanted=_waiting_totes(sight),
    )


def _leftover(totes: Sequence[ToteCard]) -> Text:
    return say("Tote {name} is not empty by the book", name=totes[0].name) if totes else say("Put the box on the belt")


def _waiting_totes(sight: Sight) -> tuple[Wanted, ...]:
    """What could be scanned next: totes that wait to be packed, and a free one to pick into."""
    waiting = tuple(
        Wanted("tote", say("Tote {name}", name=t.name), sight.desk.read(code_of, t.id, "tote"))
        for t in sight.desk.read(queries.waiting_totes)
    )
    return (*waiting, *sight.desk.read(tote_to_pick))


def _open(sight: Sight) -> View:
    moment = sight.state.moment
    offers: tuple[Panel, ...] = ()
    hero = Hero(imperative=imperative("open", sight.state), second=say("Its order opens and the slip prints"))
    wanted = _waiting_totes(sight)
    actions: tuple[Action, ...] = (_HOME, _HELP)
    if moment.asking == "bound":
        hero, actions = _bound(sight), (_EMPTY, _HOME, _HELP)
        wanted = (Wanted("command", say("The tote is empty"), command_code("EMPTY")), *wanted)
    elif moment.asking == "takeover":
        at = sight.order.station if sight.order else "?"
        words = say("Order {number} is being packed at {station}", number=sight.number, station=at)
        hero = Hero(
            imperative=imperative("open", sight.state), datum=NameDatum(words), tone=Tone.WARN,
            second=say("Or scan choice 1 to take it over"),
        )  # fmt: skip
        offers = (Offers(say("Or"), (Offer(1, say("Take it over"), say("it goes on here")),)),)
        wanted = (Wanted("command", say("Take it over"), own_code("OPT1")), *wanted)
    elif moment.asking == "waiting":
        words = say("Order {number}", number=sight.number)
        hero = Hero(imperative=say("Wait for the order"), icon="cloud-download", datum=NameDatum(words),
                    second=say("Scans are kept in order"))  # fmt: skip
    return View(kind="pack.open", hero=hero, header=_header(sight), context=offers, actions=actions, wanted=wanted)


def _bound(sight: Sight) -> Hero:
    tote = sight.desk.read(tote_card, sight.state.moment.tote_id)
    gone = sight.order is not None and sight.order.state == "cancelled"
    words = say("Order {number} was cancelled", number=sight.number) if gone else say(
        "Order {number} has left", number=sight.number
    )  # fmt: skip
    act = say("Put its units back, then scan EMPTY") if gone else say("Look inside: nothing in it? Scan EMPTY")
    return Hero(
        imperative=act,
        icon="package-open",
        datum=NameDatum(say("Tote {name} is still bound", name=tote.name), words),
        tone=Tone.WARN,
    )
