"""The services that help families of prisoners, by day: what they are, where, for whom, and what says so.

The register is a record of dated statements, not a directory: a service that is not in it may well exist. Which of
its rows count on a day is decided by ``nearhome.data.service_status``. The user's own register
(``nearhome.data.own_services``) is added to the one that ships.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from nearhome.data import catalogue, prisons
from nearhome.data.area_codes import authorities_within
from nearhome.data.errors import InputError, TableError
from nearhome.data.gazetteer import key_of
from nearhome.data.service_kinds import ANY_KIND, KINDS

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

OWN_PREFIX = "own:"
"""Ids of the user's own register begin so."""

_SHOWN = 3


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

    ``kind``, ``standing``, ``where`` and ``reach`` are words of ``nearhome.data.service_kinds``. The point is EPSG:4326
    and None for areas and for prisons that are not named; ``precision_m`` says how far off it may be. Several prisons
    stand for one place where one became the other. ``minutes`` (one way, by ``mode``) and ``miles`` (as the crow flies)
    bound a reach of that sort. ``valid_from`` and ``valid_to`` are years, months or days, both included; empty if
    unknown. ``capacity`` counts ``capacity_unit``, where a source has a number, in the year ``capacity_date``.
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
        return tuple(each for each in self.prison_ids if prisons.by_id(each).is_open(as_of))


def register() -> tuple[Service, ...]:
    """Every service and stated gap, in force or not, by id; the user's own after those that ship."""
    return _shipped() + own()


def own() -> tuple[Service, ...]:
    """Give the user's own services; none if no register is installed."""
    file = own_file()
    if not file.is_file():
        return ()
    facts = file.stat()
    return _own(file, facts.st_mtime_ns, facts.st_size)


def own_file() -> Path:
    """Where the user's own register is kept."""
    return catalogue.user_folder() / "services" / "services.csv"


def versions() -> dict[str, str]:
    """Versions of the tables that the register was read from."""
    found = catalogue.versions("services", "service_evidence")
    file = own_file()
    return found | ({"own_services": f"user+{catalogue.checksum(file)[:8]}"} if file.is_file() else {})


def services(as_of: date | None = None, kind: str | None = None) -> tuple[Service, ...]:
    """Give the services in force on a day, by id; with no day, all of the register but stated gaps.

    Raises
    ------
    InputError
        If the kind is not one of ``service_kinds.KINDS``.
    """
    from nearhome.data.service_status import status  # noqa: PLC0415 -- it reads the records defined here

    if kind is not None:
        check_kind(kind)
    return tuple(
        each
        for each in register()
        if each.kind != ANY_KIND
        and (kind is None or each.kind == kind)
        and (as_of is None or status(each, as_of).in_force)
    )


def check_kind(kind: str) -> None:
    """Raise InputError if there is no such kind of service; the message names the one spelt most like it."""
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the kinds are {', '.join(KINDS)}."
        msg = f"There is no kind of service {kind!r}; {hint}"
        raise InputError(msg)


def gaps() -> tuple[Service, ...]:
    """Give the areas of which a source says that they have no service, whenever that was."""
    return tuple(each for each in register() if each.kind == ANY_KIND)


def find(text: str) -> tuple[Service, ...]:
    """Give the services that a text means, in force or not: one by its id, else all with words that begin like its own.

    Looked through are the name, the operator, the town and the names of the prisons.

    Raises
    ------
    InputError
        If none fits; the message names some that are spelt alike.
    """
    wanted = key_of(text).split()
    found = tuple(each for each in register() if each.id == text.strip()) if wanted else ()
    found = found or tuple(each for each in register() if wanted and all(f" {word}" in _words(each) for word in wanted))
    if not found:
        names = {key_of(each): each for service in register() for each in (service.name, service.operator)}
        near = difflib.get_close_matches(key_of(text), names, n=_SHOWN)
        hint = f"did you mean {' or '.join(names[each] for each in near)}?" if near else "nearhome services lists them."
        msg = f"No service fits {text.strip()!r}; {hint}"
        raise InputError(msg)
    return found


def _words(service: Service) -> str:
    places = [prisons.by_id(each).name for each in service.prison_ids]
    return f" {key_of(' '.join([service.name, service.operator, service.town, *places]))}"


@cache
def _shipped() -> tuple[Service, ...]:
    evidence: dict[str, list[Evidence]] = {}
    for service_id, statement in catalogue.read_rows("service_evidence", _statement):
        evidence.setdefault(service_id, []).append(statement)
    return tuple(catalogue.read_rows("services", lambda row: service_of(row, tuple(evidence[row["id"]]))))


@lru_cache(maxsize=1)
def _own(file: Path, changed_ns: int, size_bytes: int) -> tuple[Service, ...]:  # noqa: ARG001 -- a changed file is read anew
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            return tuple(own_service(row) for row in csv.DictReader(stream))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        msg = f"Your register of services is damaged ({error!r}); import it again."
        raise TableError(msg) from error


def own_service(row: dict[str, str]) -> Service:
    """Read a row of the user's own register, with its one statement in it; ValueError or KeyError if it is none."""
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
    """Read a row of the table of services; ValueError or KeyError if it is none."""
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
        mode=row["mode"],
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
