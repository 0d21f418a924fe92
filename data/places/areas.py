"""Areas by ONS code or name, and the local authorities each is made of: for reaches drawn as areas.

Local authorities are those of April 2023, counties those they belonged to then, police forces those of England and
Wales. An area whose border is a local authority's own has one code for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.places.gazetteer import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def authority_named(name: str) -> Authority:
    """Return a local authority by its ONS code or its name in any case.

    Raises
    ------
    InputError
        There is none, with the names that begin alike.
    """
    wanted = name.strip().casefold()
    every = authorities().values()
    for each in every:
        if wanted in {each.code.casefold(), each.name.casefold()}:
            return each
    alike = [each.name for each in every if wanted and wanted in each.name.casefold()][:5]
    hint = f"; perhaps {', '.join(alike)}" if alike else ", such as Cornwall or E06000052"
    msg = f"No local authority is called {name!r}: give a name or an ONS code{hint}."
    raise InputError(msg)


@dataclass(frozen=True, slots=True)
class Authority:
    """One local authority; ``under_18`` and the household counts are None where they are not published."""

    code: str
    name: str
    nation: str
    region: str
    police: str
    county_code: str
    county: str
    lat: float
    lon: float
    population: int
    under_18: int | None
    households: int | None
    households_no_car: int | None


@cache
def authorities() -> dict[str, Authority]:
    """Every local authority of the United Kingdom by its ONS code, read without pandas."""
    return {found.code: found for found in tables.read_rows("authorities", _authority)}


def _authority(row: dict[str, str]) -> Authority:
    return Authority(
        code=row["code"],
        name=row["name"],
        nation=row["nation"],
        region=row["region"],
        police=row["police"],
        county_code=row["county_code"],
        county=row["county"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        under_18=_number(row["under_18"]),
        households=_number(row["households"]),
        households_no_car=_number(row["households_no_car"]),
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def authority(code: str) -> Authority:
    """Give one local authority; an unknown code raises InputError."""
    found = authorities().get(code)
    if found is None:
        msg = f"There is no local authority {code!r}; use an ONS code such as E06000052 (Cornwall)."
        raise InputError(msg)
    return found


LEVELS = ("nation", "region", "police", "county", "authority")

NATIONS = {
    "England": "E92000001",
    "Northern Ireland": "N92000002",
    "Scotland": "S92000003",
    "Wales": "W92000004",
}
"""ONS codes of the nations."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a level and the codes of its local authorities."""

    code: str
    name: str
    level: str
    authorities: frozenset[str]


def areas() -> dict[tuple[str, str], Area]:
    """Every area by level and code."""
    return _areas()


@cache
def _areas() -> dict[tuple[str, str], Area]:
    return areas_of(tables.read_rows("authorities", dict))


def areas_of(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], Area]:
    """Gather the areas from rows of the authorities table."""
    names: dict[tuple[str, str], str] = {}
    members: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for level, code, name in (
            ("nation", NATIONS[row["nation"]], row["nation"]),
            ("region", row["region_code"], row["region"]),
            ("police", row["police_code"], row["police"]),
            ("county", row["county_code"], row["county"]),
            ("authority", row["code"], row["name"]),
        ):
            if code:
                names[level, code] = name
                members.setdefault((level, code), set()).add(row["code"])
    return {key: Area(key[1], name, key[0], frozenset(members[key])) for key, name in names.items()}


def fits(text: str, level: str = "", among: Mapping[tuple[str, str], Area] | None = None) -> list[Area]:
    """Give every area that a code or name can mean, the widest level first; parameters as for ``find``."""
    words = _words() if among is None else _words_of(among)
    found = [each for each in words.get(key_of(text), ()) if not level or each.level == level]
    return sorted(found, key=lambda each: LEVELS.index(each.level))


def find(text: str, level: str = "", among: Mapping[tuple[str, str], Area] | None = None) -> Area:
    """Give the area that a code or name means.

    Parameters
    ----------
    text
        An ONS code, or a name in any case.
    level
        One of ``LEVELS``; any if empty. A code or name of several levels with the same border needs none: the widest
        level is given.
    among
        The areas to choose from; those of the shipped authorities if left out.

    Raises
    ------
    InputError
        If none fits, or several with different borders.
    """
    found = fits(text, level, among)
    if not found:
        what = f"No {level or 'area'} has the code or name {text.strip()!r}"
        msg = f"{what}; use an ONS code such as E06000052, or the name of a local authority, county, region or nation."
        raise InputError(msg)
    if len({each.authorities for each in found}) > 1:
        msg = f"{text.strip()!r} names {len(found)} areas: {listed(found)}; give the level or the code."
        raise InputError(msg)
    return found[0]


def listed(found: Iterable[Area]) -> str:
    """Write areas with their levels and codes, for a person to choose from."""
    return ", ".join(f"{each.name} ({each.level}, {each.code})" for each in found)


@cache
def _words() -> dict[str, list[Area]]:
    return _words_of(areas())


def _words_of(known: Mapping[tuple[str, str], Area]) -> dict[str, list[Area]]:
    """Gather the areas by their codes and names, as they are looked up."""
    found: dict[str, list[Area]] = {}
    for each in known.values():
        for word in (each.code, each.name):
            found.setdefault(key_of(word), []).append(each)
    return found


def authorities_within(codes: Iterable[str], level: str) -> frozenset[str]:
    """Give the codes of the local authorities that areas of a level are made of; an unknown code raises InputError."""
    found: set[str] = set()
    for code in codes:
        if (level, code) not in areas():
            msg = f"There is no {level or 'area'} with the code {code!r}; use an ONS code such as E06000052."
            raise InputError(msg)
        found |= areas()[level, code].authorities
    return frozenset(found)
