"""What a case hands back: a page for the shell, a table, and files that come out the same every time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nearhome.data.base.files import replacing
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class CaseReport:
    """One case on one day: the page as plain text, its table, and the text of each file it can write."""

    title: str
    text: str
    columns: tuple[str, ...]
    table: tuple[tuple[Any, ...], ...]
    """The rows of the long table, in the order of ``columns``."""
    files: Mapping[str, str]
    """What to write, by file name."""

    def write(self, folder: Path) -> list[Path]:
        """Write every file into a folder, each under a temporary name first; give their paths.

        Raises
        ------
        InputError
            The folder cannot be written to.
        """
        paths = []
        for name, text in self.files.items():
            path = folder / name
            try:
                with replacing(path) as temporary:
                    temporary.write_text(text, encoding="utf-8", newline="\n")
            except OSError as error:
                msg = f"{str(path)!r} cannot be written ({error.strerror}); choose another folder."
                raise InputError(msg) from error
            paths.append(path)
        return paths


def with_manifest(
    files: Mapping[str, str], *, title: str, as_of: date, command: str, tables: Mapping[str, str]
) -> dict[str, str]:
    """Give the files and a manifest: the command that repeats them, the day, table versions, checksums.

    No clock and no path of the machine goes into it, so that the same inputs give the same bytes.

    Parameters
    ----------
    files
        The text of each file, by file name.
    title
        What the case is called.
    as_of
        The day that it is worked out for.
    command
        What to type to have the files again.
    tables
        The versions of the tables used, by name.
    """
    manifest = {
        "title": title,
        "command": command,
        "as_of": as_of.isoformat(),
        "tables": dict(sorted(tables.items())),
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()},
    }
    return {**files, MANIFEST: json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"}


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as CSV with Unix line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
