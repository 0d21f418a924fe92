"""Every table nearhome knows: what it is, where it comes from, under which licence, and whether it is whole.

What does not change from build to build is described in ``tables/catalogue.toml``; what does (rows, bytes,
checksum) is recorded by ``build`` in ``tables/catalogue.json``. A table's version is the date of its
sources and the start of its checksum, so the same content has the same version wherever and whenever it was
built.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import os
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nearhome.data.build import STEPS
from nearhome.data.errors import InputError, SourceError, TableError
from nearhome.data.files import open_text, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
FORMATS = ("csv", "npy", "npz", "parquet", "geoparquet", "pmtiles")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table and what it means, with its unit."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One shipped table: its description and the facts of its last build."""

    name: str
    title: str
    file: str
    format: str
    source: str
    source_date: str
    licence: str
    attribution: str
    note: str
    columns: tuple[Column, ...]
    rows: int
    bytes: int
    sha256: str

    @property
    def version(self) -> str:
        """The date of the sources and the start of the checksum, such as ``2026-07-27+1a2b3c4d``."""
        return f"{self.source_date}+{self.sha256[:8]}"


def user_folder() -> Path:
    """Give the folder of imported data: NEARHOME_DATA, or the platform's place for such files."""
    chosen = os.environ.get("NEARHOME_DATA")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "nearhome"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "nearhome"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "nearhome"


def shipped_folder() -> Path:
    """Give the folder of the tables that came with the package."""
    return Path(str(files("nearhome.data") / "tables"))


def tables() -> dict[str, Table]:
    """Every shipped table by name, in the order of the catalogue."""
    return _tables(shipped_folder())


@cache
def _tables(folder: Path) -> dict[str, Table]:
    described = _descriptions()
    try:
        facts = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
        return {name: _table(name, entry, facts[name]) for name, entry in described.items() if name in facts}
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"The record of the tables, catalogue.json, is missing or damaged ({error}); install again."
        raise TableError(msg) from error


def _table(name: str, entry: dict[str, Any], fact: dict[str, Any]) -> Table:
    return Table(
        name=name,
        title=entry["title"],
        file=entry["file"],
        format=entry["format"],
        source=entry["source"],
        source_date=entry["source_date"],
        licence=entry["licence"],
        attribution=entry["attribution"],
        note=entry.get("note", ""),
        columns=tuple(Column(column, meaning) for column, meaning in entry["columns"].items()),
        rows=int(fact["rows"]),
        bytes=int(fact["bytes"]),
        sha256=str(fact["sha256"]),
    )


@cache
def _descriptions() -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads((shipped_folder() / "catalogue.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The description of the tables, catalogue.toml, is missing or damaged ({error}); install again."
        raise TableError(msg) from error


def table(name: str) -> Table:
    """Describe one table; an unknown name raises InputError, one that was never built TableError."""
    _described(name)
    known = tables()
    if name not in known:
        msg = f"The table {name!r} is described but was not built; run nearhome data build."
        raise TableError(msg)
    return known[name]


def _described(name: str) -> dict[str, Any]:
    known = _descriptions()
    if name not in known:
        msg = f"There is no table {name!r}; the tables are {', '.join(known)}."
        raise InputError(msg)
    return known[name]


def file_of(name: str) -> str:
    """Give the file name of a table, wherever its folder is."""
    return str(_described(name)["file"])


def path(name: str) -> Path:
    """Where a table's file is: the user's own folder first (``tables/`` in it), then the package."""
    file = file_of(name)
    own = user_folder() / "tables" / file
    if own.is_file():
        return own
    found = shipped_folder() / file
    if not found.is_file():
        msg = f"The table {name!r} is missing ({file}); install nearhome again or run nearhome data build."
        raise TableError(msg)
    return found


def versions(*names: str) -> dict[str, str]:
    """Versions of the named tables, or of all; an answer carries those of the tables it used.

    A table that the user's own folder replaces has a version such as ``user+1a2b3c4d``.
    """
    return {name: _version(table(name)) for name in names or tables()}


def _version(entry: Table) -> str:
    file = path(entry.name)
    return entry.version if file.parent == shipped_folder() else f"user+{checksum(file)[:8]}"


def load(name: str) -> Any:
    """Read a whole table: a DataFrame, or a GeoDataFrame (EPSG:4326) where it has geometry.

    Text columns are strings and empty cells missing. A file that cannot be read raises TableError.
    """
    entry = table(name)
    try:
        return _read(path(name), entry)
    except TableError:
        raise
    except (OSError, ValueError, EOFError, KeyError, ImportError) as error:
        msg = f"The table {name!r} cannot be read ({_one_line(error)}); install nearhome again."
        raise TableError(msg) from error


def _read(file: Path, entry: Table) -> Any:
    if entry.format == "geoparquet":
        import geopandas as gpd  # noqa: PLC0415 -- slow to import, and only maps need it

        return gpd.read_parquet(file)
    if entry.format == "pmtiles":
        return _tiled(file)
    import pandas as pd  # noqa: PLC0415 -- slow to import; a journey reads its tables without it

    if entry.format == "parquet":
        return pd.read_parquet(file)
    if entry.format in {"npy", "npz"}:
        import numpy as np  # noqa: PLC0415 -- only these formats need it

        loaded = np.load(file)
        if entry.format == "npz":
            return pd.DataFrame({column: loaded[column] for column in loaded.files})
        return pd.DataFrame({column: loaded[column] for column in loaded.dtype.names})
    from nearhome.data.schemas import csv_types  # noqa: PLC0415 -- brings pandera

    types = csv_types(entry.name)
    return pd.read_csv(file, dtype=types, keep_default_na=False, na_values=[""], encoding="utf-8")


def _tiled(file: Path) -> Any:
    """Put shapes together again that were cut into vector tiles, in order of the property that names them."""
    import geopandas as gpd  # noqa: PLC0415 -- slow to import, and only maps need it

    cut = gpd.read_file(file).drop(columns="mvt_id")
    key = next(column for column in cut.columns if column != "geometry")
    whole = cut.dissolve(key).reset_index()[[key, "geometry"]].to_crs(4326)
    return whole.assign(geometry=whole.geometry.buffer(0))  # rounding within a tile may make a ring touch itself


def read_rows(name: str, make: Callable[[dict[str, str]], T]) -> list[T]:
    """Read a CSV table without pandas, one record a row; anything wrong with the file raises TableError.

    A shipped file must have as many rows as it was built with, so that one cut short is noticed.
    """
    file = path(name)
    try:
        with open_text(file) as stream:
            found = [make(row) for row in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        msg = f"The table {name!r} ({file.name}) is damaged ({_one_line(error)}); install nearhome again."
        raise TableError(msg) from error
    check_rows(name, len(found))
    return found


def check_rows(name: str, count: int) -> None:
    """Raise TableError if a shipped table was read with another number of rows than it was built with."""
    entry = table(name)
    if count != entry.rows and path(name).parent == shipped_folder():
        msg = (
            f"The table {name!r} ({entry.file}) is damaged ({count:,} rows instead of {entry.rows:,}); "
            "install nearhome again."
        )
        raise TableError(msg)


def check(name: str | None = None) -> list[str]:
    """Verify one table, or all: checksum, schema and the rules it must keep; give every problem."""
    names = [name] if name else list(tables())
    problems = []
    for each in names:
        try:
            problems += _check(table(each))
        except TableError as error:
            problems.append(str(error))
    if name is None:
        never = [each for each in _descriptions() if each not in tables()]
        problems += [f"{each}: described but never built; run nearhome data build." for each in never]
    return problems


def _check(entry: Table) -> list[str]:
    from nearhome.data import schemas  # noqa: PLC0415 -- brings pandas and pandera

    file = path(entry.name)
    own = file.parent != shipped_folder()
    found = checksum(file)
    if not own and found != entry.sha256:
        sums = f"checksum {found[:8]}, expected {entry.sha256[:8]}"
        return [f"{entry.name}: {file.name} is not the file that was built ({sums}); install nearhome again."]
    frame = load(entry.name)
    problems = []
    if not own and len(frame) != entry.rows and entry.format != "npz":
        problems.append(f"{entry.name}: {len(frame):,} rows, but the catalogue says {entry.rows:,}.")
    return problems + schemas.problems(entry.name, frame)


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal; a file that cannot be read raises TableError."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        msg = f"{file.name} cannot be read ({error.strerror}); install nearhome again."
        raise TableError(msg) from error
    return digest.hexdigest()


def build(
    sources: Path,
    out: Path | None = None,
    *,
    only: Iterable[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Table]:
    """Write the tables from the source files, then the record of them; give what was built.

    A build into the package also writes ``LICENCES.md`` anew.

    Parameters
    ----------
    sources
        The folder of source files that ``nearhome.data.build`` describes. The product never needs it to run.
    out
        Where to write; the package's own tables if left out.
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
    chosen = list(dict.fromkeys(only)) or list(STEPS)
    unknown = [step for step in chosen if step not in STEPS]
    if unknown:
        msg = f"There is no build step {unknown[0]!r}; the steps are {', '.join(STEPS)}."
        raise InputError(msg)
    if not sources.is_dir():
        msg = f"There is no folder {str(sources)!r} to build from; give the folder of source files."
        raise SourceError(msg)
    out = out or shipped_folder()
    out.mkdir(parents=True, exist_ok=True)
    wanted = [step for step in STEPS if step in chosen]
    for number, step in enumerate(wanted, start=1):
        progress(f"{number}/{len(wanted)} {step}: {', '.join(STEPS[step].tables)}")
        importlib.import_module(STEPS[step].module).build(sources, out)
    built = [name for step in wanted for name in STEPS[step].tables]
    _record(out, built)
    if out == shipped_folder():
        with replacing(out.parent / "LICENCES.md") as temporary:
            temporary.write_text(licences(), encoding="utf-8")
    result = {name: entry for name, entry in _tables(out).items() if name in built}
    progress(f"{len(built)} tables, {sum(entry.bytes for entry in result.values()) / 1e6:.1f} MB")
    return result


def _record(folder: Path, names: list[str]) -> None:
    """Measure the files of the named tables and put the facts into ``catalogue.json``."""
    record = folder / "catalogue.json"
    try:
        facts = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    except ValueError:
        facts = {}
    described = _descriptions()
    for name in names:
        file = folder / described[name]["file"]
        facts[name] = {
            "rows": _rows(file, described[name]["format"]),
            "bytes": file.stat().st_size,
            "sha256": checksum(file),
        }
    ordered = {name: facts[name] for name in described if name in facts}
    with replacing(record) as temporary:
        temporary.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    _tables.cache_clear()


def _rows(file: Path, kind: str) -> int:
    """Count the rows of a table: of the longest array where a file holds several."""
    if kind == "csv":
        with open_text(file) as stream:
            return sum(1 for _ in csv.reader(stream)) - 1
    if kind in {"npy", "npz"}:
        import numpy as np  # noqa: PLC0415 -- only builds count rows

        loaded = np.load(file)
        return len(loaded) if kind == "npy" else max(len(loaded[each]) for each in loaded.files)
    if kind == "pmtiles":
        return len(_tiled(file))
    import pyarrow.parquet as pq  # noqa: PLC0415 -- as above

    return int(pq.read_metadata(file).num_rows)


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else f"{text[:200]}..."  # noqa: PLR2004 -- a sentence, not a dump


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
    described = _descriptions()
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
