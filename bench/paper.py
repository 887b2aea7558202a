"""Paper beside paper: our label beside a bare canvas, our slip beside platypus, our ZPL beside our label.

Each call draws a document that was not drawn before: another customer, another order, other codes. What stays the same
on a floor (the sender, the carrier, the goods) stays the same here. Ours and the peer's take turns, and each is given
one call before, so that neither is measured while it reads its faces.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from app.barcodes import own_code, sscc
from app.documents import Address, PackingSlip, ShippingLabel
from bench import bare_paper
from bench.figures import Figure, in_turns, ms_of
from reports.labels import shipping_label_pdf, shipping_label_zpl
from reports.slips import packing_slip
from tests.reports.samples import shipping_label, slip

LABELS, SLIPS, LONG_SLIPS = 120, 60, 16
LABEL_TIMES, SLIP_TIMES, ZPL_TIMES = 1.5, 1.2, 0.05
_SYLLABLES = "ba do fi gu ha jö ke lü ma no pa ri sa to vi wä zu ler stein mann berg ska wicz rez dal".split()


def paper(_folder: Path) -> Iterator[Figure]:
    """Label, ZPL and slips of 5 and 60 lines."""
    yield from _labels(LABELS)
    yield from _slips("packing slip, 5 lines", 5, SLIPS)
    yield from _slips("packing slip, 60 lines", 60, LONG_SLIPS)


def customer(i: int) -> Address:
    """Somebody new, always the same for an `i`: most words were not seen before, as names and streets are."""
    chance = random.Random(i)

    def word(syllables: int) -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(syllables)).capitalize()

    street = f"{word(3)}straße {chance.randrange(1, 180)}"
    floor = f"{chance.randrange(1, 9)}. Stock" if chance.random() < 0.3 else ""
    return Address(
        f"{word(2)} {word(3)}", line1=street, line2=floor, postcode=f"{chance.randrange(1000, 99999):05d}",
        city=word(3), country=chance.choice(("DE", "AT", "PL", "ES")),
    )  # fmt: skip


def label_of(i: int) -> ShippingLabel:
    """The i-th label of a day: carrier, service and sender are those of every label."""
    to = customer(i)
    return shipping_label(
        ship_to=to,
        tracking=own_code(f"NP{4211893 + i:09d}"),
        sscc=sscc(3, "4012345", 1204 + i),
        routing=f"{to.country}{to.postcode}-A{i % 9}",
        weight_g=400 + i * 37 % 9000,
        order_number=f"{10482 + i}",
        reference=f"PO {7731 + i}",
    )


def slip_of(lines: int, i: int) -> PackingSlip:
    """The i-th slip of a day: goods and sender are those of every slip."""
    document = slip(lines, ship_to=customer(i), order_number=f"{10482 + i}", order_code=own_code(f"O{10482 + i}"))
    rows = tuple(replace(line, shipped=line.ordered - (n + i) % 2) for n, line in enumerate(document.lines))
    return replace(document, lines=rows)


def _labels(times: int) -> Iterator[Figure]:
    """A bare canvas, ours and ours as ZPL in turns; the ZPL is held against our own label."""
    labels = [label_of(i) for i in range(times + 1)]
    acts: tuple[Callable[[int], object], ...] = (
        lambda i: bare_paper.label(labels[i]),
        lambda i: shipping_label_pdf.render(labels[i]),
        lambda i: shipping_label_zpl.render(labels[i]),
    )
    for act in acts:
        act(0)
    samples = [tuple(ms_of(act, i) for act in acts) for i in range(1, times + 1)]
    bare, pdf, zpl = zip(*samples, strict=True)
    canvas = Figure("bare reportlab canvas, the same label", bare)
    ours = Figure("shipping label as PDF", pdf, peer=canvas, target=LABEL_TIMES)
    yield canvas
    yield ours
    yield Figure("shipping label as ZPL", zpl, peer=ours, target=ZPL_TIMES)


def _slips(name: str, lines: int, times: int) -> Iterator[Figure]:
    slips = [slip_of(lines, i) for i in range(times + 1)]
    yield from in_turns(
        name, "platypus, the same slip", times,
        lambda i: packing_slip.render(slips[i]), lambda i: bare_paper.slip(slips[i]), SLIP_TIMES,
    )  # fmt: skip
