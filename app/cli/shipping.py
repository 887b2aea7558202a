"""`packbay manifest`: the end of the day. What a carrier takes away, as a list to send and a paper to sign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.carriers.table_rate import CARRIER
from app.cli.base import Commands, central, command_of, on_paper
from app.clock import SystemClock
from app.db import Database, central_write, reading
from app.errors import Problem, Refused
from app.shipping.queries import (
    Handed,
    ManifestCard,
    left_behind,
    manifest_document,
    manifest_parcels,
    manifests,
    one_manifest,
)
from app.shipping.service import close_manifest
from app.tables import write_csv
from app.text import say

COLUMNS = (
    "manifest", "date", "tracking", "sscc", "service", "weight_g", "country", "postcode", "reference", "closed_at",
)  # fmt: skip
"""What a carrier bills by, one row a parcel."""


def add(commands: Commands) -> None:
    """Adds `manifest`."""
    group = commands.add_parser("manifest", help="what a carrier takes away: close, list, show")
    acts = group.add_subparsers(title="act", metavar="ACT", required=True)
    closed = command_of(acts, "close", "the end of the day: every closed parcel goes on a manifest", _close)
    closed.add_argument("--carrier", default="own", help="its code in the tariff; own is the built-in one (default)")
    closed.add_argument("--by", default="office", help="who closes it")
    listed = command_of(acts, "list", "manifests, the newest first", _list)
    listed.add_argument("--carrier", default="", help="of one carrier; own is the built-in one")
    shown = command_of(acts, "show", "one manifest with its parcels", _show)
    shown.add_argument("number", metavar="NUMBER")
    for command in (closed, shown):
        command.add_argument("--csv", type=Path, metavar="OUT", help="write the parcels as a table")
        command.add_argument("--pdf", type=Path, metavar="OUT", help="write the paper to sign")


def _code(carrier: str) -> str:
    return CARRIER.code if carrier == "own" else carrier


def _close(options: Any) -> int:
    with central(options) as database:
        with central_write(database) as session:
            made = close_manifest(session, carrier=_code(options.carrier), now=SystemClock().now(), by=options.by)
        return _tell(database, made.number, options)


def _show(options: Any) -> int:
    with central(options) as database:
        return _tell(database, options.number, options)


def _tell(database: Database, number: str, options: Any) -> int:
    """Writes the files that were asked for and says what stands on the manifest; it is closed whatever happens here."""
    with reading(database) as session:
        card = one_manifest(session, number)
        if card is None:
            what = say("There is no manifest {number}", number=number)
            raise Refused(Problem("NoSuchManifest", what, do=(say("packbay manifest list shows them"),)))
        rows, left = manifest_parcels(session, card.id), left_behind(session, card.carrier)
        paper = manifest_document(session, card)
    if options.csv is not None:
        options.csv.write_bytes(write_csv((_row(card, row) for row in rows), COLUMNS))
    if options.pdf is not None:
        options.pdf.write_bytes(on_paper(paper))
    if options.json:
        said = {**_card_json(card), "rows": [_row(card, r) for r in rows], "left_behind": [_left_json(r) for r in left]}
        print(json.dumps(said, ensure_ascii=False))
    else:
        _print(card, rows, left)
    return 0


def _row(card: ManifestCard, row: Handed) -> dict[str, str | int | None]:
    return {
        "manifest": card.number, "date": card.day, "tracking": row.tracking, "sscc": row.sscc, "service": row.service,
        "weight_g": row.weight_g, "country": row.country, "postcode": row.postcode, "reference": row.order_number,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
    }  # fmt: skip


def _left_json(row: Handed) -> dict[str, object]:
    return {"order": row.order_number, "number": row.number, "tracking": row.tracking}


def _card_json(card: ManifestCard) -> dict[str, object]:
    return {
        "number": card.number, "carrier": card.carrier, "carrier_name": card.carrier_name, "day": card.day,
        "parcels": card.parcels, "weight_g": card.weight_g, "closed_at": card.closed_at.isoformat(),
        "closed_by": card.closed_by,
    }  # fmt: skip


def _print(card: ManifestCard, rows: tuple[Handed, ...], left: tuple[Handed, ...]) -> None:
    print(_line(card))
    for row in rows:
        grams = f"{row.weight_g} g" if row.weight_g is not None else "-"
        place = f"{row.country} {row.postcode}"
        print(f"  {row.tracking:<16} {row.sscc:<18}  {row.service:<12} {grams:>9}  {place:<14} {row.order_number}")
    if len(rows) != card.parcels:
        print(f"  {card.parcels - len(rows)} of its labels were voided after it was closed")
    if left:
        print(f"left behind, labelled and not closed: {len(left)}")
    for row in left:
        print(f"  {row.tracking:<16} order {row.order_number}, box {row.number}")


def _line(card: ManifestCard) -> str:
    return (
        f"{card.number}  {card.day}  {card.carrier_name} ({card.carrier})  {card.parcels} parcels, {card.weight_g} g, "
        f"closed {card.closed_at:%Y-%m-%d %H:%M} by {card.closed_by}"
    )


def _list(options: Any) -> int:
    with central(options) as database, reading(database) as session:
        cards = manifests(session, carrier=_code(options.carrier) if options.carrier else "")
    if options.json:
        print(json.dumps({"manifests": [_card_json(card) for card in cards]}, ensure_ascii=False))
        return 0
    for card in cards:
        print(_line(card))
    print(f"{len(cards)} manifests")
    return 0
