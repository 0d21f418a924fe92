"""Is there enough for those who share it: supply for each thousand children, where a service's capacity is known.

A service that people travel to is shared among those who can reach it, by three measures: the two-step floating
catchment area (2SFCA), all within the longest threshold alike; its enhanced form (E2SFCA), which counts less the
further off; and spatial availability, which gives each unit out once. One attached to prisons is shared equally among
the families of the people held there (at all prisons of its area where they are not named), one for an area among
those who live there: the same in all three.

Capacities of different units are not added up: the unit that most services have is taken, and the notes name it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.methods import accessibility, decay
from nearhome.analysis.services import reach, travel_times
from nearhome.data.base import steady

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.population.families import Families, Group
    from nearhome.analysis.population.prison_shares import PrisonShares
    from nearhome.analysis.services.travel_times import Travel
    from nearhome.data.base.arrays import Floats
    from nearhome.data.services.records import Service


THOUSAND = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """Supply for each child by part of a sector, in units of ``unit``; NaN where nothing can be reached.

    ``unit`` is empty where no service has a known capacity.
    """

    unit: str
    two_step: Floats
    enhanced: Floats
    available: Floats
    notes: tuple[str, ...]

    def columns(self, group: Group, where: Families) -> dict[str, Floats]:
        """Give columns by area: supply for each thousand children by each measure; none if no capacity is known."""
        if not self.unit:
            return {}
        measures = {"2sfca": self.two_step, "e2sfca": self.enhanced, "available": self.available}
        return {
            f"supply_{name}_per_1000": THOUSAND * group.shares(np.nan_to_num(values), where.children)
            for name, values in measures.items()
        }


def supply(
    services: Sequence[Service], where: Families, held: PrisonShares, *, travel: Travel, thresholds: Sequence[float]
) -> Supply:
    """Share the known capacities among those whom they are for.

    Parameters
    ----------
    services
        Services in force.
    where
        Families by part of a sector, whose children share.
    held
        Where the people of each authority are held, for services at prisons.
    travel
        How people come to services that have a place.
    thresholds
        Minutes in rising order: the zones of the E2SFCA; beyond the last, nothing counts.
    """
    counted = Counter(each.capacity_unit for each in services if each.capacity)
    none = np.zeros(len(where.children))
    if not counted:
        return Supply("", none, none, none, ())
    unit = min(counted, key=lambda word: (-counted[word], word))
    chosen = [each for each in services if each.capacity and each.capacity_unit == unit]
    by_rule = sum((_by_rule(each, where, held) for each in chosen), none)
    travelled = [each for each in chosen if each.reach in {"place", "minutes", "radius"} and each.lat is not None]
    measures = _by_travel(travelled, where, travel, tuple(thresholds)) if travelled else (none, none, none)
    note = (
        f"Supply is in {unit}, as stated for {len(chosen)} of {len(services)} services; those without a number, or "
        "with one of another unit, are not in it."
    )
    two, enhanced, available = (by_rule + each for each in measures)
    return Supply(unit, two, enhanced, available, (note,))


def _by_rule(service: Service, where: Families, held: PrisonShares) -> Floats:
    """Share a service equally among the children whom its rule is for."""
    if service.reach in {"area", "national"}:
        inside = np.array([code in service.authority_codes for code in where.codes])[where.authority].astype(float)
    elif service.reach in {"prison", "prisons_unnamed"}:
        prisons = service.prison_ids or held.inside(service.authority_codes)
        inside = held.at(prisons)[where.authority]
    else:
        return np.zeros(len(where.children))
    children = steady.dot(inside, where.children)
    return inside * (float(service.capacity or 0) / children if children > 0 else 0.0)


def _by_travel(
    services: Sequence[Service], where: Families, travel: Travel, thresholds: tuple[float, ...]
) -> tuple[Floats, Floats, Floats]:
    """Share services among those who can get there: 2SFCA, E2SFCA and spatial availability, for each child."""
    spots = [reach.spots_of(each, where.as_of)[0] for each in services]
    times = travel_times.minutes(spots, travel)
    children = np.bincount(where.sector, weights=where.children, minlength=len(times))
    offer = [float(each.capacity or 0) for each in services]
    for column, each in enumerate(services):
        limit = each.minutes if each.reach == "minutes" else None
        if limit is not None:
            times[times[:, column] > limit, column] = np.nan
    stepped = enhanced_decay(thresholds)
    two = accessibility.two_step(times, children, offer, decay.within(thresholds[-1])).access
    enhanced = accessibility.two_step(times, children, offer, stepped).access
    available = accessibility.availability(times, children, offer, stepped)
    each_child = np.divide(available, children, out=np.zeros(len(children)), where=children > 0)
    return two[where.sector], enhanced[where.sector], each_child[where.sector]


def enhanced_decay(thresholds: Sequence[float]) -> decay.Decay:
    """Give the E2SFCA's steps: each zone between thresholds weighs what a bell has in its middle (Luo and Qi 2009)."""
    edges = np.array(thresholds, float)
    middles = (np.r_[0.0, edges[:-1]] + edges) / 2
    weights = decay.gaussian(float(edges[-1]))(middles)
    return decay.zones(edges.tolist(), (weights / weights[0]).tolist())
