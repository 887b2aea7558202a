"""The few words in which devices say how they are: they stand on chips, and are translated there."""

from __future__ import annotations

from app.text import Text, say

DETAILS: tuple[Text, ...] = (
    say("unplugged"), say("port in use"), say("no permission"), say("not reachable"), say("not a serial port"),
    say("driver failed"), say("not answering"), say("busy"), say("over load"), say("under load"), say("scale error"),
    say("head open"), say("no paper"), say("no ribbon"), say("paused"), say("head too hot"), say("head too cold"),
    say("memory lost"), say("buffer full"), say("take the label"), say("no paper or head open"),
    say("connection lost"), say("away"),
)  # fmt: skip
