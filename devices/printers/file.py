"""A folder in place of a printer: every job becomes a file, whole or not at all. For demos, tests and archives."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

from app.errors import Outage, Unavailable
from app.text import say
from devices.printers.base import PDF, ZPL, Language, PrinterStatus, PrintResult, Transport

SUFFIXES = {PDF: ".pdf", ZPL: ".zpl"}


class FolderPrinter:
    """Writes `000001-JOB.pdf`, `000002-JOB.zpl` …: the number is the next free one, the rest only a hint."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def print(self, data: bytes, media_type: str, job_name: str) -> PrintResult:
        """Writes the job; `printed` means that the file is whole under its name."""
        hint = re.sub(r"[^A-Za-z0-9]+", "-", job_name)[:40].strip("-") or "job"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(data, f"-{hint}{SUFFIXES.get(media_type, '.bin')}")
        except OSError as error:
            raise self._away(error) from error
        return PrintResult("printed", "", PrinterStatus())

    def status(self) -> PrinterStatus:
        """Fine, as long as the folder can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._away(error) from error
        return PrinterStatus() if os.access(self._folder, os.W_OK) else PrinterStatus(other="folder not writable")

    def _write(self, data: bytes, tail: str) -> None:
        numbers = [int(path.name[:6]) for path in self._folder.iterdir() if re.match(r"\d{6}-", path.name)]
        number = max(numbers, default=0)
        part = self._folder / f".{os.getpid()}-{threading.get_ident()}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        while True:
            number += 1
            try:
                # A link never replaces: two printers with one folder cannot overwrite each other's jobs.
                (self._folder / f"{number:06d}{tail}").hardlink_to(part)
            except FileExistsError:
                continue
            part.unlink()
            return

    def _away(self, error: OSError) -> Unavailable:
        why = error.strerror or str(error)
        detail = say("Printer {name}, folder {folder}: {why}.", name=self._name, folder=str(self._folder), why=why)
        return Unavailable(Outage(self._name, detail, say("Jobs wait and print when it is back.")))


def make(name: str, place: str, language: Language) -> FolderPrinter:
    """A printer into the absolute folder `place`."""
    if not place.startswith("/"):
        raise ValueError(f"file://{place}: expected file:///FOLDER with an absolute folder")
    return FolderPrinter(name, Path(place))


TRANSPORT = Transport("file", make)
