"""Mails as files: for training, for a demonstration, and for a program of the site's own that sends them.

Each mail is one `.eml` file, named by its id: written beside and moved into place, so nobody sees half of one, and
written again it is the same file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.notifiers.base import Message, Outcome, Postponed, Rejected, Table, Taken, mime


@dataclass(frozen=True, slots=True)
class Folder:
    """See the module's docstring."""

    path: Path

    def send(self, message: Message) -> Outcome:
        name = "".join(c for c in message.message_id if c.isalnum() or c in "@.-")[:120] + ".eml"
        try:
            data = mime(message)
        except ValueError as error:
            return Rejected(f"it can't be written as a mail: {error}")
        try:
            self._write(name, data)
        except OSError as error:
            return Postponed(f"the folder can't be written ({error.strerror})", for_all=True)
        return Taken(f"written as {name}")

    def _write(self, name: str, data: bytes) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self.path / f".{name}.half"
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.path / name)


def make(table: Table, folder: Path) -> Folder:
    """The way as `[mail]` describes it: `folder` is below the home. Raises `BadMailConfig`."""
    return Folder(folder / table.text("folder", "mails-out"))
