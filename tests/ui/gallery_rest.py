"""Hand-built Views of sign-in, home, help and look-up."""

from __future__ import annotations

from dataclasses import replace

from app.barcodes import command_code
from app.text import NOTHING, say, verbatim
from app.view import (
    Action,
    CommandCards,
    CountDatum,
    Echo,
    Header,
    Hero,
    Moment,
    NameDatum,
    Note,
    Offer,
    Offers,
    Tile,
    Tiles,
    Timeline,
    Tone,
    View,
)
from tests.ui.gallery_floor import BATTERY, HELP, PRINTERS, SCANNER, SYNCED
from tests.ui.gallery_pack import PACK_ITEMS
from tests.ui.gallery_pick import MUG, PICK_ITEM

# ---- sign-in, home, the rest

SIGN_IN = View(
    kind="sign-in",
    hero=Hero(
        say("Scan your badge"),
        "id-card",
        NameDatum(verbatim("Pack 02")),
        second=say("Last here: {who}, {a} to {b}", who="Jonas W.", a="06:02", b="14:01"),
    ),
    header=Header("Pack 02", chips=(SYNCED, SCANNER, PRINTERS), clock="14:07"),
    actions=(
        Action("MANUAL", "keyboard", say("Keypad"), say("use a PIN")),
        Action("THEME", "contrast", say("Theme"), say("day, dark")),
    ),
)
SIGN_IN_WAIT = replace(
    SIGN_IN,
    hero=Hero(
        say("One moment"),
        "clock",
        NameDatum(verbatim("Pack 02")),
        second=say("People, places and products are being fetched"),
    ),
    actions=(),
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
    hero=Hero(
        say("Scan a cart to start picking"),
        "shopping-cart",
        NameDatum(say("Wave {n}", n=118), say("{n} stops, cut-off {t}", n=23, t="15:30")),
        second=NOTHING,
    ),
    header=Header("Cart 07", "Ana Moreno", say("Home"), (SYNCED, SCANNER, BATTERY), "14:07"),
    object=(Tiles(TILES),),
    echo=Echo(Tone.OK, say("Welcome, {who}", who="Ana"), "", "14:06:51"),
    actions=(HELP, Action("OUT", "log-out", say("Sign out"), say("leave station"))),
)
HOME_FULL = replace(
    HOME,
    hero=Hero(
        say("Scan a delivery"),
        "truck",
        CountDatum("3", say("deliveries expected")),
        second=say("The task opens by itself"),
    ),
    object=(Tiles((*TILES, *TILES)[:8]),),
)
"""Two rows of tiles leave the hero as low as it becomes."""
HOME_EMPTY = replace(
    HOME,
    hero=Hero(
        say("Nothing is waiting"),
        "clock",
        NameDatum(say("{n} waves release at {t}", n=2, t="14:30")),
        second=say("You may scan a bin to count it."),
    ),
    object=(Tiles(tuple(replace(tile, number=0, second=NOTHING) for tile in TILES)),),
)
HELP_VIEW = replace(
    HOME,
    kind="help",
    hero=Hero(say("Scan what you want to do"), "circle-question-mark"),
    object=(
        CommandCards(
            say("Commands"),
            tuple(
                (command_code(word), say(words))
                for word, words in (
                    ("UNDO", "Undo the last scan"),
                    ("SHORT", "Not enough here"),
                    ("SKIP", "Skip, come back"),
                    ("DONE", "Done"),
                    ("HOLD", "Hold the order"),
                    ("HOME", "Home"),
                    ("OUT", "Sign out"),
                    ("REPRINT", "Print again"),
                )
            ),
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
    hero=Hero(
        say("Scan another order or go home"),
        "search",
        NameDatum(say("Order {n}", n="10482"), say("Waits for packing since {t}", t="13:52")),
    ),
    object=(
        Note(
            "info",
            say("Next: any packing station"),
            say("It stands in tote {t} on rack {r}.", t="T-0412", r="P3"),
            Tone.NORMAL,
        ),
    ),
    context=(
        Timeline(
            say("What happened"),
            (
                Moment(verbatim("13:52"), say("Picked, {n} units", n=7), "Ana Moreno", "Cart 07"),
                Moment(verbatim("13:20"), say("Pick started"), "Ana Moreno", "Cart 07"),
                Moment(verbatim("12:58"), say("Reserved in {n} bins", n=5), "", "Central"),
                Moment(verbatim("12:58"), say("Address checked"), "", "Central"),
                Moment(verbatim("12:57"), say("Received from the web shop"), "", "Shopify"),
                *(Moment(verbatim("12:56"), say("Confirmation sent"), "", "E-mail") for _ in range(3)),
            ),
        ),
    ),
)
SCRIPTS = replace(
    PICK_ITEM,
    object=(
        replace(
            MUG,
            picture="",
            name=verbatim("Керамическая кружка 350 мл · Κεραμική κούπα"),
            variant=verbatim("крапчатый серый"),
            puts=(),
        ),
    ),
)
