"""Rows of the user's own register of services: what each column may hold, and what is said of one that does not."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nearhome.data.base.escaping import is_plain
from nearhome.data.base.partial_dates import day_after, first_day, is_partial_date
from nearhome.data.catalogue import tables
from nearhome.data.places import areas, gazetteer
from nearhome.data.prisons import register
from nearhome.data.services.kinds import FORMER_MODES, KINDS, MODES, REACHES, UNITS
from nearhome.data.services.records import OWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OWN_COLUMNS = {
    "id": "your own id, each once: letters, digits, dots, hyphens and underscores",
    "name": "what the service is called",
    "kind": "a word of the list of kinds (nearhome services kinds)",
    "operator": "who runs it",
    "prison_id": "id or name of the prison it is at (nearhome prisons lists them)",
    "town": "the town it is in; gives the point if no other does",
    "lat": "latitude, degrees (EPSG:4326)",
    "lon": "longitude, degrees (EPSG:4326)",
    "easting": "easting, metres (EPSG:27700), in place of lat and lon",
    "northing": "northing, metres (EPSG:27700)",
    "reach": "whom it is for: a word of the list of reaches (nearhome services kinds)",
    "area_level": "level of the areas: nation, region, police, county or authority; may be empty",
    "areas": "ONS codes or names, with semicolons between them, for a reach by area: Kent (county), Kent (police)",
    "minutes": "limit of a reach in minutes, one way",
    "mode": "car or transit, for a reach in minutes",
    "miles": "limit of a radius, miles as the crow flies",
    "capacity": "a whole number, if known",
    "capacity_unit": f"what the capacity counts: {', '.join(UNITS)}",
    "valid_from": "first year, month or day (2024, 2024-04 or 2024-04-01); empty for always",
    "valid_to": "last year, month or day, included; empty for no end",
    "source": "what says so",
    "note": "anything else",
}
"""Columns of an own register and what they hold."""

HEADER = "header"
"""The column of a problem with the first line."""

REQUIRED = ("id", "name", "kind", "reach")

MOST_PROBLEMS = 1_000
"""So many problems are told one by one; the rest are counted."""

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(?:\.[0-9]{0,20})?(?:[eE][-+]?[0-9]{1,2})?")
_LONGEST = {"name": 300, "operator": 300, "town": 100, "source": 2_000, "note": 2_000, "areas": 4_000}
_MOST_MINUTES = 600
_MOST_MILES = 500
_MOST_CAPACITY = 1_000_000
_SHOWN_LETTERS = 50
_MOST_HINTS = 100
_POINTS = {"lat": "lon", "lon": "lat", "easting": "northing", "northing": "easting"}
_NEEDS = {"prison": "prison_id", "prisons_unnamed": "areas", "area": "areas", "national": "areas"}
_POINT_NEEDED = {"place", "minutes", "radius"}
_OWN_LEVELS = {"national": "nation"}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with a file: where, the value seen, what is wrong with it and what to do."""

    line: int
    column: str
    value: str
    what: str

    def __str__(self) -> str:
        """Write it in one line, with nothing in it that a terminal would act on."""
        shown = self.value if len(self.value) <= _SHOWN_LETTERS else f"{self.value[:_SHOWN_LETTERS]}..."
        return f"line {self.line}, {self.column}: {shown!r} {self.what}"


class RowPoint(NamedTuple):
    """A point as a row gives it: in degrees (latitude, longitude) or metres (easting, northing)."""

    line: int
    row: int
    first: float
    second: float
    in_degrees: bool


class RowReader:
    """Reads rows one after the other and keeps what is right and what is wrong with them."""

    def __init__(self, header: Sequence[str]) -> None:
        self.problems: list[RowProblem] = []
        self.count = 0
        self.rows: list[dict[str, str]] = []
        self.points: list[RowPoint] = []
        self._header = header
        self._line = 1
        self._lines_of_ids: dict[str, int] = {}
        self._check_header()

    def _check_header(self) -> None:
        for place, column in enumerate(self._header):
            if column not in OWN_COLUMNS:
                near = self._near(column, OWN_COLUMNS)
                self.wrong(HEADER, column, f"is no column; {f'did you mean {near}?' if near else 'take it out'}")
            elif column in self._header[:place]:
                self.wrong(column, column, "is there twice; keep one column of that name")
        for column in REQUIRED:
            if column not in self._header:
                self.wrong(HEADER, "", f"has no column {column}; add it: {OWN_COLUMNS[column]}")

    def _near(self, text: str, words: Iterable[str], cutoff: float = 0.6) -> str:
        """Give the word spelt most like a text; none once there are so many problems that looking would take long."""
        if self.count >= _MOST_HINTS:
            return ""
        near = difflib.get_close_matches(text, list(words), n=1, cutoff=cutoff)
        return near[0] if near else ""

    def wrong(self, column: str, value: str, what: str, line: int | None = None) -> None:
        """Keep a problem of the row that is read, or of a line; only count it once there are very many.

        Parameters
        ----------
        column
            The column it is in; ``HEADER`` for the first line as a whole.
        value
            The value seen.
        what
            What is wrong with it and what to do, as it goes on after the value.
        line
            The line of the file, from 1; that of the row being read if None.
        """
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self.problems.append(RowProblem(self._line if line is None else line, column, value, what))

    def read(self, line: int, cells: Sequence[str]) -> None:
        """Check one row; without problems, or with its point still to be looked at, it is kept."""
        self._line = line
        before = self.count
        if len(cells) != len(self._header):
            self.wrong("id", cells[0], f"begins a row of {len(cells)} cells; the header has {len(self._header)}")
            return
        given = dict.fromkeys(OWN_COLUMNS, "")
        for column, cell in zip(self._header, cells, strict=True):
            given[column] = cell.replace("\u00a0", " ").strip()
        given["mode"] = FORMER_MODES.get(given["mode"], given["mode"])
        self._texts(given)
        self._id(given["id"])
        kept = self._kept(given)
        self._numbers(given, kept)
        self._dates(given)
        prison = self._prison(given, kept)
        self._areas(given, kept)
        self._point(given, kept, prison)
        if self.count > before:
            kept = {}
        self.rows.append(kept)

    def _texts(self, given: dict[str, str]) -> None:
        for column in REQUIRED:
            if not given[column]:
                self.wrong(column, "", f"is empty; give {OWN_COLUMNS[column]}")
        for column, text in given.items():
            if not is_plain(text):
                self.wrong(column, text, "has characters that are not shown; type it anew on one line")
            elif len(text) > _LONGEST.get(column, 100):
                self.wrong(column, text, f"has {len(text):,} letters; the most are {_LONGEST.get(column, 100):,}")
        self._one_of("kind", given["kind"], KINDS)
        self._one_of("reach", given["reach"], REACHES)
        self._one_of("mode", given["mode"], MODES)
        self._one_of("area_level", given["area_level"], areas.LEVELS)
        self._one_of("capacity_unit", given["capacity_unit"], UNITS)

    def _one_of(self, column: str, text: str, words: Iterable[str]) -> None:
        words = list(words)
        if text and text not in words:
            near = self._near(text.casefold().replace(" ", "_"), words)
            hint = f"did you mean {near}?" if near else f"use one of {', '.join(words)}"
            self.wrong(column, text, f"is not in the list; {hint}")

    def _id(self, text: str) -> None:
        if text and not _ID.fullmatch(text):
            self.wrong("id", text, "is no id; use up to 64 letters, digits, dots, hyphens and underscores")
        first = self._lines_of_ids.setdefault(text.casefold(), self._line)
        if text and first != self._line:
            self.wrong("id", text, f"is also in line {first}; give each service its own id")

    def _kept(self, given: dict[str, str]) -> dict[str, str]:
        """Give the row as the register keeps it, but for the columns that other checks fill."""
        same = ("name", "kind", "operator", "town", "reach", "mode", "capacity_unit", "valid_from", "valid_to", "note")
        return {column: given[column] for column in same} | {
            "id": f"{OWN_PREFIX}{given['id']}",
            "standing": "running",
            "where": _where(given),
            "service_id": f"{OWN_PREFIX}{given['id']}",
            "statement": given["name"],
            "date_words": "undated",
            "source": given["source"] or "your own register",
            "grade": "own",
        }

    def _numbers(self, given: dict[str, str], kept: dict[str, str]) -> None:
        for column, most in (("minutes", _MOST_MINUTES), ("miles", _MOST_MILES), ("capacity", _MOST_CAPACITY)):
            text = given[column]
            value = _number(text)
            if text and (value is None or not 0 < value <= most):
                self.wrong(column, text, f"is not a number above 0 and up to {most:,}")
            elif column == "capacity" and value is not None and value != int(value):
                self.wrong(column, text, "is not a whole number")
            elif value is not None:
                kept[column] = f"{value:g}" if column != "capacity" else str(int(value))
        for reach, columns in (("minutes", ("minutes", "mode")), ("radius", ("miles",))):
            for column in columns:
                if given["reach"] == reach and not given[column]:
                    self.wrong(column, "", f"is empty; a reach of {reach} needs {OWN_COLUMNS[column]}")
        if given["capacity"] and not given["capacity_unit"]:
            self.wrong("capacity_unit", "", f"is empty; say what the capacity counts: {', '.join(UNITS)}")

    def _dates(self, given: dict[str, str]) -> None:
        start, end = given["valid_from"], given["valid_to"]
        for column, text in (("valid_from", start), ("valid_to", end)):
            if text and not is_partial_date(text):
                self.wrong(column, text, "is no date; write 2024, 2024-04 or 2024-04-01")
        if is_partial_date(start) and is_partial_date(end) and day_after(end) <= first_day(start):
            self.wrong("valid_to", end, f"is before the start, {start}; exchange them or correct one")

    def _prison(self, given: dict[str, str], kept: dict[str, str]) -> register.Prison | None:
        text = given["prison_id"]
        wrong = register.wrong_with(text, near=self.count < _MOST_HINTS) if text else ""
        found = None if wrong or not text else register.named(text)
        if wrong:
            self.wrong("prison_id", text, wrong)
        kept["prison_ids"] = found.id if found else ""
        return found

    def _areas(self, given: dict[str, str], kept: dict[str, str]) -> None:
        needed = _NEEDS.get(given["reach"], "")
        if needed and not given[needed]:
            self.wrong(needed, "", f"is empty; a reach of {given['reach']} needs {OWN_COLUMNS[needed]}")
        level = _OWN_LEVELS.get(given["reach"], given["area_level"])
        found = []
        for name in filter(None, map(str.strip, given["areas"].split(";"))):
            chosen = level if level in areas.LEVELS else ""
            wrong = areas.wrong_with(name, chosen, near=self.count < _MOST_HINTS)
            if wrong:
                self.wrong("areas", name, wrong)
            else:
                found.append(_codes(areas.fits(name, chosen)))
        common = [each for each in areas.LEVELS if all(each in codes for codes in found)]
        if not common:
            self.wrong("areas", given["areas"], "has areas of different levels; give rows of one level each")
        elif found:
            kept["area_level"] = common[0]
            kept["area_codes"] = ";".join(dict.fromkeys(code for codes in found for code in codes[common[0]]))

    def _point(self, given: dict[str, str], kept: dict[str, str], prison: register.Prison | None) -> None:
        """Find the point of a row: its own, else its prison's, else its town's."""
        written = {column for column in _POINTS if given[column]}
        if written:
            self._own_point(given, written)
        elif prison is not None:
            kept |= {"lat": str(prison.lat), "lon": str(prison.lon), "precision_m": str(prison.precision_m)}
        elif given["town"] and given["reach"] in _POINT_NEEDED:
            self._town(given["town"], kept)
        elif given["reach"] in _POINT_NEEDED:
            self.wrong("lat", "", f"is empty; a reach of {given['reach']} needs lat and lon, a prison or a town")

    def _own_point(self, given: dict[str, str], written: set[str]) -> None:
        bad = False
        for column in sorted(written):
            if _number(given[column]) is None:
                self.wrong(column, given[column], "is not a number with a decimal point, such as 50.2632")
                bad = True
            elif _POINTS[column] not in written:
                self.wrong(_POINTS[column], "", f"is empty but {column} is not; give both or neither")
                bad = True
        if len(written) > 2:  # noqa: PLR2004 -- a pair of coordinates
            self.wrong("easting", given["easting"], "comes beside lat and lon; give the point once")
            bad = True
        if not bad:
            first, second = ("lat", "lon") if "lat" in written else ("easting", "northing")
            self.points.append(
                RowPoint(self._line, len(self.rows), float(given[first]), float(given[second]), first == "lat")
            )

    def _town(self, name: str, kept: dict[str, str]) -> None:
        found = _towns().get(gazetteer.key_of(name), [])
        if len(found) == 1:
            town = found[0]
            kept |= {"town": town.name, "lat": f"{town.lat:.5f}", "lon": f"{town.lon:.5f}"}
            kept["precision_m"] = str(town.spread_m)
        elif found:
            self.wrong("town", name, f"is the name of {len(found)} towns; give lat and lon")
        else:
            near = gazetteer.suggestions(name, count=1) if self.count < _MOST_HINTS else []
            self.wrong("town", name, f"is no town; {f'did you mean {near[0]}?' if near else 'give lat and lon'}")


def _where(given: dict[str, str]) -> str:
    """Give which of ``service_kinds.PLACES`` a service is at."""
    if given["prison_id"] or given["reach"].startswith("prison"):
        return "prison"
    return {"area": "area", "national": "nation"}.get(given["reach"], "town")


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def _codes(meant: list[areas.Area]) -> dict[str, list[str]]:
    """Give the codes that one border has by level; the kingdom's are those of its nations."""
    if meant[0].level == "kingdom":
        return {"nation": list(areas.NATIONS.values())}
    return {each.level: [each.code] for each in meant}


@cache
def _towns() -> dict[str, list[gazetteer.Town]]:
    """Cities and towns by the key of their name, or localities where a name has no town."""
    found: dict[str, list[gazetteer.Town]] = {}
    for row in tables.read_rows("places", dict):
        rank = gazetteer.RANKS.index(row["rank"])
        numbers = int(row["postcodes"]), float(row["lat"]), float(row["lon"]), int(row["spread_m"])
        found.setdefault(row["key"], []).append(gazetteer.Town(row["name"], rank, *numbers, row["authority_code"]))
    locality = gazetteer.RANKS.index("locality")
    return {key: [town for town in towns if town.rank < locality] or towns for key, towns in found.items()}
