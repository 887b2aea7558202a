"""200 flipped bytes in the station's file and its log: noticed and mended, or harmless."""

from __future__ import annotations

import argparse

from bench import storage


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--flips", type=int, default=200)


def run(options: argparse.Namespace, seed: int) -> bool:
    return storage.flips(options.flips, seed)
