"""Runs the campaigns that are asked for, one after the other."""

from __future__ import annotations

import argparse
import random
import sys
from importlib import import_module

CAMPAIGNS = ("scans", "kills", "file_kills", "cuts", "flips", "tamper", "sim", "floor")
"""Modules of this package, in the order in which they run."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="The campaigns at full size.")
    parser.add_argument("--seed", type=int, help="the same campaign again (default: a new one, printed)")
    parser.add_argument("--only", default=",".join(CAMPAIGNS), help="some of them, by commas")
    campaigns = {name: import_module(f"bench.chaos.{name}") for name in CAMPAIGNS}
    for campaign in campaigns.values():
        campaign.options(parser)
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if strange := sorted(set(chosen) - set(campaigns)):
        parser.error(f"no campaign is called {strange[0]}: there are {', '.join(campaigns)}")
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    good = [campaign.run(options, seed) for name, campaign in campaigns.items() if name in chosen]
    print("nothing lost, nothing twice, no word broken" if all(good) else "SOMETHING IS AMISS: see above")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
