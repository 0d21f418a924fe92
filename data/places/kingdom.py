"""Whether a point is in the United Kingdom and on land: the one answer for journeys, files, registers and scenarios."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nearhome.data.base.coordinates import crow_miles
from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


OFFSHORE_DEGREES = 0.015
"""How far off the outline a point may lie: about 1.7 km north and south, 1 km east and west.

The outline is generalised to about 500 m, and some homes and services are on piers, in harbours and on islets.
"""


class _Box(NamedTuple):
    """A rectangle in degrees (EPSG:4326) and how to say that a point outside the United Kingdom lies in it."""

    words: str
    south: float
    north: float
    west: float
    east: float


_NEIGHBOURS = (
    _Box("on the Isle of Man", 54.0, 54.45, -4.9, -4.25),
    _Box("in Jersey", 49.13, 49.3, -2.3, -1.95),
    _Box("in Guernsey or its islands", 49.38, 49.77, -2.72, -2.1),
    _Box("in Ireland or off its coast", 51.3, 55.5, -10.8, -5.9),
)
"""Where neighbours lie; general knowledge, wide enough for their coasts, and asked only of points outside."""


def on_land(lat: ArrayLike, lon: ArrayLike) -> NDArray[Any]:
    """Say of points whether they lie in the United Kingdom or just off its coast; a point of no numbers does not.

    Parameters
    ----------
    lat, lon
        Degrees (EPSG:4326), of one shape; the answer has it too.

    Examples
    --------
    >>> on_land([50.263, 51.30, 53.35], [-5.051, -3.60, -6.26]).tolist()
    [True, False, False]
    """
    return _within(_kingdom(), lat, lon)


def in_nation(lat: ArrayLike, lon: ArrayLike, *nations: str) -> NDArray[Any]:
    """Say of points whether they lie in one of some nations or just off its coast or border; see ``on_land``.

    Parameters
    ----------
    lat, lon
        Degrees (EPSG:4326), of one shape; the answer has it too.
    nations
        Their names: England, Northern Ireland, Scotland, Wales.

    Examples
    --------
    >>> in_nation([50.263, 54.60], [-5.051, -5.93], "Northern Ireland").tolist()
    [False, True]
    """
    return _within(_nations(*nations), lat, lon)


def _within(shape: Any, lat: ArrayLike, lon: ArrayLike) -> NDArray[Any]:
    import numpy as np
    import shapely

    lats, lons = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    known = np.isfinite(lats) & np.isfinite(lons)
    found = np.zeros(lats.shape, dtype=bool)
    found[known] = shapely.dwithin(shape, shapely.points(lons[known], lats[known]), OFFSHORE_DEGREES)
    return found


def is_on_land(lat: float, lon: float) -> bool:
    """Say of one point what ``on_land`` says of many."""
    return bool(on_land([lat], [lon])[0])


def whereabouts(lat: float, lon: float) -> str:
    """Say in which neighbour of the United Kingdom a point outside it lies, such as *on the Isle of Man*; else nothing.

    Examples
    --------
    >>> whereabouts(54.15, -4.48)
    'on the Isle of Man'
    """
    return next((box.words for box in _NEIGHBOURS if box.south < lat < box.north and box.west < lon < box.east), "")


def outside(lat: float, lon: float) -> str:
    """Say of a point for which ``on_land`` is false where it is, as it goes on after the point."""
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 -- degrees
        return "is no latitude and longitude"
    where = whereabouts(lat, lon)
    if where:
        return f"is outside the United Kingdom, {where}"
    miles = max(1, round(miles_off(lat, lon)))
    return f"is outside the United Kingdom, in the sea or abroad, {miles:,} {'mile' if miles == 1 else 'miles'} off"


def miles_off(lat: float, lon: float) -> float:
    """Miles from a point to the nearest of the outline, found in degrees: about right near it."""
    import shapely

    nearest = shapely.get_point(shapely.shortest_line(_kingdom(), shapely.Point(lon, lat)), 0)
    return crow_miles(lat, lon, nearest.y, nearest.x)


def _kingdom() -> Any:
    """Give the outline of the United Kingdom (EPSG:4326), prepared."""
    return _nations(*_outlines())


@cache
def _nations(*names: str) -> Any:
    """Give the outline of some nations together (EPSG:4326), prepared."""
    import shapely

    shape = shapely.union_all([_outlines()[name] for name in names])
    shapely.prepare(shape)
    return shape


@cache
def _outlines() -> dict[str, Any]:
    """Give the outline of each nation (EPSG:4326) by its name, read without geopandas."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    path = tables.path("boundaries_country")
    try:
        table = pq.ParquetFile(path).read(["name", "geometry"])
        shapes = shapely.from_wkb(table["geometry"].to_pylist())
    except (OSError, pa.ArrowException, KeyError, shapely.errors.ShapelyError) as error:
        msg = f"{path.name} is missing or damaged; install nearhome again."
        raise TableError(msg) from error
    return dict(zip(table["name"].to_pylist(), shapes, strict=True))
