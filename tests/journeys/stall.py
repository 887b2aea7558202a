"""Holds a database so that nobody else can write: a process of its own, as a backup or a virus scanner would.

    python tests/journeys/stall.py FILE --seed 7 --least-ms 0 --most-ms 1500 --apart-ms 200

Takes BEGIN EXCLUSIVE for a random time again and again until its input ends; then prints how often and how long in all.
Prints "held" after it has taken the file for the first time.
"""

from __future__ import annotations

import argparse
import json
import random
import select
import sqlite3
import sys
import time


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least-ms", type=float, default=0)
    parser.add_argument("--most-ms", type=float, default=1500)
    parser.add_argument("--apart-ms", type=float, default=100, help="most time between two")
    parser.add_argument("--times", type=int, default=0, help="so often at most; 0: until the input ends")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    connection = sqlite3.connect(options.file, timeout=30, isolation_level=None)
    times, held_s = 0, 0.0
    while not select.select([sys.stdin], [], [], chance.uniform(0, options.apart_ms) / 1000)[0]:
        connection.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        if not times:
            print("held", flush=True)
        time.sleep(chance.uniform(options.least_ms, options.most_ms) / 1000)
        connection.execute("ROLLBACK")
        times, held_s = times + 1, held_s + time.monotonic() - began
        if options.times and times >= options.times:
            break
    connection.close()
    print(json.dumps({"times": times, "held_s": round(held_s, 3)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
