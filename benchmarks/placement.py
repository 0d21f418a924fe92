"""Compare nearhome's placement with other solvers on placements of the size of England and Wales, in one run.

    python benchmarks/placement.py [--quick] [--slow]

Every solver works on the same whole-number costs in a process of its own, and has to reach the same optimum. Peers are
for comparison only; what is not installed is skipped. ``--slow`` lets HiGHS try the small areas too, ``--quick`` leaves
out the small areas, the individuals and the long lists. The people are made up (``placement_instance.py``).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from measure import DisagreementError, machine, progress, seconds, table
from placement_instance import LEVELS, generate, with_held
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from nearhome.analysis.placement.solver import (
    baselines,
    fairness,
    levers,
    move_limits,
    objectives,
    shadow_prices,
    solve,
)
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.analysis.placement.solver.instance import Instance

FEW = 40
"""Authorities of the instance that networkx is asked to solve."""

RUNS = {"authorities": 5, "small areas": 3, "individuals": 1, "few": 3}
MOVES = 5_000


def nearhome(known: Instance) -> tuple[int, str]:
    """Solve with nearhome; give the cost."""
    plan = solve.solve(known)
    return plan.cost, f"{int(plan.unplaced.sum())} without a place"


def bare(known: Instance) -> tuple[int, str]:
    """Call OR-Tools on the plain network, with nobody allowed to be without a place."""
    from ortools.graph.python import min_cost_flow

    tail, head, capacity, cost, supply = arcs(known)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), capacity, cost)
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    status = solver.solve()
    solver.flows(np.arange(len(tail), dtype=np.int32))
    return solver.optimal_cost(), status.name.lower()


def pylmcf(known: Instance) -> tuple[int, str]:
    """Call LEMON's network simplex through pylmcf."""
    from pylmcf import Graph

    tail, head, capacity, cost, supply = arcs(known)
    graph = Graph(len(supply), tail.astype(np.int32), head.astype(np.int32))
    graph.set_edge_capacities(capacity)
    graph.set_edge_costs(cost)
    graph.set_node_supply(supply)
    graph.solve()
    return int(graph.total_cost()), ""


def highs(known: Instance) -> tuple[int, str]:
    """Call HiGHS through SciPy on the linear programme of the same network."""
    tail, head, capacity, cost, supply = arcs(known)
    every = np.arange(len(tail))
    signs = np.append(np.ones(len(tail)), -np.ones(len(tail)))
    balance = csr_matrix((signs, (np.append(tail, head), np.append(every, every))), shape=(len(supply), len(tail)))
    limits = np.column_stack([np.zeros(len(tail)), capacity])
    found = linprog(cost, A_eq=balance, b_eq=supply, bounds=limits, method="highs")
    return round(found.fun), found.message.split(" (")[0]


def networkx(known: Instance) -> tuple[int, str]:
    """Call networkx's network simplex."""
    tail, head, capacity, cost, supply = arcs(known)
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from((node, {"demand": -int(people)}) for node, people in enumerate(supply))
    rows = zip(tail.tolist(), head.tolist(), capacity.tolist(), cost.tolist(), strict=True)
    graph.add_edges_from((a, b, {"capacity": c, "weight": w}) for a, b, c, w in rows)
    return int(nx.network_simplex(graph)[0]), ""


def arcs(known: Instance) -> tuple[Any, Any, Any, Any, Any]:
    """Write the plain network: groups to prisons to a sink."""
    group, prison = np.nonzero(known.allowed())
    groups, prisons = len(known.people), len(known.prisons)
    costs = objectives.total(known).costs[group, prison]
    sink = groups + prisons
    tail = np.append(group, groups + np.arange(prisons))
    head = np.append(groups + prison, np.full(prisons, sink))
    capacity = np.append(known.people[group], known.places)
    supply = np.concatenate([known.people, np.zeros(prisons, np.int64), [-known.people.sum()]])
    return tail, head, capacity, np.append(costs, np.zeros(prisons, np.int64)), supply


SOLVERS: dict[str, Callable[[Instance], tuple[int, str]]] = {
    "nearhome": nearhome,
    "OR-Tools, bare": bare,
    "pylmcf": pylmcf,
    "HiGHS (SciPy)": highs,
    "networkx": networkx,
}
PLAN = {
    "few": list(SOLVERS),
    "authorities": ["nearhome", "OR-Tools, bare", "pylmcf", "HiGHS (SciPy)"],
    "small areas": ["nearhome", "OR-Tools, bare", "pylmcf"],
    "individuals": ["nearhome", "OR-Tools, bare", "pylmcf"],
}


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    parser.add_argument("--slow", action="store_true", help="let HiGHS solve the small areas too")
    parser.add_argument("--one", nargs=2, metavar=("LEVEL", "SOLVER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(*chosen.one)))
        return
    heading = machine()
    levels = ["few", "authorities"] if chosen.quick else ["few", *LEVELS]
    for level in levels:
        wanted = PLAN[level] + (["HiGHS (SciPy)"] if chosen.slow and level == LEVELS[1] else [])
        print(f"{compared(level, wanted)}\n", flush=True)
    print(f"{features(quick=chosen.quick)}\n\n{heading}.\n\nThe modelled baseline beside what is published:")
    baseline = import_module("population")  # the benchmark beside this one
    baseline.distances()
    baseline.margins()


def made(level: str) -> Instance:
    """Make the instance of a level."""
    return generate(LEVELS[0], authorities=FEW) if level == "few" else generate(level)


def one(level: str, solver: str) -> dict[str, Any]:
    """Measure one solver in this process: the median of several runs, and the most memory ever used."""
    known = made(level)
    work = SOLVERS[solver]
    try:
        work(generate(LEVELS[0], authorities=2))  # imports are not part of the time
    except ImportError as error:
        return {"missing": str(error)}
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    walls, cpus, cost, note = [], [], 0, ""
    for _ in range(1 if work in {highs, networkx} else RUNS[level]):
        wall, cpu = time.perf_counter(), time.process_time()
        cost, note = work(known)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = [int(known.people.sum()), len(known.people), int(known.allowed().sum())]
    wall, cpu = float(np.median(walls)), float(np.median(cpus))
    return {"size": size, "wall": wall, "cpu": cpu, "cost": cost, "note": note, "base": base, "most": most}


def compared(level: str, wanted: list[str]) -> str:
    """Measure solvers on one level and write their table.

    Raises
    ------
    DisagreementError
        A solver finds another optimum than nearhome.
    """
    told = {}
    for solver in wanted:
        progress(f"{level}: {solver}")
        command = [sys.executable, __file__, "--one", level, solver]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        last = found.stderr.strip().splitlines()[-1:] or ["no answer"]
        told[solver] = json.loads(found.stdout) if found.returncode == 0 else {"missing": last[0]}
    ours = told["nearhome"]
    rows, missing = [], []
    for solver, each in told.items():
        if "missing" in each:
            missing.append(f"- {solver}: {each['missing']}")
            continue
        if each["cost"] != ours["cost"]:
            msg = f"{solver} finds {each['cost']:,} on {level}, nearhome {ours['cost']:,}."
            raise DisagreementError(msg)
        figures = seconds(each["wall"]), seconds(each["cpu"]), f"{each['wall'] / ours['wall']:.2f}"
        rows.append([solver, *figures, f"{each['most'] / 1024:,.0f} MB", each["note"]])
    people, groups, journeys = ours["size"]
    heading = (
        f"### {level.capitalize()}: {people:,} people in {groups:,} groups, {journeys:,} journeys; "
        f"optimum {ours['cost'] / objectives.TENTHS / people:.4f} minutes each, the same for all"
    )
    heads = ("solver", "time", "processor", "over nearhome", "most memory, instance included", "")
    return "\n".join([heading, "", table(heads, rows), *missing])


def features(*, quick: bool) -> str:
    """Measure what planners ask for, at authority level."""
    known = with_held(generate(LEVELS[0]))
    plan = solve.solve(known)
    rows: list[list[str]] = []

    def timed(task: str, work: Callable[[], Any], say: Callable[[Any], str]) -> None:
        progress(task)
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        rows.append([task, seconds(time.perf_counter() - wall), seconds(time.process_time() - cpu), say(result)])

    timed("as it is", lambda: baselines.stay(known), _figures)
    timed("nearest free place, one after another", lambda: baselines.greedy(known), _figures)
    timed("optimum, fewest moves", lambda: solve.solve(known), _figures)
    limit = f"{MOVES:,} moves at the most"
    timed(limit, lambda: move_limits.limited(known, MOVES), lambda x: f"{_figures(x)}; gap {x.gap:.4%}")
    timed("trade-off curve, 12 points", lambda: move_limits.frontier(known), lambda x: f"{len(x)} exact points")
    timed("prices of all places", lambda: shadow_prices.prices(plan), lambda x: f"{len(x)} places, two prices each")
    timed("squares", lambda: solve.solve(known, objectives.squared(known)), _figures)
    timed("fewest over 2 h", lambda: solve.solve(known, objectives.fewest_over(known, 120)), _figures)
    if not quick:
        timed("least mean of the worst tenth", lambda: fairness.tail(known), lambda x: _figures(x.plan))
        timed("every single closure", lambda: list(levers.closures(known)), lambda x: f"{len(x)} prisons")
        names, burden, cohorts = _sites(known)
        timed(
            "a new prison of 1,500 places in every authority",
            lambda: list(levers.sites(known, names, burden, places=1_500, cohorts=cohorts)),
            lambda x: f"{len(x)} sites; the best saves {-min(each.burden for each in x):,.0f} minutes",
        )
    return "### What planners ask, by authority\n\n" + table(("task", "time", "processor", "result"), rows)


def _figures(plan: solve.Plan) -> str:
    told = plan.summary()
    return (
        f"mean {told.mean:.1f} min, 95 % within {told.p95:.0f}, {plan.over(120):,} over 2 h, {plan.over(180):,} over "
        f"3 h, {told.moves:,} moves, {told.unplaced} without a place"
    )


def _sites(known: Instance) -> tuple[list[str], Any, list[str]]:
    """Give a site at the middle of every authority, and drives to it by the same model as to the prisons."""
    homes = [each for each in area_finder.authorities().values() if each.nation in {"England", "Wales"}]
    where = np.radians([(each.lat, each.lon) for each in homes])
    apart = where[:, None] - where
    apart[..., 1] *= np.cos(where[:, :1])
    miles = 3_959 * np.hypot(apart[..., 0], apart[..., 1])
    minutes = 8 + 1.3 * miles / (19 + 28 * np.minimum(miles / 62, 1)) * 60
    return [each.code for each in homes], minutes, [name for name in known.cohorts if name.endswith(" C")]


if __name__ == "__main__":
    main()
