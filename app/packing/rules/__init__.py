"""What packing decides without asking anybody: boxes, weights, and which line a unit belongs to."""
