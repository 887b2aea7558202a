"""What never stands in a log: secrets and what identifies a customer, taken out of every line as it is written.

The sentences of the house carry none of it; this is for what others put into theirs (a library's exception with an
address line, a URL with a password in it) and for tracebacks.
"""

from __future__ import annotations

import logging
import re

HIDDEN = "[hidden]"
_SECRET_WORD = r"pass(?:word|wd|phrase)?|secret|token|api[-_]?key|authorization|pepper|pin|cookie|credential"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<a>\b[a-z][a-z0-9+.-]*://)[^\s/@:'\"]*:[^\s@'\"]*@", re.I), rf"\g<a>{HIDDEN}@"),
    (re.compile(r"\$(?:packbay\d+|argon2\w*|2[aby]|scrypt)\$[^\s'\"]+"), HIDDEN),
    (re.compile(r"(?P<a>\b(?:basic|bearer)\s+)[A-Za-z0-9+/_=.~-]{6,}", re.I), rf"\g<a>{HIDDEN}"),
    (
        re.compile(rf"(?P<a>\b[\w.-]*(?:{_SECRET_WORD})['\"]?\s*(?:=|:|\bis\b)\s*)(?P<q>['\"]?)(?!{re.escape(HIDDEN)})"
                   r"(?:(?<=['\"])[^'\"\n]*|[^\s,;)}\]'\"]+)", re.I),
        rf"\g<a>\g<q>{HIDDEN}",
    ),
    (re.compile(r"\b[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b"), HIDDEN),
    (re.compile(r"\bU[A-Z2-7]{16}[0-9A-Z]\b"), HIDDEN),  # a badge of ours: whoever has its code signs in with it
    (re.compile(r"('(?:ship_to|bill_to|address)': *|\"(?:ship_to|bill_to|address)\": *)\{[^{}]*\}"), rf"\1{HIDDEN}"),
    (re.compile(r"\[parameters: .*", re.S), f"[parameters: {HIDDEN}]"),  # SQLAlchemy shows the values of a row
)  # fmt: skip


def redacted(text: str) -> str:
    """The text without passwords in URLs and settings, hashes, tokens, mail addresses, badges and SQL's values."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """A formatter whose whole line, traceback included, goes through `redacted`."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redact_logs(root: logging.Logger | None = None) -> None:
    """Puts the redaction over every handler that is there; the format of each stays as it is."""
    for handler in (root or logging.getLogger()).handlers:
        old = handler.formatter
        made = RedactingFormatter(old._fmt if old else None, old.datefmt if old else None)
        handler.setFormatter(made)
