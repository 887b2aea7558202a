"""What all ways to tell a customer share: letters, their words, mails as bytes, outcomes, the site's configuration.

A way is one module of `app.notifiers` with `make(table, folder) -> Notifier`; it knows only this package. The words
(`app.notifiers.base.words`) are not imported here: jinja2 is loaded when the first mail is written, not at the start.
"""

from app.notifiers.base.config import FILE, BadMailConfig, MailConfig, Table, bad, read_config, read_secret
from app.notifiers.base.letter import EVENTS, LANGUAGES, Goods, Letter, ParcelNews, Wording, tidy
from app.notifiers.base.message import (
    Message,
    Notifier,
    Outcome,
    Postponed,
    Rejected,
    Taken,
    Unclear,
    masked,
    mime,
    postal,
)

__all__ = [
    "EVENTS", "FILE", "LANGUAGES", "BadMailConfig", "Goods", "Letter", "MailConfig", "Message", "Notifier", "Outcome",
    "ParcelNews", "Postponed", "Rejected", "Table", "Taken", "Unclear", "Wording", "bad", "masked", "mime", "postal",
    "read_config", "read_secret", "tidy",
]  # fmt: skip
