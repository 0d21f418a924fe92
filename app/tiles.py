"""The route of the vector tiles of postcode districts: the shipped archive, of which a browser asks for ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse
from starlette.routing import Route

from nearhome.data import catalogue
from nearhome.data.build.districts import TABLE

if TYPE_CHECKING:
    from starlette.requests import Request

PATH = "/tiles/district_shapes.pmtiles"
ROUTE_NAME = "district tiles"


def archive(_request: Request) -> FileResponse:
    """Send the archive, or the bytes of it that were asked for."""
    return FileResponse(catalogue.path(TABLE), media_type="application/octet-stream")


ROUTE = Route(PATH, archive, methods=["GET"], name=ROUTE_NAME)
