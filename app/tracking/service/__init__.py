"""Decisions of tracking: what customers are told, what follows from carriers' scans, what is not heard of."""

from app.tracking.service.intents import intend, label_voided, parcel_closed
from app.tracking.service.office import drop_mails, opt_out, retry_mails, send_trial
from app.tracking.service.post import send_mails
from app.tracking.service.scans import ScanMapping, import_tracking, load_scan_mapping
from app.tracking.service.watch import watch_parcels

CONSEQUENCES = {"ParcelClosed": parcel_closed, "LabelVoided": label_voided}
"""What central does after it applied a fact of this kind."""
DUTIES = {"scans": watch_parcels}
"""What central does while time passes."""
OUTSIDE = {"mails": send_mails}
"""The same, on a thread of its own: a mail server may be slow."""

__all__ = [
    "CONSEQUENCES", "DUTIES", "OUTSIDE", "ScanMapping", "drop_mails", "import_tracking", "intend", "label_voided",
    "load_scan_mapping", "opt_out", "parcel_closed", "retry_mails", "send_mails", "send_trial", "watch_parcels",
]  # fmt: skip
