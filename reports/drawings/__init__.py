"""What is on a label, drawn once for every kind of printer."""
