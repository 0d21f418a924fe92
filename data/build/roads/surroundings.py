"""What lies around a road: how built up it is along its length, and how many people live about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats

DENSITY_RADIUS_METRES = 1_000.0
SAMPLE_METRES = 400.0
URBAN_PER_KM2 = 40.0
"""Postcodes per square kilometre, within 1 km, from which surroundings count as urban (a small town's edge)."""
DENSE_PER_KM2 = 130.0
"""... and as dense: inner cities, where a kilometre holds several signals."""

CENTRE_KM, REGION_KM = 3.0, 20.0
"""Traffic is as dense as the city around (for all roads but motorways) and the region around (for motorways)."""

CELL_METRES = 1_000.0
ORIGIN = np.array([-60_000.0, -10_000.0])
CELLS = (760, 1_260)
"""A grid over the United Kingdom on which postcodes are counted, EPSG:27700."""


class Surroundings:
    """The postcodes of the country as a density that can be asked anywhere.

    Parameters
    ----------
    postcodes
        Their points in metres, EPSG:27700, shape (postcodes, 2).
    """

    def __init__(self, postcodes: Floats) -> None:
        self._tree = cKDTree(postcodes)
        cell = ((postcodes - ORIGIN) // CELL_METRES).astype(np.int64)
        inside = ((cell >= 0) & (cell < CELLS)).all(axis=1)
        flat = cell[inside, 0] * CELLS[1] + cell[inside, 1]
        counted = np.bincount(flat, minlength=CELLS[0] * CELLS[1]).reshape(CELLS).astype(float)
        self._around = {km: gaussian_filter(counted, km * 1_000.0 / CELL_METRES, mode="constant") for km in RADII_KM}

    def per_km2(self, xy: Floats) -> Floats:
        """Count postcodes within 1 km of points, for each square kilometre."""
        area_km2 = np.pi * (DENSITY_RADIUS_METRES / 1_000.0) ** 2
        return np.asarray(self._tree.query_ball_point(xy, DENSITY_RADIUS_METRES, return_length=True) / area_km2)

    def around(self, xy: Floats, km: float) -> Floats:
        """Give postcodes for each square kilometre, averaged over a bell curve of so many kilometres around points."""
        cell = np.clip((xy - ORIGIN) // CELL_METRES, 0, np.array(CELLS) - 1).astype(np.int64)
        return np.asarray(self._around[km][cell[:, 0], cell[:, 1]])

    def along(self, lines: NDArray[np.object_]) -> tuple[Floats, Floats, Floats]:
        """Give the shares of each line's length that are urban, dense, and without a postcode within 1 km."""
        length = shapely.length(lines)
        pieces = np.maximum(1, np.ceil(length / SAMPLE_METRES)).astype(np.int64)
        owner = np.repeat(np.arange(len(lines)), pieces)
        position = (np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[owner]
        points = shapely.get_coordinates(shapely.line_interpolate_point(lines[owner], position, normalized=True))
        density = self.per_km2(points)
        urban, dense, empty = (
            np.bincount(owner, weights=found, minlength=len(lines)) / pieces
            for found in (density >= URBAN_PER_KM2, density >= DENSE_PER_KM2, density <= 0)
        )
        return urban, dense, empty


RADII_KM = (CENTRE_KM, REGION_KM)
