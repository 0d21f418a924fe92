"""How a layer of a report looks in a geographic information system: QML for QGIS and SLD 1.0 for others.

Each value of the layer's class column has one symbol, so that what is unreachable or suppressed is a class as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.reports.report import Category, Layer

OUTLINE = "#6f777b"
OUTLINE_MM = 0.1
POINT_MM = 2.6


def rgba(colour: str) -> str:
    """Write ``#rrggbb`` as QGIS does."""
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def qml(layer: Layer, *, points: bool) -> str:
    """Write a style for QGIS 3: one symbol a class. Options and properties say the same, for newer and older ones."""
    symbols, categories = [], []
    for number, each in enumerate(layer.categories):
        categories.append(
            f'<category value={quoteattr(each.value)} label={quoteattr(each.label)} symbol="{number}" render="true" '
            'type="string"/>'
        )
        symbols.append(_symbol(each, number, points=points))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22.0" styleCategories="Symbology">'
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(layer.by)} enableorderby="0" symbollevels="0" '
        f'forceraster="0"><categories>{"".join(categories)}</categories><symbols>{"".join(symbols)}</symbols>'
        "</renderer-v2><blendMode>0</blendMode><featureBlendMode>0</featureBlendMode>"
        f"<layerGeometryType>{0 if points else 2}</layerGeometryType></qgis>"
    )


def _symbol(category: Category, number: int, *, points: bool) -> str:
    settings = {
        "color": rgba(category.colour),
        "outline_color": rgba(OUTLINE),
        "outline_style": "solid",
        "outline_width": f"{OUTLINE_MM}",
        "outline_width_unit": "MM",
    }
    if points:
        settings |= {"name": "circle", "size": f"{POINT_MM}", "size_unit": "MM"}
    else:
        settings |= {"style": "solid"}
    options = "".join(f'<Option name="{key}" type="QString" value="{value}"/>' for key, value in settings.items())
    properties = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in settings.items())
    kind, drawn = ("marker", "SimpleMarker") if points else ("fill", "SimpleFill")
    return (
        f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{drawn}" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option>{properties}'
        "</layer></symbol>"
    )


def sld(layer: Layer, *, points: bool) -> str:
    """Write the same as a Styled Layer Descriptor (OGC 02-070)."""
    rules = "".join(
        f"<Rule><Name>{escape(each.value)}</Name><Title>{escape(each.label)}</Title><ogc:Filter>"
        f"<ogc:PropertyIsEqualTo><ogc:PropertyName>{escape(layer.by)}</ogc:PropertyName>"
        f"<ogc:Literal>{escape(each.value)}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>"
        f"{_drawn(each.colour, points=points)}</Rule>"
        for each in layer.categories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" '
        'xmlns:ogc="http://www.opengis.net/ogc">'
        f"<NamedLayer><Name>{escape(layer.name)}</Name><UserStyle><Title>{escape(layer.title)}</Title>"
        f"<IsDefault>1</IsDefault><FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle></NamedLayer>"
        "</StyledLayerDescriptor>"
    )


def _drawn(colour: str, *, points: bool) -> str:
    inside = f'<Fill><CssParameter name="fill">{colour}</CssParameter></Fill>'
    stroke = (
        f'<Stroke><CssParameter name="stroke">{OUTLINE}</CssParameter>'
        '<CssParameter name="stroke-width">0.4</CssParameter></Stroke>'
    )
    if points:
        mark = f"<Mark><WellKnownName>circle</WellKnownName>{inside}{stroke}</Mark>"
        return f"<PointSymbolizer><Graphic>{mark}<Size>8</Size></Graphic></PointSymbolizer>"
    return f"<PolygonSymbolizer>{inside}{stroke}</PolygonSymbolizer>"


def unknown(values: Sequence[str], layer: Layer) -> list[str]:
    """Give the values that the layer has no class for."""
    return sorted(set(values) - {each.value for each in layer.categories})
