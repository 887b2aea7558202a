"""JSON read exactly: decimals as `Decimal`, long ids in full, and for each order its own piece of the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.channels.base.results import bad_file
from app.text import say

_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[{}\[\]]')
_COLON = re.compile(r"\s*:")
_SPACE = re.compile(r"[ \t\n\r]*")


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, strict=False)


def load_json(data: bytes) -> tuple[object, str]:
    """The value of a JSON file and its text. Raises `BadFile` for whatever is no JSON."""
    try:
        text = data.decode("utf-8-sig")
        value, end = _DECODER.raw_decode(text, _skip(text, 0))
        if _skip(text, end) != len(text):
            raise ValueError("something follows after the end")
    except UnicodeDecodeError as error:
        raise bad_file(say("Not UTF-8 text at byte {n}", n=error.start)) from None
    except json.JSONDecodeError as error:
        raise bad_file(say("Broken JSON in line {line}: {what}", line=error.lineno, what=error.msg)) from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise bad_file(say("Broken JSON: {what}", what=str(error)[:100] or type(error).__name__)) from None
    return value, text


def elements(text: str, at: int = 0) -> Iterator[tuple[object, bytes]]:
    """(value, own bytes) of each element of the sound JSON list that begins at or after `at`."""
    at = _skip(text, _skip(text, at) + 1)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value, text[at:end].encode()
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def member(text: str, name: str) -> tuple[int, int]:
    """Where the value of a member of the sound JSON object in `text` begins and ends; the last one of that name."""
    found = (0, 0)
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, end) + 1)
        _, end = _DECODER.raw_decode(text, at)
        if key == name:
            found = (at, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def json_keys(head: bytes) -> Mapping[str, int]:
    """The names of members in the beginning of a JSON file, and how deep each first stands (1 is the outermost).

    Tolerant, for the beginning may be cut anywhere; empty when the file does not begin like JSON.
    """
    text = head.decode("utf-8-sig", "replace").lstrip()
    found: dict[str, int] = {}
    depth = 0
    if not text.startswith(("{", "[")):
        return found
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
        elif _COLON.match(text, match.end()) and depth < found.get(token[1:-1], 99):
            found[token[1:-1]] = depth
    return found
