"""Decisions of shipping: tariffs, and the end of the day."""

from app.shipping.service.manifest import Closing, close_manifest, label_voided
from app.shipping.service.tariff import import_tariff

CONSEQUENCES = {"LabelVoided": label_voided}
"""What central does after it applied a fact of this kind."""

__all__ = ["CONSEQUENCES", "Closing", "close_manifest", "import_tariff", "label_voided"]
