"""The services register: what helped families of prisoners, where, for whom, and what says so.

From two sources: the guide of 2008, whose facts on the practice sites ``services.toml`` keeps in our own words, and
``services/services.csv``, statements of web pages that somebody ran something at a prison. A service is one kind of
help by one operator at one place; each statement about it is a row of evidence with its date, or none where the page
has none. Nothing is added to what the sources say: an operator, a prison or a date they do not name stays empty.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.base.partial_dates import is_partial_date
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, SourceError
from nearhome.data.places.areas import areas_of, find
from nearhome.data.places.gazetteer import key_of
from nearhome.data.services.kinds import ANY_KIND, KINDS
from nearhome.data.services.records import COLUMNS, EVIDENCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "services/services.csv"
_GRADES = {
    "sourced": "page",
    "sourced (site/date only, full address not retained)": "site",
    "unsourced": "unsourced",
}
_NEEDED = ("operator", "prison_id", "service_type", "start", "end", "as_of", "source", "sourced", "note")
_DATE = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"


def build(sources: Path, out: Path) -> None:
    """Write ``services.csv`` and ``service_evidence.csv``, both by the service's id."""
    maker = _Maker(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")), out)
    rows = read_csv(sources / _FILE)
    missing = sorted(set(_NEEDED) - set(rows[0] if rows else ()))
    if missing:
        msg = f"{_FILE} lacks {', '.join(missing)}; use the file this build was written for."
        raise SourceError(msg)
    maker.add_guide()
    for row in rows:
        maker.add_statement({column: (row[column] or "").strip() for column in _NEEDED})
    services, evidence = maker.finished()
    write_csv(out / "services.csv", COLUMNS, services)
    write_csv(out / "service_evidence.csv", EVIDENCE_COLUMNS, evidence)


class _Maker:
    """The register in the making, and the tables of other steps that it is read against."""

    def __init__(self, book: dict[str, Any], out: Path) -> None:
        self._book = book
        self._prisons = {row["id"]: row for row in _earlier(out, "prisons")}
        self._towns = {(row["key"], row["authority_code"]): row for row in reversed(_earlier(out, "places"))}
        self._areas = areas_of(_earlier(out, "authorities"))
        self._services: dict[str, dict[str, str]] = {}
        self._evidence: list[dict[str, str]] = []

    def add_guide(self) -> None:
        """Take the practice sites of the guide, and what later statements say of them."""
        for entry in self._book["service"]:
            for prison_id in entry.get("prisons", [""]):
                service_id = self._add(entry, prison_id)
                stated = {
                    "statement": self._services[service_id]["name"],
                    "date_from": self._book["guide_from"],
                    "date": self._book["guide_to"],
                    "date_words": f"{self._book['guide_from']} to {self._book['guide_to']}",
                    "source": self._book["guide"],
                    "grade": "guide",
                }
                self._evidence.append({"service_id": service_id, **stated})
                if "later" in entry:
                    later = entry["later"]
                    words = {"date_from": later["date"], "date_words": later["date"], "grade": "page"}
                    self._evidence.append({"service_id": service_id, **words, **later})

    def add_statement(self, row: dict[str, str]) -> None:
        """Take one row of the statements: a service for each kind it names."""
        kinds = self._book["types"].get(row["service_type"])
        if kinds is None or row["sourced"] not in _GRADES:
            what = f"service_type {row['service_type']!r} and sourced {row['sourced']!r}"
            msg = f"{_FILE} has a row of {row['operator']} with {what}; add its words to data/build/services.toml."
            raise SourceError(msg)
        if row["prison_id"]:
            place = {"where": "prison", "reach": "prison"}
        elif row["operator"] in self._book["regional"]:
            place = dict(self._book["regional"][row["operator"]])
        else:
            msg = f"{_FILE} has a row of {row['operator']} without a prison; say where in data/build/services.toml."
            raise SourceError(msg)
        date_from, date = dates(row["as_of"])
        period = [f"from {row['start']}"] if row["start"] else []
        period += [f"to {row['end']}"] if row["end"] else []
        for kind in kinds:
            entry = {
                "operator": row["operator"],
                "kind": kind,
                "valid_from": self._date(row["start"]),
                "valid_to": self._date(row["end"]),
                **place,
            }
            stated = {
                "service_id": self._add(entry, row["prison_id"]),
                "statement": row["service_type"],
                "date_from": date_from,
                "date": date,
                "date_words": row["as_of"] or "undated",
                "period_words": " ".join(period),
                "source": row["source"],
                "grade": _GRADES[row["sourced"]],
                "remark": row["note"],
            }
            self._evidence.append(stated)

    def finished(self) -> tuple[list[list[str]], list[list[str]]]:
        """Give the rows of both tables."""
        unused = sorted(self._book["extra"].keys() - self._services.keys())
        if unused:
            msg = f"No row of {_FILE} makes the service {unused[0]!r} of data/build/services.toml; correct it."
            raise SourceError(msg)
        evidence = sorted(self._evidence, key=lambda row: (row["service_id"], row["date"] or "9", row["statement"]))
        return (
            [[row.get(column, "") for column in COLUMNS] for _, row in sorted(self._services.items())],
            [[row.get(column, "") for column in EVIDENCE_COLUMNS] for row in evidence],
        )

    def _date(self, text: str) -> str:
        """Read a start or an end."""
        found: str = self._book["periods"].get(text, text)
        if found and not is_partial_date(found):
            msg = f"{_FILE} has the start or end {text!r}; say what it means in data/build/services.toml."
            raise SourceError(msg)
        return found

    def _add(self, entry: dict[str, Any], prison_id: str) -> str:
        """Put a service into the register, or what is new of it; give its id."""
        operator = self._book["names"].get(entry["operator"], entry["operator"])
        codes = self._codes(entry)
        where = prison_id or entry.get("town") or " ".join(entry.get("areas", ["unnamed"]))
        kind = entry["kind"]
        short = self._book["shorts"].get(operator, re.sub(r"\(.*", "", operator))
        service_id = "-".join(key_of(part).replace(" ", "-") for part in (short, where, kind.replace("_", " ")))
        extra = self._book["extra"].get(service_id, {})
        prisons = [each for each in (prison_id, *extra.get("also_prisons", ())) if each]
        row = {
            "id": service_id,
            "name": entry.get("name", ""),
            "kind": kind,
            "operator": operator,
            "standing": entry.get("standing", "running"),
            "where": entry["where"],
            "prison_ids": ";".join(prisons),
            "reach": entry["reach"],
            "area_level": entry.get("area_level", ""),
            "area_codes": ";".join(codes),
            "capacity": str(entry.get("capacity", "")),
            "capacity_unit": entry.get("capacity_unit", ""),
            "capacity_date": self._book["guide_to"] if "capacity" in entry else "",
            "valid_from": entry.get("valid_from", ""),
            "valid_to": entry.get("valid_to", ""),
            "note": entry.get("note", ""),
            **self._point(entry, prisons),
            **{column: str(value) for column, value in extra.items() if column != "also_prisons"},
        }
        if kind not in KINDS and kind != ANY_KIND:
            msg = f"data/build/services.toml has the kind {kind!r}, which data/service_kinds.py does not list."
            raise SourceError(msg)
        if not row["name"]:
            place = self._prisons[prison_id]["short_name"].split(" (")[0] if prison_id else where
            row["name"] = f"{KINDS[kind].name}, {place}"
        known = self._services.setdefault(service_id, row)
        for column in ("valid_from", "valid_to"):
            if known[column] and row[column] and known[column] != row[column]:
                msg = f"{service_id} has two {column}: {known[column]} and {row[column]}; correct its sources."
                raise SourceError(msg)
            known[column] = known[column] or row[column]
        return service_id

    def _codes(self, entry: dict[str, Any]) -> list[str]:
        level = entry.get("area_level", "")
        try:
            return [find(name, level, self._areas).code for name in entry.get("areas", ())]
        except InputError as error:
            msg = f"data/build/services.toml: {error}"
            raise SourceError(msg) from error

    def _point(self, entry: dict[str, Any], prisons: list[str]) -> dict[str, str]:
        """Give the point of a prison or the middle of a town, with its precision; none for areas."""
        unknown = [each for each in prisons if each not in self._prisons]
        if unknown:
            msg = f"{_FILE} names the prison {unknown[0]!r}, which is not in the prisons table; correct the row."
            raise SourceError(msg)
        if entry["where"] == "prison" and prisons:
            prison = self._prisons[prisons[0]]
            return {"lat": prison["lat"], "lon": prison["lon"], "precision_m": prison["coordinate_precision_m"]}
        if "town" not in entry:
            return {}
        town = self._towns.get((key_of(entry["town"]), entry["authority"]))
        if town is None:
            msg = f"data/build/services.toml names {entry['town']!r} in {entry['authority']}, which is no such place."
            raise SourceError(msg)
        return {"town": town["name"], "lat": town["lat"], "lon": town["lon"], "precision_m": town["spread_m"]}


def _earlier(out: Path, name: str) -> list[dict[str, str]]:
    """Read a table that an earlier step wrote, or the one that ships if this build did not write it."""
    file = out / tables.file_of(name)
    return read_csv(file if file.is_file() else tables.shipped_folder() / file.name)


def dates(text: str) -> tuple[str, str]:
    """Read when a statement was made: the first and last year, month or day; two empty texts where it has no date.

    A page that is undated, whatever bound or guess stands beside it, has none.
    """
    if not text or text.startswith(("undated", "current", "history page")) or "unsourced" in text:
        return "", ""
    for found in _readings(text.lstrip("~")):
        if all(map(is_partial_date, found)):
            return found
    msg = f"{_FILE} has the date {text!r}; expected one such as 2017, 2017-05, 2017-05-31, 2020/21, or 'undated'."
    raise SourceError(msg)


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """Give what a date can mean, the likeliest first: 2022-09 is a month, 2022-23 two years."""
    if found := re.fullmatch(rf"({_DATE})(?:;.*)?", text):
        yield found[1], found[1]
    if found := re.fullmatch(r"(\d{4})-(\d{4})", text):
        yield found[1], found[2]
    if (found := re.fullmatch(r"(\d{4})[-/](\d{2})", text)) and int(found[2]) == (int(found[1]) + 1) % 100:
        yield found[1], str(int(found[1]) + 1)
