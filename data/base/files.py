"""Writing files so that no reader ever sees half of one."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO

from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


EARLIEST_IN_ZIP: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive written here, so that the same contents give the same bytes."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; rename it to ``path`` when the block ends well, else remove it.

    The temporary name keeps the suffix, because some writers choose the format by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as UTF-8 CSV with Unix line ends, so that a new build can be compared line by line.

    A name that ends in ``.gz`` is compressed, always to the same bytes.
    """
    with replacing(path) as temporary, _text_to(temporary) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


@contextmanager
def _text_to(path: Path) -> Iterator[TextIO]:
    """Open a file for text; the header of a compressed one holds neither name nor time."""
    if path.suffix != ".gz":
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with (
        path.open("wb") as packed,
        gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream,
        io.TextIOWrapper(stream, encoding="utf-8", newline="") as file,
    ):
        yield file


def open_text(path: Path) -> TextIO:
    """Open UTF-8 text for reading, compressed or not, with line ends as they are and without a byte order mark."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as text, a dictionary a row; a file that cannot be read raises SourceError."""
    try:
        with open_text(path) as file:
            return list(csv.DictReader(file))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        msg = f"{path.name} cannot be read as CSV ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
