"""Decisions of shipping."""
