"""Stations, and the words of the site: shop name, sender, tolerances."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.base import Columns, Fields, ImportResult, Tally
from app.ids import stable_id
from app.inventory.service.codes import CodeBook, WantedCode, own, site_codes
from app.inventory.service.master import Read, Register, Write, import_rows
from app.models import Bin, SiteSetting, StationRow
from app.text import say

STATIONS = Columns(("code", "name"), ("place", "label_code", "tray_code"))
SETTINGS = Columns(("name", "value"))


def import_stations(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the table of stations (docs/imports.md); each gets a label of its own and one for its rework tray."""

    def reader(tally: Tally) -> Read:
        stations, book = Register(session, StationRow), CodeBook(session)
        places = dict(session.execute(select(Bin.name, Bin.id)).all())

        def read(f: Fields) -> tuple[str, Write]:
            code, name = f.text("code", most=32, required=True), f.text("name", most=64, required=True)
            place = f.text("place", most=64)
            if place and place not in places:
                f.wrong("place", place, say("the name of a place of the layout"))
            station_id = stable_id("station", code)
            own_codes = {
                "station": [WantedCode(own("S" + code), printed=True), *site_codes(f, "label_code")],
                "tray": [WantedCode(own("S" + code + "TRAY"), printed=True), *site_codes(f, "tray_code")],
            }
            for kind, codes in own_codes.items():
                book.judge(f, "label_code" if kind == "station" else "tray_code", kind, station_id, codes)

            def write() -> tuple[bool, bool]:
                new, different = stations.put(id=station_id, code=code, name=name, place_id=places.get(place))
                coded = [book.set(tally, kind, station_id, codes, replace=True) for kind, codes in own_codes.items()]
                return new, different or any(coded)

            return code, write

        return read

    return import_rows(session, data, file=file, columns=STATIONS, read=reader, dry_run=dry_run)


def import_settings(session: Session, data: bytes, *, file: str, dry_run: bool = False) -> ImportResult:
    """Imports the words of the site (docs/imports.md lists their names); not for secrets, stations read them."""

    def reader(_tally: Tally) -> Read:
        settings = Register(session, SiteSetting)

        def read(f: Fields) -> tuple[str, Write]:
            name, value = f.text("name", most=64, required=True), f.text("value", most=10_000)
            return name, lambda: settings.put(name=name, value=value)

        return read

    return import_rows(session, data, file=file, columns=SETTINGS, read=reader, dry_run=dry_run)
