"""Scan-driven tasks of returns."""
