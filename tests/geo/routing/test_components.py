"""Which parts of a network lead to which, against networkx, and which roads are chosen anew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nearhome.geo.routing.components import CLOSED, Components
from nearhome.geo.routing.router import Router
from nearhome.geo.routing.snapping import Nearby

NODES = 9
ARCS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), min_size=1, max_size=20)


def network_of(arcs: list[tuple[int, int]], edges: int | None = None) -> Any:
    """Give what components are found from: every arc an edge of its own, and some edges without an arc."""
    tail, head = np.array(arcs, np.int64).reshape(-1, 2).T
    count = len(arcs) if edges is None else edges
    return SimpleNamespace(
        lat=np.zeros(NODES),
        tail=tail,
        head=head,
        edge=np.arange(len(arcs)),
        edges=SimpleNamespace(u=np.zeros(count, np.int64)),
    )


@given(ARCS)
def test_parts_and_what_they_lead_to_are_networkx_s(arcs: list[tuple[int, int]]) -> None:
    graph = nx.DiGraph(arcs)
    graph.add_nodes_from(range(NODES))
    parts = Components(network_of(arcs, len(arcs) + 1))
    numbers = parts.of_node.tolist()
    same = {frozenset(node for node in range(NODES) if numbers[node] == part) for part in range(parts.count)}
    assert same == {frozenset(found) for found in nx.strongly_connected_components(graph)}
    for node in range(NODES):
        after = {node, *nx.descendants(graph, node)}
        before = {node, *nx.ancestors(graph, node)}
        assert {other for other in range(NODES) if parts.reached_from(numbers[node])[numbers[other]]} == after
        assert {other for other in range(NODES) if parts.leads_to(numbers[node])[numbers[other]]} == before
    for edge, (tail, head) in enumerate(arcs):
        assert (parts.come_from[edge], parts.left_for[edge]) == (numbers[tail], numbers[head])
    assert parts.left_for[-1] == parts.come_from[-1] == CLOSED
    assert not parts.leads_to(0)[CLOSED]


def near(*rows: tuple[int, int, float]) -> Nearby:
    """Give roads near places: place, edge, metres."""
    place, edge, metres = zip(*rows, strict=True)
    return Nearby(np.array(place), np.array(edge), np.zeros(len(rows)), np.array(metres))


def test_the_sum_of_both_distances_decides_and_as_near_roads_count_together() -> None:
    parts = Components(network_of([(0, 1), (1, 0), (2, 3), (3, 2), (4, 0), (4, 2)]))
    origins = near((0, 0, 90.0), (0, 2, 40.0), (1, 0, 10.0), (1, 2, 10.0))
    goals = near((0, 1, 30.0), (0, 3, 60.0))
    found = list(parts.joined_again(origins, goals, np.array([[True], [True]])))
    told = {tuple(from_.place.tolist()): (from_.edge.tolist(), to.edge.tolist()) for _, from_, to in found}
    assert told == {(0,): ([2], [3]), (1,): ([0], [1])}
    assert list(parts.joined_again(origins, goals, np.array([[False], [False]]))) == []
    equal = near((0, 1, 30.0), (0, 3, 30.0))
    ((_, from_, to),) = parts.joined_again(origins.only(origins.place == 1), equal, np.array([[False], [True]]))
    assert (from_.edge.tolist(), to.edge.tolist()) == ([0, 2], [1, 3])


def test_where_nothing_leads_to_the_goal_nothing_is_chosen() -> None:
    parts = Components(network_of([(0, 1), (1, 0), (2, 3), (3, 2)]))
    assert list(parts.joined_again(near((0, 0, 5.0)), near((0, 2, 5.0)), np.array([[True]]))) == []


def test_the_shipped_network_is_one_whole_with_its_ferries_alone() -> None:
    assert Router.shipped().whole
    assert not Router.shipped().reweight(ferries=False).whole
