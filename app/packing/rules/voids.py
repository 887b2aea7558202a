"""Why a label is void: reasons of their own, for those of the shelf say little about a label."""

from __future__ import annotations

from app.text import Text, say

VOID_REASONS: dict[int, Text] = {
    7: say("torn or not readable"),
    8: say("wrong weight or box"),
    9: say("wrong address"),
    10: say("not needed any more"),
}
"""The number of the reason card, and its words."""
