"""From a door to the road network: where one can join it, how far that is, and how long it takes on local streets.

A place joins the network at the nearest points of several roads, never on a motorway, a ferry or a tolled crossing and
never across the water of an estuary; the router then picks the joining point that makes the whole journey quickest. The
way to it is its crow distance times a detour factor, at a local speed that depends on how built-up the road's
surroundings are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from nearhome.data.base import coordinates
from nearhome.data.catalogue import columns
from nearhome.geo.roads import speeds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork


CANDIDATES = (16, 400, 6_000)
"""So many samples of roads near a place are looked at, more where all of those lie across water."""

SAME_POINT_METRES = 0.01
"""Nearest points closer to each other than this are the same junction."""

WIDE = 1 << 31
"""More centimetres than the country is wide or long: two numbers in one."""

FURTHEST_METRES = 30_000.0
"""A place further than this from any road is not on the network: the remotest roadside in Great Britain is nearer."""


@dataclass(frozen=True, slots=True)
class Joins:
    """Where places join the network: one row for each place and road.

    ``place`` is the place's number, sorted; the road is ``edge`` at ``fraction`` of its length from u; ``metres`` and
    ``deciseconds`` are the way on local streets.
    """

    place: Ints
    edge: Ints
    fraction: Floats
    metres: Ints
    deciseconds: Ints


@dataclass(frozen=True, slots=True)
class Nearby:
    """Roads near places, sorted by place: the nearest point at ``fraction`` from u, ``metres`` as the crow flies."""

    place: Ints
    edge: Ints
    fraction: Floats
    metres: Floats

    def only(self, rows: NDArray[np.bool_]) -> Nearby:
        """Give some of the rows."""
        return Nearby(self.place[rows], self.edge[rows], self.fraction[rows], self.metres[rows])


class Access:
    """The points of a network where one may join it."""

    def __init__(self, network: RoadNetwork, barriers: Floats | None = None) -> None:
        self.network = network
        self.barriers = read_barriers() if barriers is None else barriers
        edges = network.edges
        over_water = edges.is_("kind", "ferry") | edges.is_("kind", "crossing") | ~edges.is_("toll", "")
        joinable = ~(edges.is_("road_class", "motorway") | over_water)
        rows, start, end = _in_map_order(np.flatnonzero(joinable), edges.u, edges.v, network.xy)
        pieces = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / network.reach.sample_metres)).astype(np.int64)
        owner = np.repeat(np.arange(len(rows)), pieces + 1)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        self.edge = rows[owner]
        self.xy = start[owner] + (step / pieces[owner])[:, None] * (end - start)[owner]
        self.local = edges.is_("kind", "local")
        arcs = np.bincount(network.edge, minlength=len(edges.u))
        self._has_one_way = bool((arcs == 1).any())  # a closed road has none and is no one-way street
        self._place_of_edge = np.zeros(len(edges.u), np.int64)
        self._place_of_edge[rows] = np.arange(len(rows))  # breaks ties between roads that meet at a junction
        self.seconds_per_metre = speeds.local_seconds_per_metre(edges.urban_percent / 100.0, network.model)

    def joins(self, xy: Floats) -> Joins:
        """Find where each place joins the network.

        Parameters
        ----------
        xy
            Places in metres, EPSG:27700, shape (places, 2).

        Returns
        -------
        The joins of all places. A place with no road within reach, or whose coordinates are no numbers, has none.
        """
        none = np.empty(0, np.int64)
        found: list[tuple[Ints, Ints, Floats, Floats]] = [(none, none, np.empty(0), np.empty(0))]
        left = np.flatnonzero(np.isfinite(xy).all(axis=1))
        for tree, on in self._trees:
            looked_for = left
            for candidates in CANDIDATES:
                if len(looked_for) == 0:
                    break
                row, edge, fraction, gap = self._nearest_dry(tree, on, xy[looked_for], candidates)
                found.append((looked_for[row], edge, fraction, gap))
                looked_for = np.delete(looked_for, row)
        place, edge, fraction, gap = self.foremost(*(np.concatenate(column) for column in zip(*found, strict=True)))
        order = np.lexsort((edge, place))
        return self.priced(place[order], edge[order], fraction[order], gap[order])

    @cached_property
    def _trees(self) -> list[tuple[cKDTree, Ints]]:
        """Trees of points along the main and the local roads, and the edges that these are on."""
        local = self.local[self.edge]
        found = []
        for rows in (~local, local):
            if rows.any():  # made in a third of the time of a balanced tree, and asked as fast
                tree = cKDTree(self.xy[rows], balanced_tree=False, compact_nodes=False)
                found.append((tree, self.edge[rows]))
        return found

    def priced(self, place: Ints, edge: Ints, fraction: Floats, gap: Floats) -> Joins:
        """Put metres and tenths of a second of local streets to ways as the crow flies.

        Parameters
        ----------
        place, edge, fraction
            The joins: places, roads, and where on these; see ``Joins``.
        gap
            The ways between, metres as the crow flies.
        """
        return Joins(
            place=place,
            edge=edge,
            fraction=fraction,
            metres=np.round(gap * self.network.model.detour).astype(np.int64),
            deciseconds=np.round(10.0 * gap * self.seconds_per_metre[edge]).astype(np.int64),
        )

    def projected(self, xy: Floats, edge: Ints) -> tuple[Floats, Floats]:
        """Find the nearest point of each edge, drawn straight, to a point: its share from u, and crow metres."""
        edges, nodes = self.network.edges, self.network.xy
        start = nodes[edges.u[edge]]
        along = nodes[edges.v[edge]] - start
        square = np.maximum((along**2).sum(axis=1), 1e-9)
        fraction = np.clip(((xy - start) * along).sum(axis=1) / square, 0.0, 1.0)
        return fraction, np.hypot(*(start + fraction[:, None] * along - xy).T)

    def _nearest_dry(self, tree: cKDTree, on: Ints, xy: Floats, candidates: int) -> tuple[Ints, Ints, Floats, Floats]:
        """Find a tree's nearest edges that are reached without crossing water: row of xy, edge, fraction, metres."""
        gap, sample = tree.query(xy, k=min(candidates, len(on)), distance_upper_bound=FURTHEST_METRES)
        row, slot = np.nonzero(np.isfinite(gap.reshape(len(xy), -1)))
        size = len(self.network.edges.u)
        pair = np.unique(row * size + on[sample.reshape(len(xy), -1)[row, slot]])
        row, edge = pair // size, pair % size
        fraction, gap = self.projected(xy[row], edge)
        dry = self.reached_dry(xy[row], edge, fraction)
        return row[dry], edge[dry], fraction[dry], gap[dry]

    def reached_dry(self, xy: Floats, edge: Ints, fraction: Floats) -> NDArray[np.bool_]:
        """Say which points of edges are reached from places, row by row, without crossing water."""
        edges, nodes = self.network.edges, self.network.xy
        start = nodes[edges.u[edge]]
        return ~self.crosses_water(xy, start + fraction[:, None] * (nodes[edges.v[edge]] - start))

    def foremost(self, row: Ints, edge: Ints, fraction: Floats, gap: Floats) -> tuple[Ints, Ints, Floats, Floats]:
        """Keep of each place's roads those that it joins: so many, and not much further than the nearest.

        Parameters
        ----------
        row, edge, fraction, gap
            Numbers of places, edges, where on these they are nearest, and how near in metres.
        """
        reach, local = self.network.reach, self.local[edge]
        order = np.lexsort((self._place_of_edge[edge], gap, local, row))
        row, edge, fraction, gap, local = row[order], edge[order], fraction[order], gap[order], local[order]
        group = 2 * row + local
        first, last = (np.searchsorted(group, group, side=side) for side in ("left", "right"))
        most = np.where(local, reach.most_local, reach.most_roads)
        number = np.arange(len(row)) - first
        nearest = number < most
        if self._has_one_way:
            nearest |= gap <= gap[np.minimum(first + most, last) - 1] + SAME_POINT_METRES
        least = np.full(int(row.max(initial=-1)) + 1, np.inf)
        np.minimum.at(least, row, gap)
        kept = nearest & (gap <= np.maximum(reach.wide_metres, reach.spread * least[row]))
        return row[kept], edge[kept], fraction[kept], gap[kept]

    def joins_of(self, found: Nearby) -> Joins:
        """Join places to the foremost of some roads, as ``joins`` does with all."""
        place, edge, fraction, gap = self.foremost(found.place, found.edge, found.fraction, found.metres)
        order = np.lexsort((edge, place))
        return self.priced(place[order], edge[order], fraction[order], gap[order])

    def crosses_water(self, a: Floats, b: Floats) -> NDArray[np.bool_]:
        """Say which straight ways from a to b cut a barrier, both shape (n, 2)."""
        crosses = np.zeros(len(a), bool)
        if len(a) == 0:
            return crosses
        low, high = np.minimum(a, b).min(axis=0), np.maximum(a, b).max(axis=0)
        corners = self.barriers.reshape(-1, 2, 2)
        near = (corners.min(axis=1) <= high).all(axis=1) & (corners.max(axis=1) >= low).all(axis=1)
        for x1, y1, x2, y2 in self.barriers[near]:
            box = (
                (np.minimum(a[:, 0], b[:, 0]) <= max(x1, x2))
                & (np.maximum(a[:, 0], b[:, 0]) >= min(x1, x2))
                & (np.minimum(a[:, 1], b[:, 1]) <= max(y1, y2))
                & (np.maximum(a[:, 1], b[:, 1]) >= min(y1, y2))
            )
            if not box.any():
                continue
            p, q = a[box], b[box]
            side_a = (x2 - x1) * (p[:, 1] - y1) - (y2 - y1) * (p[:, 0] - x1)
            side_b = (x2 - x1) * (q[:, 1] - y1) - (y2 - y1) * (q[:, 0] - x1)
            side_1 = (q[:, 0] - p[:, 0]) * (y1 - p[:, 1]) - (q[:, 1] - p[:, 1]) * (x1 - p[:, 0])
            side_2 = (q[:, 0] - p[:, 0]) * (y2 - p[:, 1]) - (q[:, 1] - p[:, 1]) * (x2 - p[:, 0])
            crosses[box] |= (side_a * side_b < 0) & (side_1 * side_2 < 0)
        return crosses


def _in_map_order(rows: Ints, u: Ints, v: Ints, xy: Floats) -> tuple[Ints, Floats, Floats]:
    """Order edges by where they lie, each from its western end, so that their numbers do not matter.

    Several roads meet at a junction and are equally near; the first ones would be joined, whichever they are.

    Returns
    -------
    The rows in order, and their western and eastern ends.
    """
    start, end = xy[u[rows]], xy[v[rows]]
    turned = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    west, east = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    centimetres = np.round(100.0 * np.hstack([west, east])).astype(np.int64)
    order = np.lexsort((centimetres[:, 2] * WIDE + centimetres[:, 3], centimetres[:, 0] * WIDE + centimetres[:, 1]))
    return rows[order], west[order], east[order]


def read_barriers(folder: Path | None = None) -> Floats:
    """Read the barriers, shipped or from a folder, as segments x1, y1, x2, y2 in metres, EPSG:27700."""
    numbers, texts = columns.read("road_barriers", folder)
    xy = np.column_stack(coordinates.to_metres(numbers["lat"], numbers["lon"]))
    barrier = texts["barrier"].codes
    same = barrier[1:] == barrier[:-1]
    return np.asarray(np.hstack([xy[:-1], xy[1:]])[same])
