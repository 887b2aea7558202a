"""The end of the day: each closed parcel on one manifest, numbers without a gap, and what may be done after it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.barcodes import own_code
from app.cli import main
from app.db import Database, reading, station_write
from app.errors import Refused
from app.ids import stable_id
from app.models import Manifest, Parcel, SiteSetting
from app.shipping.queries import (
    Collected,
    Voidable,
    collected_today,
    left_behind,
    manifest_parcels,
    manifests,
    may_void_label,
    one_manifest,
)
from app.shipping.rules import may_void
from app.shipping.service import Closing, close_manifest
from app.sync.central import SqlCentral
from app.sync.mirror import apply_feed
from app.sync.wire import Cursor
from tests.reports.reading import codes, pictures, texts
from tests.tracking.house import STATION, Site
from ui.main import main as packbay


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "home")
    yield made
    made.close()


def close(site: Site, carrier: str = "table") -> Closing:
    with site.write() as session:
        return close_manifest(session, carrier=carrier, now=site.clock.now(), by="Ada")


def packed(site: Site, number: str, **options: Any) -> None:
    site.order(number, ("MUG", 1), **options)
    site.pack(number, (1, 1))


# ---- closing --------------------------------------------------------------------------------------------------------


def test_every_closed_parcel_of_a_carrier_is_on_one_manifest(site: Site) -> None:
    # given two closed parcels, one that is only labelled, one that was taken back, and one of another carrier
    packed(site, "1")
    packed(site, "2", country="AT")
    site.order("3", ("MUG", 1))
    site.pack("3", (1, 1), close=False)
    packed(site, "4")
    with site.write() as session:
        session.get_one(Parcel, stable_id("parcel", "4", "1")).carrier = "DHL"

    # when the day ends for the built-in carrier
    made = close(site)

    # then the two are on it, and the third is left behind
    assert (made.number, made.parcels, made.weight_g) == ("M000001", 2, 1624)
    with reading(site.central) as session:
        rows = manifest_parcels(session, made.manifest_id)
        left = left_behind(session, "table")
    assert [(r.order_number, r.tracking, r.country, r.postcode, r.weight_g) for r in rows] == [
        ("1", "PB0000001001", "DE", "10115", 812), ("2", "PB0000001002", "AT", "10115", 812),
    ]  # fmt: skip
    assert [(r.order_number, r.tracking) for r in left] == [("3", "PB0000001003")]
    assert site.story("1", "manifest") == ["1 parcel handed to Tea & Mug: manifest M000001"]
    assert site.story("3", "manifest") == []


def test_a_day_without_parcels_makes_no_manifest_and_takes_no_number(site: Site) -> None:
    with pytest.raises(Refused, match="No closed parcel of Tea & Mug waits for a manifest"):
        close(site)
    packed(site, "1")
    close(site)
    with pytest.raises(Refused):
        close(site)
    packed(site, "2")
    assert close(site).number == "M000002"


def test_what_fails_midway_takes_no_number_and_no_parcel(site: Site) -> None:
    packed(site, "1")

    def pulled_out() -> None:
        with site.write() as session:
            close_manifest(session, carrier="table", now=site.clock.now(), by="Ada")
            raise RuntimeError("the plug")

    with pytest.raises(RuntimeError, match="the plug"):
        pulled_out()
    assert site.parcel("1").manifest_id is None
    assert close(site).number == "M000001"


def test_stations_know_what_is_on_which_manifest(site: Site) -> None:
    packed(site, "1")
    close(site)
    mirrored(site)
    with reading(site.station) as session:
        row = session.get_one(Manifest, session.get_one(Parcel, stable_id("parcel", "1", "1")).manifest_id)
        assert (row.number, row.parcels) == ("M000001", 1)


def mirrored(site: Site) -> Database:
    """The station after it has heard of everything."""
    pulled = SqlCentral(site.central, site.clock).pull(STATION, Cursor(0, b""), ())
    with station_write(site.station) as session:
        apply_feed(session, pulled.rows)
    return site.station


# ---- after it -------------------------------------------------------------------------------------------------------


def test_a_bench_can_say_that_the_carrier_was_here_today(site: Site) -> None:
    # given a site in Auckland, whose day ends at 11:00 UTC
    site.setting("time_zone", "Pacific/Auckland")
    with station_write(site.station) as session:
        session.add(SiteSetting(name="time_zone", value="Pacific/Auckland"))
    packed(site, "1")
    close(site)

    mirrored(site)
    for side in (site.central, site.station):
        with reading(side) as session:
            there = collected_today(session, "table", datetime(2026, 3, 3, 10, 59, tzinfo=UTC))
            assert there == Collected("M000001", site.clock.now(), 1)
            assert collected_today(session, "table", datetime(2026, 3, 3, 11, 1, tzinfo=UTC)) is None
            assert collected_today(session, "DHL", site.clock.now()) is None

    # and a parcel that is closed after it goes on the next one
    packed(site, "2")
    assert close(site).parcels == 1


@pytest.mark.parametrize(
    ("state", "on_manifest", "tracking_state", "allowed"),
    [
        ("labelled", False, "", True),
        ("closed", False, "", True),
        ("closed", False, "announced", True),
        ("closed", True, "", False),
        ("closed", False, "accepted", False),
        ("closed", False, "delivered", False),
        ("open", False, "", False),
        ("void", False, "", False),
    ],
)
def test_a_label_is_voided_before_its_carrier_knows_of_it_or_never(
    state: str, on_manifest: bool, tracking_state: str, allowed: bool
) -> None:
    assert may_void(state, on_manifest=on_manifest, tracking_state=tracking_state) is allowed


def test_what_is_in_the_way_of_a_void_is_named(site: Site) -> None:
    packed(site, "1")
    with reading(site.central) as session:
        assert may_void_label(session, stable_id("parcel", "1", "1")) == Voidable(True)
    close(site)
    with reading(site.central) as session:
        assert may_void_label(session, stable_id("parcel", "1", "1")) == Voidable(False, "M000001")
        assert may_void_label(session, stable_id("parcel", "none")) == Voidable(False)


def test_a_bench_that_did_not_know_of_the_manifest_is_found_out_and_the_next_label_goes_on_the_next(
    site: Site,
) -> None:
    # given a parcel on a manifest, whose label a bench without a network voids and makes anew
    packed(site, "1")
    first = close(site)
    site.void("1")
    site.label("1")
    site.shut("1")

    # then somebody is told, once, whatever is repeated
    assert site.incidents() == [
        ("voided_after_manifest", "label PB0000001001 was voided and stands on manifest M000001")
    ]
    second = close(site)
    with reading(site.central) as session:
        assert manifest_parcels(session, first.manifest_id) == ()
        assert [r.tracking for r in manifest_parcels(session, second.manifest_id)] == ["PB0000001002"]


def test_manifests_are_found_by_number_and_by_their_bars(site: Site) -> None:
    for number in ("1", "2"):
        packed(site, number)
        close(site)
        site.clock.advance(60)
    with reading(site.central) as session:
        assert [card.number for card in manifests(session)] == ["M000002", "M000001"]
        assert manifests(session, carrier="DHL") == ()
        found = one_manifest(session, "m000002")
        assert found is not None
        assert (found.number, found.carrier_name, found.day, found.closed_by) == (
            "M000002", "Tea & Mug", "2026-03-02", "Ada",
        )  # fmt: skip
        assert one_manifest(session, "M000003") is None


# ---- the command ----------------------------------------------------------------------------------------------------


def run(site: Site, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    site.close()
    status = packbay(["manifest", *map(str, words), "--home", str(site.root), "--json"])
    site.open()
    return status, json.loads(capsys.readouterr().out)


def test_the_command_closes_lists_and_shows(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.setting("time_zone", "Europe/Berlin")
    packed(site, "=2+5", name="Ann")
    site.order("3", ("MUG", 1))
    site.pack("3", (1, 1), close=False)

    status, made = run(site, capsys, "close", "--csv", tmp_path / "m.csv", "--pdf", tmp_path / "m.pdf", "--by", "Ada")
    again, said = run(site, capsys, "close")
    _, listed = run(site, capsys, "list")
    _, shown = run(site, capsys, "show", "M000001", "--pdf", tmp_path / "again.pdf")

    assert (status, again) == (0, 2)
    assert said == {
        "error": "No closed parcel of Tea & Mug waits for a manifest. packbay manifest list shows what was handed "
        "over. No manifest was made."
    }
    assert (made["number"], made["parcels"], made["weight_g"], made["closed_by"]) == ("M000001", 1, 812, "Ada")
    assert made["left_behind"] == [{"order": "3", "number": 1, "tracking": "PB0000001002"}]
    assert [m["number"] for m in listed["manifests"]] == ["M000001"]
    assert shown["rows"] == made["rows"]
    # a list that no spreadsheet calculates with, a paper that is the same each time and says what its bars say
    rows = list(csv.reader(io.StringIO((tmp_path / "m.csv").read_text(encoding="utf-8"))))
    assert rows[0] == [
        "manifest", "date", "tracking", "sscc", "service", "weight_g", "country", "postcode", "reference", "closed_at",
    ]  # fmt: skip
    assert rows[1][:9] == [
        "M000001", made["day"], "PB0000001001", "300000000000001001", "Parcel", "812", "DE", "10115", "'=2+5",
    ]  # fmt: skip
    paper = (tmp_path / "m.pdf").read_bytes()
    assert paper == (tmp_path / "again.pdf").read_bytes()
    assert codes(pictures(paper)[0]) == [("Code 128", own_code("M000001"))]
    for words in ("M000001", "Tea & Mug", "PB0000001001", "0.812", "Page 1 of 1", "signature"):
        assert words in texts(paper)[0], words


def test_a_manifest_that_is_not_there_is_named(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, capsys, "show", "M000099") == (
        2, {"error": "There is no manifest M000099. packbay manifest list shows them."},
    )  # fmt: skip


def test_the_core_alone_draws_no_paper_but_closes(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.base._printers", [])
    packed(site, "1")
    status = main(["manifest", "close", "--home", str(site.root), "--pdf", str(tmp_path / "m.pdf")])
    assert status == 2
    assert "This program draws no paper" in capsys.readouterr().err
    assert site.parcel("1").manifest_id is not None
