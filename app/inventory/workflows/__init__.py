"""The scan-driven tasks of inventory: receive, put away, move, count, found."""
