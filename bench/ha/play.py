"""The blows, one after the other, on a floor that never stops working."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.ha.cluster import Cluster, Node, until
from bench.ha.floor import NAME, ClusterFloor
from bench.ha.verdict import Acts, Blow, acts_between, chip_outage_s
from tests.floor_of_stations.copies import acknowledged_facts, missing

KINDS = ("kill", "freeze", "cut", "async")
"""Killed, frozen and cut off in synchronous mode; killed in asynchronous mode with a tail that nobody else has."""
CALM_S, SETTLED_S = 5.0, 2.5
Say = Callable[[str], None]


class Trial:
    """One cluster with one floor on it; `blow` strikes the leader once and returns when all is as before."""

    def __init__(self, cluster: Cluster, floor: ClusterFloor, say: Say) -> None:
        self.cluster, self.floor, self._say = cluster, floor, say

    def blow(self, kind: str) -> Blow:
        synchronous = kind != "async"
        if not synchronous:
            self._go_asynchronous()
        calm = self._calm()
        old = self.cluster.leader
        if not synchronous:
            old.back.cut()
            self._say(f"{old.name}: its standbys get nothing any more; the floor goes on")
            self.floor.wait_for_facts(60)
        self.floor.told.central_moved = True
        marks = [len(station.run.said) for station in self.floor.stations]
        fences = self.floor.fences()
        began = time.monotonic_ns()
        self._strike(old, kind)
        acked, there, kept = self._while_nobody_leads(old)
        new = until(lambda: self._next_leader(old), "a new leader")
        leader_s = (time.monotonic_ns() - began) / 1e9
        self._say(f"{new.name} leads after {leader_s:.1f} s")
        if not synchronous:
            self.floor.told.central_lost = True
            self.floor.told.forgotten |= {work for work, fence in fences.items() if kept[new.name].get(work) != fence}
        chips = [self._back_online(n, mark, began) for n, mark in enumerate(marks)]
        end = time.monotonic_ns()
        during = acts_between(self._acts(), began, end)
        lost = acked - there[new.name]
        self._say(
            f"stations are back, chip offline for {', '.join(f'{s:.1f}' for s in chips)} s; {during.count} scans "
            f"meanwhile, longest {during.longest_ms:.0f} ms"
        )
        self._say(f"of {len(acked)} acknowledged facts {len(lost)} are not at {new.name}")
        until(lambda: missing(self.floor) == 0, "every fact of every station is at the new leader")
        refused = None if synchronous else self._old_one_by_hand(old, new)
        returned, returned_s = self._bring_back(old, kind, synchronous)
        back = {bytes(row[0]) for row in self.floor.ask("SELECT fact_id FROM fact")}
        self.floor.orders_come(20)
        return Blow(
            kind, synchronous, old.name, new.name, leader_s, max(chips), calm, during, len(acked), len(lost),
            len(lost & back), returned, returned_s, refused,
        )  # fmt: skip

    # ---- before

    def _go_asynchronous(self) -> None:
        """No commit waits for another node, and one that is far behind may lead: what a site must not do lightly."""
        more = {"synchronous_mode": False, "synchronous_mode_strict": False, "maximum_lag_on_failover": 1 << 28}
        self.cluster.configure(more)
        self.cluster.wait_until_whole(synchronous=False)
        self._say("asynchronous from now on")

    def _calm(self) -> Acts:
        began = time.monotonic_ns()
        time.sleep(CALM_S)  # a span to compare with, not a synchronisation
        self.floor.wait_for_facts(5)
        return acts_between(self._acts(), began, time.monotonic_ns())

    def _acts(self) -> list[Path]:
        return [station.home.root / "acts" for station in self.floor.stations]

    # ---- the blow

    def _strike(self, old: Node, kind: str) -> None:
        if kind in ("kill", "async"):
            pids = old.kill()
            self._say(f"{old.name} leads: kill -9 of {len(pids)} processes ({pids[0]} …)")
        elif kind == "freeze":
            pids = old.freeze()
            self._say(f"{old.name} leads: SIGSTOP of {len(pids)} processes ({pids[0]} …)")
        else:
            old.cut_off()
            self._say(f"{old.name} leads: its relays swallow everything, from stations, to etcd, to the other nodes")

    def _while_nobody_leads(self, old: Node) -> tuple[set[bytes], dict[str, set[bytes]], dict[str, dict[bytes, int]]]:
        """What stations were told, and what each of the others has: facts, and fences of work. Nothing moves now."""
        time.sleep(SETTLED_S)  # answers that were under way have come; nobody is given up so soon
        acked = acknowledged_facts(self.floor)
        there: dict[str, set[bytes]] = {}
        kept: dict[str, dict[bytes, int]] = {}
        for node in self.cluster.nodes:
            if node is old:
                continue
            there[node.name] = {bytes(fact) for (fact,) in node.ask("SELECT fact_id FROM fact", NAME) or ()}
            kept[node.name] = {bytes(w): int(f) for w, f in node.ask("SELECT id, fence FROM work", NAME) or ()}
        return acked, there, kept

    def _next_leader(self, old: Node) -> Node | None:
        return next((node for node in self.cluster.nodes if node is not old and node.leads), None)

    def _back_online(self, n: int, mark: int, began: int) -> float:
        """Waits until this station spoke to central again; seconds that its chip was offline."""
        run = self.floor.stations[n].run
        gone = run.wait(lambda said: said.get("line") is False and said["ns"] > began, mark)
        run.wait(lambda said: said.get("line") is True and said["ns"] > gone["ns"], mark)
        return chip_outage_s(run.said[mark:])

    # ---- after

    def _old_one_by_hand(self, old: Node, new: Node) -> int:
        """The old leader is started beside the new one, as itself: who is sent to it first refuses it."""
        old.start_bare()
        until(lambda: old.leads, f"{old.name} is back by hand")
        count = "SELECT count(*) FROM fact"
        before = old.ask(count, NAME)
        marks = [len(station.run.said) for station in self.floor.stations]
        new.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%\\_s\\_%'")
        first = next(n for n, node in enumerate(self.cluster.nodes) if node is old)
        run, mark = self.floor.stations[first].run, marks[first]
        no = run.wait(lambda said: said.get("refused") == "old_primary", mark)
        yes = run.wait(lambda said: said.get("line") is True and said["ns"] > no["ns"], mark)
        around_s = (yes["ns"] - no["ns"]) / 1e9
        after = old.ask(count, NAME)
        refused = sum(
            any(said.get("refused") == "old_primary" for said in station.run.said[mark:])
            for station, mark in zip(self.floor.stations, marks, strict=True)
        )
        self._say(
            f"{old.name} led by hand: {counted(before)} facts before, {counted(after)} after; refused by {refused} "
            f"station(s), which found {new.name} by itself {around_s:.1f} s later, while {old.name} still led"
        )
        if before != after:
            raise AssertionError(f"{old.name} took facts though {new.name} leads")
        old.kill()
        return refused

    def _bring_back(self, old: Node, kind: str, synchronous: bool) -> tuple[str, float]:
        began, mark = time.monotonic(), old.log.stat().st_size
        if kind in ("kill", "async"):
            old.back.mend()
            old.start()
        elif kind == "freeze":  # what a watchdog does: thawed, Patroni 3.0 would write itself over the new leader's key
            self._say(f"{old.name} is reset, as by a watchdog: {len(old.kill())} frozen processes")
            old.start()
        else:
            old.join_again()
        self.cluster.wait_until_whole(synchronous=synchronous)
        took = time.monotonic() - began
        with old.log.open("rb") as log:
            log.seek(mark)
            words = log.read().decode(errors="replace")
        how = way_back(words)
        self._say(f"{old.name} is back by {how} after {took:.0f} s; all three are as before")
        return how, took


def counted(rows: list[tuple[int]] | None) -> str:
    """What a count said; "?" when nobody answered."""
    return str(rows[0][0]) if rows else "?"


def way_back(log: str) -> str:
    """How a node came back, by what its Patroni wrote."""
    if "bootstrap from leader" in log or "Removing data directory" in log:
        return "a new copy"
    return "pg_rewind" if "running pg_rewind" in log else "following on"


def play(trial: Trial, kinds: Sequence[str]) -> list[Blow]:
    """The blows in this order."""
    return [trial.blow(kind) for kind in kinds]
