"""Help: the code of everything that is legal on a screen can be scanned off it, and stands on a printed card."""

from __future__ import annotations

import ast
import io
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PySide6.QtWidgets import QApplication

from app.barcodes import COMMANDS, command_code, own_code
from app.text import say
from app.view import Action, CommandCards, View
from reports.labels import command_card
from tests.ui.gallery import GALLERY
from ui.help import A_PAGE, ALWAYS, HelpSheet, acts, code_for
from ui.icons import names
from ui.icons.strokes import as_text, strokes
from ui.measure import grab, offscreen_window, to_pillow
from ui.role_cards import COMMAND_WORDS, ROLES, role_cards
from ui.rooms import workflows
from ui.theme import Theme
from ui.window import KioskWindow


def pages_of(view: View) -> list[CommandCards]:
    """Every page that HELP shows over this view, until it closes."""
    sheet, found = HelpSheet(), []
    sheet.over(view)
    while sheet.turned():
        sheet.page = sheet.turned()
        [cards] = sheet.over(view).context
        assert isinstance(cards, CommandCards)
        found.append(cards)
    return found


def test_closed_help_changes_nothing() -> None:
    view = GALLERY["home"]

    assert HelpSheet().over(view) is view


@pytest.mark.parametrize("name", GALLERY)
def test_help_shows_the_code_of_everything_legal_and_turns_its_pages(name: str) -> None:
    view = GALLERY[name]
    wanted = {code_for(word) for word, _ in (*acts(view), *ALWAYS) if word != "HELP"}

    pages = pages_of(view)

    assert [code for page in pages for code, _ in page.cards] == list(
        dict.fromkeys(code for page in pages for code, _ in page.cards)
    )
    assert {code for page in pages for code, _ in page.cards} == wanted
    assert all(len(page.cards) <= A_PAGE for page in pages)


def test_acts_without_a_button_are_shown_too() -> None:
    view = replace(GALLERY["pack-items"], more=(Action("CANCEL", "ban", say("Cancel")),))

    assert command_code("CANCEL") in {code for page in pages_of(view) for code, _ in page.cards}


def test_a_touch_on_a_choice_is_the_scan_of_its_card() -> None:
    assert [code_for(word) for word in ("UNDO", "OPT3", "4006381333931")] == [
        command_code("UNDO"), own_code("OPT3"), "4006381333931",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [(1280, 800, 1.0), (1920, 1080, 1.22)])
@pytest.mark.parametrize("name", ["home", "stuck", "pack-items", "form"])
def test_every_code_of_help_scans_from_the_screen(name: str, size: tuple[int, int, float], qapp: QApplication) -> None:
    width, height, scale = size
    window = offscreen_window(KioskWindow(Theme("dark", scale)), width, height)
    view = GALLERY[name]
    sheet = HelpSheet()
    sheet.over(view)

    while sheet.turned():
        sheet.page = sheet.turned()
        shown = sheet.over(view)
        [cards] = shown.context
        assert isinstance(cards, CommandCards)
        read = {found.text for found in zxingcpp.read_barcodes(to_pillow(grab(window, shown).image))}
        assert read == {code for code, _ in cards.cards}
    window.close()


# ---- printed --------------------------------------------------------------------------------------------------------


def printed(language: str = "en") -> dict[str, set[str]]:
    """The codes on each printed card, read from its picture."""
    found: dict[str, set[str]] = {}
    for name, card in role_cards(language):
        pdf = pypdfium2.PdfDocument(io.BytesIO(command_card.render(card)))
        found[name] = {
            code.text for page in pdf for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())
        }  # fmt: skip
    return found


def test_the_role_cards_carry_every_command_every_choice_and_can_be_read() -> None:
    cards = printed()

    assert set(ROLES) < set(cards)
    on_paper = set().union(*cards.values())
    assert {command_code(word) for word in COMMANDS} <= on_paper
    assert {own_code(f"OPT{n}") for n in range(1, 10)} == cards["choices"]
    assert {own_code(f"QTY{n}") for n in (*range(11), 12, 24)} == cards["quantities"]
    assert {own_code(code) for code in ("RSN1", "RSN6", "GRD1", "GRD4")} <= cards["reasons-and-grades"]
    assert cards["picker"] == {command_code(e) for e in words_of("picker")}


def commands_said_in(path: Path) -> set[str]:
    """The words of all buttons that a module of a workflow makes, and of all tiles and cards."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Action", "Card")
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def test_every_button_that_the_house_makes_has_a_printed_command() -> None:
    app = Path(__file__).parents[2] / "app"
    said = {(word, path.stem) for path in app.rglob("*.py") for word in commands_said_in(path)}

    assert len(said) > 50
    assert {(word, module) for word, module in said if word not in COMMANDS} == set()
    assert {word for word, _ in said} <= {word for role in ROLES for word in words_of(role)}


def words_of(role: str) -> set[str]:
    return {entry.word for name, card in role_cards() if name == role for entry in card.entries}


def test_every_task_of_a_role_begins_on_its_own_card() -> None:
    cards = [workflow.card for workflow in workflows().values() if workflow.card]

    missing = [(role, card.word) for card in cards for role in card.roles if card.word not in words_of(role)]

    assert missing == []


def test_every_command_has_words_and_an_icon_of_its_own_file() -> None:
    assert set(COMMAND_WORDS) == set(COMMANDS)
    assert {icon for icon, _ in COMMAND_WORDS.values()} <= names()


@pytest.mark.parametrize("name", sorted(names()))
def test_the_strokes_of_an_icon_lie_in_its_square(name: str) -> None:
    drawn = strokes(name)

    assert drawn
    assert all(len(line) > 1 for line in drawn)
    assert all(-0.1 <= value <= 24.1 for line in drawn for point in line for value in point)
    assert len(as_text(name).split(";")) == len(drawn)


def test_an_arc_is_a_part_of_its_circle() -> None:
    """The check mark's circle: every point of it is as far from the middle as its radius says."""
    lines = strokes("circle-dot")

    radii = [{round(((x - 12) ** 2 + (y - 12) ** 2) ** 0.5, 1) for x, y in line} for line in lines]

    assert sorted(radii, key=max) == [{1.0}, {10.0}]
    corner = strokes("box")[0]
    assert corner[0] != corner[-1] or len(corner) > 10


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no icon 'nobody'"):
        strokes("nobody")
