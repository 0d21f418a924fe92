"""The areas that people and services belong to: local authorities, counties, regions, nations, police forces.

The boundaries are generalised to about 500 m, too coarse to say on which side of a border a home lies, so the
authority of a point is that of the nearest postcode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base.coordinates import to_metres
from nearhome.data.catalogue import frames
from nearhome.data.errors import InputError
from nearhome.data.places import gazetteer, kingdom, postcodes
from nearhome.data.places.areas import authority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEVELS = ("authority", "county", "police", "region", "nation")
_TABLES = {"nation": "boundaries_country"}

FIGURES = ("population", "under_18", "households", "households_no_car")


@dataclass(frozen=True, slots=True)
class WeightedTown:
    """A town standing for ``share`` of a population; ``people`` is modelled."""

    name: str
    lat: float
    lon: float
    easting: float
    northing: float
    authority_code: str
    postcodes: int
    people: float
    share: float


def authority_at(lat: float, lon: float) -> str | None:
    """Give the ONS code of the local authority at a point (EPSG:4326), or None outside the United Kingdom.

    Whether it is inside is what ``nearhome.data.places.kingdom`` says; which authority, the nearest postcode with a
    point, or in Northern Ireland the nearest sector.
    """
    if not kingdom.is_on_land(lat, lon):
        return None
    easting, northing = (float(value) for value in to_metres(lat, lon))
    code, distance_m = _nearest_britain(easting, northing)
    northern, northern_m = _nearest_northern(easting, northing)
    return northern if northern_m < distance_m else code


@cache
def _britain() -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]]:
    """Points and authority numbers of every postcode that has both."""
    table = postcodes.shipped()
    easting, northing = table.all_points()
    numbers = np.ascontiguousarray(table.records["authority"])
    known = (easting >= 0) & (numbers != postcodes.NO_AUTHORITY)
    return easting[known], northing[known], numbers[known]


def _nearest_britain(easting: float, northing: float) -> tuple[str, float]:
    eastings, northings, numbers = _britain()
    row, distance_m = _nearest(eastings, northings, easting, northing)
    return postcodes.shipped().authority_codes[int(numbers[row])], distance_m


@cache
def _northern() -> tuple[NDArray[np.int32], NDArray[np.int32], tuple[str, ...]]:
    sectors = [
        area for name, area in postcodes.areas("sector").items() if name.startswith("BT") and area.authority_code
    ]
    return (
        np.array([area.easting for area in sectors], dtype=np.int32),
        np.array([area.northing for area in sectors], dtype=np.int32),
        tuple(area.authority_code or "" for area in sectors),
    )


def _nearest_northern(easting: float, northing: float) -> tuple[str, float]:
    eastings, northings, codes = _northern()
    row, distance_m = _nearest(eastings, northings, easting, northing)
    return codes[row], distance_m


def _nearest(
    eastings: NDArray[np.int32], northings: NDArray[np.int32], easting: float, northing: float
) -> tuple[int, float]:
    squared = (eastings - easting) ** 2 + (northings - northing) ** 2
    row = int(np.argmin(squared))
    return row, float(np.sqrt(squared[row]))


def boundaries(level: str) -> Any:
    """Give the areas of a level as a GeoDataFrame (EPSG:4326): code, name, people and geometry.

    ``population``, ``under_18``, ``households`` and ``households_no_car`` are sums over the local
    authorities and missing where one of them is not published. ``level`` is one of ``LEVELS``; police-force
    areas are those of England and Wales. Counties are those of 2021: where councils have merged since,
    their people are missing.
    """
    import pandas as pd

    if level not in LEVELS:
        msg = f"There are no boundaries of {level!r}; the levels are {', '.join(LEVELS)}."
        raise InputError(msg)
    shapes = frames.load(_TABLES.get(level, f"boundaries_{level}"))
    people = frames.load("authorities")
    column = {"authority": "code", "county": "county_code", "police": "police_code", "region": "region_code"}
    if level == "nation":
        people = people.assign(nation_code=people["nation"].map(dict(zip(shapes["name"], shapes["code"], strict=True))))
    key = column.get(level, "nation_code")
    groups = people.groupby(key)[list(FIGURES)]
    sums = groups.sum().where(groups.count().eq(groups.size(), axis=0), pd.NA)
    joined = shapes.merge(sums, left_on="code", right_index=True, how="left")
    return joined[["code", "name", *FIGURES, "geometry"]]


def towns_of(authority_code: str, *, minimum_postcodes: int = 1) -> tuple[WeightedTown, ...]:
    """Give the towns of a local authority with the people they stand for, the largest first.

    Modelled: every postcode of the authority goes to the nearest of its towns, and the authority's
    population is shared among the towns by their postcodes. Towns left with fewer than
    ``minimum_postcodes`` are dropped first, and their postcodes go to the next nearest. Great Britain only:
    Northern Ireland's postcodes are not shipped, so there its sectors, counted by their postcodes, take the
    place of postcodes.
    """
    from scipy.spatial import KDTree

    whole = authority(authority_code)
    towns = gazetteer.towns([authority_code])
    points, weights = _homes(authority_code)
    if not towns or not len(points):
        msg = f"No town of {whole.name} is known; use its centre instead."
        raise InputError(msg)
    at = np.column_stack(to_metres([town.lat for town in towns], [town.lon for town in towns]))
    kept = np.arange(len(towns))
    while True:
        owner = KDTree(at[kept]).query(points)[1]
        counts = np.bincount(owner, weights=weights, minlength=len(kept))
        enough = counts >= minimum_postcodes
        if enough.all() or len(kept) == 1:
            break
        kept = kept[enough] if enough.any() else kept[[int(counts.argmax())]]
    shares = counts / counts.sum()
    found = [
        WeightedTown(
            name=towns[row].name,
            lat=towns[row].lat,
            lon=towns[row].lon,
            easting=float(at[row, 0]),
            northing=float(at[row, 1]),
            authority_code=authority_code,
            postcodes=int(count),
            people=float(share * whole.population),
            share=float(share),
        )
        for row, count, share in zip(kept, counts, shares, strict=True)
    ]
    return tuple(sorted(found, key=lambda town: (-town.people, town.name)))


def towns_within(authority_codes: Sequence[str], *, minimum_postcodes: int = 1) -> tuple[WeightedTown, ...]:
    """Give the towns of several local authorities, those of ``towns_of``, the largest first; ``share`` is of them all.

    Authorities without a town are left out.

    Raises
    ------
    InputError
        None of them has a town that is known.
    """
    if len(authority_codes) == 1:
        return towns_of(authority_codes[0], minimum_postcodes=minimum_postcodes)
    having = [code for code in authority_codes if gazetteer.towns([code])] or list(authority_codes)
    found = [town for code in having for town in towns_of(code, minimum_postcodes=minimum_postcodes)]
    whole = sum(authority(code).population for code in having)
    shared = (replace(town, share=town.people / whole) for town in found)
    return tuple(sorted(shared, key=lambda town: (-town.people, town.name, town.authority_code)))


def _homes(authority_code: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of an authority's postcodes (EPSG:27700) and their weights."""
    table = postcodes.shipped()
    if authority_code in table.authority_codes:
        eastings, northings, numbers = _britain()
        inside = numbers == table.authority_codes.index(authority_code)
        points = np.column_stack((eastings[inside], northings[inside])).astype(float)
        return points, np.ones(len(points))
    sectors = [area for area in postcodes.areas("sector").values() if area.authority_code == authority_code]
    points = np.array([(area.easting, area.northing) for area in sectors], dtype=float).reshape(-1, 2)
    return points, np.array([area.postcodes for area in sectors], dtype=float)
