"""What maps fetch from this server besides their scripts: the shapes of authorities, and tiles of postcode districts.

Both are the same for every question and may be kept by the browser; what a question colours travels with the map.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from nearhome.data.catalogue import frames, tables
from nearhome.data.places import district_tiles

if TYPE_CHECKING:
    from starlette.requests import Request

SHAPES_TABLE, TILES_TABLE = "boundaries_authority", district_tiles.TABLE
SHAPES_PATH = "/maps/authorities.geojson"
TILES_PATH = f"/maps/{district_tiles.TABLE}.pmtiles"
TOLERANCE_DEGREES, DECIMALS = 0.004, 3
"""About 300 m and 100 m: some 300 kB before they are compressed."""

KEPT = {"Cache-Control": "private, max-age=3600"}


@cache
def authorities() -> bytes:
    """Give the shapes of all authorities as GeoJSON, EPSG:4326: ``id`` is the ONS code, ``name`` a property.

    They are simplified together, so that neighbours still share their borders.
    """
    import shapely

    frame = frames.load(SHAPES_TABLE)
    shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), TOLERANCE_DEGREES)
    features = [
        {"type": "Feature", "id": code, "properties": {"name": name}, "geometry": _short(shapely.to_geojson(shape))}
        for code, name, shape in zip(frame["code"], frame["name"], shapes, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _short(geometry: str) -> object:
    """Read a geometry with fewer decimals."""
    return json.loads(geometry, parse_float=lambda text: round(float(text), DECIMALS))


def _send_authorities(_request: Request) -> Response:
    return Response(authorities(), media_type="application/geo+json", headers=KEPT)


def _send_tiles(_request: Request) -> Response:
    """Send the archive, or those of its bytes that the browser asks for."""
    return FileResponse(tables.path(TILES_TABLE), media_type="application/octet-stream", headers=KEPT)


ROUTES = (Route(SHAPES_PATH, _send_authorities), Route(TILES_PATH, _send_tiles))
