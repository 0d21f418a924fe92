"""Documents to keep or to print: headings, paragraphs, lists, tables and maps as a page of HTML.

``pdf`` writes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nearhome.analysis.reports import templates
from nearhome.analysis.reports.static_maps import drawing
from nearhome.analysis.reports.tables import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.static_maps import Drawing
    from nearhome.analysis.reports.tables import Table

MOST_COLUMNS = 4
"""A wider table gets a frame of its own to scroll in, which the keyboard reaches: phones are narrow."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 is a part of the document, 3 a part of that. The title is level 1."""

    kind: ClassVar = "heading"
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    kind: ClassVar = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with numbers if its order matters."""

    kind: ClassVar = "items"
    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: each row begins with its header. ``numbers`` are the columns set to the right, counted from 0."""

    kind: ClassVar = "table"
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()

    @property
    def is_wide(self) -> bool:
        """Whether it scrolls in a frame of its own."""
        return len(self.heads) > MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class Picture:
    """A map; what it shows is said in its words and in the tables beside it."""

    kind: ClassVar = "figure"
    drawing: Drawing


Block = Heading | Paragraph | Items | Grid | Picture


def html(title: str, blocks: Iterable[Block]) -> str:
    """Return a document as one page of HTML that asks for nothing else; every text is escaped."""
    return templates.render("document.html", title=title, blocks=list(blocks))


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
