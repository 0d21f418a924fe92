"""From a door to the road network: where one can join it, how far that is, and how long it takes on local streets.

A place joins the network at the nearest points of several roads, never on a motorway, a ferry or a tolled crossing and
never across the water of an estuary; the router then picks the joining point that makes the whole journey quickest. The
way to it is its crow distance times a detour factor, at a local speed that depends on how built-up the road's
surroundings are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from nearhome.data import columns, grid
from nearhome.geo import speeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.geo.network import RoadNetwork

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SAMPLE_METRES = 500.0
"""Roads are sampled this densely for joining them."""

CANDIDATES = (16, 400, 6_000)
"""So many nearest samples are looked at for each place, more where all of those lie across water, and the best on each
road kept."""

FURTHEST_METRES = 30_000.0
"""A place further than this from any road is not on the network: the remotest roadside in Great Britain is nearer."""

WIDE_METRES = 2_500.0
"""Within this distance every candidate is kept; beyond it only those not three times as far as the nearest."""


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


class Access:
    """The points of a network where one may join it."""

    def __init__(self, network: RoadNetwork, barriers: Floats | None = None) -> None:
        self.network = network
        self.barriers = _shipped_barriers() if barriers is None else barriers
        edges = network.edges
        over_water = edges.is_("kind", "ferry") | edges.is_("kind", "crossing") | ~edges.is_("toll", "")
        joinable = ~(edges.is_("road_class", "motorway") | over_water)
        rows, start, end, turned = _in_map_order(np.flatnonzero(joinable), edges.u, edges.v, network.xy)
        pieces = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / SAMPLE_METRES)).astype(np.int64)
        owner = np.repeat(np.arange(len(rows)), pieces + 1)
        step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
        along = step / pieces[owner]
        self.fraction = np.where(turned[owner], 1.0 - along, along)
        self.edge = rows[owner]
        self.xy = start[owner] + along[:, None] * (end - start)[owner]
        self.tree = cKDTree(self.xy)
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
        place, gap, sample = self._dry_candidates(xy)
        edge = self.edge[sample]
        order = np.lexsort((sample, gap, edge, place))
        first = np.r_[True, (np.diff(place[order]) != 0) | (np.diff(edge[order]) != 0)] if len(order) else []
        kept = order[np.asarray(first, bool)]
        place, gap, sample, edge = place[kept], gap[kept], sample[kept], edge[kept]
        model = self.network.model
        return Joins(
            place=place,
            edge=edge,
            fraction=self.fraction[sample],
            metres=np.round(gap * model.detour).astype(np.int64),
            deciseconds=np.round(10.0 * gap * self.seconds_per_metre[edge]).astype(np.int64),
        )

    def _dry_candidates(self, xy: Floats) -> tuple[Ints, Floats, Ints]:
        """Find the samples a place may join without crossing water: place, crow metres and sample, by place.

        Places whose nearest samples all lie across water are asked again with more of them.
        """
        none = np.empty(0, np.int64)
        found: list[tuple[Ints, Floats, Ints]] = [(none, np.empty(0), none)]
        left = np.flatnonzero(np.isfinite(xy).all(axis=1))
        for candidates in CANDIDATES:
            if len(left) == 0 or len(self.xy) == 0:
                break
            count = min(candidates, len(self.xy))
            gap, sample = self.tree.query(xy[left], k=count, distance_upper_bound=FURTHEST_METRES)
            gap, sample = gap.reshape(len(left), -1), sample.reshape(len(left), -1)
            row, slot = np.nonzero(np.isfinite(gap))
            dry = ~self.crosses_water(xy[left[row]], self.xy[sample[row, slot]])
            row, slot = row[dry], slot[dry]
            nearest = np.full(len(left), np.inf)
            np.minimum.at(nearest, row, gap[row, slot])
            close = gap[row, slot] <= np.maximum(WIDE_METRES, 3.0 * nearest[row])
            row, slot = row[close], slot[close]
            found.append((left[row], gap[row, slot], sample[row, slot]))
            left = left[np.isinf(nearest)]
        place, gap, sample = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(place, kind="stable")
        return place[order], gap[order], sample[order]

    def crosses_water(self, a: Floats, b: Floats) -> NDArray[np.bool_]:
        """Say which straight ways from a to b cut a barrier, both shape (n, 2)."""
        crosses = np.zeros(len(a), bool)
        for x1, y1, x2, y2 in self.barriers:
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


def _in_map_order(rows: Ints, u: Ints, v: Ints, xy: Floats) -> tuple[Ints, Floats, Floats, NDArray[np.bool_]]:
    """Order edges by where they lie, each from its western end, so that their numbers do not matter.

    Several roads meet at a junction and are equally near; the first ones would be joined, whichever they are.

    Returns
    -------
    The rows in order, their western and eastern ends, and whether v is the western one.
    """
    start, end = xy[u[rows]], xy[v[rows]]
    turned = (end[:, 0] < start[:, 0]) | ((end[:, 0] == start[:, 0]) & (end[:, 1] < start[:, 1]))
    west, east = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    order = np.lexsort((east[:, 1], east[:, 0], west[:, 1], west[:, 0]))
    return rows[order], west[order], east[order], turned[order]


def _shipped_barriers() -> Floats:
    """Read the barriers as segments x1, y1, x2, y2 in metres, EPSG:27700."""
    numbers, texts = columns.read("road_barriers")
    xy = np.column_stack(grid.to_metres(numbers["lat"], numbers["lon"]))
    barrier = texts["barrier"].codes
    same = barrier[1:] == barrier[:-1]
    return np.asarray(np.hstack([xy[:-1], xy[1:]])[same])
