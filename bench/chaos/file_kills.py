"""1,000 kills -9 at any moment of a station's start, of its scans and rests, by a fork server."""

from __future__ import annotations

import argparse

from bench import storage


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file-kills", type=int, default=1000)


def run(options: argparse.Namespace, seed: int) -> bool:
    return storage.kills(options.file_kills, seed)
