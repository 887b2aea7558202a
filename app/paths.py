"""Names from outside that become paths: one place that says which may."""

from __future__ import annotations

import unicodedata
from pathlib import Path

MOST_BYTES = 200
"""Longest name in UTF-8; the file systems that are met allow 255, and a suffix comes after it."""
_FORBIDDEN = frozenset('/\\:*?"<>|')
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10))})


class BadName(ValueError):
    """A name that may not become a path: which, and why."""


def inside(folder: Path, name: str) -> Path:
    """The path of a file called `name` in `folder`. BadName when it is no plain name, or would lie anywhere else.

    Refused are parts of a path, "..", NUL and control characters, names of devices, names that are too long, and a
    symbolic link that leads out of the folder. Whether there is such a file is not asked.
    """
    if why := _fault(name):
        raise BadName(f"{name[:60]!r} is no name of a file: {why}")
    path = folder / name
    if path.resolve().parent != folder.resolve() and not path.resolve().is_relative_to(folder.resolve()):
        raise BadName(f"{name[:60]!r} leads out of {folder}")
    return path


def _fault(name: str) -> str:
    if not name or name.strip(". ") == "":
        return "it is empty or only dots"
    if any(c in _FORBIDDEN or unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in name):
        return "it has a character that no name of a file has"
    if name != name.strip() or name.endswith("."):
        return "it begins or ends with a blank or a dot"
    if name.split(".")[0].upper() in _RESERVED:
        return "it is the name of a device"
    return f"it has more than {MOST_BYTES} bytes" if len(name.encode()) > MOST_BYTES else ""


def file_name(words: str, *, most: int = 80) -> str:
    """A plain name for a file out of any words: letters, digits, `-` and `_`, never empty, never too long.

    Two different words never get the same name: where something had to be left out, a short digest says which it was.
    """
    plain = unicodedata.normalize("NFC", words)
    safe = "".join(c if (c.isascii() and c.isalnum()) or c in "-_" else "_" for c in plain)[:most]
    if safe and safe == words and safe.upper() not in _RESERVED:
        return safe
    import hashlib  # a picture's name needs none

    return f"{safe or 'unnamed'}-{hashlib.sha256(words.encode(errors='surrogatepass')).hexdigest()[:8]}"
