"""The map all pages draw on: land and outlines from the shipped tables, scripts from this server alone."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from nearhome.data.catalogue import frames

# Relative to the frame of streamlit-folium, so that it survives a base path and each page's own path.
VENDOR = "../../app/static/vendor"


OUTLINE_TABLE = "boundaries_country"


OUTLINE_TOLERANCE_DEGREES, OUTLINE_GRID_DEGREES = 0.006, 0.001
"""About 500 m and 100 m: a thin outline of 100 kB to see where one is, not a chart."""


OUTLINE_TOLERANCE_DEGREES, OUTLINE_GRID_DEGREES = 0.006, 0.001
"""About 500 m and 100 m: a thin outline of 100 kB to see where one is, not a chart."""


LINE_COLOUR, OUTLINE_COLOUR, LAND_COLOUR, SEA_COLOUR = "#1d70b8", "#505a5f", "#ffffff", "#dfe7ee"


LINE_COLOUR, OUTLINE_COLOUR, LAND_COLOUR, SEA_COLOUR = "#1d70b8", "#505a5f", "#ffffff", "#dfe7ee"


LINE_COLOUR, OUTLINE_COLOUR, LAND_COLOUR, SEA_COLOUR = "#1d70b8", "#505a5f", "#ffffff", "#dfe7ee"


LINE_COLOUR, OUTLINE_COLOUR, LAND_COLOUR, SEA_COLOUR = "#1d70b8", "#505a5f", "#ffffff", "#dfe7ee"


class OfflineMap(folium.Map):
    """A folium map whose scripts and styles come from this server."""

    default_js = [  # noqa: RUF012 - folium declares plain lists
        ("leaflet", f"{VENDOR}/leaflet/leaflet.js"),
        ("jquery", f"{VENDOR}/jquery/jquery.min.js"),
    ]
    default_css = [  # noqa: RUF012 - as above
        ("leaflet_css", f"{VENDOR}/leaflet/leaflet.css"),
    ]


class LocalLook(MacroElement):
    """Marker pictures from this server, a tinted sea, and zoom by hand for those who need it.

    Add it before the first marker. Folium itself forbids a phone to zoom the page.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        L.Icon.Default.imagePath = {{ this.path|tojson }};
        {{ this._parent.get_name() }}.getContainer().style.background = {{ this.sea|tojson }};
        for (const viewport of document.querySelectorAll("meta[name=viewport]"))
            viewport.content = "width=device-width, initial-scale=1";
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca leaves its signature bare
        self._name = "LocalLook"
        self.path = f"{VENDOR}/leaflet/images/"
        self.sea = SEA_COLOUR


@cache
def outline() -> dict[str, Any]:
    """Return the outline of the countries as GeoJSON, EPSG:4326, without any attributes."""
    countries = frames.load(OUTLINE_TABLE).to_crs(4326)
    shapes = countries.geometry.simplify(OUTLINE_TOLERANCE_DEGREES).set_precision(OUTLINE_GRID_DEGREES)
    collection: dict[str, Any] = json.loads(shapes[~shapes.is_empty].to_json(drop_id=True))
    return collection


def _outline_style(_feature: dict[str, Any]) -> dict[str, Any]:
    """Return land as paper with a thin edge."""
    return {"color": OUTLINE_COLOUR, "weight": 1, "fillColor": LAND_COLOUR, "fillOpacity": 1}
