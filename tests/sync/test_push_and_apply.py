"""What a station recorded reaches central once, in order, whatever is repeated, lost or damaged on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts import link
from app.picking.facts import Picked
from app.sync.central import SqlCentral, StreamBroken, copies_of
from app.sync.wire import Cursor, Greeting, Mark, WireFact
from app.work.facts import PrintMoved, SignedIn, ToteEmptied
from tests.sync.sides import B1, FENCE, MUG, PICK_MUG, SLIP, T1, T2, WORK, CentralSide, StationSide, dump, ledger

SOMEBODY = b"\x07" * 16


def take(units: int = 1) -> Picked:
    return Picked(PICK_MUG, WORK, FENCE, MUG, B1, "", units, T1)


def test_facts_arrive_in_the_order_in_which_hands_did_them(central: CentralSide, station: StationSide) -> None:
    # given three scans, the second with two facts
    station.record(SignedIn(SOMEBODY))
    station.record(take(1), take(2))
    station.record(ToteEmptied(T2))

    # when they are pushed
    station.push()

    # then central holds the same bytes under the same numbers, and nothing was applied yet
    kept = "SELECT seq, kind, event_group, data, chain, fact_id FROM fact WHERE station_id = ? ORDER BY seq"
    assert central.query(kept, station.id) == station.query(kept, station.id)
    kinds = [kind for _, kind, *_ in central.query(kept, station.id)]
    assert kinds == ["StationFounded", "SignedIn", "Picked", "Picked", "ToteEmptied"]
    assert (MUG, T1, "", "good") not in ledger(central.path)

    # and once applied they moved what they say
    central.work()
    assert ledger(central.path)[MUG, T1, "", "good"] == 3


def test_the_chain_covers_the_bytes_that_were_kept(station: StationSide) -> None:
    station.record(take(), take())

    chain = b""
    for data, kept in station.query("SELECT data, chain FROM fact ORDER BY seq"):
        chain = link(chain, data.encode())
        assert kept == chain


def test_a_station_names_itself_to_central_once(central: CentralSide, station: StationSide) -> None:
    names = "SELECT code, name FROM station WHERE id = ?"
    assert central.query(names, station.id) == [("PICK01", "Pick01")]

    # when it starts again, and again under another name
    station.close()
    station.open()
    station.settle()

    assert station.query("SELECT count(*) FROM fact") == [(1,)]
    assert station.query(names, station.id) == central.query(names, station.id)


def test_pushing_the_same_again_changes_nothing(central: CentralSide, station: StationSide) -> None:
    # given facts and an ask that were pushed, applied and answered, but the station never heard of it
    station.record(take())
    station.ask("numbers", {"kind": "parcel"})
    out = station.keeper.outgoing()
    first = station.push(answer_is_lost=True)
    central.work()
    before = dump(central.path)

    # when they are pushed again, twice
    again = [central.port.push(out.station_id, out.incarnation, out.facts, out.asks) for _ in range(2)]

    # then central says the same and is the same, row for row
    assert again == [first, first]
    central.work()
    assert dump(central.path) == before


def test_a_push_goes_on_where_a_half_known_one_begins(central: CentralSide, station: StationSide) -> None:
    for _ in range(3):
        station.record(take())
    out = station.keeper.outgoing()
    central.port.push(out.station_id, out.incarnation, out.facts[:1], ())

    station.settle()

    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Picked'") == [(3,)]
    assert ledger(central.path)[MUG, T1, "", "good"] == 3


def test_a_hand_that_is_quicker_than_the_printers_answer_keeps_its_word(
    central: CentralSide, station: StationSide
) -> None:
    # given paper whose code was scanned before the printer had said that it took it
    station.record(PrintMoved(SLIP, "failed", "no paper"))
    station.record(PrintMoved(SLIP, "confirmed"))
    station.record(PrintMoved(SLIP, "sent", "", "paper"))

    station.settle()

    # then it came out, once
    job = "SELECT state, problem, copies, printer FROM print_job WHERE state <> 'queued'"
    assert central.query(job) == [("confirmed", "", 1, "paper")]


def test_clearing_every_acknowledgement_leaves_central_unchanged(central: CentralSide, station: StationSide) -> None:
    # given a station and central that are even
    station.record(take(2))
    station.record(PrintMoved(SLIP, "sent"))
    station.settle()
    before = dump(central.path, without=["station_seen"])

    # when all marks are wiped and the station connects again
    station.change("UPDATE outbox SET acked_at = NULL")
    assert station.keeper.outgoing().queued == 3
    found = station.hello()
    station.settle()

    # then it is found out, nothing is done twice, row for row
    assert found == "ack_lost"
    assert dump(central.path, without=["station_seen"]) == before
    assert station.keeper.outgoing().queued == 0


def test_wiped_marks_are_harmless_without_a_hello_too(central: CentralSide, station: StationSide) -> None:
    station.record(take(2))
    station.settle()
    before = dump(central.path)

    station.change("UPDATE outbox SET acked_at = NULL")
    station.settle()

    assert dump(central.path) == before


def test_more_facts_than_one_push_carries_all_arrive(central: CentralSide, station: StationSide) -> None:
    # given more than two pushes' worth
    for _ in range(41):
        station.record(*[SignedIn(SOMEBODY)] * 10)

    sizes = []
    while station.keeper.outgoing().facts:
        sizes.append(len(station.keeper.outgoing().facts))
        station.push()
    station.settle()

    assert sizes == [200, 200, 10]
    assert central.query("SELECT count(*), min(seq), max(seq) FROM fact WHERE station_id = ?", station.id) == [
        (411, 1, 411)
    ]


# ---- what central does not take -------------------------------------------------------------------------------------


def test_facts_with_a_gap_before_them_are_not_taken(central: CentralSide, station: StationSide) -> None:
    station.record(take())
    station.record(take())
    out = station.keeper.outgoing()

    with pytest.raises(StreamBroken, match="do not continue after 1"):
        central.port.push(out.station_id, out.incarnation, out.facts[1:], ())

    assert central.query("SELECT count(*) FROM fact WHERE kind = 'Picked'") == [(0,)]


def test_bytes_that_do_not_fit_their_chain_are_not_taken(central: CentralSide, station: StationSide) -> None:
    station.record(take(1))
    [fact] = station.keeper.outgoing().facts
    forged = replace(fact, data=fact.data.replace('"quantity":1', '"quantity":9'))
    assert forged != fact

    with pytest.raises(StreamBroken, match="not linked"):
        central.port.push(station.id, station.keeper.incarnation, (forged,), ())


def test_other_facts_under_numbers_that_central_has_are_never_acknowledged(
    central: CentralSide, make_station: Callable[[str], StationSide], station: StationSide
) -> None:
    # given a station whose disk was put back to an older image, and that went on from there
    station.close()
    image = station.path.read_bytes()
    station.open()
    station.record(take(1))
    station.record(take(1))
    station.settle()
    station.close()
    station.path.write_bytes(image)
    station.open()
    station.record(ToteEmptied(T2))
    station.change("UPDATE outbox SET acked_at = NULL")

    # when it pushes without having greeted
    with pytest.raises(StreamBroken, match="are not those that central has"):
        station.push()

    # then what central does not have stays in the outbox
    assert station.keeper.outgoing().queued == 2


# ---- facts that can't be applied ------------------------------------------------------------------------------------


def forge(central: CentralSide, station: StationSide, *datas: str) -> None:
    """Pushes anything as facts of this station, well linked."""
    mark = central.port.hello(station.keeper.greeting()).mark
    facts, chain = [], mark.chain
    for number, data in enumerate(datas, mark.seq + 1):
        chain = link(chain, data.encode())
        facts.append(WireFact(number.to_bytes(16), number, chain, data))
    central.port.push(station.id, station.keeper.incarnation, tuple(facts), ())


def envelope(kind: str = "Picked", **changes: object) -> str:
    whole: dict[str, object] = {
        "kind": kind, "ver": 1, "fact_id": "", "station": "", "group": 1, "at": "2026-03-02T13:07:00+00:00", "tz": 0,
        "actor": "", "task": "", "work": "", "lease": "", "fence": 0, "device": "", "scan_number": 0, "scan_text": "",
        "body": {
            "pick_line_id": PICK_MUG.hex(), "work_id": WORK.hex(), "fence": FENCE, "sku_id": MUG.hex(),
            "place_id": B1.hex(), "lot": "", "quantity": 1, "tote_id": T1.hex(),
        },
    }  # fmt: skip
    whole |= changes
    return json.dumps(whole)


def body(**changes: object) -> str:
    good = json.loads(envelope())["body"]
    return envelope(body=good | changes)


POISON = {
    "no JSON": "{",
    "empty": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "no kind": json.dumps({"body": {}}),
    "no body": json.dumps({k: v for k, v in json.loads(envelope()).items() if k != "body"}),
    "body is a list": envelope(body=[1]),
    "body is null": envelope(body=None),
    "ids that are no hex": body(sku_id="mug"),
    "an id that is a number": body(sku_id=5),
    "a quantity in words": body(quantity="one"),
    "a quantity beyond any column": body(quantity=10**30),
    "a lot that is a list": body(lot=[1]),
    "a field is missing": envelope(body={"sku_id": MUG.hex()}),
    "no time": envelope(at="yesterday"),
    "a time that is a number": envelope(at=7),
    "a group in words": envelope(group="first"),
    "a group beyond any column": envelope(group=10**30),
    "an actor that is no id": envelope(actor="Jonas"),
    "deep": envelope(body=json.loads("[" * 400 + "]" * 400)),
}


@pytest.mark.parametrize("name", POISON)
def test_a_poison_fact_is_set_aside_and_the_rest_flows(
    name: str, central: CentralSide, station: StationSide, expected_log: Callable[[str], None]
) -> None:
    # given good, poison, good
    expected_log("is in quarantine")
    forge(central, station, envelope(), POISON[name], envelope())

    # when central works
    central.work()

    # then both good ones count, the poison is kept as it came, and a person is told
    assert ledger(central.path)[MUG, T1, "", "good"] == 2
    assert central.query("SELECT data FROM fact WHERE seq = 3 AND station_id = ?", station.id) == [(POISON[name],)]
    assert central.query("SELECT status FROM fact_status") == [("quarantine",)]
    assert central.query("SELECT subject FROM incident WHERE kind = 'quarantine'") == [((3).to_bytes(16),)]
    assert central.query("SELECT pushed_seq, applied_seq FROM station_mark WHERE station_id = ?", station.id) == [
        (4, 4)
    ]
    assert len(central.query("SELECT * FROM v_fact WHERE station = 'PICK01'")) == 4


def test_half_a_character_does_not_stop_a_fact(central: CentralSide, station: StationSide) -> None:
    forge(central, station, envelope(scan_text="\ud800"))

    central.work()

    assert central.query("SELECT kind, scan_text FROM fact WHERE seq = 2 AND station_id = ?", station.id) == [
        ("Picked", "?")
    ]
    assert ledger(central.path)[MUG, T1, "", "good"] == 1


@given(st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_bytes_at_all_stop_a_stream(text: str) -> None:
    found = copies_of(text)

    assert found["kind"] == "?"


def test_a_fact_of_a_newer_station_is_kept_raw(central: CentralSide, station: StationSide) -> None:
    # given a kind that this program does not know, between two that it does
    raw = envelope(kind="TeleportedToMars", body={"planet": 4})
    forge(central, station, envelope(), raw, envelope())

    central.work()

    assert central.query("SELECT kind, data FROM fact WHERE seq = 3 AND station_id = ?", station.id) == [
        ("TeleportedToMars", raw)
    ]
    assert central.query("SELECT status FROM fact_status") == [("unknown",)]
    assert ledger(central.path)[MUG, T1, "", "good"] == 2


def test_a_field_that_is_newer_than_this_program_is_left_out(central: CentralSide, station: StationSide) -> None:
    forge(central, station, body(glove="left"))

    central.work()

    assert central.query("SELECT count(*) FROM fact_status") == [(0,)]
    assert ledger(central.path)[MUG, T1, "", "good"] == 1


def test_a_full_disk_puts_nothing_into_quarantine(central: CentralSide, station: StationSide) -> None:
    # given facts at central, and no room for one page more
    for _ in range(30):
        station.record(take(), PrintMoved(SLIP, "sent"))
    station.push()
    with central.database.relaxed.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    # when central works, then it fails as a whole
    with pytest.raises(Exception, match="full"):
        central.work()
    assert central.query("SELECT count(*) FROM fact_status") == [(0,)]

    # and when there is room again, everything is applied
    with central.database.relaxed.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    station.settle()
    assert ledger(central.path)[MUG, T1, "", "good"] == 30


def test_batches_of_any_size_lead_to_the_same_rows(
    central: CentralSide, make_station: Callable[[str], StationSide], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the same hands at two stations, of which one is applied fact by fact
    ends = []
    for code, size in (("PICK02", 200), ("PICK03", 1)):
        side = make_station(code)
        side.settle()
        start = ledger(central.path)
        for units in (1, 2, -1):
            side.record(take(units))
        undone = side.record(take(3))
        side.record(voids=[undone[0].fact_id])

        monkeypatch.setattr("app.sync.applier.BATCH", size)
        side.settle()
        end = ledger(central.path)
        ends.append({key: end.get(key, 0) - start.get(key, 0) for key in end})

    assert ends[0] == ends[1]


def test_hello_of_a_stranger_says_that_central_has_nothing(central: CentralSide) -> None:
    stranger = Greeting(b"\x09" * 16, b"\x08" * 16, Mark(0, b""), Cursor(0, b""))
    assert SqlCentral(central.database, central.clock).hello(stranger).mark == Mark(0, b"")
