"""A report as the sheets of a workbook, for every spreadsheet format: one table a sheet, title and notes above it.

After the guidance of the Government Analysis Function on accessible spreadsheets: a cover, contents, notes and sources,
tables that begin in column A with one row of unique headings, no merged and no empty cells, and marks in square
brackets that the notes explain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.reports import report as reports
from nearhome.analysis.reports.tables import Column, Mark
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.tables import Cell, Table

COVER, CONTENTS, NOTES, SOURCES, DICTIONARY = "Cover", "Contents", "Notes", "Sources", "Columns"
MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel and in LibreOffice."""

LEAST_WIDTH, MOST_WIDTH = 9, 46
"""Characters that a column shows at least, and at most before its texts are wrapped."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: ``heads``, and below them either a table with its rows, or nothing.

    ``heads`` are the lines above the table, the first the title. ``links`` gives for cells of the first column the name
    of the sheet they lead to.
    """

    name: str
    heads: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    links: tuple[str, ...] = ()
    about: str = ""

    @property
    def table_name(self) -> str:
        """A name for the marked-up table."""
        return f"table_{self.name.lower()}"

    def widths(self) -> tuple[int, ...]:
        """Give a width in characters for each column, from its heading and its cells."""
        return tuple(
            min(MOST_WIDTH, max(LEAST_WIDTH, *(_length(row[at]) for row in self.rows), _longest_word(column.heading)))
            for at, column in enumerate(self.columns)
        )


def sheets(report: Report) -> tuple[Sheet, ...]:
    """Lay a report out.

    Raises
    ------
    InputError
        If a table has more rows than a sheet, none, or the name of another.
    """
    data = [_table(table) for table in report.tables]
    names = [COVER, CONTENTS, NOTES, SOURCES, *(each.name for each in data), DICTIONARY]
    if len({name.casefold() for name in names}) < len(names):
        msg = f"Two sheets of {report.name!r} would have the same name ({', '.join(names)}); rename a table."
        raise InputError(msg)
    sources = _words(
        SOURCES,
        ("Sources", "The data that this report rests on, with licences. Attributions must travel with it."),
        reports.SOURCE_COLUMNS,
        (
            (each.name, each.title, each.version, each.source, each.licence, each.attribution)
            for each in report.sources()
        ),
    )
    dictionary = _words(
        DICTIONARY,
        ("Columns", "What each column of each table means."),
        reports.DICTIONARY_COLUMNS,
        report.dictionary(),
    )
    rest = [_notes(report), *([sources] if sources.rows else []), *data, dictionary]
    return (_cover(report), _contents(rest), *rest)


def _cover(report: Report) -> Sheet:
    lines = [report.title, report.subject]
    for section in report.sections:
        lines += [section.heading, *section.paragraphs]
    return Sheet(COVER, tuple(lines))


def cover_headings(report: Report) -> frozenset[str]:
    """Give the lines of the cover that are headings."""
    return frozenset(section.heading for section in report.sections)


def _contents(rest: Sequence[Sheet]) -> Sheet:
    return _words(
        CONTENTS,
        ("Contents", "The sheets of this workbook; the names lead to them."),
        ("Sheet", "What it holds"),
        ((each.name, each.heads[0]) for each in rest),
        links=tuple(each.name for each in rest),
    )


def _notes(report: Report) -> Sheet:
    marks = dict.fromkeys(mark for mark in Mark for table in report.tables if mark in table.marks())
    rows = [("All tables", mark.value, mark.meaning) for mark in marks]
    rows += [(table.name, "Note", note) for table in report.tables for note in table.notes]
    rows += [(table.name, "Source", table.source) for table in report.tables if table.source]
    rows += [("All tables", "Repeat", f"This command writes the report again: {report.command}")]
    heads = ("Notes", "What the marks in square brackets mean, and what to know of each table.")
    return _words(NOTES, heads, ("Table", "Mark", "Meaning"), rows)


def _table(table: Table) -> Sheet:
    if not table.rows:
        msg = f"The table {table.name!r} has no row; leave it out of the report."
        raise InputError(msg)
    heads = (table.title, *_said(table))
    if len(heads) + 1 + len(table.rows) > MOST_ROWS:
        msg = f"The table {table.name!r} has {len(table.rows):,} rows, more than a sheet; ask for csv or parquet."
        raise InputError(msg)
    return Sheet(table.name, heads, table.columns, table.rows, about=table.title)


def _said(table: Table) -> Iterator[str]:
    """Give the lines below the title: what the sheet holds, where its marks are explained, its notes, its source."""
    marks = ", ".join(mark.value for mark in table.marks())
    explained = f" The sheet {NOTES} explains the marks {marks}." if marks else ""
    yield f"This sheet has one table of {len(table.rows):,} rows.{explained}"
    yield from table.notes
    if table.source:
        yield f"Source: {table.source}"


def _words(
    name: str,
    heads: tuple[str, ...],
    titles: Sequence[str],
    rows: Iterable[tuple[str, ...]],
    links: tuple[str, ...] = (),
) -> Sheet:
    """Make a sheet whose table holds only texts."""
    columns = tuple(Column(title.lower().replace(" ", "_"), title, title) for title in titles)
    return Sheet(name, heads, columns, tuple(rows), links, about=heads[0])


def _length(cell: Cell) -> int:
    return len(cell.value) if isinstance(cell, Mark) else len(str(cell)) + 2


def _longest_word(heading: str) -> int:
    return max(map(len, heading.split())) + 3
