"""``nearhome times``: times by car or by public transport for a CSV file of pairs of points."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np

from nearhome.app.cli import layout, options
from nearhome.app.wording import names as wording
from nearhome.data.base import phrases
from nearhome.data.base.files import replacing
from nearhome.data.errors import InputError, SourceError
from nearhome.geo.imported import networks
from nearhome.geo.matrices.pairs import pair_times_by_network
from nearhome.geo.roads.conditions import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Floats
    from nearhome.geo.roads.conditions import Conditions
    from nearhome.geo.transit.buses import DayType


ASKED = ("o_lat", "o_lon", "d_lat", "d_lon")
FIGURES = {
    "car": ("minutes", "miles", "crow_miles"),
    "transit": ("minutes", "minutes_low", "minutes_high", "changes", "crow_miles", "basis"),
}
"""What is added for each mode, before the note; ``basis`` is a text, the same for each pair with a time."""

NOTE = "note"
DAYS = ("weekday", "saturday", "sunday")
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


@dataclass(frozen=True, slots=True)
class Answers:
    """What is added to the file: columns of figures by name, the basis where there is one, and a note a pair."""

    figures: Mapping[str, Floats]
    notes: tuple[str, ...]
    basis: str = ""


@click.command(epilog="Example: nearhome times --pairs homes.csv --mode transit --out times.csv")
@click.option(
    "--pairs",
    "source",
    type=options.FILE,
    required=True,
    metavar="FILE.csv",
    help=f"A CSV file with the columns {', '.join(ASKED)} (degrees, EPSG:4326) and any others.",
)
@click.option("--mode", default="car", show_default=True, help="How people travel: car or transit.")
@click.option(
    "--day", type=click.Choice(DAYS), default="weekday", show_default=True, help="The type of day, for transit."
)
@click.option(
    "--at",
    default="12:00",
    show_default=True,
    metavar="HH:MM",
    callback=options.time_of_day,
    help="About when people travel, for transit.",
)
@click.option("--out", type=options.FILE, required=True, metavar="OUT.csv", help="The file to write.")
@options.imported
@options.scenario
def command(source: Path, mode: str, day: DayType, at: int, out: Path, *, imported: bool, scenario: Conditions) -> None:
    """Work out the time, one way, for each pair of points in a file.

    New columns are put at the end of each row, and all else stays as it was. By car they are minutes, miles,
    crow_miles and note; by transit (trains, buses and walks, a taxi where nothing runs) minutes, minutes_low,
    minutes_high, changes, crow_miles, basis and note: typical from door to door, not a timetable. Where there is no
    way, or a point cannot be used, the note says why and the row stays.
    """
    mode = mode.casefold()
    if mode not in FIGURES:
        msg = f"--mode is {' or '.join(FIGURES)}, and {mode!r} was given; leave --mode out to go by car."
        raise InputError(msg)
    if mode == "transit" and scenario != TODAY:
        told = wording.scenario(scenario)
        msg = f"Conditions on the roads ({told}) change times by car only; leave them or transit out."
        raise InputError(msg)
    if out.exists() and source.exists() and out.samefile(source):
        msg = f"--out names the file of the pairs, {out.name!r}, which would be lost; give another name."
        raise InputError(msg)
    pairs = read(source, (*FIGURES[mode], NOTE))
    filled = [record for record in pairs.records if record.fields]
    points = np.array([_numbers(record, pairs.places) for record in filled], dtype=float).reshape(-1, 4)
    if mode == "transit":
        found, said = _by_transit(points, day, at)
    else:
        found, said = _by_car(points, scenario, imported=imported)
    try:
        with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines(pairs, found))
    except OSError as error:
        msg = f"{str(out)!r} cannot be written ({error.strerror}); give another file with --out."
        raise InputError(msg) from error
    without = int(np.isnan(found.figures["minutes"]).sum())
    rest = f", {without:,} without a time (the column note says why)" if without else ""
    click.echo(f"{phrases.count(len(filled), 'pair')}{rest}. Written: {out}")
    click.echo("\n".join(said))


def _by_car(points: Floats, scenario: Conditions, *, imported: bool) -> tuple[Answers, list[str]]:
    """Return drives, and on which roads they are."""
    choice = networks.networks() if imported else ()
    found, count = pair_times_by_network(points[:, :2], points[:, 2:], choice, scenario)
    figures = {"minutes": found.minutes, "miles": found.miles, "crow_miles": found.crow_miles}
    return Answers(figures, found.notes), list(layout.roads(count, "pair", scenario))


def _by_transit(points: Floats, day: DayType, at: int) -> tuple[Answers, list[str]]:
    """Return typical times by public transport, and what they are of."""
    from nearhome.geo.transit import itineraries
    from nearhome.geo.transit import pairs as transit_pairs

    found = transit_pairs.pair_times(points[:, :2], points[:, 2:], day=day, minute_of_day=at)
    figures = {
        "minutes": found.minutes,
        "minutes_low": found.minutes_low,
        "minutes_high": found.minutes_high,
        "changes": found.changes,
        "crow_miles": found.crow_miles,
    }
    when = f"on a {day.capitalize() if day != 'weekday' else day} at about {at // 60:02d}:{at % 60:02d}"
    said = f"From door to door by train, bus and on foot {when}: {itineraries.TYPICAL}."
    return Answers(figures, found.notes, itineraries.TYPICAL), layout.paragraph(said)


def read(source: Path, added: Sequence[str] = ()) -> PairFile:
    """Read a file of pairs, keeping each record's own text.

    Parameters
    ----------
    source
        The file.
    added
        Names of columns that it may not have, because they are to be added.

    Raises
    ------
    SourceError
        When it cannot be read as CSV in UTF-8, is empty, lacks a column or already has one that is to be added.
    """
    needed = f"give a CSV file with the columns {', '.join(ASKED)}"
    try:
        with source.open(encoding="utf-8", newline="") as file:
            text = file.read()
        lines = list(_records(text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"{source.name} cannot be read as CSV ({why}); {needed}."
        raise SourceError(msg) from error
    if not lines:
        msg = f"{source.name} is empty; {needed}."
        raise SourceError(msg)
    header, *records = lines
    names = [name.strip().casefold() for name in header.fields]
    missing = [name for name in ASKED if name not in names]
    if missing:
        msg = f"{source.name} has no column {' or '.join(missing)} (it has {', '.join(header.fields[:8])}); {needed}."
        raise SourceError(msg)
    taken = [name for name in added if name in names]
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


def lines(pairs: PairFile, found: Answers) -> Iterator[str]:
    """Give the lines to write: each record's own text, then the new columns."""
    added = [*found.figures, *(["basis"] if found.basis else []), NOTE]
    yield f"{pairs.header.raw},{','.join(added)}{pairs.line_end}"
    width = len(pairs.header.fields)
    quoted = [f'"{found.basis}"' if "," in found.basis else found.basis] if found.basis else []
    rows = zip(*found.figures.values(), found.notes, strict=True)
    for record in pairs.records:
        if not record.fields:
            yield record.raw + pairs.line_end
            continue
        *figures, note = next(rows)
        basis = [text if math.isfinite(figures[0]) else "" for text in quoted]
        surplus = len(record.fields) - width
        if surplus > 0:
            note = "; ".join(
                filter(None, [note, f"the row has {phrases.count(surplus, 'field')} more than the header"])
            )
        cells = [_cell(name, figure) for name, figure in zip(found.figures, figures, strict=True)] + basis
        yield f"{record.raw}{',' * max(0, -surplus)},{','.join(cells)},{note}{pairs.line_end}"


def _cell(name: str, figure: float) -> str:
    """Return a figure as a cell: nothing where there is none."""
    if not math.isfinite(figure):
        return ""
    return f"{figure:.0f}" if name == "changes" else f"{figure:.2f}"
