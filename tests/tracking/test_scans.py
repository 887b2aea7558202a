"""Carriers' scans: in any order, twice, by anybody's words and clock; and what follows from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.channels.base import BadFile, ImportResult
from app.db import reading
from app.ids import stable_id
from app.models import Feed, TrackingEvent
from app.tracking.queries import Scanned, events_of_parcel
from app.tracking.service import ScanMapping, import_tracking, load_scan_mapping, watch_parcels
from tests.tracking.house import START, Site

HEAD = "tracking,at,status,place,words\n"
ONE = "PB0000001001"


def scans(site: Site, *rows: str, mapping: ScanMapping | None = None, dry_run: bool = False) -> ImportResult:
    with site.write() as session:
        return import_tracking(
            session, (HEAD + "\n".join(rows)).encode(), file="scans.csv", now=site.clock.now(), mapping=mapping,
            dry_run=dry_run,
        )  # fmt: skip


def events(site: Site, number: str = "10482") -> list[Scanned]:
    with reading(site.central) as session:
        return list(events_of_parcel(session, stable_id("parcel", number, "1")))


@pytest.fixture
def shipped(site: Site) -> Site:
    """An order on its way in one parcel, three days later."""
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.clock.advance(3 * 86400)
    return site


DAY = [
    f"{ONE},2026-03-02T18:00:00+01:00,Picked up,Berlin,",
    f"{ONE},2026-03-03T06:10:00+01:00,In transit,Hannover,sorted",
    f"{ONE},2026-03-04T08:00:00+01:00,Out for delivery,Köln,",
    f"{ONE},2026-03-04T11:32:00+01:00,Delivered,Köln,at the door",
]


def test_scans_become_events_in_our_words_and_a_state_and_a_story(shipped: Site) -> None:
    result = scans(shipped, *DAY)

    assert (result.created, result.unchanged, result.errors, result.warnings) == (4, 0, (), ())
    assert events(shipped)[-1] == Scanned(
        datetime(2026, 3, 4, 10, 32, tzinfo=UTC), "delivered", "Köln", "at the door", "Delivered"
    )
    assert shipped.parcel("10482").tracking_state == "delivered"
    assert shipped.story("10482", "tracking") == [
        "Parcel 1 is with the carrier (Berlin)",
        "Parcel 1 is on its way (Hannover, sorted)",
        "Parcel 1 is out for delivery (Köln)",
        "Parcel 1 is delivered (Köln, at the door)",
    ]


def test_the_same_scans_again_and_backwards_change_not_one_row(shipped: Site) -> None:
    scans(shipped, *DAY)
    with reading(shipped.central) as session:
        before = (events(shipped), shipped.story("10482"), session.scalars(select(Feed.seq)).all())

    result = scans(shipped, *reversed(DAY))

    assert (result.created, result.updated, result.unchanged) == (0, 0, 4)
    with reading(shipped.central) as session:
        assert (events(shipped), shipped.story("10482"), session.scalars(select(Feed.seq)).all()) == before


def test_an_older_scan_that_comes_late_undoes_no_delivery(shipped: Site) -> None:
    scans(shipped, DAY[3])
    scans(shipped, DAY[1])
    assert shipped.parcel("10482").tracking_state == "delivered"
    scans(shipped, f"{ONE},2026-03-05T09:00:00+01:00,Return to sender,Köln,")
    assert shipped.parcel("10482").tracking_state == "returning"


def test_a_dry_run_changes_nothing(shipped: Site) -> None:
    assert scans(shipped, *DAY, dry_run=True).created == 4
    assert (events(shipped), shipped.parcel("10482").tracking_state, shipped.story("10482", "tracking")) == ([], "", [])


def test_bad_rows_are_named_and_good_ones_go_in(shipped: Site) -> None:
    result = scans(
        shipped, f"{ONE},2026-03-03,Delivered,,", "PB9999,2026-03-03T10:00:00Z,Delivered,,", ",2026-03-03,Delivered,,",
        f"{ONE},yesterday,Delivered,,", f"{ONE},2027-01-01T00:00:00Z,Delivered,,", f"{ONE},2026-03-03,,,",
    )  # fmt: skip
    assert result.created == 1
    assert [(e.row, e.field, e.value, str(e.expected)) for e in result.errors] == [
        (3, "tracking", "PB9999", "the tracking number of a parcel that was packed here"),
        (4, "tracking", "", "a value (it is missing)"),
        (5, "at", "yesterday", "a moment such as 2026-03-02T14:07:00+01:00"),
        (6, "at", "2027-01-01T00:00:00Z", "a moment that has been"),
        (7, "status", "", "a value (it is missing)"),
    ]


def test_a_moment_without_a_zone_is_the_sites_own_or_the_carriers(shipped: Site) -> None:
    shipped.setting("time_zone", "America/New_York")
    scans(shipped, f"{ONE},2026-03-03 10:00,Picked up,,")
    scans(shipped, f"{ONE},2026-03-03 10:00,In transit,,", mapping=ScanMapping(time_zone="Asia/Tokyo"))
    scans(shipped, f"{ONE},03.03.2026 23:59,Delivered,,", mapping=ScanMapping(date_format="%d.%m.%Y %H:%M"))
    assert [(e.at.isoformat(), e.status) for e in events(shipped)] == [
        ("2026-03-03T01:00:00+00:00", "in_transit"),
        ("2026-03-03T15:00:00+00:00", "accepted"),
        ("2026-03-04T04:59:00+00:00", "delivered"),
    ]


def test_a_number_is_found_as_people_write_it_and_by_its_sscc(shipped: Site) -> None:
    result = scans(
        shipped, "pb00 0000 1001,2026-03-03,Picked up,,", "(00)300000000000001001,2026-03-04,Delivered,,",
        "00300000000000001001,2026-03-04,In transit,,",
    )  # fmt: skip
    assert (result.created, result.errors) == (3, ())


def test_a_word_that_nobody_knows_is_kept_counted_and_shown_to_a_person_once(shipped: Site) -> None:
    # given a carrier with words of its own
    rows = (f"{ONE},2026-03-03T08:00:00Z,ZX-17,,", f"{ONE},2026-03-03T09:00:00Z,ZX-17,,")

    result = scans(shipped, *rows)
    scans(shipped, *rows)

    assert [str(w) for w in result.warnings] == ["2 rows say ZX-17, which nobody here knows"]
    assert [(e.status, e.raw) for e in events(shipped)] == [("unknown", "ZX-17")] * 2
    assert shipped.parcel("10482").tracking_state == ""
    assert shipped.story("10482", "tracking") == []
    assert shipped.incidents() == [("tracking_word", "table says 'ZX-17', which nobody here knows")]

    # when the site says what it means and the same file comes again, then it is understood
    result = scans(shipped, *rows, mapping=ScanMapping(statuses={"zx17": "out_for_delivery"}))
    assert (result.updated, result.unchanged) == (2, 0)
    assert shipped.parcel("10482").tracking_state == "out_for_delivery"
    assert shipped.story("10482", "tracking") == ["Parcel 1 is out for delivery (ZX-17)"]
    assert shipped.incidents() == []


def test_a_mapping_names_columns_words_zone_and_form(shipped: Site, tmp_path: Path) -> None:
    path = tmp_path / "nordpost.toml"
    path.write_text(
        'carrier = "nordpost"\ntime_zone = "Europe/Berlin"\ndate_format = "%d.%m.%Y %H:%M"\ndelimiter = ";"\n'
        '[columns]\ntracking = "Sendung"\nat = "Zeit"\nstatus = "Ereignis"\nplace = "Ort"\n'
        '[statuses]\n"Ausgeliefert!" = "delivered"\n',
        encoding="utf-8",
    )
    table = f"Ort;Sendung;Zeit;Ereignis;Fahrer\nKöln;{ONE};04.03.2026 11:32;Ausgeliefert!;Max\n"
    with shipped.write() as session:
        result = import_tracking(
            session, table.encode(), file="n.csv", now=shipped.clock.now(), mapping=load_scan_mapping(path)
        )
    assert (result.created, result.errors) == (1, ())
    assert events(shipped) == [
        Scanned(datetime(2026, 3, 4, 10, 32, tzinfo=UTC), "delivered", "Köln", "", "Ausgeliefert!")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("columns = 3", "The mapping has something else than texts"),
        ('colour = "red"', "The mapping says colour, which is not known"),
        ('[columns]\nweight = "kg"', "The mapping says weight, which is not known"),
        ('[statuses]\nX = "gone"', "The mapping says gone, which is not known"),
        ('time_zone = "Mars/Olympus"', "Mars/Olympus is no time zone"),
        ("[", "The mapping is broken"),
    ],
)
def test_a_wrong_mapping_is_named(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        load_scan_mapping(path)
    assert complaint in str(refused.value.problem.what)


def test_the_last_of_several_parcels_completes_the_order(site: Site) -> None:
    site.order("10482", ("MUG", 1), ("SOAP", 1))
    site.pack("10482", (1, 1))
    site.pack("10482", (2, 1), box=2)
    site.clock.advance(2 * 86400)
    scans(site, f"{ONE},2026-03-03,Delivered,,")
    assert site.story("10482", "delivered") == []
    scans(site, "PB0000001002,2026-03-04,Delivered,,")
    assert site.story("10482", "delivered") == ["All 2 parcels are delivered"]


# ---- who is told ----------------------------------------------------------------------------------------------------


def test_people_are_told_of_what_the_site_wants_once(shipped: Site) -> None:
    shipped.setting("mail_events", "shipped, delivered, exception")
    scans(shipped, f"{ONE},2026-03-04T08:00:00Z,Delayed,,")
    scans(shipped, f"{ONE},2026-03-04T09:00:00Z,Attempt fail,,")
    scans(shipped, f"{ONE},2026-03-05T09:00:00Z,Delivered,,", f"{ONE},2026-03-04T10:00:00Z,In transit,,")
    scans(shipped, f"{ONE},2026-03-05T09:30:00Z,Signed,,")
    assert [m.event for m in shipped.mails()] == ["delivered", "exception", "shipped"]


def test_nobody_is_told_of_last_month(shipped: Site) -> None:
    shipped.setting("mail_events", "delivered")
    shipped.clock.advance(30 * 86400)
    scans(shipped, *DAY)
    assert [m.event for m in shipped.mails()] == ["shipped"]


def test_a_delivery_mail_says_when_and_where_by_the_sites_clock(shipped: Site) -> None:
    from tests.notifiers.servers import server, write_config

    shipped.setting("mail_events", "delivered")
    shipped.setting("time_zone", "Europe/Berlin")
    scans(shipped, *DAY)
    with server() as running:
        write_config(shipped.root, running.port)
        shipped.post()
    mail = next(m for m in running.post.mails if "zugestellt" in str(m["Subject"]))
    part = mail.get_body(("plain",))
    assert part is not None
    assert "4. März 2026, 11:32, Köln: at the door" in part.get_content()


# ---- who must act ---------------------------------------------------------------------------------------------------


def test_trouble_and_the_way_back_are_incidents_until_they_are_over(shipped: Site) -> None:
    scans(shipped, f"{ONE},2026-03-04T08:00:00Z,Failed attempt,,", f"{ONE},2026-03-04T07:00:00Z,Failed attempt,,")
    assert shipped.incidents() == [("delivery_trouble", f"parcel {ONE}: failed_attempt")]
    assert len(shipped.story("10482", "tracking")) == 2
    scans(shipped, f"{ONE},2026-03-05T08:00:00Z,Delivered,,")
    assert shipped.incidents() == []
    scans(shipped, f"{ONE},2026-03-05T09:00:00Z,Returning,,")
    scans(shipped, f"{ONE},2026-03-05T10:00:00Z,Returned,,")
    assert shipped.incidents() == [("return_to_sender", f"parcel {ONE} comes back")]


def test_a_parcel_that_nobody_scans_is_one_incident_and_its_first_scan_ends_it(site: Site) -> None:
    # given a site that wants a scan within a day
    site.setting("no_scan_hours", "24")
    site.order("1", ("MUG", 1))
    site.order("2", ("MUG", 1))
    site.pack("1", (1, 1))
    site.pack("2", (1, 1), close=False)
    site.clock.advance(23 * 3600)
    assert watch_parcels(site.central, site.clock, site.home) == 0
    site.clock.advance(3600)

    # when the day is over, then the closed one is named, once
    assert watch_parcels(site.central, site.clock, site.home) == 1
    site.clock.advance(3600)
    assert watch_parcels(site.central, site.clock, site.home) == 0
    assert site.incidents() == [("no_scan", f"parcel {ONE}: no scan for 24 h")]

    scans(site, f"{ONE},2026-03-03T14:00:00Z,Picked up,,")
    assert site.incidents() == []


def test_a_parcel_that_does_not_arrive_is_one_incident(shipped: Site) -> None:
    shipped.setting("delivery_hours", "96")
    scans(shipped, *DAY[:2])
    assert watch_parcels(shipped.central, shipped.clock, shipped.home) == 0
    shipped.clock.advance(86400)
    assert watch_parcels(shipped.central, shipped.clock, shipped.home) == 1
    assert shipped.incidents() == [("delivery_late", f"parcel {ONE}: not delivered for 96 h")]


def test_a_site_that_imports_no_scans_is_not_warned_of_every_parcel(shipped: Site) -> None:
    shipped.clock.advance(timedelta(days=30).total_seconds())
    assert watch_parcels(shipped.central, shipped.clock, shipped.home) == 0


def test_many_scans_at_once(site: Site) -> None:
    site.order("10482", ("MUG", 1))
    site.pack("10482", (1, 1))
    site.clock.advance(86400)
    rows = [f"{ONE},{(START + timedelta(seconds=i)).isoformat()},In transit,,{i}" for i in range(2_500)]
    assert scans(site, *rows).created == 2_500
    with reading(site.central) as session:
        assert len(session.scalars(select(TrackingEvent.id)).all()) == 2_500
    assert len(site.story("10482", "tracking")) == 1


def test_the_mapping_may_be_json(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"carrier": "gls", "columns": {"at": "When"}}), encoding="utf-8")
    assert load_scan_mapping(path) == ScanMapping(carrier="gls", columns={"at": "When"})
