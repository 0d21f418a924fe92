"""Documents to keep or to print: headings, paragraphs, lists, tables and maps as a page of HTML.

``pdf`` writes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nearhome.analysis.reports.drawings import Drawing, svg

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
class Table:
    """A table: each row begins with its header. ``numbers`` are the columns set to the right, counted from 0."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A map; what it shows is said in its words and in the tables beside it."""

    drawing: Drawing


Block = Heading | Paragraph | Items | Table | Picture


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
        case Table():
            return _table(block)
        case Picture(drawing):
            return svg(drawing)


def _table(table: Table) -> str:
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
