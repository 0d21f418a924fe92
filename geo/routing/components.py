"""The parts of a network between whose roads one can drive both ways, and which of them lead to which.

Raw extracts have pieces that lead nowhere: car parks cut off from the rest, one-way streets that only lead in or only
out. Where no way leads from the roads that an origin joins to those that a goal joins, the two join roads again: the
nearest two, one within ``AGAIN_METRES`` of each, between which there is a way.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from nearhome.geo.routing.nearest import SAME_POINT_METRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.data.base.arrays import Bools, Ints
    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.routing.snapping import Nearby


AGAIN_METRES = 2_500.0
"""No place joins a road again that is further away: beyond, the goal is out of reach, and so it is told."""

CLOSED = -1
"""The component of an edge on which nobody may drive."""


class Components:
    """The strongly connected components of a network.

    ``left_for`` and ``come_from`` give for each edge the component that one comes to by leaving along it, and that from
    which one comes onto it; CLOSED for an edge without arcs.
    """

    def __init__(self, roads: RoadNetwork) -> None:
        size = len(roads.lat)
        arcs = csr_matrix((np.ones(len(roads.tail), bool), (roads.tail, roads.head)), shape=(size, size))
        self.count, self.of_node = connected_components(arcs, connection="strong")
        tail, head = self.of_node[roads.tail], self.of_node[roads.head]
        self.left_for, self.come_from = (np.full(len(roads.edges.u), CLOSED) for _ in range(2))
        self.left_for[roads.edge], self.come_from[roads.edge] = head, tail
        across = tail != head
        self._onward = csr_matrix(
            (np.ones(int(across.sum()), bool), (tail[across], head[across])), shape=(self.count, self.count)
        )
        self._known: dict[tuple[int, bool], Bools] = {}

    @cached_property
    def _back(self) -> csr_matrix:
        return self._onward.T.tocsr()

    def leads_to(self, component: int) -> Bools:
        """Say of each component whether one can get from it to this one."""
        return self._found(component, back=True)

    def reached_from(self, component: int) -> Bools:
        """Say of each component whether one can get to it from this one."""
        return self._found(component, back=False)

    def _found(self, component: int, *, back: bool) -> Bools:
        if (component, back) not in self._known:
            graph = self._back if back else self._onward
            found = np.zeros(self.count + 1, bool)  # one more, which CLOSED finds
            found[breadth_first_order(graph, component, return_predecessors=False)] = True
            self._known[component, back] = found
        return self._known[component, back]

    def joined_again(self, origins: Nearby, goals: Nearby, wanted: Bools) -> Iterator[tuple[int, Nearby, Nearby]]:
        """Choose roads anew for pairs between whose roads there is no way.

        The nearest two, one near each place, between which there is a way, are nearest by the sum of their distances;
        others as near to a centimetre count with them. The origin may join any road from which one of the goal's can be
        reached, the goal any that can be reached from one of the origin's.

        Parameters
        ----------
        origins, goals
            Roads near the places, of every component the foremost: see ``Neighbourhood``.
        wanted
            Which pairs, shape (origins, goals).

        Yields
        ------
        A goal, roads near one or more origins, and roads near the goal; pairs for which none were found are left out.
        """
        leaving = self.left_for[origins.edge]
        for goal in np.unique(goals.place).tolist():
            near = goals.only(goals.place == goal)
            coming = self.come_from[near.edge]
            asked = wanted[origins.place, goal] & (leaving != CLOSED)
            chosen = self._nearest_two(origins.only(asked), leaving[asked], near, coming)
            again: dict[tuple[bytes, bytes], list[int]] = {}
            for place, pairs in chosen.items():
                leads, reached = np.zeros(self.count + 1, bool), np.zeros(self.count + 1, bool)
                for from_, to in pairs:
                    leads |= self.leads_to(to)
                    reached |= self.reached_from(from_)
                again.setdefault((leads.tobytes(), reached[coming].tobytes()), []).append(place)
            for (leads_to_it, usable), places in again.items():
                rows = asked & np.isin(origins.place, places) & np.frombuffer(leads_to_it, bool)[leaving]
                yield goal, origins.only(rows), near.only(np.frombuffer(usable, bool))

    def _nearest_two(
        self, origins: Nearby, leaving: Ints, near: Nearby, coming: Ints
    ) -> dict[int, set[tuple[int, int]]]:
        """Find for each origin the components of the nearest two roads; several where they are as near."""
        none = np.empty(0, np.int64)
        parts = [(none, np.empty(0), none, none)]
        for component in np.unique(coming[coming != CLOSED]).tolist():
            rows = np.flatnonzero(self.leads_to(component)[leaving])
            total = origins.metres[rows] + near.metres[coming == component].min()
            parts.append((origins.place[rows], total, leaving[rows], np.full(len(rows), component)))
        place, total, from_, to = (np.concatenate(column) for column in zip(*parts, strict=True))
        least = np.full(int(place.max(initial=-1)) + 1, np.inf)
        np.minimum.at(least, place, total)
        chosen: dict[int, set[tuple[int, int]]] = {}
        for row in np.flatnonzero(total <= least[place] + SAME_POINT_METRES).tolist():
            chosen.setdefault(int(place[row]), set()).add((int(from_[row]), int(to[row])))
        return chosen
