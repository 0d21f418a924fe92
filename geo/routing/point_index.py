"""The nearest of very many points to a few places, without reading the others.

The points lie in cells of a square grid, cell after cell in one array, so that the cells around a place are a few short
stretches of it. Whoever asks for many places gets a tree of all the points, which takes seconds to grow.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.data.base.arrays import Array, Floats, Ints

CELL_METRES = 250.0
COLUMNS = 1 << 20
"""More cells than there can be side by side: a cell's number is its row times this and its column."""

FEW = 64
"""So many places are looked up in the cells; for more the tree is grown."""

AS_NEAR = 8
"""So many points more are looked at, for those that lie at the place of the last one asked for."""

FURTHEST = 60_000.0
"""No search in the cells goes further; beyond, the tree is asked."""


class PointIndex:
    """Points in metres, found by nearness as ``scipy.spatial.cKDTree`` finds them; of points at one place the first.

    ``xy`` has the points cell after cell: ``cells`` are the numbers of the cells that have points, rising, and
    ``starts`` says where their points begin.
    """

    def __init__(self, xy: Floats, cells: Ints, starts: Ints) -> None:
        self.xy, self.cells, self.starts = xy, cells, starts
        self.n = len(xy)

    @classmethod
    def of(cls, points: Floats) -> tuple[PointIndex, Ints]:
        """Sort points into cells; give the index, and which of the points each of its rows is."""
        column, row = np.floor(points / CELL_METRES).astype(np.int64).reshape(-1, 2).T
        number = row * COLUMNS + column
        order = np.argsort(number, kind="stable")
        cells, first = np.unique(number[order], return_index=True)
        return cls(points[order], cells, np.r_[first, len(points)].astype(np.int64)), order

    def arrays(self, name: str) -> dict[str, Array]:
        """Give the arrays to keep, by names that begin with one; ``opened`` takes them back."""
        return {f"{name}_xy": self.xy, f"{name}_cells": self.cells, f"{name}_starts": self.starts}

    @classmethod
    def opened(cls, arrays: Mapping[str, Array], name: str) -> PointIndex:
        """Make an index of kept arrays."""
        return cls(*(arrays[f"{name}_{part}"] for part in ("xy", "cells", "starts")))

    @cached_property
    def tree(self) -> cKDTree:
        """A tree of all points, by their rows in ``xy``."""
        return cKDTree(self.xy)

    def query(self, xy: Floats, k: int, distance_upper_bound: float = np.inf) -> tuple[Floats, Ints]:
        """Find the nearest points to places.

        Parameters
        ----------
        xy
            Places in metres, shape (places, 2).
        k
            How many points to find for each, at most ``n``.
        distance_upper_bound
            How far from a place they may be, metres.

        Returns
        -------
        Metres and rows of the points, nearest first, shape (places, k); infinite and ``n`` where there are fewer.
        """
        if len(xy) > FEW:
            return self._by_tree(xy, k, distance_upper_bound)
        gaps, rows = np.full((len(xy), k), np.inf), np.full((len(xy), k), self.n)
        for place, point in enumerate(xy):
            found = self._near(point, k, distance_upper_bound)
            if found is None:
                (gaps[place],), (rows[place],) = self._by_tree(point[None], k, distance_upper_bound)
            else:
                gaps[place, : len(found[0])], rows[place, : len(found[0])] = found
        return gaps, rows

    def _by_tree(self, xy: Floats, k: int, most: float) -> tuple[Floats, Ints]:
        """Find the nearest with the tree: some more of them, of which the first rows count where they are as near."""
        gap, row = self.tree.query(xy, k=np.arange(1, min(k + AS_NEAR, self.n) + 1), distance_upper_bound=most)
        order = np.lexsort((row, gap), axis=1)[:, :k]
        return np.take_along_axis(gap, order, axis=1), np.take_along_axis(row, order, axis=1)

    def _near(self, point: Floats, k: int, most: float) -> tuple[Floats, Ints] | None:
        """Find the nearest points to one place in ever more cells around it; None where the tree is to be asked."""
        reach = CELL_METRES
        while reach <= FURTHEST:
            rows = self._within(point, reach)
            gap = np.hypot(*(self.xy[rows] - point).T)
            if (gap <= reach).sum() >= k or reach >= most or len(rows) == self.n:
                kept = np.flatnonzero(gap < most)
                order = kept[np.lexsort((rows[kept], gap[kept]))][:k]
                return gap[order], rows[order]
            reach *= 2
        return None

    def _within(self, point: Floats, reach: float) -> Ints:
        """Give the rows of all points in the cells that lie within some metres of a place, and of others beside."""
        (west, south), (east, north) = (np.floor((point + side * reach) / CELL_METRES).astype(int) for side in (-1, 1))
        lines = np.arange(south, north + 1) * COLUMNS
        first = self.starts[np.searchsorted(self.cells, lines + west)]
        last = self.starts[np.searchsorted(self.cells, lines + east, side="right")]
        size = last - first
        return np.repeat(first - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
