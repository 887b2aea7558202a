"""What people read: every sentence is found in the code, and every language says it."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest

from app.text import Text
from devices.words import DETAILS
from ui.messages import Message, NotLiteral, catalogue_of, is_translated, messages, update
from ui.translate import FOLDER, languages

CODE = """
def one(n):
    few, more = "{n} unit", "{n} units"
    return count(n, few, more, x=say("inside"))
def two(ok):
    return say("yes" if ok else "no")
say("again"); say("again"); say("")
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    for other in ("devices", "reports", "ui"):
        (tmp_path / other).mkdir()
    (tmp_path / "app" / "words.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def test_every_sentence_is_found_once_whatever_way_it_is_said(house: Path) -> None:
    assert messages(house) == [
        Message("again", "", "app/words.py"),
        Message("inside", "", "app/words.py"),
        Message("no", "", "app/words.py"),
        Message("yes", "", "app/words.py"),
        Message("{n} unit", "{n} units", "app/words.py"),
    ]


def test_a_sentence_that_is_put_together_is_refused_by_its_place(house: Path) -> None:
    (house / "ui" / "bad.py").write_text("x = 1\nsay(f'{x} units')\n", encoding="utf-8")

    with pytest.raises(NotLiteral, match=r"ui/bad\.py:2: a sentence must be a literal"):
        messages(house)


def test_an_update_keeps_what_is_translated_and_names_what_is_not(house: Path, tmp_path: Path) -> None:
    folder = tmp_path / "translations"
    file = folder / "pl" / "LC_MESSAGES" / "packbay.po"
    file.parent.mkdir(parents=True)
    file.write_text(
        'msgid ""\nmsgstr ""\n"Language: pl\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "yes"\nmsgstr "tak"\n\nmsgid "gone"\nmsgstr "nie ma"\n',
        encoding="utf-8",
    )

    lacking = update(messages(house), folder)
    before = file.read_bytes()
    again = update(messages(house), folder)

    catalogue = catalogue_of(file, "pl")
    assert lacking == again == {"pl": 4}
    assert file.read_bytes() == before
    assert (catalogue["yes"].string, catalogue["gone" if "gone" in catalogue else "no"].string) == ("tak", "")
    assert len(catalogue["{n} unit"].string) == 3
    assert b"Date" not in before


def test_every_word_that_a_device_says_is_a_sentence_of_the_house() -> None:
    words = {path: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "devices").rglob("*.py")}
    known = {message.one for message in messages()}

    assert {detail.template for detail in DETAILS} <= known
    for constant in ("SILENT = ", "SILENCE = ", "CUT_OFF = ", "TAKE_LABEL = "):
        said = next(text.split(constant, 1)[1].split('"')[1] for text in words.values() if f"\n{constant}" in text)
        assert Text(said) in DETAILS


@pytest.mark.parametrize("language", languages()[1:])
def test_every_sentence_is_translated_with_its_fields_in_every_form(language: str) -> None:
    catalogue = catalogue_of(FOLDER / language / "LC_MESSAGES" / "packbay.po", language)
    lacking, wrong = [], []
    for message in messages():
        entry = catalogue.get(message.one)
        if entry is None or not is_translated(entry.string):
            lacking.append(message.one)
            continue
        forms = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
        wanted = {fields_of(message.one), fields_of(message.many or message.one)}
        wrong += [form for form in forms if not any(fields_of(form) <= each for each in wanted) or form != form.strip()]

    assert lacking == []
    assert wrong == []


def fields_of(template: str) -> frozenset[str]:
    """The names of the arguments that a sentence asks for."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
