"""Compare nearhome's router with others on road-like graphs of the size of Great Britain, in one run.

    python benchmarks/routing.py [--sizes 0.9,3.8,8] [--peers all|none|scipy,networkx,...] [--quick]

Every peer works on the same graph (``road_graph.py``), and its answers are compared with nearhome's before a ratio is
printed. Peers are for comparison only (``requirements.txt`` beside this file); those that are not installed are listed
and skipped. OSRM and Valhalla need Python 3.12: ``--python312``. Tables are printed as Markdown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import peers
from measure import (
    DisagreementError,
    Line,
    Timing,
    machine,
    measure,
    measure_each,
    progress,
    same,
    seconds,
    table,
)
from peers import ALL, PREPARE, REWEIGHT, ROUTE, Answers
from road_graph import RoadGraph, cached, file_of

from nearhome.geo.hierarchy import order as hierarchy_order
from nearhome.geo.hierarchy import sweep_kernels
from nearhome.geo.hierarchy.cch import Hierarchy, Metric
from nearhome.geo.roads.weights import SHIFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ORACLES = ("osrm", "valhalla")
OSRM_MOST_ARCS, VALHALLA_MOST_ARCS = 4_500_000, 1_500_000
"""Larger graphs take these engines many minutes to prepare."""

FALLBACK_MOST_ARCS = 1_500_000
LONGEST_ROUTE_NODES = 20_000
PAIRS = 1_000
ORACLE_PAIRS, ORACLE_ORIGINS = 200, 1_000

ORDER = "order"
ORDER_ALONE = "order without RoutingKit's binding"
BUILD = "hierarchy from the order"
SAVE = "save"
OPEN = "open from disk"
CUSTOM_32, CUSTOM_64 = "customise, time", "customise, time and miles"
SWEEP_32, SWEEP_64 = "all nodes to 140 goals, time", "all nodes to 140 goals, time and miles"
FRESH_32 = "the same, time, into new memory"
WRITE_32, WRITE_64 = "write that result, time", "write that result, time and miles"
WRITE_FRESH = "write it into new memory, time"
SLOTS = "next-arc slots"
CHASE = "route to a known goal"
PAIR = "route of any pair"
GROWTH = (ORDER, BUILD, OPEN, CUSTOM_32, CUSTOM_64, SWEEP_32, SWEEP_64, WRITE_32, SLOTS, CHASE, PAIR)


@dataclass
class Result:
    """What was measured on one graph."""

    million_arcs: float
    graph: RoadGraph
    ours: dict[str, Timing] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    resident: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="0.9,3.8,8", help="million arcs of each graph")
    parser.add_argument("--peers", default="all", help=f"all, none or some of {', '.join([*peers.PEERS, *ORACLES])}")
    parser.add_argument("--quick", action="store_true", help="the smallest graph only, and fewer runs")
    parser.add_argument("--cache", type=Path, help="folder to keep the graphs in; a temporary one if none is given")
    parser.add_argument("--python312", help="an interpreter that has osrm-bindings, pyvalhalla, osmium and numpy")
    chosen = parser.parse_args()
    sizes = sorted(float(size) for size in chosen.sizes.split(","))
    wanted = {"all": [*peers.PEERS, *ORACLES], "none": []}.get(chosen.peers, chosen.peers.split(","))
    unknown = sorted(set(wanted) - {*peers.PEERS, *ORACLES})
    if unknown:
        parser.error(f"no such peer: {', '.join(unknown)}")
    heading = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.cache or Path(scratch)
        python312 = chosen.python312 or shutil.which("python3.12")
        results = []
        for size in sizes[:1] if chosen.quick else sizes:
            result = on_graph(size, folder, Path(scratch) / f"{size:g}", wanted, python312, quick=chosen.quick)
            results.append(result)
            print(report(result), flush=True)
    print(f"{growth(results)}\n\n{shows(results)}\n\n{national()}\n\n{heading}.")


def on_graph(
    size: float, folder: Path, scratch: Path, wanted: Sequence[str], python312: str | None, *, quick: bool
) -> Result:
    """Measure nearhome and the peers on one graph."""
    progress(f"graph of {size:g} million arcs")
    graph = cached(size, folder)
    result = Result(size, graph)
    answers = nearhome(result, scratch, runs=3 if quick else 7)
    for name in wanted:
        if name in ORACLES:
            continue
        if not peers.installed(name):
            result.skipped.append(f"{name}: not installed")
            continue
        progress(f"{name}, {size:g} million arcs")
        result.lines += peers.PEERS[name][1](graph, answers, 2 if quick else 5)
    for name in ORACLES:
        if name in wanted:
            oracle(name, result, answers, folder, scratch, python312)
    return result


def nearhome(result: Result, scratch: Path, runs: int) -> Answers:
    """Measure nearhome; compare its own ways of finding the same number with one another."""
    graph, ours = result.graph, result.ours
    ours[ORDER], rank = measure(lambda: hierarchy_order.order(graph.tail, graph.head, graph.lat, graph.lon), 1)
    if len(graph.head) <= FALLBACK_MOST_ARCS:
        with mock.patch.dict(sys.modules, {"routingkit_cch": None}):
            ours[ORDER_ALONE], _ = measure(
                lambda: hierarchy_order.order(graph.tail, graph.head, graph.lat, graph.lon), 1
            )
    warm(graph, rank)
    ours[BUILD], tree = measure(lambda: Hierarchy.build(graph.tail, graph.head, graph.lat, graph.lon, rank), 3)
    ours[SAVE], _ = measure(lambda: tree.save(scratch), 1)
    ours[OPEN], tree = measure(lambda: Hierarchy.open(scratch), runs)
    progress("sweeps")
    goals = [(np.array([goal]), np.zeros(1, np.int64)) for goal in graph.goals]
    both = graph.deciseconds * SHIFT + graph.metres
    ours[CUSTOM_64], metric = measure(lambda: tree.customise(both), runs)
    ours[SWEEP_64], ours[WRITE_64], times = sweep(metric, goals, runs)
    result.resident = resident(graph, scratch)
    ours[PAIR], pairs, weights = any_pairs(graph, metric)
    ours[CUSTOM_32], metric = measure(lambda: tree.customise(graph.deciseconds.astype(np.int32)), runs)
    short = metric
    ours[FRESH_32], _ = measure(lambda: short.to_goals(goals), runs)
    ours[WRITE_FRESH], _ = measure(lambda: np.full((len(graph.lat), len(goals)), 1, np.int32), runs)
    ours[SWEEP_32], ours[WRITE_32], sample = sweep(metric, goals, runs)
    same("the sweep of time and miles", times // SHIFT, sample.astype(np.int64))
    found = metric.to_goals(goals)
    progress("slots")
    ours[SLOTS], ours[CHASE] = known_goals(graph, tree, found, runs)
    return Answers(found, tree.rank, pairs, weights)


def sweep(metric: Metric, goals: Sequence[Any], runs: int) -> tuple[Timing, Timing, NDArray[Any]]:
    """Measure a sweep into memory that is there, and merely writing as much; give a sample of the rows."""
    out = metric.to_goals(goals)
    timing, _ = measure(lambda: metric.to_goals(goals, out), runs)
    sample = out[:: max(1, len(out) // PAIRS)].copy()
    writing, _ = measure(lambda: out.fill(1), runs)
    return timing, writing, sample


def warm(graph: RoadGraph, rank: NDArray[np.int64]) -> None:
    """Compile everything that is measured, or read it from numba's cache."""
    tree = Hierarchy.build(graph.tail, graph.head, graph.lat, graph.lon, rank)
    few = [(np.array([goal]), np.zeros(1, np.int64)) for goal in graph.goals[:2]]
    for weights in (graph.deciseconds.astype(np.int32), graph.deciseconds * SHIFT + graph.metres):
        metric = tree.customise(weights)
        metric.to_goals(few)
        none = np.zeros(1, np.int32), tree.ux[:0], metric.forward[:0], np.empty((0, len(graph.goals)), weights.dtype)
        sweep_kernels.sweep(len(graph.goals))(*none, np.zeros(0, bool), metric.nothing)
        metric.between(*few[0], *few[1])


def any_pairs(graph: RoadGraph, metric: Any) -> tuple[Timing, list[tuple[int, int]], NDArray[np.int64]]:
    """Search random pairs with their paths; the weight is that of the arcs walked."""
    drawn = np.random.default_rng(1).integers(0, len(graph.lat), (PAIRS, 2))
    pairs = [(int(u), int(v)) for u, v in drawn]
    nothing = np.zeros(1, np.int64)
    timing, found = measure_each(
        lambda pair: metric.between(np.array(pair[:1]), nothing, np.array(pair[1:]), nothing), pairs
    )
    weights = np.array([weight for weight, _ in found])
    walked = np.array([walk(graph, nodes) for _, nodes in found])
    same("the path of a pair", walked, weights)
    return timing, pairs, weights // SHIFT


def walk(graph: RoadGraph, nodes: NDArray[np.int64]) -> int:
    """Add up the arcs between the nodes of a path, time and miles in one weight."""
    total = 0
    for u, v in zip(nodes[:-1].tolist(), nodes[1:].tolist(), strict=True):
        first, last = int(graph.starts[u]), int(graph.starts[u + 1])
        arc = first + int(np.searchsorted(graph.head[first:last], v))
        if arc == last or graph.head[arc] != v:
            msg = f"the path goes from {u} to {v}, where no arc is"
            raise DisagreementError(msg)
        total += int(graph.deciseconds[arc]) * SHIFT + int(graph.metres[arc])
    return total


def known_goals(graph: RoadGraph, tree: Hierarchy, found: NDArray[np.int32], runs: int) -> tuple[Timing, Timing]:
    """Measure the slots of all nodes and goals, and routes read from them; compare the routes with the sweep."""
    tail, head = tree.rank[graph.tail], tree.rank[graph.head]
    order = np.lexsort((head, tail))
    starts = np.searchsorted(tail[order], np.arange(len(graph.lat) + 1)).astype(np.int32)
    head, weight = head[order], graph.deciseconds[order].astype(np.int32)
    slots = np.empty(found.shape, np.uint8)
    sweep_kernels.next_slots(starts, head, weight, found, slots)
    timing, _ = measure(lambda: sweep_kernels.next_slots(starts, head, weight, found, slots), runs)
    random = np.random.default_rng(4)
    asked = list(
        zip(
            random.integers(0, len(graph.lat), PAIRS).tolist(),
            random.integers(0, len(graph.goals), PAIRS).tolist(),
            strict=True,
        )
    )
    path = np.empty(LONGEST_ROUTE_NODES, np.int64)
    sweep_kernels.chase(starts, head, slots, 0, 0, path)

    def route(item: tuple[int, int]) -> NDArray[np.int64]:
        return path[: sweep_kernels.chase(starts, head, slots, item[0], item[1], path)].copy()

    each, paths = measure_each(route, asked)
    walked = [walk(graph, tree.node_at[path].astype(np.int64)) // SHIFT for path in paths]
    same("a route read from slots", walked, np.array([found[row, column] for row, column in asked], np.int64))
    ends = [int(path[-1]) for path in paths]
    same("its end", ends, tree.rank[graph.goals[[column for _, column in asked]]].astype(np.int64))
    return timing, each


def resident(graph: RoadGraph, hierarchy: Path) -> dict[str, int]:
    """Give the bytes that a process of its own holds beside the result, after either sweep, where the system tells."""
    np.save(hierarchy / "goals.npy", graph.goals)
    held = {}
    kinds = {"time": graph.deciseconds.astype(np.int32), "time and miles": graph.deciseconds * SHIFT + graph.metres}
    for name, values in kinds.items():
        weights = hierarchy / f"weights of {name}.npy"
        np.save(weights, values)
        command = [sys.executable, str(Path(__file__).with_name("memory.py")), str(hierarchy), str(weights)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        if told != "unknown":
            held[name] = int(told)
    return held


def oracle(name: str, result: Result, answers: Answers, folder: Path, scratch: Path, python312: str | None) -> None:
    """Ask OSRM or Valhalla, in a Python of their own."""
    graph, most = result.graph, {"osrm": OSRM_MOST_ARCS, "valhalla": VALHALLA_MOST_ARCS}[name]
    if python312 is None:
        result.skipped.append(f"{name}: no Python 3.12 found; name one with --python312")
        return
    if len(graph.head) > most:
        result.skipped.append(f"{name}: not run on more than {most:,} arcs")
        return
    progress(f"{name}, {result.million_arcs:g} million arcs")
    random = np.random.default_rng(6)
    origins = random.integers(0, len(graph.lat), ORACLE_ORIGINS)
    request = {
        "graph": str(file_of(result.million_arcs, folder)),
        "pairs": answers.pairs[:ORACLE_PAIRS],
        "origins": origins.tolist(),
        "goals": graph.goals.tolist(),
    }
    asked, answer = scratch / f"{name}_request.json", scratch / f"{name}_answer.json"
    asked.write_text(json.dumps(request), encoding="utf-8")
    program = str(Path(__file__).with_name("osm_peers.py"))
    done = subprocess.run(
        [python312, program, name, str(asked), str(answer), str(scratch)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        result.skipped.append(f"{name}: not installed in that Python, or failed ({said})")
        return
    told = json.loads(answer.read_text(encoding="utf-8"))
    if told["missing"]:
        result.skipped.append(f"{name}: not installed")
        return
    result.lines += peers.from_oracle(told, answers, list(range(len(graph.goals))), origins.tolist())


def national() -> str:
    """Measure the shipped network, all postcodes to all open prisons, in a process of its own."""
    program = str(Path(__file__).with_name("national.py"))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    title = "### The shipped network"
    if done.returncode:
        return f"{title}\n\nNot measured: {(done.stderr.strip().splitlines() or ['no message'])[-1]}"
    told = json.loads(done.stdout)
    most = "not known here" if told["most_bytes"] is None else f"{told['most_bytes'] / 1e9:.2f} GB"
    rows = [
        ["cold process, imports and tables included", "3 s", seconds(told["cold_seconds"])],
        ["warm", "0.5 s", seconds(told["warm_seconds"])],
        ["most memory held", "2 GB", most],
    ]
    return (
        f"{title}\n\n{told['postcodes']:,} postcodes to {told['prisons']} open prisons, minutes and miles; "
        f"{told['equal']} of {told['sample']} drawn at random are what the router's own route says.\n\n"
        f"{table(['all postcodes to all open prisons', 'goal, at most', 'measured'], rows)}"
    )


def report(result: Result) -> str:
    """Write what was measured on one graph as two tables."""
    graph, ours = result.graph, result.ours
    own = [[task, seconds(timing.wall), seconds(timing.cpu), str(timing.runs)] for task, timing in ours.items()]
    held = ", ".join(f"{count / 1e6:,.0f} MB ({name})" for name, count in result.resident.items())
    against = {ALL: SWEEP_32, ROUTE: PAIR, REWEIGHT: CUSTOM_32, PREPARE: BUILD}
    rows = []
    for line in result.lines:
        mine = ours[against[line.task]]
        agreed = line.agreement or ("-" if line.task in {PREPARE, REWEIGHT} else "not compared")
        if line.timing.runs == 0:
            rows.append([line.engine, line.task, "-", "-", "-", "-", line.note])
            continue
        ratio = line.timing.cpu / mine.cpu if line.task != PREPARE else float("nan")
        times = "-" if line.task == PREPARE else f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"  # noqa: PLR2004
        rows.append(
            [line.engine, line.task, seconds(line.timing.wall), seconds(line.timing.cpu), times, agreed, line.note]
        )
    heads = ["engine", "task", "clock", "processor", "times nearhome's", "agreement", "note"]
    parts = [
        f"### {len(graph.lat):,} nodes, {len(graph.head):,} arcs",
        table(["nearhome", "clock", "processor", "runs"], own),
        f"Held in memory beside the result, interpreter and libraries included: {held or 'not known here'}.",
        table(heads, rows) if rows else "",
        "\n".join(f"- {text}" for text in result.skipped),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def growth(results: Sequence[Result]) -> str:
    """Write processor time per million arcs by size, and the last against the one before it."""
    sizes = [len(result.graph.head) / 1e6 for result in results]
    rows = []
    for task in GROWTH:
        each = [result.ours[task].cpu / size for result, size in zip(results, sizes, strict=True)]
        last = f"{each[-1] / each[-2]:.2f}" if len(each) > 1 else "-"
        rows.append([task, *(seconds(value) for value in each), last])
    heads = ["processor time per million arcs", *(f"{size:.1f} M" for size in sizes), "last over the one before"]
    return f"### Growth\n\n{table(heads, rows)}"


def shows(results: Sequence[Result]) -> str:
    """Compare what was measured with the figures that were to be reached, at 3.8 million arcs if that was run."""
    result = min(results, key=lambda result: abs(result.million_arcs - 3.8))
    ours = {task: timing.cpu for task, timing in result.ours.items()}
    totals = {line.engine: line.timing.cpu for line in result.lines if line.task == ALL}
    rows: list[tuple[str, float, float, str]] = []
    if "SciPy" in totals:
        rows.append(("SciPy over nearhome, at least", 300, totals["SciPy"] / ours[SWEEP_32], ""))
        customised = totals["SciPy"] / (ours[SWEEP_32] + ours[CUSTOM_32])
        rows.append(("SciPy over nearhome with customising, at least", 50, customised, ""))
    rows += [
        (f"{engine} over nearhome, at least", 8000, total / ours[SWEEP_32], "")
        for engine, total in totals.items()
        if engine.startswith("networkx")
    ]
    rows += [
        ("sweep over writing its result, at most", 3, ours[SWEEP_32] / ours[WRITE_32], ""),
        ("the same into new memory, at most", 3, ours[FRESH_32] / ours[WRITE_FRESH], ""),
        ("sweep of time and miles over writing its result, at most", 3, ours[SWEEP_64] / ours[WRITE_64], ""),
        ("route to a known goal, at most", 0.2, 1e3 * ours[CHASE], " ms"),
        ("route of any pair, at most", 1, 1e3 * ours[PAIR], " ms"),
        ("customise, at most", 0.6, ours[CUSTOM_32], " s"),
        ("customise for time and miles, at most", 0.6, ours[CUSTOM_64], " s"),
        ("order, at most", 120, ours[ORDER], " s"),
        ("open from disk, at most", 0.5, ours[OPEN], " s"),
    ]
    rows += [
        (f"held beside the result, {name}, at most", 0.4, count / 1e9, " GB") for name, count in result.resident.items()
    ]
    if len(results) > 1:
        sizes = [len(each.graph.head) for each in results[-2:]]
        before, last = (each.ours[SWEEP_32].cpu / size for each, size in zip(results[-2:], sizes, strict=True))
        rows.append(("growth of the sweep to the largest against linear, at most", 1.2, last / before, ""))
    written = [
        [
            what,
            f"{goal:g}{unit}",
            f"{value:,.0f}{unit}" if value >= 100 else f"{value:.3g}{unit}",  # noqa: PLR2004 -- three figures
            "yes" if (value >= goal) == ("least" in what) else "no",
        ]
        for what, goal, value, unit in rows
    ]
    name = f"### Figures to reach, at {len(result.graph.head):,} arcs (processor time)"
    return f"{name}\n\n{table(['figure', 'goal', 'measured', 'reached'], written)}"


if __name__ == "__main__":
    main()
