"""What central makes of picking: the walk, its take-over by another station, the way back."""

from app.picking.service import put_back, take_over, walks
from app.picking.service.serials import move_serial, withdraw_serial

CONSEQUENCES = walks.CONSEQUENCES | take_over.CONSEQUENCES | put_back.CONSEQUENCES
"""What central does after it applied a fact of this kind."""
ANSWERS = take_over.ANSWERS
"""Which ask is answered by which function."""

__all__ = ["ANSWERS", "CONSEQUENCES", "move_serial", "withdraw_serial"]
