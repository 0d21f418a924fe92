"""The shapes of postcode districts, as vector tiles that a map can draw without the internet.

From ``boundaries/postcode_districts_gb.gpkg``: outlines that volunteers drew for Wikipedia, Great Britain only. They
are simplified together, so that neighbours still share their borders, and cut into tiles for zooms 4 to 7 (a unit of a
tile is about 45 m then); maps enlarge these further. One file holds all tiles (PMTiles, version 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.data.base.files import replacing
from nearhome.data.errors import SourceError
from nearhome.data.places.district_tiles import LAYER, TABLE, ZOOMS

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE_M = 200.0
_TILE_UNITS = "2"
"""Simplification within a tile, of 4,096 units across."""


def build(sources: Path, out: Path) -> None:
    """Write ``district_shapes.pmtiles``, EPSG:3857 as tiles are.

    Raises
    ------
    SourceError
        If the source cannot be read, or simplifying breaks a shape.
    """
    import geopandas as gpd
    import shapely

    file = "boundaries/postcode_districts_gb.gpkg"
    try:
        frame = gpd.read_file(sources / file)[["district", "geometry"]].to_crs(27700)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        msg = f"{file} cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
    frame = frame.sort_values("district", ignore_index=True)
    frame["geometry"] = shapely.coverage_simplify(frame.geometry.to_numpy(), TOLERANCE_M)
    broken = frame.loc[~frame.geometry.is_valid | frame.geometry.is_empty, "district"].tolist()
    if broken:
        msg = f"{file} gives a shape that is not valid once simplified ({broken[0]}); repair the source."
        raise SourceError(msg)
    with replacing(out / f"{TABLE}.pmtiles") as temporary:
        frame.to_crs(4326).to_file(
            temporary,
            driver="PMTiles",
            engine="pyogrio",
            layer=LAYER,
            NAME=LAYER,
            MINZOOM=ZOOMS[0],
            MAXZOOM=ZOOMS[1],
            SIMPLIFICATION=_TILE_UNITS,
            MAX_SIZE="2000000",
            MAX_FEATURES="400000",
        )
