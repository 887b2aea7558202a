"""`packbay labels`: labels for bins, totes, carts and badges, and the cards with command codes, as PDF or ZPL files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from app.db import migrate, open_database, reading
from app.documents import BadgeLabel, BinLabel, ToteLabel
from app.paths import file_name
from app.settings import Home
from app.work import queries
from reports.labels import badge, bin_label_pdf, bin_label_zpl, command_card, tote_label_pdf, tote_label_zpl
from ui.role_cards import role_cards

KINDS = ("bins", "totes", "carts", "badges", "cards")


def _cards(home: Home) -> Iterator[tuple[str, bytes, str]]:
    """The role cards in each language that somebody here speaks; English where nobody is known yet."""
    for language in _spoken(home):
        for name, card in role_cards(language):
            yield f"{name}-{language}", command_card.render(card), "pdf"


def _spoken(home: Home) -> tuple[str, ...]:
    if not home.central_file.exists():
        return ("en",)
    database = open_database(home.central_file, "central")
    try:
        migrate(database)
        with reading(database) as session:
            return queries.languages_spoken(session) or ("en",)
    finally:
        database.close()


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
        yield from (card for card in _cards(home) if only in card[0])
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
