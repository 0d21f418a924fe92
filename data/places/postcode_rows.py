"""A file of postcodes as rows, each with its point in degrees, and what was passed over with the reason.

Any of three layouts: a CSV with the columns postcode, lat and lon; an ONS Postcode Directory (pcds, lat, long,
oslaua, oseast1m, osnrth1m); OS Code-Point Open, which has no header (postcode, quality, easting, northing, codes).

Postcodes of Northern Ireland (BT) have Irish Grid references in the products of the ONS and of NISRA, whatever the
column is called. Where such a row has no latitude and longitude, the grid is the one by which it lies in Northern
Ireland: Irish Grid, Irish Transverse Mercator or National Grid, whose numbers there have nothing in common.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nearhome.data.base import phrases
from nearhome.data.base.coordinates import Grid, to_degrees
from nearhome.data.errors import SourceError, UnknownPlaceError
from nearhome.data.places import kingdom, nations, postcodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nearhome.data.base.arrays import Bools, Floats, Ints

COLUMNS = {
    "postcode": ("postcode", "pcds", "pcd", "pcd2", "pcd7", "pcd8"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "long", "lng", "longitude"),
    "easting": ("easting", "eastings", "oseast1m", "east1m"),
    "northing": ("northing", "northings", "osnrth1m", "north1m"),
    "authority": ("authority", "lad_code", "oslaua", "laua", "admin_district_code", "lad25cd", "lad24cd"),
}
"""What the columns may be called."""

NO_POSTCODE = "without a postcode"
CROWN = "of the Crown dependencies"
NOWHERE = "with a code of no place in the United Kingdom"
SPLIT = "with a letter after the postcode, a part of one that is split"
ODD = "with what is no postcode"
NO_NUMBER = "whose point is no pair of numbers"
ABROAD = "whose point lies elsewhere than the postcode"
REPEATED = "with a postcode of a row before"
REASONS = (ODD, NO_NUMBER, ABROAD, REPEATED, SPLIT, NO_POSTCODE, NOWHERE, CROWN)
"""Why a row is passed over, the gravest first."""

NORTHERN_IRELAND = "BT"
IRISH_GRIDS = (Grid.IRISH, Grid.ITM, Grid.NATIONAL)

_USER_QUALITY = 10
_CODE_POINT_FIELDS = 10
_PLACELESS = re.compile(r"GIR0AA|ZZ[0-9]{2,3}[A-Z]{2}|(?:BF|BX|XX|XM|GX|AI|ZZ)[0-9].*")
"""Girobank, the pseudo-postcodes of the NHS, forces' post, letters to companies and the like, and Gibraltar's."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Rows that an import left out for one reason: how many, and the first, as line and value."""

    why: str
    rows: int
    line: int
    value: str

    def __str__(self) -> str:
        return f"{phrases.count(self.rows, 'row')} {self.why} (line {self.line:,}: {self.value})"


@dataclass(frozen=True, slots=True, eq=False)
class PostcodeRows:
    """Postcodes with their points in degrees (EPSG:4326), NaN for none, and what was passed over, by ``REASONS``."""

    postcodes: list[str]
    lat: Floats
    lon: Floats
    authority: list[str]
    quality: Ints
    passed_over: tuple[PassedOver, ...]


class _Row(NamedTuple):
    """One row as it is read: the point is in degrees or else metres of some grid; NaN for none."""

    line: int
    postcode: str
    first: float
    second: float
    in_degrees: bool
    authority: str
    quality: int


class _Left:
    """Rows that are left out, counted by reason."""

    def __init__(self) -> None:
        self._found: dict[str, PassedOver] = {}

    def add(self, why: str, line: int, value: str) -> None:
        known = self._found.get(why)
        if known is None or line < known.line:
            self._found[why] = PassedOver(why, 1 + (known.rows if known else 0), line, value)
        else:
            self._found[why] = PassedOver(why, known.rows + 1, known.line, known.value)

    def all(self) -> tuple[PassedOver, ...]:
        return tuple(self._found[why] for why in REASONS if why in self._found)


def read(path: Path) -> PostcodeRows:
    """Read a file of postcodes; what cannot be used is passed over and counted.

    Raises
    ------
    SourceError
        If the file cannot be read, or has none of the layouts.
    """
    left = _Left()
    rows: dict[str, _Row] = {}
    for row in _read(path, left):
        if row.postcode in rows:
            left.add(REPEATED, row.line, row.postcode)
        else:
            rows[row.postcode] = row
    return _placed(list(rows.values()), left)


def _placed(rows: list[_Row], left: _Left) -> PostcodeRows:
    """Give the rows their points in degrees, and leave out those whose point is elsewhere."""
    point = np.array([(row.first, row.second) for row in rows], dtype=float).reshape(-1, 2)
    in_degrees = np.array([row.in_degrees for row in rows], dtype=bool)
    irish = np.array([row.postcode.startswith(NORTHERN_IRELAND) for row in rows], dtype=bool)
    degrees = np.where(in_degrees[:, None], point, np.nan)
    there = np.zeros(len(rows), dtype=bool)
    with_point = ~np.isnan(point).any(axis=1)
    for part, names, grids in (
        (irish, (nations.Nation.NORTHERN_IRELAND,), IRISH_GRIDS),
        (~irish, sorted(nations.GREAT_BRITAIN), (Grid.NATIONAL,)),
    ):
        for chosen, grid in ((in_degrees, None), *((~in_degrees, grid) for grid in grids)):
            asked = np.flatnonzero(part & chosen & with_point & ~there)
            found = (
                point[asked] if grid is None else np.column_stack(to_degrees(point[asked, 0], point[asked, 1], grid))
            )
            inside = kingdom.in_nation(found[:, 0], found[:, 1], *names)
            degrees[asked[inside]] = found[inside]
            there[asked[inside]] = True
    _note(rows, with_point & ~there, left)
    kept = np.flatnonzero(there | ~with_point).tolist()
    return PostcodeRows(
        postcodes=[rows[row].postcode for row in kept],
        lat=degrees[kept, 0],
        lon=degrees[kept, 1],
        authority=[rows[row].authority for row in kept],
        quality=np.array([rows[row].quality if there[row] else postcodes.NO_POINT for row in kept], dtype=np.int64),
        passed_over=left.all(),
    )


def _note(rows: list[_Row], elsewhere: Bools, left: _Left) -> None:
    for number in np.flatnonzero(elsewhere).tolist():
        row = rows[number]
        left.add(ABROAD, row.line, f"{row.postcode} at {row.first:g}, {row.second:g}")


def _read(path: Path, left: _Left) -> Iterator[_Row]:
    """Give the rows of any of the layouts; what is wrong with one is noted."""
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
                yield from _rows(1, [first], places, left)
            else:
                places = _header(path.name, first)
            yield from _rows(2, lines, places, left)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path.name} cannot be read as CSV ({error}); give a CSV with the columns postcode, lat and lon."
        raise SourceError(msg) from error


def _header(name: str, fields: list[str]) -> dict[str, int]:
    """Where the columns are that we know, by any of their names."""
    found = {field.strip().casefold(): place for place, field in reversed(list(enumerate(fields)))}
    places = {column: found[each] for column, names in COLUMNS.items() for each in reversed(names) if each in found}
    if "postcode" in places and ({"lat", "lon"} <= places.keys() or {"easting", "northing"} <= places.keys()):
        return places
    seen = ", ".join(fields[:8])
    msg = f"{name} has the columns {seen!r}; it needs postcode with lat and lon, or with easting and northing."
    raise SourceError(msg)


def _rows(start: int, lines: Iterable[list[str]], places: dict[str, int], left: _Left) -> Iterator[_Row]:
    for number, line in enumerate(lines, start=start):
        if not any(line):
            continue
        cell = {name: line[place].strip() if place < len(line) else "" for name, place in places.items()}
        postcode = _postcode(number, cell["postcode"], left)
        if not postcode:
            continue
        try:
            first, second, in_degrees = _point(cell)
            quality = int(cell["quality"]) if "quality" in places else _USER_QUALITY
        except ValueError:
            told = ", ".join(cell[name] for name in ("lat", "lon", "easting", "northing") if name in cell)
            left.add(NO_NUMBER, number, f"{postcode} at {told}")
            continue
        if quality == postcodes.NO_POINT:
            first = second = math.nan
        yield _Row(number, postcode, first, second, in_degrees, cell.get("authority", ""), quality)


def _postcode(line: int, text: str, left: _Left) -> str:
    """Give a postcode as it is written; nothing for one that is passed over, which is noted."""
    squeezed = "".join(text.upper().split())
    if not squeezed:
        left.add(NO_POSTCODE, line, "an empty cell")
        return ""
    if _PLACELESS.fullmatch(squeezed):
        left.add(NOWHERE, line, text)
        return ""
    try:
        return postcodes.normalise(text)
    except UnknownPlaceError:
        if postcodes.is_unit(text):
            left.add(CROWN, line, text)
        elif postcodes.is_unit(squeezed[:-1]) and squeezed[-1].isalpha():
            left.add(SPLIT, line, text)
        else:
            left.add(ODD, line, repr(text))
        return ""


def _point(cell: dict[str, str]) -> tuple[float, float, bool]:
    """Read a point and whether it is in degrees: latitude and longitude where there are any, else the grid's metres."""
    for names, in_degrees in ((("lat", "lon"), True), (("easting", "northing"), False)):
        first, second = (cell.get(name, "") for name in names)
        if not (first or second) or first.startswith("99.99") or (first, second) == ("0", "0"):
            continue
        point = float(first), float(second)
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            msg = "not finite"
            raise ValueError(msg)
        return *point, in_degrees
    return math.nan, math.nan, "lat" in cell
