"""The scan-driven machines of packing."""
