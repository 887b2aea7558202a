"""The machine: versions, libraries of the window system, sound, groups, programs that get in the way."""

from __future__ import annotations

import grp
import importlib.metadata
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.settings import Home
from app.text import say, verbatim
from ui.doctor.finding import Finding
from ui.sounds.queue import find_player


def look(_home: Home) -> Iterator[Finding]:
    """What this machine has for a kiosk."""
    yield _python()
    yield _qt()
    yield _platform()
    yield _sound()
    yield from _serial()


def _python() -> Finding:
    words = say("{python}, SQLite {sqlite}", python=sys.version.split()[0], sqlite=sqlite3.sqlite_version)
    return Finding("Python", "ok", words)


def _qt() -> Finding:
    version = importlib.metadata.version("PySide6-Essentials")
    number = tuple(int(part) for part in version.split(".")[:2])
    if number >= (6, 12) and sys.version_info < (3, 12):
        act = say("On this Python it loses references until it dies: take a version below 6.12")
        return Finding("PySide6", "away", verbatim(version), act)
    return Finding("PySide6", "ok", verbatim(version))


def _platform() -> Finding:
    """Whether the plugin that opens windows finds its libraries, and whether there is a display at all."""
    folder = Path(
        str(importlib.metadata.distribution("PySide6-Essentials").locate_file("PySide6/Qt/plugins/platforms"))
    )
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    plugin = folder / ("libqwayland.so" if wayland else "libqxcb.so")
    if not plugin.exists():
        plugin = folder / "libqxcb.so"
    missing = _missing_libraries(plugin)
    if missing:
        act = say("Install them: `make run` names the packages")
        return Finding("Window system", "away", say("libraries are missing: {names}", names=", ".join(missing)), act)
    if not wayland and not os.environ.get("DISPLAY"):
        act = say("Start the kiosk in a graphical session; `--offscreen` and `--headless` work without")
        return Finding("Window system", "attention", say("there is no display here"), act)
    return Finding("Window system", "ok", say("is complete"))


def _missing_libraries(plugin: Path) -> list[str]:
    try:
        done = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.split("=>")[0].strip() for line in done.stdout.splitlines() if "not found" in line]


def _sound() -> Finding:
    if find_player() is None:
        act = say("Install pipewire-bin, pulseaudio-utils or alsa-utils; colours and words say the same meanwhile")
        return Finding("Sound", "attention", say("no player is here"), act)
    return Finding("Sound", "ok", say("a player is here; the device page plays each sound"))


def _serial() -> Iterator[Finding]:
    try:
        dialout = grp.getgrnam("dialout").gr_gid
    except KeyError:
        return
    if os.geteuid() and dialout not in (os.getegid(), *os.getgroups()):
        act = say("sudo adduser {user} dialout, then sign in again", user=os.environ.get("USER", "packbay"))
        yield Finding("Serial ports", "attention", say("this user is not in the group dialout"), act)
    if any(_name(process) == "ModemManager" for process in Path("/proc").glob("[0-9]*")):
        act = say("Remove it, or tell it to keep away with the udev rule of docs/devices.md")
        yield Finding("ModemManager", "attention", say("runs and talks to new serial devices"), act)


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
