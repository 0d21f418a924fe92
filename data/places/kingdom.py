"""Whether a point is in the United Kingdom and on land."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nearhome.data.base.coordinates import crow_miles
from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


OFFSHORE_DEGREES = 0.015
"""How far off the outline a point may lie: about 1.7 km north and south, 1 km east and west."""


def on_land(lat: Sequence[float] | NDArray[Any], lon: Sequence[float] | NDArray[Any]) -> NDArray[Any]:
    """Say of points (EPSG:4326) whether they lie in the United Kingdom or just off its coast."""
    import numpy as np
    import shapely

    lats, lons = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    known = np.isfinite(lats) & np.isfinite(lons)
    found = np.zeros(len(lats), dtype=bool)
    found[known] = shapely.dwithin(_kingdom(), shapely.points(lons[known], lats[known]), OFFSHORE_DEGREES)
    return found


@cache
def _kingdom() -> Any:
    """Give the outline of the United Kingdom (EPSG:4326), prepared, read without geopandas."""
    import pyarrow.parquet as pq
    import shapely

    path = tables.path("boundaries_country")
    try:
        shape = shapely.union_all(shapely.from_wkb(pq.ParquetFile(path).read(["geometry"])["geometry"].to_pylist()))
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path.name} is missing or damaged; install nearhome again."
        raise TableError(msg) from error
    shapely.prepare(shape)
    return shape


def _miles_off(lat: float, lon: float) -> float:
    """Miles from a point to the nearest of the outline, found in degrees: about right near it."""
    import shapely

    nearest = shapely.get_point(shapely.shortest_line(_kingdom(), shapely.Point(lon, lat)), 0)
    return crow_miles(lat, lon, nearest.y, nearest.x)
