"""Where families of people in prison live: children affected and people held, by part of a postcode sector.

The places of need that every measure of coverage counts. Children are the modelled estimate of ``need`` for each
authority, or a count of one's own, shared within the authority as ``homes.Sectors`` weights it, in whole parts of a
child (``exact.PERSON``); they sum to it exactly, and so does everything that is added up of them.
A part is what lies of one sector in one authority; the middle of the sector stands for its people.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import children as population_children
from nearhome.analysis.population import estate, homes
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.places import postcodes
from nearhome.data.prisons import published_figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints


LEVELS = ("sector", "authority", "police", "region", "nation")
TABLES = population_children.TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Areas of a level: their codes and names, and the row of the area that each part belongs to."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    row: Ints

    def sums(self, figures: Floats) -> Floats:
        """Add a figure of the parts up by area."""
        return np.bincount(self.row, weights=figures, minlength=len(self.codes)).astype(float)

    def shares(self, part: Floats | NDArray[np.bool_], weight: Floats) -> Floats:
        """Average a figure of the parts by area; NaN where an area has no weight."""
        whole = self.sums(weight)
        found: Floats = np.divide(self.sums(part * weight), whole, out=np.full(len(whole), np.nan), where=whole > 0)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """Families by part; all columns have one entry a part.

    Attributes
    ----------
    codes
        Every authority of the United Kingdom by its ONS code; ``authority`` has rows of it.
    children_low, children_high, held_by_authority
        One for each of ``codes``: the middle eight tenths of the estimate of children, and the people held.
    sector
        Rows of the postcode sectors in the order of ``postcodes.areas("sector")``.
    children, held
        Children with a parent in prison in a year, and people held on a day: modelled.
    deprivation
        From 0 to 1, the most deprived, within the part's nation.
    """

    as_of: date
    codes: tuple[str, ...]
    children_low: Floats
    children_high: Floats
    held_by_authority: Floats
    authority: Ints
    sector: Ints
    children: Floats
    held: Floats
    deprivation: Floats
    lat: Floats
    lon: Floats
    counted: frozenset[str]
    """Authorities whose children are a count of one's own."""

    @property
    def nation(self) -> NDArray[np.str_]:
        """The nation of each part."""
        known = area_finder.authorities()
        return np.array([known[code].nation for code in self.codes])[self.authority]

    @property
    def region(self) -> NDArray[np.str_]:
        """The region of each part, or its nation where that has no regions."""
        known = area_finder.authorities()
        return np.array([known[code].region or known[code].nation for code in self.codes])[self.authority]

    def by(self, level: str) -> Group:
        """Group the parts into areas; police forces outside England and Wales are the nation's one.

        Raises
        ------
        InputError
            If the level is none of LEVELS.
        """
        if level not in LEVELS:
            msg = f"Coverage is worked out by {', '.join(LEVELS)}, not by {level!r}; use one of these."
            raise InputError(msg)
        if level == "sector":
            names = tuple(postcodes.areas("sector"))
            used, row = np.unique(self.sector, return_inverse=True)
            chosen = tuple(names[number] for number in used)
            return Group(chosen, chosen, row.astype(np.int64))
        owner = {code: each for each in _areas_of(level) for code in each.authorities}
        found = sorted({each.code: each for each in owner.values()}.values(), key=lambda each: each.code)
        place = {each.code: number for number, each in enumerate(found)}
        row = np.array([place[owner[code].code] for code in self.codes])[self.authority]
        return Group(tuple(each.code for each in found), tuple(each.name for each in found), row.astype(np.int64))


def _areas_of(level: str) -> list[area_finder.Area]:
    """Give areas that cover the kingdom: those of a level, and nations where it has none."""
    found = [each for (kind, _), each in area_finder.areas().items() if kind == level]
    inside = {code for each in found for code in each.authorities}
    nations = [each for (kind, _), each in area_finder.areas().items() if kind == "nation"]
    return found + [each for each in nations if not each.authorities & inside]


def families(as_of: date, own: Mapping[str, int] | None = None) -> Families:
    """Give the families of a day.

    Parameters
    ----------
    as_of
        The day; estimates are those nearest to it.
    own
        Counts of children by authority code that replace the estimate where they are given.

    Raises
    ------
    InputError
        If a count is of no authority.
    """
    return _families(as_of, tuple(sorted((own or {}).items())))


@cache
def _families(as_of: date, own: tuple[tuple[str, int], ...]) -> Families:
    table = population_children.children(as_of, own=dict(own)).set_index("code")
    ratio = published_figures.figure("deprivation", "ratio", as_of).value
    codes = tuple(table.index)
    row_of = {code: number for number, code in enumerate(codes)}
    sectors = {name: number for number, name in enumerate(postcodes.areas("sector"))}
    columns: list[list[Floats]] = []
    for nation in estate.NATIONS:
        where = homes.sectors(nation)
        owner = np.array([row_of[code] for code in where.codes])
        weight = where.families(ratio)
        children, held = (
            where.share_out(weight, table[name].to_numpy(float)[owner]) for name in ("children", "people")
        )
        sector = np.array([sectors[name] for name in where.names])
        columns.append([owner[where.authority], sector, children, held, where.deprivation, where.lat, where.lon])
    authority, sector, children, held, deprivation, lat, lon = (
        np.concatenate(each) for each in zip(*columns, strict=True)
    )
    return Families(
        as_of=as_of,
        codes=codes,
        children_low=table["children_low"].to_numpy(float),
        children_high=table["children_high"].to_numpy(float),
        held_by_authority=table["people"].to_numpy(float),
        authority=authority.astype(np.int64),
        sector=sector.astype(np.int64),
        children=children,
        held=held,
        deprivation=deprivation,
        lat=lat,
        lon=lon,
        counted=frozenset(code for code, _ in own),
    )
