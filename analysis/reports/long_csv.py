"""Reports as CSV in long format, one figure a row, with a data dictionary and W3C metadata (CSVW) beside it.

Every text is in quotes, and one that a spreadsheet may take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from nearhome.analysis.reports.report import DICTIONARY_COLUMNS
from nearhome.analysis.reports.tables import Column, Mark
from nearhome.data.base.escaping import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from nearhome.analysis.reports.report import Report

TABLE = Column("table", "Table", "The table of the report that the row belongs to.", is_key=True)
FIGURES = (
    Column("measure", "Measure", "The column of that table; the data dictionary says what it means.", is_key=True),
    Column("unit", "Unit", "The unit of the value; none for texts and for pure numbers."),
    Column("value", "Value", "The figure; empty where there is none, and where the answer is a text.", decimals=6),
    Column("text", "Text", "The answer where it is a text."),
    Column("mark", "Mark", "Why there is no figure: one of the marks in square brackets; empty where there is one."),
)


def write(report: Report, folder: Path) -> tuple[str, ...]:
    """Write the long table, its dictionary and its metadata into a folder; give the names of the files."""
    keys = _keys(report)
    columns = (TABLE, *keys, *FIGURES)
    data, dictionary = f"{report.name}.csv", f"{report.name}-dictionary.csv"
    _lines(folder / data, [each.name for each in columns], _rows(report, keys))
    _lines(folder / dictionary, [_name(each) for each in DICTIONARY_COLUMNS], report.dictionary())
    metadata = f"{data}-metadata.json"
    content = json.dumps(_metadata(report, data, dictionary, columns), indent=1, ensure_ascii=False)
    (folder / metadata).write_text(content + "\n", encoding="utf-8", newline="\n")
    return data, dictionary, metadata


def _keys(report: Report) -> tuple[Column, ...]:
    """Give the key columns of all tables, each once."""
    found: dict[str, Column] = {}
    for table in report.tables:
        for column in table.columns:
            if column.is_key:
                found.setdefault(column.name, column)
    return tuple(found.values())


def _rows(report: Report, keys: Sequence[Column]) -> Iterator[tuple[str | int | float, ...]]:
    for table in report.tables:
        at = {column.name: number for number, column in enumerate(table.columns)}
        for row in table.rows:
            about = [_plain(row[at[key.name]]) if key.name in at else "" for key in keys]
            for column, cell in zip(table.columns, row, strict=True):
                if column.is_key:
                    continue
                mark = cell.value if isinstance(cell, Mark) else ""
                text = cell if isinstance(cell, str) else ""
                value = cell if isinstance(cell, int | float) else ""
                yield (table.name, *about, column.name, column.unit or "none", value, text, mark)


def _plain(cell: str | float | Mark) -> str | float:
    return cell.value if isinstance(cell, Mark) else cell


def _lines(file: Path, heads: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        lines.writerow(heads)
        lines.writerows([safe_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def _name(title: str) -> str:
    return title.lower().replace(" ", "_")


def _metadata(report: Report, data: str, dictionary: str, columns: Sequence[Column]) -> dict[str, Any]:
    """Describe both files as "Metadata Vocabulary for Tabular Data" (W3C, 2015) asks."""
    described = [
        {
            "name": each.name,
            "titles": each.title,
            "dc:description": each.meaning,
            "datatype": "number" if each.is_number else "string",
            "required": each.is_key and each.name in {"table", "measure"},
        }
        for each in columns
    ]
    words = [{"name": _name(each), "titles": each, "datatype": "string"} for each in DICTIONARY_COLUMNS]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": report.title,
        "dc:description": report.subject,
        "dc:date": report.as_of.isoformat(),
        "dc:rights": list(report.attributions()),
        "tables": [
            {"url": data, "dialect": {"quoteChar": '"', "header": True}, "tableSchema": {"columns": described}},
            {"url": dictionary, "tableSchema": {"columns": words, "primaryKey": ["table", "column"]}},
        ],
    }
