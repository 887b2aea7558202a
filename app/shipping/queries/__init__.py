"""Parcels on their way out, manifests, and what the site's clock says."""

from app.shipping.queries.manifests import (
    Collected,
    Handed,
    ManifestCard,
    Voidable,
    collected_today,
    left_behind,
    manifest_document,
    manifest_parcels,
    manifests,
    may_void_label,
    one_manifest,
)
from app.shipping.queries.outgoing import OutgoingParcel, Postage, parcels_of_order, postage
from app.shipping.queries.site import site_day, site_zone

__all__ = [
    "Collected", "Handed", "ManifestCard", "OutgoingParcel", "Postage", "Voidable", "collected_today", "left_behind",
    "manifest_document", "manifest_parcels", "manifests", "may_void_label", "one_manifest", "parcels_of_order",
    "postage", "site_day", "site_zone",
]  # fmt: skip
