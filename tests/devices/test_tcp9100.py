"""Label printing over TCP, against the simulated printer and against what no printer should do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Unavailable
from devices.config import ConfigError, PrinterTarget
from devices.printers.base import ZPL, PrinterStatus, PrintResult
from devices.printers.tcp9100 import Limits, TcpPrinter, make
from devices.printers.zpl import LANGUAGE
from devices.printing import open_printer
from devices.simulated import VirtualZplPrinter

PATIENCE_S = 20.0
LABEL = b"^XA^CI28^FO50,50^FDHello^FS^XZ"
LONG_LABEL = b"^XA^FO0,0^GFA,90000,90000,100," + b"FF" * 90_000 + b"^FS^XZ"
WELL = PrinterStatus(label_length_dots=1218)
QUICK = Limits(connect_s=5, answer_s=0.25, send_s=5, print_s=0.3)
PATIENT = Limits(connect_s=5, answer_s=5, send_s=5, print_s=PATIENCE_S)


def printer_at(port: int, limits: Limits = PATIENT) -> TcpPrinter:
    return TcpPrinter("label", "127.0.0.1", port, LANGUAGE, limits)


def one_client(serve: Callable[[socket.socket], None]) -> tuple[int, threading.Thread]:
    """A printer of our own making that serves one client; join the thread afterwards."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with server:
            client, _ = server.accept()
        with client:
            serve(client)

    thread = threading.Thread(target=run)
    thread.start()
    return int(server.getsockname()[1]), thread


def test_a_label_is_printed_byte_for_byte(tmp_path: Path) -> None:
    with VirtualZplPrinter(folder=tmp_path) as device:
        printer = open_printer(PrinterTarget("label", device.url))

        result = printer.print(LABEL, ZPL, "10482-1")

        assert result == PrintResult("printed", "", WELL)
        assert [label.data for label in device.wait_printed(1, PATIENCE_S)] == [LABEL]
        assert (tmp_path / "0001.zpl").read_bytes() == LABEL
        assert printer.status() == WELL


def test_jobs_one_after_the_other_keep_their_order_and_a_long_one_is_whole() -> None:
    with VirtualZplPrinter() as device:
        printer = printer_at(device.port)
        jobs = [b"^XA^FDone^FS^XZ", LONG_LABEL, b"^XA^FDtwo^FS^XZ^XA^FDthree^FS^XZ"]
        assert [printer.print(job, ZPL, "job").state for job in jobs] == ["printed"] * 3
        assert [label.data for label in device.wait_printed(4, PATIENCE_S)] == [
            b"^XA^FDone^FS^XZ",
            LONG_LABEL,
            b"^XA^FDtwo^FS^XZ",
            b"^XA^FDthree^FS^XZ",
        ]


@pytest.mark.parametrize("trouble", [VirtualZplPrinter.paper_out, VirtualZplPrinter.head_open])
def test_silence_before_the_job_means_a_person_is_needed_and_nothing_was_sent(
    trouble: Callable[[VirtualZplPrinter, bool], None],
) -> None:
    with VirtualZplPrinter() as device:
        printer = printer_at(device.port, QUICK)
        trouble(device, True)
        assert printer.print(LABEL, ZPL, "job") == PrintResult("failed", "no paper or head open")
        assert printer.status().problem == "no paper or head open"
        assert device.formats_waiting == 0

        trouble(device, False)
        assert printer_at(device.port).print(LABEL, ZPL, "job").state == "printed"
        assert len(device.printed()) == 1


def test_a_paused_printer_is_named_and_gets_nothing() -> None:
    with VirtualZplPrinter() as device:
        device.pause(True)
        result = printer_at(device.port).print(LABEL, ZPL, "job")
        assert result == PrintResult("failed", "paused", PrinterStatus(paused=True, label_length_dots=1218))
        assert device.formats_waiting == 0


def test_paper_that_ends_in_the_middle_leaves_the_rest_in_the_printer_until_there_is_paper() -> None:
    with VirtualZplPrinter() as device:
        device.roll(1)

        result = printer_at(device.port, QUICK).print(LABEL + b"^XA^FDsecond^FS^XZ", ZPL, "job")

        assert result == PrintResult("sent", "no paper or head open")
        assert len(device.wait_printed(1, PATIENCE_S)) == 1
        device.paper_out(False)
        assert [label.data for label in device.wait_printed(2, PATIENCE_S)] == [LABEL, b"^XA^FDsecond^FS^XZ"]


def test_a_slow_label_is_waited_for() -> None:
    with VirtualZplPrinter(seconds_per_label=0.3) as device:
        assert printer_at(device.port).print(LABEL, ZPL, "job") == PrintResult("printed", "", WELL)
        assert len(device.printed()) == 1


def test_a_label_that_takes_too_long_is_sent_and_not_yet_printed() -> None:
    with VirtualZplPrinter(seconds_per_label=60) as device:
        result = printer_at(device.port, QUICK).print(LABEL, ZPL, "job")
        assert (result.state, result.problem) == ("sent", "")
        assert result.status is not None
        assert result.status.formats_waiting == 1


def test_a_printer_that_is_switched_off_is_away() -> None:
    with VirtualZplPrinter() as device:
        device.switch_off()
        with pytest.raises(Unavailable) as failure:
            printer_at(device.port).print(LABEL, ZPL, "job")
        assert str(failure.value) == f"label: Printer label at 127.0.0.1:{device.port}: Connection refused."
        assert str(failure.value.outage.still_works) == "Jobs wait and print when it is back."
        with pytest.raises(Unavailable):
            printer_at(device.port).status()

        device.switch_on()
        assert printer_at(device.port).print(LABEL, ZPL, "job").state == "printed"


def test_a_printer_that_dies_in_the_middle_of_a_job_has_printed_nothing() -> None:
    job = b"^XA" + b"x" * 20_000_000 + b"^XZ"
    with VirtualZplPrinter() as device:
        device.cut_after(50_000)
        assert printer_at(device.port).print(job, ZPL, "job") == PrintResult("failed", "connection lost", WELL)
        assert device.printed() == ()
        assert printer_at(device.port).print(LABEL, ZPL, "job").state == "printed"


def test_a_printer_that_dies_after_a_job_leaves_it_open_whether_it_came_out() -> None:
    def takes_the_job_and_dies(client: socket.socket) -> None:
        client.recv(64)
        client.sendall(b"\x02030,0,0,1218,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n")
        client.sendall(b"\x021234,0\x03\r\n")
        taken = b""
        while b"^XZ" not in taken:
            taken += client.recv(4096)

    port, thread = one_client(takes_the_job_and_dies)
    result = printer_at(port).print(LABEL, ZPL, "job")
    thread.join()
    assert (result.state, result.problem) == ("sent", "connection lost")


def test_a_printer_that_hangs_up_at_once_is_away() -> None:
    port, thread = one_client(lambda client: None)
    with pytest.raises(Unavailable, match="closed the connection before the job"):
        printer_at(port).print(LABEL, ZPL, "job")
    thread.join()


def test_something_that_talks_nonsense_gets_no_job() -> None:
    got = bytearray()

    def chatters(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n\x02\x03\x02" + b"x" * 500)
        while data := client.recv(4096):
            got.extend(data)

    port, thread = one_client(chatters)
    assert printer_at(port, QUICK).print(LABEL, ZPL, "job") == PrintResult("failed", "no paper or head open")
    thread.join()
    assert LABEL not in got


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("10.0.0.9:9100", "10.0.0.9", 9100),
        ("10.0.0.9", "10.0.0.9", 9100),
        ("printer.local:6101/", "printer.local", 6101),
        ("[::1]:9100", "::1", 9100),
        ("[::1]", "::1", 9100),
    ],
)
def test_the_address_of_a_url(url: str, host: str, port: int) -> None:
    assert make("label", url, LANGUAGE).address == (host, port)


@pytest.mark.parametrize("url", ["tcp://:9100", "tcp://10.0.0.9:x", "tcp://10.0.0.9:0", "tcp://10.0.0.9:70000"])
def test_a_url_that_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"expected tcp://ADDRESS or tcp://ADDRESS:PORT"):
        open_printer(PrinterTarget("label", url))


def test_a_url_of_no_transport_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected one of file, lp, tcp://"):
        open_printer(PrinterTarget("label", "pigeon://coop"))
