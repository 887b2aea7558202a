"""`make chaos`: the campaigns at full size, for an evening and not for every commit. One file each.

    python -m bench.chaos [--only scans,kills] [--seed N] …

A campaign is a module of this package that is named in `__main__.CAMPAIGNS`:

* `options(parser)` adds what it can be told;
* `run(options, seed)` plays it, prints what it found, and says whether nothing was amiss.

Seeds are printed, so that a bad run can be run again. Exit status 0: nothing was amiss; 1 otherwise.
"""
