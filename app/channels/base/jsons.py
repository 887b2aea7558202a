"""JSON read exactly and in a stream: decimals as `Decimal`, long ids in full, each order with its own piece of text.

A window slides over the file, and only the element in hand is ever decoded. One that is broken is named, the next one
that is an order is looked for, and those around it come through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from app.channels.base.fields import clean
from app.channels.base.results import BadFile, NotOrders, RowError, bad_file, broken_off
from app.channels.base.texts import CHUNK, SPOILT, TextStream, head_text
from app.text import Text, say, verbatim

MOST_ELEMENT = 16 * 1024 * 1024
"""Characters of one element: no order is so large, and what is must not fill the memory."""
_REACH = 1024 * 1024
"""Characters in which the next order is looked for at once after a broken one."""
_NEAR = 300
"""Characters at the beginning of a broken order in which its number is looked for."""
_TRIES = 500
"""How many broken beginnings are looked at, in one file, before it is given up."""
_STRANGERS = 100
"""How many things that are no orders a list may begin with before it is taken for a list of something else."""

_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[{}\[\]]')
_COLON = re.compile(r"\s*:")
_SPACE = re.compile(r"[ \t\n\r]*")
_LITERAL = re.compile(r"[-+.\w\\]*")
"""What may be the beginning of a number, a word or an escape at the end of a file that was cut."""


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, strict=False)


@dataclass(frozen=True, slots=True)
class Shape:
    """How one source writes orders into JSON.

    `lists`: members of the outermost object that hold them as lists; `single`: the one that holds a single order, if
    any. `number` finds the number of an order in text that is broken; `refuse` says what a file is instead.
    """

    lists: tuple[str, ...]
    single: str | None
    is_order: Callable[[object], bool]
    number: re.Pattern[str]
    refuse: Callable[[object, bool], NotOrders]


@dataclass(frozen=True, slots=True)
class Piece:
    """An element of a file: its place from 1, the list that holds it, its value, its own bytes.

    `member` is the name of the list, "" for a list that is the whole file, None where it stands alone.
    """

    row: int
    member: str | None
    value: object
    raw: bytes


class _Broken(Exception):
    """The value at the window's place can't be read; `at` is where in the window.

    `ended`: because the file ends here; `large`: because it does not end within what an order may have.
    """

    def __init__(self, at: int, what: Text, *, ended: bool = False, large: bool = False) -> None:
        super().__init__(str(what))
        self.at = at
        self.what = what
        self.ended = ended
        self.large = large


class _Window:
    """The piece of the file in sight: `text`, and how far it is read (`at`)."""

    def __init__(self, source: TextStream) -> None:
        self.source = source
        self.text = ""
        self.at = 0
        self.keep: int | None = None
        """Text from here on is not forgotten, however far the reading goes."""
        self._line = 1

    def line(self, at: int) -> int:
        """The line of the file at a place of the window."""
        return self._line + self.text.count("\n", 0, at)

    def more(self) -> bool:
        """Reads on and forgets what is behind; False at the end of the file."""
        behind = self.at if self.keep is None else self.keep
        piece = self.source.read(max(CHUNK, len(self.text) - behind))
        if not piece:
            return False
        self._line = self.line(behind)
        self.text = self.text[behind:] + piece
        self.at -= behind
        self.keep = None if self.keep is None else 0
        return True

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self, most: int = MOST_ELEMENT) -> tuple[object, int]:
        """The value here and where it begins; the reading stands behind it then. Raises `_Broken` and stays."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
                if end < len(self.text) or self.text[end - 1] in '}]"' or not self.more():
                    begin, self.at = self.at, end
                    return value, begin
            except json.JSONDecodeError as error:
                self._go_on(error, most)
            except (ValueError, ArithmeticError, RecursionError) as error:
                raise _Broken(self.at, verbatim(str(error)[:100] or type(error).__name__)) from None

    def _go_on(self, error: json.JSONDecodeError, most: int) -> None:
        """Reads on where a value may only be cut by the end of the window."""
        what, cut = verbatim(error.msg), error.msg.startswith("Unterminated string")
        if not cut and error.pos < len(self.text) - 16:
            raise _Broken(error.pos, what) from None
        if len(self.text) - self.at > most:
            raise _Broken(error.pos, say("no end within {most} characters", most=most), large=True) from None
        rest = self.text[error.pos :].strip()
        if not self.more():
            raise _Broken(error.pos, what, ended=cut or _LITERAL.fullmatch(rest) is not None) from None

    def next_good(self, good: Callable[[object], bool], tries: int) -> tuple[object, int, int] | None:
        """(value, where it begins, tries left) of the next object that is good, with the reading behind it.

        None when there is none up to the end of the file. Raises `_Broken` when the end cuts one, or after all tries.
        """
        cut = False
        while tries > 0:
            self.at = self.text.find("{", self.at)
            if self.at < 0:
                self.at = len(self.text)
                if self.more():
                    continue
                if cut:
                    raise _Broken(self.at, say("the last order has no end"), ended=True)
                return None
            try:
                value, begin = self.value(_REACH)
            except _Broken as broken:
                cut = cut or broken.ended
                tries -= 1
                self.at += 1
            else:
                if good(value):
                    return value, begin, tries
        raise _Broken(self.at, say("too much is broken"))


def json_orders(stream: BinaryIO, file: str, shape: Shape) -> Iterator[Piece | RowError]:
    """The elements of a file that holds at least one order, and an error for each that is broken.

    Raises `BadFile`: nothing could be read, it holds something else, or it breaks off.
    """
    held: list[Piece | RowError] = []
    strangers: list[Piece] = []
    found = False
    for piece in _Reader(stream, file, shape).pieces():
        found = found or (isinstance(piece, Piece) and shape.is_order(piece.value))
        if found:
            yield from held
            held.clear()
            yield piece
            continue
        held.append(piece)
        if isinstance(piece, Piece):
            strangers.append(piece)
        if len(strangers) > _STRANGERS:
            break
    if strangers and not found:
        raise shape.refuse(strangers[0].value, strangers[0].member is not None)
    yield from held


class _Reader:
    """Goes through one file."""

    def __init__(self, stream: BinaryIO, file: str, shape: Shape) -> None:
        self._window = _Window(TextStream(stream))
        self._file = file
        self._shape = shape
        self._tries = _TRIES
        self._row = 0
        self._good = 0
        self._errors: list[tuple[RowError, BadFile]] = []
        """Kept until something good came: a file of which nothing is sound is refused as a whole."""

    def pieces(self) -> Iterator[Piece | RowError]:
        """All of the file; elements are counted over all its lists."""
        try:
            for piece in self._outermost():
                self._good += 1
                yield from self._noted()
                yield piece
        except _Broken as broken:
            refusal = self._refusal(broken)
            if self._good:
                yield from self._noted()
            raise refusal from None
        if not self._good and self._errors:
            raise self._errors[0][1]
        yield from self._noted()

    def _noted(self) -> Iterator[RowError]:
        yield from (error for error, _ in self._errors)
        self._errors.clear()

    def _refusal(self, broken: _Broken) -> BadFile:
        """The file can't be read on."""
        line = self._window.line(broken.at)
        if not self._good:
            sound = say("Broken JSON in line {line}: {what}", line=line, what=broken.what)
            return self._errors[0][1] if self._errors else bad_file(sound)
        if broken.ended:
            return broken_off(
                say("The file is cut off in line {line}; orders before that: {n}", line=line, n=self._good)
            )
        what = say(
            "Broken JSON in line {line}: {what}; orders before that: {n}", line=line, what=broken.what, n=self._good
        )
        return broken_off(what)

    def _outermost(self) -> Iterator[Piece]:
        first = self._window.peek()
        if first == "[":
            yield from self._elements("")
        elif first == "{":
            yield from self._object()
        else:
            value, _ = self._window.value()
            yield Piece(1, None, value, b"")
        if self._window.peek():
            raise _Broken(self._window.at, say("something follows after the end"))

    # ---- an object -----------------------------------------------------------------------------------------------

    def _object(self) -> Iterator[Piece]:
        """The members of the outermost object: its lists of orders as they come, or it as a whole."""
        window = self._window
        window.keep = window.at
        members: dict[str, object] = {}
        single, listed = b"", False
        window.at += 1
        while window.peek() != "}":
            key = self._key()
            if key in self._shape.lists and window.peek() == "[":
                window.keep, listed = None, True
                yield from self._elements(key)
            else:
                members[key], begin = self._member(key, members)
                single = self._bytes(begin) if key == self._shape.single else single
            self._comma("}")
        window.at += 1
        if not listed:
            yield self._whole(members, single)

    def _key(self) -> str:
        window = self._window
        key, _ = window.value() if window.peek() == '"' else (None, 0)
        if not isinstance(key, str) or window.peek() != ":":
            raise _Broken(window.at, say("a member's name and a colon are expected"), ended=not window.peek())
        window.at += 1
        window.peek()
        return key

    def _member(self, key: str, members: dict[str, object]) -> tuple[object, int]:
        window = self._window
        try:
            if window.keep is not None and window.at - window.keep > MOST_ELEMENT:
                raise _Broken(window.at, say("no end within {most} characters", most=MOST_ELEMENT), large=True)
            return window.value()
        except _Broken as broken:
            if not broken.large:
                raise
            raise self._shape.refuse({**members, key: None}, False) from None

    def _whole(self, members: dict[str, object], single: bytes) -> Piece:
        window = self._window
        raw = self._bytes(window.keep or 0)
        window.keep = None
        if self._is_spoilt(raw):
            raise bad_file(self._no_text())
        inner = members.get(self._shape.single) if self._shape.single else None
        return Piece(1, None, inner, single) if isinstance(inner, dict) else Piece(1, None, members, raw)

    def _comma(self, end: str) -> None:
        """Steps over the comma between two values; stays at the end."""
        window = self._window
        found = window.peek()
        if found == ",":
            window.at += 1
            if window.peek() != end:
                return
        elif found == end:
            return
        raise _Broken(window.at, say("a comma or {end} is expected", end=end), ended=not found)

    # ---- a list --------------------------------------------------------------------------------------------------

    def _elements(self, member: str) -> Iterator[Piece]:
        """The elements of the list here. One that is broken is noted, and the next one that is an order looked for."""
        window = self._window
        window.at += 1
        problem: _Broken | None = None
        while problem or window.peek() != "]":
            self._row += 1
            try:
                if problem:
                    raise problem
                found: tuple[object, int] | None = window.value()
            except _Broken as broken:
                if broken.ended:
                    raise
                found = self._mend(broken)
            if found is None:
                window.text, window.at = "}" if member else "", 0  # nothing follows but the end of what is open
                return
            yield from self._sound(Piece(self._row, member, found[0], self._bytes(found[1])))
            problem = self._after()
        window.at += 1

    def _after(self) -> _Broken | None:
        """What is wrong behind an element of a list, if anything."""
        try:
            self._comma("]")
        except _Broken as broken:
            return broken
        return None

    def _sound(self, piece: Piece) -> Iterator[Piece]:
        if self._is_spoilt(piece.raw):
            number, words = self._number(piece.raw.decode("utf-8", "replace")), self._no_text()
            expected = say("an order in readable text ({what})", what=words)
            self._errors.append((RowError(self._file, piece.row, "", number, expected, number), bad_file(words)))
        else:
            yield piece

    def _mend(self, broken: _Broken) -> tuple[object, int] | None:
        """Names a broken element and finds the next order: (value, where it begins), None at the end of the file."""
        window = self._window
        line = window.line(broken.at)
        shown = window.text[max(window.at, broken.at - 20) : broken.at + 20]
        number = self._number(window.text[window.at : max(broken.at, window.at + _NEAR)])
        words = say("sound JSON (line {line}: {what})", line=line, what=broken.what)
        refusal = bad_file(say("Broken JSON in line {line}: {what}", line=line, what=broken.what))
        self._errors.append((RowError(self._file, self._row, "", clean(shown), words, number), refusal))
        self._row += 1
        # not from behind the error on: a string without an end has swallowed the beginning of the next order
        good = window.next_good(self._shape.is_order, self._tries)
        if good is None:
            return None
        value, begin, self._tries = good
        return value, begin

    def _number(self, text: str) -> str:
        match = self._shape.number.search(text)
        return clean(match.group(1))[:64] if match else ""

    # ---- text ----------------------------------------------------------------------------------------------------

    def _bytes(self, begin: int) -> bytes:
        return self._window.source.own_bytes(self._window.text[begin : self._window.at])

    def _is_spoilt(self, raw: bytes) -> bool:
        """Whether a byte of the piece is no text: looked at only when there is such a byte in the file."""
        source = self._window.source
        return source.spoilt_at is not None and SPOILT.search(raw.decode("utf-8", "surrogateescape")) is not None

    def _no_text(self) -> Text:
        source = self._window.source
        return say("Not {encoding} text at byte {n}", encoding=source.shown_encoding, n=source.spoilt_at or 0)


def json_keys(head: bytes) -> Mapping[str, int]:
    """The names of members in the beginning of a JSON file, and how deep each first stands (1 is the outermost).

    Tolerant, for the beginning may be cut anywhere; empty when the file does not begin like JSON.
    """
    text = head_text(head).lstrip()
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
