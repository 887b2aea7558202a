"""Reads ZPL back: which fields a printer would find, to prove that a value stayed a value.

A reader of its own: it shares nothing with the builder but the tables of Code 128, so that both must be wrong in the
same way to hide a mistake. It knows the commands that we print, and names every other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"[\^~]([A-Z][A-Z0-9@])([^^~]*)", re.IGNORECASE)
_SPECIAL = {"0": ">", "<": "^", "=": "~"}
_KNOWN = frozenset("XA XZ CI PW LL LH FO FT A0 FH FD FS BY BC GB GF".split())


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its origin in dots and its data.

    `kind` is text, code128, gs1-128, box or graphic. Text and codes hold the value as people or scanners get it;
    a box "width,height,thickness"; a graphic "bytes per row×rows".
    """

    x: int
    y: int
    kind: str
    data: str


def commands(zpl: bytes | str) -> list[tuple[str, str]]:
    """Every command of a job with its parameters, in order, `^` and `~` alike."""
    text = zpl.decode("ascii") if isinstance(zpl, bytes) else zpl
    return [(match[1].upper(), match[2].rstrip("\n")) for match in _COMMAND.finditer(text)]


def fields(zpl: bytes | str) -> list[Field]:
    """The fields of one format, in order of printing.

    ValueError unless it is exactly one `^XA … ^XZ` pair and holds only commands that our builder uses.
    """
    found = commands(zpl)
    names = [name for name, _ in found]
    if names.count("XA") != 1 or names.count("XZ") != 1 or names[0] != "XA" or names[-1] != "XZ":
        raise ValueError(f"A label is one ^XA and one ^XZ; found {names.count('XA')} and {names.count('XZ')}.")
    strange = sorted(set(names) - _KNOWN)
    if strange:
        raise ValueError(f"Commands that no label of ours has: {', '.join(strange)}.")
    result: list[Field] = []
    pending: dict[str, str] = {}
    for name, parameters in found:
        if name == "FS":
            result.append(_field(pending))
            pending = {}
        else:
            pending[name] = parameters
    return result


def _field(parts: dict[str, str]) -> Field:
    x, y = (int(value) for value in (parts.get("FO") or parts["FT"]).split(",")[:2])
    if "GB" in parts:
        return Field(x, y, "box", parts["GB"])
    if "GF" in parts:
        _, _, total, stride, _ = parts["GF"].split(",", 4)
        return Field(x, y, "graphic", f"{stride}×{int(total) // int(stride)}")
    data = unescape(parts["FD"], parts.get("FH"))
    if "BC" in parts:
        kind, value = read_code128(data)
        return Field(x, y, kind, value)
    return Field(x, y, "text", data)


def unescape(data: str, indicator: str | None) -> str:
    """Field data with its hexadecimal escapes undone; `indicator` is the parameter of ^FH, None without ^FH."""
    if indicator is None:
        return data
    mark = (indicator or "_").encode("ascii")
    raw = re.sub(re.escape(mark) + rb"([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), data.encode("ascii"))
    return raw.decode("utf-8")


def read_code128(data: str) -> tuple[str, str]:
    """Kind and value of `^BC` data in mode N: subsets and FNC1 by their invocation codes, digits in pairs in set C."""
    subset = {">9": "A", ">:": "B", ">;": "C"}[data[:2]]
    kind, value = "code128", ""
    i = 2
    while i < len(data):
        if data[i] == ">":
            code = data[i + 1]
            i += 2
            if code in "567":
                subset = {"5": "C", "6": "B", "7": "A"}[code]
            elif code == "8":
                kind = "gs1-128" if not value else kind
            else:
                value += _SPECIAL[code]
        elif subset == "C":
            if not re.fullmatch("[0-9]{2}", data[i : i + 2]):
                raise ValueError(f"Set C holds pairs of digits, not {data[i : i + 2]!r}.")
            value += data[i : i + 2]
            i += 2
        else:
            value += data[i]
            i += 1
    return kind, value


def bitmap_rows(graphic: str) -> list[bytes]:
    """The rows of a `^GFA` field, given its parameters, with ZPL's compression undone."""
    _, _, total, stride, data = graphic.split(",", 4)
    width = int(stride) * 2
    rows: list[str] = []
    row, times = "", 0
    for character in data:
        if character == ",":
            row = row.ljust(width, "0")
        elif "G" <= character <= "Y":
            times += ord(character) - ord("F")
            continue
        elif "g" <= character <= "z":
            times += (ord(character) - ord("f")) * 20
            continue
        else:
            row += character * (times or 1)
        times = 0
        if len(row) >= width:
            rows.append(row[:width])
            row = row[width:]
    if row or len(rows) * int(stride) != int(total):
        raise ValueError(f"{total} bytes were announced, {len(rows) * int(stride)} found.")
    return [bytes.fromhex(line) for line in rows]
