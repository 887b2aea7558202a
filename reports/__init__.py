"""A document in, bytes out, the same bytes always; no database, no settings, no clock."""
