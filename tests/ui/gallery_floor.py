"""The frame and the floor that the Views of the gallery share."""

from __future__ import annotations

from app.text import say, verbatim
from app.view import (
    Action,
    AisleShape,
    Chip,
    FloorPlan,
    Header,
    MapStop,
    RackShape,
    RouteMap,
    Tone,
)

# ---- the frame's parts

SYNCED, SCANNER = Chip("cloud-check", say("Synced")), Chip("scan-line", say("Scanner"))
BATTERY = Chip("battery-medium", say("{n} %", n=64))
PRINTERS = Chip("printer", say("Printers"))
OFFLINE = Chip("cloud-off", say("Offline, {n} queued", n=12), Tone.WARN)
NO_PAPER = Chip("printer-x", say("Printer: no paper"), Tone.ERROR)
PICK_HEADER = Header(
    "Cart 07", "Ana Moreno", say("Wave {n}, {m} orders", n=118, m=6), (SYNCED, SCANNER, BATTERY), "14:07"
)
PACK_HEADER = Header(
    "Pack 02", "Jonas Weber", say("Order {n}, {c}", n="10482", c="DHL Parcel"), (SYNCED, SCANNER, PRINTERS), "14:07"
)
UNDO = Action("UNDO", "undo-2", say("Undo"), say("last scan"))
SHORT = Action("SHORT", "package-x", say("Short"), say("not enough"))
SKIP = Action("SKIP", "skip-forward", say("Skip"), say("come back"))
HELP = Action("HELP", "circle-question-mark", say("Help"), say("command codes"))
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
