"""A service for families, what is said of it and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.data.places.areas import authorities_within
from nearhome.data.prisons import register
from nearhome.data.services.kinds import FORMER_MODES

if TYPE_CHECKING:
    from datetime import date


OWN_PREFIX = "own:"
"""Ids of the user's own register begin so."""

COLUMNS = (
    "id",
    "name",
    "kind",
    "operator",
    "standing",
    "where",
    "prison_ids",
    "town",
    "lat",
    "lon",
    "precision_m",
    "reach",
    "area_level",
    "area_codes",
    "minutes",
    "mode",
    "miles",
    "capacity",
    "capacity_unit",
    "capacity_date",
    "valid_from",
    "valid_to",
    "note",
)
EVIDENCE_COLUMNS = (
    "service_id",
    "statement",
    "date_from",
    "date",
    "date_words",
    "period_words",
    "source",
    "grade",
    "remark",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement about a service.

    ``date_from`` and ``date`` are the first and last year, month or day it speaks of, empty where it has no date;
    ``date_words`` is what its source says of that. ``grade`` is one of ``service_kinds.GRADES``.
    """

    statement: str
    date_from: str
    date: str
    date_words: str
    period_words: str
    source: str
    grade: str
    remark: str


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of help by one operator at one place.

    ``kind``, ``standing``, ``where`` and ``reach`` are words of ``nearhome.data.services.kinds``. The point is
    EPSG:4326 and None for areas and for prisons that are not named; ``precision_m`` says how far off it may be.
    Several prisons stand for one place where one became the other. ``minutes`` (one way, by ``mode``) and ``miles``
    (as the crow flies) bound a reach of that sort. ``valid_from`` and ``valid_to`` are years, months or days, both
    included; empty if unknown. ``capacity`` counts ``capacity_unit``, where a source has a number, in the year
    ``capacity_date``.
    """

    id: str
    name: str
    kind: str
    operator: str
    standing: str
    where: str
    prison_ids: tuple[str, ...]
    town: str
    lat: float | None
    lon: float | None
    precision_m: int | None
    reach: str
    area_level: str
    area_codes: tuple[str, ...]
    minutes: float | None
    mode: str
    miles: float | None
    capacity: int | None
    capacity_unit: str
    capacity_date: str
    valid_from: str
    valid_to: str
    note: str
    evidence: tuple[Evidence, ...]

    @property
    def is_own(self) -> bool:
        """Whether it is of the user's own register."""
        return self.id.startswith(OWN_PREFIX)

    @property
    def authority_codes(self) -> frozenset[str]:
        """ONS codes of the local authorities that its areas are made of; none if it has no areas."""
        return authorities_within(self.area_codes, self.area_level)

    def prisons_on(self, as_of: date) -> tuple[str, ...]:
        """Give the ids of its prisons that are open on the day."""
        return tuple(each for each in self.prison_ids if register.by_id(each).is_open(as_of))


def own_service(row: dict[str, str]) -> Service:
    """Read a row of the user's own register, with its one statement in it; ValueError if a number is none."""
    return service_of(row, (_statement(row)[1],))


def _statement(row: dict[str, str]) -> tuple[str, Evidence]:
    return row["service_id"], Evidence(
        statement=row["statement"],
        date_from=row["date_from"],
        date=row["date"],
        date_words=row["date_words"],
        period_words=row["period_words"],
        source=row["source"],
        grade=row["grade"],
        remark=row["remark"],
    )


def service_of(row: dict[str, str], evidence: tuple[Evidence, ...]) -> Service:
    """Read a row of the table of services; ValueError if a number is none."""
    return Service(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        operator=row["operator"],
        standing=row["standing"],
        where=row["where"],
        prison_ids=_list(row["prison_ids"]),
        town=row["town"],
        lat=_real(row["lat"]),
        lon=_real(row["lon"]),
        precision_m=_whole(row["precision_m"]),
        reach=row["reach"],
        area_level=row["area_level"],
        area_codes=_list(row["area_codes"]),
        minutes=_real(row["minutes"]),
        mode=FORMER_MODES.get(row["mode"], row["mode"]),
        miles=_real(row["miles"]),
        capacity=_whole(row["capacity"]),
        capacity_unit=row["capacity_unit"],
        capacity_date=row["capacity_date"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        note=row["note"],
        evidence=evidence,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _real(text: str) -> float | None:
    return float(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None
