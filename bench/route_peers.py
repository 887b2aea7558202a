"""Routing by two libraries of others, where they are installed (`pip install --group bench-routes`).

OR-tools and PyVRP solve the same table of lengths as we do: node 0 is the start, the last one the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Table = Sequence[Sequence[int]]
Solver = Callable[[Table], list[int]]
"""Gives the nodes between start and end in walking order."""


def or_tools() -> Solver | None:
    """OR-tools with its first solution alone, by the cheapest arc on; None where it is not installed."""
    if find_spec("ortools") is None:
        return None
    enums = import_module("ortools.constraint_solver.routing_enums_pb2")
    routing = import_module("ortools.constraint_solver.pywrapcp")

    def solve(table: Table) -> list[int]:
        manager = routing.RoutingIndexManager(len(table), 1, [0], [len(table) - 1])
        model = routing.RoutingModel(manager)
        model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(table))
        wanted = routing.DefaultRoutingSearchParameters()
        wanted.first_solution_strategy = enums.FirstSolutionStrategy.PATH_CHEAPEST_ARC
        wanted.solution_limit = 1
        found = model.SolveWithParameters(wanted)
        order, index = list[int](), model.Start(0)
        while not model.IsEnd(index := found.Value(model.NextVar(index))):
            order.append(manager.IndexToNode(index))
        return order

    return solve


def py_vrp(seconds: float) -> Solver | None:
    """PyVRP with so many seconds; None where it is not installed."""
    if find_spec("pyvrp") is None:
        return None
    vrp: Any = import_module("pyvrp")
    stop: Any = import_module("pyvrp.stop")

    def solve(table: Table) -> list[int]:
        model = vrp.Model()
        places = [model.add_location(x=n, y=0, name=str(n)) for n in range(len(table))]
        start, end = model.add_depot(places[0]), model.add_depot(places[-1])
        for place in places[1:-1]:
            model.add_client(place)
        model.add_vehicle_type(1, start_depot=start, end_depot=end)
        for i, j in itertools.permutations(range(len(table)), 2):
            model.add_edge(places[i], places[j], distance=table[i][j])
        found = model.solve(stop=stop.MaxRuntime(seconds), display=False)
        (route,) = found.best.routes()
        return [activity.idx + 1 for activity in route if activity.is_client()]

    return solve
