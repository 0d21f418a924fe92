"""Writing an outcome into a folder, whole or not at all: the scenario as used, results, a page to read, a manifest.

No clock and no path of the machine goes into it: the same scenario and tables give the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from nearhome.analysis.placement.outcome_report import report as outcome_report
from nearhome.analysis.placement.scenarios import schema
from nearhome.analysis.reports import write as report_folder
from nearhome.analysis.reports.tables import Mark, rounded, written
from nearhome.data.base.escaping import safe_text
from nearhome.data.base.files import write_csv
from nearhome.data.catalogue.tables import checksum
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.tables import Table

SCENARIO, RESULTS, PAGE, TABLES = "scenario.toml", "results.json", "results.md", "tables"
FORMATS = ("html",)
"""Written beside the scenario, the results, a page of Markdown and a CSV for each table, if no others are asked for."""

_DECIMALS = 4


def write(
    outcome: Outcome, out: Path, *, source: str, formats: Sequence[str] = FORMATS, force: bool = False
) -> tuple[Path, ...]:
    """Write an outcome into a folder; give the paths, the manifest last.

    Parameters
    ----------
    outcome
        What a run came to.
    out
        The folder, which is made.
    source
        What the scenario was called by, for the command that repeats it.
    formats
        Some of ``reports.write.FORMATS``, beside what is always written.
    force
        Whether an earlier outcome in the folder is replaced.

    Raises
    ------
    InputError
        The folder holds an outcome or other files already, or cannot be written to.
    """
    check(out, formats=formats, force=force)
    report = outcome_report.report(outcome, source)
    absolute = out.absolute()
    temporary = absolute.with_name(f".{absolute.name}.{os.getpid()}")
    try:
        absolute.parent.mkdir(parents=True, exist_ok=True)
        report_folder.write(report, temporary, formats)
        names = _fill(outcome, report, temporary)
        if absolute.exists():
            _clear(absolute)
        temporary.rename(absolute)
    except OSError as error:
        msg = f"The outcome cannot be written to {str(out)!r} ({error.strerror or error}); choose another folder."
        raise InputError(msg) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return tuple(out / name for name in names)


def check(out: Path, *, formats: Sequence[str] = FORMATS, force: bool) -> None:
    """Refuse a folder that is in use, and formats that are none, before anything takes time.

    Raises
    ------
    InputError
        It is a file, or holds files of others, or an outcome and ``force`` is not given; or a format is not known.
    """
    report_folder.check_formats(formats)
    report_folder.check_folder(out, force=force)
    strangers = _strangers(out)
    if strangers:
        msg = f"The folder {str(out)!r} holds {strangers[0]!r}, which is of no outcome; give a new or empty folder."
        raise InputError(msg)


def _strangers(out: Path) -> list[str]:
    """Give files in a folder that an earlier outcome did not write, or that were changed since."""
    if not out.is_dir():
        return []
    kept = report_folder.unchanged(out)
    known = {report_folder.MANIFEST, *kept} if kept else set()
    found = (path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name not in known)


def _clear(out: Path) -> None:
    """Remove an earlier outcome, which ``check`` has found to be nothing else."""
    if _strangers(out):
        msg = f"The folder {str(out)!r} has changed meanwhile; nothing was written."
        raise InputError(msg)
    shutil.rmtree(out)


def _fill(outcome: Outcome, report: Report, folder: Path) -> list[str]:
    """Add the scenario, the results and the tables to a report's folder, and its manifest; give all names."""
    manifest = json.loads((folder / report_folder.MANIFEST).read_text(encoding="utf-8"))
    _text(folder / SCENARIO, schema.to_toml(outcome.scenario))
    _text(folder / RESULTS, _json(results(outcome, report)))
    _text(folder / PAGE, markdown(report))
    added = [SCENARIO, RESULTS, PAGE]
    for table in report.tables:
        name = f"{TABLES}/{table.name}.csv"
        columns = [column.name for column in table.columns]
        write_csv(folder / name, columns, ([_cell(cell) for cell in row] for row in table.rows))
        added.append(name)
    manifest["files"] |= {
        name: {"sha256": checksum(folder / name), "bytes": (folder / name).stat().st_size} for name in added
    }
    _text(folder / report_folder.MANIFEST, _json(manifest))
    return [*sorted(manifest["files"]), report_folder.MANIFEST]


def results(outcome: Outcome, report: Report) -> dict[str, Any]:
    """Give what programs, and ``compare``, read: figures, their noise, draws, and every table that is published."""
    columns = ("today", "greedy", "plan", "optimum")
    figures = {
        row["figure"]: {"unit": row["unit"]} | {name: _number(row[name]) for name in columns}
        for _, row in outcome.figures.iterrows()
    }
    noise = {
        row["figure"]: {name: _number(row[name]) for name in ("change", "low", "high")} | {"is_sure": row["is_sure"]}
        for _, row in outcome.noise.iterrows()
    }
    draws: dict[str, dict[str, Any]] = {}
    for _, row in outcome.draws.iterrows():
        draws.setdefault(str(row["draw"]), {})[row["figure"]] = [_number(row["today"]), _number(row["plan"])]
    return {
        "title": outcome.scenario.title,
        "as_of": outcome.scenario.as_of.isoformat(),
        "nation": outcome.scenario.nation,
        "sentences": list(outcome_report.sentences(outcome)),
        "figures": figures,
        "noise": noise,
        "draws": draws,
        "tables": {table.name: _records(table) for table in report.tables if table.name != "draws"},
        "notes": list(outcome.notes),
    }


def _records(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [
        {name: str(cell.value) if isinstance(cell, Mark) else cell for name, cell in zip(names, row, strict=True)}
        for row in table.rows
    ]


def _number(value: float) -> float | int | None:
    return None if value != value else rounded(float(value), _DECIMALS)  # noqa: PLR0124 -- NaN is not itself


def _cell(cell: Any) -> str | int | float:
    if isinstance(cell, Mark):
        return cell.value
    return safe_text(cell) if isinstance(cell, str) else cell


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


SHORT = ("journeys", "totals", "by_sex", "by_age", "by_car", "by_region", "trade_off", "sensitivity", "unplaced")
"""Tables of the shortest page."""


def markdown(report: Report, tables: Container[str] | None = None) -> str:
    """Write a page.

    Parameters
    ----------
    report
        What the page is of.
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
