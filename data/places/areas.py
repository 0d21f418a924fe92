"""Areas by ONS code or name, and the local authorities each is made of: the one finder of areas.

Local authorities are those of April 2023, counties those they belonged to then, police forces those of England and
Wales. An area whose border is a local authority's own has one code for both.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, UnknownAreaError
from nearhome.data.places.area_names import KINGDOM, OTHER_NAMES
from nearhome.data.places.gazetteer import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
"""Levels of areas, the widest first; the whole kingdom is above them all."""

LEVEL_WORDS = {
    "kingdom": "the whole kingdom",
    "nation": "a nation",
    "region": "a region",
    "police": "a police force",
    "county": "a county",
    "authority": "a local authority",
}
"""Levels as people say them."""

NATIONS = {
    "England": "E92000001",
    "Northern Ireland": "N92000002",
    "Scotland": "S92000003",
    "Wales": "W92000004",
}
"""ONS codes of the nations."""

_ORDER = ("kingdom", *LEVELS)
_IN_BRACKETS = {
    "nation": "nation",
    "country": "nation",
    "region": "region",
    "police": "police",
    "police force": "police",
    "police area": "police",
    "force": "police",
    "county": "county",
    "authority": "authority",
    "local authority": "authority",
    "council": "authority",
    "district": "authority",
}
"""Words in brackets after a name, and the level each means."""

_ENDINGS = {"police": "police", "constabulary": "police", "county": "county", "county council": "county"}
"""Last words of a name that is not found with them, and the level each means."""

_TITLES = re.compile(
    r"\b(?:(?:royal|london|metropolitan|county) borough|city|county|borough|district|region|council)"
    r"(?: and (?:county|district|borough))?(?: council)?(?: of\b)?|\bthe\b|^co\b|\bboroughs?\b|\bcouncil\b"
)
_BRACKETS = re.compile(r"(.+?)\s*\(([^()]*)\)")
_SHOWN = 3
_CUTOFF = 0.7
_HOW = "give the name or the ONS code of a local authority, county, police force, region or nation"


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a level (or ``kingdom``) and the codes of its local authorities."""

    code: str
    name: str
    level: str
    authorities: frozenset[str]


def areas() -> dict[tuple[str, str], Area]:
    """Every area by level and code; the kingdom is none of them."""
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


def kingdom() -> Area:
    """Give the United Kingdom."""
    return _kingdom_of(areas())


def _kingdom_of(known: Mapping[tuple[str, str], Area]) -> Area:
    every = frozenset(code for level, code in known if level == "authority")
    return Area(KINGDOM, "United Kingdom", "kingdom", every)


def fits(text: str, level: str = "", among: Mapping[tuple[str, str], Area] | None = None) -> list[Area]:
    """Give every area that a code or name can mean, the widest level first; parameters as for ``find``."""
    words = _words() if among is None else _AreaWords(among)
    bracketed = _BRACKETS.fullmatch(text.strip())
    if bracketed and (meant := _IN_BRACKETS.get(key_of(bracketed[2]))):
        codes = {each.code for each in words.fits(bracketed[1], meant)}
        return [each for each in words.coded(codes) if each.level == (level or meant)]
    found = words.written(text, level)
    whole = key_of(text)
    for ending, meant in _ENDINGS.items():
        if whole.endswith(f" {ending}") and level in {"", meant}:
            found = found or words.fits(whole.removesuffix(ending), meant)
    return found or words.bare(text, level)


def find(text: str, level: str = "", among: Mapping[tuple[str, str], Area] | None = None) -> Area:
    """Give the area that a code or name means: the one finder of command, pages, scenarios and imported files.

    Case, accents, punctuation, ``&``, ``St``, ``upon`` and titles such as *City of* or *county council* do not matter;
    ``area_names`` has Welsh, short, former and popular names. A level in brackets after the name chooses among areas of
    one name: ``Kent (county)``, ``Kent (police)``.

    Parameters
    ----------
    text
        An ONS code, or a name; ``all`` is the United Kingdom.
    level
        One of ``LEVELS``; any if empty. A code or name of several levels with the same border needs none: the widest
        level is given.
    among
        The areas to choose from; those of the shipped authorities if left out.

    Raises
    ------
    UnknownAreaError
        If none fits, or several with different borders.

    Examples
    --------
    >>> find("St Helens").code
    'E08000013'
    >>> find("brighton & hove").code
    'E06000043'
    >>> find("Ynys Mon").name
    'Isle of Anglesey'
    >>> len(find("Kent (county)").authorities), len(find("Kent (police)").authorities)
    (12, 13)
    """
    found = fits(text, level, among)
    wrong = _wrong(text, level, found, among)
    if wrong:
        raise UnknownAreaError(sentence_of(text, wrong))
    return found[0]


def wrong_with(text: str, level: str = "", *, near: bool = True) -> str:
    """Say what is wrong with the name of an area, as it goes on after the name; nothing if ``find`` finds it.

    Parameters
    ----------
    text, level
        As for ``find``.
    near
        Whether to look for names spelt alike, which takes a while.
    """
    return _wrong(text, level, fits(text, level), None, near=near)


def authority_named(text: str) -> Authority:
    """Give the local authority that a code or name means, as ``find`` reads it.

    Raises
    ------
    UnknownAreaError
        There is none; the message names some that are spelt alike, or that a wider area has.
    """
    return authority(find(text, "authority").code)


def _wrong(
    text: str, level: str, found: list[Area], among: Mapping[tuple[str, str], Area] | None, *, near: bool = True
) -> str:
    if not found:
        if not key_of(text):
            return f"is no name of an area; {_HOW}"
        wider = fits(text, "", among) if level else []
        if wider:
            return _of_another_level(wider, level)
        alike = (_words() if among is None else _AreaWords(among)).near(text) if near else []
        return f"is no area we know; {f'did you mean {_either(alike)}?' if alike else _HOW}"
    if len({each.authorities for each in found}) == 1:
        return ""
    different = {each.authorities: each for each in sorted(found, key=lambda each: each.level == "county")}
    chosen = sorted(different.values(), key=lambda each: (_ORDER.index(each.level), each.code), reverse=True)
    kinds = _listing([LEVEL_WORDS[each.level] for each in chosen], "and")
    written = _listing([f"{each.name} ({each.level})" for each in chosen], "or")
    codes = _listing([each.code for each in chosen], "or")
    return f"names {kinds} with different borders; write {written}, or the ONS code, {codes}"


def _of_another_level(found: list[Area], level: str) -> str:
    """Say that a name is of other levels than the one that is needed, and which to give."""
    what = _listing(list(dict.fromkeys(LEVEL_WORDS[each.level] for each in found)), "and")
    inside = sorted(
        each.name
        for (kind, _), each in areas().items()
        if kind == level and any(each.authorities <= other.authorities for other in found)
    )
    inside = [each for each in inside if "," not in each] or inside
    if not inside:
        return f"is {what}, not {LEVEL_WORDS[level]}; give the name or the ONS code of {LEVEL_WORDS[level]}"
    names = _listing([*inside[:_SHOWN], *(["another of its"] if len(inside) > _SHOWN else [])], "or")
    return f"is {what}, not {LEVEL_WORDS[level]}; give {names}"


def sentence_of(text: str, wrong: str) -> str:
    """Write what is wrong with a name as a sentence that begins with it."""
    return f"{text.strip()!r} {wrong}{'' if wrong.endswith('?') else '.'}"


def _listing(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _either(words: list[str]) -> str:
    return _listing(words, "or")


class _AreaWords:
    """Areas by their codes and names, as they are looked up: first as they are written, then without titles."""

    def __init__(self, known: Mapping[tuple[str, str], Area]) -> None:
        self._written: dict[str, list[Area]] = {}
        self._bare: dict[str, list[Area]] = {}
        self._shown: dict[str, str] = {}
        for each in (*known.values(), _kingdom_of(known)):
            for word in (each.name, *OTHER_NAMES.get(each.code, ())):
                self._written.setdefault(_key(word), []).append(each)
                self._shown.setdefault(_key(word), each.name)
                bare = self._bare.setdefault(_bare(word), [])
                if each not in bare:
                    bare.append(each)
            self._written.setdefault(_key(each.code), []).append(each)

    def fits(self, text: str, level: str) -> list[Area]:
        """Give the areas of a level, or of any, the widest first."""
        return self.written(text, level) or self.bare(text, level)

    def coded(self, codes: set[str]) -> list[Area]:
        """Give those that have one of some codes."""
        return [each for code in sorted(codes) for each in self._written[_key(code)]]

    def written(self, text: str, level: str) -> list[Area]:
        """Give those that are called so with all its words."""
        return _of_level(self._written.get(_key(text), []), level)

    def bare(self, text: str, level: str) -> list[Area]:
        """Give those that are called so without titles."""
        return _of_level(self._bare.get(_bare(text), []) if _bare(text) else [], level)

    def near(self, text: str) -> list[str]:
        """Give names that have the words of a text in them, or else are spelt alike."""
        key = _key(text)
        having = sorted(each for each in self._shown if f" {key} " in f" {each} ") if len(key) >= _SHOWN else []
        alike = having or difflib.get_close_matches(key, self._shown, n=_SHOWN, cutoff=_CUTOFF)
        return list(dict.fromkeys(self._shown[each] for each in alike))[:_SHOWN]


def _of_level(found: list[Area], level: str) -> list[Area]:
    chosen = [each for each in found if level in {"", each.level}]
    return sorted(chosen, key=lambda each: _ORDER.index(each.level))


@cache
def _words() -> _AreaWords:
    return _AreaWords(areas())


def _key(name: str) -> str:
    """Write a name the way it is looked up: as ``key_of`` does, with ``on`` for ``upon``."""
    return re.sub(r"\bupon\b", "on", key_of(name))


def _bare(name: str) -> str:
    """Write a name without its titles, such as *City of*, *Royal Borough of* and *council*."""
    return " ".join(_TITLES.sub(" ", _key(name)).split())


def authorities_within(codes: Iterable[str], level: str) -> frozenset[str]:
    """Give the codes of the local authorities that areas of a level are made of; an unknown code raises InputError."""
    found: set[str] = set()
    for code in codes:
        if (level, code) not in areas():
            msg = f"There is no {level or 'area'} with the code {code!r}; use an ONS code such as E06000052."
            raise InputError(msg)
        found |= areas()[level, code].authorities
    return frozenset(found)
