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
    """Draw the first layer of areas, with the first layer of points over it."""
    areas = [layer for layer in report.layers if "Polygon" in str(layer.frame.geometry.geom_type.iloc[0])]
    points = [layer for layer in report.layers if layer not in areas]
    if areas:
        yield Heading("Map")
        yield Picture(drawing(areas[0], points[0] if points else None))
        yield Paragraph(areas[0].alt)


def _table(table: Table) -> Iterator[Block]:
    yield Grid(
        caption=table.title,
        heads=tuple(column.heading for column in table.columns),
        rows=tuple(
            tuple(written(cell, column) for cell, column in zip(row, table.columns, strict=True)) for row in table.rows
        ),
        numbers=frozenset(at for at, column in enumerate(table.columns) if column.is_number),
    )
    for said in (*(f"{mark.value} {mark.meaning}" for mark in table.marks()), *table.notes):
        yield Paragraph(said)
    if table.source:
        yield Paragraph(f"Source: {table.source}")
