"""What carriers said of parcels, and what customers were told."""

from app.tracking.queries.events import Scanned, events_of_parcel
from app.tracking.queries.letters import Recipient, letter_for, recipient_of, sample_letter
from app.tracking.queries.mails import MailRow, has_opted_out, mails, mails_by_state, opt_out_id

__all__ = [
    "MailRow", "Recipient", "Scanned", "events_of_parcel", "has_opted_out", "letter_for", "mails", "mails_by_state",
    "opt_out_id", "recipient_of", "sample_letter",
]  # fmt: skip
