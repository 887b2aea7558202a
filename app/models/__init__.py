"""Every table of Packbay, by subject; constraints and types, no behaviour."""

from app.models.base import Model
from app.models.catalog import BoxType, Lot, Policy, Sku, SkuWeight
from app.models.code import Code
from app.models.layout import Aisle, Bin, Cart, CrossAisle, Tote
from app.models.orders import (
    BriefLine,
    Dossier,
    Hold,
    Order,
    OrderBrief,
    OrderLine,
    OrderPayload,
    Reservation,
    TimelineEntry,
)
from app.models.people import Address, Customer, Person, PersonPin, PinGuard
from app.models.receiving import CountTask, Receipt, ReceiptLine, ReorderPoint
from app.models.returns import DispositionRule, Refund, ReturnCase, ReturnItem, ReturnLine
from app.models.shipping import (
    MailOptOut,
    Manifest,
    NumberRange,
    Parcel,
    ParcelLine,
    PrintJob,
    SiteSetting,
    TariffBand,
    TrackingEvent,
    Zone,
)
from app.models.station import Itself, OwnTouch, ScanLog, StationRow
from app.models.stock import Movement, Stock
from app.models.sync import (
    Answer,
    Ask,
    CentralSeen,
    ClusterMark,
    FactAgain,
    FactRow,
    FactStatus,
    Feed,
    FeedHead,
    Outbox,
    OwnLease,
    StationMark,
    StationSeen,
    Voiding,
)
from app.models.work import Effect, Incident, PickLine, SerialUnit, ToteCount, Work

__all__ = [
    "Address", "Aisle", "Answer", "Ask", "Bin", "BoxType", "BriefLine", "Cart", "CentralSeen", "ClusterMark", "Code",
    "CountTask", "CrossAisle", "Customer", "DispositionRule", "Dossier", "Effect", "FactAgain", "FactRow",
    "FactStatus", "Feed", "FeedHead", "Hold", "Incident", "Itself", "Lot", "MailOptOut", "Manifest", "Model",
    "Movement", "NumberRange", "Order", "OrderBrief", "OrderLine", "OrderPayload", "Outbox", "OwnLease", "OwnTouch",
    "Parcel", "ParcelLine", "Person", "PersonPin", "PickLine", "PinGuard", "Policy", "PrintJob", "Receipt",
    "ReceiptLine", "Refund", "ReorderPoint", "Reservation", "ReturnCase", "ReturnItem", "ReturnLine", "ScanLog",
    "SerialUnit", "SiteSetting", "Sku", "SkuWeight", "StationMark", "StationRow", "StationSeen", "Stock",
    "TariffBand", "TimelineEntry", "Tote", "ToteCount", "TrackingEvent", "Voiding", "Work", "Zone",
]  # fmt: skip
