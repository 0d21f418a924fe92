"""Reports as Excel workbooks, written with XlsxWriter: the same report gives the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, BinaryIO

from nearhome.analysis.reports.sheets import COVER, cover_headings, sheets
from nearhome.analysis.reports.tables import Mark
from nearhome.data.base.escaping import safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.sheets import Sheet
    from nearhome.analysis.reports.tables import Cell, Column

FONT = {"font_name": "Arial", "font_size": 12, "valign": "top"}
COVER_WIDTH = 100
TABLE_STYLE = "Table Style Light 1"


def write(report: Report, file: Path | BinaryIO) -> None:
    """Write a workbook: named tables with descriptions, links from the contents, headings that stay in sight."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties(
            {
                "title": report.title,
                "subject": report.subject,
                "author": "nearhome",
                "comments": f"Repeat: {report.command}",
                "created": datetime.combine(report.as_of, time(), tzinfo=UTC).replace(tzinfo=None),
            }
        )
        looks = _Looks(book)
        for sheet in sheets(report):
            page = book.add_worksheet(sheet.name)
            page.hide_gridlines(2)
            page.set_paper(9)
            page.set_landscape()
            page.fit_to_pages(1, 0)
            if sheet.name == COVER:
                _cover(page, sheet, cover_headings(report), looks)
            else:
                _table(page, sheet, looks)


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        """Give a format, on top of the common font."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**FONT, **properties})
        return self._made[key]


def _cover(page: Any, sheet: Sheet, headings: frozenset[str], looks: _Looks) -> None:
    page.set_column(0, 0, COVER_WIDTH)
    for row, line in enumerate(sheet.heads):
        size = 16 if row == 0 else 14
        look = looks.get(bold=True, font_size=size, text_wrap=True) if row == 0 or line in headings else None
        page.write_string(row, 0, line, look or looks.get(text_wrap=True, **_quoted(line)))


def _table(page: Any, sheet: Sheet, looks: _Looks) -> None:
    for row, line in enumerate(sheet.heads):
        page.write_string(row, 0, line, looks.get(bold=True, font_size=14) if row == 0 else looks.get(**_quoted(line)))
    first = len(sheet.heads)
    last = first + len(sheet.rows)
    heads = [
        {
            "header": column.heading,
            "header_format": looks.get(bold=True, text_wrap=True, align="right" if column.is_number else "left"),
        }
        for column in sheet.columns
    ]
    page.add_table(
        first,
        0,
        last,
        len(sheet.columns) - 1,
        {
            "name": sheet.table_name,
            "columns": heads,
            "style": TABLE_STYLE,
            "banded_rows": False,
            "title": sheet.heads[0],
            "description": sheet.about,
        },
    )
    for at, (column, width) in enumerate(zip(sheet.columns, sheet.widths(), strict=True)):
        page.set_column(at, at, width + 2)
        for row, cells in enumerate(sheet.rows, start=first + 1):
            _cell(page, row, at, cells[at], column, looks)
    for row, target in enumerate(sheet.links, start=first + 1):
        link = looks.get(font_color="#1d70b8", underline=1)
        page.write_url(row, 0, f"internal:'{target}'!A1", link, string=target, tip=f"Go to {target}")
    page.freeze_panes(first + 1, 1)
    page.repeat_rows(first)


def _cell(page: Any, row: int, at: int, cell: Cell, column: Column, looks: _Looks) -> None:
    if isinstance(cell, Mark):
        page.write_string(row, at, cell.value, looks.get(align="right" if column.is_number else "left"))
    elif isinstance(cell, str):
        page.write_string(row, at, cell, looks.get(text_wrap=True, **_quoted(cell)))
    else:
        page.write_number(row, at, cell, looks.get(num_format=_number_format(column.decimals or 0)))


def _number_format(decimals: int) -> str:
    return "#,##0" if decimals == 0 else f"#,##0.{'0' * decimals}"


def _quoted(text: str) -> dict[str, Any]:
    """Keep a text that looks like a formula a text after it has been edited too: Excel's hidden leading apostrophe."""
    return {"quote_prefix": True} if safe_text(text) != text else {}
