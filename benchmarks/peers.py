"""Other routing engines on the same graph, each asked for what it can do and its answers compared with nearhome's.

Distances from every node to one goal are one search on the graph turned round. Where 140 of those would take too long,
a few are run and the time multiplied, which the table says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from measure import Line, Timing, close, measure, measure_each, same
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from road_graph import RoadGraph

ALL = "all nodes to 140 goals"
ROUTE = "one route with its path"
PREPARE = "prepare"
REWEIGHT = "new weights"

PANDANA_MOST_ARCS = 4_500_000
"""Pandana's own preparation takes minutes beyond this, and it has no search from one node to all."""


@dataclass(frozen=True)
class Answers:
    """What nearhome found, in deciseconds: the ways from all nodes to all goals in rank order, and of some pairs."""

    found: NDArray[np.int32]
    rank: NDArray[np.int32]
    pairs: list[tuple[int, int]]
    pair_weights: NDArray[np.int64]

    def column(self, goal: int) -> NDArray[np.int64]:
        """Give the ways from all nodes, by their number, to one goal."""
        return self.found[:, goal][self.rank].astype(np.int64)


def _all_goals(timing: Timing, goals: int) -> tuple[Timing, str]:
    return timing.times(goals), f"{timing.runs} of {goals} goals run, time extrapolated"


def scipy(graph: RoadGraph, answers: Answers, runs: int) -> list[Line]:
    """Run SciPy's Dijkstra, a heap in C++."""
    size = len(graph.lat)
    ready, turned = measure(
        lambda: csr_matrix((graph.deciseconds.astype(float), (graph.head, graph.tail)), shape=(size, size)), 1
    )
    each, rows = measure_each(lambda goal: dijkstra(turned, indices=graph.goals[goal]), range(runs))
    agreement = same("SciPy", rows, np.array([answers.column(goal) for goal in range(runs)]))
    timing, note = _all_goals(each, len(graph.goals))
    return [Line("SciPy", PREPARE, ready), Line("SciPy", ALL, timing, agreement, note)]


def networkx(graph: RoadGraph, answers: Answers, runs: int) -> list[Line]:
    """Run networkx on a MultiDiGraph, which OSMnx makes and nearhome takes, and on a DiGraph, which is leaner.

    The arcs carry a weight and nothing else.
    """
    import networkx as nx

    lines = []
    columns = graph.head.tolist(), graph.tail.tolist(), graph.deciseconds.tolist()
    for kind in (nx.MultiDiGraph, nx.DiGraph):
        engine = f"networkx {kind.__name__}"

        def build(kind: Any = kind) -> Any:
            turned = kind()
            turned.add_weighted_edges_from(zip(*columns, strict=True))
            return turned

        def search(goal: int, turned: Any) -> list[int]:
            lengths = nx.single_source_dijkstra_path_length(turned, int(graph.goals[goal]))
            return [lengths[node] for node in range(len(graph.lat))]

        ready, turned = measure(build, 1)
        each, rows = measure_each(partial(search, turned=turned), [0])
        timing, note = _all_goals(each, len(graph.goals))
        agreement = same(engine, rows, answers.column(0)[None])
        lines += [Line(engine, PREPARE, ready), Line(engine, ALL, timing, agreement, note)]
    route, lengths = measure_each(
        lambda pair: nx.bidirectional_dijkstra(turned, pair[1], pair[0])[0], answers.pairs[: 2 * runs]
    )
    return [*lines, Line(engine, ROUTE, route, same(engine, lengths, answers.pair_weights[: 2 * runs]))]


def igraph(graph: RoadGraph, answers: Answers, runs: int) -> list[Line]:
    """Run igraph, a C library under the GPL."""
    import igraph as ig

    weights = graph.deciseconds.tolist()
    ready, made = measure(
        lambda: ig.Graph(n=len(graph.lat), edges=np.column_stack([graph.tail, graph.head]), directed=True), 1
    )
    each, rows = measure_each(
        lambda goal: made.distances(source=int(graph.goals[goal]), weights=weights, mode="in")[0], range(min(runs, 2))
    )
    agreement = same("igraph", rows, np.array([answers.column(goal) for goal in range(len(rows))]))
    timing, note = _all_goals(each, len(graph.goals))
    route, paths = measure_each(
        lambda pair: made.get_shortest_path(pair[0], pair[1], weights=weights, output="epath"),
        answers.pairs[: 2 * runs],
    )
    lengths = [int(graph.deciseconds[path].sum()) for path in paths]
    return [
        Line("igraph", PREPARE, ready),
        Line("igraph", ALL, timing, agreement, note),
        Line("igraph", ROUTE, route, same("igraph", lengths, answers.pair_weights[: 2 * runs])),
    ]


def pandana(graph: RoadGraph, answers: Answers, runs: int) -> list[Line]:
    """Run pandana, a contraction hierarchy for pairs under the AGPL, here for comparison only."""
    import pandana as pdna
    import pandas as pd

    if len(graph.head) > PANDANA_MOST_ARCS:
        return [Line("pandana", PREPARE, Timing(float("nan"), float("nan"), 0), note="not run on so many arcs")]
    x, y, tail, head, weight = (
        pd.Series(values) for values in (graph.lon, graph.lat, graph.tail, graph.head, graph.deciseconds.astype(float))
    )
    ready, made = measure(lambda: pdna.Network(x, y, tail, head, weight.to_frame("weight"), twoway=False), 1)
    nodes = np.random.default_rng(2).integers(0, len(graph.lat), 20 * runs)
    columns = np.arange(len(graph.goals))
    start, goal = np.repeat(nodes, len(columns)), np.tile(columns, len(nodes))
    block, lengths = measure(lambda: made.shortest_path_lengths(start, graph.goals[goal]), 1)
    ours = answers.found[answers.rank[start], goal].astype(np.int64)
    agreement = same("pandana", np.round(lengths, 3), ours)
    route, _ = measure_each(lambda pair: made.shortest_path(*pair), answers.pairs[: 20 * runs])
    note = f"{len(nodes):,} of {len(graph.lat):,} nodes run, time extrapolated"
    return [
        Line("pandana", PREPARE, ready),
        Line("pandana", ALL, block.times(len(graph.lat) / len(nodes)), agreement, note),
        Line("pandana", ROUTE, route, agreement),
    ]


def routingkit(graph: RoadGraph, answers: Answers, runs: int) -> list[Line]:
    """Run RoutingKit's binding in the node order that nearhome found (with its help), on the graph turned round."""
    from routingkit_cch import CCH, CCHMetric, CCHOneToMany, CCHQuery

    order = np.argsort(answers.rank).tolist()
    tail, head, weights = graph.head.tolist(), graph.tail.tolist(), graph.deciseconds.tolist()
    ready, tree = measure(lambda: CCH(order, tail, head, False), 1)
    custom, metric = measure(lambda: CCHMetric(tree, weights), runs)
    pinned = CCHOneToMany(metric, list(range(len(graph.lat))))
    each, rows = measure_each(lambda goal: pinned.distances_from(int(graph.goals[goal])), range(runs))
    agreement = same("RoutingKit", rows, np.array([answers.column(goal) for goal in range(runs)]))
    timing, note = _all_goals(each, len(graph.goals))
    query = CCHQuery(metric)

    def search(pair: tuple[int, int]) -> int:
        result = query.run(pair[1], pair[0])
        return int(result.distance) if len(result.node_path) else -1

    route, lengths = measure_each(search, answers.pairs)
    return [
        Line("RoutingKit", PREPARE, ready, note="without finding the order"),
        Line("RoutingKit", REWEIGHT, custom),
        Line("RoutingKit", ALL, timing, agreement, note),
        Line("RoutingKit", ROUTE, route, same("RoutingKit", lengths, answers.pair_weights)),
    ]


PEERS: dict[str, tuple[str, Callable[[RoadGraph, Answers, int], list[Line]]]] = {
    "scipy": ("scipy", scipy),
    "networkx": ("networkx", networkx),
    "igraph": ("igraph", igraph),
    "pandana": ("pandana", pandana),
    "routingkit": ("routingkit_cch", routingkit),
}
"""Name, module that has to be installed, and what to run."""


def installed(name: str) -> bool:
    """Say whether a peer can be imported."""
    return find_spec(PEERS[name][0]) is not None


def from_oracle(told: dict[str, Any], answers: Answers, columns: list[int], rows: list[int]) -> list[Line]:
    """Turn what ``osm_peers.py`` wrote into lines; those engines round, so that agreement is a share and a ratio."""
    lines = []
    for line in told["lines"]:
        agreement = ""
        if line["task"] == ROUTE:
            agreement = close(line["seconds"], answers.pair_weights[: len(line["seconds"])] / 10.0, 0.15)
        elif line["seconds"]:
            ours = answers.found[np.ix_(answers.rank[rows], columns)] / 10.0
            agreement = close(np.ravel(line["seconds"]), ours.ravel(), 0.15)
        timing = Timing(line["wall"], line["cpu"], line["runs"])
        lines.append(Line(told["engine"], line["task"], timing, agreement, line["note"]))
    return lines
