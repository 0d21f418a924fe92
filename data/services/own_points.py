"""Points of the user's own services: whether each lies in the United Kingdom, and which mistake it looks like if not.

A point may lie a mile or so off the coast, because the outline is generalised (about 500 m) and some services are on
piers and islets. Farther out it is refused, and tried as what people mix up: latitude and longitude exchanged, the
minus of a western longitude left out, National Grid metres given as degrees or the other way round, Web Mercator.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nearhome.data.base.coordinates import to_degrees
from nearhome.data.places.kingdom import is_on_land, on_land, outside
from nearhome.data.services.own_rows import MOST_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.data.services.own_rows import RowPoint, RowReader


OWN_PRECISION_M = 50
"""Precision that is assumed of a point somebody gives."""

# Farther out the National Grid's projection has no answer, and there is no land of the United Kingdom.
_GRID_M = 2e6
# Radius of the sphere of Web Mercator, EPSG:3857.
_EARTH_M = 6_378_137.0
_DEGREES = 180.0


def settle(reader: RowReader) -> None:
    """Look at all points of a file at once: put the right ones into their rows, and say what is wrong of others."""
    if not reader.points:
        return
    import numpy as np

    points = reader.points
    lat, lon = np.array([each.first for each in points]), np.array([each.second for each in points])
    metres = np.array([not each.in_degrees for each in points])
    if metres.any():
        fits = metres & (np.maximum(np.abs(lat), np.abs(lon)) < _GRID_M)
        lat[fits], lon[fits] = to_degrees(lat[fits], lon[fits])
        lat[metres & ~fits] = np.nan
    good = on_land(lat, lon)
    for number, (point, is_good) in enumerate(zip(points, good.tolist(), strict=True)):
        row = reader.rows[point.row]
        if is_good and row:
            row |= {"lat": f"{lat[number]:.6f}", "lon": f"{lon[number]:.6f}", "precision_m": str(OWN_PRECISION_M)}
        elif not is_good:
            column = "lat" if point.in_degrees else "easting"
            told = reader.count < MOST_PROBLEMS
            what = _mistake(point, float(lat[number]), float(lon[number])) if told else ""
            reader.wrong(column, f"{point.first:.10g}, {point.second:.10g}", what, point.line)


def _mistake(point: RowPoint, lat: float, lon: float) -> str:
    """Say what a point outside the United Kingdom looks like, and what to do."""
    for what, guess_lat, guess_lon in _guesses(point):
        if is_on_land(guess_lat, guess_lon):
            return what
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > _DEGREES / 2 or abs(lon) > _DEGREES:
        return "is no point in degrees or National Grid metres; give lat and lon (EPSG:4326)"
    return f"{outside(lat, lon)}; correct the point"


def _guesses(point: RowPoint) -> Iterator[tuple[str, float, float]]:
    """Give each mistake in words with the point that was meant, if it was that mistake."""
    first, second = point.first, point.second
    if point.in_degrees:
        yield "has latitude and longitude exchanged; the latitude is near 50 to 60", second, first
        yield "lacks the minus of a western longitude; write it before lon", first, -second
        for easting, northing in ((first, second), (second, first)):
            if max(abs(easting), abs(northing)) > _DEGREES:
                what = "is National Grid metres (EPSG:27700); give them as easting and northing"
                yield what, *_from_grid(easting, northing)
    else:
        yield "has easting and northing exchanged", *_from_grid(second, first)
        yield "is degrees, not metres; give them as lat and lon", first, second
        yield "is degrees, longitude first; give them as lat and lon", second, first
    for x, y in ((first, second), (second, first)):
        if max(abs(x), abs(y)) > _DEGREES:
            what = "is Web Mercator metres (EPSG:3857); give lat and lon (EPSG:4326)"
            yield what, *_from_web_mercator(x, y)


def _from_grid(easting: float, northing: float) -> tuple[float, float]:
    if max(abs(easting), abs(northing)) >= _GRID_M:
        return math.nan, math.nan
    lat, lon = to_degrees(easting, northing)
    return float(lat), float(lon)


def _from_web_mercator(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of Web Mercator metres: the sphere's inverse Mercator projection."""
    if abs(y) > math.pi * _EARTH_M or abs(x) > math.pi * _EARTH_M:
        return math.nan, math.nan
    return math.degrees(2 * math.atan(math.exp(y / _EARTH_M)) - math.pi / 2), math.degrees(x / _EARTH_M)
