"""Where the next service would help most: the best places for so many more of a kind, beside those that are there.

Kinds that are met at a prison go by who is held there: the families of each prison's people, so that the best few are
simply those with most of them. Other kinds go by travel time, and ``siting`` proves how good the choice is. Candidates
are the middles of authorities, the towns of an area, or prisons; children count once, or up to twice where their
neighbourhood is deprived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.methods import cover_location, p_median
from nearhome.analysis.population import families, prison_shares
from nearhome.analysis.services import coverage, reach, travel_times
from nearhome.analysis.services.what_if import Change, ServiceScenario
from nearhome.data.base import exact, steady
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.places import gazetteer
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import kinds
from nearhome.data.services import register as service_register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.methods.cover_location import Sites
    from nearhome.analysis.services.travel_times import Travel
    from nearhome.data.base.arrays import Floats


PRISON_KINDS = frozenset(
    {
        "visitors_centre",
        "play",
        "family_visits",
        "family_link_worker",
        "family_contact_officer",
        "first_night",
        "volunteers",
    }
)
"""Kinds that only work where the prison is."""

AIMS = {
    "cover": "bring most children within the time",
    "travel": "make the travel of all children together least",
    "longest": "make the longest way as short as can be",
}
CANDIDATES = ("authorities", "towns", "prisons")
LARGEST_TOWNS = 400
MOST_BY_PUBLIC = 40
"""So many candidates are worked out by public transport, about a third of a second each."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a service might be: its name, and what a change calls it."""

    name: str
    spot: Spot
    change: Change


@dataclass(frozen=True, slots=True, eq=False)
class BestPlaces:
    """The chosen places, best first; ``gained`` are the children each adds by itself, each counted once.

    ``sites`` has the proof where travel time decided, and is None for kinds at prisons, whose best few are exact.
    """

    kind: str
    chosen: tuple[Candidate, ...]
    gained: tuple[float, ...]
    sites: Sites | None

    @property
    def scenario(self) -> ServiceScenario:
        """The changes that open these places."""
        names = ", ".join(each.name for each in self.chosen)
        return ServiceScenario(f"{kinds.KINDS[self.kind].name}: {names}", tuple(each.change for each in self.chosen))

    def sentence(self) -> str:
        """Say plainly how good the choice is."""
        if self.sites is not None:
            return self.sites.sentence()
        return f"No other {len(self.chosen)} prisons without such a service hold people with more children."


def best(  # noqa: PLR0913 -- keyword-only, each with a usual value
    kind: str,
    count: int,
    *,
    as_of: date,
    within_minutes: float = 60.0,
    mode: Travel | str = "car",
    aim: str = "cover",
    candidates: str = "authorities",
    area: str | None = None,
    equity: bool = False,
) -> BestPlaces:
    """Choose the best places for so many more services of a kind.

    Parameters
    ----------
    kind
        A word of ``service_kinds.KINDS``.
    count
        How many new places may be opened.
    as_of
        The day whose services are there already and whose children count.
    within_minutes, mode
        What counts as within reach, and how people travel; not used for PRISON_KINDS.
    aim
        One of AIMS.
    candidates
        One of CANDIDATES; towns need an area.
    area
        Code or name of an area whose children alone count, and in which the candidates lie; everywhere if None.
    equity
        Count a child of the most deprived neighbourhood of its nation twice, of the least once.

    Raises
    ------
    InputError
        If a word is not known, or there are fewer candidates than asked for.
    """
    service_register.check_kind(kind)
    travel = travel_times.check_travel(mode)
    if count < 1 or aim not in AIMS or candidates not in CANDIDATES:
        msg = (
            f"{count} places to {aim!r} among {candidates!r} is not understood; give 1 or more, one of "
            f"{', '.join(AIMS)}, and one of {', '.join(CANDIDATES)}."
        )
        raise InputError(msg)
    where = families.families(as_of)
    inside = _inside(where, area)
    weight = exact.nearest(where.children * inside * (1.0 + where.deprivation * equity))
    found = coverage.in_force(as_of, kind)
    if kind in PRISON_KINDS:
        return _at_prisons(kind, count, as_of, weight, where)
    options = _candidates(kind, candidates, area, as_of)
    if len(options) < count:
        msg = f"There are {len(options)} candidates and {count} places were asked for; ask for fewer or a wider area."
        raise InputError(msg)
    if travel.mode != "car" and len(options) > MOST_BY_PUBLIC:
        msg = (
            f"By public transport {len(options)} candidates would take minutes to work out, and {MOST_BY_PUBLIC} are "
            "the most; choose a smaller area, or go by car."
        )
        raise InputError(msg)
    there = [spot for each in found for spot in reach.spots_of(each, as_of)]
    spots = [*there, *(each.spot for each in options)]
    rows, row = np.unique(where.sector[weight > 0], return_inverse=True)
    people = np.bincount(row, weights=weight[weight > 0]).astype(float)
    children = np.bincount(row, weights=where.children[weight > 0]).astype(float)
    times = travel_times.minutes(spots, travel)[rows]
    fixed = list(range(len(there)))
    solved = _solve(aim, times, people, within_minutes, count, fixed)
    chosen = [number - len(there) for number in solved.added]
    already = (times[:, fixed] <= within_minutes).any(axis=1)
    gains = [float(children[(times[:, number] <= within_minutes) & ~already].sum()) for number in solved.added]
    order = sorted(range(len(chosen)), key=lambda at: (-gains[at], options[chosen[at]].name))
    return BestPlaces(kind, tuple(options[chosen[at]] for at in order), tuple(gains[at] for at in order), solved)


def _solve(aim: str, times: Floats, people: Floats, within: float, count: int, fixed: Sequence[int]) -> Sites:
    if aim == "cover":
        return cover_location.cover_most(times, people, within, count, fixed=fixed)
    if aim == "travel":
        return p_median.least_travel(times, people, count, fixed=fixed)
    return cover_location.shortest_longest(times, count, fixed=fixed)


def _at_prisons(kind: str, count: int, as_of: date, weight: Floats, where: families.Families) -> BestPlaces:
    """Choose the prisons without such a service whose people have most children outside."""
    held = prison_shares.shares(as_of)
    inside = where.children * (weight > 0)
    wanted, children = (
        steady.by_columns(np.bincount(where.authority, weights=each, minlength=len(where.codes)), held.shares)
        for each in (weight, inside)
    )
    served = {one for each in coverage.in_force(as_of, kind) for one in each.prison_ids}
    free = [number for number, each in enumerate(held.prisons) if each not in served]
    if len(free) < count:
        msg = f"{len(free)} prisons have no such service and {count} places were asked for; ask for fewer."
        raise InputError(msg)
    order = sorted(free, key=lambda number: (-wanted[number], held.prisons[number]))[:count]
    chosen = tuple(_prison(kind, prison_register.by_id(held.prisons[number])) for number in order)
    return BestPlaces(kind, chosen, tuple(float(children[number]) for number in order), None)


def _inside(where: families.Families, area: str | None) -> NDArray[np.bool_]:
    if area is None:
        return np.ones(len(where.children), bool)
    codes = area_finder.find(area).authorities
    return np.array([code in codes for code in where.codes])[where.authority]


def _candidates(kind: str, which: str, area: str | None, as_of: date) -> list[Candidate]:
    codes = sorted(area_finder.authorities() if area is None else area_finder.find(area).authorities)
    if which == "prisons":
        inside = frozenset(codes)
        return [
            _prison(kind, each)
            for each in prison_register.prisons()
            if each.is_open(as_of) and prison_shares.authority_of(each) in inside
        ]
    if which == "authorities":
        known = [area_finder.authority(code) for code in codes]
        return [_spot(kind, each.name, each.lat, each.lon) for each in known]
    if area is None:
        msg = "Towns are too many for the whole kingdom; give an area, or choose among authorities or prisons."
        raise InputError(msg)
    towns = sorted(gazetteer.towns(codes), key=lambda each: (-each.postcodes, each.name))[:LARGEST_TOWNS]
    return [_spot(kind, each.name, each.lat, each.lon) for each in towns]


def _spot(kind: str, name: str, lat: float, lon: float) -> Candidate:
    """Name a place by its point, since names of places are not unique."""
    label = f"{kinds.KINDS[kind].name}, {name}"
    return Candidate(name, Spot(lat, lon), Change("add", kind=kind, name=label, place=f"{lat:.5f}, {lon:.5f}"))


def _prison(kind: str, prison: prison_register.Prison) -> Candidate:
    return Candidate(prison.short_name, Spot(prison.lat, prison.lon), Change("add", kind=kind, prison=prison.id))
