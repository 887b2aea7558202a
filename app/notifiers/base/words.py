"""Letters become words: jinja2 in a sandbox, our templates and the site's own.

A template can read a letter and nothing else: no functions, no methods, few filters, so it can't reach out of it, nor
make the machine busy. A template of the site that is broken is passed over for ours, and that is said; it never holds
up a mail.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.notifiers.base.letter import EVENTS, LANGUAGES, Letter, Wording

OURS = Path(__file__).parent.parent / "templates"
SUFFIXES = ("subject", "txt", "html")
MOST = 256 * 1024
"""Characters of one part of a mail; more is a mistake in a template, or a list that nobody reads."""
_MOST_SOURCE = 64 * 1024
_SECONDS = 2.0
_FILTERS = ("e", "escape", "default", "d", "length", "count", "first", "last", "upper", "lower", "trim", "urlencode")


class TooLarge(Exception):
    """A template, or what it makes, is larger or slower than any mail."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Attributes of letters can be read; nothing can be called, and no arithmetic can fill the memory."""

    intercepted_binops = frozenset(("*", "**", "%", "+", "//", "/", "-"))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """No exception for `format`: a width in it fills the memory."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not (isinstance(left, int) and isinstance(right, int)) or operator == "**":
            raise SecurityError(f"{operator} is for numbers only")
        return super().call_binop(context, operator, left, right)


class _Files(FileSystemLoader):
    """Templates in one folder, none of them larger than any template needs to be."""

    def get_source(self, environment: Any, template: str) -> Any:
        found = super().get_source(environment, template)
        if len(found[0]) > _MOST_SOURCE:
            raise TooLarge(f"{template} is larger than {_MOST_SOURCE // 1024} kB")
        return found


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    made = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name) and str(name).endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.globals.clear()
    return made


@lru_cache(maxsize=8)
def _environments(folder: Path) -> tuple[ImmutableSandboxedEnvironment, ImmutableSandboxedEnvironment]:
    """(the site's templates before ours, ours alone)."""
    ours = _Files(OURS)
    return _environment(ChoiceLoader([_Files(folder), ours])), _environment(ours)


def in_words(letter: Letter, folder: Path) -> Wording:
    """A letter in its language; a language or event that nobody has words for raises KeyError.

    `folder` holds templates of the site's own; a file there takes the place of ours of the same name.
    """
    if letter.event not in EVENTS or letter.language not in LANGUAGES:
        raise KeyError(f"no words for {letter.event} in {letter.language}")
    values = {field.name: getattr(letter, field.name) for field in fields(letter)}
    parts, broken = [], []
    for suffix in SUFFIXES:
        name = f"{letter.event}.{letter.language}.{suffix}"
        part, why = _part(name, values, folder)
        parts.append(part)
        if why:
            broken.append((name, why))
    subject, text, page = parts
    return Wording(" ".join(subject.split())[:200], text.strip() + "\n", page.strip() + "\n", tuple(broken))


def _part(name: str, values: Mapping[str, object], folder: Path) -> tuple[str, str]:
    """One part of a mail, and why the site's own templates could not be used for it ("" when they could)."""
    site, ours = _environments(folder)
    try:
        return _rendered(site.get_template(name), values), ""
    except (TemplateError, TooLarge, TypeError, ValueError, ArithmeticError, LookupError, RecursionError, OSError) as e:
        why = f"{type(e).__name__}: {e}"
        line = getattr(e, "lineno", None)
        why = f"line {line}: {why}" if line else why
    return _rendered(ours.get_template(name), values), why[:500]


def _rendered(template: Template, values: Mapping[str, object]) -> str:
    parts, size, until = [], 0, time.monotonic() + _SECONDS
    for part in template.generate(**values):
        size += len(part)
        if size > MOST or time.monotonic() > until:
            raise TooLarge(f"what it makes is larger than {MOST // 1024} kB or takes longer than {_SECONDS:.0f} s")
        parts.append(part)
    return "".join(parts)
