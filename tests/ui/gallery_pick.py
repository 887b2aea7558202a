"""Hand-built Views of picking."""

from __future__ import annotations

from dataclasses import replace

from app.barcodes import command_code
from app.text import NOTHING, Text, say, verbatim
from app.view import (
    Action,
    Chip,
    CodeDatum,
    CountDatum,
    Echo,
    Hero,
    ItemPanel,
    NameDatum,
    Offer,
    Offers,
    Picture,
    ProblemHero,
    Progress,
    Put,
    Rack,
    StepMark,
    ThenPanel,
    Tone,
    TotePlace,
    ToteWall,
    View,
    Wanted,
)
from tests.ui.gallery_floor import BATTERY, HELP, PICK_ACTIONS, PICK_HEADER, ROUTE, SHORT, SKIP, UNDO, rack_of

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
    echo=Echo(
        Tone.WARN,
        say("Short at {place}: {n} of {m} found", place="B12-04-C", n=1, m=3),
        command_code("SHORT"),
        "14:07:31",
    ),
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
