"""Ways to tell a customer: one module a way, found by the name that `[mail] way` in central.toml gives."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path

from app.notifiers.base import MailConfig, Notifier, bad, read_config

__all__ = ["PostOffice", "post_office", "ways"]


@dataclass(frozen=True, slots=True)
class PostOffice:
    """The chosen way, and who mails come from."""

    config: MailConfig
    way: Notifier


def ways() -> tuple[str, ...]:
    """The names of all ways."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "base"))


def post_office(folder: Path) -> PostOffice | None:
    """How the home in `folder` gives mails away, None when it does not. Raises `BadMailConfig`."""
    config = read_config(folder)
    if config is None:
        return None
    if config.way not in ways():
        raise bad(f"way is {config.way!r}; it may be {', '.join(ways())}")
    way: Notifier = importlib.import_module(f"{__name__}.{config.way}").make(config.table, folder)
    config.table.done()
    return PostOffice(config, way)
