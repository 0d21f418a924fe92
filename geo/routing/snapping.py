"""From a door to the road network: where one can join it, how far that is, and how long it takes on local streets.

A place joins the network at the nearest points of several roads, never on a motorway, a ferry or a tolled crossing and
never across the water of an estuary; the router then picks the joining point that makes the whole journey quickest. The
way to it is its crow distance times a detour factor, at a local speed that depends on how built-up the road's
surroundings are. A network that has all streets is joined at one point alone (``nearhome.geo.routing.nearest``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.catalogue import columns
from nearhome.geo.roads import speeds
from nearhome.geo.roads.edges import BEND_METRES
from nearhome.geo.routing.nearest import FURTHEST_METRES, ON_THE_ROAD, SAME_POINT_METRES, NearestRoad, RoadLines
from nearhome.geo.routing.point_index import PointIndex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Array, Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork


CANDIDATES = (16, 400, 6_000)
"""So many samples of roads near a place are looked at, more where all of those lie across water."""

KINDS = ("access_main", "access_local")
"""What the kept points along the main roads and along modelled local ones are called."""

OF_ROADS = (*KINDS, "access_place", "nearest_", "joinable")
"""How the names of the kept arrays begin that do not depend on the arcs or on speeds."""

WIDE = 1 << 31
"""More centimetres than the country is wide or long: two numbers in one."""


@dataclass(frozen=True, slots=True)
class Joins:
    """Where places join the network: one row for each place and road, or node.

    ``place`` is the place's number, sorted; the road is ``edge`` at ``fraction`` of its length from u; ``metres`` and
    ``deciseconds`` are the way on local streets. Where ``node`` is not ON_THE_ROAD the place joins that node, an end of
    the edge, and all roads there.
    """

    place: Ints
    edge: Ints
    fraction: Floats
    metres: Ints
    deciseconds: Ints
    node: Ints

    def only(self, rows: Ints | NDArray[np.bool_]) -> Joins:
        """Give some of the rows."""
        whole = (self.metres, self.deciseconds, self.node)
        metres, deciseconds, node = (column[rows] for column in whole)
        return Joins(self.place[rows], self.edge[rows], self.fraction[rows], metres, deciseconds, node)


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
    """The points of a network where one may join it; ``kept`` are the arrays that ``arrays`` gave of the same one."""

    def __init__(
        self, network: RoadNetwork, barriers: Floats | None = None, kept: Mapping[str, Array] | None = None
    ) -> None:
        self.network = network
        self.barriers = read_barriers() if barriers is None else barriers
        self._kept = kept
        self._lines = RoadLines(network) if network.reach.has_all_streets else None
        self._nearest = NearestRoad(self._lines, self.joinable, self.reached_dry, kept) if self._lines else None

    @cached_property
    def joinable(self) -> NDArray[np.bool_]:
        """Which edges places may join."""
        if self._kept:
            return self._kept["joinable"]
        edges = self.network.edges
        over_water = edges.is_("kind", "ferry") | edges.is_("kind", "crossing") | ~edges.is_("toll", "")
        return np.asarray(~(edges.is_("road_class", "motorway") | over_water))

    @cached_property
    def _samples(self) -> tuple[Ints, Floats, Ints]:
        """Points along the roads: their edges, where they are, and the place of each edge among the others."""
        edges, xy = self.network.edges, self.network.xy
        rows, start, end = _in_map_order(np.flatnonzero(self.joinable), edges.u, edges.v, xy)
        pieces = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / self.network.reach.sample_metres)).astype(np.int64)
        owner = np.repeat(np.arange(len(rows)), pieces + 1)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        place = np.zeros(len(edges.u), np.int64)
        place[rows] = np.arange(len(rows))  # breaks ties between roads that meet at a junction
        return rows[owner], start[owner] + (step / pieces[owner])[:, None] * (end - start)[owner], place

    @cached_property
    def indexes(self) -> list[tuple[PointIndex, Ints]]:
        """The points along the main and along the local roads by nearness, and the edges that these are on."""
        if self._kept:
            return [
                (PointIndex.opened(self._kept, name), self._kept[f"{name}_edge"])
                for name in KINDS
                if f"{name}_edge" in self._kept
            ]
        edge, xy, _ = self._samples
        local, found = self.is_local(edge), []
        for rows in (~local, local):
            if rows.any():
                index, order = PointIndex.of(xy[rows])
                found.append((index, edge[rows][order]))
        return found

    def is_local(self, edge: Ints) -> NDArray[np.bool_]:
        """Say which edges are modelled local roads."""
        kind = self.network.edges.texts["kind"]
        return np.asarray(kind.codes[edge] == (kind.words.index("local") if "local" in kind.words else -1))

    @cached_property
    def edge(self) -> Ints:
        """The edge of each point along the roads."""
        return np.concatenate([np.zeros(0, np.int64), *(edge for _, edge in self.indexes)])

    @cached_property
    def xy(self) -> Floats:
        """The points along the roads, EPSG:27700, in metres, shape (points, 2)."""
        return np.vstack([np.zeros((0, 2)), *(index.xy for index, _ in self.indexes)])

    @property
    def main_xy(self) -> Floats:
        """Those of the points that lie along roads which somebody drew, not along modelled ones."""
        return np.asarray(self.xy[~self.is_local(self.edge)])

    @cached_property
    def _place_of_edge(self) -> Ints:
        return self._kept["access_place"] if self._kept else self._samples[2]

    @cached_property
    def _has_one_way(self) -> bool:
        if self._kept and "access_one_way" in self._kept:
            return bool(self._kept["access_one_way"][0])
        arcs = np.bincount(self.network.edge, minlength=len(self.network.edges.u))
        return bool((arcs == 1).any())  # a closed road has none and is no one-way street

    @cached_property
    def seconds_per_metre(self) -> Floats:
        """Seconds for a metre of crow distance on local streets around each edge."""
        if self._kept and "seconds_per_metre" in self._kept:
            return self._kept["seconds_per_metre"]
        return speeds.local_seconds_per_metre(self.network.edges.urban_percent / 100.0, self.network.model)

    def of_the_same_roads(self) -> dict[str, Array]:
        """Give those of the kept arrays that hold under other conditions too: what does not depend on the arcs."""
        return {name: array for name, array in (self._kept or {}).items() if name.startswith(OF_ROADS)}

    def arrays(self) -> dict[str, Array]:
        """Give what takes long to work out as arrays, to be kept and given to another of the same network."""
        found: dict[str, Array] = self._nearest.arrays() if self._nearest else {}
        for index, edge in self.indexes:
            name = KINDS[int(self.is_local(edge[:1])[0])]
            found |= index.arrays(name) | {f"{name}_edge": edge}
        return found | {
            "joinable": self.joinable,
            "access_place": self._place_of_edge,
            "access_one_way": np.array([self._has_one_way]),
            "seconds_per_metre": self.seconds_per_metre,
        }

    @property
    def slack_metres(self) -> float:
        """How much further than a road the nearest of its points may be."""
        bent = self._lines is not None and bool(self.network.lines)
        return self.network.reach.sample_metres / 2 + (BEND_METRES if bent else 0.0)

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
        if self._nearest is not None:
            place, edge, fraction, gap, node = self._nearest.find(xy)
            return self.priced(place, edge, fraction, gap, node)
        none = np.empty(0, np.int64)
        found: list[tuple[Ints, Ints, Floats, Floats]] = [(none, none, np.empty(0), np.empty(0))]
        left = np.flatnonzero(np.isfinite(xy).all(axis=1))
        for index, on in self.indexes:
            looked_for = left
            for candidates in CANDIDATES:
                if len(looked_for) == 0:
                    break
                row, edge, fraction, gap = self._nearest_dry(index, on, xy[looked_for], candidates)
                found.append((looked_for[row], edge, fraction, gap))
                looked_for = np.delete(looked_for, row)
        place, edge, fraction, gap = self.foremost(*(np.concatenate(column) for column in zip(*found, strict=True)))
        order = np.lexsort((edge, place))
        return self.priced(place[order], edge[order], fraction[order], gap[order])

    def priced(self, place: Ints, edge: Ints, fraction: Floats, gap: Floats, node: Ints | None = None) -> Joins:
        """Put metres and tenths of a second of local streets to ways as the crow flies.

        Parameters
        ----------
        place, edge, fraction, node
            The joins: places, roads, and where on these; see ``Joins``. Without nodes all are between the ends.
        gap
            The ways between, metres as the crow flies.
        """
        return Joins(
            place=place,
            edge=edge,
            fraction=fraction,
            metres=np.round(gap * self.network.model.detour).astype(np.int64),
            deciseconds=np.round(10.0 * gap * self.seconds_per_metre[edge]).astype(np.int64),
            node=np.full(len(place), ON_THE_ROAD) if node is None else node,
        )

    def projected(self, xy: Floats, edge: Ints) -> tuple[Floats, Floats]:
        """Find the nearest point of each edge to a point: its share from u, and crow metres.

        Edges are drawn straight, unless the network has all streets.
        """
        if self._lines is not None:
            fraction, _, gap = self._lines.projected(xy, edge)
            return fraction, gap
        edges, nodes = self.network.edges, self.network.xy
        start = nodes[edges.u[edge]]
        along = nodes[edges.v[edge]] - start
        square = np.maximum((along**2).sum(axis=1), 1e-9)
        fraction = np.clip(((xy - start) * along).sum(axis=1) / square, 0.0, 1.0)
        return fraction, np.hypot(*(start + fraction[:, None] * along - xy).T)

    def _nearest_dry(
        self, index: PointIndex, on: Ints, xy: Floats, candidates: int
    ) -> tuple[Ints, Ints, Floats, Floats]:
        """Find the nearest edges that are reached without crossing water: row of xy, edge, fraction, metres."""
        gap, sample = index.query(xy, k=min(candidates, len(on)), distance_upper_bound=FURTHEST_METRES)
        row, slot = np.nonzero(np.isfinite(gap.reshape(len(xy), -1)))
        size = len(self.network.edges.u)
        pair = np.unique(row * size + on[sample.reshape(len(xy), -1)[row, slot]])
        row, edge = pair // size, pair % size
        fraction, gap = self.projected(xy[row], edge)
        dry = self.reached_dry(xy[row], edge, fraction)
        return row[dry], edge[dry], fraction[dry], gap[dry]

    def reached_dry(self, xy: Floats, edge: Ints, fraction: Floats) -> NDArray[np.bool_]:
        """Say which points of edges are reached from places, row by row, without crossing water.

        The points are taken on the straight line between the ends.
        """
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
        reach, local = self.network.reach, self.is_local(edge)
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
        furthest = np.maximum(reach.spread * least[row], least[row] + SAME_POINT_METRES)
        kept = nearest & (gap <= np.maximum(reach.wide_metres, furthest))
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
