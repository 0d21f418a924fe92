"""The roads around a place, part by part of a network: of each part near it those that the place would join."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from nearhome.geo.routing.snapping import Nearby

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.routing.snapping import Access


LARGE_SHARE = 0.05
"""A part with a larger share of the roads is looked at closely first: most of the roads around a place are its."""

CLOSE_METRES = (250.0, 750.0)


class Neighbourhood:
    """Finds roads by the part that they belong to.

    Parameters
    ----------
    access
        The roads that may be joined.
    part
        The number of each edge's part; negative for edges that are left out.
    """

    def __init__(self, access: Access, part: Ints) -> None:
        self._access, self._part = access, part

    @cached_property
    def _trees(self) -> list[tuple[cKDTree, Ints, tuple[float, ...]]]:
        """Trees of points along the roads, the edges that these are on, and the distances at which to look first."""
        access = self._access
        part = self._part[access.edge]
        size = np.bincount(part[part >= 0])
        large = np.flatnonzero(size > LARGE_SHARE * size.sum())
        groups: list[tuple[Ints, tuple[float, ...]]] = [(np.flatnonzero(part == each), CLOSE_METRES) for each in large]
        groups.append((np.flatnonzero((part >= 0) & ~np.isin(part, large)), ()))
        return [(cKDTree(access.xy[rows]), access.edge[rows], closer) for rows, closer in groups if len(rows)]

    def near(self, xy: Floats, metres: float) -> Nearby:
        """Find the roads within some metres of places (EPSG:27700, shape (places, 2)) and not across water.

        Returns
        -------
        Of each part those that a place would join if there were no others.
        """
        known = np.flatnonzero(np.isfinite(xy).all(axis=1))
        none = np.empty(0, np.int64)
        found = [(none, none, np.empty(0), np.empty(0))]
        for tree, edge, closer in self._trees:
            left = known
            for radius in (*(each for each in closer if each < metres), metres):
                if len(left) == 0:
                    break
                place, edges, fraction, gap = self._within(tree, edge, xy, left, radius)
                reach, local = self._access.network.reach, self._access.is_local(edges)
                main, others = (np.bincount(place[rows], minlength=len(xy)) for rows in (~local, local))
                enough = (main >= reach.most_roads) & (others >= reach.most_local) | (radius >= metres)
                kept = enough[place]
                found.append((place[kept], edges[kept], fraction[kept], gap[kept]))
                left = left[~enough[left]]
        place, edges, fraction, gap = (np.concatenate(column) for column in zip(*found, strict=True))
        pair, row = np.unique(np.column_stack([place, self._part[edges]]), axis=0, return_inverse=True)
        row, edges, fraction, gap = self._access.foremost(row.reshape(-1), edges, fraction, gap)
        return Nearby(pair[row, 0], edges, fraction, gap)

    def _within(
        self, tree: cKDTree, edge: Ints, xy: Floats, places: Ints, metres: float
    ) -> tuple[Ints, Ints, Floats, Floats]:
        """Find a tree's edges within some metres of some places: rows of xy, edges, fractions, metres."""
        access = self._access
        points = tree.query_ball_point(xy[places], metres + access.slack_metres)
        sizes = np.array([len(each) for each in points], dtype=np.int64)
        sample = np.concatenate([np.array(each, dtype=np.int64) for each in points])
        count = len(access.network.edges.u)
        pair = np.unique(np.repeat(places, sizes) * count + edge[sample])
        place, edges = pair // count, pair % count
        fraction, gap = access.projected(xy[place], edges)
        near = np.flatnonzero(gap <= metres)
        dry = near[access.reached_dry(xy[place[near]], edges[near], fraction[near])]
        return place[dry], edges[dry], fraction[dry], gap[dry]
