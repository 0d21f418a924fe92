"""Which points lie in the United Kingdom, many at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from nearhome.data.base.coordinates import _metres
from nearhome.data.catalogue import frames
from nearhome.data.places import postcodes
from nearhome.geo.places import areas

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Bools, Floats


_CELL_METRES = 1_000


_BORDER_TOLERANCE_DEGREES = 0.01
"""As in ``nearhome.geo.places.areas``: the shipped boundary of Northern Ireland is good to about a kilometre."""


def in_united_kingdom(points: Floats) -> Bools:
    """Say which points lie in the United Kingdom.

    As ``nearhome.geo.places.areas.authority_at`` does for one point: within 15 km of a postcode of Great Britain, or,
    nearer to Northern Ireland, inside its boundary or about a kilometre from it. Postcodes are taken by the square
    kilometre.

    Parameters
    ----------
    points
        Latitude and longitude, EPSG:4326, shape (points, 2), all usable numbers.
    """
    xy = _metres(points)
    possible = np.isfinite(xy).all(axis=1)
    inside = np.zeros(len(points), dtype=bool)
    britain, northern = _gazetteers()
    gap, _ = britain.query(xy[possible])
    northern_gap, _ = northern.query(xy[possible])
    inside[possible] = gap <= areas.FURTHEST_M
    irish = np.flatnonzero(possible)[northern_gap < gap]
    if len(irish):
        inside[irish] = _in_northern_ireland(points[irish])
    return inside


@cache
def _gazetteers() -> tuple[cKDTree, cKDTree]:
    """Give the square kilometres of Great Britain that have a postcode, and the sectors of Northern Ireland."""
    easting, northing = postcodes.shipped().all_points()
    known = easting >= 0
    cells = np.unique(easting[known] // _CELL_METRES * 10_000 + northing[known] // _CELL_METRES)
    centres = np.column_stack([cells // 10_000, cells % 10_000]) * float(_CELL_METRES) + _CELL_METRES / 2
    sectors = [area for name, area in postcodes.areas("sector").items() if name.startswith("BT")]
    return cKDTree(centres), cKDTree([(area.easting, area.northing) for area in sectors])


def _in_northern_ireland(points: Floats) -> Bools:
    from shapely import points as as_points

    countries = frames.load("boundaries_country")
    shape = countries.loc[countries["name"] == "Northern Ireland", "geometry"].iloc[0]
    return np.asarray(shape.distance(as_points(points[:, ::-1])) <= _BORDER_TOLERANCE_DEGREES)
