"""Measures walks of published problems anew. It knows the text form of a problem, and nothing of the program.

    packbay route --instances DIR --json | python tests/routes/remeasure.py DIR OPTIMA.csv

Each line is `{"name": …, "length": …, "walk": [{"id": …, "aisle": …, "cell": …}, …]}`: the walk leaves the depot, takes
the places in this order and comes back. Prints how many there are, the sum of their lengths over that of the optima,
and each that is no walk or was measured wrong; then the status is 1.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def remeasured(text: str, walk: list[Mapping[str, Any]]) -> float:
    """The length of a walk by the text of its problem alone. `ValueError` where it is no walk for the order."""
    head = {k.strip(): v.strip() for k, _, v in (line.partition(" : ") for line in text.splitlines() if " : " in line)}
    stock, order, section = list[dict[str, int]](), Counter[int](), ""
    for line in text.splitlines():
        words = line.split()
        if line.strip().endswith("_SECTION"):
            section = line.strip()
        elif words[:1] == ["ID"]:
            row = dict(zip(words[::2], words[1::2], strict=True))
            if section == "SKU_SECTION":
                stock.append({key: int(row[key]) for key in ("ID", "AISLE", "CELL", "QUANTITY")})
            elif section == "ORDER_SECTION":
                order[int(row["ID"])] += int(row["QUANTITY"])
    left = Counter({(s["ID"], s["AISLE"], s["CELL"]): s["QUANTITY"] for s in stock})
    for stop in walk:
        order[stop["id"]] -= left.pop((stop["id"], stop["aisle"], stop["cell"]))
    if any(units > 0 for units in order.values()):
        raise ValueError("not everything of the order was taken")
    top, pitch, gap = (float(head[f"DISTANCE_{k}"]) for k in ("TOP_TO_CELL", "CELL_TO_CELL", "AISLE_TO_AISLE"))
    high = top + float(head["DISTANCE_BOTTOM_TO_CELL"]) + (int(head["NUM_CELLS"]) - 1) * pitch
    depot = (int(head["DEPOT_AISLE"]) * gap, 0.0 if head["DEPOT_LOCATION"] == "top" else high)
    places = [depot, *((stop["aisle"] * gap, top + stop["cell"] * pitch) for stop in walk), depot]
    whole = sum(_apart(a, b, high) for a, b in itertools.pairwise(places))
    return whole + 2 * float(head.get("DISTANCE_TOP_OR_BOTTOM_TO_DEPOT", "0"))


def _apart(a: tuple[float, float], b: tuple[float, float], high: float) -> float:
    """Depths are counted from the top: from one aisle to another over the nearer end."""
    if a[0] == b[0]:
        return abs(a[1] - b[1])
    return abs(a[0] - b[0]) + min(a[1] + b[1], 2 * high - a[1] - b[1])


def judged(folder: Path, optima: Mapping[str, float], lines: Iterable[str]) -> tuple[int, float, list[str]]:
    """(how many walks, the sum of their lengths over the sum of the optima, what is wrong with them)."""
    wrong, walked, best, count = list[str](), 0.0, 0.0, 0
    for line in filter(str.strip, lines):
        told = json.loads(line)
        text = (folder / told["name"]).read_text(encoding="cp1252")
        length = remeasured(text, told["walk"])
        count, walked, best = count + 1, walked + length, best + optima[told["name"]]
        if length != told["length"]:
            wrong.append(f"{told['name']}: said {told['length']}, measured {length}")
    return count, walked / best, wrong


def main() -> int:
    folder, optima = Path(sys.argv[1]), Path(sys.argv[2])
    with optima.open() as rows:
        known = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(rows)}
    count, ratio, wrong = judged(folder, known, sys.stdin)
    print(f"{count} walks of {len(known)} problems, lengths over optima {ratio:.6f}, {len(wrong)} measured wrong")
    print("".join(f"{line}\n" for line in wrong), end="")
    return 1 if wrong or count != len(known) else 0


if __name__ == "__main__":
    sys.exit(main())
