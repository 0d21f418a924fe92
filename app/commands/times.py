"""``nearhome times``: drive times for a CSV file of pairs of points."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np

from nearhome.app import words
from nearhome.app.commands import options
from nearhome.data.errors import InputError, SourceError
from nearhome.data.files import replacing
from nearhome.geo.pairs import pair_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nearhome.geo.pairs import PairTimes

ASKED = ("o_lat", "o_lon", "d_lat", "d_lon")
ADDED = ("minutes", "miles", "crow_miles", "note")
MODES = ("car",)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file: its text as it was, without the line end, and its fields; blank lines have none."""

    raw: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class PairFile:
    """A file of pairs: the header, the records after it, where the coordinates are, and how lines end."""

    header: Record
    records: list[Record]
    places: tuple[int, ...]
    line_end: str


@click.command(epilog="Example: nearhome times --pairs homes.csv --mode car --out times.csv")
@click.option(
    "--pairs",
    "source",
    type=options.FILE,
    required=True,
    metavar="FILE.csv",
    help=f"A CSV file with the columns {', '.join(ASKED)} (degrees, EPSG:4326) and any others.",
)
@click.option("--mode", default="car", show_default=True, help="How people travel.")
@click.option("--out", type=options.FILE, required=True, metavar="OUT.csv", help="The file to write.")
def command(source: Path, mode: str, out: Path) -> None:
    """Work out the time, one way, for each pair of points in a file.

    The columns minutes, miles, crow_miles and note are put at the end of each row. All else stays as it was. Where
    there is no way, or a point cannot be used, the note says why and the row stays.
    """
    if mode.casefold() not in MODES:
        msg = f"Only --mode car is there yet, and {mode!r} was given; leave --mode out."
        raise InputError(msg)
    if out.exists() and source.exists() and out.samefile(source):
        msg = f"--out names the file of the pairs, {out.name!r}, which would be lost; give another name."
        raise InputError(msg)
    pairs = read(source)
    filled = [record for record in pairs.records if record.fields]
    points = np.array([_numbers(record, pairs.places) for record in filled], dtype=float).reshape(-1, 4)
    found = pair_times(points[:, :2], points[:, 2:])
    try:
        with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines(pairs, found))
    except OSError as error:
        msg = f"{str(out)!r} cannot be written ({error.strerror}); give another file with --out."
        raise InputError(msg) from error
    without = sum(bool(note) for note in found.notes)
    rest = f", {without:,} without a time (the column note says why)" if without else ""
    click.echo(f"{words.count(len(filled), 'pair')}{rest}. Written: {out}")


def read(source: Path) -> PairFile:
    """Read a file of pairs, keeping each record's own text.

    Raises
    ------
    SourceError
        When it cannot be read as CSV in UTF-8, is empty, lacks a column or already has one that is to be added.
    """
    needed = f"give a CSV file with the columns {', '.join(ASKED)}"
    try:
        with source.open(encoding="utf-8", newline="") as file:
            text = file.read()
        header, *records = _records(text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"{source.name} cannot be read as CSV ({why}); {needed}."
        raise SourceError(msg) from error
    except ValueError as error:
        msg = f"{source.name} is empty; {needed}."
        raise SourceError(msg) from error
    names = [name.strip().casefold() for name in header.fields]
    missing = [name for name in ASKED if name not in names]
    if missing:
        msg = f"{source.name} has no column {' or '.join(missing)} (it has {', '.join(header.fields[:8])}); {needed}."
        raise SourceError(msg)
    taken = [name for name in ADDED if name in names]
    if taken:
        msg = f"{source.name} already has a column {taken[0]}, which this command adds; rename it first."
        raise SourceError(msg)
    line_end = "\r\n" if "\r\n" in text else "\n"
    return PairFile(header, records, tuple(names.index(name) for name in ASKED), line_end)


def _records(text: str) -> Iterator[Record]:
    """Give the records of a CSV text with the lines each was made of."""
    used: list[str] = []

    def feed() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            used.append(line)
            yield line.removeprefix(BOM) if line.startswith(BOM) else line

    for fields in csv.reader(feed()):
        yield Record("".join(used).rstrip("\r\n"), fields)
        used.clear()


def _numbers(record: Record, places: tuple[int, ...]) -> list[float]:
    """Read the four coordinates of a record; NaN for what is no number."""
    found = []
    for place in places:
        try:
            number = float(record.fields[place])
        except (ValueError, IndexError):
            number = math.nan
        found.append(number)
    return found


def lines(pairs: PairFile, found: PairTimes) -> Iterator[str]:
    """Give the lines to write: each record's own text, then the new columns."""
    yield f"{pairs.header.raw},{','.join(ADDED)}{pairs.line_end}"
    width = len(pairs.header.fields)
    rows = zip(found.minutes, found.miles, found.crow_miles, found.notes, strict=True)
    for record in pairs.records:
        if not record.fields:
            yield record.raw + pairs.line_end
            continue
        *figures, note = next(rows)
        surplus = len(record.fields) - width
        if surplus > 0:
            note = "; ".join(filter(None, [note, f"the row has {words.count(surplus, 'field')} more than the header"]))
        cells = [f"{figure:.2f}" if math.isfinite(figure) else "" for figure in figures]
        yield f"{record.raw}{',' * max(0, -surplus)},{','.join(cells)},{note}{pairs.line_end}"
