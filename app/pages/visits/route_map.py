"""Maps that need no internet: folium with the scripts, styles and pictures of this package.

Importing this costs what folium costs; pages import it when somebody asks for a map.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import folium

from nearhome.app.pages.shared.base_map import (
    LINE_COLOUR,
    OUTLINE_TABLE,
    LocalLook,
    OfflineMap,
    _outline_style,
    outline,
)
from nearhome.app.wording import fragments
from nearhome.data.base import phrases
from nearhome.data.catalogue import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan

ROAD_TABLES = ("road_edges", "road_shapes")
PADDING_PX = (60, 60)
"""Room at the edges for the markers and their labels."""
LABEL_STYLE = (
    "position:absolute;transform:translate(-50%,4px);padding:1px 6px;white-space:nowrap;"
    "background:#ffffff;border:1px solid #505a5f;color:#0b0c0c;font:14px/1.4 Arial,sans-serif"
)
LONGEST_LINE = 1500
"""Points of a route that are drawn; more would only make the page heavier."""


def route_map(plan: VisitPlan, option: Option) -> folium.Map:
    """Return the way from the starting point to the prison on an outline of the country.

    White dots on the line are local roads, which are modelled. The markers carry alternative text and visible names.
    The caller shows the same facts in words, and the attribution below the map, where it covers nothing on a phone.
    """
    line = _thinned(option.line) or ((plan.origin.lat, plan.origin.lon), (plan.prison.lat, plan.prison.lon))
    drawn = OfflineMap(tiles=None, attribution_control=False, zoom_snap=0.25)
    LocalLook().add_to(drawn)
    folium.GeoJson(outline(), interactive=False, style_function=_outline_style).add_to(drawn)
    way = folium.PolyLine(  # type: ignore[no-untyped-call] # folium leaves its signature bare
        line, color=LINE_COLOUR, weight=5, opacity=0.9
    )
    way.add_to(drawn)
    for stretch in option.local_lines:
        dots = folium.PolyLine(  # type: ignore[no-untyped-call] # as above
            stretch, color="#ffffff", weight=3, opacity=1.0, dash_array="1 7"
        )
        dots.add_to(drawn)
    ends = (
        ("Start: your place", "Start", (plan.origin.lat, plan.origin.lon)),
        (f"Prison: {plan.prison.name}", plan.prison.short_name, (plan.prison.lat, plan.prison.lon)),
    )
    for alt, label, point in ends:
        folium.Marker(point, alt=alt, title=alt).add_to(drawn)
        _label(label, point).add_to(drawn)
    lats, lons = zip(*line, *(point for _, _, point in ends), strict=True)
    drawn.fit_bounds([(min(lats), min(lons)), (max(lats), max(lons))], padding=PADDING_PX)
    return drawn


def attribution(plan: VisitPlan) -> str:
    """Return whose data the map draws, as their licences ask: the outline and the roads, each sentence once."""
    drawn = [OUTLINE_TABLE, *(name for name in ROAD_TABLES if name in plan.tables)]
    owners = " ".join(phrases.sentence(tables.table(name).attribution) for name in drawn)
    return " ".join(dict.fromkeys(part.strip() for part in re.findall(r".+?[.](?=\s+[A-Z©]|$)", owners)))


def _label(text: str, point: tuple[float, float]) -> folium.Marker:
    """Return a name under a point.

    A Leaflet tooltip would measure itself, and does so before its style has come; this one needs no measuring.
    """
    icon = folium.DivIcon(
        html=fragments.piece("maps.html", "label", text, LABEL_STYLE),
        icon_size=(0, 0),
        icon_anchor=(0, 0),
        class_name="label",
    )
    return folium.Marker(point, icon=icon, interactive=False, keyboard=False)


def _thinned(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most about LONGEST_LINE points of a line, its ends among them."""
    step = max(1, -(-len(line) // LONGEST_LINE))
    kept = list(line[::step])
    if line and kept[-1] != line[-1]:
        kept.append(line[-1])
    return kept
