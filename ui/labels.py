"""`packbay labels`: labels for bins, totes, carts and badges, and the cards with command codes, as PDF or ZPL files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from app.barcodes import COMMANDS, command_code, own_code
from app.db import migrate, open_database, reading
from app.documents import BadgeLabel, BinLabel, CommandCard, CommandEntry, ToteLabel
from app.paths import file_name
from app.settings import Home
from app.work import queries
from reports.labels import badge, bin_label_pdf, bin_label_zpl, command_card, tote_label_pdf, tote_label_zpl

KINDS = ("bins", "totes", "carts", "badges", "cards")
MEANINGS = {
    "UNDO": "take the last scan back",
    "CLEAR": "leave an error",
    "HELP": "command codes of this screen",
    "HOME": "back to the home screen, the work is kept",
    "OUT": "sign out",
    "HOLD": "put the order on hold",
    "REPRINT": "print the label again, same number",
    "DONE": "finished here",
    "SKIP": "come back to this stop later",
    "SHORT": "not enough there",
    "DAMAGED": "damaged, not usable",
    "NEWTOTE": "this tote is full, take another",
    "EMPTY": "set an empty tote free",
    "PARK": "put the tote on the problem shelf",
    "BOX": "another box instead",
    "NEWBOX": "one more box",
    "VOID": "void the own label",
    "CHANGE": "change the box or service",
    "MANUAL": "no readable code",
    "MUTE": "sound softer",
    "THEME": "day, dark, high contrast",
}
REASONS = {1: "empty", 2: "damaged", 3: "wrong item", 4: "blocked"}
QUANTITIES = (*range(10), 10, 12, 24)


def command_cards() -> tuple[CommandCard, ...]:
    """The role cards: commands, quantities, and reasons with choices."""
    commands = tuple(CommandEntry(command_code(w), w, MEANINGS[w]) for w in COMMANDS)
    quantities = tuple(CommandEntry(own_code(f"QTY{n}"), f"{n}", "sets the count of the last item") for n in QUANTITIES)
    reasons = tuple(CommandEntry(own_code(f"RSN{n}"), words, "reason after SHORT") for n, words in REASONS.items())
    choices = tuple(
        CommandEntry(own_code(f"OPT{n}"), f"choice {n}", "picks what the screen offers") for n in range(1, 10)
    )
    return (
        CommandCard("Commands", commands),
        CommandCard("Quantities", quantities),
        CommandCard("Reasons and choices", reasons + choices),
    )


def _cards() -> Iterator[tuple[str, bytes, str]]:
    for card in command_cards():
        yield card.title.lower().replace(" ", "-"), command_card.render(card), "pdf"


def _bins(
    things: tuple[queries.Labelled, ...], zpl: bool, parts: Callable[[bytes], tuple[str, ...]]
) -> Iterator[tuple[str, bytes, str]]:
    for thing in things:
        label = BinLabel(thing.code, parts(thing.subject))
        yield (
            (thing.name, bin_label_zpl.render(label), "zpl")
            if zpl
            else (thing.name, bin_label_pdf.render(label), "pdf")
        )


def _totes(things: tuple[queries.Labelled, ...], zpl: bool) -> Iterator[tuple[str, bytes, str]]:
    for thing in things:
        label = ToteLabel(thing.code, thing.name)
        yield (
            (thing.name, tote_label_zpl.render(label), "zpl")
            if zpl
            else (thing.name, tote_label_pdf.render(label), "pdf")
        )


def _badges(things: tuple[queries.Labelled, ...]) -> Iterator[tuple[str, bytes, str]]:
    for thing in things:
        yield thing.name, badge.render(BadgeLabel(thing.code, thing.name, thing.role)), "pdf"


def print_labels(home: Home, kind: str, out: Path, *, zpl: bool, only: str, as_json: bool) -> int:
    """Writes one file a label into `out`. Exit status 0, or 2 when there is nothing to print."""
    files = []
    out.mkdir(parents=True, exist_ok=True)
    for name, data, suffix in _labels(home, kind, zpl, only):
        path = out / f"{file_name(name)}.{suffix}"
        path.write_bytes(data)
        files.append(str(path))
    if as_json:
        print(json.dumps({"kind": kind, "files": files}))
    elif files:
        print(f"{len(files)} files in {out}")
    if not files:
        print(f"packbay: there are no {kind} to print in {home.root}", file=sys.stderr)
    return 0 if files else 2


def _labels(home: Home, kind: str, zpl: bool, only: str) -> Iterator[tuple[str, bytes, str]]:
    if kind == "cards":
        yield from _cards()
        return
    database = open_database(home.make().central_file, "central")
    migrate(database)
    try:
        with reading(database) as session:
            things = tuple(t for t in queries.labelled(session, kind.removesuffix("s")) if only in t.name)

            def parts(subject: bytes) -> tuple[str, ...]:
                return tuple(part for part, _ in queries.place(session, subject).parts)

            if kind == "bins":
                yield from _bins(things, zpl, parts)
            elif kind == "badges":
                yield from _badges(things)
            else:
                yield from _totes(things, zpl)
    finally:
        database.close()
