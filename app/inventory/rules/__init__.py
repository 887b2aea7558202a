"""Pure rules of inventory: how far things are, and from where units are taken."""

from app.inventory.rules.allocation import Candidate, Take, plan_takes, rank
from app.inventory.rules.walk import Floor, Point, walking_mm

__all__ = ["Candidate", "Floor", "Point", "Take", "plan_takes", "rank", "walking_mm"]
