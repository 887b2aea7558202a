"""The one table that says what a barcode means here."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, Id, Model


class Code(Model):
    """A code and what it stands for; several codes per thing, also the site's own.

    `value` as scanned; a GTIN of any length in its 14-digit form. `kind`: item, bin, tote, cart, badge, box, order,
    station, tray, parcel, receipt, return. `units` is the pack quantity of an item's code (a case GTIN). `printed`
    marks the code that we print ourselves (own form with check character), else it is the site's own (`label_code`) or
    a supplier's.
    """

    __tablename__ = "code"
    __table_args__ = (Index("ix_code_subject", "subject"), {"info": BOTH, "sqlite_with_rowid": False})
    value: Mapped[str] = mapped_column(String(256), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[bytes] = mapped_column(Id, primary_key=True)
    units: Mapped[int] = mapped_column(default=1)
    printed: Mapped[bool] = mapped_column(default=False)
