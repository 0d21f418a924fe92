"""The user's own postcodes: read, checked row by row, and kept beside the ones that ship.

Any of three layouts: a CSV with the columns postcode, lat and lon; an ONS Postcode Directory (pcds, lat,
long, oslaua); OS Code-Point Open, which has no header (postcode, quality, easting, northing, codes). What is
imported is asked before what ships, stays on this machine, and is replaced as a whole by the next import.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.coordinates import to_metres
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError, UnknownPlaceError
from nearhome.data.places import postcodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHOWN = 5
_MOST_PROBLEMS = 1_000
_LAT = (49.8, 60.9)
_LON = (-8.7, 1.8)
_EASTING = (0.0, 700_000.0)
_NORTHING = (0.0, 1_250_000.0)
_USER_QUALITY = 10
_CODE_POINT_FIELDS = 10
_COLUMNS = {
    "postcode": ("postcode", "pcds", "pcd", "pcd2", "pcd7", "pcd8"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "long", "lng", "longitude"),
    "easting": ("easting", "eastings", "oseast1m", "east1m"),
    "northing": ("northing", "northings", "osnrth1m", "north1m"),
    "authority": ("authority", "lad_code", "oslaua", "laua", "admin_district_code", "lad25cd", "lad24cd"),
}


@dataclass(frozen=True, slots=True)
class PostcodeImport:
    """What an import did: rows kept, how many of them have a point, and where the table is."""

    postcodes: int
    with_point: int
    folder: Path


@dataclass(frozen=True, slots=True)
class _Row:
    """One postcode with its point, in degrees or metres; None for a row without a point."""

    postcode: str
    point: tuple[float, float] | None
    in_degrees: bool
    authority: str
    quality: int


def import_postcodes(path: Path) -> PostcodeImport:
    """Read a file of postcodes into the user's own folder (``nearhome.data.catalogue.tables.user_folder``).

    Crown dependency postcodes are passed over. Nothing is written unless every other row is good.

    Raises
    ------
    SourceError
        If the file cannot be read, has none of the layouts, or has bad rows: the message counts them and
        shows the first five.
    """
    problems: list[str] = []
    rows: dict[str, _Row] = {}
    for number, row in _read(path, problems):
        if row.postcode in rows:
            problems.append(f"line {number} repeats {row.postcode}")
        rows[row.postcode] = row
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        count = f"{len(problems):,}" if len(problems) < _MOST_PROBLEMS else f"at least {_MOST_PROBLEMS:,}"
        shown = "; ".join(problems[:_SHOWN])
        msg = f"{path.name} has {count} rows that cannot be used ({shown}); correct them and import again."
        raise SourceError(msg)
    if not rows:
        msg = f"{path.name} has no postcodes; give a CSV with the columns postcode, lat and lon."
        raise SourceError(msg)
    folder = tables.user_folder() / "postcodes"
    _write(list(rows.values()), folder)
    return PostcodeImport(len(rows), sum(row.point is not None for row in rows.values()), folder)


def forget_postcodes() -> bool:
    """Remove the user's own postcodes; whether there were any."""
    folder = tables.user_folder() / "postcodes"
    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True


def _read(path: Path, problems: list[str]) -> Iterator[tuple[int, _Row]]:
    """Give line numbers and rows of any of the layouts; what is wrong with a row goes into ``problems``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            first = next(lines, None)
            if first is None:
                return
            if first and postcodes.is_unit(first[0]):
                places = {"postcode": 0, "quality": 1, "easting": 2, "northing": 3}
                if len(first) >= _CODE_POINT_FIELDS:
                    places["authority"] = 8
                yield from _rows(1, [first], places, problems)
            else:
                places = _header(path.name, first)
            yield from _rows(2, lines, places, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path.name} cannot be read as CSV ({error}); give a CSV with the columns postcode, lat and lon."
        raise SourceError(msg) from error


def _header(name: str, fields: list[str]) -> dict[str, int]:
    """Where the columns are that we know, by any of their names."""
    found = {field.strip().casefold(): place for place, field in reversed(list(enumerate(fields)))}
    places = {column: found[each] for column, names in _COLUMNS.items() for each in reversed(names) if each in found}
    if "postcode" in places and ({"lat", "lon"} <= places.keys() or {"easting", "northing"} <= places.keys()):
        return places
    seen = ", ".join(fields[:8])
    msg = f"{name} has the columns {seen!r}; it needs postcode with lat and lon, or with easting and northing."
    raise SourceError(msg)


def _rows(
    start: int, lines: Iterable[list[str]], places: dict[str, int], problems: list[str]
) -> Iterator[tuple[int, _Row]]:
    for number, line in enumerate(lines, start=start):
        if not any(line):
            continue
        try:
            row = _row(line, places)
        except (ValueError, IndexError, UnknownPlaceError) as error:
            problems.append(f"line {number}: {error}")
            continue
        if row is not None:
            yield number, row


def _row(line: list[str], places: dict[str, int]) -> _Row | None:
    """Check one row; None for a postcode of the Crown dependencies. the error says what is wrong."""
    text = line[places["postcode"]]
    try:
        postcode = postcodes.normalise(text)
    except UnknownPlaceError:
        if postcodes.is_unit(text):
            return None
        raise
    authority = line[places["authority"]].strip() if "authority" in places else ""
    quality = int(line[places["quality"]]) if "quality" in places else _USER_QUALITY
    in_degrees = "lat" in places
    first, second = ("lat", "lon") if in_degrees else ("easting", "northing")
    cells = line[places[first]].strip(), line[places[second]].strip()
    point = None if _is_missing(cells, quality) else (float(cells[0]), float(cells[1]))
    if point is not None:
        for value, (low, high) in zip(point, (_LAT, _LON) if in_degrees else (_EASTING, _NORTHING), strict=True):
            if not low <= value <= high:
                msg = f"{postcode} lies outside the United Kingdom ({cells[0]}, {cells[1]})"
                raise ValueError(msg)
    return _Row(postcode, point, in_degrees, authority, quality if point else postcodes.NO_POINT)


def _is_missing(cells: tuple[str, str], quality: int) -> bool:
    """Whether a row has no point: empty cells, quality 90, or the directory's 99.999999 for none."""
    return not all(cells) or quality == postcodes.NO_POINT or cells[0].startswith("99.99") or cells == ("0", "0")


def _write(rows: list[_Row], folder: Path) -> None:
    """Write the three files into a new folder, then put it in the place of the old one."""
    pointed = np.array([row.point or (0.0, 0.0) for row in rows])
    degrees = np.array([row.in_degrees and row.point is not None for row in rows])
    easting, northing = pointed[:, 0].copy(), pointed[:, 1].copy()
    if degrees.any():
        easting[degrees], northing[degrees] = to_metres(pointed[degrees, 0], pointed[degrees, 1])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made, old = Path(temporary) / "new", Path(temporary) / "old"
        postcodes.write_table(
            made,
            postcodes=np.array([row.postcode for row in rows]),
            easting=easting.round().astype(np.int64),
            northing=northing.round().astype(np.int64),
            authority=np.array([row.authority for row in rows]),
            quality=np.array([row.quality for row in rows]),
        )
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
