"""A floor of many stations in one thread: virtual clocks, lines and disks, and the real code of both ends.

    python -m tests.simulation --seed 7 --stations 10 --days 30

What is simulated is the world around the program; what runs in it is the program: the migrated SQLite files of both
sides, the keeper, hello, push, pull, the applier, duties, facts and services of all stages. Everything by chance comes
of one seed, ids and clocks included, so a failure is played again by its seed.

    chance     one seed for all: dice, ids
    machine    a computer: its clock, its boots, its disk, its power; stations and central are machines
    disk       a database file that can lose what was not flushed, and be put back as it was
    line       the network between a station and central
    site       the goods, the orders, the office
    people     what hands do, step by step
    faults     what breaks, and how one sees that it changed something
    world      days and nights, and the rest at the end
    invariants what must hold: raw SQL on the files, without the program
"""
