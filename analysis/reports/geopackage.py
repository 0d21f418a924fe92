"""Reports as a GeoPackage (OGC, version 1.2): layers with default styles, all tables, and one that tells about them.

The file is written by GDAL; what it leaves to the clock is then set to the day of the report, so that the same report
gives the same bytes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from nearhome.analysis.reports.tables import Mark
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nearhome.analysis.reports.report import Category, Layer, Report
    from nearhome.analysis.reports.tables import Table

VERSION = "1.2"
"""Newer ones make older programs warn."""

ABOUT = "about"
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30),
  ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)"""

_INSERT_STYLE = """
INSERT INTO layer_styles (
  f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault,
  description, owner, ui, update_time
) VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, 'nearhome', '', ?)"""


def write(report: Report, file: Path) -> None:
    """Write the layers, each table as an attribute table, and ``about``.

    Raises
    ------
    InputError
        If a layer and a table have the same name, or a layer has values without a class.
    """
    import pyogrio

    names = [*(layer.name for layer in report.layers), *(table.name for table in report.tables), ABOUT]
    if len(set(names)) < len(names):
        msg = f"Two parts of {report.name!r} would have the same name ({', '.join(names)}); rename one."
        raise InputError(msg)
    for layer in report.layers:
        strange = unknown(layer.frame[layer.by].tolist(), layer)
        if strange:
            msg = f"The layer {layer.name!r} has no class for {strange[0]!r}; describe one for each value."
            raise InputError(msg)
        pyogrio.write_dataframe(
            layer.frame,
            file,
            layer=layer.name,
            driver="GPKG",
            geometry_type="Point" if _is_points(layer.frame) else "MultiPolygon",
            promote_to_multi=not _is_points(layer.frame),
            layer_options={"IDENTIFIER": layer.name, "DESCRIPTION": f"{layer.title}. {layer.alt}"},
            dataset_options={"VERSION": VERSION},
        )
    for table in report.tables:
        _attributes(table_frame(table), file, table.name, table.title)
    _attributes(_about(report), file, ABOUT, "What this file is, and what it rests on")
    _finish(report, file)


def _is_points(frame: Any) -> bool:
    return bool((frame.geometry.geom_type == "Point").all())


def _attributes(frame: Any, file: Path, name: str, title: str) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        frame,
        file,
        layer=name,
        driver="GPKG",
        layer_options={"IDENTIFIER": name, "DESCRIPTION": title},
        dataset_options={"VERSION": VERSION},
    )


def table_frame(table: Table) -> Any:
    """Give a table as a DataFrame: numbers, missing where there is a mark, and texts.

    A column of figures with marks has a column of texts beside it, of its name and ``_mark``.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for column in table.columns:
        cells = table.values(column.name)
        if not column.is_number:
            columns[column.name] = pd.Series(
                [cell.value if isinstance(cell, Mark) else str(cell) for cell in cells], dtype="string"
            )
            continue
        figures = [None if isinstance(cell, Mark) else cell for cell in cells]
        columns[column.name] = pd.Series(figures, dtype="Float64" if column.decimals else "Int64")
        if any(isinstance(cell, Mark) for cell in cells):
            columns[f"{column.name}_mark"] = pd.Series(
                [cell.value if isinstance(cell, Mark) else "" for cell in cells], dtype="string"
            )
    return pd.DataFrame(columns)


def _about(report: Report) -> Any:
    import pandas as pd

    rows = [("Title", report.title), ("Subject", report.subject), ("As of", report.as_of.isoformat())]
    rows += [(section.heading, said) for section in report.sections for said in section.paragraphs]
    rows += [(f"Note on {table.name}", note) for table in report.tables for note in table.notes]
    rows += [(mark.value, mark.meaning) for mark in Mark]
    rows += [(f"Data: {name}", version) for name, version in report.versions.items()]
    rows += [("Attribution", said) for said in report.attributions()]
    rows += [("Repeat", report.command)]
    return pd.DataFrame(rows, columns=["subject", "text"], dtype="string")


def _finish(report: Report, file: Path) -> None:
    """Add the styles, set the times, and lay the file out anew."""
    moment = f"{report.as_of.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(file)) as base:
        if report.layers:
            base.execute(_STYLE_TABLE)
            base.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, ?, ?, ?)",
                ("layer_styles", "attributes", "layer_styles", "Default styles of the layers, for QGIS"),
            )
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        for layer in report.layers:
            points = _is_points(layer.frame)
            base.execute(
                _INSERT_STYLE,
                (
                    layer.name,
                    columns[layer.name],
                    "default",
                    qml(layer, points=points),
                    sld(layer, points=points),
                    layer.alt,
                    moment,
                ),
            )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        base.commit()
        base.execute("VACUUM")


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
