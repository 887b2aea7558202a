"""Hand-built Views of what is typed with a finger, and of listings."""

from __future__ import annotations

from dataclasses import replace

from app.text import say, verbatim
from app.view import (
    Action,
    CountDatum,
    Echo,
    Form,
    FormField,
    Header,
    Hero,
    Keyboard,
    Keypad,
    Listing,
    ListingRow,
    NameDatum,
    Progress,
    Tone,
    View,
)
from tests.ui.gallery_floor import HELP, OFFLINE, PRINTERS, SCANNER, SYNCED

CLEAR = Action("CLEAR", "x", say("Leave it"), say("nothing is changed"))
HEADER = Header("Pack 02", "Jonas Weber", say("Look-up"), (SYNCED, SCANNER, PRINTERS), "14:07")
PIN = View(
    kind="approval.pin",
    hero=Hero(
        say("Type your PIN"),
        "key-round",
        NameDatum(verbatim("Mara Lindt"), say("approves: void the label of order 10482")),
        second=say("Six digits. Nothing is voided before that"),
    ),
    header=HEADER,
    context=(Keypad(say("PIN of Mara Lindt"), "4711", masked=True),),
    echo=Echo(Tone.OK, say("Badge of Mara Lindt"), "", "14:07:10"),
    actions=(CLEAR, HELP),
)
NUMBER = replace(
    PIN,
    kind="look-up.number",
    hero=Hero(say("Type the order number"), "hash", second=say("The number on the slip, without its first letters")),
    context=(Keypad(say("Order number"), "10482", enter=say("Find")),),
)
FIELDS = (
    FormField(say("Name"), "Katarzyna Brzęczyszczykiewicz", number=1),
    FormField(say("Street"), "Lange Straße 7", number=2),
    FormField(say("Postal code"), "9721", say("Four digits are too few here"), number=3),
    FormField(say("City"), "Dresden", number=4),
    FormField(say("Country"), "DE", number=5),
    FormField(say("E-mail"), "", number=6),
)
FORM = View(
    kind="order.customer",
    hero=Hero(say("Choose a field to type"), "keyboard", second=say("Or scan DONE when it is right")),
    header=HEADER,
    object=(Form(say("Customer"), FIELDS),),
    echo=Echo(Tone.OK, say("New order"), "CMDNEWORDER9", "14:07:02"),
    actions=(Action("DONE", "check", say("Done"), say("take the order"), Tone.OK), HELP),
)
ADDRESS = replace(
    FORM,
    hero=Hero(
        say("Choose a field, or scan DONE"), "map-pin", second=say("{n} fields want a look", n=3), tone=Tone.WARN
    ),
    progress=Progress(1, 4, say("Step {n} of {m}: Customer", n=2, m=4), say("{n} units", n=5)),
    object=(
        Form(
            say("Where it goes"),
            (
                FormField(say("Name"), "Katarzyna Brzęczyszczykiewicz", number=1),
                FormField(say("Company"), "", number=2),
                FormField(say("Street and number"), "Lange Straße", say("The house number is missing"), number=3),
                FormField(say("Postal code"), "9721", say("It looks like 26133 there"), number=4),
                FormField(say("City"), "", say("It is missing"), number=5),
                FormField(say("Country (two letters)"), "DE", number=6),
                FormField(say("E-mail"), "", number=7),
                FormField(say("Phone"), "0351 4711", number=8),
            ),
        ),
    ),
)
TYPED = replace(
    FORM,
    hero=Hero(say("Type the street"), "keyboard", second=say("Enter goes to the next field")),
    object=(Form(say("Customer"), FIELDS, active=1), Keyboard("en")),
)
TYPED_PROBLEM = replace(TYPED, object=(Form(say("Customer"), FIELDS, active=2), Keyboard("de", upper=True)))
TYPED_SPANISH = replace(TYPED, object=(Form(say("Customer"), FIELDS, active=5), Keyboard("es")))
TYPED_POLISH = replace(TYPED, object=(Form(say("Customer"), FIELDS, active=0), Keyboard("pl", upper=True)))

ROWS = tuple(
    ListingRow(
        icon,
        verbatim(f"Order {10482 + n}"),
        cause,
        who,
        tone,
        command=f"OPT{n + 1}" if n < 9 else "",
    )
    for n, (icon, cause, who, tone) in enumerate(
        [
            ("circle-pause", say("Address: the house number is missing"), say("Office"), Tone.WARN),
            ("package-x", say("No stock: {n} of {name}", n=2, name="Ceramic mug 350 ml"), say("Purchasing"), Tone.WARN),
            ("printer-x", say("Label printed, never scanned"), say("Pack 02"), Tone.ERROR),
            ("footprints", say("Picked by Ana since {t}", t="11:40"), say("Ana Moreno"), Tone.NORMAL),
        ]
        * 10
    )
)
STUCK = View(
    kind="stuck.list",
    hero=Hero(
        say("Scan the card of a choice"),
        "circle-pause",
        CountDatum("40", say("orders stand still")),
        second=say("The oldest first. A choice opens the order"),
    ),
    header=replace(HEADER, task=say("Why is it stuck")),
    context=(Listing(say("Stuck orders"), ROWS[:6], say("{a} to {b} of {n}", a=1, b=6, n=40)),),
    echo=Echo(Tone.OK, say("Forty orders stand still"), "CMDSTUCKN", "14:07:02"),
    actions=(Action("SKIP", "skip-forward", say("Skip"), say("next orders")), HELP),
)
STUCK_WIDE = replace(STUCK, hero=replace(STUCK.hero, datum=None), object=STUCK.context, context=())
LISTING_40 = replace(STUCK, context=(Listing(say("Stuck orders"), ROWS, say("{n} orders", n=40)),))
LISTING_PLAIN_40 = replace(
    STUCK, context=(Listing(say("In this bin"), tuple(replace(row, command="") for row in ROWS), say("40 kinds")),)
)
LISTING_EMPTY = replace(
    STUCK,
    hero=Hero(say("Nothing is stuck"), "circle-check", second=say("Scan any order to see where it is")),
    context=(Listing(say("Stuck orders"), (), empty=say("Every order moves or waits its turn")),),
)
LISTING_OFFLINE = replace(
    LISTING_EMPTY,
    hero=Hero(say("Scan HOME to go on"), "cloud-off", second=say("The list is made by central, which is away")),
    header=replace(STUCK.header, chips=(OFFLINE, SCANNER, PRINTERS)),
    context=(Listing(say("Stuck orders"), (), empty=say("It comes by itself when the network is back")),),
)
KEYS_GALLERY = {
    "pin": PIN,
    "number": NUMBER,
    "form": FORM,
    "address": ADDRESS,
    "typed": TYPED,
    "typed-problem": TYPED_PROBLEM,
    "typed-spanish": TYPED_SPANISH,
    "typed-polish": TYPED_POLISH,
    "stuck": STUCK,
    "stuck-wide": STUCK_WIDE,
    "listing-40": LISTING_40,
    "listing-plain-40": LISTING_PLAIN_40,
    "listing-empty": LISTING_EMPTY,
    "listing-offline": LISTING_OFFLINE,
}
