"""Which scans a stop wants, by the site's policy for the class of its item."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """`bin`: the bin label is scanned first. `each`: every unit is scanned; else one scan and a quantity card."""

    bin: bool = True
    each: bool = True


def proof(policy: str, units: str) -> Proof:
    """The proof of a policy (`product` or `bin_and_product`; `each` or `once`). Unknown words mean the strict one."""
    return Proof(bin=policy != "product", each=units != "once")
