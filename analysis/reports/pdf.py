"""Documents as PDF, written with reportlab: the same document gives the same bytes."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from nearhome.analysis.reports.documents import Grid, Heading, Items, Paragraph, Picture
from nearhome.analysis.reports.static_maps import flowables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nearhome.analysis.reports.documents import Block

LANGUAGE = "en-GB"
MARGIN_MM = 18
LINE_GREY = "#b1b4b6"
SMALL_POINTS, BODY_POINTS = 9, 10.5
HEADING_POINTS = {1: 20, 2: 15, 3: 12}
LEADING = 1.35
MOST_COLUMNS = 7
BESIDE_PICTURE_POINTS = 110
"""Of the height of a page, what is left for the words above and below a map."""

LEAST_SHARE, MOST_SHARE = 0.09, 0.5
"""Of the width, what a column of a table gets at least and at most when its texts decide."""


def pdf(title: str, blocks: Iterable[Block]) -> bytes:
    """Return a document as PDF on A4, with its title and language, page numbers, and header rows repeated.

    It is set across the page if a table has more columns than MOST_COLUMNS.

    Letters that the standard fonts of PDF lack (those outside Windows' Western set) appear as question marks.
    """
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    out = io.BytesIO()
    whole = list(blocks)
    is_wide = any(isinstance(block, Grid) and len(block.heads) > MOST_COLUMNS for block in whole)
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN_MM * mm)
    layout = SimpleDocTemplate(
        out,
        pagesize=landscape(A4) if is_wide else A4,
        title=title,
        author="nearhome",
        creator="nearhome",
        lang=LANGUAGE,
        invariant=1,
        **margins,
    )
    parts = [_text(title, "1"), *(part for block in whole for part in _parts(block, layout.width, layout.height))]
    layout.build(parts, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _parts(block: Block, width: float, height: float) -> Iterator[Any]:
    """Give what reportlab lays out for a block on pages that have so much room, in points."""
    match block:
        case Heading(text, level):
            yield _text(text, str(level))
        case Paragraph(text):
            yield _text(text, "body")
        case Items(items, numbered):
            for number, item in enumerate(items, start=1):
                yield _text(item, "item", mark=f"{number}." if numbered else "\N{BULLET}")
        case Grid():
            yield from _table(block, width)
        case Picture(drawing):
            yield _text(drawing.title, "caption")
            yield from flowables(drawing, width, height - BESIDE_PICTURE_POINTS)


def _table(table: Grid, width: float) -> Iterator[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Spacer
    from reportlab.platypus import Table as Grid

    yield _text(table.caption, "caption")
    styles = ["right" if at in table.numbers else "cell" for at in range(len(table.heads))]
    lines = [[_bold(text) for text in table.heads]]
    lines += [[_bold(row[0]), *(escape(_western(text)) for text in row[1:])] for row in table.rows]
    cells = [[_marked(text, style) for text, style in zip(line, styles, strict=True)] for line in lines]
    grid = Grid(cells, colWidths=_widths(table, width), repeatRows=1, hAlign="LEFT")
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEABOVE", (0, 1), (-1, -1), 0.5, HexColor(LINE_GREY)),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    yield grid
    yield Spacer(0, BODY_POINTS)


def _widths(table: Grid, width: float) -> list[float]:
    """Share the width among the columns by the longest texts in them."""
    longest = [max(len(row[at]) for row in (table.heads, *table.rows)) for at in range(len(table.heads))]
    whole = sum(longest) or 1
    shares = [min(MOST_SHARE, max(LEAST_SHARE, each / whole)) for each in longest]
    return [width * share / sum(shares) for share in shares]


def _text(text: str, style: str, mark: str | None = None) -> Any:
    """Return a plain text in a style, after a mark if one is given."""
    return _marked(escape(_western(text)), style, mark)


def _marked(markup: str, style: str, mark: str | None = None) -> Any:
    from reportlab.platypus import Paragraph as Flowing

    return Flowing(markup, _styles()[style], bulletText=mark)


def _bold(text: str) -> str:
    return f"<b>{escape(_western(text))}</b>"


def _western(text: str) -> str:
    """Replace the letters that the standard fonts lack."""
    return text.encode("cp1252", "replace").decode("cp1252")


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    def style(name: str, points: float, **more: Any) -> Any:
        font = {"fontName": "Helvetica-Bold"} if name in {*"123", "caption"} else {"fontName": "Helvetica"}
        return ParagraphStyle(name, fontSize=points, leading=LEADING * points, **(font | more))

    headings = {
        str(level): style(str(level), points, spaceBefore=points * 0.8, spaceAfter=points * 0.3, keepWithNext=1)
        for level, points in HEADING_POINTS.items()
    }
    return headings | {
        "body": style("body", BODY_POINTS, spaceAfter=5),
        "item": style("item", BODY_POINTS, leftIndent=16, bulletIndent=2, spaceAfter=3),
        "caption": style("caption", BODY_POINTS, spaceBefore=8, spaceAfter=4, keepWithNext=1),
        "cell": style("cell", SMALL_POINTS),
        "right": style("right", SMALL_POINTS, alignment=TA_RIGHT),
    }


def _number(page: Any, layout: Any) -> None:
    """Write the number at the foot of a page."""
    page.setFont("Helvetica", SMALL_POINTS)
    page.drawRightString(
        layout.pagesize[0] - layout.rightMargin, layout.bottomMargin / 2, f"Page {page.getPageNumber()}"
    )
