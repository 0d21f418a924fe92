"""The user's own register of services: a CSV read, checked row by row, and kept beside the one that ships.

Everything that is wrong with a file is found in one go, with its line, column and value and what to do; nothing is
installed unless all of it is right, and then as one file that takes the place of the last. Names are kept as the text
they are, HTML and formulas too: pages escape them, and ``nearhome.data.base.escaping`` does for spreadsheets.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.data.base.files import write_csv
from nearhome.data.errors import SourceError
from nearhome.data.services import records, register
from nearhome.data.services.own_points import settle
from nearhome.data.services.own_rows import HEADER, OWN_COLUMNS, REQUIRED, RowReader
from nearhome.data.services.records import COLUMNS, EVIDENCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nearhome.data.services.own_rows import RowProblem
    from nearhome.data.services.records import Service

MOST_ROWS = 100_000
"""More than there can be services in the United Kingdom: a longer file is something else."""

MOST_BYTES = 100_000_000
EXAMPLE_ROWS = (
    {
        "id": "example-1",
        "name": "Example visitors' centre",
        "kind": "visitors_centre",
        "operator": "Example charity",
        "prison_id": "EXI",
        "reach": "prison",
        "valid_from": "2024-04",
        "note": "Made up, to show the columns: replace it.",
    },
    {
        "id": "example-2",
        "name": "Example support in Truro",
        "kind": "family_support",
        "operator": "Example charity",
        "town": "Truro",
        "lat": "50.2632",
        "lon": "-5.0510",
        "reach": "minutes",
        "minutes": "45",
        "mode": "car",
        "capacity": "30",
        "capacity_unit": "families",
        "note": "Made up, to show the columns: replace it.",
    },
    {
        "id": "example-3",
        "name": "Example school link",
        "kind": "school_link",
        "operator": "Example council",
        "reach": "area",
        "area_level": "county",
        "areas": "Norfolk; Suffolk",
        "valid_from": "2023-09-01",
        "valid_to": "2027-08-31",
        "source": "Council minutes",
        "note": "Made up, to show the columns: replace it.",
    },
)

_SHOWN = 5
_FIRST_BYTES = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a check of a file found: how many rows, and the problems in the order of the lines.

    Those beyond ``own_service_rows.MOST_PROBLEMS`` are counted in ``further``.
    """

    rows: int
    problems: tuple[RowProblem, ...]
    further: int

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def template() -> str:
    """Give a CSV with every column and three made-up rows."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, OWN_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(EXAMPLE_ROWS)
    return stream.getvalue()


def check(path: Path) -> FileCheck:
    """Check a register without installing it.

    Raises
    ------
    SourceError
        If the file cannot be read as a register at all: no CSV, another encoding, empty, too long.
    """
    return _read(path)[0]


def install(path: Path) -> int:
    """Make a file the user's own register, in the place of the last; give the number of its services.

    Raises
    ------
    SourceError
        If it cannot be read or anything is wrong with it: the message counts the problems and shows the first five.
        Then what was installed before is still there.
    """
    found, rows = _read(path)
    if found.problems:
        count = len(found.problems) + found.further
        shown = "; ".join(str(each) for each in found.problems[:_SHOWN])
        many = "1 problem" if count == 1 else f"{count:,} problems"
        msg = f"{path.name} has {many} ({shown}); nearhome services check lists them, correct them and import again."
        raise SourceError(msg)
    columns = (*COLUMNS, *EVIDENCE_COLUMNS)
    write_csv(register.own_file(), columns, ([row.get(column, "") for column in columns] for row in rows))
    return len(rows)


def forget() -> bool:
    """Remove the user's own register; whether there was one."""
    file = register.own_file()
    if not file.is_file():
        return False
    file.unlink()
    return True


def read(name: str, content: bytes) -> tuple[FileCheck, tuple[Service, ...]]:
    """Read a register from memory, and install nothing; no services if anything is wrong.

    Parameters
    ----------
    name, content
        The name and the bytes of its file.

    Raises
    ------
    SourceError
        As for ``check``.
    """
    found, rows = _rows(name, content)
    columns = (*COLUMNS, *EVIDENCE_COLUMNS)
    return found, tuple(records.own_service({column: row.get(column, "") for column in columns}) for row in rows)


def _read(path: Path) -> tuple[FileCheck, list[dict[str, str]]]:
    """Read and check a file; its rows as they are kept, empty if anything is wrong."""
    try:
        _refuse_size(path.name, path.stat().st_size)
        content = path.read_bytes()
    except OSError as error:
        msg = f"{str(path)!r} cannot be read ({error.strerror}); give a CSV file."
        raise SourceError(msg) from error
    return _rows(path.name, content)


def _rows(name: str, content: bytes) -> tuple[FileCheck, list[dict[str, str]]]:
    lines = csv.reader(io.StringIO(_text(name, content), newline=""))
    try:
        header = [field.strip().casefold() for field in next(lines, [])]
        if len(header) == 1 or not any(header):
            _refuse_header(name, header)
        body: list[tuple[int, list[str]]] = []
        first = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                body.append((first, cells))
            first = lines.line_num + 1
            if len(body) > MOST_ROWS:
                msg = f"{name} has more than {MOST_ROWS:,} rows, the most a register may have; give services only."
                raise SourceError(msg)
    except csv.Error as error:
        msg = f"{name} cannot be read as CSV ({error}, line {lines.line_num}); save it as CSV with commas."
        raise SourceError(msg) from error
    if not body:
        msg = f"{name} has no services; nearhome services template shows the columns and three rows."
        raise SourceError(msg)
    reader = RowReader(header)
    if not reader.problems:
        for number, cells in body:
            reader.read(number, cells)
        settle(reader)
    order = {column: place for place, column in enumerate((HEADER, *OWN_COLUMNS))}
    problems = sorted(reader.problems, key=lambda each: (each.line, order[each.column]))
    found = FileCheck(len(body), tuple(problems), reader.count - len(problems))
    return found, [] if problems else reader.rows


def _refuse_header(name: str, header: list[str]) -> None:
    if not any(header):
        msg = f"{name} is empty; nearhome services template shows the columns and three rows."
        raise SourceError(msg)
    separator = next((word for mark, word in ((";", "semicolons"), ("\t", "tabs")) if mark in header[0]), "")
    what = f"its columns are separated by {separator}" if separator else f"its only column is {header[0][:40]!r}"
    msg = f"{name} is no register: {what}; save it as CSV with commas, with at least {', '.join(REQUIRED)}."
    raise SourceError(msg)


def _refuse_size(name: str, size_bytes: int) -> None:
    if size_bytes > MOST_BYTES:
        msg = f"{name} has {size_bytes / 1e6:,.0f} MB; a register has at most {MOST_BYTES / 1e6:.0f}."
        raise SourceError(msg)


def _text(name: str, content: bytes) -> str:
    """Read bytes as UTF-8; another kind of file and another encoding are refused in one sentence."""
    _refuse_size(name, len(content))
    for start, what in _FIRST_BYTES.items():
        if content.startswith(start):
            msg = f"{name} is {what}, not CSV; save it as 'CSV UTF-8'."
            raise SourceError(msg)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte {content[error.start]:#04x} in line {line}"
        msg = f"{name} is not text in UTF-8 ({what}); save it as 'CSV UTF-8'."
        raise SourceError(msg) from error
    if "\0" in text:
        msg = f"{name} has a zero byte in line {text.count(chr(10), 0, text.index(chr(0))) + 1}; it is not CSV text."
        raise SourceError(msg)
    return text


def lines_of(found: FileCheck) -> Iterator[str]:
    """Write the problems, one a line, and how many more there are."""
    yield from map(str, found.problems)
    if found.further:
        yield f"... and {found.further:,} more problems."
