"""Scanners and scales on real ptys: what the runner hears, what the scanner hears, and every way a plug can go."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.events import DeviceChanged, LoadSettled, Scan, Weight
from devices.beeps import STYLES, Tone
from devices.config import ScalePort, ScannerPort
from devices.lines import Backoff, Event
from devices.ports import Ports
from devices.scanners.base import Framing
from devices.simulated import VirtualScale, VirtualScanner
from tests.devices.hearing import Heard

Start = Callable[..., Ports]


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_a_scan_arrives_with_its_number_symbology_and_time(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        before = SystemClock().mono_ns()
        scanner.scan("4006381333931", aim="]E0")
        scanner.scan("B-01-02")

        first, second = heard.until_count(Scan, 2)
        assert (first.text, first.device, first.number, first.symbology) == ("4006381333931", "gun", 1, "]E0")
        assert (second.text, second.device, second.number, second.symbology) == ("B-01-02", "gun", 2, "")
        assert before < first.mono_ns <= second.mono_ns <= SystemClock().mono_ns()
        assert first.at.utcoffset() is not None


def test_a_burst_of_twenty_scans_arrives_complete_and_in_order(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        for number in range(20):
            scanner.scan(f"ITEM{number:02d}")

        scans = heard.until_count(Scan, 20)
        assert [(scan.number, scan.text) for scan in scans] == [(n + 1, f"ITEM{n:02d}") for n in range(20)]


@pytest.mark.parametrize("style", ["generic", "datalogic", "honeywell"])
def test_every_tone_reaches_the_scanner_in_its_own_language(
    heard: Heard, start: Start, tmp_path: Path, style: str
) -> None:
    tones: tuple[Tone, ...] = ("accepted", "step", "order", "wrong", "attention", "accepted")
    with VirtualScanner(tmp_path / "scanner", style=style) as scanner:
        ports = start(ScannerPort("gun", scanner.path, beep=STYLES[style]))
        heard.until_change("gun", "ok")

        for tone in tones:
            scanner.scan("X")
            ports.beep("gun", tone)

        assert [beep.tone for beep in scanner.wait_beeps(len(tones), 10)] == list(tones)
        assert [beep.n for beep in scanner.beeps] == [1, 2, 3, 4, 5, 6]


def test_a_beep_for_who_has_no_beeper_is_nothing(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScale(tmp_path / "scale") as scale:
        ports = start(ScalePort("scale", scale.path), ScannerPort("gone", str(tmp_path / "gone")))
        heard.until_change("scale", "ok")
        heard.until_change("gone", "away", "unplugged")

        for device in ("scale", "gone", "nobody", ""):
            ports.beep(device, "wrong")
        scale.load(500)

        heard.until(lambda _: any(weight.grams == 500 and weight.stable for weight in heard.of(Weight)))


def test_a_tone_that_is_none_is_the_callers_mistake(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        with pytest.raises(KeyError, match="fanfare"):
            ports.beep("gun", "fanfare")  # type: ignore[arg-type]

        scanner.scan("STILL THERE")
        assert heard.until_count(Scan, 1)[0].number == 1


def test_an_unplugged_scanner_is_taken_up_again_under_the_same_link(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")
        scanner.scan("BEFORE")
        heard.until_count(Scan, 1)

        for times in (1, 2, 3):
            scanner.unplug()
            heard.until_change("gun", "away", "unplugged", times)
            assert ports.health()[0].health == "away"
            scanner.plug()
            heard.until_change("gun", "ok", "", times + 1)
            scanner.scan(f"AFTER{times}")
            heard.until_count(Scan, 1 + times)
            ports.beep("gun", "accepted")

        assert [(scan.text, scan.number) for scan in heard.of(Scan)] == [
            ("BEFORE", 1),
            ("AFTER1", 1),
            ("AFTER2", 1),
            ("AFTER3", 1),
        ]
        assert scanner.wait_answer(10) == "accepted"
        assert (ports.health()[0].opened, ports.health()[0].events) == (4, 4)


def test_half_a_frame_of_before_the_unplug_is_no_part_of_the_next_scan(
    heard: Heard, start: Start, tmp_path: Path
) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")
        scanner.scan("WHOLE")
        scanner.send(b"HALF")
        heard.until_count(Scan, 1)
        scanner.unplug()
        heard.until_change("gun", "away", "unplugged")
        scanner.plug()
        heard.until_change("gun", "ok", "", 2)

        scanner.scan("NEXT")

        assert [scan.text for scan in heard.until_count(Scan, 2)] == ["WHOLE", "NEXT"]
        assert ports.health()[0].pending == 0


def test_a_scanner_pulled_while_it_is_told_to_beep_only_goes_away(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        for times in range(1, 6):
            for _ in range(10):
                ports.beep("gun", "wrong")
            scanner.unplug()
            for _ in range(10):
                ports.beep("gun", "wrong")
            heard.until_change("gun", "away", "unplugged", times)
            scanner.plug()
            heard.until_change("gun", "ok", "", times + 1)

        scanner.scan("STILL HERE")
        assert [scan.text for scan in heard.until_count(Scan, 1)] == ["STILL HERE"]


def test_a_second_program_is_refused_and_told_what_to_do(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        first = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        second = start(ScannerPort("rival", scanner.path))
        heard.until_change("rival", "away", "port in use")
        scanner.scan("MINE")

        heard.until_count(Scan, 1)
        assert [scan.device for scan in heard.of(Scan)] == ["gun"]
        assert str(second.health()[0].advice) == (
            f"{scanner.path} is held by another program: close it (fuser -v {scanner.path} names it)."
        )

        first.stop()
        heard.until_change("rival", "ok")


def test_a_device_that_comes_late_is_waited_for(heard: Heard, start: Start, tmp_path: Path) -> None:
    link = tmp_path / "by-id" / "scanner"
    ports = start(ScannerPort("gun", str(link)))
    heard.until_change("gun", "away", "unplugged")
    assert str(ports.health()[0].advice) == (
        f"{link} is not there: plug the device in; it is taken up again by itself."
    )

    with VirtualScanner(link) as scanner:
        heard.until_change("gun", "ok")
        scanner.scan("HELLO")
        assert heard.until_count(Scan, 1)[0].text == "HELLO"


def test_a_path_that_is_no_port_is_named_as_such(heard: Heard, start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    start(ScannerPort("file", str(tmp_path / "file")), ScannerPort("folder", str(tmp_path)))

    heard.until_change("file", "away", "not a serial port")
    heard.until_change("folder", "away", "not a serial port")


def test_two_devices_do_not_disturb_each_other(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "a") as left, VirtualScanner(tmp_path / "b") as right:
        start(ScannerPort("left", left.path), ScannerPort("right", right.path))
        heard.until(lambda _: heard.changes() == [("left", "ok", ""), ("right", "ok", "")])

        left.unplug()
        heard.until_change("left", "away", "unplugged")
        right.scan("RIGHT")
        heard.until_count(Scan, 1)
        left.plug()
        heard.until_change("left", "ok", "", 2)
        left.scan("LEFT")

        assert [(scan.device, scan.text) for scan in heard.until_count(Scan, 2)] == [
            ("right", "RIGHT"),
            ("left", "LEFT"),
        ]


def test_a_scanner_without_suffix_is_read_after_its_silence(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        start(ScannerPort("gun", scanner.path, framing=Framing(suffix="none", idle_ms=30)))
        heard.until_change("gun", "ok")

        scanner.scan("NO END", suffix=b"")
        heard.until_count(Scan, 1)
        scanner.scan("AGAIN", suffix=b"")

        assert [scan.text for scan in heard.until_count(Scan, 2)] == ["NO END", "AGAIN"]


def test_noise_on_the_line_is_counted_and_the_next_scan_is_clean(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        scanner.send(b"\x00\x1b\xff" + b"x" * 3000 + b"\r")
        scanner.scan("CLEAN")

        assert [scan.text for scan in heard.until_count(Scan, 1)] == ["CLEAN"]
        heard.until(lambda _: ports.health()[0].noise == 1)


def test_bytes_without_an_end_are_seen_in_the_health(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner") as scanner:
        ports = start(ScannerPort("gun", scanner.path, framing=Framing(suffix="lf")))
        heard.until_change("gun", "ok")

        scanner.send(b"FIRST\nSECOND")
        heard.until_count(Scan, 1)

        assert ports.health()[0].pending == len("SECOND")


def test_a_driver_that_fails_starts_afresh_and_the_others_go_on(
    heard: Heard, start: Start, tmp_path: Path, expected_log: Callable[[str], None]
) -> None:
    expected_log("ERROR devices.lines: left: the driver failed")

    def sink(event: Event) -> None:
        if isinstance(event, Scan) and event.text == "POISON":
            raise RuntimeError("not expected by anybody")
        heard.queue.put(event)

    with VirtualScanner(tmp_path / "a") as left, VirtualScanner(tmp_path / "b") as right:
        start(ScannerPort("left", left.path), ScannerPort("right", right.path), sink=sink)
        heard.until_change("right", "ok")

        left.scan("POISON")
        heard.until_change("left", "away", "driver failed")
        right.scan("RIGHT")
        heard.until_change("left", "ok", "", 2)
        left.scan("LEFT")

        heard.until_count(Scan, 2)
        assert {(scan.device, scan.text) for scan in heard.of(Scan)} == {("right", "RIGHT"), ("left", "LEFT")}


def test_a_load_is_weighed_live_and_told_once(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScale(tmp_path / "scale", settle_s=0.5) as scale:
        start(ScalePort("scale", scale.path))
        heard.until(lambda _: any(weight.stable and weight.grams == 0 for weight in heard.of(Weight)))

        scale.load(1284)
        heard.until_count(LoadSettled, 1)
        scale.load(0)
        heard.until(lambda _: heard.of(Weight)[-1].grams == 0 and heard.of(Weight)[-1].stable)
        scale.load(300)
        heard.until_count(LoadSettled, 2)

        weights = heard.of(Weight)
        assert [load.grams for load in heard.of(LoadSettled)] == [1284, 300]
        assert [weight.grams for weight in weights if weight.stable] == [0, 1284, 0, 300]
        assert any(not weight.stable for weight in weights)
        for load in heard.of(LoadSettled):
            shown = next(weight for weight in weights if weight.mono_ns == load.mono_ns)
            assert heard.events.index(shown) < heard.events.index(load)


@pytest.mark.parametrize("protocol", ["mt_sics", "nci"])
@pytest.mark.parametrize("unit", ["g", "kg", "lb", "oz"])
def test_every_unit_of_a_scale_ends_in_whole_grams(
    heard: Heard, start: Start, tmp_path: Path, unit: str, protocol: str
) -> None:
    with VirtualScale(tmp_path / "scale", settle_s=0, unit=unit, protocol=protocol) as scale:
        start(ScalePort("scale", scale.path, protocol=protocol))
        heard.until(lambda _: any(weight.grams == 0 for weight in heard.of(Weight)))

        scale.load(4321)

        assert heard.until_count(LoadSettled, 1)[0].grams == 4321


@pytest.mark.parametrize("protocol", ["mt_sics", "nci"])
def test_a_scale_out_of_range_or_switched_off_asks_for_attention(
    heard: Heard, start: Start, tmp_path: Path, protocol: str
) -> None:
    with VirtualScale(tmp_path / "scale", settle_s=0, protocol=protocol) as scale:
        start(ScalePort("scale", scale.path, protocol=protocol))
        heard.until_count(Weight, 1)

        scale.load(99_000)
        heard.until_change("scale", "attention", "over load")
        scale.load(-500)
        heard.until_change("scale", "attention", "under load")
        scale.load(0)
        heard.until_change("scale", "ok", "", 2)
        scale.mute(True)
        heard.until_change("scale", "attention", "not answering")
        scale.mute(False)
        heard.until_change("scale", "ok", "", 3)


def test_the_load_on_a_scale_that_was_plugged_out_is_not_told_again(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScale(tmp_path / "scale", settle_s=0) as scale:
        start(ScalePort("scale", scale.path))
        heard.until_count(Weight, 1)
        scale.load(700)
        heard.until_count(LoadSettled, 1)
        scale.unplug()
        heard.until_change("scale", "away", "unplugged")
        scale.plug()
        heard.until_change("scale", "ok", "", 2)
        heard.until(lambda _: [weight.grams for weight in heard.of(Weight)].count(700) == 2)

        scale.load(900)

        assert [load.grams for load in heard.until_count(LoadSettled, 2)] == [700, 900]


def test_a_serial_server_on_the_network_is_a_port_like_any_other(heard: Heard, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ports = start(ScannerPort("far", f"socket://127.0.0.1:{server.getsockname()[1]}"))
        device, _ = server.accept()
        with device:
            heard.until_change("far", "ok")
            device.sendall(b"OVER THE AIR\r")
            heard.until_count(Scan, 1)
            ports.beep("far", "accepted")
            assert device.recv(1) == b"\x06"
        heard.until_change("far", "away", "unplugged")
        device, _ = server.accept()
        with device:
            heard.until_change("far", "ok", "", 2)
    assert [scan.text for scan in heard.of(Scan)] == ["OVER THE AIR"]


def test_a_serial_server_that_is_not_there_is_not_reachable(heard: Heard, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    start(ScannerPort("far", f"socket://127.0.0.1:{free}"))
    heard.until_change("far", "away", "not reachable")


def test_usb_numbers_that_nothing_has_are_an_unplugged_device(heard: Heard, start: Start) -> None:
    start(
        ScannerPort("usb", "usb://ffff:fffe:NOBODY"),
        ScannerPort("grep", "hwgrep://no such device anywhere"),
        ScannerPort("bad", "hwgrep://("),
    )
    heard.until_change("usb", "away", "unplugged")
    heard.until_change("grep", "away", "unplugged")
    heard.until_change("bad", "away", "not a serial port")


def test_stopping_gives_every_descriptor_back(tmp_path: Path, heard: Heard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with VirtualScanner(tmp_path / "scanner") as scanner:
        before = open_descriptors()
        configs = [
            ScannerPort("gun", scanner.path),
            ScannerPort("rival", scanner.path),
            ScannerPort("folder", str(tmp_path)),
            ScannerPort("far", f"socket://127.0.0.1:{free}"),
        ]
        ports = Ports(configs, heard.queue.put, SystemClock(), Backoff(0.001, 0.001))
        ports.start()
        heard.until_change("gun", "ok")
        heard.until_change("rival", "away", "port in use")
        heard.until_change("folder", "away", "not a serial port")
        heard.until_change("far", "away", "not reachable")
        ports.stop()
        ports.stop()
        ports.beep("gun", "accepted")
        assert open_descriptors() == before


def test_the_wait_between_two_tries_doubles_up_to_a_limit() -> None:
    waits = [Backoff().wait_ns(failures) / 1e9 for failures in (0, 1, 2, 3, 4, 5, 6, 10_000)]
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]


def test_ports_that_were_never_started_can_be_stopped(heard: Heard) -> None:
    ports = Ports([ScannerPort("gun", "/dev/null")], heard.queue.put, SystemClock())
    ports.stop()
    assert [(port.device, port.health, port.opened) for port in ports.health()] == [("gun", "away", 0)]


def test_a_protocol_or_a_name_that_cannot_be_is_refused_at_once(heard: Heard) -> None:
    with pytest.raises(ValueError, match="no protocol 'morse': expected one of serial_text"):
        Ports([ScannerPort("gun", "/dev/null", protocol="morse")], heard.queue.put, SystemClock())
    with pytest.raises(ValueError, match="no protocol 'stones': expected one of mt_sics"):
        Ports([ScalePort("scale", "/dev/null", protocol="stones")], heard.queue.put, SystemClock())
    with pytest.raises(ValueError, match="two ports have one name: x, x"):
        Ports([ScalePort("x", "/dev/null"), ScannerPort("x", "/dev/null")], heard.queue.put, SystemClock())


def test_the_first_thing_told_about_a_device_is_how_it_is(heard: Heard, start: Start, tmp_path: Path) -> None:
    with VirtualScale(tmp_path / "scale") as scale:
        start(ScalePort("scale", scale.path))
        heard.until_count(Weight, 1)
    first = heard.events[0]
    assert isinstance(first, DeviceChanged)
    assert (first.device, first.kind, first.health, first.detail) == ("scale", "scale", "ok", "")
