"""A scanner, a scale and a label printer that are not there: on real ptys and real TCP, so nothing else is simulated.

They know the devices from the outside, as a manual describes them, and share no code with the drivers; a mistake in a
driver can therefore not hide behind the same mistake here.
"""

from devices.simulated.printer import VirtualZplPrinter
from devices.simulated.scale import VirtualScale
from devices.simulated.scanner import VirtualScanner

__all__ = ["VirtualScale", "VirtualScanner", "VirtualZplPrinter"]
