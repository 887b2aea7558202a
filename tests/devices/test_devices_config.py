"""`station.toml`: every key once, and every mistake with the place, the value and what was expected."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from devices.beeps import STYLES, BeepStyle
from devices.config import (
    ConfigError,
    Devices,
    LineSettings,
    PrinterTarget,
    ScalePort,
    ScannerPort,
    from_toml,
)
from devices.scales.settle import SettleRule
from devices.scanners.base import Framing
from devices.wedge import WedgePort

DOCS = Path(__file__).parents[2] / "docs" / "devices.md"

FULL = r"""
[station]
name = "PACK 02"

[[scanner]]
name = "gun"
url = "/dev/serial/by-id/usb-Datalogic-if00"
baud = 115200
data_bits = 7
parity = "even"
stop_bits = 2
suffix = "crlf"
prefix = "\u0001"
stx_etx = true
aim = "required"
gs = ["|", "<GS>"]
code_page = "ISO-8859-1"
idle_ms = 50
beep = "datalogic"
protocol = "serial_text"

[[scanner]]
name = "spare"
url = "usb://0c2e:0b6a:A1"
beep = { accepted = "06", wrong = "1b 38 2c" }

[[wedge]]
name = "typing"
suffix = "tab"
gap_ms = 100
shortest = 6
prefix = "~"
aim = "off"
gs = ["|"]

[[scale]]
name = "scale"
url = "socket://10.0.0.7:4001"
baud = 4800
protocol = "mt_sics"
threshold_g = 20
zero_g = 8

[[printer]]
name = "label"
url = "tcp://10.0.0.9:9100"

[[printer]]
name = "paper"
url = "lp://laser"
media = "paper"
"""


def devices_of(text: str) -> Devices:
    return from_toml(tomllib.loads(text))


def test_every_key_is_read() -> None:
    assert devices_of(FULL) == Devices(
        scanners=(
            ScannerPort(
                "gun",
                "/dev/serial/by-id/usb-Datalogic-if00",
                LineSettings(115200, 7, "even", 2),
                Framing("crlf", b"\x01", True, "required", (b"|", b"<GS>"), "latin-1", 50),
                STYLES["datalogic"],
            ),
            ScannerPort("spare", "usb://0c2e:0b6a:A1", beep=BeepStyle(accepted=b"\x06", wrong=b"\x1b8,")),
        ),
        scales=(ScalePort("scale", "socket://10.0.0.7:4001", LineSettings(4800), "mt_sics", SettleRule(20, 8)),),
        printers=(
            PrinterTarget("label", "tcp://10.0.0.9:9100"),
            PrinterTarget("paper", "lp://laser", "paper"),
        ),
        wedges=(WedgePort("typing", "tab", 100, 6, Framing(prefix=b"~", aim="off", gs=(b"|",))),),
    )


def test_a_station_without_devices_is_a_station() -> None:
    assert devices_of("[station]\nname = 'X'") == Devices()
    assert Devices().ports == ()


SCANNER = '[[scanner]]\nname = "gun"\nurl = "/dev/ttyACM0"\n'
SCALE = '[[scale]]\nname = "scale"\nurl = "/dev/ttyUSB0"\n'
WEDGE = '[[wedge]]\nname = "typing"\n'
PRINTER = '[[printer]]\nname = "label"\nurl = "tcp://h:1"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (SCANNER + "baud = '9600'", "[[scanner]] 1 baud = '9600': expected bits a second, such as 9600 or 115200"),
        (SCANNER + "baud = true", "[[scanner]] 1 baud = True: expected bits a second, such as 9600 or 115200"),
        (SCANNER + "suffix = 'tab'", "[[scanner]] 1 suffix = 'tab': expected one of any, cr, lf, crlf, none"),
        (SCANNER + "suffix = 'none'", "[[scanner]] 1 suffix = 'none': expected a suffix, or stx_etx = true"),
        (SCANNER + "stx_etx = 1", "[[scanner]] 1 stx_etx = 1: expected true or false"),
        (SCANNER + "gs = '|'", "[[scanner]] 1 gs = '|': expected a list of strings that stand for GS"),
        (SCANNER + "gs = ['']", "[[scanner]] 1 gs = ['']: expected a list of strings that stand for GS"),
        (SCANNER + "prefix = '€'", "[[scanner]] 1 prefix = '€': expected a string, control characters as"),
        (SCANNER + "code_page = 'utf-16'", "[[scanner]] 1 code_page = 'utf-16': expected one of ascii, utf-8"),
        (SCANNER + "code_page = 'klingon'", "[[scanner]] 1 code_page = 'klingon': expected one of ascii, utf-8"),
        (SCANNER + "idle_ms = -1", "[[scanner]] 1 idle_ms = -1: expected milliseconds from 0 (off) to 2000"),
        (SCANNER + "beep = 'loud'", "[[scanner]] 1 beep = 'loud': expected one of none, generic, datalogic, honeywell"),
        (SCANNER + "beep = {good = '06'}", "[[scanner]] 1 beep = {'good': '06'}: expected one of none, generic"),
        (SCANNER + "beep = {wrong = 'xy'}", "[[scanner]] 1 beep = {'wrong': 'xy'}: expected one of none, generic"),
        (SCANNER + "sufix = 'cr'", "[[scanner]] 1 sufix = 'cr': expected one of the keys aim, baud, beep, code_page"),
        (SCANNER + SCANNER.replace("gun", "g n"), "[[scanner]] 2 name = 'g n': expected a short name of letters"),
        (SCANNER + SCANNER, "[[scanner]] 2 name = 'gun': expected a name no other device has"),
        (SCANNER + SCALE.replace("scale\"", "gun\""), "[[scale]] 1 name = 'gun': expected a name no other device has"),
        ("[[scanner]]\nname = 'gun'", "[[scanner]] 1 url = None: expected /dev/…, usb://VID:PID[:SERIAL]"),
        ("[[scanner]]\nurl = '/dev/x'", "[[scanner]] 1 name = None: expected a short name"),
        ("[scanner]\nname = 'gun'", "[scanner] scanner = {'name': 'gun'}: expected tables written with two brackets"),
        ("scanner = 3", "[scanner] scanner = 3: expected tables written with two brackets: [[scanner]]"),
        (SCALE + "threshold_g = 4", "[[scale]] 1 zero_g = 5: expected less than threshold_g (4)"),
        (SCALE + "threshold_g = 0\nzero_g = -1", "[[scale]] 1 threshold_g = 0: expected whole grams from 1"),
        (SCALE + "beep = 'none'", "[[scale]] 1 beep = 'none': expected one of the keys baud, data_bits, name"),
        (WEDGE + "suffix = 'cr'", "[[wedge]] 1 suffix = 'cr': expected one of enter, tab, none"),
        (WEDGE + "gap_ms = 0", "[[wedge]] 1 gap_ms = 0: expected milliseconds from 5 to 500"),
        (WEDGE + WEDGE.replace("typing", "other"), "[[wedge]] 2 name = 'other': expected one wedge only"),
        (WEDGE.replace("typing", "gun") + SCANNER, "[[wedge]] 1 name = 'gun': expected a name no other device has"),
        (PRINTER + "media = 'stone'", "[[printer]] 1 media = 'stone': expected one of label, paper"),
        (PRINTER.replace("tcp", "ftp"), "[[printer]] 1 url = 'ftp://h:1': expected tcp://ADDRESS:9100, lp://QUEUE or"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as failure:
        devices_of(text)
    assert str(failure.value).startswith(f"station.toml: {complaint}")


@pytest.mark.parametrize(
    "url",
    [
        "COM3",
        "usb://12:34",
        "socket://host.name:4001",
        "socket://10.0.0.7:0",
        "socket://10.0.0.7",
        "rfc2217://10.0.0.7:1",
        "loop://",
        "/dev/tty\x00",
        "",
    ],
)
def test_a_port_that_cannot_be_opened_without_blocking_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"expected /dev/…, usb://VID:PID"):
        from_toml({"scanner": [{"name": "gun", "url": url}]})


def test_every_example_of_the_documentation_is_valid_and_shows_every_key() -> None:
    text = DOCS.read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    read = [devices_of(example) for example in examples]
    assert sum(len(each.scanners) for each in read) >= 2
    assert sum(len(each.scales) for each in read) >= 1
    assert sum(len(each.printers) for each in read) >= 3
    keys = set(re.findall(r"^(\w+) *=", FULL, re.MULTILINE))
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
