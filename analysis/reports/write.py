"""Writing a report in several formats into one folder, whole or not at all, with a manifest.

Everything is first written into a temporary folder beside the one asked for. Files of other people are never removed:
with ``force``, only those are that an earlier manifest lists and that are still what it wrote.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from nearhome.data.catalogue.tables import checksum
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nearhome.analysis.reports.report import Report

FORMATS = ("csv", "xlsx", "ods", "gpkg", "parquet", "html", "pdf")
MANIFEST = "manifest.json"


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Give the formats, each once, in the order of FORMATS; one that is not among them raises InputError."""
    unknown = [each for each in formats if each not in FORMATS]
    if unknown or not formats:
        msg = f"There is no format {unknown[0] if unknown else ''!r}; use some of {', '.join(FORMATS)}."
        raise InputError(msg)
    return tuple(each for each in FORMATS if each in formats)


def check_folder(out: Path, *, force: bool) -> None:
    """Refuse a folder that cannot take a report: a file, or one that has a manifest already, unless ``force``.

    Raises
    ------
    InputError
        If so.
    """
    if out.exists() and not out.is_dir():
        msg = f"--out {str(out)!r} is a file; give the name of a folder."
        raise InputError(msg)
    if (out / MANIFEST).exists() and not force:
        msg = f"The folder {str(out)!r} holds a report already; give another, or --force to replace it."
        raise InputError(msg)


def write(report: Report, out: Path, formats: Sequence[str] = FORMATS, *, force: bool = False) -> tuple[Path, ...]:
    """Write a report and its manifest into a folder; give the paths, the manifest last.

    Parameters
    ----------
    report
        What to write.
    out
        The folder; it is made if there is none.
    formats
        Some of FORMATS.
    force
        Whether an earlier report in the folder, and any file in the way, is replaced.

    Raises
    ------
    InputError
        If the folder cannot be written to, has a report or a file in the way, or a format is not known.
    """
    chosen = check_formats(formats)
    check_folder(out, force=force)
    try:
        with _temporary(out) as folder:
            names = [name for each in chosen for name in _write(report, folder, each)]
            _manifest(report, folder, names)
            names.append(MANIFEST)
            taken = next((name for name in names if (out / name).exists()), None)
            if taken is not None and not force:
                msg = f"{str(out / taken)!r} exists already; give another folder, or --force to replace it."
                raise InputError(msg)
            _move(folder, out, names)
    except OSError as error:
        msg = f"The report cannot be written to {str(out)!r} ({error.strerror or error}); choose another folder."
        raise InputError(msg) from error
    return tuple(out / name for name in names)


@contextmanager
def _temporary(out: Path) -> Iterator[Path]:
    """Give a new folder beside ``out``, and remove it at the end."""
    absolute = out.absolute()
    absolute.parent.mkdir(parents=True, exist_ok=True)
    folder = absolute.with_name(f".{absolute.name}.{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, out: Path, names: Sequence[str]) -> None:
    """Put the files in their place: by one renaming where there is no folder yet, else one by one, manifest last."""
    if not out.exists():
        folder.rename(out)
        return
    stale = _listed(out) - set(names)
    for name in names:
        (folder / name).replace(out / name)
    for name in stale:
        (out / name).unlink(missing_ok=True)


def _listed(out: Path) -> set[str]:
    """Give the files that an earlier manifest lists and that have not been changed since."""
    return {name for name in unchanged(out) if Path(name).name == name}


def unchanged(out: Path) -> set[str]:
    """Give the files in a folder that are still as its manifest says; none where there is no manifest to be read."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    files = manifest.get("files") if isinstance(manifest, dict) else None
    said = files if isinstance(files, dict) else {}
    return {
        name
        for name, facts in said.items()
        if isinstance(facts, dict) and (out / name).is_file() and checksum(out / name) == facts.get("sha256")
    }


def _write(report: Report, folder: Path, kind: str) -> tuple[str, ...]:
    """Write one format; give the names of its files. Each brings its own libraries, so none is imported before."""
    if kind == "csv":
        from nearhome.analysis.reports import long_csv

        return long_csv.write(report, folder)
    if kind == "parquet":
        from nearhome.analysis.reports import parquet

        return parquet.write(report, folder)
    name = f"{report.name}.{kind}"
    if kind == "xlsx":
        from nearhome.analysis.reports import xlsx

        xlsx.write(report, folder / name)
    elif kind == "ods":
        from nearhome.analysis.reports import ods

        ods.write(report, folder / name)
    elif kind == "gpkg":
        from nearhome.analysis.reports import geopackage

        geopackage.write(report, folder / name)
    else:
        from nearhome.analysis.reports import documents, pdf

        blocks = documents.blocks(report)
        page = documents.html(report.title, blocks).encode() if kind == "html" else pdf.pdf(report.title, blocks)
        (folder / name).write_bytes(page)
    return (name,)


def _manifest(report: Report, folder: Path, names: Sequence[str]) -> None:
    """Write what the report is, what it rests on, and what each file must be; no clock and no path of the machine."""
    content = {
        "title": report.title,
        "as_of": report.as_of.isoformat(),
        "command": report.command,
        "nearhome": version("nearhome"),
        "seeds": dict(report.seeds),
        "tables": {
            each.name: {"version": each.version, "licence": each.licence, "attribution": each.attribution}
            for each in report.sources()
        },
        "files": {name: {"sha256": checksum(folder / name), "bytes": (folder / name).stat().st_size} for name in names},
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
