"""The one point at which a place joins a network that has all streets: on the nearest road, along its true line.

A point on a junction is that junction, and a point on a road is that road, in the directions in which it may be left.
From a place off the roads the nearest point of the nearest road counts, so that the way to it is no way from one
carriageway to another.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from nearhome.data.base import coordinates
from nearhome.geo.roads.edges import BEND_METRES
from nearhome.geo.roads.lines import Lines
from nearhome.geo.routing.point_index import PointIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nearhome.data.base.arrays import Array, Bools, Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork

    Reached = Callable[[Floats, Ints, Floats], Bools]

SAME_POINT_METRES = 0.01
"""Nearest points closer to each other than this are the same junction."""

ON_METRES = 0.1
"""A point so near to a junction or a road is on it: coordinates of six decimals lie within 7 cm of what they mean."""

FURTHEST_METRES = 30_000.0
"""A place further than this from any road is not on the network: the remotest roadside in Great Britain is nearer."""

LOOKED_AT = (16, 64, 256, 1_024, 4_096, 16_384)
"""So many points along roads are looked at near a place, more where a nearer road may be behind them."""

ON_THE_ROAD = -1
"""In the place of a node: the point lies between the two ends of its road."""


class Snapped(NamedTuple):
    """Where places join, sorted by place: ``node``, or ON_THE_ROAD and then ``fraction`` of ``edge`` from its u.

    ``metres`` are as the crow flies. A place has several rows only where several roads or nodes lie at its one point.
    """

    place: Ints
    edge: Ints
    fraction: Floats
    metres: Floats
    node: Ints


class RoadLines:
    """The lines of a network's roads in metres, EPSG:27700, made as they are asked for."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network

    def projected(self, xy: Floats, edge: Ints) -> tuple[Floats, Floats, Floats]:
        """Find the nearest point of each edge to a point, row by row: shares of the length from u, points, metres."""
        known, row = np.unique(edge, return_inverse=True)
        first, corners, share = self._corners(known)
        pieces = np.diff(first)[row] - 1
        owner = np.repeat(np.arange(len(edge)), pieces)
        at = first[row][owner] + np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        start, along = corners[at], corners[at + 1] - corners[at]
        square = np.maximum((along**2).sum(axis=1), 1e-9)
        t = np.clip(((xy[owner] - start) * along).sum(axis=1) / square, 0.0, 1.0)
        point = start + t[:, None] * along
        gap = np.hypot(*(point - xy[owner]).T)
        order = np.lexsort((gap, owner))
        best = order[np.r_[True, np.diff(owner[order]) != 0][: len(order)]]
        fraction = share[at] + t * (share[at + 1] - share[at])
        return fraction[best], point[best], gap[best]

    def _corners(self, edge: Ints) -> tuple[Ints, Floats, Floats]:
        """Give the corners of edges one after the other, from u to v: first rows, points, and shares of the length."""
        roads = self.network
        inner = [roads.lines.get(each) for each in edge.tolist()] if roads.lines else []
        size = np.array([0 if line is None else len(line) for line in inner] or [0] * len(edge), np.int64) + 2
        first = np.concatenate([[0], np.cumsum(size)])
        corners = np.empty((int(first[-1]), 2))
        between = np.ones(len(corners), bool)
        for rows, nodes in ((first[:-1], roads.edges.u[edge]), (first[1:] - 1, roads.edges.v[edge])):
            corners[rows] = roads.xy[nodes]
            between[rows] = False
        lines = [line for line in inner if line is not None]
        if lines:
            lat, lon = np.concatenate(lines).T
            corners[between] = np.column_stack(coordinates.to_metres(lat, lon))
        steps = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T)])[: len(corners)]
        steps[first[:-1]] = 0.0
        run = np.cumsum(steps)
        along = run - np.repeat(run[first[:-1]], size)
        whole = np.repeat(along[first[1:] - 1], size)
        share = np.where(whole > 0, along / np.where(whole > 0, whole, 1.0), 0.0)
        share[first[1:] - 1] = 1.0
        return first, corners, share


class NearestRoad:
    """Finds the one point at which each place joins.

    Parameters
    ----------
    lines
        The roads, each within ``BEND_METRES`` of the straight line between its ends.
    joinable
        The edges that may be joined. The others, such as motorways, are joined by places that are at their ends.
    dry
        Says which points of edges (points, edges, fractions) are reached without crossing water.
    kept
        The arrays that ``arrays`` gave of the same roads.
    """

    def __init__(
        self, lines: RoadLines, joinable: Bools, dry: Reached, kept: Mapping[str, Array] | None = None
    ) -> None:
        self._lines, self._joinable, self._dry, self._kept = lines, joinable, dry, kept
        roads = lines.network
        self._step = roads.reach.sample_metres / 2
        self._slack = self._step / 2 + (BEND_METRES if roads.lines else 0.0) + ON_METRES

    @cached_property
    def _bent(self) -> Ints:
        """The edges whose lines may leave the straight between their ends, rising."""
        lines = self._lines.network.lines
        return lines.edge if isinstance(lines, Lines) else np.array(sorted(lines), dtype=np.int64)

    def _bend(self, edge: Ints) -> Floats:
        """Say how far the line of each edge may leave the straight between its ends, in metres."""
        if len(self._bent) == 0:
            return np.zeros(len(edge))
        at = np.minimum(np.searchsorted(self._bent, edge), len(self._bent) - 1)
        return np.where(self._bent[at] == edge, BEND_METRES, 0.0)

    @cached_property
    def _points(self) -> tuple[cKDTree | PointIndex, Ints, Ints]:
        """The points along the roads, each once, and of each the edges through it: first rows, and edges."""
        if self._kept:
            return PointIndex.opened(self._kept, "nearest"), self._kept["nearest_first"], self._kept["nearest_owner"]
        points, first, owner = self._sampled()
        return cKDTree(points), first, owner

    def arrays(self) -> dict[str, Array]:
        """Give what takes long to work out as arrays, to be kept and given to another of the same network."""
        points, first, owner = self._sampled()
        index, order = PointIndex.of(points)
        size = np.diff(first)[order]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        rows = np.repeat(first[order] - starts[:-1], size) + np.arange(len(owner))
        return index.arrays("nearest") | {"nearest_first": starts, "nearest_owner": owner[rows]}

    def _sampled(self) -> tuple[Floats, Ints, Ints]:
        edges, xy = self._lines.network.edges, self._lines.network.xy
        start, end = xy[edges.u], xy[edges.v]
        pieces = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / self._step)).astype(np.int64)
        pieces[~self._joinable] = 1
        owner = np.repeat(np.arange(len(pieces)), pieces + 1)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        points = start[owner] + (step / pieces[owner])[:, None] * (end - start)[owner]
        name = np.round(points / SAME_POINT_METRES)
        order = np.lexsort((owner, name[:, 1], name[:, 0]))
        fresh = np.r_[True, (np.diff(name[order], axis=0) != 0).any(axis=1)][: len(order)]
        first = np.r_[np.flatnonzero(fresh), len(order)]
        return points[order[fresh]], first, owner[order]

    def find(self, xy: Floats) -> Snapped:
        """Find where places join: points in metres, EPSG:27700, shape (places, 2).

        Returns
        -------
        No row for a place with no road within reach, or whose coordinates are no numbers.
        """
        none = np.empty(0, np.int64)
        found = [Snapped(none, none, np.empty(0), np.empty(0), none)]
        left = np.flatnonzero(np.isfinite(xy).all(axis=1))
        tree, _, _ = self._points
        for count in LOOKED_AT:
            if len(left) == 0 or tree.n == 0:
                break
            seen = min(count, tree.n)
            away, sample = tree.query(xy[left], k=seen, distance_upper_bound=FURTHEST_METRES)
            away, sample = away.reshape(len(left), -1), sample.reshape(len(left), -1)
            chosen, nearest = self._nearest(xy[left], away, sample)
            last = seen == tree.n or count == LOOKED_AT[-1]
            known = last | (nearest + self._slack <= away[:, -1]) | np.isinf(away[:, -1])
            kept = known[chosen.place]
            found.append(Snapped._make(column[kept] for column in chosen)._replace(place=left[chosen.place[kept]]))
            left = left[~known]
        whole = Snapped._make(np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((whole.edge, whole.place))
        return Snapped._make(column[order] for column in whole)

    def _nearest(self, xy: Floats, away: Floats, sample: Ints) -> tuple[Snapped, Floats]:
        """Choose among the edges through some points near places; also the metres to each place's, infinite if none."""
        _, first, owner = self._points
        place, slot = np.nonzero(np.isfinite(away))
        point = sample[place, slot]
        size = first[point + 1] - first[point]
        edge = owner[np.repeat(first[point] - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))]
        count = len(self._joinable)
        place, edge = self._plausible(xy, np.repeat(place, size), edge)
        pair = np.unique(place * count + edge)
        place, edge = pair // count, pair % count
        fraction, at, gap = self._lines.projected(xy[place], edge)
        end = self._end(edge, at)
        beside = self._joinable[edge] | ((gap <= ON_METRES) & (end != ON_THE_ROAD))
        chief = self._chief(xy, Snapped(place, edge, fraction, np.where(beside, gap, np.inf), end), at)
        leads = np.flatnonzero(chief >= 0)
        nearest, node = np.full(len(xy), np.inf), np.full(len(xy), ON_THE_ROAD)
        nearest[leads], node[leads] = gap[chief[leads]], end[chief[leads]]
        mine = np.flatnonzero(beside & (chief[place] >= 0) & (node[place] == ON_THE_ROAD))
        mine = mine[np.hypot(*(at[mine] - at[chief[place[mine]]]).T) <= 2 * SAME_POINT_METRES]
        between = np.full(len(mine), ON_THE_ROAD)
        joined = Snapped(place[mine], edge[mine], fraction[mine], gap[mine], between)
        both = zip(joined, self._nodes(xy, place, edge, node), strict=True)
        return Snapped._make(map(np.concatenate, both)), nearest

    def _plausible(self, xy: Floats, place: Ints, edge: Ints) -> tuple[Ints, Ints]:
        """Leave out edges that are too far from the straight between their ends to be the nearest ones."""
        edges, nodes = self._lines.network.edges, self._lines.network.xy
        start = nodes[edges.u[edge]]
        along, away = nodes[edges.v[edge]] - start, xy[place] - start
        square = np.maximum((along**2).sum(axis=1), 1e-9)
        t = np.clip((away * along).sum(axis=1) / square, 0.0, 1.0)
        gap = np.hypot(*(t[:, None] * along - away).T)
        most = np.full(len(xy), np.inf)
        sure = self._joinable[edge]
        bend = self._bend(edge)
        np.minimum.at(most, place[sure], (gap + bend)[sure])
        kept = gap - bend <= most[place] + 2 * ON_METRES
        return place[kept], edge[kept]

    def _end(self, edge: Ints, at: Floats) -> Ints:
        """Give the node at which points of edges lie, or ON_THE_ROAD."""
        roads = self._lines.network
        node = np.full(len(edge), ON_THE_ROAD)
        for ends in (roads.edges.v[edge], roads.edges.u[edge]):
            close = np.hypot(*(roads.xy[ends] - at).T) <= ON_METRES
            node[close] = ends[close]
        return node

    def _chief(self, xy: Floats, near_by: Snapped, at: Floats) -> Ints:
        """Give the row of the nearest point to each place that is not across water, or -1.

        Of points as near to a centimetre it is one at a node, then the westernmost, then the southernmost.
        """
        place, edge, gap = near_by.place, near_by.edge, near_by.metres.copy()
        between = near_by.node == ON_THE_ROAD
        west, south = np.round(at / SAME_POINT_METRES).T
        chief = np.full(len(xy), -1)
        open_ = np.flatnonzero(np.isfinite(gap))
        while len(open_):
            least = np.full(len(xy), np.inf)
            np.minimum.at(least, place[open_], gap[open_])
            near = open_[gap[open_] <= least[place[open_]] + SAME_POINT_METRES]
            order = near[np.lexsort((edge[near], south[near], west[near], between[near], place[near]))]
            one = order[np.r_[True, np.diff(place[order]) != 0][: len(order)]]
            dry = self._dry(xy[place[one]], edge[one], near_by.fraction[one])
            chief[place[one[dry]]] = one[dry]
            gap[one[~dry]] = np.inf
            open_ = open_[(chief[place[open_]] < 0) & np.isfinite(gap[open_])]
        return chief

    def _nodes(self, xy: Floats, place: Ints, edge: Ints, node: Ints) -> Snapped:
        """Join those places that are at a node, as told for each: to it, and to others at the same point."""
        roads = self._lines.network
        wanted = np.flatnonzero(node[place] != ON_THE_ROAD)
        here = roads.xy[node[place]]
        rows = []
        for fraction, ends in ((0.0, roads.edges.u), (1.0, roads.edges.v)):
            same = np.hypot(*(roads.xy[ends[edge[wanted]]] - here[wanted]).T) <= SAME_POINT_METRES
            at = wanted[same]
            rows.append((place[at], ends[edge[at]], edge[at], np.full(len(at), fraction)))
        places, nodes, edges, fractions = (np.concatenate(column) for column in zip(*rows, strict=True))
        order = np.lexsort((fractions, edges, nodes, places))
        fresh = np.r_[True, (np.diff(places[order]) != 0) | (np.diff(nodes[order]) != 0)][: len(order)]
        one = order[fresh]
        gap = np.hypot(*(roads.xy[nodes[one]] - xy[places[one]]).T)
        return Snapped(places[one], edges[one], fractions[one], gap, nodes[one])
