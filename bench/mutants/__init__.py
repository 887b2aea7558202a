"""Planted bugs: each is a diff against the program, and something must catch it by name.

    python -m bench.mutants [--only NAME,NAME] [--diff FILE] [--workers N]

A `.diff` of this folder begins with its name and a sentence on what is wrong with it; then, if need be, `Test: ` and a
test that catches it. Without one it is the simulator's: a copy of the tree is changed and plays the worlds of
`worlds.WORLDS`, the same for all, until an invariant breaks. `Test: server` says that it bites only where transactions
run side by side, which SQLite's one writer never lets them: such a bug belongs to the tests on PostgreSQL.
"""
