"""Imports as Python means them, also after Qt.

Qt's binding puts itself before every import of the process. It reads the source of each module that is imported after
it, and Python keeps what was read, only to learn whether that module asks for another spelling of Qt's names
(`from __feature__ import snake_case`). Nobody here does: it was a tenth of the start and 26 MB.
"""

from __future__ import annotations

import builtins


def load_qt() -> None:
    """Loads the binding and takes it out of the way of all later imports."""
    import PySide6.QtCore  # noqa: F401

    kept = getattr(builtins, "__orig_import__", None)  # where the binding keeps what was there before it
    if kept is not None and getattr(builtins.__import__, "__name__", "") == "__feature_import__":
        builtins.__import__ = kept
