"""Hand-built Views of packing."""

from __future__ import annotations

from dataclasses import replace

from app.text import NOTHING, say, verbatim
from app.view import (
    Action,
    BoxPanel,
    Chip,
    CountDatum,
    Echo,
    Header,
    Hero,
    LabelPanel,
    LineRow,
    Lines,
    Moment,
    NameDatum,
    Note,
    Picture,
    ProblemHero,
    Progress,
    ScalePanel,
    Timeline,
    Tone,
    View,
    Wanted,
)
from tests.ui.gallery_floor import (
    CHANGE,
    HELP,
    HOLD,
    NO_PAPER,
    OFFLINE,
    PACK_ACTIONS,
    PACK_HEADER,
    PRINTERS,
    SCANNER,
    SYNCED,
)
from tests.ui.gallery_pick import GERMAN_ACTIONS, steps

# ---- packing

LINES = (
    LineRow("mug-grey", verbatim("Ceramic mug 350 ml"), verbatim("Speckled grey"), "MUG-350-SG", 1, 2),
    LineRow("tea-tin", verbatim("Tea tin 100 g"), verbatim("Rosehip"), "TEA-100-RH", 0, 1),
    LineRow("soap-rose", verbatim("Soap bar 90 g"), verbatim("Rose clay"), "SOAP-90-RC", 0, 1),
    LineRow("notebook-green", verbatim("Notebook A5 dotted"), verbatim("Green"), "NB-A5-GR", 1, 1),
    LineRow("candle-amber", verbatim("Amber candle 220 g"), verbatim("Cedar"), "CND-220-CE", 2, 2),
)
ORDER = Lines(say("Order {n}", n="10482"), say("Ship by {t}", t="15:30"), LINES)
BOX = BoxPanel("Box M", 320, 240, 160, 62, say("Shelf {n}", n=2), say("Bubble wrap"))
SCALE = ScalePanel(1284, True, 2060, 2160)
GIFT = Note("gift", say("Gift: add card, no prices"), verbatim("“Happy birthday, Lena!”"))
PACK_LABELS = (say("Items"), say("Weigh"), say("Label"))
PACK_HERO = Hero(
    say("Scan the next item"),
    "scan-barcode",
    CountDatum("3", say("units to go")),
    Picture("mug-grey", say("Just packed"), True),
    steps(0, *PACK_LABELS),
)
PACK_ITEMS = View(
    kind="pack.items",
    hero=PACK_HERO,
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
    hero=Hero(
        say("Scan a tote or an order"),
        "package-open",
        CountDatum("22", say("orders wait")),
        second=say("The next cut-off is at {t}", t="15:30"),
    ),
    header=replace(PACK_HEADER, task=say("Packing")),
    context=(
        Timeline(
            say("Last closed here"),
            (
                Moment(verbatim("14:05"), say("Order {n} closed", n="10481"), "", "DHL Parcel, 1.284 kg"),
                Moment(verbatim("14:01"), say("Order {n} closed", n="10477"), "", "DHL Parcel, 0.412 kg"),
                Moment(verbatim("13:56"), say("Order {n} held: weight", n="10475"), "", "Lead: Ines Braun"),
            ),
        ),
    ),
    echo=Echo(Tone.OK, say("Order {n} is closed", n="10481"), "00340434161094021511", "14:05:40"),
    actions=(HELP, Action("OUT", "log-out", say("Sign out"), say("leave station"))),
)
MANY = tuple(
    LineRow(
        "" if i % 5 == 4 else ("tea-tin", "mug-blue", "socks-striped", "book-garden")[i % 4],
        verbatim(f"Article number {i + 1}"),
        verbatim("Standard"),
        f"ART-{i:04d}",
        0 if i >= 6 else 1,
        1 + (i >= 6) * (i % 3),
    )
    for i in range(40)
)
PACK_40 = replace(
    PACK_ITEMS,
    context=(replace(ORDER, rows=MANY),),
    hero=replace(PACK_HERO, datum=CountDatum("68", say("units to go"))),
)
PACK_NO_PICTURE = replace(
    PACK_ITEMS,
    hero=replace(PACK_HERO, aside=Picture("", say("Just packed"), True)),
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
    echo=Echo(
        Tone.ERROR, say("{name} is not in order {n}", name="Canvas tote bag", n="10482"), "4006381333108", "14:07:12"
    ),
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
LABEL = LabelPanel(
    verbatim("DHL"),
    verbatim("Parcel, tomorrow"),
    verbatim("€ 5.49"),
    "00340434161094021511",
    say("Printing on {p}…", p="Zebra 2"),
)
PACK_PRINTING = replace(
    PACK_WEIGHT,
    kind="pack.label",
    hero=Hero(
        say("The label is printing"),
        "printer",
        CountDatum("2.104", say("kg, in the band")),
        None,
        steps(2, *PACK_LABELS),
    ),
    object=(LABEL,),
    echo=Echo(Tone.OK, say("Weight accepted"), "2.104 kg", "14:08:21"),
    actions=(CHANGE, HOLD, HELP),
)
PACK_SCAN_LABEL = replace(
    PACK_PRINTING,
    hero=Hero(
        say("Stick the label on and scan it"),
        "scan-barcode",
        NameDatum(verbatim("Box M")),
        None,
        steps(2, *PACK_LABELS),
    ),
    object=(replace(LABEL, state=say("Printed on {p}", p="Zebra 2"), tone=Tone.OK),),
    actions=(Action("REPRINT", "printer", say("Reprint"), say("label")), HOLD, HELP),
    wanted=(Wanted("label", say("The label just printed"), ""),),
)
PACK_NO_PAPER = replace(
    PACK_PRINTING,
    hero=Hero(
        say("Load labels, then scan REPRINT"),
        "printer-x",
        NameDatum(verbatim("100 × 150 mm"), say("Printer {p} has no paper", p="Zebra 2")),
        None,
        steps(2, *PACK_LABELS),
        Tone.WARN,
    ),
    header=replace(PACK_HEADER, chips=(SYNCED, SCANNER, NO_PAPER)),
    object=(replace(LABEL, state=say("Waits for paper"), tone=Tone.WARN),),
    actions=(Action("REPRINT", "printer", say("Reprint"), say("label")), HOLD, HELP),
)
PACK_CLOSED = replace(
    PACK_OPEN,
    kind="pack.closed",
    hero=Hero(
        say("Order {n} is closed", n="10482"),
        "circle-check",
        NameDatum(say("Parcel on the DHL pallet")),
        Picture("mug-grey", NOTHING, True),
        (),
        Tone.OK,
        say("Scan the next tote"),
    ),
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
    hero=replace(
        PACK_HERO,
        imperative=verbatim("Escanee el siguiente artículo del pedido"),
        aside=Picture("tea-tin", verbatim("Recién empaquetado"), True),
        datum=CountDatum("3", verbatim("unidades pendientes")),
    ),
    object=(
        replace(
            BOX,
            name="XL doppelwellig",
            fill_percent=118,
            shelf=verbatim("Regał 2, półka dolna"),
            material=verbatim("Papierpolster recycelt"),
        ),
        SCALE,
    ),
    context=(
        replace(
            ORDER,
            title=verbatim("Zamówienie 10482"),
            right=verbatim("Wysyłka do 15:30"),
            rows=(
                LineRow(
                    "bottle-sage",
                    verbatim("Doppelwandige Edelstahl-Isolierflasche mit Bambusdeckel 750 ml"),
                    verbatim("Salbeigrün matt"),
                    "ISO-750",
                    1,
                    2,
                ),
                LineRow(
                    "towel-linen",
                    verbatim("Ręcznik lniany żakardowy z frędzlami 50 × 100 cm"),
                    verbatim("Piaskowy beż"),
                    "RECZ-50",
                    0,
                    12,
                    short=1,
                ),
                LineRow(
                    "lamp-table",
                    verbatim("Lámpara de sobremesa con pantalla de algodón"),
                    verbatim("Ocre"),
                    "LAMP-1",
                    0,
                    1,
                ),
                *LINES[3:],
            ),
        ),
        Note(
            "triangle-alert",
            verbatim("Gefahrgut: Lithium-Akku, Kennzeichnung UN 3481 anbringen"),
            verbatim("Höchstens zwei Akkus in einem Paket; Beipackzettel einlegen."),
        ),
    ),
    echo=Echo(
        Tone.OK,
        verbatim("Doppelwandige Edelstahl-Isolierflasche 750 ml, 1 von 2"),
        "(01)04006381333931(17)261231(10)LOT-2026-4471",
        "14:07:09",
    ),
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
    actions=GERMAN_ACTIONS,
)
