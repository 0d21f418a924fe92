"""The tables inside a GTFS archive, each column as codes into its distinct words, and a list of what is wrong.

Large files repeat themselves: a national feed has millions of stop times and a few thousand different clock times. So
each distinct word is checked once, and the rows follow by their codes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nearhome.data.base.arrays import Ints


SHOWN = 20
"""So many problems are written out; the rest are counted."""

_BLOCK_BYTES = 1 << 24


class TextColumn(NamedTuple):
    """A column of text: the place of each row's word in ``words``, which are stripped of blanks."""

    codes: Ints
    words: list[str]


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of the archive; a column it does not have is absent from ``columns``."""

    file: str
    rows: int
    columns: Mapping[str, TextColumn]

    def column(self, name: str) -> TextColumn:
        """Give a column; one the file does not have is all empty."""
        return self.columns[name] if name in self.columns else TextColumn(np.zeros(self.rows, np.int64), [""])

    def texts(self, name: str) -> list[str]:
        """Give the words of a column, row by row."""
        codes, words = self.column(name)
        return [words[code] for code in codes.tolist()]


@dataclass
class Problems:
    """What is wrong with a feed, collected until all of it has been looked at."""

    count: int = 0
    told: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, file: str, rows: Ints, tell: Callable[[int], str]) -> None:
        """Note a problem of each of some rows; ``tell`` writes it, value and all. Row -1 stands for the whole file."""
        self.count += len(rows)
        self.told += [(file, row, tell(row)) for row in rows[: max(0, SHOWN - len(self.told))].tolist()]

    def of_row(self, file: str, row: int, text: str) -> None:
        """Note a problem of one row."""
        self.add(file, np.array([row]), lambda _: text)

    def of_file(self, file: str, text: str) -> None:
        """Note a problem of a whole file."""
        self.of_row(file, -1, text)

    def raise_any(self, archive: Archive) -> None:
        """Raise SourceError with all problems noted so far, by file and line."""
        if not self.count:
            return
        wanted: dict[str, set[int]] = {}
        for file, row, _ in self.told:
            wanted.setdefault(file, set()).add(row)
        lines = {file: archive.lines(file, rows) for file, rows in wanted.items()}
        shown = "; ".join(
            f"{file} line {lines[file][row]}: {text}" if row >= 0 else f"{file} {text}" for file, row, text in self.told
        )
        more = f"; and {self.count - len(self.told):,} more" if self.count > len(self.told) else ""
        what = "a problem" if self.count == 1 else f"{self.count:,} problems"
        msg = f"{archive.name} has {what} ({shown}{more}); nothing was imported, correct the feed and import it again."
        raise SourceError(msg)


class Archive:
    """An open GTFS archive, whose files may lie in a folder inside it."""

    def __init__(self, path: Path, opened: zipfile.ZipFile) -> None:
        self.name = path.name
        self._zip = opened
        self._members: dict[str, str] = {}
        for member in opened.namelist():
            file = member.rsplit("/", 1)[-1]
            if file not in self._members or len(member) < len(self._members[file]):
                self._members[file] = member

    def __contains__(self, file: str) -> bool:
        return file in self._members

    def read(self, file: str, needed: tuple[str, ...], wanted: tuple[str, ...], problems: Problems) -> FeedFile:
        """Read the needed and wanted columns of a file that is there; a lack of needed ones is a problem.

        Parameters
        ----------
        file
            The name of the file, such as ``stops.txt``.
        needed, wanted
            Columns to read: those that must be there, and those that may be.
        problems
            Where to note lacking and repeated columns, and rows with too many or too few fields, which are left out.
        """
        import pyarrow as pa
        import pyarrow.csv as pc

        header = self._header(file)
        lacking = [name for name in needed if name not in header]
        twice = sorted({name for name in header if header.count(name) > 1})
        if lacking or twice:
            text = f"lacks the column {lacking[0]!r}" if lacking else f"has the column {twice[0]!r} twice"
            problems.of_file(file, f"{text}; it has {', '.join(header)}")
            return FeedFile(file, 0, {})
        kept = [name for name in header if name in needed + wanted]
        ragged: list[tuple[int, str]] = []

        def odd(row: Any) -> str:
            ragged.append((row.number, f"has {row.actual_columns} fields, the header {row.expected_columns}"))
            return "skip"

        coded = pa.dictionary(pa.int32(), pa.string())
        try:
            with self._zip.open(self._members[file]) as stream:
                table = pc.read_csv(
                    pa.PythonFile(stream),
                    pc.ReadOptions(
                        use_threads=False, block_size=_BLOCK_BYTES, column_names=header, skip_rows_after_names=1
                    ),
                    pc.ParseOptions(newlines_in_values=True, invalid_row_handler=odd),
                    pc.ConvertOptions(
                        include_columns=kept, column_types=dict.fromkeys(kept, coded), strings_can_be_null=False
                    ),
                )
        except (pa.ArrowException, OSError, zipfile.BadZipFile, EOFError, RuntimeError) as error:
            msg = f"{self.name}: {file} cannot be read as CSV ({_told(error)}); export or download the feed again."
            raise SourceError(msg) from error
        for number, text in ragged:
            problems.of_row(file, number - 2, text)
        return FeedFile(file, table.num_rows, {name: _column(table[name]) for name in kept})

    def lines(self, file: str, rows: set[int]) -> dict[int, int]:
        """Say on which line of a file some of its rows begin; blank lines and line ends inside quotes count."""
        found: dict[int, int] = {}
        last = max(rows, default=-1)
        if last < 0:
            return found
        with self._text(file) as reader:
            row, before = -2, 0
            for cells in reader:
                row += bool(cells)
                if cells and row in rows:
                    found[row] = before + 1
                if row >= last:
                    break
                before = reader.line_num
        return found

    def _header(self, file: str) -> list[str]:
        try:
            with self._text(file) as reader:
                return [name.strip() for name in next(reader, [])]
        except (OSError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile, EOFError, RuntimeError) as error:
            msg = f"{self.name}: {file} cannot be read as CSV ({_told(error)}); export or download the feed again."
            raise SourceError(msg) from error

    @contextmanager
    def _text(self, file: str) -> Iterator[Any]:
        with (
            self._zip.open(self._members[file]) as stream,
            io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
        ):
            yield csv.reader(text)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive; one that cannot be opened raises SourceError."""
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; give a GTFS feed such as buses.zip."
        raise SourceError(msg)
    try:
        file = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        msg = f"{path.name} cannot be opened as a ZIP archive ({_told(error)}); give a GTFS feed such as buses.zip."
        raise SourceError(msg) from error
    with file:
        yield Archive(path, file)


def _told(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _column(chunked: Any) -> TextColumn:
    """Join the chunks of a column; words that differ by blanks around them become one."""
    whole = chunked.unify_dictionaries().combine_chunks()
    raw = [str(word or "").strip() for word in whole.dictionary.to_pylist()]
    place: dict[str, int] = {}
    to = np.array([place.setdefault(word, len(place)) for word in raw], np.int64)
    codes = np.from_dlpack(whole.indices).astype(np.int64)
    return TextColumn(to[codes] if len(to) else codes, list(place))
