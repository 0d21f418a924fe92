"""Where people in prison have their homes: each authority's share of the men and of the women.

England and Wales: by region as published on 30 September 2014 (PQ 217243), scaled; women first by police force, from
the rates at which its courts send women to prison, and men what remains of each region. Within these, and in Scotland
and Northern Ireland throughout, by people and deprivation: the share of people in prison rises with a sector's position
in its nation's index so that the most deprived tenth has so many times the rate of the least deprived (published).

A part of prisoners has no known home (2.5 % in 2014): they are kept apart, as UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import exact, steady
from nearhome.data.base.coordinates import EARTH_RADIUS_MILES
from nearhome.data.catalogue import tables
from nearhome.data.places import areas as area_finder
from nearhome.data.places import postcodes
from nearhome.data.prisons import published_figures

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats


UNKNOWN = "unknown"
MILE_DECIMALS = 4
"""Straight-line miles are told to so many decimals, half a foot."""

TABLES = ("authorities", "postcode_sectors", "sector_people", *published_figures.TABLES)

_REGIONS = {"London": "Greater London", "Yorkshire and The Humber": "Yorkshire & Humberside"}
_KENT_AND_SUSSEX = frozenset({"Kent", "Sussex", "Surrey"})
"""Police forces of the prison service's region of 2014. That Surrey belongs to it is an assumption."""

_NATIONS = {
    "England and Wales": ("England", "Wales"),
    "Scotland": ("Scotland",),
    "Northern Ireland": ("Northern Ireland",),
}
_CITY, _MET = "London, City of", "Metropolitan Police"


@dataclass(frozen=True, slots=True, eq=False)
class Sectors:
    """Parts of postcode sectors, each in one authority: who lives there, and how deprived they are.

    ``authority`` is a row of ``codes``; ``lat`` and ``lon`` are EPSG:4326; ``deprivation`` is from 0 to 1, the most
    deprived, within the nation.
    """

    names: tuple[str, ...]
    codes: tuple[str, ...]
    authority: NDArray[np.int64]
    people: Floats
    children: Floats
    deprivation: Floats
    lat: Floats
    lon: Floats

    def weights(self, ratio: float) -> Floats:
        """People weighted by their risk of prison; the top tenth has ``ratio`` times the rate of the bottom one."""
        # Tenths have their middles at 0.05 and 0.95.
        return np.asarray(self.people * steady.exp(steady.log(ratio) / 0.9 * self.deprivation))

    def families(self, ratio: float) -> Floats:
        """Give the weights by which an authority's families are shared among its sectors: children by that risk."""
        return self.weights(ratio) * self.children / np.maximum(self.people, 1.0)

    def share_out(self, weights: Floats, totals: Floats) -> Floats:
        """Share a figure of each authority among its sectors, in whole parts of a person that make it up."""
        return exact.share_out(weights, totals, self.authority)

    def sums(self, figures: Floats) -> Floats:
        """Add up a figure by authority."""
        return np.bincount(self.authority, weights=figures, minlength=len(self.codes)).astype(float)


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Shares of people in prison by authority, which sum to one for each sex, and the share without a known home."""

    codes: tuple[str, ...]
    regions: tuple[str, ...]
    shares: dict[str, Floats]
    unknown: float


@cache
def sectors(nation: str) -> Sectors:
    """Give the sectors of a prison system's nation, sorted by authority and name."""
    known = area_finder.authorities()
    codes = tuple(sorted(code for code, each in known.items() if each.nation in _NATIONS[nation]))
    place = {code: number for number, code in enumerate(codes)}
    rows = [
        (place[row["authority_code"]], row["sector"], row)
        for row in tables.read_rows("sector_people", dict)
        if row["authority_code"] in place
    ]
    rows.sort(key=lambda row: row[:2])
    points = postcodes.areas("sector")
    return Sectors(
        names=tuple(name for _, name, _ in rows),
        codes=codes,
        authority=np.array([number for number, _, _ in rows]),
        people=np.array([float(row["people"]) for _, _, row in rows]),
        children=np.array([float(row["children"]) for _, _, row in rows]),
        deprivation=np.array([float(row["deprivation"]) for _, _, row in rows]),
        lat=np.array([points[name].lat for _, name, _ in rows]),
        lon=np.array([points[name].lon for _, name, _ in rows]),
    )


def region_of(code: str) -> str:
    """Give the prison service's region of 2014 in which an authority lies, or its nation where it has none."""
    each = area_finder.authority(code)
    if each.region == "South East":
        return "Kent & Sussex" if each.police in _KENT_AND_SUSSEX else "South Central"
    return _REGIONS.get(each.region, each.region)


def homes(as_of: date, nation: str, people: dict[str, float], ratio: float, drift: Floats | None = None) -> Homes:
    """Share the people of each sex among the authorities of a nation.

    Parameters
    ----------
    as_of
        Day for which published rates are taken.
    nation
        A prison system, one of ``estate.NATIONS``.
    people
        How many of each sex are held.
    ratio
        How many times as many people of the most deprived tenth are in prison as of the least deprived.
    drift
        Factors by which authorities differ from the model, in the order of their codes; regions stay as they are.
    """
    where = sectors(nation)
    weight = where.sums(where.weights(ratio))
    if drift is not None:
        weight = weight * drift
    regions = tuple(region_of(code) for code in where.codes)
    if nation != "England and Wales":
        share = weight / weight.sum()
        return Homes(where.codes, regions, dict.fromkeys(people, share), 0.0)
    origins = {item: figure.value for (item, _), figure in published_figures.items("origin", as_of).items()}
    unknown = origins.pop("Unknown")
    known = sum(origins.values())
    whole = sum(people.values())
    women = _women(where, weight, as_of)
    women_people = women * people.get("female", 0.0)
    men_people = np.zeros(len(where.codes))
    names = np.array(regions)
    for region, count in origins.items():
        inside = names == region
        men = count / known * whole - women_people[inside].sum()
        men_people[inside] = men * weight[inside] / weight[inside].sum()
    shares = {"male": men_people / men_people.sum(), "female": women}
    return Homes(where.codes, regions, {sex: shares[sex] for sex in people}, unknown / (known + unknown))


def _women(where: Sectors, weight: Floats, as_of: date) -> Floats:
    """Share women by police force, and within each by people and deprivation."""
    rates = {item: figure.value for (item, _), figure in published_figures.items("female_rate", as_of).items()}
    forces = np.array([area_finder.authority(code).police.replace(_CITY, _MET) for code in where.codes])
    population = where.sums(where.people)
    share = np.zeros(len(where.codes))
    for force in sorted(set(forces)):
        inside = forces == force
        share[inside] = rates[force] * population[inside].sum() * weight[inside] / weight[inside].sum()
    return np.asarray(share / share.sum())


def crow_miles(nation: str, ratio: float, lat: Floats, lon: Floats) -> Floats:
    """Give the mean straight-line miles from the likely homes of each authority to points (EPSG:4326).

    Homes are its sectors, weighted as ``Sectors.weights`` does. Shape (authorities, points); haversine, told to four
    decimals, so that sines which differ in the last digit between processors make no difference.

    Parameters
    ----------
    nation
        A prison system.
    ratio
        How often the most deprived tenth is in prison for once in the least, as for ``Sectors.weights``.
    lat, lon
        The points, EPSG:4326, shape (points,) each.
    """
    where = sectors(nation)
    weight = where.weights(ratio)
    phi, phi_to = np.radians(where.lat)[:, None], np.radians(lat)[None, :]
    half = np.sin((phi_to - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(phi_to) * np.sin(np.radians(lon[None, :] - where.lon[:, None]) / 2) ** 2
    miles = 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    starts = np.flatnonzero(np.r_[True, np.diff(where.authority) > 0])
    summed = np.add.reduceat(miles * weight[:, None], starts, axis=0)
    return np.round(summed / np.add.reduceat(weight, starts)[:, None], MILE_DECIMALS)
