"""The boundary tables: countries, regions, police-force areas, counties and local authorities, as GeoParquet.

From the ultra-generalised (about 500 m) boundaries of ``boundaries/``, all under the Open Government Licence.
Coordinates are snapped to 0.00001 degrees (about a metre), which is far finer than the generalisation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nearhome.data.base.files import replacing
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

LEVELS: dict[str, tuple[str, str, str]] = {
    "country": ("country20_uk.geojson", "country20_cd", "country20_nm"),
    "region": ("region24_uk.geojson", "region_cd", "region_nm"),
    "police": ("pfa20_ew.geojson", "pfa20_cd", "pfa20_nm"),
    "county": ("ctyua21_uk.geojson", "utla21_cd", "utla21_nm"),
    "authority": ("lad24_uk.geojson", "ltla24_cd", "ltla24_nm"),
}
"""Level -> source file, its code column and its name column."""

_GRID_DEGREES = 1e-5
_AXIS = {"unit": "degree"}
_WGS_84: dict[str, Any] = {
    "type": "GeographicCRS",
    "name": "WGS 84",
    "datum": {
        "type": "GeodeticReferenceFrame",
        "name": "World Geodetic System 1984",
        "ellipsoid": {"name": "WGS 84", "semi_major_axis": 6378137, "inverse_flattening": 298.257223563},
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {"name": "Geodetic latitude", "abbreviation": "Lat", "direction": "north", **_AXIS},
            {"name": "Geodetic longitude", "abbreviation": "Lon", "direction": "east", **_AXIS},
        ],
    },
    "id": {"authority": "EPSG", "code": 4326},
}


def build(sources: Path, out: Path) -> None:
    """Write one ``boundaries_LEVEL.parquet`` a level: code, name, geometry (EPSG:4326), sorted by code."""
    import geopandas as gpd

    for level, (file, code, name) in LEVELS.items():
        try:
            frame = gpd.read_file(sources / "boundaries" / file)
            frame = frame.rename(columns={code: "code", name: "name"})[["code", "name", "geometry"]]
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            msg = f"boundaries/{file} cannot be read ({error}); give the folder that holds the source files."
            raise SourceError(msg) from error
        frame = frame.astype({"code": "object", "name": "object"}).sort_values("code", ignore_index=True)
        frame = frame.to_crs(4326)
        frame["geometry"] = frame.geometry.set_precision(_GRID_DEGREES)
        if not (frame.geometry.is_valid & ~frame.geometry.is_empty).all():
            msg = f"boundaries/{file} gives a shape that is not valid after rounding; repair the source."
            raise SourceError(msg)
        _write(frame, out / f"boundaries_{level}.parquet")


def _write(frame: Any, path: Path) -> None:
    """Write GeoParquet 1.1 with everything in its metadata spelt out.

    geopandas asks PROJ to spell the CRS and names its own version, and both change from machine to machine.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = sorted(set(frame.geometry.geom_type))
    column: dict[str, object] = {"encoding": "WKB", "crs": _WGS_84, "geometry_types": kinds}
    column["bbox"] = [round(float(value), 5) for value in frame.total_bounds]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    columns = {
        "code": pa.array(frame["code"].tolist(), pa.string()),
        "name": pa.array(frame["name"].tolist(), pa.string()),
        "geometry": pa.array(frame.geometry.to_wkb().tolist(), pa.binary()),
    }
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")
