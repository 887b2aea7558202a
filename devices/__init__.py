"""Bytes and ports: everything with a plug. Knows only the vocabulary of `app`, and no database."""
