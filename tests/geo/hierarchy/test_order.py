"""Orders of elimination: complete, depth first, and good enough to be of use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.geo.hierarchy import elimination, order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Ints


@pytest.fixture(params=["with RoutingKit", "without RoutingKit"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with RoutingKit's binding, where it is installed, and without."""
    name = str(request.param)
    if name == "without RoutingKit":
        monkeypatch.setitem(sys.modules, "routingkit_cch", None)
    return name


def grid(side: int) -> tuple[Ints, Ints, NDArray[np.float64], NDArray[np.float64]]:
    """Make a square of two-way streets with a blind alley at every corner of a block."""
    number = np.arange(side * side).reshape(side, side)
    u = np.r_[number[:, :-1].ravel(), number[:-1].ravel(), number.ravel()]
    v = np.r_[number[:, 1:].ravel(), number[1:].ravel(), number.ravel() + side * side]
    at = np.tile(np.arange(side * side), 2)
    return np.r_[u, v], np.r_[v, u], 50 + 0.01 * (at // side), 0.016 * (at % side)


def width(rank: Ints, tail: Ints, head: Ints) -> int:
    """Give the most upward arcs of any node."""
    up, _ = elimination.chordal(len(rank), rank[tail], rank[head])
    return int(np.diff(up).max())


def is_depth_first(rank: Ints, tail: Ints, head: Ints) -> bool:
    """Say whether every node's subtree is a stretch of ranks that ends with it."""
    up, ux = elimination.chordal(len(rank), rank[tail], rank[head])
    lowest, size = np.arange(len(rank)), np.ones(len(rank), np.int64)
    for v in range(len(rank)):
        if up[v + 1] > up[v]:
            parent = ux[up[v]]
            lowest[parent] = min(lowest[parent], lowest[v])
            size[parent] += size[v]
    return bool((np.arange(len(rank)) - lowest + 1 == size).all())


@pytest.mark.usefixtures("engine")
def test_a_grid_is_cut_into_parts() -> None:
    tail, head, lat, lon = grid(24)
    rank = order.order(tail, head, lat, lon)
    assert sorted(rank.tolist()) == list(range(len(lat)))
    assert is_depth_first(rank, tail, head)
    assert width(rank, tail, head) <= 3 * 24  # by rows, as it came, it is as many; at random several times that
    assert width(np.random.default_rng(0).permutation(len(lat)), tail, head) > 3 * 24


@pytest.mark.usefixtures("engine")
def test_a_tree_needs_next_to_no_shortcuts() -> None:
    tree = nx.random_labeled_tree(300, seed=5)
    u, v = np.array(tree.edges).T
    random = np.random.default_rng(5)
    rank = order.order(np.r_[u, v], np.r_[v, u], 50 + random.random(300), random.random(300))
    assert width(rank, u, v) <= 2


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_graph_gets_a_complete_depth_first_order_without_routingkit(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    node = st.integers(0, count - 1)
    arcs = np.array(data.draw(st.lists(st.tuples(node, node), max_size=250)), dtype=np.int64).reshape(-1, 2)
    places = st.lists(st.integers(0, 5), min_size=count, max_size=count)  # many nodes at one place
    lat, lon = (50.0 + np.array(data.draw(places), dtype=float) for _ in range(2))
    tail, head = arcs[:, 0].copy(), arcs[:, 1].copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "routingkit_cch", None)
        rank = order.order(tail, head, lat, lon)
    assert sorted(rank.tolist()) == list(range(count))
    assert is_depth_first(rank, tail, head)


def test_the_same_graph_gets_the_same_order() -> None:
    tail, head, lat, lon = grid(12)
    np.testing.assert_array_equal(order.order(tail, head, lat, lon), order.order(tail, head, lat, lon))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 25), st.data())
def test_the_chordal_supergraph_is_that_of_the_elimination_game(count: int, data: st.DataObject) -> None:
    node = st.integers(0, count - 1)
    arcs = np.array(data.draw(st.lists(st.tuples(node, node), max_size=60)), dtype=np.int64).reshape(-1, 2)
    graph = nx.Graph(arcs.tolist())
    graph.add_nodes_from(range(count))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    up, ux = elimination.chordal(count, arcs[:, 0].copy(), arcs[:, 1].copy())
    for v in range(count):
        above = sorted(graph.neighbors(v))
        assert ux[up[v] : up[v + 1]].tolist() == above
        graph.remove_node(v)
        graph.add_edges_from((a, b) for a in above for b in above if a < b)
