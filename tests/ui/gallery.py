"""Hand-built Views of every screen, and a script that photographs them: `python -m tests.ui.gallery OUTDIR [NAME…]`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.barcodes import command_code
from app.text import NOTHING, Text, say, verbatim
from app.view import (
    Action,
    AisleShape,
    BoxPanel,
    Chip,
    CodeDatum,
    CommandCards,
    CountDatum,
    Echo,
    FloorPlan,
    Header,
    Hero,
    ItemPanel,
    LabelPanel,
    LineRow,
    Lines,
    MapStop,
    Moment,
    NameDatum,
    Note,
    Offer,
    Offers,
    Picture,
    ProblemHero,
    Progress,
    Put,
    Rack,
    RackShape,
    RouteMap,
    ScalePanel,
    StepMark,
    ThenPanel,
    Tile,
    Tiles,
    Timeline,
    Tone,
    TotePlace,
    ToteWall,
    View,
    Wanted,
)

THEMES = ("day", "dark", "hc")
SIZES = ((1280, 800, 1.0, 4.92), (1920, 1080, 1.22, 5.56))

# ---- the frame's parts

SYNCED, SCANNER = Chip("cloud-check", say("Synced")), Chip("scan-line", say("Scanner"))
BATTERY = Chip("battery-medium", say("{n} %", n=64))
PRINTERS = Chip("printer", say("Printers"))
OFFLINE = Chip("cloud-off", say("Offline, {n} queued", n=12), Tone.WARN)
NO_PAPER = Chip("printer-x", say("Printer: no paper"), Tone.ERROR)
PICK_HEADER = Header("Cart 07", "Ana Moreno", say("Wave {n}, {m} orders", n=118, m=6), (SYNCED, SCANNER, BATTERY), "14:07")
PACK_HEADER = Header("Pack 02", "Jonas Weber", say("Order {n}, {c}", n="10482", c="DHL Parcel"), (SYNCED, SCANNER, PRINTERS), "14:07")
UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
SHORT = Action("SHORT", "package-x", say("Short"), say("not enough"))
SKIP = Action("SKIP", "skip-forward", say("Skip"), say("come back"))
HELP = Action("HELP", "circle-question-mark", say("Help"), say("call lead"))
CHANGE = Action("BOX", "box", say("Change"), say("box"))
HOLD = Action("HOLD", "circle-pause", say("Hold"), say("order"))
CLEAR = Action("CLEAR", "hand", say("Clear"), say("scan CLEAR"), Tone.ERROR)
PICK_ACTIONS, PACK_ACTIONS = (UNDO, SHORT, SKIP, HELP), (UNDO, CHANGE, HOLD, HELP)

# ---- the floor

PITCH, BAY, DEPTH, FRONT = 3_200, 1_350, 900, 2_400


def floor_plan(aisles: int = 14, bays: int = 14, version: str = "1") -> FloorPlan:
    """One block of aisles that run away from the packing stations, racks on both sides, a cross-aisle at each end."""
    racks, lanes = [], []
    for index in range(aisles):
        x = 2_000 + index * PITCH
        lanes.append(AisleShape(f"B{index + 1:02d}", x, FRONT, FRONT + bays * BAY))
        for bay in range(bays):
            for left in (x - 550 - DEPTH, x + 550):
                racks.append(RackShape(left, FRONT + bay * BAY, DEPTH, BAY))
    return FloorPlan(version, tuple(lanes), tuple(racks), 2_000 + aisles * PITCH, FRONT * 2 + bays * BAY)


PLAN = floor_plan()


def aisle_x(number: int) -> int:
    return 2_000 + (number - 1) * PITCH


def bay_y(bay: int) -> int:
    return FRONT + (bay - 1) * BAY + BAY // 2


def rack_of(aisle: int, bay: int, side: int = 1) -> RackShape:
    x = aisle_x(aisle)
    return RackShape(x + 550 if side > 0 else x - 550 - DEPTH, FRONT + (bay - 1) * BAY, DEPTH, BAY)


LOW, HIGH = 1_300, FRONT + 14 * BAY + 1_200
ROUTE = RouteMap(
    plan=PLAN,
    title=say("Route"),
    distance=say("{m} m to {place}", m=18, place="B12"),
    walked=(
        (aisle_x(8), LOW),
        (aisle_x(9), LOW),
        (aisle_x(9), HIGH),
        (aisle_x(10), HIGH),
        (aisle_x(10), LOW),
        (aisle_x(11), LOW),
        (aisle_x(11), bay_y(5)),
    ),
    leg=((aisle_x(11), bay_y(5)), (aisle_x(11), LOW), (aisle_x(12), LOW), (aisle_x(12), bay_y(7))),
    later=(
        (aisle_x(12), bay_y(7)),
        (aisle_x(12), HIGH),
        (aisle_x(14), HIGH),
        (aisle_x(14), LOW),
        (aisle_x(14) + 900, LOW),
    ),
    stops=(
        MapStop(aisle_x(9), bay_y(11), 3, "done"),
        MapStop(aisle_x(9), bay_y(5), 4, "done"),
        MapStop(aisle_x(10), bay_y(9), 5, "done"),
        MapStop(aisle_x(10), bay_y(3), 6, "done"),
        MapStop(aisle_x(11), bay_y(3), 7, "done"),
        MapStop(aisle_x(12), bay_y(7), 8, "now"),
        MapStop(aisle_x(14), bay_y(9), 9, "later"),
        MapStop(aisle_x(14), bay_y(4), 10, "later"),
    ),
    target=rack_of(12, 7),
    here=(aisle_x(11), bay_y(5)),
    aisle="B12",
    start=say("Start"),
    end=verbatim("Pack 02"),
)

# ---- picking

BIN = CodeDatum((("B12", say("Aisle")), ("04", say("Bay")), ("C", say("Level"))))
RACK = Rack(("E", "D", "C", "B", "A"), ("03", "04", "05"), "C", "04")


def steps(now: int, *labels: Text) -> tuple[StepMark, ...]:
    return tuple(
        StepMark(label, "now" if index == now else "done" if index < now else "todo")
        for index, label in enumerate(labels)
    )


PICK_LABELS = (say("Bin label"), say("Item, {n} times", n=3), say("Tote labels"))
MUG = ItemPanel(
    picture="mug-grey",
    name=verbatim("Ceramic mug 350 ml"),
    variant=say("Colour: {c}", c="speckled grey"),
    sku="MUG-350-SG",
    code_tail="3931",
    verb=say("Pick"),
    quantity=3,
    under=say("units"),
    puts=(Put(2, "A"), Put(1, "D")),
)
PICK_ECHO = Echo(Tone.OK, say("Stop {n} done, {m} candles in tote {t}", n=7, m=2, t="A"), "T0412AK", "14:06:51")
PICK_BIN = View(
    kind="pick.bin",
    hero=Hero(say("Scan the bin label"), "scan-barcode", BIN, RACK, steps(0, *PICK_LABELS)),
    header=PICK_HEADER,
    progress=Progress(7, 23, say("Stop {n} of {m}", n=8, m=23), say("{n} of {m} units", n=31, m=74)),
    object=(MUG,),
    context=(ROUTE, ThenPanel("B14-02-A", say("{name} × {n}", name="Tea tin", n=1))),
    echo=PICK_ECHO,
    actions=PICK_ACTIONS,
    wanted=(
        Wanted("bin", say("Bin {code}", code="B12-04-C"), "LB1204CX"),
        Wanted("item", verbatim("Ceramic mug 350 ml"), "4006381333931", 3, "mug-grey"),
        Wanted("tote", say("Tote {code}", code="T-0412-A"), "T0412AK"),
        Wanted("command", say("Short: not enough here"), command_code("SHORT")),
    ),
)
PICK_ITEM = replace(
    PICK_BIN,
    kind="pick.item",
    hero=Hero(
        say("Scan the item"),
        "scan-barcode",
        CountDatum("2", say("more to scan")),
        Picture("mug-grey", say("Take this")),
        steps(1, *PICK_LABELS),
    ),
    echo=Echo(Tone.OK, say("{name}, {n} of {m}", name="Ceramic mug 350 ml", n=1, m=3), "4006381333931", "14:07:02"),
)
WALL = ToteWall(
    say("Cart {n}", n="07"),
    (
        TotePlace("A", "T-0412", 5, lit=2),
        TotePlace("B", "T-0388", 2, done=True),
        TotePlace("C", "T-0421", 0),
        TotePlace("D", "T-0405", 7, lit=1),
        TotePlace("E", "T-0399", 3),
        TotePlace("F", "", 0),
    ),
)
PICK_PUT = replace(
    PICK_BIN,
    kind="pick.put",
    hero=Hero(
        say("Put {n} in tote {t} and scan it", n=2, t="A"),
        "package-plus",
        NameDatum(verbatim("T-0412"), say("position {t}", t="A")),
        Picture("mug-grey", say("Just scanned"), True),
        steps(2, *PICK_LABELS),
    ),
    context=(WALL, ThenPanel("D", say("{n} mug in tote {t}", n=1, t="T-0405"))),
    echo=Echo(Tone.OK, say("{name}, {n} of {m}", name="Ceramic mug 350 ml", n=3, m=3), "4006381333931", "14:07:08"),
)
PICK_SHORT = replace(
    PICK_BIN,
    kind="pick.short",
    hero=Hero(
        say("How many are really here?"),
        "package-x",
        CountDatum("1", say("found so far")),
        Picture("mug-grey"),
        (),
        Tone.WARN,
        say("Scan a quantity card, then the reason"),
    ),
    context=(
        Offers(
            say("Why is it short?"),
            (
                Offer(1, say("The bin is empty")),
                Offer(2, say("Damaged")),
                Offer(3, say("Another item lies here")),
                Offer(4, say("Blocked, cannot reach it")),
            ),
        ),
    ),
    echo=Echo(Tone.WARN, say("Short at {place}: {n} of {m} found", place="B12-04-C", n=1, m=3), command_code("SHORT"), "14:07:31"),
    actions=(UNDO, HELP),
)
WRONG_BIN = replace(
    PICK_BIN,
    kind="pick.bin",
    hero=ProblemHero(
        what=say("Not this bin"),
        detail=say("That is {a}. Yours is {b}.", a="B12-05-C", b="B12-04-C"),
        why=say("The right bin is one bay to the left."),
        do=(say("Go one bay to the left"), say("Scan bin {b}", b="B12-04-C")),
        unchanged=say("Nothing was picked."),
        name="WrongBin",
    ),
    context=(replace(ROUTE, wrong=rack_of(12, 8)), PICK_BIN.context[1]),
    echo=Echo(Tone.ERROR, say("That is bin {a}", a="B12-05-C"), "LB1205CM", "14:07:12"),
    actions=(SHORT, SKIP, HELP),
)
PICK_DONE = replace(
    PICK_BIN,
    kind="pick.done",
    hero=Hero(
        say("Scan the drop place"),
        "map-pin",
        CodeDatum((("PACK 02", NOTHING),)),
        None,
        (),
        Tone.NORMAL,
        say("All {n} stops are done, {m} units in {t} totes", n=23, m=74, t=6),
    ),
    progress=Progress(23, 23, say("{n} of {m} stops", n=23, m=23), say("{n} of {m} units", n=74, m=74)),
    object=(),
    context=(replace(WALL, places=tuple(replace(p, lit=0, done=True, tote=p.tote or "T-0433") for p in WALL.places)),),
)
GERMAN_ITEM = replace(
    MUG,
    picture="bottle-sage",
    name=verbatim("Doppelwandige Edelstahl-Isolierflasche mit Bambusdeckel 750 ml"),
    variant=verbatim("Farbe: Salbeigrün matt, pulverbeschichtet"),
    sku="ISO-750-SALBEI-MATT",
    verb=verbatim("Entnehmen"),
    quantity=12,
    under=verbatim("2 Kartons zu je 6 Stück"),
    puts=(Put(10, "B"), Put(1, "E"), Put(1, "F")),
)
GERMAN_ACTIONS = (
    Action("UNDO", "undo-2", verbatim("Rückgängig"), verbatim("letzter Scan")),
    Action("SHORT", "package-x", verbatim("Fehlmenge"), verbatim("nicht genug da")),
    Action("SKIP", "skip-forward", verbatim("Überspringen"), verbatim("später wiederkommen")),
    Action("HELP", "circle-question-mark", verbatim("Hilfe"), verbatim("Schichtleitung rufen")),
)
PICK_GERMAN = replace(
    PICK_BIN,
    hero=Hero(
        verbatim("Scannen Sie das Etikett des Lagerplatzes"),
        "scan-barcode",
        CodeDatum((("B12", verbatim("Gang")), ("04", verbatim("Regalfeld")), ("C", verbatim("Ebene")))),
        RACK,
        steps(0, verbatim("Platzetikett"), verbatim("Artikel, 12-mal"), verbatim("Behälteretiketten")),
    ),
    header=replace(
        PICK_HEADER,
        station="Kommissionierwagen 07",
        person="Maximiliane Schmitz-Hohenfels",
        task=verbatim("Sammelauftrag 118, 6 Bestellungen"),
        chips=(Chip("cloud-check", verbatim("Synchron")), Chip("scan-line", verbatim("Handscanner")), BATTERY),
    ),
    progress=Progress(7, 23, verbatim("Halt 8 von 23"), verbatim("31 von 74 Einheiten")),
    object=(GERMAN_ITEM,),
    context=(
        replace(ROUTE, title=verbatim("Laufweg"), distance=verbatim("18 m bis B12")),
        ThenPanel("B14-02-A", verbatim("Früchteteedose Hagebutte × 1")),
    ),
    echo=Echo(Tone.OK, verbatim("Halt 7 fertig, 2 Duftkerzen Bernstein in Behälter A"), "T0412AK", "14:06:51"),
    actions=GERMAN_ACTIONS,
)

# ---- packing

LINES = (
    LineRow("mug-grey", verbatim("Ceramic mug 350 ml"), verbatim("Speckled grey"), "MUG-350-SG", 1, 2),
    LineRow("tea-tin", verbatim("Tea tin 100 g"), verbatim("Rosehip"), "TEA-100-RH", 0, 1),
    LineRow("soap-rose", verbatim("Soap bar 90 g"), verbatim("Rose clay"), "SOAP-90-RC", 0, 1),
    LineRow("notebook-green", verbatim("Notebook A5 dotted"), verbatim("Green"), "NB-A5-GR", 1, 1),
    LineRow("candle-amber", verbatim("Amber candle 220 g"), verbatim("Cedar"), "CND-220-CE", 2, 2),
)
ORDER = Lines(say("Order {n}", n="10482"), say("Ship by {t}", t="15:30"), LINES)
BOX = BoxPanel("M", 320, 240, 160, 62, say("Shelf {n}", n=2), say("Bubble wrap"))
SCALE = ScalePanel(1284, True, 2060, 2160)
GIFT = Note("gift", say("Gift: add card, no prices"), verbatim("“Happy birthday, Lena!”"))
PACK_LABELS = (say("Items"), say("Weigh"), say("Label"))
PACK_ITEMS = View(
    kind="pack.items",
    hero=Hero(
        say("Scan the next item"),
        "scan-barcode",
        CountDatum("3", say("units to go")),
        Picture("mug-grey", say("Just packed"), True),
        steps(0, *PACK_LABELS),
    ),
    header=PACK_HEADER,
    progress=Progress(4, 7, say("{n} of {m} units", n=4, m=7), say("Order {n} of your shift", n=36)),
    object=(BOX, SCALE),
    context=(ORDER, GIFT),
    echo=Echo(Tone.OK, say("{name}, {n} of {m}", name="Ceramic mug 350 ml", n=1, m=2), "4006381333931", "14:07:09"),
    actions=PACK_ACTIONS,
    wanted=tuple(Wanted("item", row.name, "4006381333931", row.wanted - row.done, row.picture) for row in LINES[:3]),
)
PACK_OPEN = View(
    kind="pack.open",
    hero=Hero(say("Scan a tote or an order"), "package-open", CountDatum("22", say("orders wait")), second=say("The next cut-off is at {t}", t="15:30")),
    header=replace(PACK_HEADER, task=say("Packing")),
    context=(
        Timeline(
            say("Last closed here"),
            (
                Moment("14:05", say("Order {n} closed", n="10481"), "", "DHL Parcel, 1.284 kg"),
                Moment("14:01", say("Order {n} closed", n="10477"), "", "DHL Parcel, 0.412 kg"),
                Moment("13:56", say("Order {n} held: weight", n="10475"), "", "Lead: Ines Braun"),
            ),
        ),
    ),
    echo=Echo(Tone.OK, say("Order {n} is closed", n="10481"), "00340434161094021511", "14:05:40"),
    actions=(HELP, Action("OUT", "log-out", say("Sign out"), say("leave station"))),
)
MANY = tuple(
    LineRow("" if i % 5 == 4 else ("tea-tin", "mug-blue", "socks-striped", "book-garden")[i % 4], verbatim(f"Article number {i + 1}"), verbatim("Standard"), f"ART-{i:04d}", 0 if i >= 6 else 1, 1 + (i >= 6) * (i % 3))
    for i in range(40)
)
PACK_40 = replace(PACK_ITEMS, context=(replace(ORDER, rows=MANY),), hero=replace(PACK_ITEMS.hero, datum=CountDatum("68", say("units to go"))))
PACK_NO_PICTURE = replace(
    PACK_ITEMS,
    hero=replace(PACK_ITEMS.hero, aside=Picture("", say("Just packed"), True)),
    context=(replace(ORDER, rows=tuple(replace(row, picture="") for row in LINES)),),
)
PACK_WRONG = replace(
    PACK_ITEMS,
    hero=ProblemHero(
        what=say("Not in this order"),
        detail=say("{name}, {sku}", name="Canvas tote bag", sku="BAG-CAN-NA"),
        why=say("It belongs to order {n}, {place}.", n="10479", place="Pack 01"),
        do=(say("Put the tote bag in the blue rework tray"), say("Scan the tray label")),
        unchanged=say("Nothing was added to the box."),
        picture="tote-bag",
        name="NotInOrder",
    ),
    echo=Echo(Tone.ERROR, say("{name} is not in order {n}", name="Canvas tote bag", n="10482"), "4006381333108", "14:07:12"),
    actions=(CLEAR, CHANGE, HOLD, HELP),
)
PACK_TOO_MANY = replace(
    PACK_WRONG,
    hero=ProblemHero(
        what=say("One soap too many"),
        detail=say("{name}, {sku}", name="Soap bar 90 g", sku="SOAP-90-RC"),
        why=say("This order needs {n}.", n=1),
        do=(say("Put one soap in the blue rework tray"), say("Scan the tray label")),
        unchanged=say("The count in the box stays at {n}.", n=1),
        picture="soap-rose",
        queued=2,
        name="TooMany",
    ),
    echo=Echo(Tone.ERROR, say("{name}: this order needs {n}", name="Soap bar 90 g", n=1), "4006381333955", "14:07:30"),
)
PACK_WEIGHT = replace(
    PACK_ITEMS,
    kind="pack.weigh",
    hero=Hero(
        say("Check the box: it is too light"),
        "scale",
        CountDatum("–90 g", say("from expected")),
        Picture("soap-rose", say("Missing?")),
        steps(1, *PACK_LABELS),
        Tone.WARN,
    ),
    progress=Progress(7, 7, say("{n} of {m} units", n=7, m=7), say("Order {n} of your shift", n=36)),
    object=(BOX, ScalePanel(1994, True, 2060, 2160, say("Check: 1 soap missing? ({w})", w="90 g"), Tone.WARN)),
    context=(replace(ORDER, rows=tuple(replace(row, done=row.wanted) for row in LINES)), GIFT),
    echo=Echo(Tone.WARN, say("Weight is outside the expected band"), "1.994 kg", "14:08:02"),
    actions=(Action("REPRINT", "refresh-cw", say("Weigh again"), say("lift and set down")), CHANGE, HOLD, HELP),
)
LABEL = LabelPanel(verbatim("DHL"), verbatim("Parcel, tomorrow"), verbatim("€ 5.49"), "00340434161094021511", say("Printing on {p}…", p="Zebra 2"))
PACK_PRINTING = replace(
    PACK_WEIGHT,
    kind="pack.label",
    hero=Hero(say("The label is printing"), "printer", CountDatum("2.104", say("kg, in the band")), None, steps(2, *PACK_LABELS)),
    object=(LABEL,),
    echo=Echo(Tone.OK, say("Weight accepted"), "2.104 kg", "14:08:21"),
    actions=(CHANGE, HOLD, HELP),
)
PACK_SCAN_LABEL = replace(
    PACK_PRINTING,
    hero=Hero(say("Stick the label on and scan it"), "scan-barcode", NameDatum(verbatim("Box M")), None, steps(2, *PACK_LABELS)),
    object=(replace(LABEL, state=say("Printed on {p}", p="Zebra 2"), tone=Tone.OK),),
    actions=(Action("REPRINT", "printer", say("Reprint"), say("label")), HOLD, HELP),
    wanted=(Wanted("label", say("The label just printed"), ""),),
)
PACK_NO_PAPER = replace(
    PACK_PRINTING,
    hero=Hero(say("Load labels, then scan REPRINT"), "printer-x", NameDatum(verbatim("100 × 150 mm"), say("Printer {p} has no paper", p="Zebra 2")), None, steps(2, *PACK_LABELS), Tone.WARN),
    header=replace(PACK_HEADER, chips=(SYNCED, SCANNER, NO_PAPER)),
    object=(replace(LABEL, state=say("Waits for paper"), tone=Tone.WARN),),
    actions=(Action("REPRINT", "printer", say("Reprint"), say("label")), HOLD, HELP),
)
PACK_CLOSED = replace(
    PACK_OPEN,
    kind="pack.closed",
    hero=Hero(say("Order {n} is closed", n="10482"), "circle-check", NameDatum(say("Parcel on the DHL pallet")), Picture("mug-grey", NOTHING, True), (), Tone.OK, say("Scan the next tote")),
    flash=True,
)
PACK_OFFLINE = replace(PACK_ITEMS, header=replace(PACK_HEADER, chips=(OFFLINE, SCANNER, PRINTERS)))
PACK_LONG_STATION = replace(
    PACK_ITEMS,
    header=Header(
        "Packstation Wareneingang Nord 2",
        "Aleksandra Wiśniewska-Dąbrowska",
        verbatim("Zamówienie 10482, przesyłka ekspresowa"),
        (OFFLINE, Chip("scan-line", say("Scanner")), NO_PAPER),
        "14:07",
    ),
    hero=replace(PACK_ITEMS.hero, imperative=verbatim("Escanee el siguiente artículo del pedido"), aside=Picture("tea-tin", verbatim("Recién empaquetado"), True), datum=CountDatum("3", verbatim("unidades pendientes"))),
    object=(replace(BOX, name="XL doppelwellig", fill_percent=118, shelf=verbatim("Regał 2, półka dolna"), material=verbatim("Papierpolster recycelt")), SCALE),
    context=(
        replace(
            ORDER,
            title=verbatim("Zamówienie 10482"),
            right=verbatim("Wysyłka do 15:30"),
            rows=(
                LineRow("bottle-sage", verbatim("Doppelwandige Edelstahl-Isolierflasche mit Bambusdeckel 750 ml"), verbatim("Salbeigrün matt"), "ISO-750", 1, 2),
                LineRow("towel-linen", verbatim("Ręcznik lniany żakardowy z frędzlami 50 × 100 cm"), verbatim("Piaskowy beż"), "RECZ-50", 0, 12, short=1),
                LineRow("lamp-table", verbatim("Lámpara de sobremesa con pantalla de algodón"), verbatim("Ocre"), "LAMP-1", 0, 1),
                *LINES[3:],
            ),
        ),
        Note("triangle-alert", verbatim("Gefahrgut: Lithium-Akku, Kennzeichnung UN 3481 anbringen"), verbatim("Höchstens zwei Akkus in einem Paket; Beipackzettel einlegen.")),
    ),
    echo=Echo(Tone.OK, verbatim("Doppelwandige Edelstahl-Isolierflasche 750 ml, 1 von 2"), "(01)04006381333931(17)261231(10)LOT-2026-4471", "14:07:09"),
    actions=(
        Action("UNDO", "undo-2", verbatim("Deshacer"), verbatim("último escaneo")),
        Action("BOX", "box", verbatim("Cambiar"), verbatim("otra caja")),
        Action("HOLD", "circle-pause", verbatim("Zurückstellen"), verbatim("Bestellung")),
        Action("HELP", "circle-question-mark", verbatim("Pomoc"), verbatim("wezwij kierownika")),
    ),
)
WRONG_GERMAN = replace(
    PACK_WRONG,
    hero=ProblemHero(
        what=verbatim("Gehört nicht zu dieser Bestellung"),
        detail=verbatim("Doppelwandige Edelstahl-Isolierflasche mit Bambusdeckel 750 ml, ISO-750-SALBEI-MATT"),
        why=verbatim("Der Artikel gehört zu Bestellung 10479 an der Packstation Wareneingang Nord 1."),
        do=(
            verbatim("Legen Sie die Isolierflasche in die blaue Nacharbeitsschale"),
            verbatim("Scannen Sie das Etikett der Nacharbeitsschale"),
        ),
        unchanged=verbatim("Dem Karton wurde nichts hinzugefügt."),
        picture="bottle-sage",
        queued=1,
    ),
    actions=(Action("CLEAR", "hand", verbatim("Bestätigen"), verbatim("CLEAR scannen"), Tone.ERROR), *GERMAN_ACTIONS[2:]),
)

# ---- sign-in, home, the rest

SIGN_IN = View(
    kind="sign-in",
    hero=Hero(say("Scan your badge"), "id-card", NameDatum(verbatim("Pack 02")), second=say("Last here: {who}, {a} to {b}", who="Jonas W.", a="06:02", b="14:01")),
    header=Header("Pack 02", chips=(SYNCED, SCANNER, PRINTERS), clock="14:07"),
    actions=(Action("MANUAL", "keyboard", say("Keypad"), say("use a PIN")), Action("THEME", "contrast", say("Theme"), say("day, dark"))),
)
TILES = (
    Tile("truck", say("Receive"), 3, "", say("2 late")),
    Tile("layers", say("Put away"), 14),
    Tile("route", say("Pick"), 6, "", say("waves")),
    Tile("package-open", say("Pack"), 22, "", say("cut-off {t}", t="15:30")),
    Tile("undo-2", say("Returns"), 5),
    Tile("clipboard-list", say("Count"), 0),
)
HOME = View(
    kind="home",
    hero=Hero(say("Scan a cart to start picking"), "shopping-cart", NameDatum(say("Wave {n}", n=118), say("{n} stops, cut-off {t}", n=23, t="15:30")), second=NOTHING),
    header=Header("Cart 07", "Ana Moreno", say("Home"), (SYNCED, SCANNER, BATTERY), "14:07"),
    object=(Tiles(TILES),),
    echo=Echo(Tone.OK, say("Welcome, {who}", who="Ana"), "", "14:06:51"),
    actions=(HELP, Action("OUT", "log-out", say("Sign out"), say("leave station"))),
)
HOME_EMPTY = replace(
    HOME,
    hero=Hero(say("Nothing is waiting"), "clock", NameDatum(say("{n} waves release at {t}", n=2, t="14:30")), second=say("You may scan a bin to count it.")),
    object=(Tiles(tuple(replace(tile, number=0, second=NOTHING) for tile in TILES)),),
)
HELP_VIEW = replace(
    HOME,
    kind="help",
    hero=Hero(say("Scan what you want to do"), "circle-question-mark"),
    object=(
        CommandCards(
            say("Commands"),
            tuple((command_code(word), say(words)) for word, words in (("UNDO", "Undo the last scan"), ("SHORT", "Not enough here"), ("SKIP", "Skip, come back"), ("DONE", "Done"), ("HOLD", "Hold the order"), ("HOME", "Home"), ("OUT", "Sign out"), ("REPRINT", "Print again"))),
        ),
    ),
)
OFFERS = replace(
    PACK_ITEMS,
    kind="pack.offers",
    hero=Hero(say("Choose how it is shipped"), "truck", CountDatum("4", say("offers"))),
    object=(),
    context=(
        Offers(
            say("Offers for {w}", w="2.104 kg"),
            (
                Offer(1, verbatim("DHL Parcel · € 5.49"), say("tomorrow, cut-off {t}; cheapest in time", t="15:30")),
                Offer(2, verbatim("DPD Classic · € 5.90"), say("tomorrow, cut-off {t}", t="16:00")),
                Offer(3, verbatim("UPS Express Saver · € 14.20"), say("tomorrow before noon")),
                Offer(4, verbatim("Post letter · € 3.20"), say("in 2 to 4 days, no tracking")),
            ),
        ),
    ),
)
ORDER_SHOWN = replace(
    HOME,
    kind="order",
    hero=Hero(say("Scan another order or go home"), "search", NameDatum(say("Order {n}", n="10482"), say("Waits for packing since {t}", t="13:52"))),
    object=(Note("info", say("Next: any packing station"), say("It stands in tote {t} on rack {r}.", t="T-0412", r="P3"), Tone.NORMAL),),
    context=(
        Timeline(
            say("What happened"),
            (
                Moment("13:52", say("Picked, {n} units", n=7), "Ana Moreno", "Cart 07"),
                Moment("13:20", say("Pick started"), "Ana Moreno", "Cart 07"),
                Moment("12:58", say("Reserved in {n} bins", n=5), "", "Central"),
                Moment("12:58", say("Address checked"), "", "Central"),
                Moment("12:57", say("Received from the web shop"), "", "Shopify"),
                *(Moment("12:56", say("Confirmation sent"), "", "E-mail") for _ in range(3)),
            ),
        ),
    ),
)
SCRIPTS = replace(
    PICK_ITEM,
    object=(replace(MUG, picture="", name=verbatim("Керамическая кружка 350 мл · Κεραμική κούπα"), variant=verbatim("крапчатый серый"), puts=()),),
)

GALLERY: dict[str, View] = {
    "sign-in": SIGN_IN,
    "home": HOME,
    "home-empty": HOME_EMPTY,
    "help": HELP_VIEW,
    "pick-bin": PICK_BIN,
    "pick-item": PICK_ITEM,
    "pick-put": PICK_PUT,
    "pick-short": PICK_SHORT,
    "pick-wrong-bin": WRONG_BIN,
    "pick-done": PICK_DONE,
    "pick-german": PICK_GERMAN,
    "pick-scripts": SCRIPTS,
    "pick-note": replace(PICK_BIN, object=(replace(MUG, note=say("Look-alike: compare the last digits")),)),
    "pack-open": PACK_OPEN,
    "pack-items": PACK_ITEMS,
    "pack-40-lines": PACK_40,
    "pack-no-picture": PACK_NO_PICTURE,
    "pack-wrong-item": PACK_WRONG,
    "pack-wrong-german": WRONG_GERMAN,
    "pack-too-many": PACK_TOO_MANY,
    "pack-weight-off": PACK_WEIGHT,
    "pack-no-reading": replace(PACK_ITEMS, object=(BOX, ScalePanel(None, False, None, None))),
    "pack-label-printing": PACK_PRINTING,
    "pack-scan-label": PACK_SCAN_LABEL,
    "pack-no-paper": PACK_NO_PAPER,
    "pack-closed": PACK_CLOSED,
    "pack-offline": PACK_OFFLINE,
    "pack-long": PACK_LONG_STATION,
    "pack-offers": OFFERS,
    "order": ORDER_SHOWN,
}


def main(folder: Path, chosen: list[str]) -> None:
    """Writes NAME-THEME-WIDTHxHEIGHT.png and its JSON for all (or the named) Views."""
    from PySide6.QtWidgets import QApplication

    from ui.measure import offscreen_window, shot
    from ui.theme import Theme
    from ui.window import KioskWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    for theme in THEMES:
        for width, height, scale, density in SIZES:
            window = offscreen_window(KioskWindow(Theme(theme, scale, density)), width, height)
            for name, view in GALLERY.items():
                if not chosen or name in chosen:
                    shot(window, view, folder / f"{name}-{theme}-{width}x{height}.png")
            window.close()
    del application


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
