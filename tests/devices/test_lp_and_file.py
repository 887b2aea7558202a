"""Paper by the print system and into a folder."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Unavailable
from devices.config import ConfigError, PrinterTarget
from devices.printers.base import PDF, ZPL, PrinterStatus, PrintResult
from devices.printers.lp import LpPrinter
from devices.printing import open_printer

LISTENER = """#!{python}
import json, pathlib, sys, time
data = sys.stdin.buffer.read()
pathlib.Path({record!r}).write_text(json.dumps([sys.argv[1:], data.decode("latin-1")]))
time.sleep({slow})
sys.stdout.write({out!r})
sys.stderr.write({err!r})
sys.exit({status})
"""

Heard = Callable[[], tuple[list[str], bytes]]
Place = Callable[..., Heard]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Puts a command of our own on the PATH; what it returns tells its last arguments and standard input."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def place(
        name: str, out: str = "", err: str = "", status: int = 0, slow: int = 0
    ) -> Callable[[], tuple[list[str], bytes]]:
        record = tmp_path / f"{name}.json"
        script = LISTENER.format(python=sys.executable, record=str(record), out=out, err=err, status=status, slow=slow)
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

        def heard() -> tuple[list[str], bytes]:
            arguments, data = json.loads(record.read_text())
            return arguments, data.encode("latin-1")

        return heard

    return place


def test_a_pdf_goes_to_the_queue_as_a_document(command: Place) -> None:
    heard = command("lp", out="request id is laser-7 (1 file(s))\n")
    result = open_printer(PrinterTarget("paper", "lp://laser", "paper")).print(b"%PDF-1.4 \x00\xff", PDF, "Slip 10482")
    assert result == PrintResult("sent")
    assert heard() == (["-d", "laser", "-t", "Slip 10482", "-"], b"%PDF-1.4 \x00\xff")


def test_a_label_goes_to_the_queue_byte_for_byte(command: Place) -> None:
    heard = command("lp")
    open_printer(PrinterTarget("label", "lp://zebra_1")).print(b"^XA^XZ", ZPL, "label")
    assert heard() == (["-d", "zebra_1", "-t", "label", "-o", "raw", "-"], b"^XA^XZ")


def test_a_hostile_job_name_is_only_a_title(command: Place) -> None:
    heard = command("lp")
    printer = open_printer(PrinterTarget("paper", "lp://laser"))
    printer.print(b"", PDF, "$(touch x); `id` -o raw \n\x00 \u202e" + "y" * 100)
    arguments, _ = heard()
    assert arguments == ["-d", "laser", "-t", "__touch x__ _id_ -o raw __ _yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "-"]
    printer.print(b"", PDF, " ")
    assert heard()[0][3] == "packbay"


def test_a_queue_that_refuses_says_why(command: Place) -> None:
    command("lp", err="lp: The printer or class does not exist.\nmore\n", status=1)
    result = open_printer(PrinterTarget("paper", "lp://laser")).print(b"x", PDF, "slip")
    assert result == PrintResult("failed", "lp: The printer or class does not exist.")


def test_a_print_system_that_hangs_may_have_taken_the_job(command: Place) -> None:
    command("lp", slow=600)
    assert LpPrinter("paper", "laser", 0.5).print(b"x", PDF, "slip") == PrintResult("sent", "queue did not answer")


@pytest.mark.parametrize(
    ("said", "paused"),
    [
        ("printer laser is idle.  enabled since Mon\n", False),
        ("printer laser now printing laser-7.  enabled since Mon\n", False),
        ("printer laser disabled since Mon -\n\tpaper jam\n", True),
    ],
)
def test_the_state_of_a_queue(command: Place, said: str, paused: bool) -> None:
    heard = command("lpstat", out=said)
    assert open_printer(PrinterTarget("paper", "lp://laser")).status() == PrinterStatus(paused=paused)
    assert heard()[0] == ["-p", "laser"]


def test_no_print_system_or_no_such_queue_is_unavailable(command: Place) -> None:
    printer = open_printer(PrinterTarget("paper", "lp://laser"))
    with pytest.raises(Unavailable) as failure:
        printer.print(b"x", PDF, "slip")
    assert str(failure.value) == ("paper: Printer paper, queue laser: the command lp is missing (package cups-client).")
    command("lpstat", err='lpstat: Invalid destination name in list "laser".\n', status=1)
    with pytest.raises(Unavailable, match="Invalid destination name"):
        printer.status()


@pytest.mark.parametrize("queue", ["-o", "a b", "a/b", "a;b", "", "x" * 200])
def test_a_queue_that_is_no_name_is_refused(queue: str) -> None:
    with pytest.raises(ConfigError, match="expected lp://QUEUE"):
        open_printer(PrinterTarget("paper", f"lp://{queue}"))


def test_a_folder_keeps_every_job_under_a_name_of_ours(tmp_path: Path) -> None:
    printer = open_printer(PrinterTarget("paper", f"file://{tmp_path}/out/slips", "paper"))
    jobs = ((b"one", PDF, "Slip 10482"), (b"two", ZPL, "../../etc/passwd"), (b"", "text/plain", "\x00/…"))
    results = [printer.print(*job) for job in jobs]
    assert results == [PrintResult("printed", "", PrinterStatus())] * 3
    assert {path.name: path.read_bytes() for path in (tmp_path / "out" / "slips").iterdir()} == {
        "000001-Slip-10482.pdf": b"one",
        "000002-etc-passwd.zpl": b"two",
        "000003-job.bin": b"",
    }
    assert printer.status() == PrinterStatus()


def test_two_printers_with_one_folder_lose_no_job(tmp_path: Path) -> None:
    def print_twenty(mark: str) -> None:
        printer = open_printer(PrinterTarget(mark, f"file://{tmp_path}"))
        for number in range(20):
            printer.print(f"{mark}{number}".encode(), PDF, "slip")

    threads = [threading.Thread(target=print_twenty, args=(mark,)) for mark in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = sorted(path.read_bytes() for path in tmp_path.iterdir())
    assert jobs == sorted(f"{mark}{number}".encode() for mark in "abc" for number in range(20))


def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    printer = open_printer(PrinterTarget("paper", f"file://{tmp_path}/file/folder"))
    with pytest.raises(Unavailable, match="Not a directory"):
        printer.print(b"x", PDF, "slip")
    with pytest.raises(Unavailable, match="Not a directory"):
        printer.status()


def test_a_folder_must_be_absolute() -> None:
    with pytest.raises(ConfigError, match="expected file:///FOLDER with an absolute folder"):
        open_printer(PrinterTarget("paper", "file://folder"))
