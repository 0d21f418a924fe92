"""Run the steps of a build, and record what they wrote."""

from __future__ import annotations

import csv
import importlib
import json
from typing import TYPE_CHECKING

from nearhome.data.base.files import open_text, replacing
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.catalogue.frames import tiled
from nearhome.data.checks.schemas import csv_types
from nearhome.data.errors import InputError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from nearhome.data.build import BuildStep
    from nearhome.data.catalogue.tables import ShippedTable


def build(
    sources: Path,
    out: Path | None = None,
    *,
    steps: Mapping[str, BuildStep],
    only: Iterable[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, ShippedTable]:
    """Write the tables from the source files, then the record of them; give what was built.

    A build into the package also writes ``LICENCES.md`` anew.

    Parameters
    ----------
    sources
        The folder of source files that ``nearhome.data.build`` describes. The product never needs it to run.
    out
        Where to write; the package's own tables if left out.
    steps
        Those of ``nearhome.data.build``, and of other floors that build tables, in the order in which they run.
    only
        Names of steps to run; all if empty. Tables of the other steps keep their record.
    progress
        Called with one line before each step and one at the end.

    Raises
    ------
    SourceError
        If a source is missing or not what the step expects; tables of earlier steps are then already written.
    InputError
        If ``only`` names no step.
    """
    chosen = list(dict.fromkeys(only)) or list(steps)
    unknown = [step for step in chosen if step not in steps]
    if unknown:
        msg = f"There is no build step {unknown[0]!r}; the steps are {', '.join(steps)}."
        raise InputError(msg)
    if not sources.is_dir():
        msg = f"There is no folder {str(sources)!r} to build from; give the folder of source files."
        raise SourceError(msg)
    out = out or catalogue.shipped_folder()
    out.mkdir(parents=True, exist_ok=True)
    wanted = [step for step in steps if step in chosen]
    for number, step in enumerate(wanted, start=1):
        progress(f"{number}/{len(wanted)} {step}: {', '.join(steps[step].tables)}")
        importlib.import_module(steps[step].module).build(sources, out)
    built = [name for step in wanted for name in steps[step].tables]
    _record(out, built)
    if out == catalogue.shipped_folder():
        with replacing(out.parent / "LICENCES.md") as temporary:
            temporary.write_text(licences(), encoding="utf-8")
    result = {name: entry for name, entry in catalogue.recorded(out).items() if name in built}
    progress(f"{len(built)} tables, {sum(entry.bytes for entry in result.values()) / 1e6:.1f} MB")
    return result


def _record(folder: Path, names: list[str]) -> None:
    """Measure the files of the named tables and put the facts into ``catalogue.json``."""
    record = folder / "catalogue.json"
    try:
        facts = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    except ValueError:
        facts = {}
    described = catalogue.descriptions()
    for name in names:
        file = folder / described[name]["file"]
        facts[name] = {
            "rows": _rows(file, described[name]["format"]),
            "bytes": file.stat().st_size,
            "sha256": catalogue.checksum(file),
        }
        if described[name]["format"] == "csv":
            facts[name]["types"] = csv_types(name)
    ordered = {name: facts[name] for name in described if name in facts}
    with replacing(record) as temporary:
        temporary.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    catalogue.recorded.cache_clear()


def _rows(file: Path, kind: str) -> int:
    """Count the rows of a table: of the longest array where a file holds several."""
    if kind == "csv":
        with open_text(file) as stream:
            return sum(1 for _ in csv.reader(stream)) - 1
    if kind in {"npy", "npz"}:
        import numpy as np

        loaded = np.load(file)
        return len(loaded) if kind == "npy" else max(len(loaded[each]) for each in loaded.files)
    if kind == "pmtiles":
        return len(tiled(file))
    import pyarrow.parquet as pq

    return int(pq.read_metadata(file).num_rows)


def licences() -> str:
    """Write ``LICENCES.md``: the licence and attribution of every table, grouped by licence."""
    lines = [
        "# Licences of the data",
        "",
        "The code of nearhome is under the Apache License 2.0 (LICENSE). The tables that ship with it are",
        "not: each keeps the licence of its sources, and its attribution must travel with it. This file is",
        "written from `data/tables/catalogue.toml` and tested against it.",
        "",
    ]
    described = catalogue.descriptions()
    for licence in dict.fromkeys(entry["licence"] for entry in described.values()):
        lines += [f"## {licence}", ""]
        for name, entry in described.items():
            if entry["licence"] == licence:
                lines += [f"**{name}** ({entry['file']}): {entry['title']}.", ""]
                lines += [f"- Source: {entry['source']} ({entry['source_date']})"]
                lines += [f"- Attribution: {entry['attribution']}"]
                lines += [f"- {entry['note']}"] if entry.get("note") else []
                lines += [""]
    return "\n".join(lines)
