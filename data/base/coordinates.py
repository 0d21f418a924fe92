"""Between the National Grid (EPSG:27700, metres) and latitude and longitude (EPSG:4326, degrees).

The transformation is written out, EPSG:1314 (seven parameters, within about 2 m on average, 5 m at worst, of
OSTN15 in Great Britain), so that every machine gives the same digits whether or not it has Ordnance Survey's
correction grid installed, and so that opening it needs no search through the PROJ database. In Northern
Ireland the same grid is used beyond its edge: fit for distances, not for surveying.
"""

from __future__ import annotations

import math
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Floats


class Point(Protocol):
    """Anything with a latitude and a longitude, EPSG:4326."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


class Spot(NamedTuple):
    """A point in degrees, EPSG:4326."""

    lat: float
    lon: float


def _metres(points: Floats) -> Floats:
    return np.column_stack(to_metres(points[:, 0], points[:, 1]))


EARTH_RADIUS_MILES = 3958.7613
"""Mean radius of the Earth, 6,371.0088 km (IUGG), in statute miles."""

MILE_DECIMALS = 6
"""Straight-line miles are told to so many decimals: sines differ in the last digit between processors."""

_TO_DEGREES = (
    "+proj=pipeline"
    " +step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
    " +step +proj=push +v_3"
    " +step +proj=cart +ellps=airy"
    " +step +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489"
    " +convention=position_vector"
    " +step +inv +proj=cart +ellps=WGS84"
    " +step +proj=pop +v_3"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


_IRISH_TO_DEGREES = (
    "+proj=pipeline"
    " +step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +ellps=mod_airy"
    " +step +proj=push +v_3"
    " +step +proj=cart +ellps=mod_airy"
    " +step +proj=helmert +x=482.5 +y=-130.6 +z=564.6 +rx=-1.042 +ry=-0.214 +rz=-0.631 +s=8.15"
    " +convention=position_vector"
    " +step +inv +proj=cart +ellps=WGS84"
    " +step +proj=pop +v_3"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_ITM_TO_DEGREES = (
    "+proj=pipeline"
    " +step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=0.99982 +x_0=600000 +y_0=750000 +ellps=GRS80"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


class Grid(StrEnum):
    """A grid of metres that is used in the United Kingdom."""

    NATIONAL = "National Grid"
    """EPSG:27700, of Great Britain."""
    IRISH = "Irish Grid"
    """EPSG:29902; within 1 m of the transformation of Ordnance Survey Ireland."""
    ITM = "Irish Transverse Mercator"
    """EPSG:2157."""


_PIPELINES = {Grid.NATIONAL: _TO_DEGREES, Grid.IRISH: _IRISH_TO_DEGREES, Grid.ITM: _ITM_TO_DEGREES}


@cache
def _transformer(grid: Grid = Grid.NATIONAL) -> Any:
    from pyproj import Transformer

    return Transformer.from_pipeline(_PIPELINES[grid])


def to_degrees(
    easting: ArrayLike, northing: ArrayLike, grid: Grid = Grid.NATIONAL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (EPSG:4326) of eastings and northings of a grid, metres.

    Examples
    --------
    >>> [round(float(each), 3) for each in to_degrees(333_800, 374_100, Grid.IRISH)]
    [54.597, -5.931]
    """
    import numpy as np

    lon, lat = _transformer(grid).transform(np.asarray(easting, dtype=float), np.asarray(northing, dtype=float))
    return np.asarray(lat), np.asarray(lon)


def to_metres(lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """National Grid eastings and northings (EPSG:27700, metres) of latitudes and longitudes (EPSG:4326).

    Examples
    --------
    >>> [round(float(each)) for each in to_metres(50.263, -5.051)]
    [182647, 44790]
    """
    import numpy as np

    easting, northing = _transformer().transform(
        np.asarray(lon, dtype=float), np.asarray(lat, dtype=float), direction="INVERSE"
    )
    return np.asarray(easting), np.asarray(northing)


def crow_miles(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Miles as the crow flies between two points in degrees (haversine on a sphere, within 0.5 %), to the millionth.

    Parameters
    ----------
    lat_a, lon_a, lat_b, lon_b
        The two points: degrees north and east, EPSG:4326.

    Examples
    --------
    >>> round(crow_miles(50.263, -5.051, 50.723, -3.527))
    74
    """
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_lat = math.sin((phi_b - phi_a) / 2) ** 2
    half_lon = math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    inside = half_lat + math.cos(phi_a) * math.cos(phi_b) * half_lon
    return round(2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(min(1.0, inside))), MILE_DECIMALS)
