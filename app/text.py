"""Every sentence a person reads: a template and its arguments, translated only at the edge of `ui`.

`app` never formats a sentence itself. A `Text` keeps the English template (the key of the translation) apart from
its arguments, so that logs stay plain, a test can compare whole sentences, and one process can speak to a Polish
picker and to a German packer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a sentence, which each language writes its own way; without its year where that goes without saying."""

    date: date
    year: bool = True

    def __str__(self) -> str:
        return self.date.isoformat() if self.year else self.date.strftime("%m-%d")


Argument = "str | int | Decimal | Day | Text"


@dataclass(frozen=True, slots=True)
class Text:
    """A translatable sentence.

    `template` uses `str.format` fields (`"{done} of {total} units"`); `arguments` are (name, value) pairs in the
    order given. With `plural` and `count` the sentence has two English forms: `template` for one, `plural` else.
    """

    template: str
    arguments: tuple[tuple[str, str | int | Decimal | Day | Text], ...] = ()
    plural: str = ""
    count: int = 1

    def render(self, translate: Callable[[str, str, int], str] | None = None) -> str:
        """The sentence in words. `translate(one, many, n)` looks a template up; English without it."""
        if translate is not None:
            template = translate(self.template, self.plural, self.count)
        else:
            template = self.plural if self.plural and self.count != 1 else self.template
        if not self.arguments:
            return template
        values = {k: v.render(translate) if isinstance(v, Text) else v for k, v in self.arguments}
        return template.format(**values)

    def __str__(self) -> str:
        return self.render()

    def __bool__(self) -> bool:
        return bool(self.template)


def say(template: str, /, **arguments: str | int | Decimal | Day | Text) -> Text:
    """A sentence with its arguments: `say("Order {number}", number="10482")`."""
    return Text(template, tuple(arguments.items()))


def count(n: int, one: str, many: str, /, **arguments: str | int | Decimal | Day | Text) -> Text:
    """A sentence that depends on a number: `count(3, "{n} unit", "{n} units")`; `n` is an argument too."""
    return Text(one, (("n", n), *arguments.items()), many, n)


def verbatim(value: str) -> Text:
    """A name or a code that is never translated (braces in it are kept as they are)."""
    return Text("{_}", (("_", value),)) if value else Text("")


def figure(amount: Decimal) -> Text:
    """A number that stands alone, with the separators of the language."""
    return Text("{_}", (("_", amount),))


def day_of(text: str) -> Text:
    """A day that is kept as ISO text ("2026-12-24"); what is no day stays what it is."""
    try:
        return Text("{_}", (("_", Day(date.fromisoformat(text))),))
    except ValueError:
        return verbatim(text)


def day_and_time(at: datetime, *, year: bool = True) -> Text:
    """A moment in local time, with its day."""
    here = at.astimezone()
    return Text("{day} {time}", (("day", Day(here.date(), year=year)), ("time", here.strftime("%H:%M"))))


def moment(at: datetime, now: datetime) -> Text:
    """The local time of a moment; on another day than `now` the day comes first, in another year with its year."""
    here, today = at.astimezone(), now.astimezone().date()
    if here.date() == today:
        return verbatim(here.strftime("%H:%M"))
    return day_and_time(at, year=here.year != today.year)


NOTHING = Text("")
