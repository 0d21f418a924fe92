"""The map of change: each home authority by how much nearer or farther its people would be held."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

import folium

from nearhome.app import maps
from nearhome.data import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

SHAPES: Final = "boundaries_authority"
TOLERANCE_DEGREES, GRID_DEGREES = 0.008, 0.001
"""About 700 m and 100 m: an authority is seen, its lanes are not."""

EDGE_COLOUR: Final = "#505a5f"
PADDING_PX: Final = (10, 10)


@dataclass(frozen=True, slots=True)
class Band:
    """A class of change: from ``low`` up to, but without, ``high``; its words and its colour."""

    low: float
    high: float
    words: str
    colour: str


UNKNOWN: Final = Band(float("nan"), float("nan"), "not known, or too few people to say", "#ffffff")


def bands(unit: str) -> tuple[Band, ...]:
    """Return the classes of change from much better to much worse: blue is better, orange is worse."""
    many, some = (20.0, 5.0) if unit != "pence" else (2000.0, 500.0)

    def said(figure: float) -> str:
        return f"£{figure / 100:g}" if unit == "pence" else f"{figure:g} {unit}"

    inf = float("inf")
    return (
        Band(-inf, -many, f"more than {said(many)} less", "#0b4f8a"),
        Band(-many, -some, f"{said(some)} to {said(many)} less", "#74b3e0"),
        Band(-some, some, f"changes by less than {said(some)}", "#e6e6e6"),
        Band(some, many, f"{said(some)} to {said(many)} more", "#f7b26b"),
        Band(many, inf, f"more than {said(many)} more", "#c2540a"),
    )


def band_of(change: float, unit: str) -> Band:
    """Return the class of a change; NaN is not known. The little changes take both of their ends."""
    classes = bands(unit)
    middle = classes[len(classes) // 2]
    if change != change:  # noqa: PLR0124 - NaN
        return UNKNOWN
    if middle.low <= change <= middle.high:
        return middle
    return next(each for each in classes if each.low < change <= each.high or each.low <= change < each.high)


def legend(unit: str) -> str:
    """Return the classes in words as an HTML list, each with its colour."""
    items = "".join(
        f'<li><span style="background:{each.colour}"></span>{escape(each.words)}</li>'
        for each in (*bands(unit), UNKNOWN)
    )
    return f'<ul class="nh-legend">{items}</ul>'


def change_map(changes: Mapping[str, float], unit: str) -> folium.Map:
    """Draw authorities, by ONS code, in the colours of their change.

    The caller shows the same facts as a table before it, and the attribution below it.
    """
    drawn = maps.OfflineMap(tiles=None, attribution_control=False, zoom_snap=0.25)
    maps.LocalLook().add_to(drawn)
    features = [each for each in shapes()["features"] if each["properties"]["code"] in changes]
    told = []
    for each in features:
        known = each["properties"]
        band = band_of(changes[known["code"]], unit)
        told.append({**each, "properties": {"told": f"{known['name']}: {band.words}", "colour": band.colour}})
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": told},
        style_function=_style,
        tooltip=folium.GeoJsonTooltip(["told"], labels=False),
    )
    layer.add_to(drawn)
    drawn.fit_bounds(layer.get_bounds(), padding=PADDING_PX)
    return drawn


def attribution() -> str:
    """Return whose borders the map draws."""
    return catalogue.table(SHAPES).attribution


@cache
def shapes() -> dict[str, Any]:
    """Return the authorities with code and name as GeoJSON, EPSG:4326, simplified without gaps between neighbours."""
    import shapely  # noqa: PLC0415 - slow to import, and only maps need it

    table = catalogue.load(SHAPES).to_crs(4326)
    simple = shapely.set_precision(
        shapely.coverage_simplify(table.geometry.to_numpy(), TOLERANCE_DEGREES), GRID_DEGREES
    )
    collection: dict[str, Any] = json.loads(
        table.set_geometry(simple)[["code", "name", "geometry"]].to_json(drop_id=True)
    )
    return collection


def _style(feature: dict[str, Any]) -> dict[str, Any]:
    return {"color": EDGE_COLOUR, "weight": 0.5, "fillColor": feature["properties"]["colour"], "fillOpacity": 1}
