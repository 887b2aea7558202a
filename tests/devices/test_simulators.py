"""The simulated devices: strangers to the drivers, and honest about what they did."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import devices.simulated
from app.events import Scan
from devices.config import ScannerPort
from devices.ports import Ports
from devices.simulated import VirtualScale, VirtualScanner, VirtualZplPrinter
from tests.devices.hearing import Heard

FOLDER = Path(next(iter(devices.simulated.__path__)))
PATIENCE_S = 20.0


def imported(source: Path) -> set[str]:
    """Every module that a file imports, with what it takes out of it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("source", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_simulator_shares_no_code_with_any_driver(source: Path) -> None:
    allowed = sys.stdlib_module_names | {"devices.simulated"}
    strangers = [
        name
        for name in imported(source)
        if name.partition(".")[0] not in allowed and not f"{name}.".startswith("devices.simulated.")
    ]
    assert strangers == []


def test_no_driver_knows_a_simulator() -> None:
    drivers = [path for path in FOLDER.parent.rglob("*.py") if FOLDER not in path.parents]
    assert len(drivers) > 10
    assert [path.name for path in drivers if any("simulated" in name for name in imported(path))] == []


def test_a_scan_and_its_answer_are_in_the_log_with_their_times(
    heard: Heard, start: Callable[..., Ports], tmp_path: Path
) -> None:
    log = tmp_path / "scans.jsonl"
    with VirtualScanner(tmp_path / "scanner", log=log) as scanner:
        ports = start(ScannerPort("gun", scanner.path))
        heard.until_change("gun", "ok")

        assert scanner.scan("A") == 1
        arrived = heard.until_count(Scan, 1)[0].mono_ns
        ports.beep("gun", "accepted")
        assert scanner.wait_answer(PATIENCE_S) == "accepted"
        assert scanner.scan("B") == 2
        ports.beep("gun", "wrong")
        assert scanner.wait_answer(PATIENCE_S) == "wrong"
        assert scanner.scan("C") == 3
        assert scanner.wait_answer(0) is None

    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [{key: value for key, value in record.items() if key != "mono_ns"} for record in records] == [
        {"n": 1, "text": "A"},
        {"n": 1, "answer": "accepted"},
        {"n": 2, "text": "B"},
        {"n": 2, "answer": "wrong"},
        {"n": 3, "text": "C"},
    ]
    times = [record["mono_ns"] for record in records]
    assert times == sorted(times)
    assert arrived < times[1]


def test_bytes_of_no_meaning_are_an_unknown_beep(tmp_path: Path) -> None:
    with VirtualScanner(tmp_path / "scanner", style="honeywell") as scanner:
        station = os.open(scanner.path, os.O_RDWR | os.O_NOCTTY)
        os.write(station, b"\x1b6,")
        os.write(station, b"?\x1b7,")
        tones = [beep.tone for beep in scanner.wait_beeps(5, PATIENCE_S)]
        os.close(station)
    assert tones == ["unknown", "unknown", "unknown", "unknown", "accepted"]


def test_an_unplugged_device_leaves_no_link_and_takes_no_scan(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    with VirtualScanner(link) as scanner, VirtualScale(tmp_path / "scale"):
        first = link.readlink()
        scanner.unplug()
        scanner.unplug()
        assert not link.is_symlink()
        with pytest.raises(OSError, match="unplugged"):
            scanner.scan("X")
        scanner.plug()
        scanner.plug()
        assert link.is_symlink()
        assert first != Path()
    assert list(tmp_path.iterdir()) == []


def ask(port: int, question: bytes) -> bytes:
    """What a printer says to a question within a moment."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(question)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while data := client.recv(4096):
            answer += data
        return answer


STATUS = b"\x02030,0,0,1218,00%d,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"


def test_the_printer_answers_as_its_manual_says_and_is_silent_without_paper() -> None:
    with VirtualZplPrinter() as printer:
        assert ask(printer.port, b"~HS\r\n") == STATUS % 0
        assert ask(printer.port, b"~H") == b""
        printer.paper_out(True)
        assert ask(printer.port, b"~HS\r\n^XA^FDone^FS^XZ^XA^FDtwo^FS^XZ") == b""
        assert (printer.printed(), printer.formats_waiting) == ((), 2)
        printer.paper_out(False)
        assert [label.data for label in printer.wait_printed(2, PATIENCE_S)] == [b"^XA^FDone^FS^XZ", b"^XA^FDtwo^FS^XZ"]
        assert [label.n for label in printer.printed(since=1)] == [2]


Json = dict[str, object]


class BenchProcess:
    """A bench in a process of its own, and every event it told so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Json] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devices.simulated", "--dir", str(folder), "--settle-s", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=FOLDER.parents[1],
        )

    def read(self) -> Json:
        assert self.process.stdout is not None
        line: Json = json.loads(self.process.stdout.readline())
        return line

    def tell(self, act: Json) -> Json:
        """The answer to an act; events that come before it are kept."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(act) + "\n")
        self.process.stdin.flush()
        while "event" in (line := self.read()):
            self.events.append(line)
        return line

    def event(self, kind: str) -> Json:
        """The first event of a kind, waited for."""
        while not any(event["event"] == kind for event in self.events):
            self.events.append(self.read())
        return next(event for event in self.events if event["event"] == kind)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BenchProcess]:
    """A bench that ends with its input, leaving no links."""
    bench = BenchProcess(tmp_path / "bench")
    with bench.process:
        yield bench
        assert bench.process.stdin is not None
        bench.process.stdin.close()
        assert bench.process.wait(PATIENCE_S) == 0
    assert [path.name for path in bench.folder.iterdir() if path.is_symlink()] == []


def test_a_whole_bench_is_driven_from_another_process(
    bench: BenchProcess, heard: Heard, start: Callable[..., Ports]
) -> None:
    ready = bench.event("ready")
    ports = start(ScannerPort("gun", str(ready["scanner"])))
    heard.until_change("gun", "ok")

    assert bench.tell({"scan": "4006381333931", "aim": "]E0", "id": "x"}) == {"id": "x", "ok": True, "n": 1}
    scan = heard.until_count(Scan, 1)[0]
    ports.beep("gun", "accepted")
    beep = bench.event("beep")
    assert (scan.text, scan.symbology, beep["tone"], beep["n"]) == ("4006381333931", "]E0", "accepted", 1)

    assert bench.tell({"scan": "TWICE", "double_ms": 5}) == {"ok": True, "n": 3}
    assert [scan.text for scan in heard.until_count(Scan, 3)] == ["4006381333931", "TWICE", "TWICE"]

    assert bench.tell({"unplug": "scanner"}) == {"ok": True}
    heard.until_change("gun", "away", "unplugged")
    assert bench.tell({"scan": "LOST"}) == {"ok": False, "error": "OSError: the cable is unplugged"}
    assert bench.tell({"plug": "scanner"}) == {"ok": True}
    heard.until_change("gun", "ok", "", 2)

    host, port = str(ready["printer"]).removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE_S) as client:
        client.sendall(b"^XA^FDlabel^FS^XZ")
    printed = bench.event("printed")
    assert Path(str(printed["file"])).read_bytes() == b"^XA^FDlabel^FS^XZ"
    assert bench.tell({"printed": 0})["printed"] == [{key: printed[key] for key in ("n", "file", "bytes", "mono_ns")}]
    assert bench.tell({"status": True}) == {"ok": True, "sent": 3, "beeps": 1, "printed": 1, "waiting": 0}


@pytest.mark.parametrize("act", [{}, {"scan": "X", "load": 1}, {"load": "heavy"}, {"noise": "xy"}, {"plug": "toaster"}])
def test_an_act_that_is_none_is_answered_and_the_bench_goes_on(bench: BenchProcess, act: Json) -> None:
    answer = bench.tell(act)
    assert answer["ok"] is False
    assert bench.tell({"load": 250}) == {"ok": True}
