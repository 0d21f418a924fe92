"""Whom services reach, each by its own rule, and which rule it was.

A service for an area or a nation reaches everybody who lives there; one with a limit of minutes or miles those inside
it; one around a place, to which its source sets no limit, those within a time that the asker names; one attached to a
prison the families of the people held there, wherever they live. Of services at prisons that the source does not name
only the most they can reach is known: everybody held in the area's prisons.

Travel time says how far a service is, and decides only where the rule is one of time. Shares are of the families of
each part of a sector; which prison a family's prisoner is in is taken to be the same all over an authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.services import travel_times
from nearhome.analysis.services.travel_times import BY_CAR, Travel
from nearhome.data.base import exact
from nearhome.data.base.coordinates import EARTH_RADIUS_MILES, Spot
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from nearhome.analysis.population.families import Families
    from nearhome.analysis.population.prison_shares import PrisonShares
    from nearhome.data.base.arrays import Floats
    from nearhome.data.services.records import Service


RULES = ("area", "radius", "minutes", "place", "prison", "national")
"""Whose rule covers somebody: words of ``service_kinds.REACHES``; for prisons that are not named see ``unnamed``."""

HOME_RULES = ("area", "radius", "minutes", "place")
"""Rules of services near home."""

REMOTE_KINDS = frozenset({"helpline", "information", "visit_costs", "training", "other"})
"""Kinds that meet no family: by telephone, on paper, money, for staff, or not known. They count only when asked for."""

ALL_KINDS = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Shares of the families of each part that services reach, by rule.

    ``by_rule`` has a column of 0 to 1 for each of RULES; ``unnamed`` is what services at prisons not named may reach
    beyond those of named prisons, at most.
    """

    by_rule: dict[str, Floats]
    unnamed: Floats

    @property
    def home(self) -> Floats:
        """Reached by some service near home."""
        return _any(self.by_rule[rule] for rule in HOME_RULES)

    @property
    def covered(self) -> Floats:
        """Reached by some service, whatever its rule."""
        return _any(self.by_rule.values())

    @property
    def covered_most(self) -> Floats:
        """The same if the prisons that are not named are all there are in their areas."""
        rest = [self.by_rule[rule] for rule in RULES if rule != "prison"]
        return _any([*rest, self.by_rule["prison"] + self.unnamed])


def _any(shares: Iterable[Floats]) -> Floats:
    """Join shares as if they were independent, which is exact where all but one are 0 or 1: all is 1, none is 0."""
    missed = np.prod([1.0 - share for share in shares], axis=0)
    return np.asarray(np.clip(1.0 - missed, 0.0, 1.0))


def chosen(services: Iterable[Service], kind: str | None) -> tuple[Service, ...]:
    """Pick the services of a kind: those in person if None, every one if ALL_KINDS."""
    return tuple(
        each for each in services if kind in {ALL_KINDS, each.kind} or (kind is None and each.kind not in REMOTE_KINDS)
    )


def spots_of(service: Service, as_of: date) -> list[Spot]:
    """Give the points where a service is met: its prisons open on the day, or its own; none for areas and nations."""
    if service.reach == "prison":
        return [Spot(each.lat, each.lon) for each in map(register.by_id, service.prisons_on(as_of))]
    if service.lat is None or service.lon is None or service.reach in {"area", "national", "prisons_unnamed"}:
        return []
    return [Spot(service.lat, service.lon)]


def reach(
    services: Sequence[Service],
    families: Families,
    held: PrisonShares,
    *,
    travel: Travel = BY_CAR,
    place_minutes: float = 60.0,
) -> Reach:
    """Work out whom services reach.

    Parameters
    ----------
    services
        Services in force on the day of ``families``.
    families
        Who may be reached, by part of a sector.
    held
        Where the people of each authority are held, on the same day.
    travel, place_minutes
        How people come to services around a place, and within what time that counts as reached. A service with a limit
        of minutes of its own keeps it, and its own mode.
    """
    by_rule = {rule: np.zeros(len(families.children)) for rule in RULES}
    for each in services:
        found = _by_geography(each, families, travel, place_minutes)
        if found is not None:
            np.maximum(by_rule[each.reach], found, out=by_rule[each.reach])
    named = {one for each in services if each.reach == "prison" for one in each.prison_ids}
    areas = {code for each in services if each.reach == "prisons_unnamed" for code in each.authority_codes}
    by_rule["prison"] = held.at(named)[families.authority]
    unnamed = held.at(held.inside(areas) - named)[families.authority]
    return Reach(by_rule, unnamed)


def _by_geography(service: Service, families: Families, travel: Travel, place_minutes: float) -> Floats | None:
    """Give 1 for the parts that a service reaches where they lie, else 0; None if its rule is another."""
    if service.reach in {"area", "national"}:
        inside = np.array([code in service.authority_codes for code in families.codes])
        return inside[families.authority].astype(float)
    if service.reach not in HOME_RULES or service.lat is None or service.lon is None:
        return None
    if service.reach == "radius":
        return (_crow_miles(families, service.lat, service.lon) <= (service.miles or 0.0) + exact.LEEWAY).astype(float)
    own = service.reach == "minutes"
    way = Travel("car" if service.mode == "car" else "transit") if own else travel
    limit = (service.minutes or 0.0) if own else place_minutes
    minutes = travel_times.minutes([Spot(service.lat, service.lon)], way)[families.sector, 0]
    return np.asarray(minutes <= limit, float)


def _crow_miles(families: Families, lat: float, lon: float) -> Floats:
    """Give straight-line miles from the middle of each part's sector to a point (haversine)."""
    phi, phi_to = np.radians(families.lat), np.radians(lat)
    half = np.sin((phi_to - phi) / 2) ** 2
    half += np.cos(phi) * np.cos(phi_to) * np.sin(np.radians(lon - families.lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0))))
