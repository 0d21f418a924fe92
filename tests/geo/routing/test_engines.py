"""Both engines on small networks against networkx, and against each other to the last arc."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.geo.hierarchy.cch import Hierarchy
from nearhome.geo.roads.weights import METRE, NOWHERE, SHIFT
from nearhome.geo.routing import engines
from nearhome.geo.routing.engines import BestArcs, Plain, Swept

if TYPE_CHECKING:
    from nearhome.geo.routing.engines import SearchEngine

NODES = 12
ARCS = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(1, 6), st.integers(0, 3)), max_size=50
)
ENDS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, 5)), max_size=4)


def network_of(arcs: list[tuple[int, int, int, int]]) -> Any:
    """Give what the engines look at: nodes and arcs of a few seconds and metres, so that many ways are equal."""
    tail, head, taken, metres = np.array(arcs, np.int64).reshape(-1, 4).T
    return SimpleNamespace(
        lat=np.zeros(NODES), lon=np.zeros(NODES), tail=tail, head=head, weights=taken * SHIFT + metres * METRE
    )


def both(roads: Any) -> tuple[SearchEngine, SearchEngine]:
    order = np.random.default_rng(len(roads.tail)).permutation(NODES)
    best = BestArcs(roads)
    tree = Hierarchy.build(roads.tail, roads.head, roads.lat, roads.lon, order)
    return Plain(best), Swept(best, tree.customise(roads.weights))


def ends_of(rows: list[tuple[int, int]]) -> tuple[Any, Any]:
    node, taken = np.array(rows, np.int64).reshape(-1, 2).T.copy()
    return node, taken * SHIFT


@settings(max_examples=100, deadline=None)
@given(ARCS, ENDS, ENDS)
def test_both_find_networkx_s_weight_and_the_same_way(
    arcs: list[tuple[int, int, int, int]], starts: list[tuple[int, int]], goals: list[tuple[int, int]]
) -> None:
    roads, (start, goal) = network_of(arcs), (ends_of(starts), ends_of(goals))
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_nodes_from([*range(NODES), "start", "goal"])
    rows = zip(roads.tail.tolist(), roads.head.tolist(), roads.weights.tolist(), strict=True)
    graph.add_weighted_edges_from(rows)
    graph.add_weighted_edges_from(("start", node, taken * SHIFT) for node, taken in starts)
    graph.add_weighted_edges_from((node, "goal", taken * SHIFT) for node, taken in goals)
    expected = nx.single_source_dijkstra_path_length(graph, "start").get("goal")
    ways = [engine.between(start, goal) for engine in both(roads)]
    if expected is None:
        assert ways == [None, None]
        return
    told = [(way.weight, way.start, way.arcs.tolist(), way.goal) for way in ways if way is not None]
    assert told[0] == told[1]
    weight, first, path, last = told[0]
    nodes = [int(start[0][first]), *(int(roads.head[arc]) for arc in path)]
    assert [int(roads.tail[arc]) for arc in path] == nodes[:-1]
    assert nodes[-1] == goal[0][last]
    assert weight == expected == start[1][first] + roads.weights[path].sum() + goal[1][last]


@settings(max_examples=60, deadline=None)
@given(ARCS, st.lists(ENDS, min_size=1, max_size=4), st.lists(ENDS, min_size=1, max_size=5))
def test_a_matrix_has_the_weights_of_the_ways(
    arcs: list[tuple[int, int, int, int]], starts: list[list[tuple[int, int]]], goals: list[list[tuple[int, int]]]
) -> None:
    roads = network_of(arcs)
    rows = [(place, *row) for place, ends in enumerate(starts) for row in ends]
    place, node, taken = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    entries: Any = SimpleNamespace(place=place, node=node, weight=taken * SHIFT)
    targets = [ends_of(ends) for ends in goals]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "GOALS", 2)
        for engine in both(roads):
            ways = [[engine.between(ends_of(ends), target) for target in targets] for ends in starts]
            expected = [[NOWHERE if way is None else way.weight for way in row] for row in ways]
            assert np.minimum(engine.matrix(entries, len(starts), targets), NOWHERE).tolist() == expected
