"""`packbay shift`: a scripted person works a whole shift through real ptys and a real TCP printer.

Three processes: the devices, the station, and this one. The person reads Views (what the screen shows), scans what is
wanted, makes the mistakes that people make, and goes home when nothing is left. The figures are counted afterwards
from the scanner's own log and the documented views by `ui.shift.count`, which knows nothing of the station's program.
"""

from ui.shift.play import run_shift

__all__ = ["run_shift"]
