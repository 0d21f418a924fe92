"""The prisons of a scenario: places, what each holds, and what levers change.

Operational capacities are those of the estate's day. In which roles a prison holds people, of which sexes and ages, is
as the modelled baseline has it; a prison that a lever opens, builds or re-roles holds what the lever says.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.scenarios import people
from nearhome.analysis.placement.scenarios.burden import PrisonSite
from nearhome.analysis.placement.solver.instance import Wing
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, UnknownPlaceError
from nearhome.data.places import areas
from nearhome.data.prisons import published_figures, register
from nearhome.geo.places import find

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from nearhome.analysis.placement.scenarios.people import People
    from nearhome.analysis.placement.scenarios.schema import Lever
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.data.base.arrays import Ints


_ROUNDING: Final = 1e-9


class ScenarioEstate:
    """The prisons of a scenario while its levers are pulled.

    Parameters
    ----------
    drawn, baseline
        The people, and the baseline that they are drawn from.
    role_percent
        By which a prison may hold more of a role than now.

    Attributes
    ----------
    ids, names, spots, places
        Of the prisons: ids (a new one's name), names to read, points, and operational capacities without headroom.
    wings
        Of each prison by role.
    changed
        Prisons whose people may all be moved.
    """

    def __init__(self, drawn: People, baseline: Baseline, role_percent: float) -> None:
        self.ids = list(drawn.prisons)
        self.names = _names(self.ids)
        self.spots = {each: PrisonSite(each, register.by_id(each).lat, register.by_id(each).lon) for each in self.ids}
        self.kinds = drawn.kinds
        self.notes: list[str] = []
        shape = len(self.ids), len(drawn.kinds)
        held = np.bincount(drawn.prison * shape[1] + drawn.kind, minlength=shape[0] * shape[1]).reshape(shape)
        self.places = _capacities(baseline, self.ids, held.sum(axis=1), self.notes)
        flex = 1 + role_percent / 100
        self.wings: dict[str, dict[str, Wing]] = {}
        certified = _certified(baseline, self.ids)
        for row, prison in enumerate(self.ids):
            whole = int(held[row].sum())
            room = max(1.0, self.places[prison] / max(1, whole))
            self.wings[prison] = {
                role: Wing(prison, names, min(self.places[prison], whole_places(count * room * flex)))
                for role, ages in sorted(certified[prison].items())
                for names, count in [self._of(role, ages, held[row])]
                if names
            }
        self.changed: set[str] = set()

    def _of(self, role: str, ages: set[tuple[str, str]], held: Ints) -> tuple[frozenset[str], int]:
        """Give the kinds that a wing of a role takes, and how many are now in that role."""
        fits = [(role in each.roles, (each.cohort.sex, each.cohort.age) in ages) for each in self.kinds]
        now = sum(int(held[at]) for at, each in enumerate(self.kinds) if all(fits[at]) and each.role == role)
        return frozenset(each.name for at, each in enumerate(self.kinds) if all(fits[at])), now

    def pull(self, lever: Lever, as_of: date) -> None:
        """Change the estate by a lever; those of visitors' buses are none of its own.

        Raises
        ------
        InputError
            There is no such prison, or it is open already, or its place is not known.
        """
        if lever.kind == "bus":
            return
        if lever.kind == "site":
            self._add(lever, lever.prison, lever.prison, PrisonSite("", *site_at(lever.at)))
            return
        if lever.kind == "open":
            prison = lever.prison if lever.prison in self.places else register.named(lever.prison).id
            if prison in self.places:
                msg = f"{self.names[prison]} is open already; resize it instead, or leave the lever out."
                raise InputError(msg)
            known = register.by_id(prison)
            self._add(lever, prison, known.short_name, PrisonSite(prison, known.lat, known.lon))
            return
        self._change(lever, people.prison_in(lever.prison, self.places, as_of))

    def _add(self, lever: Lever, prison: str, name: str, spot: PrisonSite) -> None:
        if prison in self.places:
            msg = f"There is a prison called {name!r} already; give the new one another name."
            raise InputError(msg)
        self.ids.append(prison)
        self.names[prison], self.spots[prison] = name, spot
        self.places[prison] = lever.places or 0
        self.wings[prison] = self._new_wings(lever, prison)

    def _change(self, lever: Lever, prison: str) -> None:
        if lever.kind == "re-role":
            self.places[prison] = self.places[prison] if lever.places is None else lever.places
            self.wings[prison] = self._new_wings(lever, prison)
            self.changed.add(prison)
            return
        now = 0 if lever.kind == "close" else lever.places or 0
        ratio = now / max(1, self.places[prison])
        if ratio < 1:
            self.changed.add(prison)
        self.wings[prison] = {
            role: replace(wing, places=whole_places((now if wing.places is None else wing.places) * ratio))
            for role, wing in self.wings[prison].items()
        }
        self.places[prison] = now

    def _new_wings(self, lever: Lever, prison: str) -> dict[str, Wing]:
        ages = {(lever.sex, age) for age in lever.ages}
        none = np.zeros(len(self.kinds), np.int64)
        found = {
            role: Wing(prison, names) for role in lever.roles for names, _ in [self._of(role, ages, none)] if names
        }
        if len(found) < len(set(lever.roles)):
            self.notes.append(f"{self.names.get(prison, prison)}: nobody is held in some of the roles it is given.")
        return found


def whole_places(places: float) -> int:
    """Round places up; what exceeds a whole number by less than floats can tell is that number."""
    return math.ceil(places - _ROUNDING)


def _names(ids: list[str]) -> dict[str, str]:
    """Give short names; with the id where two prisons share one, such as a prison and its unit for boys."""
    short = {each: register.by_id(each).short_name for each in ids}
    twice = Counter(short.values())
    return {each: f"{name} ({each})" if twice[name] > 1 else name for each, name in short.items()}


def site_at(text: str) -> tuple[float, float]:
    """Give the point (EPSG:4326) of an authority's middle, or of a place or postcode.

    Raises
    ------
    InputError
        There is neither.
    """
    if areas.fits(text, "authority"):
        known = areas.authority_named(text)
        return known.lat, known.lon
    try:
        place = find.find(text)
    except UnknownPlaceError as error:
        msg = f"A site is to be at {text!r}, which is no authority, place or postcode that nearhome knows; {error}"
        raise InputError(msg) from error
    return place.lat, place.lon


def _certified(baseline: Baseline, ids: list[str]) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """Give for each prison its roles, and the sexes and ages of people in each, as the baseline has them."""
    found: dict[str, dict[str, set[tuple[str, str]]]] = {each: {} for each in ids}
    for prison, cohort in zip(baseline.column_prison.tolist(), baseline.column_cohort.tolist(), strict=True):
        kind = people.PeopleKind(baseline.cohorts[cohort])
        found[baseline.prisons[prison]].setdefault(kind.role, set()).add((kind.cohort.sex, kind.cohort.age))
    return found


def _capacities(baseline: Baseline, ids: list[str], held: Ints, notes: list[str]) -> dict[str, int]:
    """Give operational capacities: joint ones divided as their people are, and never fewer than are held."""
    column = f"op_cap_{baseline.estate_day:%Y_%m_%d}"
    known = {row["id"]: int(row[column]) for row in tables.read_rows("prisons", dict) if row.get(column)}
    counted = dict(zip(ids, held.tolist(), strict=True))
    for first, second in _joint(known, counted):
        whole = counted[first] + counted[second]
        known[second] = round(known[first] * counted[second] / whole)
        known[first] -= known[second]
    without = [each for each in ids if not known.get(each)]
    if without:
        notes.append(f"Where no capacity is published, what a prison holds stands for it: {len(without)} of them.")
    full = [each for each in ids if each not in without and known[each] < counted[each]]
    if full:
        notes.append(
            f"Prisons that hold more than their operational capacity keep that many places: {len(full)} of them."
        )
    return {each: max(known.get(each, 0), counted[each]) for each in ids}


def _joint(known: Mapping[str, int], counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """Give pairs of prisons whose one figure stands with the first."""
    pairs = sorted({each.item for each in published_figures.figures() if each.series == "joint"})
    found = [(first, second) for first, _, second in (each.partition("+") for each in pairs)]
    return [pair for pair in found if pair[0] in known and set(pair) <= set(counted) and not known.get(pair[1])]
