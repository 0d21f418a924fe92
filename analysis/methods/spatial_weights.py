"""Which places lie next to which, for measures of clusters: the nearest few, or those with a common border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike

    from nearhome.data.base.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The neighbours of each place: those of place ``i`` are ``other[first[i]:first[i + 1]]``.

    They weigh the same and add up to 1 (row-standardised); a place without any is an island and weighs nothing.
    """

    first: Ints
    other: Ints

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def counts(self) -> Ints:
        """How many neighbours each place has."""
        return np.diff(self.first)

    @property
    def islands(self) -> Bools:
        """The places without neighbours."""
        return np.equal(self.counts, 0)

    @property
    def weights(self) -> Floats:
        """The weight of each neighbour, in the order of ``other``."""
        return np.repeat(1 / np.maximum(1, self.counts), self.counts)

    def matrix(self) -> Any:
        """Give the weights as a sparse SciPy array, place to neighbour."""
        from scipy.sparse import csr_array

        return csr_array((self.weights, self.other, self.first), shape=(len(self), len(self)))

    def padded(self) -> Floats:
        """Give the weights as rows filled up with 0, a column for each first, second, ... neighbour."""
        most = int(self.counts.max(initial=0))
        slot = np.arange(most) < self.counts[:, None]
        return np.where(slot, 1 / np.maximum(1, self.counts)[:, None], 0.0)

    def among(self, kept: Bools) -> Neighbours:
        """Leave places out, and with them their part in their neighbours' weights; the others keep their order."""
        if kept.shape != (len(self),):
            msg = f"There are {len(self)} places and {kept.size} marks of which to keep; give one for each."
            raise InputError(msg)
        owner = np.repeat(np.arange(len(self)), self.counts)
        both = kept[owner] & kept[self.other]
        number = np.cumsum(kept) - 1
        return _from_pairs(number[owner[both]], number[self.other[both]], int(kept.sum()))


def nearest_few(x_metres: ArrayLike, y_metres: ArrayLike, k: int = 8) -> Neighbours:
    """Take the k nearest other points as neighbours; nearness is not mutual.

    Parameters
    ----------
    x_metres, y_metres
        Points in a grid of metres, such as EPSG:27700.
    k
        How many; all others if there are fewer.

    Raises
    ------
    InputError
        When ``k`` is below 1 or a coordinate is missing.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack([np.asarray(x_metres, float), np.asarray(y_metres, float)])
    if k < 1 or not np.isfinite(points).all():
        missing = int((~np.isfinite(points).all(axis=1)).sum())
        msg = f"{k} neighbours were asked for and {missing} points lack a coordinate; ask for 1 or more of full points."
        raise InputError(msg)
    size = len(points)
    wide = min(k, max(0, size - 1))
    if wide == 0:
        return _from_pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), size)
    _, found = cKDTree(points).query(points, wide + 1)
    own = found == np.arange(size)[:, None]
    own[~own.any(axis=1), -1] = True  # of many points at one spot it need not be found: the last one goes instead
    return _from_pairs(np.repeat(np.arange(size), wide), found[~own].astype(np.int64), size)


def touching(areas: gpd.GeoDataFrame) -> Neighbours:
    """Take areas as neighbours that share a border or a corner (queen contiguity), or overlap.

    Parameters
    ----------
    areas
        Polygons in any CRS, whose borders fit together; the order of the rows is that of the places.

    Raises
    ------
    InputError
        When a row has no geometry.
    """
    from shapely import STRtree

    shapes = areas.geometry.to_numpy()
    empty = int((areas.geometry.isna() | areas.geometry.is_empty).sum())
    if empty:
        msg = f"{empty} of {len(shapes)} areas have no geometry; leave them out first."
        raise InputError(msg)
    one, other = STRtree(shapes).query(shapes, predicate="intersects")
    apart = one != other
    return _from_pairs(one[apart], other[apart], len(shapes))


def _from_pairs(owner: Ints, other: Ints, size: int) -> Neighbours:
    order = np.lexsort([other, owner])
    first = np.searchsorted(owner[order], np.arange(size + 1))
    return Neighbours(first.astype(np.int64), other[order].astype(np.int64))
