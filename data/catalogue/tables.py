"""Every table nearhome knows: what it is, where it comes from, under which licence, and whether it is whole.

What does not change from build to build is described in ``tables/catalogue.toml``; what does (rows, bytes,
checksum) is recorded by ``build`` in ``tables/catalogue.json``. A table's version is the date of its
sources and the start of its checksum, so the same content has the same version wherever and whenever it was
built.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
import tomllib
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nearhome.data.base.files import open_text
from nearhome.data.errors import InputError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
FORMATS = ("csv", "npy", "npz", "parquet", "geoparquet", "pmtiles")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table and what it means, with its unit."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ShippedTable:
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
    columns: tuple[TableColumn, ...]
    rows: int
    bytes: int
    sha256: str
    types: dict[str, str]
    """What the columns of a CSV table are read as; those that are left out are as pandas finds them."""

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


def tables() -> dict[str, ShippedTable]:
    """Every shipped table by name, in the order of the catalogue."""
    return recorded(shipped_folder())


@cache
def recorded(folder: Path) -> dict[str, ShippedTable]:
    """Give the tables that a folder's ``catalogue.json`` records, by name."""
    described = descriptions()
    try:
        facts = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The record of the tables, catalogue.json, is missing or damaged ({error}); install again."
        raise TableError(msg) from error
    known = facts.items() if isinstance(facts, dict) else ()
    broken = [name for name, fact in known if not _is_fact(fact)]
    if not isinstance(facts, dict) or broken:
        what = f"the facts of {broken[0]!r} are not whole" if broken else "it is no table"
        msg = f"The record of the tables, catalogue.json, is damaged ({what}); install again."
        raise TableError(msg)
    return {name: _table(name, entry, facts[name]) for name, entry in described.items() if name in facts}


def _is_fact(fact: Any) -> bool:
    """Whether the record of one table has what it must have."""
    return (
        isinstance(fact, dict)
        and all(isinstance(fact.get(name), int) for name in ("rows", "bytes"))
        and isinstance(fact.get("sha256"), str)
        and isinstance(fact.get("types", {}), dict)
    )


def _table(name: str, entry: dict[str, Any], fact: dict[str, Any]) -> ShippedTable:
    return ShippedTable(
        name=name,
        title=entry["title"],
        file=entry["file"],
        format=entry["format"],
        source=entry["source"],
        source_date=entry["source_date"],
        licence=entry["licence"],
        attribution=entry["attribution"],
        note=entry.get("note", ""),
        columns=tuple(TableColumn(column, meaning) for column, meaning in entry["columns"].items()),
        rows=fact["rows"],
        bytes=fact["bytes"],
        sha256=fact["sha256"],
        types=fact.get("types", {}),
    )


@cache
def descriptions() -> dict[str, dict[str, Any]]:
    """Give what ``catalogue.toml`` says of every table, by name."""
    try:
        return tomllib.loads((shipped_folder() / "catalogue.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The description of the tables, catalogue.toml, is missing or damaged ({error}); install again."
        raise TableError(msg) from error


def table(name: str) -> ShippedTable:
    """Describe one table; an unknown name raises InputError, one that was never built TableError.

    Examples
    --------
    >>> prisons = table("prisons")
    >>> prisons.title
    'Prisons of the United Kingdom and the Crown dependencies'
    >>> prisons.file, prisons.licence
    ('prisons.csv', 'Open Government Licence v3.0')
    """
    _described(name)
    known = tables()
    if name not in known:
        msg = f"The table {name!r} is described but was not built; run nearhome data build."
        raise TableError(msg)
    return known[name]


def _described(name: str) -> dict[str, Any]:
    known = descriptions()
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


def _version(entry: ShippedTable) -> str:
    file = path(entry.name)
    return entry.version if file.parent == shipped_folder() else f"user+{checksum(file)[:8]}"


def read_rows(name: str, make: Callable[[dict[str, str]], T]) -> list[T]:
    """Read a CSV table without pandas, one record a row; anything wrong with the file raises TableError.

    A shipped file must have as many rows as it was built with, so that one cut short is noticed. ``make`` gets a
    text for each column of the catalogue, so that all the file can be at fault for there is a text that is no number or
    no date: a ValueError. Whatever else ``make`` raises is a mistake of ours.
    """
    file = path(name)
    found = []
    for number, row in enumerate(_text_rows(name, file), start=1):
        try:
            found.append(make(row))
        except ValueError as error:
            raise TableError(_damaged(name, file, f"row {number:,}: {one_line(error)}")) from error
    check_rows(name, len(found))
    return found


def _text_rows(name: str, file: Path) -> Iterator[dict[str, str]]:
    """Give the rows of a CSV table, each with all its columns."""
    needed = list(_described(name)["columns"])
    lines = _csv_lines(name, file)
    header = next(lines, [])
    missing = [column for column in needed if column not in header]
    if missing:
        raise TableError(_damaged(name, file, f"it lacks the column {missing[0]!r}"))
    for number, cells in enumerate(lines, start=1):
        if len(cells) != len(header):
            raise TableError(_damaged(name, file, f"row {number:,} has {len(cells)} cells, not {len(header)}"))
        yield dict(zip(header, cells, strict=True))


def _csv_lines(name: str, file: Path) -> Iterator[list[str]]:
    """Give the lines of a CSV table that are not empty."""
    try:
        with open_text(file) as stream:
            yield from filter(None, csv.reader(stream))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise TableError(_damaged(name, file, one_line(error))) from error


def _damaged(name: str, file: Path, why: str) -> str:
    return f"The table {name!r} ({file.name}) is damaged ({why}); install nearhome again."


def check_rows(name: str, count: int) -> None:
    """Raise TableError if a shipped table was read with another number of rows than it was built with."""
    entry = table(name)
    if count != entry.rows and path(name).parent == shipped_folder():
        msg = (
            f"The table {name!r} ({entry.file}) is damaged ({count:,} rows instead of {entry.rows:,}); "
            "install nearhome again."
        )
        raise TableError(msg)


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


def one_line(error: BaseException) -> str:
    """Write what went wrong in one line of at most 200 characters."""
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else f"{text[:200]}..."  # noqa: PLR2004 -- a sentence, not a dump
