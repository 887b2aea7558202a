"""Products, boxes and how strictly each class of item is proven."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BOTH, Id, Model


class Sku(Model):
    """A stock keeping unit. Unknown weight or size is NULL, never 0: it switches its checks off and says so."""

    __tablename__ = "sku"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    sku: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    variant: Mapped[str] = mapped_column(String(255), default="")
    picture: Mapped[str] = mapped_column(String(64), default="")
    weight_g: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    lot_tracked: Mapped[bool] = mapped_column(default=False)
    serial_tracked: Mapped[bool] = mapped_column(default=False)
    expiry_tracked: Mapped[bool] = mapped_column(default=False)
    hazard: Mapped[str] = mapped_column(String(32), default="")
    item_class: Mapped[str] = mapped_column(String(32), default="standard")
    active: Mapped[bool] = mapped_column(default=True)


class SkuWeight(Model):
    """What a unit weighs by the boxes that held nothing else (`app.packing.rules.learning`), milligrams.

    `strays` are the last boxes in a row that contradict it.
    """

    __tablename__ = "sku_weight"
    __table_args__ = ({"info": BOTH},)
    sku_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    parcels: Mapped[int] = mapped_column(default=0)
    units: Mapped[int] = mapped_column(default=0)
    mean_mg: Mapped[int] = mapped_column(default=0)
    low_mg: Mapped[int] = mapped_column(default=0)
    high_mg: Mapped[int] = mapped_column(default=0)
    strays: Mapped[int] = mapped_column(default=0)


class Lot(Model):
    """A lot of an SKU and when it expires (ISO date, "" when it does not): FEFO needs it."""

    __tablename__ = "lot"
    __table_args__ = ({"info": BOTH},)
    sku_id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    lot: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_on: Mapped[str] = mapped_column(String(10), default="")


class BoxType(Model):
    """A box one can take from a shelf; inner and outer measures in mm, its own weight, what it bears."""

    __tablename__ = "box_type"
    __table_args__ = ({"info": BOTH},)
    id: Mapped[bytes] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    length_mm: Mapped[int]
    width_mm: Mapped[int]
    height_mm: Mapped[int]
    tare_g: Mapped[int]
    max_g: Mapped[int]
    shelf: Mapped[str] = mapped_column(String(64), default="")
    material: Mapped[str] = mapped_column(String(64), default="")


class Policy(Model):
    """Proof per item class. `proof`: product | bin_and_product. `units`: each | once (one scan and a quantity card)."""

    __tablename__ = "policy"
    __table_args__ = ({"info": BOTH},)
    item_class: Mapped[str] = mapped_column(String(32), primary_key=True)
    proof: Mapped[str] = mapped_column(String(16), default="bin_and_product")
    units: Mapped[str] = mapped_column(String(8), default="each")
