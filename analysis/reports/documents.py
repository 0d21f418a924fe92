"""Documents to keep or to print: headings, paragraphs, lists, tables and maps as a page of HTML.

``pdf`` writes the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.reports.static_maps import drawing
from nearhome.analysis.reports.tables import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.tables import Table


from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nearhome.analysis.reports.static_maps import Drawing, svg

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLE = (
    "body{font:1rem/1.5 Arial,Helvetica,sans-serif;max-width:46rem;margin:1rem auto;padding:0 1rem;color:#0b0c0c}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:700}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid #b1b4b6}"
    "thead th{border-top:0}.number{text-align:right}li{margin-bottom:.3rem}"
    ".scroll{overflow-x:auto}figure{margin:1rem 0}.map{width:100%;height:auto;background:#eef3f7}"
    ".key{list-style:none;padding:0}.key svg{vertical-align:middle}"
    "@media print{h2,h3,caption{break-after:avoid}tr{break-inside:avoid}}"
)


MOST_COLUMNS = 4
"""A wider table gets a frame of its own to scroll in, which the keyboard reaches: phones are narrow."""

_SCROLLED = '<div class="scroll" role="region" aria-label="{}" tabindex="0">'


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 is a part of the document, 3 a part of that. The title is level 1."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with numbers if its order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: each row begins with its header. ``numbers`` are the columns set to the right, counted from 0."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A map; what it shows is said in its words and in the tables beside it."""

    drawing: Drawing


Block = Heading | Paragraph | Items | Grid | Picture


def html(title: str, blocks: Iterable[Block]) -> str:
    """Return a document as one page of HTML that asks for nothing else; every text is escaped."""
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(_html(block) for block in blocks)}</main></body></html>"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Items(items, numbered):
            name = "ol" if numbered else "ul"
            return f"<{name}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</{name}>"
        case Grid():
            return _grid(block)
        case Picture(drawing):
            return svg(drawing)


def _grid(table: Grid) -> str:
    """Return a table with header cells."""
    look = ['class="number"' if at in table.numbers else "" for at in range(len(table.heads))]
    head = "".join(f'<th scope="col" {each}>{escape(text)}</th>' for each, text in zip(look, table.heads, strict=True))
    body = ""
    for first, *others in table.rows:
        cells = "".join(f"<td {each}>{escape(text)}</td>" for each, text in zip(look[1:], others, strict=True))
        body += f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    told = escape(table.caption)
    grid = f"<table><caption>{told}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return grid if len(table.heads) <= MOST_COLUMNS else f"{_SCROLLED.format(told)}{grid}</div>"


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
