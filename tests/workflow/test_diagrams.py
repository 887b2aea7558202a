"""The drawn workflows are those of the program."""

from __future__ import annotations

from pathlib import Path

from ui.diagrams import page, pages
from ui.rooms import workflows

DOCS = Path(__file__).parents[2] / "docs" / "workflows"


def test_the_committed_pages_are_drawn_from_todays_tables() -> None:
    """`packbay diagrams` writes them anew."""
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}

    assert written == pages()


def test_every_cell_of_a_table_stands_on_its_page() -> None:
    for workflow in workflows().values():
        text = page(workflow)

        assert all(f"`{cell.name}`" in text for cell in workflow.table.values())
        assert all(f"| {step.value} |" in text for step, _ in workflow.table)
