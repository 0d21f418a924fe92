"""A report as a document to read: the words, the map, the tables that are short enough, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.reports.documents import Heading, Items, Paragraph, Picture
from nearhome.analysis.reports.documents import Table as Grid
from nearhome.analysis.reports.drawings import drawing
from nearhome.analysis.reports.tables import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.reports.documents import Block
    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.tables import Table


def blocks(report: Report) -> Iterator[Block]:
    """Give the parts of the page in order: the first section comes before the map, the others after the tables."""
    yield Paragraph(report.subject)
    first, *others = report.sections
    yield Heading(first.heading)
    for said in first.paragraphs:
        yield Paragraph(said)
    yield from _maps(report)
    yield Heading("Tables")
    for table in report.tables:
        if table.in_pages:
            yield from _table(table)
    for section in others:
        yield Heading(section.heading)
        for said in section.paragraphs:
            yield Paragraph(said)
    yield Heading("Data and licences")
    yield Items(
        tuple(f"{each.title} ({each.name}), version {each.version}: {each.licence}" for each in report.sources())
    )
    for said in report.attributions():
        yield Paragraph(said)
    yield Heading("To repeat this report")
    yield Paragraph(report.command)


def _maps(report: Report) -> Iterator[Block]:
    """Draw each layer of areas, with the first layer of points over it."""
    areas = [layer for layer in report.layers if "Polygon" in str(layer.frame.geometry.geom_type.iloc[0])]
    points = [layer for layer in report.layers if layer not in areas]
    if areas:
        yield Heading("Maps")
    for layer in areas:
        yield Picture(drawing(layer, points[0] if points else None))
        yield Paragraph(layer.alt)


def _table(table: Table) -> Iterator[Block]:
    shown = table.page_columns or [column.name for column in table.columns]
    at = [number for number, column in enumerate(table.columns) if column.name in shown]
    columns = [table.columns[number] for number in at]
    yield Grid(
        caption=table.title,
        heads=tuple(column.heading for column in columns),
        rows=tuple(
            tuple(written(row[number], column) for number, column in zip(at, columns, strict=True))
            for row in table.rows
        ),
        numbers=frozenset(number for number, column in enumerate(columns) if column.is_number),
    )
    for said in (*(f"{mark.value} {mark.meaning}" for mark in table.marks()), *table.notes):
        yield Paragraph(said)
    if table.source:
        yield Paragraph(f"Source: {table.source}")
