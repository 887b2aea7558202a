"""What the sync thread hands to the work thread."""

from app.sync.parcel import Line, LineChanged, Parcelled

__all__ = ["Line", "LineChanged", "Parcelled"]
