"""The map of *Where help is missing*: authorities, or postcode districts by vector tiles, coloured by class.

Shapes come from this server, with no request elsewhere; what travels with the map is the class of each area. The
tables of the page say the same as the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from branca.element import MacroElement
from folium.template import Template

from nearhome.app.pages.shared import map_data
from nearhome.app.pages.shared.base_map import OUTLINE_COLOUR, VENDOR, LocalLook, OfflineMap
from nearhome.app.pages.shared.looks import UNKNOWN
from nearhome.app.wording import fragments
from nearhome.data.catalogue import tables
from nearhome.data.places import district_tiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium

    from nearhome.app.pages.shared.looks import Look

UP = "../.."
"""From the frame of streamlit-folium to where this server begins, wherever a proxy puts it."""

KINGDOM = ((49.8, -8.3), (60.9, 1.9))
PICKED_COLOUR, POINT_COLOUR = "#0b0c0c", "#0b0c0c"


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A service on the map: its point, EPSG:4326, and its name."""

    lat: float
    lon: float
    name: str


class TiledMap(OfflineMap):
    """A map that also draws vector tiles, with protomaps-leaflet from this server."""

    default_js = [*OfflineMap.default_js, ("protomaps", f"{VENDOR}/protomaps/protomaps-leaflet.js")]  # noqa: RUF012 - folium declares plain lists


class Areas(MacroElement):
    """Areas in the colours of their classes, with their names and classes where one points, and services as dots.

    Names go to the page as text, never as HTML. Once all is drawn the frame's body has the mark ``data-drawn``.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function () {
          const map = {{ this._parent.get_name() }}, given = {{ this.given|tojson }};
          const said = (text) => {
            const box = document.createElement("span");
            box.textContent = text;
            return box;
          };
          const colour = (name, code) => given.colours[given[name][code]];
          const style = (feature) => {
            const picked = feature.id === given.picked;
            const fill = colour("areas", feature.id);
            return {
              color: picked ? given.picked_colour : given.edge, weight: picked ? 3 : 0.5,
              fillColor: fill || "#ffffff", fillOpacity: fill ? 1 : 0,
            };
          };
          if (given.tiles) {
            protomapsL.leafletLayer({
              url: given.tiles, maxDataZoom: given.deepest, attribution: "", labelRules: [],
              backgroundColor: "transparent",
              paintRules: [{
                dataLayer: given.layer,
                symbolizer: new protomapsL.PolygonSymbolizer({
                  fill: (zoom, feature) => colour("districts", feature.props.district) || given.unknown,
                  stroke: given.edge, width: (zoom) => zoom > 6 ? 0.5 : 0.1, perFeature: true,
                }),
              }],
            }).addTo(map);
          }
          fetch(given.shapes).then((answer) => answer.json()).then((shapes) => {
            const drawn = L.geoJSON(shapes, {
              style,
              onEachFeature: (feature, layer) => {
                const words = given.words[given.areas[feature.id]];
                const name = feature.properties.name;
                layer.bindTooltip(said(words ? `${name}: ${words}` : name), {sticky: true});
              },
            }).addTo(map);
            drawn.eachLayer((layer) => { if (layer.feature.id === given.picked) layer.bringToFront(); });
            for (const [lat, lon, name] of given.points)
              L.circleMarker([lat, lon], {radius: 5, color: "#ffffff", weight: 1.5, fillColor: given.point_colour,
                fillOpacity: 1}).bindTooltip(said(name)).addTo(map);
            document.body.dataset.drawn = "yes";
          });
        })();
        {% endmacro %}
    """)

    def __init__(self, given: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca leaves its signature bare
        self._name = "Areas"
        self.given = dict(given)


def areas_map(
    looks: Sequence[Look],
    areas: Mapping[str, str],
    *,
    districts_by: Mapping[str, str] | None = None,
    points: Sequence[ServicePoint] = (),
    picked: str = "",
    bounds: tuple[tuple[float, float], tuple[float, float]] = KINGDOM,
) -> folium.Map:
    """Return a map of classes.

    Parameters
    ----------
    looks
        The classes.
    areas, districts_by
        The class of each authority by its ONS code and of each postcode district. With districts, authorities are
        drawn as outlines; those that no district covers (Northern Ireland) keep their colours.
    points
        Services to mark.
    picked
        Code of an authority to outline.
    bounds
        South-west and north-east corner of what is shown first, as (latitude, longitude), EPSG:4326.
    """
    tiled = districts_by is not None
    kind = TiledMap if tiled else OfflineMap
    drawn = kind(tiles=None, attribution_control=False, zoom_snap=0.25, scrollWheelZoom=False, max_zoom=12)
    LocalLook().add_to(drawn)
    shown = {code: key for code, key in areas.items() if not tiled or code.startswith("N")}
    Areas(
        {
            "shapes": f"{UP}{map_data.SHAPES_PATH}",
            "tiles": f"{UP}{map_data.TILES_PATH}" if tiled else "",
            "layer": district_tiles.LAYER,
            "deepest": district_tiles.ZOOMS[1],
            "colours": {look.key: look.colour for look in looks},
            "words": {look.key: look.label for look in looks},
            "areas": shown,
            "districts": dict(districts_by or {}),
            "points": [(point.lat, point.lon, point.name) for point in points],
            "picked": picked,
            "picked_colour": PICKED_COLOUR,
            "point_colour": POINT_COLOUR,
            "edge": OUTLINE_COLOUR,
            "unknown": UNKNOWN,
        }
    ).add_to(drawn)
    drawn.fit_bounds(bounds)
    return drawn


def legend_html(looks: Sequence[Look], counts: Mapping[str, int], what: str) -> str:
    """Return the legend in words, with how many areas each class has; ``what`` heads it."""
    return fragments.piece("maps.html", "legend", what, looks, counts)


def attribution(*, tiled: bool) -> str:
    """Return whose shapes the map draws, as their licences ask."""
    names = [map_data.SHAPES_TABLE, *([map_data.TILES_TABLE] if tiled else [])]
    return " ".join(tables.table(name).attribution for name in names)
