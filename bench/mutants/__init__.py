"""Planted bugs: each is a diff against the program, and something must catch it by name.

    python -m bench.mutants [--only NAME,NAME] [--diff FILE]… [--limit SECONDS]

A `.diff` of this folder begins with its name and a sentence on what is wrong with it. Two things are tried at once in a
copy of the tree that has the bug in it, the same for a stranger's diff: the worlds of `worlds.WORLDS`, until an
invariant breaks; and tests, those of the rooms that the diff is in and the protocol's own, until one fails. What
catches first is printed, and ends the other. At the end the program as it is plays all worlds and all of those tests.
Exit status 0: every bug was caught within its limit, and the program as it is passed all.
"""
