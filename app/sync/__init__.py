"""How stations and central stay true to each other: push, apply, answer, pull.

Above the stages, for it applies their facts. On one machine central is a SQLite file and a thread; the shapes are those
of a floor with PostgreSQL: facts are inserted, never refused; asks are answered once; the feed is read in order.
"""
