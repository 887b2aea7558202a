"""Everything a station can show. A View is frozen and whole: no screen is ever patched.

A workflow fills kind, task, progress, hero, panels, echo, actions, sound and `wanted`; the runner adds the chips,
the person, the clock. `ui` dispatches on the type of each panel and repaints a panel only when it differs from the
one before. Positions on the floor are millimetres; the plan itself travels once, as one shared object per version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.text import NOTHING, Text


class Tone(StrEnum):
    """What a surface says by its colour *and* its lightness."""

    NORMAL = "normal"
    OK = "ok"
    WARN = "warn"
    ERROR = "error"


class Sound(StrEnum):
    """The six earcons (and silence)."""

    NONE = ""
    ACCEPTED = "accepted"
    STEP = "step"
    ORDER = "order"
    WRONG = "wrong"
    ATTENTION = "attention"
    DEVICE_LOST = "device_lost"
    DEVICE_BACK = "device_back"


# ---- data inside the hero -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeDatum:
    """A place in giant type, cut in its parts: `(("B12", "Aisle"), ("04", "Bay"), ("C", "Level"))`.

    A place without parts (a drop lane, a site's own bin name) has one part.
    """

    parts: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class CountDatum:
    """A number in giant type beside a few short words ("3" | "units to go"); its unit follows a space ("97 g").

    An amount is a Text (`figure`), so that it follows the language.
    """

    value: str | Text
    words: Text


@dataclass(frozen=True, slots=True)
class NameDatum:
    """A name in large type: a tote, a person, a product when the item is what must be scanned."""

    name: Text
    second: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Rack:
    """The elevation of a rack around the target: `levels` from top to bottom, three bays, one cell lit."""

    levels: tuple[str, ...]
    bays: tuple[str, ...]
    level: str
    bay: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A product picture by key, with a short caption ("Just packed") and, when done, a tick on it."""

    key: str
    caption: Text = NOTHING
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class StepMark:
    """One numbered step of the task; exactly one is `now`."""

    label: Text
    state: str = "todo"  # done | now | todo


@dataclass(frozen=True, slots=True)
class Hero:
    """The one imperative of the screen and the one datum it needs. `icon` is the name of a Lucide icon."""

    imperative: Text
    icon: str = "scan-barcode"
    datum: CodeDatum | CountDatum | NameDatum | None = None
    aside: Rack | Picture | None = None
    steps: tuple[StepMark, ...] = ()
    tone: Tone = Tone.NORMAL
    second: Text = NOTHING  # one quiet line under the imperative


@dataclass(frozen=True, slots=True)
class ProblemHero:
    """An error: takes the whole left column until it is resolved by a correct act.

    `queued` counts the scans that were taken before this was shown and are kept behind it.
    """

    what: Text
    detail: Text = NOTHING
    why: Text = NOTHING
    do: tuple[Text, ...] = ()
    unchanged: Text = NOTHING
    picture: str = ""
    queued: int = 0
    name: str = ""


# ---- panels: one closed union ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """Units to put into one cart position (letter A–F)."""

    units: int
    position: str


@dataclass(frozen=True, slots=True)
class ItemPanel:
    """The object in hand or to take: picture, name, variant, SKU, last digits of the code, quantity.

    `quantity` is what is still to be done, in giant type under `verb` ("Pick"); `under` the quiet line below it
    ("of 3", "12 (1 case)").
    """

    picture: str
    name: Text
    variant: Text
    sku: str
    code_tail: str
    verb: Text
    quantity: int
    under: Text = NOTHING
    puts: tuple[Put, ...] = ()
    note: Text = NOTHING


@dataclass(frozen=True, slots=True)
class AisleShape:
    """An aisle on the floor plan: its name, where its centre line runs, from which y to which y, all mm."""

    name: str
    x_mm: int
    y0_mm: int
    y1_mm: int


@dataclass(frozen=True, slots=True)
class RackShape:
    """One rack bay on the floor plan, mm."""

    x_mm: int
    y_mm: int
    w_mm: int
    h_mm: int


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """What does not change while people walk: shared by all Views of one layout version."""

    version: str
    aisles: tuple[AisleShape, ...]
    racks: tuple[RackShape, ...]
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True)
class MapStop:
    """A stop on the map; `state`: done | now | later."""

    x_mm: int
    y_mm: int
    number: int
    state: str


@dataclass(frozen=True, slots=True)
class RouteMap:
    """The walk: where we went, the leg to walk now, what comes later, and the next place in words."""

    plan: FloorPlan = field(repr=False)
    title: Text
    distance: Text
    walked: tuple[tuple[int, int], ...]
    leg: tuple[tuple[int, int], ...]
    later: tuple[tuple[int, int], ...]
    stops: tuple[MapStop, ...]
    target: RackShape | None
    here: tuple[int, int] | None
    aisle: str = ""
    start: Text = NOTHING
    end: Text = NOTHING
    wrong: RackShape | None = None  # the bin that was scanned by mistake, marked beside the right one


@dataclass(frozen=True, slots=True)
class ThenPanel:
    """What comes next: a place or thing in large type, and a few words."""

    code: str
    words: Text


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an order: done of wanted units."""

    picture: str
    name: Text
    variant: Text
    sku: str
    done: int
    wanted: int
    short: int = 0  # units that will not come (shorted at pick)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the order in hand: open ones large and on top, finished ones collapsed."""

    title: Text
    right: Text
    rows: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class ScalePanel:
    """The scale: `grams` None when there is no reading; the band that is expected, None when weights are unknown."""

    grams: int | None
    stable: bool
    low_g: int | None
    high_g: int | None
    words: Text = NOTHING
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class BoxPanel:
    """The box to take: outer size in mm, how full it will be (percent, may exceed 100), where it lies, padding."""

    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    fill_percent: int
    shelf: Text = NOTHING
    material: Text = NOTHING


@dataclass(frozen=True, slots=True)
class LabelPanel:
    """The shipping label: carrier, service, price, number, and how far the paper is."""

    carrier: Text
    service: Text
    price: Text
    tracking: str
    state: Text
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Note:
    """A note that matters now (gift, fragile, hazard)."""

    icon: str
    title: Text
    body: Text = NOTHING
    tone: Tone = Tone.WARN


@dataclass(frozen=True, slots=True)
class Tile:
    """A task on the home screen, with how much of it waits."""

    icon: str
    word: Text
    number: int | None
    command: str = ""
    second: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]
    title: Text = NOTHING


@dataclass(frozen=True, slots=True)
class TotePlace:
    """One position of the cart: its letter, the tote that is bound (short name), units in it, lit when it is next."""

    position: str
    tote: str
    units: int
    lit: int = 0  # units to put now
    done: bool = False


@dataclass(frozen=True, slots=True)
class ToteWall:
    title: Text
    places: tuple[TotePlace, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """The n-th thing to choose from (`OPTn` picks it)."""

    number: int
    words: Text
    detail: Text = NOTHING
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    title: Text
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline; `when` is a time, a day or nothing."""

    when: Text
    words: Text
    who: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    title: Text
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Keypad:
    """Digits to be typed with a finger, as `events.Key`. `masked`: only how many were typed is shown (a PIN)."""

    title: Text
    entered: str | Text = ""  # what is shown: the digits, as many bullets, or the amount that they mean
    masked: bool = False
    enter: Text = NOTHING  # the word on the key that ends the entry


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form: its name, what is in it (typed, or an amount), and what is wrong with that."""

    label: Text
    value: str | Text
    problem: Text = NOTHING
    number: int = 0  # the choice (`OPTn`) that makes it the one that is typed into


@dataclass(frozen=True, slots=True)
class Form:
    """Words to be typed: its fields, and which of them the keys go to (the index, -1 for none)."""

    title: Text
    fields: tuple[FormField, ...]
    active: int = -1


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The letters and digits of the language of whoever is signed in, as keys for a finger (`events.Key`)."""

    language: str = "en"
    upper: bool = False


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One row of a listing. `command`: the command or choice (`OPT3`) that a tap on it is."""

    icon: str
    title: Text
    second: Text = NOTHING
    right: Text = NOTHING
    tone: Tone = Tone.NORMAL
    command: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of one kind: stuck orders, devices, what lies in a bin. `right` counts what does not fit ("12 more")."""

    title: Text
    rows: tuple[ListingRow, ...]
    right: Text = NOTHING
    empty: Text = NOTHING  # the sentence that stands there when there is no row


@dataclass(frozen=True, slots=True)
class CardOutline:
    """The outline of an ID-1 card (85.60 × 53.98 mm, ISO/IEC 7810) in the screen's own millimetres.

    A card that is laid on it tells whether the screen knows its size; wider and narrower set it right.
    """

    title: Text
    words: Text


@dataclass(frozen=True, slots=True)
class CommandCards:
    """Command codes to be scanned off the screen (Help)."""

    title: Text
    cards: tuple[tuple[str, Text], ...]  # (full code with check character, word)


Panel = (
    ItemPanel
    | RouteMap
    | ThenPanel
    | Lines
    | ScalePanel
    | BoxPanel
    | LabelPanel
    | Note
    | Tiles
    | ToteWall
    | Offers
    | Timeline
    | CommandCards
    | Keypad
    | Form
    | Keyboard
    | Listing
    | CardOutline
)


# ---- the frame ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chip:
    """Health of one thing, top right: grey while fine, bordered with icon, word and number when not."""

    icon: str
    words: Text
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Header:
    """Top bar. `clock` is local wall time, "14:07"; `language` that of whoever is signed in, "" for the site's."""

    station: str = ""
    person: str = ""
    task: Text = NOTHING
    chips: tuple[Chip, ...] = ()
    clock: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` segments, `label` left ("Stop 8 of 23"), `right` right ("31 of 74 units")."""

    done: int
    total: int
    label: Text
    right: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Echo:
    """The last scan: what it meant, the raw code, when (local "14:06:51"); `ignored` counts double reads."""

    tone: Tone
    words: Text
    code: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button: icon, verb, a second word; `command` is the word of its command code ("UNDO")."""

    command: str
    icon: str
    verb: Text
    second: Text = NOTHING
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that may be scanned next: shown in the demo's side window, used by scripted people.

    `kind`: bin, item, tote, cart, place, box, label, badge, order, command, tray. `code` is the raw code to scan, empty
    for `label` (it stands on paper only). `units` says how often it is wanted at this step.
    """

    kind: str
    words: Text
    code: str
    units: int = 1
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """How this station's screen looks and sounds: its own, kept over restarts, the same for everybody at it.

    `theme` day, dark or hc; `volume` 15 to 100 (never silent: a refusal is heard); `width_permille` how many pixels
    a millimetre has against what the screen says of itself (1000: it is right).
    """

    theme: str = "day"
    volume: int = 100
    width_permille: int = 1000
    reduce_motion: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A whole screen.

    `kind` is "<workflow>.<step>" ("pick.bin", "pack.items", "home", "sign-in"). Panels by place: `object` under the
    hero (left, may be two side by side), `context` the right column from top to bottom.
    """

    kind: str
    hero: Hero | ProblemHero
    header: Header = Header()
    progress: Progress | None = None
    object: tuple[Panel, ...] = ()
    context: tuple[Panel, ...] = ()
    echo: Echo | None = None
    actions: tuple[Action, ...] = ()
    sound: Sound = Sound.NONE
    wanted: tuple[Wanted, ...] = ()
    flash: bool = False  # the hero flashes ok for 120 ms before the next imperative
    serial: int = 0  # counts the Views of this run; the runner sets it
    more: tuple[Action, ...] = ()  # acts that are legal here and have no button: Help shows their codes
    screen: ScreenSettings | None = None  # the runner sets it
    dim: bool = False  # nobody has done anything for a while; the runner sets it
