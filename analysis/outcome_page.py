"""A report of an outcome as one page of Markdown, for those who read it beside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.reports.tables import written

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.tables import Table

SHORT = ("journeys", "totals", "by_sex", "by_age", "by_car", "by_region", "trade_off", "sensitivity", "unplaced")
"""Tables of the shortest page."""


def markdown(report: Report, tables: Container[str] | None = None) -> str:
    """Write a page.

    Parameters
    ----------
    tables
        Names of the tables to show; all that pages show if None.
    """
    return "\n".join(_lines(report, tables)).rstrip() + "\n"


def _lines(report: Report, tables: Container[str] | None) -> Iterator[str]:
    yield from (f"# {report.title}", "", report.subject, "")
    first, *others = report.sections
    yield from (f"## {first.heading}", "")
    for said in first.paragraphs:
        yield from (f"- {said}",)
    for table in report.tables:
        if table.in_pages if tables is None else table.name in tables:
            yield from ("", f"## {table.title}", "", *_table(table))
    for section in others:
        yield from ("", f"## {section.heading}", "")
        yield from (f"- {said}" for said in section.paragraphs)
    yield from ("", "## To repeat it", "", f"    {report.command}", "")
    yield f"On nearhome's tables: {', '.join(f'{name} {version}' for name, version in report.versions.items())}."
    yield ""
    yield from (f"- {said}" for said in report.attributions())


def _table(table: Table) -> Iterator[str]:
    shown = [
        at for at, column in enumerate(table.columns) if not table.page_columns or column.name in table.page_columns
    ]
    columns = [table.columns[at] for at in shown]
    yield f"| {' | '.join(column.heading for column in columns)} |"
    yield f"|{'|'.join('---:' if column.is_number else '---' for column in columns)}|"
    for row in table.rows:
        cells = (written(row[at], table.columns[at]).replace("|", "\\|") for at in shown)
        yield f"| {' | '.join(cells)} |"
    notes = (*(f"{mark.value} {mark.meaning}" for mark in table.marks()), *table.notes)
    if any(notes):
        yield from ("", " ".join(note for note in notes if note))
