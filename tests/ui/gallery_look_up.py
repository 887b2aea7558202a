"""Hand-built Views of home, look-up, standstill and devices in their states: full, empty, long, offline, one moment."""

from __future__ import annotations

from dataclasses import replace

from app.barcodes import own_code
from app.text import NOTHING, Text, count, say, verbatim
from app.view import (
    Action,
    CardOutline,
    CodeDatum,
    CommandCards,
    CountDatum,
    Echo,
    Header,
    Hero,
    LineRow,
    Lines,
    Listing,
    ListingRow,
    Moment,
    NameDatum,
    Note,
    Offer,
    Offers,
    Picture,
    ProblemHero,
    ScalePanel,
    Tile,
    Tiles,
    Timeline,
    Tone,
    View,
)
from tests.ui.gallery_floor import HELP, NO_PAPER, OFFLINE, PRINTERS, SCANNER, SYNCED

HEADER = Header("Pack 02", "Jonas Weber", say("Look up"), (SYNCED, SCANNER, PRINTERS), "14:07")
AWAY = replace(HEADER, chips=(OFFLINE, SCANNER, PRINTERS))
NEXT = say("Scan the next thing")
ECHO = Echo(Tone.OK, say("That is order 10482"), "O10482P", "14:07:02")
LONG_NAME = "Handgeschöpftes Briefpapier-Geschenkset mit Umschlägen und Siegelwachs"
OUT = Action("OUT", "log-out", say("Abmelden"), say("Platz verlassen"))
EMPTY = Action("EMPTY", "package-open", say("Leer"), say("Behälter freigeben"))
MORE = Action("SKIP", "layout-grid", say("Weiter"), say("andere Aufgaben"))

# ---- home

HOME_FULL = View(
    kind="home",
    hero=Hero(
        say("Freien Behälter oder Wagen scannen"),
        "shopping-cart",
        CountDatum("1024", say("Aufträge zu kommissionieren")),
        second=say("12 Aufträge müssen bis 15:30 raus"),
    ),
    header=Header("Pack 02", "Katarzyna Brzęczyszczykiewicz", NOTHING, (SYNCED, SCANNER, PRINTERS), "14:07"),
    object=(
        Tiles(
            tuple(
                Tile(icon, verbatim(word), number, f"OPT{n}")
                for n, (icon, word, number) in enumerate(
                    [
                        ("truck", "Wareneingang", 3), ("layers", "Einlagern", 14),
                        ("shopping-cart", "Kommissionieren", 1024), ("package", "Verpacken", 22),
                        ("rotate-ccw", "Rücksendungen", 5), ("clipboard-list", "Zählen", 0),
                        ("circle-pause", "Warum hängt es", 128), ("search", "Nachschlagen", None),
                    ],
                    1,
                )
            )
        ),
    ),
    echo=Echo(Tone.OK, say("Guten Tag"), "", "14:06:51"),
    actions=(MORE, EMPTY, OUT, HELP),
)  # fmt: skip
HOME_TILES_EMPTY = replace(
    HOME_FULL,
    hero=Hero(say("Nothing is waiting"), "circle-check", second=say("New orders appear here by themselves")),
    object=(Tiles(tuple(replace(tile, number=0) for tile in HOME_FULL.object[0].tiles)),),  # type: ignore[union-attr]
)

# ---- orders


def moments(n: int) -> tuple[Moment, ...]:
    words = (
        say("Box 1 closed by its label: Nordlicht Delivery Express, PB0000000001J"),
        say("Packing began at Pack 02"),
    )
    return tuple(
        Moment(verbatim("14:07" if i < 3 else "02.03. 13:07"), words[i % 2], "Jonas Weber", "Pack 02") for i in range(n)
    )


def lines(n: int) -> Lines:
    rows = tuple(LineRow("mug-grey", verbatim(LONG_NAME), verbatim("A4"), "PAPER-SET", i % 3, 2) for i in range(n))
    return Lines(say("Lines"), count(2 * n, "{n} unit", "{n} units"), rows)


STANDING = Note("shopping-cart", say("Picked, waits to be packed"), say("Packer: Scan tote T-0401"), Tone.NORMAL)
BOXED = Note("package", say("Box 1 of 2, closed"), verbatim("PB0000000001J, Nordlicht Express"), Tone.NORMAL)
ACTS = (
    Action("REPRINT", "printer", say("Print"), say("paper again")),
    Action("VOID", "trash-2", say("Void"), say("the label")),
    Action("HOLD", "circle-pause", say("Hold"), say("keep it back")),
    HELP,
)
ORDER = View(
    kind="look-up.order",
    header=HEADER,
    hero=Hero(NEXT, datum=NameDatum(say("Order {number}", number="10482"))),
    object=(lines(3),),
    context=(STANDING, BOXED, Timeline(say("Story"), moments(4))),
    echo=ECHO,
    actions=ACTS,
)
ORDER_LONG = replace(
    ORDER,
    hero=Hero(NEXT, datum=NameDatum(say("Order {number}", number="DE-2026-0010482-B"))),
    object=(lines(40),),
    context=(STANDING, BOXED, Timeline(say("Story"), moments(40))),
)
ORDER_MOMENT = replace(
    ORDER, context=(STANDING, Note("clock", say("One moment"), say("The story is being fetched"), Tone.NORMAL))
)
ORDER_OFFLINE = replace(
    ORDER,
    header=AWAY,
    context=(
        STANDING,
        Note("cloud-off", say("Its story comes from central, which is away"), say("Shown is what this station knows")),
    ),
)
ORDER_HELD = replace(
    ORDER,
    context=(
        Note(
            "circle-pause",
            say("The product {sku} ({name}) is not known here", sku="HAMMOCK-XL", name=LONG_NAME),
            say("Office: Import the product, then release the order"),
        ),
        Timeline(say("Story"), moments(1)),
    ),
)
PROOF = View(
    kind="look-up.proof",
    header=HEADER,
    hero=Hero(
        say("Scan the old label"),
        "trash-2",
        NameDatum(verbatim("PB0000000001J"), say("Tear it off the box, scan it, bin it")),
        tone=Tone.WARN,
        second=say("It is void with that scan, and not before"),
    ),
    echo=Echo(Tone.WARN, say("Tear off the old label"), "CMDVOIDN", "14:07:03"),
    actions=(Action("LOOKUP", "x", say("Leave it"), say("void nothing")), HELP),
)
TOO_LATE = replace(
    ORDER,
    hero=ProblemHero(
        say("The label of order {number} can't be voided any more", number="10482"),
        why=say("It stands on manifest {number}, which the carrier has.", number="M000042"),
        do=(say("Take it back as a return when it comes"),),
        unchanged=say("No label was voided."),
        name="TooLateToVoid",
    ),
    echo=Echo(Tone.ERROR, say("The label of order 10482 can't be voided any more"), "CMDVOIDN", "14:07:03"),
)
PAPERS = replace(
    PROOF,
    kind="look-up.choose",
    hero=Hero(say("Scan the card of a choice"), "list", second=say("It is marked as a duplicate")),
    context=(Offers(say("Print again"), (Offer(1, say("The shipping label")), Offer(2, say("The packing slip")))),),
)

# ---- places and products


def places(n: int) -> tuple[ListingRow, ...]:
    return tuple(
        ListingRow(
            "layers", verbatim(f"B12-{i:02d}-C"), say("Lot L7731, until 2027-01-31, in quarantine"), verbatim("1024")
        )
        for i in range(n)
    )


ITEM = View(
    kind="look-up.item",
    header=HEADER,
    hero=Hero(
        NEXT, datum=NameDatum(verbatim("Ceramic mug 350 ml"), verbatim("Speckled grey")), aside=Picture("mug-grey")
    ),
    object=(Note("tag", say("MUG-350-SG, barcode …3931"), say("380 g, 120 × 90 × 100 mm"), Tone.NORMAL),),
    context=(Listing(say("Where it lies"), places(5), say("1 to 5 of 40")),),
    echo=replace(ECHO, words=say("That is Ceramic mug 350 ml")),
    actions=(Action("SKIP", "list", say("More"), say("next rows")), HELP),
)
ITEM_BARE = replace(
    ITEM,
    hero=Hero(NEXT, datum=NameDatum(verbatim(LONG_NAME), verbatim("A4")), aside=Picture("")),
    object=(
        Note("tag", say("PAPER-SET"), say("weight not known, size not known, kept by lot"), Tone.NORMAL),
        Note("flame", say("Dangerous goods: UN 1993")),
    ),
    context=(Listing(say("Where it lies"), (), empty=say("It lies nowhere by the book")),),
)
BIN = View(
    kind="look-up.bin",
    header=HEADER,
    hero=Hero(NEXT, datum=CodeDatum((("B12", say("Aisle")), ("04", say("Bay")), ("C", say("Level"))))),
    object=(Note("clipboard-list", say("To be counted"), say("Figures come back after the count")),),
    context=(
        Listing(
            say("What lies there"),
            tuple(ListingRow("package", verbatim(LONG_NAME), verbatim("PAPER-SET")) for _ in range(5)),
            say("1 to 5 of 40"),
        ),
    ),
    echo=replace(ECHO, words=say("That is bin B12-04-C")),
    actions=(
        Action("SKIP", "list", say("More"), say("next rows")),
        Action("COUNT", "clipboard-list", say("Count"), say("this bin")),
        Action("MOVE", "arrow-left-right", say("Move"), say("from here")),
        HELP,
    ),
)

# ---- standstill

CAUSES = (
    say("10490: The order is not paid"),
    say("10491: The product HAMMOCK-XL (Hammock - XL) is not known here"),
    say("10492: The house number is missing: Sendlinger Straße"),
)
CURES = (
    say("Office: Import again after the payment, or scan order 10490, then RELEASE"),
    say("Shift lead: Count the bin; ask the customer to wait, split or cancel"),
    say("Office: Correct the address in the shop and import again"),
)
STILL = View(
    kind="stuck",
    header=replace(HEADER, task=say("Why stuck")),
    hero=Hero(
        say("Scan the card of a choice"),
        "circle-pause",
        second=say("A choice opens the order; there it is released or cancelled"),
    ),
    object=(
        Listing(
            say("40 orders stand still"),
            tuple(ListingRow("", CAUSES[n % 3], CURES[n % 3], command=f"OPT{n + 1}") for n in range(6)),
            say("1 to 6 of 40"),
        ),
    ),
    echo=replace(ECHO, words=say("Page 1"), code="CMDSKIP9"),
    actions=(
        Action("SKIP", "list", say("More"), say("next orders")),
        Action("STUCK", "refresh-cw", say("Again"), say("ask anew")),
        HELP,
    ),
)
STILL_MOMENT = replace(
    STILL,
    hero=Hero(say("One moment"), "clock", second=say("Central is asked why orders stand still")),
    object=(Listing(say("Orders that stand still"), (), empty=say("One moment")),),
)
STILL_OFFLINE = replace(
    STILL,
    header=replace(AWAY, task=say("Why stuck")),
    hero=Hero(
        say("Scan the card of a choice"),
        "circle-pause",
        second=say("Central is away: here is what this station knows, without causes"),
        tone=Tone.WARN,
    ),
)

# ---- devices


def device(n: int, icon: str, title: str, second: Text, right: Text, tone: Tone = Tone.NORMAL) -> ListingRow:
    return ListingRow(icon, verbatim(title), second, right, tone, f"OPT{n}")


FINE, HEARD = say("Fine"), say("Last heard at {at}", at="14:06")
DEVICES = View(
    kind="devices",
    header=replace(HEADER, task=say("Devices"), chips=(SYNCED, SCANNER, NO_PAPER)),
    hero=Hero(
        say("Look at {name}", name="labels"),
        "stethoscope",
        second=say("no paper: load paper and close it; what waits is printed"),
        tone=Tone.WARN,
    ),
    object=(
        Listing(
            say("This station"),
            (
                device(1, "scan-line", "scanner-left", HEARD, FINE),
                device(
                    2,
                    "scan-line",
                    "scanner-right",
                    say("unplugged: plug it in; it comes back by itself"),
                    say("Away"),
                    Tone.ERROR,
                ),
                device(3, "scale", "scale", HEARD, FINE),
                device(
                    4,
                    "printer",
                    "labels",
                    say("no paper: load paper and close it; what waits is printed"),
                    say("Needs a hand"),
                    Tone.WARN,
                ),
                device(5, "printer", "paper", say("Not used yet today"), FINE),
                device(6, "volume-2", "Sound", verbatim("70 %"), NOTHING),
            ),
            say("1 to 6 of 9"),
        ),
    ),
    echo=Echo(Tone.OK, say("All devices"), "CMDDONEW", "14:07:02"),
    actions=(Action("SKIP", "list", say("More"), say("next rows")), HELP),
)
DONE = Action("DONE", "list", say("Done"), say("all devices"))
SCANNER_PAGE = replace(
    DEVICES,
    kind="devices.scanner",
    hero=Hero(
        say("Scan this code"), datum=NameDatum(verbatim("scanner-left"), say("Or any other: it is only read back"))
    ),
    object=(),
    context=(
        CommandCards(say("Test"), ((own_code("TEST1"), say("Scan this")),)),
        Listing(
            say("What was read"),
            (
                ListingRow(
                    "check",
                    verbatim("010400638133393110L7731"),
                    say("That is Ceramic mug 350 ml"),
                    verbatim("scanner-left, 14:07:02"),
                ),
            ),
        ),
        Offers(say("In the hand"), (Offer(1, say("Beep")),)),
    ),
    actions=(DONE, HELP),
)
SCALE_PAGE = replace(
    SCANNER_PAGE,
    kind="devices.scale",
    hero=Hero(
        say("Press ZERO on the scale"), "scale", NameDatum(verbatim("scale")), tone=Tone.WARN,
        second=say("When nothing lies on it: it reads 12 g"),
    ),
    context=(ScalePanel(12, True, None, None),),
)  # fmt: skip
SCREEN_PAGE = replace(
    SCANNER_PAGE,
    kind="devices.screen",
    hero=Hero(say("Lay a card on the outline"), "credit-card", second=say("Make it wider or narrower until it fits")),
    object=(
        Offers(
            say("The outline"),
            (Offer(1, say("Wider")), Offer(2, say("Narrower")), Offer(3, say("Other steps"), say("Small steps now"))),
        ),
    ),
    context=(CardOutline(say("A bank card or a badge"), say("Buttons and letters get their true size by it")),),
)
CENTRAL_PAGE = replace(
    SCANNER_PAGE,
    kind="devices.backlog",
    header=replace(AWAY, task=say("Devices")),
    hero=Hero(
        say("Go on working"), "cloud-off", second=say("What is scanned is kept here and goes to central by itself")
    ),
    context=(
        Listing(
            say("On its way to central"),
            (
                ListingRow("list", say("Acts that wait"), NOTHING, verbatim("12")),
                ListingRow("clock", say("The oldest"), NOTHING, verbatim("14:02")),
                ListingRow("message-square", say("Questions without an answer"), NOTHING, verbatim("1")),
            ),
        ),
    ),
)
CODES_PAGE = replace(
    SCANNER_PAGE,
    kind="devices.codes",
    hero=Hero(
        say("Give this list to a lead"),
        "barcode",
        second=say("A lead imports them with their product, and they are known"),
    ),
    context=(
        Listing(
            say("Unknown codes of today"),
            tuple(
                ListingRow(
                    "barcode", verbatim("010400638133393110L7731" * 2), say("scanner-left, last 14:02"), say("3 times")
                )
                for _ in range(5)
            ),
            say("40 codes"),
        ),
    ),
)
LOOK_UP_GALLERY = {
    "home-full": HOME_FULL,
    "home-tiles-empty": HOME_TILES_EMPTY,
    "look-up-order": ORDER,
    "look-up-order-long": ORDER_LONG,
    "look-up-order-moment": ORDER_MOMENT,
    "look-up-order-offline": ORDER_OFFLINE,
    "look-up-order-held": ORDER_HELD,
    "look-up-proof": PROOF,
    "look-up-too-late": TOO_LATE,
    "look-up-papers": PAPERS,
    "look-up-item": ITEM,
    "look-up-item-bare": ITEM_BARE,
    "look-up-bin": BIN,
    "stuck-six": STILL,
    "stuck-moment": STILL_MOMENT,
    "stuck-offline": STILL_OFFLINE,
    "devices": DEVICES,
    "devices-scanner": SCANNER_PAGE,
    "devices-scale": SCALE_PAGE,
    "devices-screen": SCREEN_PAGE,
    "devices-central": CENTRAL_PAGE,
    "devices-codes": CODES_PAGE,
}
