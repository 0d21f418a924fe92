"""The names of places: finding, listing and suggesting towns, villages and hamlets.

The table is sorted by its key and searched as bytes, not parsed: one look-up needs a few of its 58,000 rows.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nearhome.data.base.files import open_text
from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

RANKS = ("city", "town", "locality")
_TOWN_WEIGHT = 10
_LINKS = ("upon", "on", "under", "in")


class Town(NamedTuple):
    """One row of the places table: its modelled size (postcodes within 2 km) and half-width."""

    name: str
    rank: int
    postcodes: int
    lat: float
    lon: float
    spread_m: int
    authority_code: str


def key_of(name: str) -> str:
    """Write a name the way it is looked up: lower case, no accents or punctuation, ``saint`` as ``st``."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("'", "").replace("\u2019", "")).split()
    return " ".join("st" if word == "saint" else word for word in words)


def named(name: str) -> list[Town]:
    """Places of that name, the largest first: also Stratford-upon-Avon and the like for Stratford."""
    key = key_of(name)
    if not key:
        return []
    found = _rows(f"{key},")
    for link in _LINKS:
        found += _rows(f"{key} {link} ")
    unique = {(town.name, town.lat, town.lon): town for town in found}
    return sorted(unique.values(), key=_standing)


def _standing(town: Town) -> tuple[bool, int, float]:
    """Cities first, then by size; a locality counts a tenth, as a suburb borrows its city's size."""
    weight = 1 if RANKS[town.rank] == "locality" else _TOWN_WEIGHT
    return (town.rank > 0, -weight * town.postcodes, town.lat)


def towns(authority_codes: Sequence[str]) -> list[Town]:
    """Cities and towns (not localities) of the named authorities, by name; aliases left out."""
    wanted = set(authority_codes)
    found = []
    for line in _table().decode().splitlines()[1:]:
        fields = line.split(",")
        if fields[-2] in wanted and fields[-1] != "alias" and fields[2] in RANKS[:2]:
            found.append(_row(fields))
    return sorted(found, key=lambda town: (town.name, town.lat))


def suggestions(name: str, *, count: int = 3) -> list[str]:
    """Names of towns spelt much like this one, the nearest first."""
    key = key_of(name)
    names = _town_names()
    alike = [each for each in names if each[:1] == key[:1]]
    near = difflib.get_close_matches(key, alike, n=count, cutoff=0.75)
    near = near or difflib.get_close_matches(key, names, n=count, cutoff=0.8)
    return [names[each] for each in near]


@cache
def _town_names() -> dict[str, str]:
    names = {}
    for line in _table().decode().splitlines()[1:]:
        fields = line.split(",")
        if fields[2] in RANKS[:2]:
            names[fields[0]] = fields[1]
    return names


def _rows(start: str) -> list[Town]:
    """Rows whose key starts so; the table is sorted by key, so they follow each other."""
    table, wanted = _table(), start.encode()
    found = []
    at = table.find(b"\n" + wanted)
    while at >= 0 and table.startswith(wanted, at + 1):
        end = table.find(b"\n", at + 1)
        found.append(_row(table[at + 1 : end].decode().split(",")))
        at = end
    return found


def _row(fields: list[str]) -> Town:
    try:
        _, name, rank, size, lat, lon, spread_m, authority_code, _ = fields
        return Town(name, RANKS.index(rank), int(size), float(lat), float(lon), int(spread_m), authority_code)
    except ValueError as error:
        msg = f"The table of places has a damaged row ({','.join(fields)[:80]!r}); install nearhome again."
        raise TableError(msg) from error


@cache
def _table() -> bytes:
    """Read the table as text: it is searched, not parsed."""
    path = tables.path("places")
    try:
        with open_text(path) as file:
            table = file.read().encode()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        msg = f"{path.name} cannot be read ({error}); install nearhome again."
        raise TableError(msg) from error
    if not table.startswith(b"key,name,rank,") or not table.endswith(b"\n") or b'"' in table:
        msg = f"{path.name} is damaged; install nearhome again."
        raise TableError(msg)
    tables.check_rows("places", table.count(b"\n") - 1)
    return table


def forget() -> None:
    """Read the table anew at the next look-up: after an import or a build has replaced it."""
    _table.cache_clear()
    _town_names.cache_clear()
