"""Where the ways of a bulk matrix start: every postcode, every district, or the rows of a CSV file."""

from __future__ import annotations

import csv
import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.errors import SourceError, UnknownPlaceError
from nearhome.data.places import kingdom, postcodes
from nearhome.geo.places import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Floats


_SHOWN = 5
_NEEDED = "give a CSV file with the columns lat and lon, or postcode, and if you like id"


@dataclass(frozen=True, slots=True)
class Origins:
    """Places to start from, in order.

    ``names`` are all different; ``xy`` is in metres, EPSG:27700, shape (places, 2), NaN for a postcode without a point.
    ``tables`` are the shipped tables they were taken from; ``every_postcode`` marks those of the whole postcodes table.
    ``stand_ins`` counts postcodes known only by their sector or district, whose middle stands for them. The repr shows
    no place.
    """

    names: Sequence[str] = field(repr=False)
    xy: Floats = field(repr=False)
    tables: tuple[str, ...]
    every_postcode: bool = False
    stand_ins: int = 0

    def checksum(self) -> str:
        """SHA-256 of the names and points, in hexadecimal."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        digest.update(np.ascontiguousarray(self.xy).tobytes())
        return digest.hexdigest()


def every_postcode() -> Origins:
    """Give every postcode of Great Britain that ships, in the order of the table."""
    table = postcodes.shipped()
    xy = np.column_stack(table.all_points()).astype(float)
    xy[(xy < 0).any(axis=1)] = np.nan
    return Origins(table.all_names().tolist(), xy, ("postcodes", "postcode_index"), every_postcode=True)


def every_district() -> Origins:
    """Give the middle of every postcode district of the United Kingdom, sorted by name."""
    found = sorted(postcodes.areas("district").values(), key=lambda area: area.name)
    degrees = np.array([(area.lat, area.lon) for area in found])
    return Origins([area.name for area in found], _metres(degrees), ("postcode_districts",))


def read(path: Path) -> Origins:
    """Read origins from a CSV file with the columns ``lat`` and ``lon`` (degrees, EPSG:4326), or ``postcode``.

    A row is called by its ``id``; without that column by its postcode, or where there are coordinates by its number,
    from 1 on. Other columns are passed over, and so is ``postcode`` where there are coordinates.

    Raises
    ------
    SourceError
        When the file cannot be read, lacks the columns, or has rows that cannot be used: the message counts them and
        shows the first five.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            header = [name.strip().casefold() for name in next(lines, [])]
            rows = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"{path.name} cannot be read as CSV ({why}); {_NEEDED}."
        raise SourceError(msg) from error
    by_point = "lat" in header and "lon" in header
    if not by_point and "postcode" not in header:
        seen = f"has the columns {', '.join(header[:8])}" if any(header) else "is empty"
        msg = f"{path.name} {seen}; {_NEEDED}."
        raise SourceError(msg)
    if not rows:
        msg = f"{path.name} has no rows below its header; {_NEEDED}."
        raise SourceError(msg)
    empty = dict.fromkeys(header, "")
    records = [(line, {**empty, **dict(zip(header, map(str.strip, cells), strict=False))}) for line, cells in rows]
    problems: dict[int, str] = {}
    names = _names(records, problems, by_point=by_point)
    degrees, stand_ins = _by_point(records, problems) if by_point else _by_postcode(records, problems)
    if problems:
        shown = "; ".join(f"line {line}: {problems[line]}" for line in sorted(problems)[:_SHOWN])
        count = f"{len(problems):,} rows" if len(problems) > 1 else "a row"
        msg = f"{path.name} has {count} that cannot be used ({shown}); correct them and start again."
        raise SourceError(msg)
    tables = () if by_point else ("postcodes", "postcode_index", "postcode_sectors", "postcode_districts")
    return Origins(names, _metres(degrees), tables, stand_ins=stand_ins)


_Records = list[tuple[int, dict[str, str]]]


def _names(records: _Records, problems: dict[int, str], *, by_point: bool) -> list[str]:
    """Name the rows; an empty or repeated name is a problem."""
    names: dict[str, int] = {}
    for number, (line, row) in enumerate(records, start=1):
        name = row["id"] if "id" in row else str(number) if by_point else row["postcode"]
        if not name:
            problems[line] = "the id is empty" if "id" in row else "the postcode is missing"
        elif name in names:
            problems[line] = f"{name!r} stands on line {names[name]} already"
        else:
            names[name] = line
    return list(names)


def _by_point(records: _Records, problems: dict[int, str]) -> tuple[Floats, int]:
    """Read latitudes and longitudes, which have to lie in the United Kingdom."""
    degrees = np.array([[_number(row[name]) for name in ("lat", "lon")] for _, row in records])
    for place in np.flatnonzero(~kingdom.on_land(degrees[:, 0], degrees[:, 1])).tolist():
        line, row = records[place]
        problems.setdefault(line, f"{row['lat']!r}, {row['lon']!r} {kingdom.outside(*degrees[place].tolist())}")
    return degrees, 0


def _by_postcode(records: _Records, problems: dict[int, str]) -> tuple[Floats, int]:
    """Look postcodes up, and count those that their sector or district stands in for."""
    degrees = np.full((len(records), 2), np.nan)
    stand_ins = 0
    for place, (line, row) in enumerate(records):
        try:
            found = find.find(postcodes.normalise(row["postcode"]))
        except UnknownPlaceError as error:
            problems.setdefault(line, str(error).rstrip("."))
            continue
        degrees[place] = found.lat, found.lon
        stand_ins += found.kind != "postcode"
    return degrees, stand_ins


def _number(text: str) -> float:
    """Read a coordinate; NaN for what is none."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if abs(number) <= 180.0 else math.nan  # noqa: PLR2004 -- degrees


def _metres(degrees: Floats) -> Floats:
    return np.column_stack(coordinates.to_metres(degrees[:, 0], degrees[:, 1]))
