"""The layers of a gap report for maps: local authorities by time and by cover, and the places of services."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.gap_report import protection, tables
from nearhome.analysis.gap_report.protection import UNREACHED
from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.reports.report import Category, Layer
from nearhome.analysis.reports.tables import clean
from nearhome.data.base.coordinates import to_metres
from nearhome.data.services import kinds as service_kinds
from nearhome.geo.places import areas

if TYPE_CHECKING:
    from nearhome.analysis.gap_report.protection import Protected
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.places.areas import Area

CRS = 27700
AROUND_M = 20_000.0
"""Services so far outside the box around an area are still on its map."""

COLOURS = ("#2166ac", "#67a9cf", "#d1e5f0", "#fddbc7", "#ef8a62", "#b3590a")
"""From better (blue) to worse (orange); ColorBrewer's red and blue with an end that is no red."""

METRE_DECIMALS = 1
"""Borders and points are told to the decimetre: no border is surer, and below it processors differ."""

DARK, PALE = "#4d4d4d", "#ffffff"
SHARES = (10.0, 30.0, 50.0, 70.0, 90.0)
"""Shares of children not reached, per cent, at which the map by cover changes colour."""

PLACED = (
    Category("prison", "Service at a prison", "#0b0c0c"),
    Category("court", "Service at a court", "#7a4c9f"),
    Category("town", "Service in a town", "#00703c"),
    Category("area", "Service for an area, at its point", "#f47738"),
    Category("nation", "Service for a nation, at its point", "#ffffff"),
)
_HIDDEN = Category("suppressed", "suppressed", "#bdbdbd")


def layers(found: Coverage, safe: Protected, area: Area) -> tuple[Layer, ...]:
    """Give the local authorities of an area with their figures, twice for two styles, and the services around it.

    The map by time is left out where no service is at a place.
    """
    frame = _authorities(found, safe, area)
    what = tables.kind_words(found.kind)
    by_time = _time_categories(found)
    by_cover = _cover_categories()
    made = []
    if found.places:
        alt = _alt(frame["time_class"].tolist(), by_time, "the child in the middle lives from the nearest place")
        title = f"{area.name}: time to {what}, median by local authority"
        made.append(Layer("areas_by_time", title, frame, "time_class", by_time, "area_name", alt))
    alt = _alt(frame["cover_class"].tolist(), by_cover, "children are not known to be reached")
    title = f"{area.name}: children whom no known service reaches ({what})"
    made.append(Layer("areas_by_cover", title, frame, "cover_class", by_cover, "area_name", alt))
    places = _places(found, frame)
    if len(places):
        alt = f"{len(places)} services in or near {area.name}."
        kinds = tuple(each for each in PLACED if each.value in set(places["placed"]))
        made.append(Layer("services_at_places", "Services", places, "placed", kinds, "name", alt))
    return tuple(made)


def _alt(classes: list[str], categories: tuple[Category, ...], words: str) -> str:
    """Say how many areas are in each class."""
    counts = ((each.label, classes.count(each.value)) for each in categories)
    said = "; ".join(f"{label}: {count}" for label, count in counts if count)
    return f"Local authorities by how far {words}. {said}." if "lives" in words else f"How many {words}. {said}."


def _authorities(found: Coverage, safe: Protected, area: Area) -> Any:
    """Give the shapes (EPSG:27700) with the figures that may be shown; what is suppressed is missing."""
    import geopandas as gpd
    import shapely

    shapes = areas.boundaries("authority").set_index("code")
    table = {row["code"]: row for row in found.table.to_dict("records")}
    codes = sorted(code for code in area.authorities if code in shapes.index)
    rows = []
    for code in codes:
        row = table[code]
        children, percent = safe.count(code), safe.percent(code, UNREACHED)
        median = float(row["minutes_1_median"])
        rows.append(
            {
                "area_code": code,
                "area_name": str(row["name"]),
                "children": _figure(children, 0),
                "unreached_percent": _figure(percent, 0),
                "median_minutes": _figure(median if safe.is_shown(code) else Suppressed.CELL, 0),
                "standing": str(row["standing"]),
                "time_class": _time_class(median, row, found) if safe.is_shown(code) else _HIDDEN.value,
                "cover_class": _cover_class(percent),
            }
        )
    metres = shapely.transform(shapes.loc[codes].geometry.to_numpy(), _to_grid)
    return gpd.GeoDataFrame(rows, geometry=metres, crs=CRS)


def _to_grid(lon_lat: np.ndarray) -> np.ndarray:
    return np.round(np.column_stack(to_metres(lon_lat[:, 1], lon_lat[:, 0])), METRE_DECIMALS)


def _figure(value: float | Suppressed, decimals: int) -> float:
    return float("nan") if isinstance(value, Suppressed) or not np.isfinite(value) else round(value, decimals) + 0.0


def _time_categories(found: Coverage) -> tuple[Category, ...]:
    limits = [f"{limit:g}" for limit in found.thresholds_minutes]
    labels = [f"within {limits[0]} minutes"]
    labels += [f"{low} to {high} minutes" for low, high in pairwise(limits)]
    labels.append(f"over {limits[-1]} minutes")
    colours = [COLOURS[at] for at in np.linspace(0, len(COLOURS) - 1, len(labels)).round().astype(int).tolist()]
    timed = [Category(f"time_{number}", *each) for number, each in enumerate(zip(labels, colours, strict=True))]
    rest = (
        Category(protection.NO_WAY, "no way at all", DARK),
        Category(protection.NOT_KNOWN, "way not known", PALE),
        _HIDDEN,
    )
    return (*timed, *rest)


def _time_class(median: float, row: Any, found: Coverage) -> str:
    if np.isfinite(median):
        return f"time_{int(np.searchsorted(found.thresholds_minutes, median, side='left'))}"
    return protection.NOT_KNOWN if row["not_known"] > 0 else protection.NO_WAY


def _cover_categories() -> tuple[Category, ...]:
    edges = [f"{share:g}" for share in SHARES]
    labels = [f"under {edges[0]}% not reached"]
    labels += [f"{low}% to {high}% not reached" for low, high in pairwise(edges)]
    labels.append(f"{edges[-1]}% or more not reached")
    made = (Category(f"cover_{number}", *each) for number, each in enumerate(zip(labels, COLOURS, strict=True)))
    return (*made, _HIDDEN)


def _cover_class(percent: float | Suppressed) -> str:
    if isinstance(percent, Suppressed):
        return _HIDDEN.value
    return f"cover_{int(np.searchsorted(SHARES, np.nan_to_num(percent), side='right'))}"


def _places(found: Coverage, frame: Any) -> Any:
    """Give the services that have a point in or near the area."""
    import geopandas as gpd
    import shapely

    at = [
        (each, float(each.lat), float(each.lon))
        for each in found.services
        if each.lat is not None and each.lon is not None
    ]
    east, north = _to_grid(np.array([(lon, lat) for _, lat, lon in at]).reshape(-1, 2)).T
    west, south, right, top = frame.total_bounds
    near = (
        (east >= west - AROUND_M) & (east <= right + AROUND_M) & (north >= south - AROUND_M) & (north <= top + AROUND_M)
    )
    rows = [
        {
            "service": clean(each.id),
            "name": clean(each.name),
            "kind": service_kinds.KINDS[each.kind].name,
            "operator": clean(each.operator),
            "placed": each.where,
            "precision_m": float(each.precision_m) if each.precision_m is not None else float("nan"),
        }
        for (each, _, _), inside in zip(at, near.tolist(), strict=True)
        if inside
    ]
    columns = ("service", "name", "kind", "operator", "placed", "precision_m")
    frame_of = {column: [row[column] for row in rows] for column in columns}
    return gpd.GeoDataFrame(frame_of, geometry=shapely.points(east[near], north[near]), crs=CRS)
