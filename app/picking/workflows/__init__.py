"""The scan-driven machines of picking."""
