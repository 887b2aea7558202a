"""1,000 cuts of the current on a disk that drops what was not flushed, and the control without a flush."""

from __future__ import annotations

import argparse

from bench import storage


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cuts", type=int, default=1000)


def run(options: argparse.Namespace, seed: int) -> bool:
    return storage.cuts(options.cuts, seed)
