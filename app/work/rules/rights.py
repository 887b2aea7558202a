"""Who may approve what: one table. A right that does not stand here is nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROLES = ("picker", "packer", "receiver", "office", "lead")

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "void": frozenset({"lead"}),  # a label that was made, perhaps paid
        "weight": frozenset({"lead"}),  # a parcel whose weight does not fit what is in it
        "over_receipt": frozenset({"lead"}),  # more units than were ordered of a supplier
        "adjust": frozenset({"lead"}),  # stock without a movement: a count that differs, damage, write-off
        "refund": frozenset({"lead", "office"}),  # money back above the site's limit
        "cancel": frozenset({"lead", "office"}),  # an order, in whole or in part
        "hold": frozenset({"lead", "office"}),  # an order that is kept back or let go
        "change": frozenset({"lead", "office"}),  # an order that is changed after its release
        "discount": frozenset({"lead", "office"}),  # a price that is not the list's
        "reprint": frozenset({"lead"}),  # a second shipping label of a parcel that has left the bench
        "aside": frozenset({"lead", "office"}),  # a record that central could not apply: once more, or never
        "devices": frozenset({"lead"}),  # a printer or scale that is set up anew
    }
)


def roles_of(right: str) -> frozenset[str]:
    """The roles that hold a right; nobody for an unknown one."""
    return RIGHTS.get(right, frozenset())
