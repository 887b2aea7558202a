"""Which devices this station has: frozen records, read from `station.toml` with errors that say what was expected.

`docs/devices.md` shows every key with an example.
"""

from __future__ import annotations

import codecs
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar, cast, get_args

from devices.beeps import STYLES, BeepStyle
from devices.scales.settle import SettleRule
from devices.scanners.base import AimRule, Framing, Suffix
from devices.wedge import WedgePort, WedgeSuffix

Value = TypeVar("Value")
Parity = Literal["none", "even", "odd"]
Media = Literal["label", "paper"]


class ConfigError(ValueError):
    """A wrong entry: which table, which key, what it is, and what was expected."""

    def __init__(self, table: str, key: str, value: object, expected: str) -> None:
        super().__init__(f"station.toml: {table} {key} = {value!r}: expected {expected}")
        self.table, self.key, self.value, self.expected = table, key, value, expected


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Speed and character of a serial line; a USB-COM scanner or a network serial server ignores them."""

    baud: int = 9600
    data_bits: int = 8
    parity: Parity = "none"
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class ScannerPort:
    """A serial scanner. `url`: see `devices.wires.open_wire`. `protocol`: a module of `devices.scanners`."""

    name: str
    url: str
    line: LineSettings = field(default_factory=LineSettings)
    framing: Framing = field(default_factory=Framing)
    beep: BeepStyle = STYLES["generic"]
    protocol: str = "serial_text"


@dataclass(frozen=True, slots=True)
class ScalePort:
    """A serial scale. `protocol`: a module of `devices.scales`; `settle`: when a weight counts."""

    name: str
    url: str
    line: LineSettings = field(default_factory=LineSettings)
    protocol: str = "mt_sics"
    settle: SettleRule = field(default_factory=SettleRule)


@dataclass(frozen=True, slots=True)
class PrinterTarget:
    """A printer. `url`: `tcp://ADDRESS:9100`, `lp://QUEUE` or `file:///FOLDER`; `media` is what lies in it."""

    name: str
    url: str
    media: Media = "label"


@dataclass(frozen=True, slots=True)
class Devices:
    """Everything with a plug at this station; names are unique over all kinds."""

    scanners: tuple[ScannerPort, ...] = ()
    scales: tuple[ScalePort, ...] = ()
    printers: tuple[PrinterTarget, ...] = ()
    wedges: tuple[WedgePort, ...] = ()

    @property
    def ports(self) -> tuple[ScannerPort | ScalePort, ...]:
        """What `devices.ports.Ports` looks after."""
        return (*self.scanners, *self.scales)


def from_toml(document: Mapping[str, object]) -> Devices:
    """The devices in a parsed `station.toml` (`[[scanner]]`, `[[wedge]]`, `[[scale]]`, `[[printer]]`).

    Raises ConfigError for the first wrong entry.
    """
    devices = Devices(
        tuple(map(_scanner, _tables(document, "scanner"))),
        tuple(map(_scale, _tables(document, "scale"))),
        tuple(map(_printer, _tables(document, "printer"))),
        tuple(map(_wedge, _tables(document, "wedge"))),
    )
    if len(devices.wedges) > 1:
        raise ConfigError(
            "[[wedge]] 2", "name", devices.wedges[1].name, "one wedge only: keys do not say who typed them"
        )
    seen: set[str] = set()
    kinds = {
        "scanner": devices.scanners, "scale": devices.scales, "printer": devices.printers, "wedge": devices.wedges,
    }  # fmt: skip
    for kind, records in kinds.items():
        for number, record in enumerate(cast("tuple[PrinterTarget, ...]", records), 1):
            if record.name in seen:
                raise ConfigError(f"[[{kind}]] {number}", "name", record.name, "a name no other device has")
            seen.add(record.name)
    return devices


@dataclass(slots=True)
class _Table:
    """One table while it is read: takes keys out, so that what is left over was misspelt."""

    where: str
    rest: dict[str, object]
    known: list[str] = field(default_factory=list)

    def take(self, key: str, default: Value, check: Callable[[object], Value | None], expected: str) -> Value:
        """The value of `key`; `check` gives None for a wrong one."""
        self.known.append(key)
        if key not in self.rest:
            return default
        raw = self.rest.pop(key)
        value = check(raw)
        if value is None:
            raise ConfigError(self.where, key, raw, expected)
        return value

    def need(self, key: str, check: Callable[[object], str | None], expected: str) -> str:
        """The value of a key that has no default."""
        if key not in self.rest:
            raise ConfigError(self.where, key, None, expected)
        return self.take(key, "", check, expected)

    def end(self) -> None:
        """Refuses keys that nobody took."""
        for key, value in self.rest.items():
            raise ConfigError(self.where, key, value, f"one of the keys {', '.join(sorted(self.known))}")


def _tables(document: Mapping[str, object], kind: str) -> list[_Table]:
    entries = document.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
        raise ConfigError(f"[{kind}]", kind, entries, f"tables written with two brackets: [[{kind}]]")
    return [_Table(f"[[{kind}]] {number}", dict(each)) for number, each in enumerate(entries, 1)]


def _scanner(table: _Table) -> ScannerPort:
    framing = _framing(table)
    port = ScannerPort(
        name=_name(table),
        url=_port_url(table),
        line=_line(table),
        framing=framing,
        beep=table.take(
            "beep", STYLES["generic"], _beep, f"one of {', '.join(STYLES)}, or a table of tone = hex bytes"
        ),
        protocol=table.take("protocol", "serial_text", _word, "the name of a file in devices/scanners"),
    )
    table.end()
    return port


def _wedge(table: _Table) -> WedgePort:
    framing = Framing(
        prefix=table.take("prefix", b"", _bytes, "a string of plain characters"),
        aim=table.take("aim", "optional", _one_of(get_args(AimRule)), _words(AimRule)),
        gs=table.take("gs", (), _stand_ins, 'a list of strings that stand for GS, such as ["|"]'),
    )
    port = WedgePort(
        name=_name(table),
        suffix=table.take("suffix", "enter", _one_of(get_args(WedgeSuffix)), _words(WedgeSuffix)),
        gap_ms=table.take("gap_ms", 50, _number(5, 500), "milliseconds from 5 to 500"),
        shortest=table.take("shortest", 4, _number(3, 20), "characters from 3 to 20"),
        framing=framing,
    )
    table.end()
    return port


def _framing(table: _Table) -> Framing:
    framing = Framing(
        suffix=table.take("suffix", "any", _one_of(get_args(Suffix)), _words(Suffix)),
        prefix=table.take("prefix", b"", _bytes, 'a string, control characters as "\\u0002"'),
        stx_etx=table.take("stx_etx", False, _flag, "true or false"),
        aim=table.take("aim", "optional", _one_of(get_args(AimRule)), _words(AimRule)),
        gs=table.take("gs", (), _stand_ins, 'a list of strings that stand for GS, such as ["|"]'),
        code_page=table.take("code_page", "ascii", _code_page, f"one of {', '.join(CODE_PAGES)}"),
        idle_ms=table.take("idle_ms", 0, _number(0, 2000), "milliseconds from 0 (off) to 2000"),
    )
    if framing.suffix == "none" and not framing.stx_etx and not framing.idle_ms:
        raise ConfigError(table.where, "suffix", "none", "a suffix, or stx_etx = true, or idle_ms above 0")
    return framing


def _scale(table: _Table) -> ScalePort:
    port = ScalePort(
        name=_name(table),
        url=_port_url(table),
        line=_line(table),
        protocol=table.take("protocol", "mt_sics", _word, "the name of a file in devices/scales"),
        settle=SettleRule(
            table.take("threshold_g", 10, _number(1, 100_000), "whole grams from 1"),
            table.take("zero_g", 5, _number(0, 100_000), "whole grams from 0"),
        )
        if _zero_below_threshold(table)
        else SettleRule(),
    )
    table.end()
    return port


def _zero_below_threshold(table: _Table) -> bool:
    threshold, zero = table.rest.get("threshold_g", 10), table.rest.get("zero_g", 5)
    if isinstance(threshold, int) and isinstance(zero, int) and zero >= threshold:
        raise ConfigError(table.where, "zero_g", zero, f"less than threshold_g ({threshold})")
    return True


def _printer(table: _Table) -> PrinterTarget:
    target = PrinterTarget(
        name=_name(table),
        url=table.need("url", _printer_url, "tcp://ADDRESS:9100, lp://QUEUE or file:///FOLDER"),
        media=table.take("media", "label", _one_of(get_args(Media)), _words(Media)),
    )
    table.end()
    return target


def _name(table: _Table) -> str:
    return table.need("name", _word, "a short name of letters, digits, '-' and '_'")


def _port_url(table: _Table) -> str:
    expected = "/dev/…, usb://VID:PID[:SERIAL], hwgrep://REGEX or socket://IP-ADDRESS:PORT"
    return table.need("url", _serial_url, expected)


def _line(table: _Table) -> LineSettings:
    return LineSettings(
        baud=table.take("baud", 9600, _number(300, 4_000_000), "bits a second, such as 9600 or 115200"),
        data_bits=table.take("data_bits", 8, _number(7, 8), "7 or 8"),
        parity=table.take("parity", "none", _one_of(get_args(Parity)), _words(Parity)),
        stop_bits=table.take("stop_bits", 1, _number(1, 2), "1 or 2"),
    )


CODE_PAGES = (
    "ascii", "utf-8", "latin-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr",
)  # fmt: skip
"""Code pages in which the bytes 0x20 to 0x7E mean ASCII; only such can be cleaned before they are decoded."""


def _words(choices: object) -> str:
    return "one of " + ", ".join(get_args(choices))


def _one_of(choices: tuple[Value, ...]) -> Callable[[object], Value | None]:
    return lambda raw: next((choice for choice in choices if choice == raw), None)


def _number(lowest: int, highest: int) -> Callable[[object], int | None]:
    def check(raw: object) -> int | None:
        is_number = isinstance(raw, int) and not isinstance(raw, bool)
        return cast("int", raw) if is_number and lowest <= cast("int", raw) <= highest else None

    return check


def _flag(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _word(raw: object) -> str | None:
    return raw if isinstance(raw, str) and re.fullmatch(r"\w[\w-]{0,31}", raw) else None


def _bytes(raw: object) -> bytes | None:
    if not isinstance(raw, str):
        return None
    try:
        return raw.encode("latin-1")
    except UnicodeEncodeError:
        return None


def _stand_ins(raw: object) -> tuple[bytes, ...] | None:
    found = [_bytes(each) for each in raw] if isinstance(raw, list) else [None]
    return tuple(each for each in found if each) if all(found) else None


def _code_page(raw: object) -> str | None:
    if not isinstance(raw, str):
        return None
    try:
        known = codecs.lookup(raw).name
    except LookupError:
        return None
    return next((page for page in CODE_PAGES if codecs.lookup(page).name == known), None)


def _beep(raw: object) -> BeepStyle | None:
    if isinstance(raw, str):
        return STYLES.get(raw)
    if not isinstance(raw, Mapping) or not set(raw) <= set(BeepStyle.__slots__):
        return None
    try:
        return BeepStyle(**{tone: bytes.fromhex(spoken) for tone, spoken in raw.items()})
    except (TypeError, ValueError):
        return None


def _serial_url(raw: object) -> str | None:
    if not isinstance(raw, str) or not raw.isprintable():
        return None
    if raw.startswith("socket://"):
        host, _, port = raw.removeprefix("socket://").rpartition(":")
        return raw if _is_address(host) and port.isdecimal() and 0 < int(port) < 65536 else None
    if raw.startswith("usb://"):
        return raw if re.fullmatch(r"usb://[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:[^/]+)?", raw) else None
    return raw if raw.startswith("hwgrep://") or re.fullmatch(r"/[^\0]+", raw) else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _printer_url(raw: object) -> str | None:
    return raw if isinstance(raw, str) and re.fullmatch(r"(tcp|lp|file)://[^\s\0]+", raw) else None
