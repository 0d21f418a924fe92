"""What a scenario starts from: its people, its prisons with places, and what visits take, as an instance to be solved.

People of one home authority, with or without a car, and one kind (``people.Kind``) are a group. A prison has a wing for
each role in which it holds people; how many it may hold in a role is what the modelled baseline has there, its part of
the free places, and ``role_percent`` more. People who are not to be moved take their places before anybody is placed.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nearhome.analysis.placement.scenarios import burden as burdens
from nearhome.analysis.placement.scenarios import people, rules, visits
from nearhome.analysis.placement.scenarios.estate import ScenarioEstate
from nearhome.analysis.placement.solver import instance as solver_instance
from nearhome.analysis.population import baseline as population_baseline

if TYPE_CHECKING:
    from nearhome.analysis.placement.scenarios.burden import Burden, PrisonSite
    from nearhome.analysis.placement.scenarios.people import People, PeopleKind
    from nearhome.analysis.placement.scenarios.schema import Objective, Scenario
    from nearhome.analysis.placement.solver.instance import Instance, Wing
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.data.base.arrays import Bools, Floats, Ints


WITHOUT_CAR: Final = ", without a car"
NO_HOME: Final = "no known home"
TABLES = tuple(dict.fromkeys((*population_baseline.TABLES, *burdens.TABLES, "authorities", "places")))


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioStart:
    """The start of a scenario.

    Attributes
    ----------
    instance
        The people who may be moved, and the places left to them.
    before, fixed
        People now at each prison, and those of them who are not moved; shape (groups, prisons), all groups of the
        instance in its order.
    authority
        Of each home of the instance, a row of ``codes``; -1 for no known home.
    today, visit
        What a visit takes from each home to each prison as things are, and in the scenario.
    places
        Of each prison for everybody, moved or not; ``names`` are theirs for people to read.
    notes
        What was assumed or could not be done, a sentence each.
    """

    codes: tuple[str, ...]
    kinds: tuple[PeopleKind, ...]
    instance: Instance
    before: Ints
    fixed: Ints
    authority: Ints
    without_car: Bools
    today: Burden
    visit: Burden
    names: tuple[str, ...]
    places: Ints
    spots: tuple[PrisonSite, ...]
    notes: tuple[str, ...]

    def after(self, placed: Ints) -> Ints:
        """Add those who are not moved to a plan's people, in the order of ``before``."""
        return self.fixed + placed


def set_up(scenario: Scenario, baseline: Baseline | None = None) -> ScenarioStart:
    """Set a scenario up: take it apart, and hand each part to the room that it is for.

    Parameters
    ----------
    scenario
        What is asked.
    baseline
        Who is held where; modelled for the scenario's day and nation if not given.

    Raises
    ------
    InputError
        Something that the scenario names is not known.
    """
    held = population_baseline.baseline(scenario.as_of, scenario.nation) if baseline is None else baseline
    drawn = people.drawn(held, _selections(scenario))
    estate = ScenarioEstate(drawn, held, scenario.capacity.role_percent)
    for lever in scenario.lever:
        estate.pull(lever, scenario.as_of)
    terms = terms_of(scenario)
    buses = [each for each in scenario.lever if each.kind == "bus"]
    visit = visits.visit(terms, drawn.codes, estate, buses)
    plain = terms._replace(visits=replace(scenario.visits, flexible_sessions=False))
    today = visit if plain == terms and not buses else visits.visit(plain, drawn.codes, estate, ())
    now, fixed, rows = _grouped(drawn, estate)
    room = _Room(drawn, estate, scenario.capacity.headroom_percent)
    instance = _instance(room, scenario.objective, (now - fixed, rows), visit)
    home = np.append(np.repeat(np.arange(len(drawn.codes)), 2), -1)
    groups = rules.Groups(
        as_of=scenario.as_of,
        kinds=tuple(drawn.kinds[at] for at in instance.cohort),
        codes=tuple((*drawn.codes, "")[at] for at in home[instance.home]),
        minutes=visit.minutes[instance.home // 2 * 2],  # by car: the court is no nearer to those without one
        held=now,
    )
    forbidden = rules.forbidden(scenario.rules.remand_nearest, scenario.moves, instance, groups)
    return ScenarioStart(
        codes=drawn.codes,
        kinds=drawn.kinds,
        instance=replace(instance, forbidden=forbidden),
        before=now,
        fixed=fixed,
        authority=home,
        without_car=np.append(np.tile([False, True], len(drawn.codes)), False),
        today=today,
        visit=visit,
        names=tuple(estate.names[each] for each in estate.ids),
        places=np.array([room.usable(estate.places[each]) for each in estate.ids]),
        spots=tuple(estate.spots[each] for each in estate.ids),
        notes=(*held.notes, *estate.notes),
    )


def terms_of(scenario: Scenario) -> visits.Terms:
    """Give on what terms families visit."""
    return visits.Terms(scenario.as_of, scenario.nation, scenario.journeys, scenario.visits)


def _selections(scenario: Scenario) -> people.Selections:
    """Give what tells people apart; lengths of sentence only where the scenario names one."""
    objective, moves = scenario.objective, scenario.moves
    named = (*objective.weight, *objective.longest, *moves.lock, *moves.forbid)
    return people.Selections(
        as_of=scenario.as_of,
        seed=scenario.seed,
        journeys=scenario.journeys,
        moves=moves,
        step_down=scenario.rules.step_down,
        by_sentence=any(each.sentence for each in named),
    )


class _Room:
    """Places that are left once the headroom is kept free and those who are not moved have theirs."""

    def __init__(self, drawn: People, estate: ScenarioEstate, headroom_percent: float) -> None:
        self.drawn, self.estate = drawn, estate
        self._share = 1 - headroom_percent / 100

    def usable(self, places: int) -> int:
        """Take the headroom off."""
        return math.floor(places * self._share + 1e-9)

    def prisons(self) -> list[int]:
        """Give the places left in each prison."""
        estate = self.estate
        fixed = np.bincount(self.drawn.prison[self.drawn.fixed], minlength=len(estate.ids))
        fixed[[each in estate.changed for each in estate.ids]] = 0
        return [max(0, self.usable(estate.places[each]) - int(fixed[at])) for at, each in enumerate(estate.ids)]

    def wings(self) -> list[Wing]:
        """Give the wings of all prisons with the places left in each."""
        found = []
        for at, prison in enumerate(self.estate.ids):
            taken = self._taken(prison, at)
            for role, wing in self.estate.wings[prison].items():
                left = None if wing.places is None else max(0, self.usable(wing.places) - taken[role])
                found.append(replace(wing, places=left))
        return found

    def _taken(self, prison: str, at: int) -> Counter[str]:
        """Count those who are not moved from a prison, by role."""
        found: Counter[str] = Counter()
        if prison not in self.estate.changed:
            kinds = self.drawn.kinds
            counted = np.bincount(self.drawn.kind[self.drawn.fixed & (self.drawn.prison == at)], minlength=len(kinds))
            for each, count in zip(kinds, counted.tolist(), strict=True):
                found[each.role] += count
        return found


def _grouped(drawn: People, estate: ScenarioEstate) -> tuple[Ints, Ints, tuple[Ints, Ints]]:
    """Count people by group and prison, and those who are not moved; give each group's home and kind."""
    home = np.where(drawn.authority < 0, 2 * len(drawn.codes), 2 * drawn.authority + drawn.without_car)
    key, group = np.unique(home * len(drawn.kinds) + drawn.kind, return_inverse=True)
    now = np.zeros((len(key), len(estate.ids)), np.int64)
    np.add.at(now, (group, drawn.prison), 1)
    released = np.array([each in estate.changed for each in drawn.prisons], bool)[drawn.prison]
    stays = drawn.fixed & ~released
    fixed = np.zeros_like(now)
    np.add.at(fixed, (group[stays], drawn.prison[stays]), 1)
    return now, fixed, (key // len(drawn.kinds), key % len(drawn.kinds))


def _instance(room: _Room, objective: Objective, held: tuple[Ints, tuple[Ints, Ints]], visit: Burden) -> Instance:
    """Write the instance of those who may move, with a row for every group, so that their order is kept."""
    movable, (home, kind) = held
    group, prison = np.nonzero(movable)
    rows = np.append(group, np.arange(len(home)))
    drawn = room.drawn
    cohorts = tuple(each.cohort for each in drawn.kinds)
    return solver_instance.instance(
        homes=[*(f"{code}{end}" for code in drawn.codes for end in ("", WITHOUT_CAR)), NO_HOME],
        cohorts=solver_instance.CohortTable(
            names=[each.name for each in drawn.kinds],
            weight=_by_kind(objective.weight, "weight", cohorts, 1.0),
            longest=_by_kind(objective.longest, "burden", cohorts, math.inf),
            kinds=[each.cohort.sex for each in drawn.kinds],
        ),
        prisons=solver_instance.PrisonTable(names=room.estate.ids, places=room.prisons(), wings=room.wings()),
        rows=solver_instance.PeopleRows(
            home=home[rows],
            cohort=kind[rows],
            people=np.append(movable[group, prison], np.zeros(len(home), np.int64)),
            current=np.append(prison, np.full(len(home), solver_instance.NOWHERE)),
        ),
        burden=visits.counted(objective, visit),
        unit="pence" if objective.burden == "mix" else objective.burden,
    )


def _by_kind(chosen: tuple[Any, ...], name: str, cohorts: tuple[Any, ...], otherwise: float) -> Floats:
    """Give a figure for each kind: the last selection that means it, or else the same for all."""
    found = np.full(len(cohorts), otherwise)
    for each in chosen:
        found[people.matching(each, cohorts)] = getattr(each, name)
    return found
