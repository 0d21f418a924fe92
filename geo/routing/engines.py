"""The ladder of engines under the router, which give identical numbers: SciPy's Dijkstra, and the hierarchy.

SciPy is there at once. The hierarchy answers a hundred times as fast, but numba has to be loaded for it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nearhome.geo.roads.weights import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.data.base.arrays import Array, Floats, Ints
    from nearhome.geo.hierarchy.cch import Metric
    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.routing.endpoints import Entries

    Ends = tuple[Ints, Ints]

GOALS = 64
"""The hierarchy is swept for so many goals at once, which bounds the memory: 8 bytes for each of them and node."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundPath:
    """The best way between two places: its weight, the arcs, and which of the start's and the goal's ends it uses."""

    weight: int
    start: int
    arcs: Ints
    goal: int


class SearchEngine(Protocol):
    """What searches a network: ends are nodes, and the weights of the ways from the door to them or on to the goal."""

    def between(self, start: Ends, goal: Ends) -> FoundPath | None:
        """Find the best way, of several equal ones always the same; None where there is none."""

    def matrix(self, entries: Entries, places: int, goals: list[Ends]) -> Ints:
        """Find the least weights from all places to all goals, shape (places, goals); NOWHERE or more: no way."""


BEST = ("arc", "tail", "head", "weight", "starts")


class BestArcs:
    """The arcs of a network by node, of parallel ones the best: ``arc`` is their number in the network.

    ``kept`` are the arrays that ``arrays`` gave of the same network.
    """

    def __init__(self, roads: RoadNetwork, kept: Mapping[str, Array] | None = None) -> None:
        self.size = len(roads.lat)
        if kept and "best_arc" in kept:
            self.arc, self.tail, self.head, self.weight, self.starts = (kept[f"best_{name}"] for name in BEST)
            return
        weight = roads.weights
        pair = roads.tail * self.size + roads.head
        order = np.lexsort((weight, pair))
        tail, head = roads.tail[order], roads.head[order]
        first = np.r_[True, np.diff(pair[order]) != 0][: len(order)]
        self.arc, self.tail, self.head = order[first], tail[first], head[first]
        self.weight = weight[self.arc]
        self.starts = np.searchsorted(self.tail, np.arange(self.size + 1))

    def arrays(self) -> dict[str, Array]:
        """Give the arrays to keep."""
        return {f"best_{name}": getattr(self, name) for name in BEST}


class Plain:
    """SciPy's Dijkstra, one search for a route or a goal."""

    def __init__(self, best: BestArcs) -> None:
        self._best = best

    def between(self, start: Ends, goal: Ends) -> FoundPath | None:
        """See ``SearchEngine``."""
        best, node = self._best, start[0]
        found = self._to(goal)
        total = found[node] + start[1]
        if not np.isfinite(total).any():
            return None
        first = int(np.argmin(total))
        v, path = int(node[first]), list[int]()
        while True:
            leaving = np.flatnonzero((goal[0] == v) & (goal[1] == found[v]))
            if len(leaving):
                return FoundPath(int(total[first]), first, best.arc[path], int(leaving[0]))
            arcs = slice(best.starts[v], best.starts[v + 1])
            onward = found[best.head[arcs]] + best.weight[arcs] == found[v]
            path.append(int(best.starts[v]) + int(np.argmax(onward)))
            v = int(best.head[path[-1]])

    def matrix(self, entries: Entries, places: int, goals: list[Ends]) -> Ints:
        """See ``SearchEngine``."""
        least = np.full((places, len(goals)), NOWHERE)
        price = entries.weight
        if places < len(goals):
            return self._forward(entries, places, goals)
        for column, goal in enumerate(goals):
            found = self._to(goal)[entries.node]
            reached = np.isfinite(found)
            np.minimum.at(least[:, column], entries.place[reached], found[reached].astype(np.int64) + price[reached])
        return least

    def _forward(self, entries: Entries, places: int, goals: list[Ends]) -> Ints:
        """Search from few places to many goals: weights are whole numbers, so that it comes to the same."""
        best, least = self._best, np.full((places, len(goals)), NOWHERE)
        starts = np.searchsorted(entries.place, np.arange(places + 1))
        price = entries.weight
        graph = best.starts, best.head, best.weight.astype(np.float64)
        for place in range(places):
            rows = slice(*starts[place : place + 2].tolist())
            found = self._all(graph, (entries.node[rows], price[rows]))
            for column, (node, cost) in enumerate(goals):
                total = found[node] + cost
                if np.isfinite(total).any():
                    least[place, column] = min(NOWHERE, int(total.min()))
        return least

    def _to(self, goal: Ends) -> Floats:
        """Search backwards from a goal: the weights of the ways from all nodes, infinite where there is none."""
        return self._all(self._reversed, goal)

    def _all(self, arcs: tuple[Ints, Ints, Floats], ends: Ends) -> Floats:
        """Search from the ends of a place along arcs (starts, nodes, weights) to all nodes."""
        node, cost = ends
        order = np.lexsort((cost, node))
        kept = order[np.r_[True, np.diff(node[order]) != 0][: len(order)]]
        starts, indices, data = arcs
        size = self._best.size
        graph = csr_matrix(
            (np.r_[data, cost[kept]], np.r_[indices, node[kept]], np.r_[starts, len(data) + len(kept)]),
            shape=(size + 1, size + 1),
        )
        return np.asarray(dijkstra(graph, indices=size))

    @cached_property
    def _reversed(self) -> tuple[Ints, Ints, Floats]:
        """The graph turned round: where each node's arcs start, the nodes they lead to, their weights."""
        best = self._best
        order = np.argsort(best.head, kind="stable")  # of equal heads the tails are in order already
        head = best.head[order]
        starts = np.searchsorted(head, np.arange(best.size + 1))
        return starts, best.tail[order], best.weight[order].astype(np.float64)


class Swept:
    """The hierarchy: any pair from the elimination tree, all places to goals in a sweep."""

    def __init__(self, best: BestArcs, metric: Metric) -> None:
        self._best, self._metric = best, metric

    def between(self, start: Ends, goal: Ends) -> FoundPath | None:
        """See ``SearchEngine``."""
        best = self._best
        weight, first, path, last = self._metric.walk((best.starts, best.head, best.weight), start, goal)
        return FoundPath(weight, first, best.arc[path], last) if last >= 0 else None

    def matrix(self, entries: Entries, places: int, goals: list[Ends]) -> Ints:
        """See ``SearchEngine``."""
        from nearhome.geo.hierarchy import sweep_kernels

        starts = np.searchsorted(entries.place, np.arange(places + 1))
        node, price = self._metric.hierarchy.rank[entries.node], entries.weight
        least = np.empty((places, len(goals)), np.int64)
        for first in range(0, len(goals), GOALS):
            found = self._metric.to_goals(goals[first : first + GOALS])
            out = np.empty((places, found.shape[1]), np.int64)
            sweep_kernels.gather(starts, node, price, found, out)
            least[:, first : first + GOALS] = out
        return least
