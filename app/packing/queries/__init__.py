"""What packing reads: the order on the bench, the site's rules, tariffs and numbers, and papers to print."""

from app.packing.queries.bench import (
    Elsewhere,
    OrderPlan,
    PackRules,
    ParcelCard,
    PrintState,
    Sharing,
    boxes,
    closed_by,
    elsewhere,
    goods_of,
    heaps_of,
    order_plan,
    pack_rules,
    parcel_card,
    print_state,
    sources,
    units_policy,
)
from app.packing.queries.papers import document_for, label_document, slip_document
from app.packing.queries.tariffs import Numbers, Quote, numbers, quote, rates, routing_code, tariff

__all__ = [
    "Elsewhere", "Numbers", "OrderPlan", "PackRules", "ParcelCard", "PrintState", "Quote", "Sharing", "boxes",
    "closed_by", "document_for", "elsewhere", "goods_of", "heaps_of", "label_document", "numbers", "order_plan",
    "pack_rules", "parcel_card", "print_state", "quote", "rates", "routing_code", "slip_document", "sources", "tariff",
    "units_policy",
]  # fmt: skip
