"""How a serial scanner is told to beep: byte strings per tone and family.

Within one style no tone is the beginning of another, so that whoever listens on the line can tell them apart without
waiting. Which bytes a family understands is in its integration manuals (Datalogic Magellan 9800i "RS-232 single byte
commands", Honeywell 1900/2020 "host commands"); how two beeps in a row sound is up to the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["accepted", "step", "order", "wrong", "attention"]

BEL, ACK, NAK = b"\x07", b"\x06", b"\x15"


@dataclass(frozen=True, slots=True)
class BeepStyle:
    """Bytes for: one short high (`accepted`), two (`step`), three (`order`), low-low (`wrong`), high-low (`attention`).

    Empty bytes: this scanner is not told that tone.
    """

    accepted: bytes = b""
    step: bytes = b""
    order: bytes = b""
    wrong: bytes = b""
    attention: bytes = b""

    def bytes_for(self, tone: Tone) -> bytes:
        """What goes down the wire for `tone`."""
        return {
            "accepted": self.accepted,
            "step": self.step,
            "order": self.order,
            "wrong": self.wrong,
            "attention": self.attention,
        }[tone]


STYLES: dict[str, BeepStyle] = {
    # A wedge or a scanner that listens to nobody: the station alone makes the sound.
    "none": BeepStyle(),
    # Every answer ends in exactly one ACK or NAK, so handshaking scanners are served too. Attention is four highs and
    # no NAK: many scanners send the code again after a NAK, and an attention belongs to a code that was accepted.
    "generic": BeepStyle(
        accepted=ACK, step=BEL + ACK, order=BEL + BEL + ACK, wrong=NAK, attention=BEL + BEL + BEL + ACK
    ),
    # 0x01 and 0x07 sound the good-read beep even where it is switched off (it should be: the host decides); "F" is
    # "not on file", long and low.
    "datalogic": BeepStyle(
        accepted=b"\x01", step=BEL + b"\x01", order=BEL + BEL + b"\x01", wrong=b"F", attention=BEL + b"F"
    ),
    # ESC 7 good, ESC 8 razz, ESC 6 high, ESC 4 low; a comma ends each command.
    "honeywell": BeepStyle(
        accepted=b"\x1b7,",
        step=b"\x1b6,\x1b7,",
        order=b"\x1b6,\x1b6,\x1b7,",
        wrong=b"\x1b8,",
        attention=b"\x1b6,\x1b4,",
    ),
}
