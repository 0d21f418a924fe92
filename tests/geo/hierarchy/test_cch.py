"""The hierarchy against SciPy and networkx: parallel arcs, zero weights, closed arcs, several parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nearhome.data.errors import TableError
from nearhome.geo.hierarchy import sweep_kernels
from nearhome.geo.hierarchy.cch import ARRAYS, Hierarchy, Metric

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Ints


NONE = np.zeros(1, np.int64)
Graph = tuple[int, "Ints", "Ints", "Ints"]


@st.composite
def graphs(draw: st.DrawFn, least_weight: int = 0) -> Graph:
    """Draw nodes, tails, heads and weights; loops, parallel and closed arcs included."""
    count = draw(st.integers(1, 24))
    node = st.integers(0, count - 1)
    weight = st.one_of(st.integers(least_weight, 9), st.integers(least_weight, 500), st.just(-1))
    arcs = draw(st.lists(st.tuples(node, node, weight), max_size=90))
    tail, head, weights = np.array(arcs, dtype=np.int64).reshape(-1, 3).T
    return count, tail.copy(), head.copy(), weights.copy()


def hierarchy(count: int, tail: Ints, head: Ints) -> Hierarchy:
    """Build the hierarchy in an order drawn from the sizes, which need not be a good one."""
    rank = np.random.default_rng(count + len(tail)).permutation(count)
    return Hierarchy.build(tail, head, np.zeros(count), np.zeros(count), rank)


def metric(graph: Graph, dtype: type[Any]) -> Metric:
    """Customise with the drawn weights; -1 is closed."""
    count, tail, head, weights = graph
    closed = sweep_kernels.INFINITE_64 if dtype is np.int64 else sweep_kernels.INFINITE_32
    return hierarchy(count, tail, head).customise(np.where(weights < 0, closed, weights).astype(dtype))


def all_pairs(graph: Graph) -> NDArray[np.float64]:
    """Compute all distances with networkx."""
    count, tail, head, weights = graph
    made: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    made.add_nodes_from(range(count))
    for u, v, weight in zip(tail.tolist(), head.tolist(), weights.tolist(), strict=True):
        if weight >= 0:
            made.add_edge(u, v, weight=weight)
    out = np.full((count, count), np.inf)
    for u, row in nx.all_pairs_dijkstra_path_length(made):
        for v, length in row.items():
            out[u, v] = length
    return out


def as_floats(found: NDArray[Any], nothing: int) -> NDArray[np.float64]:
    """Turn what marks no way into infinity."""
    return np.where(found >= nothing, np.inf, found.astype(float))


def single(node: int) -> tuple[Ints, Ints]:
    return np.array([node]), NONE


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_sweeps_of_both_widths_agree_with_networkx(graph: Graph) -> None:
    expected = all_pairs(graph)
    for dtype in (np.int32, np.int64):
        one = metric(graph, dtype)
        found = one.to_goals([single(node) for node in range(graph[0])])
        assert found.dtype == dtype
        np.testing.assert_array_equal(as_floats(found, one.nothing)[one.hierarchy.rank], expected)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_searches_of_pairs_agree_and_walk_real_arcs(graph: Graph) -> None:
    count, tail, head, weights = graph
    expected = all_pairs(graph)
    least: dict[tuple[int, int], int] = {}
    for u, v, weight in zip(tail.tolist(), head.tolist(), weights.tolist(), strict=True):
        if weight >= 0:
            least[u, v] = min(weight, least.get((u, v), weight))
    for dtype in (np.int32, np.int64):
        one = metric(graph, dtype)
        for u in range(min(count, 6)):
            for v in range(count):
                weight, path = one.between(*single(u), *single(v))
                if np.isinf(expected[u, v]):
                    assert (weight, len(path)) == (one.nothing, 0)
                    continue
                assert weight == expected[u, v]
                assert (path[0], path[-1]) == (u, v)
                assert sum(least[a, b] for a, b in pairwise(path.tolist())) == weight


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_several_entries_with_prices(graph: Graph, data: st.DataObject) -> None:
    count = graph[0]
    ends = st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, 300)), min_size=1, max_size=5)
    start, end = (np.array(data.draw(ends), dtype=np.int64).T for _ in range(2))
    ways = start[1][:, None] + all_pairs(graph)[np.ix_(start[0], end[0])] + end[1][None, :]
    one = metric(graph, np.int64)
    weight, _ = one.between(start[0], start[1], end[0], end[1])
    assert as_floats(np.array(weight), one.nothing) == ways.min()
    column = as_floats(one.to_goals([(end[0], end[1])])[:, 0], one.nothing)[one.hierarchy.rank[start[0]]]
    assert (start[1] + column).min() == ways.min()


def by_node(graph: Graph) -> tuple[Ints, Ints, Ints]:
    """Give the open arcs by tail, of parallel ones the lightest: where each node's start, heads, weights."""
    count, tail, head, weights = graph
    least: dict[tuple[int, int], int] = {}
    for u, v, weight in zip(tail.tolist(), head.tolist(), weights.tolist(), strict=True):
        if weight >= 0:
            least[u, v] = min(weight, least.get((u, v), weight))
    ends = np.array(sorted(least), dtype=np.int64).reshape(-1, 2)
    starts = np.searchsorted(ends[:, 0], np.arange(count + 1))
    return starts, ends[:, 1].copy(), np.array([least[u, v] for u, v in ends.tolist()], dtype=np.int64)


@settings(max_examples=100, deadline=None)
@given(graphs(least_weight=1), st.data())
def test_a_walk_is_the_first_of_the_best_ways(graph: Graph, data: st.DataObject) -> None:
    count = graph[0]
    ends = st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, 9)), min_size=1, max_size=4)
    start, end = (np.array(data.draw(ends), dtype=np.int64).T.copy() for _ in range(2))
    one, (starts, head, weight) = metric(graph, np.int64), by_node(graph)
    after = (all_pairs(graph)[:, end[0]] + end[1]).min(axis=1)
    for _ in range(2):  # the scratch is left as it was found
        least, first, path, last = one.walk((starts, head, weight), (start[0], start[1]), (end[0], end[1]))
        total = start[1] + after[start[0]]
        if np.isinf(total).all():
            assert (least, first, len(path), last) == (one.nothing, -1, 0, -1)
            continue
        assert (least, first) == (total.min(), int(np.argmin(total)))
        v = int(start[0][first])
        for arc in path.tolist():
            assert not ((end[0] == v) & (end[1] == after[v])).any()
            arcs = range(starts[v], starts[v + 1])
            assert arc == next(each for each in arcs if weight[each] + after[head[each]] == after[v])
            v = int(head[arc])
        assert last == int(np.flatnonzero((end[0] == v) & (end[1] == after[v]))[0])


def test_a_walk_along_other_arcs_is_refused() -> None:
    graph = 3, np.array([0, 1]), np.array([1, 2]), np.array([4, 5])
    one, (starts, head, weight) = metric(graph, np.int64), by_node(graph)
    with pytest.raises(ValueError, match="not those"):
        one.walk((starts, head, weight + 1), single(0), single(2))


def test_no_goals_give_no_columns() -> None:
    graph = 3, np.array([0, 1]), np.array([1, 2]), np.array([4, 5])
    assert metric(graph, np.int32).to_goals([]).shape == (3, 0)


def test_a_given_array_is_filled_whatever_it_held() -> None:
    one, _ = lattice_metric(np.int32)
    goals = [single(node) for node in (0, 77, 399)]
    out = np.full((400, 3), -5, np.int32)
    assert one.to_goals(goals, out) is out
    np.testing.assert_array_equal(out, one.to_goals(goals))


@cache
def lattice() -> tuple[int, Ints, Ints, Ints, NDArray[np.float64]]:
    """Make a street grid of 20 by 20, partly one-way: count, tails, heads, weights, all distances by SciPy."""
    random = np.random.default_rng(3)
    number = np.arange(400).reshape(20, 20)
    u = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    v = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    two_way = random.random(len(u)) < 0.8
    tail, head = np.r_[u, v[two_way]], np.r_[v, u[two_way]]
    order = np.lexsort((head, tail))
    tail, head = tail[order], head[order]
    weights = random.integers(1, 1000, len(tail))
    return 400, tail, head, weights, dijkstra(csr_matrix((weights, (tail, head)), shape=(400, 400)))


def lattice_metric(dtype: type[Any]) -> tuple[Metric, NDArray[np.float64]]:
    """Customise the street grid in the order nearhome finds for it."""
    count, tail, head, weights, expected = lattice()
    at = np.arange(count)
    tree = Hierarchy.build(tail, head, 50 + 0.01 * (at // 20), 0.01 * (at % 20))
    return tree.customise(weights.astype(dtype)), expected


def test_the_sweep_made_for_a_number_of_columns_gives_the_same() -> None:
    one, expected = lattice_metric(np.int32)
    tree = one.hierarchy
    nodes = np.arange(37)
    found, chosen = np.empty((400, 37), np.int32), np.zeros(400, bool)
    sweep_kernels.seed(
        tree.up, tree.ux, one.backward, (tree.rank[:37], np.zeros(37, np.int32), nodes), found, chosen, one.nothing
    )
    sweep_kernels.sweep(37)(tree.up, tree.ux, one.forward, found, chosen, one.nothing)
    np.testing.assert_array_equal(as_floats(found, one.nothing)[tree.rank], expected[:, :37])


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_slots_lead_along_the_way_that_the_search_finds(dtype: type[Any]) -> None:
    one, expected = lattice_metric(dtype)
    _, tail, head, weights, _ = lattice()
    rank, node_at = one.hierarchy.rank, one.hierarchy.node_at
    goals = [0, 17, 210, 399]
    found = one.to_goals([single(goal) for goal in goals])
    order = np.lexsort((rank[head], rank[tail]))
    starts = np.searchsorted(rank[tail][order], np.arange(401))
    heads, arc_weights = rank[head][order].astype(np.int64), weights[order].astype(dtype)
    slots = np.empty((400, len(goals)), np.uint8)
    sweep_kernels.next_slots(starts, heads, arc_weights, found, slots)
    weight_of = dict(zip(zip(tail.tolist(), head.tolist(), strict=True), weights.tolist(), strict=True))
    path = np.empty(400, np.int64)
    for start in range(0, 400, 7):
        for column, goal in enumerate(goals):
            size = sweep_kernels.chase(starts, heads, slots, int(rank[start]), column, path)
            if np.isinf(expected[start, goal]):
                assert size == 1
                continue
            nodes = node_at[path[:size]].tolist()
            assert (nodes[0], nodes[-1]) == (start, goal)
            walked = sum(weight_of[a, b] for a, b in pairwise(nodes))
            assert walked == expected[start, goal] == one.between(*single(start), *single(goal))[0]


def test_a_closed_arc_is_no_slot() -> None:
    starts, head = np.array([0, 1, 1]), np.array([1])
    closed = sweep_kernels.INFINITE_32
    found, out = np.array([[closed], [0]], np.int32), np.empty((2, 1), np.uint8)
    sweep_kernels.next_slots(starts, head, np.array([closed], np.int32), found, out)
    assert out.tolist() == [[sweep_kernels.END], [sweep_kernels.END]]


def test_weights_of_nothing_have_no_slots() -> None:
    found, out = np.zeros((2, 1), np.int32), np.empty((2, 1), np.uint8)
    with pytest.raises(ValueError, match="above 0"):
        sweep_kernels.next_slots(np.array([0, 1, 2]), np.array([1, 0]), np.zeros(2, np.int32), found, out)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_gathering_takes_the_cheapest_entry_and_keeps_what_is_unreachable(dtype: type[Any]) -> None:
    nothing = sweep_kernels.INFINITE_64 if dtype is np.int64 else sweep_kernels.INFINITE_32
    found = np.array([[5, nothing], [1, 7], [nothing, nothing]], dtype)
    out = np.empty((3, 2), np.int64)
    sweep_kernels.gather(np.array([0, 2, 3, 3]), np.array([0, 1, 2]), np.array([1, 9, 4]), found, out)
    never = int(sweep_kernels.INFINITE_64)
    assert out.tolist() == [[6, 16], [never, never], [never, never]]


def test_rows_shared_among_threads_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    found = random.integers(0, 1000, (50, 5)).astype(np.int32)
    starts, node = np.arange(0, 301, 3), random.integers(0, 50, 300)
    cost = random.integers(0, 9, 300)
    alone, shared = np.empty((100, 5), np.int64), np.empty((100, 5), np.int64)
    sweep_kernels.gather(starts, node, cost, found, alone)
    monkeypatch.setattr(sweep_kernels, "FEW_ROWS", 7)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    sweep_kernels.gather(starts, node, cost, found, shared)
    np.testing.assert_array_equal(alone, shared)
    np.testing.assert_array_equal(alone, (found[node] + cost[:, None]).reshape(100, 3, 5).min(axis=1))


def test_a_long_road_without_junctions_is_unpacked() -> None:
    count = 6_000
    tail, head = np.arange(count - 1), np.arange(1, count)
    rank = np.r_[
        count - 2, np.arange(count - 2), count - 1
    ]  # every bend between the two ends, from one side to the other
    tree = Hierarchy.build(tail, head, np.zeros(count), np.zeros(count), rank)
    weight, path = tree.customise(np.ones(count - 1, np.int32)).between(*single(0), *single(count - 1))
    assert weight == count - 1
    np.testing.assert_array_equal(path, np.arange(count))


def test_threads_search_at_once() -> None:
    one, expected = lattice_metric(np.int64)
    pairs = [(u, v) for u in range(0, 400, 13) for v in range(0, 400, 11)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda pair: one.between(*single(pair[0]), *single(pair[1]))[0], pairs))
    assert as_floats(np.array(found), one.nothing).tolist() == [expected[pair] for pair in pairs]


def test_saved_and_opened(tmp_path: Path) -> None:
    one, expected = lattice_metric(np.int32)
    one.hierarchy.save(tmp_path / "hierarchy")
    opened = Hierarchy.open(tmp_path / "hierarchy")
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(opened, name), getattr(one.hierarchy, name))
    again = opened.customise(lattice()[3].astype(np.int32))
    goals = [single(node) for node in range(400)]
    np.testing.assert_array_equal(as_floats(again.to_goals(goals), again.nothing)[opened.rank], expected)


@pytest.mark.parametrize("name", ARRAYS)
def test_damage_is_found(tmp_path: Path, name: str) -> None:
    one, _ = lattice_metric(np.int32)
    one.hierarchy.save(tmp_path)
    path = tmp_path / f"{name}.npy"
    whole = path.read_bytes()
    for damaged in (whole[:-5], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(damaged)
        with pytest.raises(TableError, match="damaged"):
            Hierarchy.open(tmp_path)
    path.unlink()
    with pytest.raises(TableError, match="missing"):
        Hierarchy.open(tmp_path)
