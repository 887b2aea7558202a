"""The same faults on a real PostgreSQL over TCP: each station, each worker a process with a home of its own.

    hands      a station's process: the real keeper, courier and line, and hands that work by the jobs of the simulation
    floor      a server, its central by the real commands, workers, stations; coming to rest; the invariants
    faults     what breaks
    net        a network namespace, a small disk: what needs a superuser of this machine

`bench/chaos/floor.py` plays all of them by seeds; the tests here play a few.
"""
