"""Packing: verify each unit, box, weigh, label, and close the box with its own label."""
