"""A networkx graph as arrays, and the searches on it: what stands for a graph in the networkx backend."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, ClassVar

import networkx as nx
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nearhome.data.base import extras
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Bools, Ints


NONE = -1
"""No such node."""

_WHOLE = {int, bool, np.int64}
_REAL = {float, np.float64}
_KINDS: dict[tuple[bool, bool], Any] = {
    (False, False): nx.Graph,
    (True, False): nx.DiGraph,
    (False, True): nx.MultiGraph,
    (True, True): nx.MultiDiGraph,
}
_EXACT_IN_INT64 = 2**62
_EXACT_IN_FLOAT64 = 2**53


class ContradictionError(ValueError):
    """A shorter way was found to a node already settled: a weight is negative. Never leaves the backend."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight for each arc, int64 or float64; ``real`` marks those that are floats in the graph."""

    value: NDArray[Any]
    real: Bools

    def __getitem__(self, arcs: Ints) -> Weights:
        return Weights(self.value[arcs], self.real[arcs])


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs by node: those of node ``v`` are ``starts[v]`` to ``starts[v + 1]``, with the other end in ``other``.

    ``weights`` are by edge attribute; under None every arc weighs one.
    """

    starts: Ints
    other: Ints
    weights: dict[str | None, Weights]

    def bare(self, weights: Weights) -> tuple[Ints, Ints, NDArray[Any], Bools]:
        """Give what the compiled searches take."""
        return self.starts, self.other, weights.value, weights.real


@dataclass(frozen=True, slots=True)
class Tree:
    """What a search from one or more sources found, by node number.

    ``order`` has the settled nodes, nearest first; ``distance``, ``before`` and ``real`` have a row for every node of
    the graph and mean nothing for a node not in ``order``. ``before`` is ``NONE`` for a source.
    """

    order: Ints
    distance: NDArray[Any]
    before: Ints
    real: Bools

    def reaches(self, node: int) -> bool:
        """Say whether a node was settled, where it was the target of the search."""
        return node != NONE and len(self.order) > 0 and self.order[-1] == node

    def length(self, node: int) -> float:
        """Give the distance of one node as an int or a float, as networkx would."""
        return float(self.distance[node]) if self.real[node] else int(self.distance[node])

    def lengths(self) -> list[float]:
        """Give the distances of all settled nodes in their order, ints and floats as networkx would."""
        values: list[float] = self.distance[self.order].tolist()
        if self.distance.dtype != np.int64:
            for row in np.flatnonzero(~self.real[self.order]).tolist():
                values[row] = int(values[row])
        return values

    def path(self, node: int) -> list[int]:
        """Give the nodes from a source to a settled node."""
        return chain_back(self.before, node)[::-1]


@dataclass(frozen=True, eq=False)
class CompiledGraph:
    """A graph in the form the compiled searches need, once converted as good for any number of them.

    Parallel edges are one arc with the least of their weights. Nodes are numbered in the graph's order; arcs stand in
    the order of its adjacency, so that the choice among equal paths is networkx's own.
    """

    __networkx_backend__: ClassVar[str] = "nearhome"

    labels: list[Hashable]
    directed: bool
    multigraph: bool
    out: Arcs
    into: Arcs
    number: dict[Hashable, int] = field(repr=False)

    def __contains__(self, label: object) -> bool:
        try:
            return label in self.number
        except TypeError:
            return False

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def turned(self) -> CompiledGraph:
        """The same graph with every arc turned round."""
        return CompiledGraph(self.labels, self.directed, self.multigraph, self.into, self.out, self.number)

    def weights(self, attribute: str | None) -> tuple[Weights, Weights]:
        """Give the weights of the arcs that leave and of those that come.

        Raises
        ------
        SourceError
            When the graph was converted without this attribute.
        """
        if attribute not in self.out.weights:
            msg = f"The compiled graph has no weights {attribute!r}; pass the networkx graph, or compile it with them."
            raise SourceError(msg)
        return self.out.weights[attribute], self.into.weights[attribute]

    def search(
        self, sources: Sequence[int], attribute: str | None, *, target: int = NONE, cutoff: float | None = None
    ) -> Tree:
        """Search from all sources at once, up to the target or the greatest distance allowed.

        Parameters
        ----------
        sources
            Numbers of nodes; none finds nothing.
        attribute
            The edge attribute to weigh arcs by; None counts arcs.
        target
            The number of the node to stop at; ``NONE`` settles all that can be reached.
        cutoff
            The greatest distance allowed; no limit if None.

        Raises
        ------
        ContradictionError
            When a negative weight makes a settled node's distance wrong.
        """
        weights, _ = self.weights(attribute)
        limit = _limit(cutoff, weights.value.dtype)
        if not extras.has_numba():
            return _by_scipy(self.out, weights, sources, target, math.inf if limit is None else limit)
        from nearhome.geo.networkx_backend import search

        ended, *found = search.settle(
            *self.out.bare(weights),
            np.array(sources, np.int64),
            target,
            np.array([] if limit is None else [limit], weights.value.dtype),
        )
        if ended == search.CONTRADICTION:
            raise ContradictionError
        return Tree(*found)

    def between(self, source: int, target: int, attribute: str | None) -> tuple[float, list[int]] | None:
        """Search between two different nodes from both ends; None where no way exists. Needs numba.

        Raises
        ------
        ContradictionError
            When a negative weight makes a settled node's distance wrong.
        """
        from nearhome.geo.networkx_backend import search

        leaving, coming = self.weights(attribute)
        ended, length, real, middle, before = search.meet(
            self.out.bare(leaving), self.into.bare(coming), source, target
        )
        if ended == search.CONTRADICTION:
            raise ContradictionError
        if ended == search.NO_PATH:
            return None
        return float(length) if real else int(length), _joined(before, middle)

    def fewest_arcs(self, source: int, target: int) -> list[int] | None:
        """Find a way with the fewest arcs between two different nodes; None where none exists. Needs numba."""
        from nearhome.geo.networkx_backend import search

        middle, before = search.meet_by_steps(
            self.out.starts, self.out.other, self.into.starts, self.into.other, source, target
        )
        return None if middle == NONE else _joined(before, middle)


def from_networkx(graph: nx.Graph[Any], attributes: Mapping[str, Any]) -> CompiledGraph:
    """Convert a networkx graph, directed or not, with parallel edges or not.

    Parameters
    ----------
    graph
        Any networkx graph.
    attributes
        The edge attributes to keep as weights, each with the value of edges that lack it.

    Raises
    ------
    NotImplementedError
        When a weight is of a kind that the arrays cannot hold exactly: networkx then does the work itself.
    """
    labels = list(graph)
    number = {label: row for row, label in enumerate(labels)}
    adjacency = dict(graph.adjacency())
    rows = [adjacency[label] for label in labels]
    starts, other = _numbered(rows, number)
    edges = [edge for row in rows for edge in row.values()]
    weights: dict[str | None, Weights] = {
        name: _numbers(_least(edges, name, default) if graph.is_multigraph() else _each(edges, name, default), name)
        for name, default in attributes.items()
    }
    weights[None] = Weights(np.ones(len(other), np.int64), np.zeros(len(other), bool))
    out = into = Arcs(starts, other, weights)
    if isinstance(graph, nx.DiGraph):
        back_starts, tail = _numbered((graph.pred[label] for label in labels), number)
        size, nodes = len(labels), np.arange(len(labels))
        place = np.empty(len(tail), np.int64)
        forth = np.repeat(nodes, np.diff(starts)) * size + other
        place[np.argsort(tail * size + np.repeat(nodes, np.diff(back_starts)))] = np.argsort(forth)
        into = Arcs(back_starts, tail, {name: values[place] for name, values in weights.items()})
    return CompiledGraph(labels, graph.is_directed(), graph.is_multigraph(), out, into, number)


def to_networkx(graph: CompiledGraph) -> nx.Graph[Any]:
    """Build a networkx graph of the nodes, arcs and weights that were kept; of parallel edges one is left."""
    made: nx.Graph[Any] = _KINDS[graph.directed, graph.multigraph]()
    made.add_nodes_from(graph.labels)
    out, labels = graph.out, graph.labels
    columns = {
        name: [value if real else int(value) for value, real in zip(w.value.tolist(), w.real.tolist(), strict=True)]
        for name, w in out.weights.items()
        if name is not None
    }
    tail = np.repeat(np.arange(len(labels)), np.diff(out.starts)).tolist()
    made.add_edges_from(
        (labels[u], labels[v], {name: column[arc] for name, column in columns.items()})
        for arc, (u, v) in enumerate(zip(tail, out.other.tolist(), strict=True))
        if graph.directed or u <= v
    )
    return made


def chain_back(before: Ints, node: int) -> list[int]:
    """Follow ``before`` from a node to where it began."""
    path = []
    while node != NONE:
        path.append(node)
        node = int(before[node])
    return path


def _joined(before: Ints, middle: int) -> list[int]:
    """Join the ways of a search from both ends."""
    return chain_back(before[0], middle)[::-1] + chain_back(before[1], int(before[1, middle]))


def _numbered(neighbourhoods: Iterable[Collection[Hashable]], number: dict[Hashable, int]) -> tuple[Ints, Ints]:
    """List the neighbours of every node by number, in their order; taken one by one, as networkx's views are heavy."""
    others: list[int] = []
    ends = [0]
    for row in neighbourhoods:
        others.extend(map(number.__getitem__, row))
        ends.append(len(others))
    return np.array(ends, np.int64), np.array(others, np.int64)


def _each(edges: list[Any], name: str, default: Any) -> list[Any]:
    """Read an attribute of every edge."""
    return [edge.get(name, default) for edge in edges]


def _least(bundles: list[Any], name: str, default: Any) -> list[Any]:
    """Read an attribute of parallel edges, the least of each bundle."""
    try:
        return [
            min([edge.get(name, default) for edge in parallel.values()])
            if len(parallel) > 1
            else next(iter(parallel.values())).get(name, default)
            for parallel in bundles
        ]
    except TypeError as error:
        msg = f"The weights {name!r} of parallel edges cannot be compared ({error}), so they are left to networkx."
        raise NotImplementedError(msg) from error


def _numbers(values: list[Any], name: str) -> Weights:
    """Take weights as an array, if it can hold them and every sum of them exactly as Python would."""
    kinds = set(map(type, values))
    odd = sorted(kind.__name__ for kind in kinds - _WHOLE - _REAL)
    if odd:
        msg = f"The weights {name!r} are of type {', '.join(odd)}, not int or float, so they are left to networkx."
        raise NotImplementedError(msg)
    some_real, some_whole = bool(kinds & _REAL), bool(kinds & _WHOLE)
    real = np.full(len(values), some_real)
    if some_real and some_whole:
        real[:] = [type(value) in _REAL for value in values]
    greatest_sum = sum(abs(int(value)) for value in values if type(value) in _WHOLE) if some_whole else 0
    if greatest_sum >= (_EXACT_IN_FLOAT64 if some_real or not extras.has_numba() else _EXACT_IN_INT64):
        msg = f"The weights {name!r} are whole numbers too large for the arrays, so they are left to networkx."
        raise NotImplementedError(msg)
    value = np.array(values, np.float64 if some_real else np.int64)
    if np.isnan(value).any() or (value == -np.inf).any():
        msg = f"Some weights {name!r} are NaN or minus infinity, so they are left to networkx."
        raise NotImplementedError(msg)
    if not extras.has_numba() and not (np.isfinite(value) & (value >= 0)).all():
        msg = f"Some weights {name!r} are negative or infinite; without numba they are left to networkx."
        raise NotImplementedError(msg)
    return Weights(value, real)


def _limit(cutoff: float | None, dtype: np.dtype[Any]) -> float | None:
    """Give the greatest distance allowed in the type of the distances; None for no limit."""
    if cutoff is None or math.isnan(cutoff) or cutoff == math.inf:
        return None
    if dtype != np.int64:
        return float(cutoff)
    return math.floor(max(-_EXACT_IN_INT64, min(cutoff, _EXACT_IN_INT64)))


def _by_scipy(arcs: Arcs, weights: Weights, sources: Sequence[int], target: int, limit: float) -> Tree:
    """Search with SciPy, then settle the nodes again along shortest arcs alone, in networkx's order."""
    nodes = len(arcs.starts) - 1
    before = np.full(nodes, NONE)
    inexact = np.zeros(nodes, bool)
    if not sources:
        return Tree(np.empty(0, np.int64), np.zeros(nodes), before, inexact)
    matrix = csr_matrix((weights.value.astype(np.float64), arcs.other, arcs.starts), shape=(nodes, nodes))
    found = dijkstra(matrix, indices=sources, limit=max(limit, 0.0), min_only=True)
    tail = np.repeat(np.arange(nodes), np.diff(arcs.starts))
    ends = found[arcs.other]
    tight = np.flatnonzero(np.isfinite(ends) & (ends <= limit) & (found[tail] + weights.value == ends))
    first = np.searchsorted(tight, arcs.starts).tolist()
    head, real, distance = arcs.other[tight].tolist(), weights.real[tight].tolist(), found.tolist()
    fringe = [(0.0, place, source) for place, source in enumerate(dict.fromkeys(sources))]
    seen, order, pushed = set(sources), [], len(fringe)
    while fringe:
        v = heappop(fringe)[2]
        order.append(v)
        if v == target:
            break
        for arc in range(first[v], first[v + 1]):
            u = head[arc]
            if u not in seen:
                seen.add(u)
                before[u] = v
                inexact[u] = inexact[v] or real[arc]
                heappush(fringe, (distance[u], pushed, u))
                pushed += 1
    if weights.value.dtype == np.int64:
        found = np.where(np.isfinite(found), found, 0).astype(np.int64)
    return Tree(np.array(order, np.int64), found, before, inexact)
